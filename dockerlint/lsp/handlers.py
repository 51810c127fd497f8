"""The messages of the protocol, one function each."""

from __future__ import annotations

from lsprotocol import types

from dockerlint.lsp import actions, convert, settings
from dockerlint.lsp.answers import Action
from dockerlint.lsp.projects import WATCHED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lsp.document import Snapshot
    from dockerlint.lsp.server import Server
    from dockerlint.lsp.session import Session

__all__ = ["WATCHED", "diagnostics", "register"]


def register(server: Server) -> None:
    """Let a server answer all that is below."""
    for name, handler, options in _FEATURES:
        server.feature(name, options)(handler)
    server.command(actions.COMMAND)(fix_all)


def initialize(ls: Server, params: types.InitializeParams) -> None:
    """The editor says what it can do."""
    ls.begin(params)


async def initialized(ls: Server, params: types.InitializedParams) -> None:
    """The editor is ready to be asked."""
    await ls.ready()


def shutdown(ls: Server, params: None) -> None:
    """The editor is about to go."""
    ls.end()


def exit(ls: Server, *given: object) -> None:
    """The editor goes."""
    ls.protocol.gone = True


def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    """A file was opened."""
    ls.open(params.text_document)


def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Something was typed."""
    changes = []
    for change in params.content_changes:
        where = getattr(change, "range", None)
        changes.append((None if where is None else convert.of_range(where), change.text))
    ls.change(params.text_document.uri, changes, params.text_document.version)


def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    """A file was saved."""
    ls.saved()


def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    """A file was closed."""
    ls.close(params.text_document.uri)


async def did_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
    """The settings changed: they come along, or are to be asked for."""
    given = params.settings
    if isinstance(given, dict) and isinstance(given.get(settings.SECTION), dict):
        ls.take({**ls.initial, **given[settings.SECTION]})
    elif ls.can("workspace.configuration"):
        await ls.fetch_settings()
    elif isinstance(given, dict) and given:
        ls.take({**ls.initial, **given})


def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """A configuration file changed on disk."""
    ls.reload()


def diagnostics(session: Session, snapshot: Snapshot) -> list[types.Diagnostic]:
    """The findings in a text, as the editor shows them."""
    return [convert.diagnostic(snapshot, found) for found in session.found(snapshot)]


async def diagnostic(
    ls: Server, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """The editor asks for diagnostics."""
    uri = params.text_document.uri

    def look(snapshot: Snapshot) -> tuple[str, list[types.Diagnostic] | None]:
        stamp = ls.stamp(snapshot)
        return stamp, None if stamp == params.previous_result_id else diagnostics(ls.session, snapshot)

    nothing: tuple[str, list[types.Diagnostic] | None] = ("", [])
    stamp, items = await ls.ask(uri, look, nothing)
    if items is None:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=stamp)
    return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=stamp or None)


async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The editor asks what can be done at a place, or about the whole file."""
    only = params.context.only
    by_itself = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic

    def find(snapshot: Snapshot) -> list[types.CodeAction]:
        found: list[Action] = []
        if _wanted(actions.QUICK, only):
            found += ls.session.actions(snapshot, snapshot.span(convert.of_range(params.range)))
        title = "fix all that is safe to fix"
        if only and _wanted(actions.FIX_ALL, only):
            edits = ls.session.fix_all(snapshot)
            found += [Action(title, actions.FIX_ALL, edits)] if edits else []
        elif not only and not by_itself and ls.session.fixable(snapshot):
            # What it does is only worked out when it is chosen: lists of actions are asked for often.
            found.append(Action(title, actions.FIX_ALL, command=actions.COMMAND))
        return [convert.code_action(snapshot, one, ls.versioned) for one in found]

    return await ls.ask(params.text_document.uri, find, [])


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether an editor that wants some kinds of actions wants this one."""
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in map(str, only))


async def fix_all(ls: Server, *given: object) -> None:
    """The command that fixes all that is safe in a file."""
    uri = str(given[0]) if given else ""

    def edit(snapshot: Snapshot) -> types.WorkspaceEdit | None:
        edits = ls.session.fix_all(snapshot)
        return convert.workspace_edit(snapshot, edits, ls.versioned) if edits else None

    found = await ls.ask(uri, edit, None)
    if found is not None:
        label = "dockerlint: fix all"
        ls.protocol.send_request(types.WORKSPACE_APPLY_EDIT, types.ApplyWorkspaceEditParams(found, label))


async def formatting(ls: Server, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    """The editor asks for another layout of the same."""

    def edits(snapshot: Snapshot) -> list[types.TextEdit]:
        return convert.text_edits(snapshot, ls.session.format(snapshot))

    return await ls.ask(params.text_document.uri, edits, [])


_FEATURES = (
    (types.INITIALIZE, initialize, None),
    (types.INITIALIZED, initialized, None),
    (types.SHUTDOWN, shutdown, None),
    (types.EXIT, exit, None),
    (types.TEXT_DOCUMENT_DID_OPEN, did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
    (types.TEXT_DOCUMENT_DID_SAVE, did_save, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files, None),
    (types.TEXT_DOCUMENT_DIAGNOSTIC, diagnostic, types.DiagnosticOptions(False, False, "dockerlint")),
    (
        types.TEXT_DOCUMENT_CODE_ACTION,
        code_action,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, actions.FIX_ALL]),
    ),
    (types.TEXT_DOCUMENT_FORMATTING, formatting, None),
)
