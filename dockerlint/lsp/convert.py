"""Our records to the types of the protocol, and back: nowhere else do the two meet."""

from __future__ import annotations

from lsprotocol import types

from dockerlint.explain import address
from dockerlint.lsp.marks import DEPRECATED, MARKS, UNNECESSARY
from dockerlint.lsp.positions import Place, Range
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockerlint.fix import Edit
    from dockerlint.lint import Found
    from dockerlint.lsp.answers import Action
    from dockerlint.lsp.document import Snapshot
    from dockerlint.source import Span

_LEVELS = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
    Severity.STYLE: types.DiagnosticSeverity.Hint,
}
_MARKS = {
    UNNECESSARY: types.DiagnosticTag.Unnecessary,
    DEPRECATED: types.DiagnosticTag.Deprecated,
}


def place(position: types.Position) -> Place:
    """A position of the editor."""
    return Place(position.line, position.character)


def of_range(given: types.Range) -> Range:
    """A range of the editor."""
    return Range(place(given.start), place(given.end))


def position(at: Place) -> types.Position:
    """A place for the editor."""
    return types.Position(at.line, at.column)


def to_range(snapshot: Snapshot, span: Span) -> types.Range:
    """A span for the editor."""
    found = snapshot.range(span)
    return types.Range(position(found.start), position(found.end))


def diagnostic(snapshot: Snapshot, found: Found) -> types.Diagnostic:
    """A finding, with a link to the page of its rule."""
    mark = MARKS.get(found.name)
    return types.Diagnostic(
        range=to_range(snapshot, found.span),
        message=found.message,
        severity=_LEVELS[found.severity],
        code=found.code,
        code_description=types.CodeDescription(href=address(found.name, found.code)),
        source="shellcheck" if found.name == "shellcheck" else "dockerlint",
        tags=[_MARKS[mark]] if mark else None,
        data={"name": found.name, "fix": found.applicability},
    )


def text_edits(snapshot: Snapshot, edits: Iterable[Edit]) -> list[types.TextEdit]:
    """Edits for the editor."""
    return [types.TextEdit(to_range(snapshot, edit.span), edit.text) for edit in edits]


def workspace_edit(snapshot: Snapshot, edits: Iterable[Edit], versioned: bool) -> types.WorkspaceEdit:
    """Edits of one file, for exactly this text of it where the editor can tell (`versioned`)."""
    found = text_edits(snapshot, edits)
    if not versioned:
        return types.WorkspaceEdit(changes={snapshot.uri: found})
    whole = types.OptionalVersionedTextDocumentIdentifier(uri=snapshot.uri, version=snapshot.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(whole, [*found])])


def code_action(snapshot: Snapshot, action: Action, versioned: bool) -> types.CodeAction:
    """Something to do."""
    made = types.CodeAction(action.title, kind=action.kind)
    if action.found is not None:
        made.diagnostics = [diagnostic(snapshot, action.found)]
    if action.preferred:
        made.is_preferred = True
    if action.command:
        made.command = types.Command(action.title, action.command, arguments=[snapshot.uri])
    else:
        made.edit = workspace_edit(snapshot, action.edits, versioned)
    return made
