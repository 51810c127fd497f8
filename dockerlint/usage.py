"""The options of every command as records, read from the parsers that read the command line.

Completion and the man page are made from these, so neither can say what the program does not do.
"""

from __future__ import annotations

from importlib import import_module

from dockerlint.cli import COMMANDS
from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser


@record
class Option:
    """An option, or an operand where it has no names. `value` is what its value is called, empty where
    it takes none; `needed` tells whether the value may be left out; `many` whether it may come again."""

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str
    needed: bool
    many: bool

    @property
    def kind(self) -> str:
        """What to complete its value with: `choice`, `rules`, `file`, `folder`, or nothing (empty)."""
        if self.choices:
            return "choice"
        if self.value in ("NAMES", "RULE", "CODE"):
            return "rules"
        if self.value in ("FILE", "PATH"):
            return "file"
        return "folder" if self.value in ("DIR", "FOLDER") else ""


@record
class Command:
    """A command, or the lint itself where `name` is empty. `groups` are titles with their options."""

    name: str
    summary: str
    about: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """All its options, without operands."""
        return tuple(option for _, some in self.groups for option in some if option.names)

    @property
    def operands(self) -> tuple[Option, ...]:
        """What it takes beside options."""
        return tuple(option for _, some in self.groups for option in some if not option.names)


def commands() -> tuple[Command, ...]:
    """The lint, then every command in the order of `--help`."""
    from dockerlint.arguments import parser

    found = [_command("", "lint, and fix", parser(COMMANDS))]
    for name, what, module in COMMANDS:
        found.append(_command(name, what, import_module(f"dockerlint.{module}").parser()))
    return tuple(found)


def _command(name: str, summary: str, parser: ArgumentParser) -> Command:
    groups = []
    for group in parser._action_groups:
        options = tuple(_option(parser, action) for action in group._group_actions)
        if options:
            own = group.title or ""
            groups.append(("" if own in ("positional arguments", "options") else own, options))
    return Command(name, summary, parser.description or "", tuple(groups))


def _option(parser: ArgumentParser, action: Action) -> Option:
    from argparse import ONE_OR_MORE, OPTIONAL, ZERO_OR_MORE

    takes = action.nargs != 0
    choices = tuple(str(one) for one in action.choices or ())
    value = ""
    if takes:
        value = action.metavar if isinstance(action.metavar, str) else ""
        value = value or ("|".join(choices) if choices else action.dest.upper())
    text = (action.help or "") % {"prog": parser.prog, "default": action.default}
    many = action.nargs in (ONE_OR_MORE, ZERO_OR_MORE) or type(action).__name__ in (
        "_AppendAction",
        "_ExtendAction",
    )
    return Option(
        tuple(action.option_strings),
        value,
        choices,
        text,
        takes and action.nargs not in (OPTIONAL, ZERO_OR_MORE),
        many,
    )
