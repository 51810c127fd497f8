"""The wiring: messages of the editor to questions for the session, and its answers back.

Texts are kept in the event loop's thread; every question is answered in one other thread, in order. So
typing is never held up, a question that was taken back is dropped while it waits or between two rules,
and nothing of the model is used by two threads. Nothing is raised into the log: a bug becomes one line
there and an empty answer.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from lsprotocol import types
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from dockerlint import __version__
from dockerlint.errors import UserError
from dockerlint.lsp import handlers, settings
from dockerlint.lsp.document import Document
from dockerlint.lsp.positions import UTF16
from dockerlint.lsp.session import Outdated, Question, Session
from dockerlint.lsp.wire import Outlet, Protocol
from dockerlint.measured_store import folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO, TypeVar

    from dockerlint.lsp.document import Snapshot
    from dockerlint.lsp.positions import Range

    T = TypeVar("T")

# Seconds: a burst of changes is looked at once, after it; scripts go to ShellCheck when typing rests.
_BURST, _REST = 0.003, 0.4


class Server(LanguageServer):
    """The language server."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("dockerlint", __version__, protocol_cls=Protocol)
        self.session = Session(self._say, self._report)
        self.initial: dict[str, Any] = {}
        self._worker = ThreadPoolExecutor(1, "dockerlint")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reported: set[tuple[str, str]] = set()
        self._settings = settings.Settings()
        self._generation = 0
        self._ready = False
        self._watches = False

    # What the editor can do.

    def can(self, path: str) -> Any:
        """What the editor says of one of its abilities, None where it says nothing."""
        at: Any = self.client_capabilities
        for name in path.split("."):
            at = getattr(at, name, None)
        return at

    @property
    def versioned(self) -> bool:
        """Whether the editor takes edits for one version of a text."""
        return bool(self.can("workspace.workspace_edit.document_changes"))

    @property
    def pulls(self) -> bool:
        """Whether the editor asks for diagnostics; then they are not pushed, or it would show them twice."""
        return self.can("text_document.diagnostic") is not None

    def takes_markdown(self, path: str) -> bool:
        """Whether the editor shows Markdown in one of its abilities."""
        return types.MarkupKind.Markdown in (self.can(path) or ())

    # From the start to the end.

    def begin(self, params: types.InitializeParams) -> None:
        """Take the settings that come with the first message."""
        self._loop = asyncio.get_running_loop()
        self.initial = settings.section(params.initialization_options)
        self.take(self.initial)

    async def ready(self) -> None:
        """Ask the editor for its settings, and to tell of changes."""
        self._ready = True
        self._worker.submit(self.session.warm_up)
        await self.fetch_settings()
        wanted = []
        if self.can("workspace.did_change_watched_files.dynamic_registration"):
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in handlers.WATCHED]
            base = uris.from_fs_path(folder())
            if base and self.can("workspace.did_change_watched_files.relative_pattern_support"):
                # A new measurement changes what stands beside instructions.
                watchers.append(types.FileSystemWatcher(types.RelativePattern(base, "*.json")))
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted.append(types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
            self._watches = True
        if self.can("workspace.did_change_configuration.dynamic_registration"):
            section = types.DidChangeConfigurationRegistrationOptions(section=settings.SECTION)
            wanted.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if wanted:
            with suppress(JsonRpcException):
                await self.client_register_capability_async(types.RegistrationParams(wanted))

    async def fetch_settings(self) -> None:
        """Ask the editor for its settings, where it can be asked."""
        if not self.can("workspace.configuration"):
            return
        items = [types.ConfigurationItem(section=settings.SECTION)]
        with suppress(JsonRpcException):
            given = await self.workspace_configuration_async(types.ConfigurationParams(items))
            self.take({**self.initial, **settings.section(given[0] if given else None)})

    def take(self, given: object) -> None:
        """Take settings, and look at every open file again."""
        found, faults = settings.read(given)
        for fault in faults:
            self._show(fault)
        if found != self._settings:
            self._settings = found
            self.reload(found)

    def reload(self, found: settings.Settings | None = None) -> None:
        """Read the configuration files again, and look at every open file again."""
        self._generation += 1
        self._worker.submit(self.session.projects.reload, found)
        for uri in self.session.documents:
            self.look_again(uri)
        self.refresh()

    def refresh(self) -> None:
        """Let an editor that asks ask again. Before it is ready it must not be bothered."""
        if not self._ready:
            return
        if self.pulls and self.can("workspace.diagnostics.refresh_support"):
            self.protocol.send_request(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)
        if self.can("workspace.inlay_hint.refresh_support"):
            self.protocol.send_request(types.WORKSPACE_INLAY_HINT_REFRESH, None)

    def end(self) -> None:
        """Leave nothing running, and answer nothing any more."""
        for timer in self._timers.values():
            timer.cancel()
        for document in self.session.documents.values():
            document.close()
        self.session.documents.clear()
        self._worker.shutdown(wait=False, cancel_futures=True)

    # Texts.

    def open(self, item: types.TextDocumentItem) -> None:
        """Keep the text of a file that was opened."""
        path = uris.to_fs_path(item.uri) if item.uri.startswith("file:") else None
        encoding = str(getattr(self.server_capabilities, "position_encoding", None) or UTF16)
        self.session.documents[item.uri] = Document(item.uri, path, item.version, item.text, encoding)
        self.look_again(item.uri, 0)

    def change(self, uri: str, changes: list[tuple[Range | None, str]], version: int) -> None:
        """Take in what was typed."""
        document = self.session.documents.get(uri)
        if document is not None:
            document.change(changes, version)
            self.look_again(uri)

    def saved(self) -> None:
        """A file was saved, maybe one that the editor does not tell changes of."""
        if not self._watches:
            self.reload()

    def close(self, uri: str) -> None:
        """Forget a text, and take its diagnostics back."""
        document = self.session.documents.pop(uri, None)
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
        if document is not None:
            document.close()
            if not self.pulls:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    # Questions.

    async def ask(self, uri: str, call: Callable[[Snapshot], T], nothing: T) -> T:
        """What a function says of the text of a file as it is now; nothing for a file that is not open.

        Where the text changes meanwhile it is asked again. UserError is passed on: a refusal.
        """
        while (document := self.session.documents.get(uri)) is not None:
            snapshot = document.snapshot
            question = Question()
            loop = asyncio.get_running_loop()
            try:
                return await loop.run_in_executor(self._worker, self.session.answer, question, call, snapshot)
            except Outdated:
                continue
            except asyncio.CancelledError:
                question.dropped = True
                raise
            except UserError:
                raise
            except Exception as error:
                self._report(getattr(call, "__qualname__", "a question"), error)
                return nothing
        return nothing

    # Diagnostics.

    def stamp(self, snapshot: Snapshot) -> str:
        """What tells the diagnostics of a text under some settings apart from others."""
        return f"{snapshot.number}.{self._generation}"

    def look_again(self, uri: str, wait: float = _BURST) -> None:
        """Look at a file soon, and send what is found to an editor that does not ask."""
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
        if self._loop is not None:
            self._timers[uri] = self._loop.call_later(wait, self.start, self._publish, uri)

    def start(self, work: Callable[..., Any], *given: Any) -> None:
        """Do something beside the questions."""
        task = asyncio.ensure_future(work(*given))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, uri: str) -> None:
        document = self.session.documents.get(uri)
        if document is None:
            return
        snapshot = document.snapshot
        if not self.pulls:
            none: list[types.Diagnostic] = []
            items = await self.ask(uri, self.diagnostics, none)
            if document.snapshot is snapshot and uri in self.session.documents:
                found = types.PublishDiagnosticsParams(uri, items, snapshot.version)
                self.text_document_publish_diagnostics(found)
        await self._shellcheck(uri)

    def diagnostics(self, snapshot: Snapshot) -> list[types.Diagnostic]:
        """The findings in a text, as the editor shows them."""
        return handlers.diagnostics(self.session, snapshot)

    async def _shellcheck(self, uri: str) -> None:
        """Let ShellCheck, where it is asked for, look at new scripts when typing rests."""
        document = self.session.documents.get(uri)
        none: tuple[str, ...] = ()
        texts = await self.ask(uri, self.session.unknown_scripts, none)
        if not texts or document is None:
            return
        snapshot = document.snapshot
        await asyncio.sleep(_REST)
        texts = await self.ask(uri, self.session.unknown_scripts, none)
        if not texts or document.snapshot is not snapshot:
            return
        checker = await self.ask(uri, self.session.checker, None)
        if checker is None:
            return
        await asyncio.get_running_loop().run_in_executor(None, checker.learn, texts)
        await self.ask(uri, self.session.forget_findings, None)
        self._generation += 1
        for fault in dict.fromkeys(checker.faults):
            self._show(fault)
        checker.faults.clear()
        self.look_again(uri, 0)
        self.refresh()

    # What the user is told.

    def _say(self, message: str) -> None:
        """Tell the user of something to mend, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._show, message)

    def _show(self, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"dockerlint: {message}"))

    def _report(self, what: str, error: Exception) -> None:
        """Put a bug into the editor's log, once, from any thread."""
        from traceback import format_exception

        key = (what, f"{type(error).__name__}: {error}")
        if key in self._reported or self._loop is None:
            return
        self._reported.add(key)
        trace = "".join(format_exception(type(error), error, error.__traceback__))
        message = f"this is a bug in dockerlint: please report it ({what})\n{trace}"
        self._loop.call_soon_threadsafe(
            self.window_log_message, types.LogMessageParams(types.MessageType.Error, message)
        )


def made() -> Server:
    """A server with all its features."""
    server = Server()
    handlers.register(server)
    return server


def serve(given: BinaryIO, taken: BinaryIO) -> int:
    """Answer an editor until it says goodbye (0) or just goes (1)."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
    server = made()
    try:
        outlet: Any = Outlet(taken)
        server.start_io(given, outlet)
    finally:
        server.end()
    return int(not server.protocol.said_goodbye)
