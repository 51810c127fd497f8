"""What was typed before the cursor, whatever state the file is in."""

from __future__ import annotations

import re
from bisect import bisect_right

from dockerlint.frozen import record
from dockerlint.model import Onbuild, Run
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Instruction


@record
class Typed:
    """The text before the cursor.

    `head` is that of the instruction, without continuations and comments; `instruction` is None where
    none has begun, and `keyword` its name in upper case. `script` is the part of `head` that is for a
    shell, None where there is none; in a here-document it is what stands in it. `comment` is the text of
    the comment that the cursor is in, from its `#`.
    """

    head: str
    instruction: Instruction | None
    keyword: str
    script: str | None
    comment: str | None
    offset: int

    @property
    def word(self) -> str:
        """The word at the cursor, as far as it is there."""
        return re.split(r"\s", self.head)[-1]

    @property
    def words(self) -> list[str]:
        """The words before that one, the keyword first."""
        return self.head[: len(self.head) - len(self.word)].split()

    def span(self, text: str) -> Span:
        """The span of some text that ends at the cursor."""
        return Span(self.offset - len(text), self.offset)


_SCRIPTS = ("RUN", "CMD", "ENTRYPOINT")


def typed(dockerfile: Dockerfile, offset: int) -> Typed:
    """What was typed before an offset."""
    text = dockerfile.source.text
    offset = min(offset, len(text))
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    instruction = _instruction(dockerfile, offset)
    if instruction is None:
        comment = line.lstrip() if line.lstrip().startswith("#") else None
        return Typed(line.lstrip(), None, "", None, comment, offset)
    if isinstance(instruction, Run):
        for heredoc in instruction.command.heredocs:
            if heredoc.body.start <= offset <= heredoc.end.start:
                body, comment = _joined(text[heredoc.body.start : offset], "\\", "\n")
                return Typed(body, instruction, "RUN", body, comment, offset)
    head, comment = _joined(text[instruction.span.start : offset], dockerfile.escape, "")
    keyword = head.split(maxsplit=1)[0].upper() if head.strip() else ""
    if keyword == "ONBUILD" and isinstance(instruction, Onbuild):
        rest = head.lstrip()[len("ONBUILD") :].lstrip()
        if re.match(r"[A-Za-z]+\s", rest):
            head, keyword = rest, rest.split(maxsplit=1)[0].upper()
    return Typed(head, instruction, keyword, _script(head, keyword), comment, offset)


def _instruction(dockerfile: Dockerfile, offset: int) -> Instruction | None:
    """The instruction that what is typed at an offset would belong to."""
    body = dockerfile.body
    at = bisect_right(body, offset, key=lambda one: one.span.start) - 1
    if at < 0:
        return None
    found = body[at]
    if offset <= found.span.end or not dockerfile.source.text[found.span.end : offset].strip(" \t"):
        # The keyword itself is still being typed where nothing is behind it.
        return found if offset > found.keyword.span.end else None
    return None


def _joined(text: str, escape: str, between: str) -> tuple[str, str | None]:
    """Lines as one, continuations and comments left out, and the comment that the last line is. `between`
    comes between lines that are not continued."""
    lines = text.split("\n")
    kept = ""
    for number, line in enumerate(lines):
        if number and line.lstrip().startswith("#"):
            if number == len(lines) - 1:
                return kept, line.lstrip()
            continue
        if number == len(lines) - 1:
            return kept + line, None
        bare = line.rstrip()
        kept += bare[:-1] if bare.endswith(escape) else bare + between
    return kept, None


def _script(head: str, keyword: str) -> str | None:
    """The part of an instruction that is for a shell."""
    if keyword == "HEALTHCHECK":
        match = re.search(r"\sCMD\s(.*)", head, re.IGNORECASE | re.DOTALL)
        rest = match[1] if match else None
    elif keyword in _SCRIPTS:
        rest = re.sub(r"^\S*\s+(?:--[a-z-]+(?:=\S*)?\s+)*", "", head.lstrip())
        rest = None if rest == head.lstrip() else rest
    else:
        return None
    if rest is None or rest.lstrip().startswith("[") or re.fullmatch(r"--[a-z-]*(?:=\S*)?", rest):
        return None
    return rest
