"""An editor for tests: pytest-lsp's client, with texts of its own that it keeps as the protocol says."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

T = TypeVar("T")
PATIENCE = 60.0


class Editor:
    """A client, and what it has open."""

    def __init__(self, client: LanguageClient, folder: Path, capabilities: types.ServerCapabilities) -> None:
        self.client = client
        self.folder = folder
        self.capabilities = capabilities
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.applied: list[types.WorkspaceEdit] = []

    def uri(self, name: str = "Dockerfile") -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str = "Dockerfile") -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, text: str, name: str = "Dockerfile") -> str:
        """Open a file with some text, which need not be on disk."""
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, "dockerfile", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, *changes: tuple[types.Range | None, str]) -> None:
        """Tell the server of changes; the text here is for the caller to keep."""
        self.versions[uri] += 1
        events: list[types.TextDocumentContentChangeEvent] = [
            types.TextDocumentContentChangeWholeDocument(text)
            if where is None
            else types.TextDocumentContentChangePartial(where, text)
            for where, text in changes
        ]
        which = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(which, events))

    async def pushed(
        self, uri: str, fits: Callable[[list[types.Diagnostic]], bool] = lambda _: True
    ) -> list[types.Diagnostic]:
        """The diagnostics that the server sends by itself, once they are what is waited for."""
        return await until(
            lambda: (
                list(self.client.diagnostics[uri])
                if uri in self.client.diagnostics and fits(list(self.client.diagnostics[uri]))
                else None
            )
        )

    async def pulled(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics that the server gives when it is asked."""
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        report = await self.client.text_document_diagnostic_async(params)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    async def actions(
        self, uri: str, where: types.Range, only: list[str] | None = None
    ) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only)  # type: ignore[arg-type]
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), where, context)
        found = await self.client.text_document_code_action_async(params)
        return [one for one in found or [] if isinstance(one, types.CodeAction)]


async def until(ask: Callable[[], T | None]) -> T:
    """What a function gives once it gives something."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while loop.time() < end:
        found = ask()
        if found is not None:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@asynccontextmanager
async def started(
    folder: Path,
    like: str = "neovim@0.6.1",
    options: object = None,
    settings: dict[str, Any] | None = None,
    encodings: list[str] | None = None,
    cwd: Path | None = None,
) -> AsyncIterator[Editor]:
    """A server, and an editor that can do what a real one can."""
    client = make_test_lsp_client()
    if settings is not None:
        client.set_configuration({"dockerlint": settings})
    editor: Editor

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply_edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        editor.applied.append(params.edit)
        return types.ApplyWorkspaceEditResult(True)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        return None

    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    def refresh_hints(params: None) -> None:
        return None

    env = {**os.environ, "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "dockerlint", "lsp", "--stdio"]
    await client.start_io(command[0], *command[1:], env=env, cwd=str(cwd or folder))
    capabilities = client_capabilities(like)
    if encodings is not None:
        capabilities.general = types.GeneralClientCapabilities(position_encodings=encodings)  # type: ignore[arg-type]
    given = types.InitializeParams(capabilities, root_uri=folder.as_uri(), initialization_options=options)
    answer = await client.initialize_session(given)
    editor = Editor(client, folder, answer.capabilities)
    try:
        yield editor
        bad = [m.message for m in client.log_messages if m.type == types.MessageType.Error]
        assert not bad
    finally:
        await client.shutdown_session()
        await client.stop()


def play(scene: Callable[[], Coroutine[Any, Any, T]] | Awaitable[T]) -> T:
    """Run a scene to its end."""

    async def run() -> T:
        return await (scene() if callable(scene) else scene)

    return asyncio.run(run())


def at(line: int, start: int, end: int | None = None) -> types.Range:
    """A range on one line, from 0."""
    return types.Range(types.Position(line, start), types.Position(line, start if end is None else end))


def changed(text: str, edits: list[types.TextEdit]) -> str:
    """A text with edits of the server in it. Columns are UTF-16, lines end at LF, CRLF or CR."""
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = offset(text, edit.range.start), offset(text, edit.range.end)
        text = text[:start] + edit.new_text + text[end:]
    return text


def offset(text: str, place: types.Position) -> int:
    """The offset of a place in UTF-16 units, found the plain way."""
    at = line = 0
    while line < place.line and at < len(text):
        if text[at] == "\n" or (text[at] == "\r" and text[at + 1 : at + 2] != "\n"):
            line += 1
        at += 1
    units = 0
    while at < len(text) and text[at] not in "\r\n" and units < place.character:
        units += 2 if text[at] > "\uffff" else 1
        at += 1
    return at


def edits_of(edit: types.WorkspaceEdit | None, uri: str) -> list[types.TextEdit]:
    """The text edits of a workspace edit for one file."""
    assert edit is not None
    if edit.changes is not None:
        return list(edit.changes[uri])
    assert edit.document_changes is not None
    return [
        one
        for change in edit.document_changes
        if isinstance(change, types.TextDocumentEdit) and change.text_document.uri == uri
        for one in change.edits
        if isinstance(one, types.TextEdit)
    ]
