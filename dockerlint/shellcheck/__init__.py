"""ShellCheck's findings in the scripts of Dockerfiles.

ShellCheck is a program of its own (the extra `shellcheck` brings it). One process checks the
scripts of many files: `Checker.ahead` starts it, and it works while our own rules do; `found` takes
what it says about one file. What was checked once is kept, so that a file that is linted again
after a fix only costs a process for the scripts that changed.
"""

from __future__ import annotations

from dockerlint.config import shellcheck_level, wants_shellcheck
from dockerlint.shellcheck.program import Batch, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockerlint.config import Config
    from dockerlint.lint import Found
    from dockerlint.model import Dockerfile
    from dockerlint.shellcheck.program import Comment
    from dockerlint.shellcheck.scripts import Piece
    from dockerlint.source import Span

__all__ = ["Checker", "find", "wants_shellcheck"]


class Checker:
    """Asks one ShellCheck program. `faults` has a line for every time that it gave no answer.

    With `waits` False `found` only tells what is known already; `unknown` are then the scripts that
    somebody may `learn` about, in a thread of his own.
    """

    def __init__(self, program: str, waits: bool = True) -> None:
        self.program = program
        self.waits = waits
        self.faults: list[str] = []
        self._known: dict[str, tuple[Comment, ...]] = {}
        self._batch: Batch | None = None

    def ahead(self, files: Iterable[tuple[Dockerfile, Config]]) -> None:
        """Start checking the scripts of some files, without waiting for the answers."""
        texts = {
            piece.text: None
            for dockerfile, config in files
            if wants_shellcheck(config)
            for piece in _pieces(dockerfile, config.profile)
        }
        self._start(list(texts))

    def found(self, dockerfile: Dockerfile, config: Config) -> list[Found]:
        """What ShellCheck finds in a file and the configuration lets through, in no order."""
        if not wants_shellcheck(config):
            return []
        from dockerlint.shellcheck.findings import as_found

        pieces = _pieces(dockerfile, config.profile)
        if self.waits and any(piece.text not in self._known for piece in pieces):
            self._finish()
            self._start([*dict.fromkeys(piece.text for piece in pieces)])
            self._finish()
        found: dict[tuple[str, Span], Found] = {}
        for piece in pieces:
            comments = self._known.get(piece.text, ())
            if config.profile == "hadolint":
                # hadolint keeps one finding a line, the last that ShellCheck names.
                comments = comments[-1:]
            for comment in comments:
                level = shellcheck_level(f"SC{comment.code}", comment.level, config)
                one = as_found(dockerfile, piece, comment, level) if level else None
                if one is not None:
                    # The text of a here-document may be read twice: by the shell, and as its input.
                    found.setdefault((one.code, one.span), one)
        return list(found.values())

    def unknown(self, dockerfile: Dockerfile, config: Config) -> tuple[str, ...]:
        """The scripts of a file that it was not asked about yet."""
        if not wants_shellcheck(config):
            return ()
        texts = dict.fromkeys(piece.text for piece in _pieces(dockerfile, config.profile))
        return tuple(text for text in texts if text not in self._known)

    def learn(self, texts: Iterable[str]) -> None:
        """Ask about some scripts, and wait for the answers. One without an answer is not asked about again."""
        asked = list(texts)
        batch = Batch(self.program, asked)
        self._known.update({**dict.fromkeys(asked, ()), **batch.answers()})
        self.faults += batch.faults

    def close(self) -> None:
        """End what was started ahead and is not needed any more."""
        if self._batch is not None:
            self._batch.stop()
            self._batch = None

    def _start(self, texts: list[str]) -> None:
        new = [text for text in texts if text not in self._known]
        if new:
            self._finish()
            self._batch = Batch(self.program, new)

    def _finish(self) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            return
        self._known.update(batch.answers())
        self.faults += batch.faults


def _pieces(dockerfile: Dockerfile, profile: str) -> list[Piece]:
    if profile == "hadolint":
        from dockerlint.shellcheck.as_hadolint import pieces
    else:
        from dockerlint.shellcheck.scripts import pieces
    return pieces(dockerfile)
