"""The commands of a RUN as hadolint sees them, for rules in its profile.

Every body is read as bash, whatever SHELL says; that of an exec form with its words joined by
blanks; of a RUN with here-documents what stands before the first one, or its body where nothing
does. Commands are found at any depth, by their literal names: `/usr/bin/apt-get`, `sudo apt-get`
and `sh -c '…'` are other programs, while `command`, `builtin`, `exec`, `busybox` and `run`
are looked through. A script that does not parse has no commands. Facts are from running hadolint 2.15.1.
"""

from __future__ import annotations

from dockerlint.frozen import node, remember
from dockerlint.shell import scripts
from dockerlint.shell.quoting import unquoted
from dockerlint.shell.reader import Reader, masked
from dockerlint.shell.script import Command, Script
from dockerlint.source import Mapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Run
    from dockerlint.shell.calls import Place
    from dockerlint.shell.script import Redirect, ShellWord

_THROUGH = frozenset(("command", "builtin", "busybox", "run"))
# Conditions are no commands to it, though `test` is one.
_TESTS = frozenset(("[", "[["))


@node
class Call:
    """A command as hadolint sees it.

    `name` is the literal name, empty where an expansion is in it. `arguments` are the words behind
    it without quotes, `$x` written as `${x}` and `$(cmd)` as `${cmd}`; `words` are the same words with
    their spans. `flags` are (flag, index of its argument) with short ones letter by letter and
    without dashes: `-qy` gives q and y, `--yes=no` gives yes. `command` tells the rest of it.
    """

    name: str
    arguments: tuple[str, ...]
    words: tuple[ShellWord, ...]
    flags: tuple[tuple[str, int], ...]
    command: Command

    def has_argument(self, *texts: str) -> bool:
        """Whether one of the arguments is one of the texts, wherever it stands."""
        return any(argument in texts for argument in self.arguments)

    def has_flag(self, *names: str) -> bool:
        """Whether one of the flags is given, by its name without dashes."""
        return any(flag in names for flag, _ in self.flags)

    def count(self, name: str) -> int:
        """How often a flag is given."""
        return sum(flag == name for flag, _ in self.flags)

    def value(self, *names: str) -> str | None:
        """The argument behind the first of some flags; None where there is none."""
        for flag, index in self.flags:
            if flag in names and index + 1 < len(self.arguments):
                return self.arguments[index + 1]
        return None

    def plain(self, *valued: str) -> list[str]:
        """The arguments that are no flags, without those right behind one of the flags named."""
        return [self.arguments[index] for index in self.plain_indexes(*valued)]

    def plain_indexes(self, *valued: str) -> list[int]:
        """As `plain`, as indexes into `arguments` and `words`."""
        gone = {index for flag, index in self.flags if flag}
        for flag, index in self.flags:
            if flag in valued and "=" not in self.arguments[index]:
                gone.add(index + 1)
        return [index for index in range(len(self.arguments)) if index not in gone]


@node
class View:
    """What hadolint sees of a RUN. `calls` are empty where `ok` is False; `pipes` tells whether a
    pipeline is anywhere in it; `text` is what it reads."""

    ok: bool
    calls: tuple[Call, ...]
    pipes: bool
    text: str

    def named(self, *names: str) -> list[Call]:
        """The calls of some programs."""
        return [call for call in self.calls if call.name in names]


_NOTHING = View(True, (), False, "")


def views(dockerfile: Dockerfile) -> Iterator[tuple[Run, View]]:
    """Every RUN with what hadolint sees of it; those inside ONBUILD too (`run.onbuild`)."""
    from dockerlint.model import Run as RunKind

    for run in dockerfile.instructions(RunKind, onbuild=True):
        yield run, view(run)


def calls(dockerfile: Dockerfile, *names: str) -> Iterator[tuple[Run, Call]]:
    """The calls of some programs in a file, each with its RUN; those inside ONBUILD too."""
    text = dockerfile.source.text
    if not any(name in text for name in names):
        return
    for run, seen in views(dockerfile):
        for call in seen.named(*names):
            yield run, call


def view(run: Run) -> View:
    """What hadolint sees of one RUN; read once and kept."""
    return remember(run.command, "_hadolint", lambda: _view(run))


def _view(run: Run) -> View:
    text = text_of(run)
    if text is None or not text.text.strip():
        return _NOTHING
    reader = _Reader(text)
    reader.read(masked(text.text))
    if not reader.ok:
        return View(False, (), False, text.text)
    found = sorted(reader.calls, key=lambda call: call.command.start)
    return View(True, tuple(found), reader.piped, text.text)


def ours(run: Run, call: Call) -> tuple[Script, Command] | None:
    """The same command in the script that fixes edit; None where there is none."""
    for script in scripts(run):
        for command in script.commands:
            if command.name_word.span == call.command.name_word.span:
                return script, command
    return None


def text_of(run: Run) -> Mapped | None:
    """The text that hadolint takes for the script of a RUN."""
    line = run.command
    if line.words is not None:
        return _joined(line.words)
    if not line.heredocs:
        return line.text
    first = line.heredocs[0]
    opener = _offset(line.text, first.opener.start)
    if line.text.text[:opener].strip():
        # what stands before the here-document is all of it
        return line.text.sub(0, opener)
    behind = _offset(line.text, first.opener.end - 1) + 1
    head = line.text.sub(behind, len(line.text.text))
    at = len(head.text) + 1
    body = Mapped(f"{head.text}\n{first.content}", (*head.pieces, (at, first.body.start)))
    return body if head.text.strip() else Mapped(first.content, ((0, first.body.start),))


def _offset(text: Mapped, file: int) -> int:
    """The offset in an instruction's text of an offset of the file inside it."""
    found = 0
    for logical, start in text.pieces:
        if start <= file:
            found = logical + file - start
    return found


def _joined(words: tuple[Word, ...]) -> Mapped:
    pieces: list[tuple[int, int]] = []
    text = ""
    for word in words:
        if pieces:
            text += " "
        pieces.append((len(text), word.span.start + 1))
        text += word.value if word.value is not None else word.raw
    return Mapped(text, tuple(pieces) or ((0, 0),))


class _Reader(Reader):
    """Keeps the literal words of every command, and looks through hadolint's four wrappers only."""

    def __init__(self, text: Mapped) -> None:
        super().__init__(text)
        self.calls: list[Call] = []
        self.piped = False

    def read(self, source: bytes) -> None:
        """As the reader does; a comment in backticks is a command without a name."""
        if b"`" in source and b"#" in source:
            import re

            def blanked(match: re.Match[bytes]) -> bytes:
                alone = match.string[: match.start()].rstrip(b" \t").endswith((b"&", b"|", b";", b"(", b"\n"))
                return (b":" if alone else b" ") + b" " * (len(match[0]) - 1)

            source = re.sub(rb"`[ \t]*#[^`\n]*`", blanked, source)
        super().read(source)

    def _made(
        self,
        words: list[ShellWord],
        assignments: tuple[ShellWord, ...],
        redirects: tuple[Redirect, ...],
        place: Place,
    ) -> Command:
        program, behind = _looked_through(words)
        name = program.value
        command = Command(
            span=place.span,
            start=place.start,
            end=place.end,
            name=name,
            name_word=program,
            arguments=tuple(behind),
            assignments=assignments,
            redirects=redirects,
            wrappers=(),
            wrapper_span=None,
            subcommand=None,
            subcommand_word=None,
            options=(),
            operands=(),
            before=place.before,
            after=place.after,
            within=place.within,
            statement=place.statement,
        )
        self.piped = self.piped or "pipeline" in place.within
        if name not in _TESTS:
            arguments = tuple(_shown(word) for word in behind)
            self.calls.append(Call(name or "", arguments, command.arguments, _flags(arguments), command))
        return command


def _looked_through(words: list[ShellWord]) -> tuple[ShellWord, list[ShellWord]]:
    """The word that names the program, and its arguments: to hadolint all that stands behind the
    first word, so that `command apk add` has an argument `apk`."""
    if words[0].value in ("time", "coproc") and len(words) > 1:
        # keywords of bash, no commands
        words = words[2:] if words[1].value == "-p" and len(words) > 2 else words[1:]
    at = 0
    if len(words) > 1 and words[0].value in _THROUGH and not words[1].raw.startswith("-"):
        at = 1
    elif words[0].value == "exec":
        at = 1
        while at < len(words) and words[at].raw.startswith("-"):
            at += 2 if words[at].raw == "-a" else 1
    return words[at if at < len(words) else 0], words[1:]


def _shown(word: ShellWord) -> str:
    if word.value is not None:
        return word.value
    text = unquoted(word.raw)[0].text
    return _braced(text)


def _braced(text: str) -> str:
    """`$x` as `${x}` and `$(cmd)` as `${cmd}`; what is in braces stays. Backticks, arithmetic and the
    substitution of a process leave nothing."""
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "`":
            end = text.find("`", at + 1)
            at = len(text) if end < 0 else end + 1
        elif text[at] in "$<>" and text[at + 1 : at + 2] == "(":
            depth, end = 1, at + 2
            while end < len(text) and depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            if text[at] == "$" and text[at + 2 : at + 3] != "(":
                out.append("${" + text[at + 2 : end - 1] + "}")
            at = end
        elif text[at] == "$" and _name_end(text, at + 1) > at + 1:
            end = _name_end(text, at + 1)
            out.append("${" + text[at + 1 : end] + "}")
            at = end
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _name_end(text: str, at: int) -> int:
    if text[at : at + 1] in ("@", "*", "#", "?", "!", "-") or text[at : at + 1].isdigit():
        return at + 1
    while at < len(text) and (text[at].isalnum() or text[at] == "_"):
        at += 1
    return at


def _flags(arguments: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for index, argument in enumerate(arguments):
        if argument.startswith("--"):
            found.append((argument[2:].partition("=")[0], index))
        elif argument.startswith("-") and len(argument) > 1:
            found.extend((letter, index) for letter in argument[1:])
    return tuple(found)


if TYPE_CHECKING:
    from dockerlint.model import Word
