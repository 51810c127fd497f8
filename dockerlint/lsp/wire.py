"""pygls' protocol and its way out, changed where they are not what editors need."""

from __future__ import annotations

from contextlib import suppress

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

from dockerlint.errors import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Future
    from typing import Any, BinaryIO


class Protocol(LanguageServerProtocol):
    """pygls' protocol with texts of our own: its columns and line ends are not exactly the editor's."""

    # Whether the editor has gone.
    gone = False

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """A file was opened."""
        self.fm.features[types.TEXT_DOCUMENT_DID_OPEN](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Something was typed."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """A file was closed."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE](params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Do what a command of ours is for."""
        command = self.fm.commands.get(params.command)
        if command is None:
            raise UserError(f"there is no command {params.command}")
        return (yield command, tuple(params.arguments or ()), None)

    @property
    def said_goodbye(self) -> bool:
        """Whether the editor ended the session as it should."""
        return bool(self._shutdown)

    def _send_data(self, data: Any) -> None:
        """Send something, as long as there is somebody to read it."""
        if not self.gone:
            super()._send_data(data)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        """Drop a question; one that was answered meanwhile is no reason for a line in the log."""
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.cancel()

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        """Send an answer; a refusal is one, and no reason for a line in the log."""
        refusal = None if future.cancelled() else future.exception()
        if isinstance(refusal, UserError):
            self._request_futures.pop(msg_id, None)
            message = f"{refusal}: {refusal.hint}" if refusal.hint else str(refusal)
            error = types.ResponseError(types.LSPErrorCodes.RequestFailed.value, message)
            self._send_response(msg_id, error=error)
            return
        super()._send_handler_result(future, msg_id=msg_id)


class Outlet:
    """Where messages go. Those that are written once the editor has gone go nowhere, without a word."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write and send some bytes."""
        with suppress(OSError, ValueError):
            self._stream.write(data)
            self._stream.flush()

    def flush(self) -> None:
        """Nothing: everything is sent as it is written."""

    def close(self) -> None:
        """Write no more."""
        with suppress(OSError, ValueError):
            self._stream.close()
