"""Our records to the types of the protocol, and back: nowhere else do the two meet."""

from __future__ import annotations

import re

from lsprotocol import types

from dockerlint.explain import address
from dockerlint.lsp.marks import DEPRECATED, MARKS, UNNECESSARY
from dockerlint.lsp.positions import Place, Range
from dockerlint.lsp.tokens import CHANGES, TYPES
from dockerlint.rule import Severity
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.fix import Edit
    from dockerlint.lint import Found
    from dockerlint.lsp.answers import Action, Entry, Fold, Hint, Hovered, Item, Link, Token
    from dockerlint.lsp.document import Snapshot
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

KINDS = {
    "keyword": types.CompletionItemKind.Keyword,
    "flag": types.CompletionItemKind.Field,
    "option": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.Value,
    "stage": types.CompletionItemKind.Module,
    "variable": types.CompletionItemKind.Variable,
    "image": types.CompletionItemKind.Class,
    "property": types.CompletionItemKind.Property,
    "function": types.CompletionItemKind.Function,
    "rule": types.CompletionItemKind.Constant,
}
_ENTRIES = {
    "stage": types.SymbolKind.Namespace,
    "variable": types.SymbolKind.Variable,
    "instruction": types.SymbolKind.Method,
}
_FOLDS = {"comment": types.FoldingRangeKind.Comment, "region": types.FoldingRangeKind.Region}
_NUMBERS = {name: number for number, name in enumerate(TYPES)}
_LEGEND = types.SemanticTokensLegend(list(TYPES), list(CHANGES))
LEGEND = types.SemanticTokensRegistrationOptions(legend=_LEGEND, full=True, range=True)


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


def _text(text: str, markdown: bool) -> types.MarkupContent:
    """A text in Markdown, or without its marks."""
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.MarkupContent(types.MarkupKind.PlainText, re.sub(r"```\w*\n?|\*\*|`", "", text))


def hover(snapshot: Snapshot, found: Hovered, markdown: bool) -> types.Hover:
    """What is said about a place."""
    return types.Hover(_text(found.text, markdown), to_range(snapshot, found.span))


def item(snapshot: Snapshot, one: Item, markdown: bool) -> types.CompletionItem:
    """A completion."""
    made = types.CompletionItem(
        one.label,
        kind=KINDS[one.kind],
        detail=one.detail or None,
        sort_text=f"{one.rank:02}{one.label}",
        filter_text=one.label,
        text_edit=types.TextEdit(to_range(snapshot, one.span), one.insert or one.label),
    )
    if one.text:
        text = _text(one.text, markdown)
        made.documentation = text if markdown else text.value
    return made


def location(snapshot: Snapshot, span: Span) -> types.Location:
    """A place in the file."""
    return types.Location(snapshot.uri, to_range(snapshot, span))


def document_symbol(snapshot: Snapshot, entry: Entry) -> types.DocumentSymbol:
    """A line of the outline, with those below it."""
    return types.DocumentSymbol(
        entry.name,
        _ENTRIES[entry.kind],
        to_range(snapshot, entry.span),
        to_range(snapshot, entry.name_span),
        detail=entry.detail or None,
        children=[document_symbol(snapshot, child) for child in entry.children],
    )


def symbol_information(
    snapshot: Snapshot, entry: Entry, above: str = ""
) -> Iterator[types.SymbolInformation]:
    """The outline as a list, for editors that show no tree."""
    where = location(snapshot, entry.span)
    yield types.SymbolInformation(where, entry.name, _ENTRIES[entry.kind], container_name=above or None)
    for child in entry.children:
        yield from symbol_information(snapshot, child, entry.name)


def folding_range(snapshot: Snapshot, fold: Fold) -> types.FoldingRange:
    """Lines to fold away."""
    first, last = snapshot.line(fold.first), snapshot.line(fold.last)
    return types.FoldingRange(first, last, kind=_FOLDS.get(fold.kind))


def document_link(snapshot: Snapshot, link: Link, tooltips: bool) -> types.DocumentLink:
    """A link."""
    tooltip = link.tooltip if tooltips and link.tooltip else None
    return types.DocumentLink(to_range(snapshot, link.span), link.target, tooltip)


def semantic_tokens(snapshot: Snapshot, found: Iterable[Token]) -> types.SemanticTokens:
    """Tokens as the protocol packs them: five numbers each, places relative to the token before."""
    data: list[int] = []
    line = column = 0
    for token in found:
        start, length = snapshot.start_and_length(token.span)
        if start.line != line:
            column = 0
        changes = sum(1 << CHANGES.index(change) for change in token.changes)
        data += [start.line - line, start.column - column, length, _NUMBERS[token.type], changes]
        line, column = start.line, start.column
    return types.SemanticTokens(data)


def inlay_hint(snapshot: Snapshot, hint: Hint) -> types.InlayHint:
    """A remark beside an instruction."""
    where = position(snapshot.range(Span(hint.offset, hint.offset)).start)
    return types.InlayHint(where, hint.label, tooltip=hint.tooltip, padding_left=True)
