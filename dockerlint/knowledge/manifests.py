"""Which files a command reads that installs a project's dependencies: the accessors of `manifests.toml`."""

from __future__ import annotations

from dockerlint.frozen import record


@record
class Reader:
    """A command that installs what a project depends on. `files` are the patterns of what it reads;
    `option` one whose values are the files; it reads more than that without one of `needs`, or with operands other
    than `operands`."""

    tools: tuple[str, ...]
    commands: tuple[str, ...]
    files: tuple[str, ...]
    option: str
    needs: tuple[str, ...]
    operands: tuple[str, ...]


_readers: dict[str, list[Reader]] = {}


def readers(tool: str | None) -> tuple[Reader, ...]:
    """What is known of a tool's commands."""
    if not _readers:
        from dockerlint.knowledge.tables import MANIFESTS

        for row in MANIFESTS["commands"]:
            made = Reader(
                row["tools"],
                row["commands"],
                row["files"],
                row.get("option", ""),
                row.get("needs", ()),
                row.get("operands", ()),
            )
            for name in made.tools:
                _readers.setdefault(name, []).append(made)
    return tuple(_readers.get(tool or "", ()))
