"""Arguments of a known tool -> subcommand, options with their values, operands.

How a tool reads its arguments is in the tables of `dockerlint.knowledge`; here are the
rules that turn a table and some words into options. For an unknown tool every word that
begins with a dash is an option without a value.
"""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge import ATTACHED, FLAG, NUMBER, OPTIONAL, UNTIL, Level
from dockerlint.shell.quoting import shown
from dockerlint.shell.script import Option, ShellWord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@record
class Reading:
    """What the arguments of a command say. `rest` is the index of the first operand among
    the words (their number when there is none)."""

    subcommand: str | None
    subcommand_word: ShellWord | None
    options: tuple[Option, ...]
    operands: tuple[ShellWord, ...]
    rest: int


def read_unknown(words: Sequence[ShellWord]) -> Reading:
    """The reading of a tool that is in no table."""
    options: list[Option] = []
    operands: list[ShellWord] = []
    for index, word in enumerate(words):
        text = shown(word)
        if text == "--":
            operands.extend(words[index + 1 :])
            break
        if text.startswith("-") and text != "-":
            name, equals, value = text.partition("=")
            options.append(Option(name, word, value if equals else None, word if equals else None, (name,)))
        else:
            operands.append(word)
    return Reading(None, None, tuple(options), tuple(operands), 0)


def read(level: Level, words: Sequence[ShellWord]) -> Reading:
    """The reading of the words behind a known tool's name."""
    reader = _Reader(level, words)
    reader.run()
    if reader.subcommand is None and not reader.operands:
        reader.subcommand = level.default
    return Reading(
        reader.subcommand,
        reader.subcommand_word,
        tuple(reader.options),
        tuple(reader.operands),
        reader.rest,
    )


class _Reader:
    def __init__(self, level: Level, words: Sequence[ShellWord]) -> None:
        self.level = level
        self.words = words
        self.at = 0
        self.rest = len(words)
        self.subcommand: str | None = None
        self.subcommand_word: ShellWord | None = None
        self.options: list[Option] = []
        self.operands: list[ShellWord] = []

    def run(self) -> None:
        words = self.words
        if self.level.style == "tar" and words and not shown(words[0]).startswith("-"):
            self.at = 1
            self._cluster(words[0], shown(words[0]), 0)
        while self.at < len(words):
            word = words[self.at]
            text = shown(word)
            self.at += 1
            if text == "--":
                self._operands(self.at)
                return
            if text.startswith("-") and text != "-" and not self._is_operand(text):
                self._option(word, text)
            elif text.startswith("+") and self.level.plus and len(text) > 1:
                if self.level.plus == "letters":
                    self._cluster(word, text, 1, "+")
                else:
                    self._add(text, word, None, None, (text,))
            elif not self._is_subcommand(word, text):
                if self.level.stop:
                    self._operands(self.at - 1)
                    return
                self._operand(self.at - 1)

    def _operand(self, index: int) -> None:
        self.rest = min(self.rest, index)
        self.operands.append(self.words[index])

    def _operands(self, start: int) -> None:
        self.rest = min(self.rest, start)
        self.operands.extend(self.words[start:])

    def _is_operand(self, text: str) -> bool:
        if not self.level.unknown_is_operand or text.partition("=")[0] in self.level.options:
            return False
        return not all(f"-{letter}" in self.level.options for letter in text[1:])

    def _is_subcommand(self, word: ShellWord, text: str) -> bool:
        if not self.level.has_subcommands or self.operands or word.value is None:
            return False
        found = self.level.subcommand(text)
        if found is None:
            return False
        self.subcommand, self.subcommand_word = found.path, word
        self.level = found
        return True

    def _option(self, word: ShellWord, text: str) -> None:
        options = self.level.options
        name, equals, value = text.partition("=")
        known = options.get(name)
        if known is None and name.startswith("--") and len(name) > 4:
            whole = self.level.abbreviated(name)
            known = options[whole] if whole is not None else None
        if known is not None:
            aliases, kind = known
            if equals and (kind != FLAG or name.startswith("--") or self.level.style == "plain"):
                self._add(name, word, value, word, aliases)
                return
            if not equals:
                self._known(name, word, aliases, kind)
                return
        if text.startswith("--"):
            self._add(name, word, value if equals else None, word if equals else None, (name,))
        elif self.level.style == "plain":
            prefix = next((p for p in self.level.prefixes if text.startswith(p)), None)
            if prefix is not None:
                aliases = options.get(prefix, ((prefix,), FLAG))[0]
                self._add(prefix, word, text[len(prefix) :], word, aliases)
            else:
                self._add(name, word, value if equals else None, word if equals else None, (name,))
        else:
            self._cluster(word, text, 1)

    def _known(self, name: str, word: ShellWord, aliases: tuple[str, ...], kind: int) -> None:
        if kind in (FLAG, OPTIONAL, ATTACHED):
            self._add(name, word, None, None, aliases)
        elif kind == NUMBER:
            following = self.words[self.at] if self.at < len(self.words) else None
            taken = following is not None and (following.value is None or following.value.isdigit())
            holder = following if taken else None
            self.at += taken
            self._add(name, word, shown(holder) if holder is not None else None, holder, aliases)
        elif kind == UNTIL:
            start = self.at
            while self.at < len(self.words) and shown(self.words[self.at]) not in (";", "+"):
                self.at += 1
            self.at = min(self.at + 1, len(self.words))
            values = [shown(w) for w in self.words[start : self.at - 1]]
            holder = self.words[start] if start < len(self.words) else None
            self._add(name, word, " ".join(values), holder, aliases)
        elif self.at < len(self.words):
            holder = self.words[self.at]
            self.at += 1
            self._add(name, word, shown(holder), holder, aliases)
        else:
            self._add(name, word, None, None, aliases)

    def _cluster(self, word: ShellWord, text: str, start: int, sign: str = "-") -> None:
        """Read `-xzf`: one letter is one option; one that takes a value takes the rest of
        the word, or the next word."""
        old_tar = start == 0
        at = start
        while at < len(text):
            name = sign + text[at]
            at += 1
            aliases, kind = self.level.options.get(name, ((name,), FLAG))
            rest = text[at:]
            if kind in (FLAG, OPTIONAL) or old_tar:
                if rest.startswith("=") and not old_tar:
                    self._add(name, word, rest[1:], word, aliases)
                    return
                self._known(name, word, aliases, kind)
            elif rest:
                value = rest[1:] if rest.startswith("=") else rest
                self._add(name, word, value, word, aliases)
                return
            else:
                self._known(name, word, aliases, kind)

    def _add(
        self,
        name: str,
        word: ShellWord,
        value: str | None,
        holder: ShellWord | None,
        aliases: tuple[str, ...],
    ) -> None:
        self.options.append(Option(name, word, value, holder, aliases))
        operation = self.level.operations.get(name)
        if operation is not None and self.subcommand is None:
            self.subcommand, self.subcommand_word = operation, word
