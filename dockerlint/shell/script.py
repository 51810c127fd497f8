"""What a shell script in a Dockerfile runs: commands and how they hang together."""

from __future__ import annotations

from dockerlint.frozen import node, remember
from dockerlint.source import Mapped, Span


@node
class ShellWord:
    """One word of a command. `span` is its place in the file, quotes included; `start` and
    `end` are offsets into the script's text.

    `raw` is the word as written (continuations left out); `value` what it is after quote
    removal, or None when the shell would expand something in it (variable, substitution,
    unquoted glob or tilde stays literal in `value`).
    """

    span: Span
    start: int
    end: int
    raw: str
    value: str | None

    @property
    def text(self) -> str:
        """The value where it is known, else the word as written."""
        return self.raw if self.value is None else self.value


@node
class Redirect:
    """`2> file`: operator with its descriptor, and the target word (None for a heredoc)."""

    span: Span
    operator: str
    target: ShellWord | None


@node
class Option:
    """One option of a known command. `name` is `-y` or `--yes` as the tool documents it
    (a cluster `-qy` gives two options with the same word), as it is written here; `aliases`
    are all its spellings. `value` is its value when it takes one (in the same word or the
    next; variables stay as written), `value_word` the word that holds it."""

    name: str
    word: ShellWord
    value: str | None
    value_word: ShellWord | None
    aliases: tuple[str, ...] = ()


@node
class Command:
    """One program call.

    `name` is the program's base name (`/usr/bin/apt-get` and `sudo apt-get` are `apt-get`),
    None when it is not a literal. `wrappers` are the names that were looked through (`sudo`,
    `env`, `exec`, `time`, `nice` …), `wrapper_span` covers them. `name_word` is the word that
    names the program, `arguments` the words behind it, `assignments` the `A=b` words before
    it (those given through `env` included).

    `subcommand` (`install` of `apt-get -q install x`), `options` and `operands` are filled
    for tools of the knowledge tables; for others `options` holds every word that begins
    with a dash, without values, and `operands` the rest.

    `before` is the operator that joins it to what runs before it in its list: None for the
    first, else `&&` `||` `;` `&` `|` `|&` or `\\n`; `after` likewise. `within` names the
    constructs around it, outermost first: subshell, group, if, for, while, until, case,
    function, substitution, pipeline, negation. `span` covers assignments to redirects.
    `statement` is the index of the top-level statement it belongs to. `tool` is the name
    under which the knowledge tables know the program: `pip` for `pip3` and `python3 -m pip`,
    `dnf` for `dnf5`, `gcc` for `x86_64-linux-gnu-gcc-12`; None when they do not.

    Commands inside a literal script of `sh -c` (or `su -c`) have `shell-c` in `within`;
    their spans still point into the file, inside the quotes. `xargs` counts as a wrapper:
    operands that it reads from its input are not there.
    """

    span: Span
    start: int
    end: int
    name: str | None
    name_word: ShellWord
    arguments: tuple[ShellWord, ...]
    assignments: tuple[ShellWord, ...]
    redirects: tuple[Redirect, ...]
    wrappers: tuple[str, ...]
    wrapper_span: Span | None
    subcommand: str | None
    subcommand_word: ShellWord | None
    options: tuple[Option, ...]
    operands: tuple[ShellWord, ...]
    before: str | None
    after: str | None
    within: tuple[str, ...]
    statement: int
    tool: str | None = None

    def option(self, *names: str) -> Option | None:
        """The first option that has one of the names, in any of its spellings."""
        for option in self.options:
            if option.name in names or any(alias in names for alias in option.aliases):
                return option
        return None

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return self.option(*names) is not None

    @property
    def at_top(self) -> bool:
        """Whether it stands in the top-level list, not inside any construct."""
        return not self.within


@node
class Statement:
    """One member of the script's top-level list.

    `kind` is command, pipeline, assignment, negation, subshell, group, if, for, while,
    until, case, function, test, or other. `before` is the operator that joins it to the statement
    before it: None for the first, else `&&` `||` `;` `&` or `\\n`; `after` the operator behind
    it (None when there is none: the last may have a `;`, `&` or `\\n` behind it).
    """

    span: Span
    start: int
    end: int
    kind: str
    before: str | None
    after: str | None


@node
class Script:
    """A parsed RUN body (or any command line).

    `dialect` is `sh` (POSIX: dash, ash, busybox), `bash`, `zsh`, `ksh`, `powershell`, `cmd`
    or `unknown`; commands are only read for the first four. An `exec_form` script has one
    command and no statements; the script of its `["sh", "-c", "…"]` is another one, with
    statements and `exec_form` set, too: its text stands inside a JSON string. `ok` is False when the text does not parse; commands that
    could still be read are there, but nobody should edit such a script. `text` is what was
    parsed: the shell text of the instruction or the body of its here-document (`heredoc`).
    `commands` are in source order, at any depth.
    """

    dialect: str
    ok: bool
    exec_form: bool
    heredoc: bool
    text: Mapped
    commands: tuple[Command, ...]
    statements: tuple[Statement, ...]
    comments: tuple[Span, ...]
    _memo = ("_named", "_kept")

    @property
    def is_and_list(self) -> bool:
        """Whether the body is one chain `a && b && …` with nothing else at its top level
        (a single statement counts)."""
        return bool(self.statements) and all(
            s.before in (None, "&&") and s.after in (None, "&&") for s in self.statements
        )

    def named(self, *names: str) -> tuple[Command, ...]:
        """The commands that call one of the programs, by base name or by `tool`."""
        index = remember(self, "_named", self._index)
        found = [index[name] for name in names if name in index]
        if not found:
            return ()
        if len(found) > 1:
            return tuple(
                self.commands[place] for place in sorted({place for some, _ in found for place in some})
            )
        return found[0][1]

    def _index(self) -> dict[str, tuple[tuple[int, ...], tuple[Command, ...]]]:
        """Where in `commands` each program and tool is called, and those commands."""
        index: dict[str, list[int]] = {}
        for place, command in enumerate(self.commands):
            if command.name is not None:
                index.setdefault(command.name, []).append(place)
            if command.tool is not None and command.tool != command.name:
                index.setdefault(command.tool, []).append(place)
        commands = self.commands
        return {name: (tuple(some), tuple(commands[place] for place in some)) for name, some in index.items()}
