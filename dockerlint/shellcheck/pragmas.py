"""hadolint's comment that names a shell: `# hadolint shell=/bin/bash`."""

from __future__ import annotations

import re

from dockerlint.model import Arg, Env, From, Shell
from dockerlint.places import instruction_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Comment, Dockerfile, Instruction

_PRAGMA = re.compile(r"hadolint[ \t]+shell[ \t]*=[ \t]*([^\s#]+)[ \t]*(?:#.*)?")


def shell_word(comment: Comment) -> str | None:
    """The shell that a comment names; None when it is another comment."""
    match = _PRAGMA.fullmatch(comment.text)
    return match[1] if match else None


def shell_pragmas(dockerfile: Dockerfile) -> list[Comment]:
    """The comments of a file that name a shell, in order; those inside instructions do not count."""
    if "hadolint" not in dockerfile.source.text:
        return []
    return [
        comment
        for comment in dockerfile.comments
        if _PRAGMA.fullmatch(comment.text) and instruction_at(dockerfile, comment.span.start) is None
    ]


class Shells:
    """The shells in force in a file: of SHELL, and of the comments."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._said: list[tuple[int, int | None, str]] = []
        comments = shell_pragmas(dockerfile)
        if not comments:
            return
        first = next((i.span.start for i in dockerfile.body if isinstance(i, From | Arg | Env | Shell)), None)
        starts = [(stage.span.start, stage.index) for stage in dockerfile.stages]
        for comment in comments:
            at = comment.span.start
            stage = max(((start, index) for start, index in starts if start < at), default=(0, None))[1]
            # Above everything it is for all stages.
            everywhere = first is None or at < first
            self._said.append((at, -1 if everywhere else stage, shell_word(comment) or ""))
        self._shells = [(i.span.start, i.stage) for i in dockerfile.body if isinstance(i, Shell)]

    def at(self, instruction: Instruction) -> tuple[str, ...] | None:
        """The words of the shell for an instruction; None for the default one."""
        shell = instruction.state.shell
        if not self._said:
            return shell
        here = instruction.span.start
        own = max((at for at, stage in self._shells if stage == instruction.stage and at < here), default=-1)
        for at, stage, word in reversed(self._said):
            if at < here and ((stage == instruction.stage and at > own) or (stage == -1 and shell is None)):
                return (word, "-c")
        return shell
