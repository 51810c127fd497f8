"""The messages of the protocol, one function each."""

from __future__ import annotations

from lsprotocol import types

from dockerlint.lsp import actions, convert, settings
from dockerlint.lsp.answers import Action
from dockerlint.lsp.completion import completions
from dockerlint.lsp.links import links
from dockerlint.lsp.outline import folds, outline
from dockerlint.lsp.projects import WATCHED
from dockerlint.lsp.rename import target
from dockerlint.lsp.symbols import symbols
from dockerlint.lsp.tokens import tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lsp.document import Snapshot
    from dockerlint.lsp.server import Server
    from dockerlint.lsp.session import Session
    from dockerlint.source import Span

# Not a message of the protocol, but one of ours.
TEXT = "dockerlint/text"

__all__ = ["TEXT", "WATCHED", "diagnostics", "register"]


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
    given = settings.section(params.settings)
    if given:
        ls.take({**ls.initial, **given})
    else:
        await ls.fetch_settings()


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


async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """The editor asks what there is to say about a place."""
    markdown = ls.takes_markdown("text_document.hover.content_format")

    def find(snapshot: Snapshot) -> types.Hover | None:
        found = ls.session.hover(snapshot, _offset(snapshot, params.position))
        return None if found is None else convert.hover(snapshot, found, markdown)

    return await ls.ask(params.text_document.uri, find, None)


async def completion(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    """The editor asks what could be typed."""
    markdown = ls.takes_markdown("text_document.completion.completion_item.documentation_format")

    def find(snapshot: Snapshot) -> list[types.CompletionItem]:
        rules = ls.session.project(snapshot).setup.rules
        found = completions(ls.session.model(snapshot), _offset(snapshot, params.position), rules)
        return [convert.item(snapshot, one, markdown) for one in found]

    return await ls.ask(params.text_document.uri, find, [])


async def definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
    """The editor asks where a name is declared."""

    def find(snapshot: Snapshot) -> list[types.Location]:
        found = symbols(ls.session.model(snapshot)).at(_offset(snapshot, params.position))
        spans = [] if found is None else found.symbol.declarations
        return [convert.location(snapshot, span) for span in spans]

    return await ls.ask(params.text_document.uri, find, [])


async def references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
    """The editor asks where a name is used."""

    def find(snapshot: Snapshot) -> list[types.Location]:
        spans = _meant(ls, snapshot, params.position, params.context.include_declaration)
        return [convert.location(snapshot, span) for span, _ in spans]

    return await ls.ask(params.text_document.uri, find, [])


async def highlight(ls: Server, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    """The editor asks what else means the same."""

    def find(snapshot: Snapshot) -> list[types.DocumentHighlight]:
        kinds = (types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Write)
        return [
            types.DocumentHighlight(convert.to_range(snapshot, span), kinds[declares])
            for span, declares in _meant(ls, snapshot, params.position, True)
        ]

    return await ls.ask(params.text_document.uri, find, [])


def _meant(
    ls: Server, snapshot: Snapshot, position: types.Position, declarations: bool
) -> list[tuple[Span, bool]]:
    """All places that mean what stands at a position, and whether each declares it."""
    known = symbols(ls.session.model(snapshot))
    found = known.at(_offset(snapshot, position))
    if found is None:
        return []
    return [
        (one.span, one.declares)
        for one in known.occurrences
        if one.symbol is found.symbol and (declarations or not one.declares)
    ]


async def prepare_rename(
    ls: Server, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """The editor asks what would be renamed."""

    def find(snapshot: Snapshot) -> types.PrepareRenamePlaceholder | None:
        found = target(ls.session.model(snapshot), _offset(snapshot, params.position))
        if found is None:
            return None
        return types.PrepareRenamePlaceholder(convert.to_range(snapshot, found.span), found.name)

    return await ls.ask(params.text_document.uri, find, None)


async def rename(ls: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The editor wants another name for something."""

    def find(snapshot: Snapshot) -> types.WorkspaceEdit | None:
        edits = ls.session.rename(snapshot, _offset(snapshot, params.position), params.new_name)
        return convert.workspace_edit(snapshot, edits, ls.versioned)

    return await ls.ask(params.text_document.uri, find, None)


async def document_symbol(
    ls: Server, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """The editor asks for the outline."""
    uri = params.text_document.uri

    def tree(snapshot: Snapshot) -> list[types.DocumentSymbol]:
        return [convert.document_symbol(snapshot, one) for one in outline(ls.session.model(snapshot))]

    def flat(snapshot: Snapshot) -> list[types.SymbolInformation]:
        entries = outline(ls.session.model(snapshot))
        return [line for entry in entries for line in convert.symbol_information(snapshot, entry)]

    if ls.can("text_document.document_symbol.hierarchical_document_symbol_support"):
        return await ls.ask(uri, tree, [])
    return await ls.ask(uri, flat, [])


async def folding_range(ls: Server, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """The editor asks what can be folded away."""

    def find(snapshot: Snapshot) -> list[types.FoldingRange]:
        return [convert.folding_range(snapshot, one) for one in folds(ls.session.model(snapshot))]

    return await ls.ask(params.text_document.uri, find, [])


async def document_link(ls: Server, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """The editor asks for links."""
    tooltips = bool(ls.can("text_document.document_link.tooltip_support"))

    def find(snapshot: Snapshot) -> list[types.DocumentLink]:
        found = links(ls.session.model(snapshot), ls.session.project(snapshot).setup.rules)
        return [convert.document_link(snapshot, one, tooltips) for one in found]

    return await ls.ask(params.text_document.uri, find, [])


async def semantic_tokens(
    ls: Server, params: types.SemanticTokensParams | types.SemanticTokensRangeParams
) -> types.SemanticTokens:
    """The editor asks for what needs colours, in the whole file or a part of it."""
    part = getattr(params, "range", None)

    def find(snapshot: Snapshot) -> types.SemanticTokens:
        within = None if part is None else snapshot.span(convert.of_range(part))
        return convert.semantic_tokens(snapshot, tokens(ls.session.model(snapshot), within))

    return await ls.ask(params.text_document.uri, find, types.SemanticTokens([]))


async def inlay_hint(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The editor asks for remarks beside the text."""

    def find(snapshot: Snapshot) -> list[types.InlayHint]:
        found = ls.session.hints(snapshot, snapshot.span(convert.of_range(params.range)))
        return [convert.inlay_hint(snapshot, one) for one in found]

    return await ls.ask(params.text_document.uri, find, [])


async def text(ls: Server, params: object) -> str | None:
    """The text of a file as the server has it, to find out whether the editor has the same."""
    which = getattr(getattr(params, "textDocument", None), "uri", "")
    return await ls.ask(which, lambda snapshot: snapshot.lines.text, None)


def _offset(snapshot: Snapshot, position: types.Position) -> int:
    return snapshot.offset(convert.place(position))


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
    (types.TEXT_DOCUMENT_HOVER, hover, None),
    (
        types.TEXT_DOCUMENT_COMPLETION,
        completion,
        types.CompletionOptions(["$", "{", "-", "=", ",", ":", "/", "#"]),
    ),
    (types.TEXT_DOCUMENT_DEFINITION, definition, None),
    (types.TEXT_DOCUMENT_REFERENCES, references, None),
    (types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, highlight, None),
    (types.TEXT_DOCUMENT_PREPARE_RENAME, prepare_rename, None),
    (types.TEXT_DOCUMENT_RENAME, rename, None),
    (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbol, None),
    (types.TEXT_DOCUMENT_FOLDING_RANGE, folding_range, None),
    (types.TEXT_DOCUMENT_DOCUMENT_LINK, document_link, None),
    (types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, semantic_tokens, convert.LEGEND),
    (types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, semantic_tokens, None),
    (types.TEXT_DOCUMENT_INLAY_HINT, inlay_hint, None),
    (TEXT, text, None),
)
