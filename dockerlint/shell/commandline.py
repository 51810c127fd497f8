"""A command line of the model -> its scripts."""

from __future__ import annotations

from dockerlint.shell.calls import Place, made, script_word
from dockerlint.shell.dialect import READABLE, dialect_of, dialect_of_shebang
from dockerlint.shell.quoting import through
from dockerlint.shell.reader import Reader, masked
from dockerlint.shell.script import Command, Script, ShellWord
from dockerlint.shell.wrappers import unwrapped
from dockerlint.source import Mapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import CommandLine, Heredoc, Word

_EMPTY = Mapped("", ((0, 0),))


def read(line: CommandLine, shell: tuple[str, ...] | None) -> tuple[Script, ...]:
    """The scripts of a command line (see `dockerlint.shell.scripts`)."""
    if line.words is not None:
        return _exec(line, line.words)
    dialect = "sh" if shell is None else dialect_of(shell)
    if not line.heredocs:
        return (read_text(line.text, dialect),) if line.text.text.strip() else ()
    openers = [(_logical(line.text, h.opener.start), h) for h in line.heredocs]
    text = line.text.text
    covered = list(text)
    for at, heredoc in openers:
        covered[at : at + _width(line.text, at, heredoc)] = " " * _width(line.text, at, heredoc)
    if len(openers) == 1 and not "".join(covered).strip():
        body = openers[0][1]
        return (_body(body, dialect_of_shebang(body.content, dialect)),)
    return _with_heredocs(line, openers, dialect)


def read_text(text: Mapped, dialect: str, heredoc: bool = False, exec_form: bool = False) -> Script:
    """The script that a text is."""
    if dialect not in READABLE:
        return Script(dialect, False, exec_form, heredoc, text, (), (), ())
    return _script(Reader(text), masked(text.text), dialect, heredoc, exec_form)


def _script(reader: Reader, source: bytes, dialect: str, heredoc: bool, exec_form: bool) -> Script:
    reader.read(source)
    return Script(
        dialect, reader.ok, exec_form, heredoc, reader.file, tuple(reader.commands), tuple(reader.statements),
        tuple(reader.comments),
    )  # fmt: skip


def _body(heredoc: Heredoc, dialect: str) -> Script:
    return read_text(Mapped(heredoc.content, ((0, heredoc.body.start),)), dialect, heredoc=True)


def _with_heredocs(line: CommandLine, openers: list[tuple[int, Heredoc]], dialect: str) -> tuple[Script, ...]:
    if dialect not in READABLE:
        return (read_text(line.text, dialect),)
    source = masked(line.text.text)
    for at, heredoc in openers:
        width = _width(line.text, at, heredoc)
        head = source.find(b"<", at) + 1 - at
        source = source[: at + head] + b"x" * (width - head) + source[at + width :]
    reader = Reader(line.text, frozenset(at for at, _ in openers))
    first = _script(reader, source, dialect, False, False)
    bodies = dict(openers)
    found = [first]
    for command, at in reader.bodies:
        heredoc = bodies[at]
        if heredoc.fd == 0 and _reads_script(command):
            inner = dialect_of((command.name or "",))
            found.append(_body(heredoc, dialect_of_shebang(heredoc.content, inner)))
    return tuple(found)


def _reads_script(command: Command) -> bool:
    """Whether a command is a shell that takes its script from its input."""
    if command.tool != "sh" or command.has("-c"):
        return False
    return command.has("-s") or not command.operands or command.operands[0].value in ("-", "/dev/stdin")


def _logical(text: Mapped, file: int) -> int:
    """The offset in a mapped text of an offset of the file."""
    best = 0
    for index, (logical, start) in enumerate(text.pieces):
        stop = text.pieces[index + 1][0] if index + 1 < len(text.pieces) else len(text.text)
        if start <= file < start + stop - logical or (file == start and stop == logical):
            return logical + file - start
        if start <= file:
            best = stop
    return best


def _width(text: Mapped, at: int, heredoc: Heredoc) -> int:
    """The length of a here-document's `<<EOF` in the logical text."""
    return _logical(text, heredoc.opener.end - 1) + 1 - at


def _exec(line: CommandLine, words: tuple[Word, ...]) -> tuple[Script, ...]:
    if not words:
        return ()
    given = [_exec_word(line.text, word) for word in words]
    start, end = given[0].start, given[-1].end
    place = Place(line.text.span(start, end), start, end, None, None, (), 0)
    command = made(unwrapped(given), given, (), (), place)
    script = Script("sh", True, True, False, line.text, (command,), (), ())
    word = script_word(command)
    if word is None or word.value is None:
        return (script,)
    inner = _decoded(line.text.text[word.start : word.end])
    if inner is None or not inner.text.strip():
        return (script,)
    start = word.start
    inside = through(Mapped(inner.text, tuple((a, b + start) for a, b in inner.pieces)), line.text)
    return (script, read_text(inside, dialect_of((command.name or "",)), exec_form=True))


def _exec_word(text: Mapped, word: Word) -> ShellWord:
    start = _logical(text, word.span.start)
    end = _logical(text, word.span.end - 1) + 1
    return ShellWord(word.span, start, end, word.raw, word.value)


_JSON = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _decoded(raw: str) -> Mapped | None:
    """A JSON string without its quotes and escapes; None when the text is none."""
    if len(raw) < 2 or raw[0] != '"' or raw[-1] != '"':
        return None
    if "\\" not in raw:
        return Mapped(raw[1:-1], ((0, 1),))
    out: list[str] = []
    pieces: list[tuple[int, int]] = [(0, 1)]
    at = 1
    while at < len(raw) - 1:
        char = raw[at]
        width = 1
        if char == "\\":
            escape = raw[at + 1]
            if escape == "u":
                digits = raw[at + 2 : at + 6]
                if len(digits) < 4 or not all(d in "0123456789abcdefABCDEF" for d in digits):
                    return None
                char, width = chr(int(digits, 16)), 6
            else:
                char, width = _JSON.get(escape, escape), 2
            pieces.append((len(out), at + width - 1))
            pieces.append((len(out) + 1, at + width))
        out.append(char)
        at += width
    return Mapped("".join(out), tuple(pieces))
