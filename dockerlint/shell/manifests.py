"""Which files of a project a command needs that installs its dependencies."""

from __future__ import annotations

from dockerlint.knowledge.manifests import Reader, readers
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.shell.script import Command

_SPECIAL = "$`*?[\\ "


def manifests(command: Command) -> tuple[str, ...] | None:
    """The patterns of the files that a command reads, relative to the folder it runs in (none for
    one that only names packages); None when it installs no dependencies, or reads more than can be told."""
    for reader in readers(command.tool):
        if (command.subcommand or "") in reader.commands and _is_alone(command, reader):
            return _files(command, reader)
    return None


def _is_alone(command: Command, reader: Reader) -> bool:
    if command.redirects or command.wrappers or any("$(" in word.raw for word in command.arguments):
        return False
    if reader.needs and not command.has(*reader.needs):
        return False
    words = [shown(word) for word in command.operands]
    if reader.option:
        return not any(_is_path(word) for word in words)
    return all(word in reader.operands for word in words) and (bool(words) or not reader.operands)


def _is_path(word: str) -> bool:
    return (
        "/" in word
        or "$" in word
        or "`" in word
        or word.startswith((".", "~"))
        or word.endswith((".whl", ".gz"))
    )


def _files(command: Command, reader: Reader) -> tuple[str, ...] | None:
    if not reader.option:
        return reader.files
    found = []
    for option in command.options:
        if reader.option in (option.name, *option.aliases):
            name = (option.value or "").removeprefix("./")
            if not name or name.startswith(("/", "..")) or any(char in name for char in _SPECIAL):
                return None
            found.append(name)
        elif option.name in ("-e", "--editable", "-c", "--constraint", "--find-links", "-f"):
            return None
    return tuple(found)
