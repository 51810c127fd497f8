"""What package managers leave behind: the accessors of `caches.toml`, which has the sources."""

from __future__ import annotations

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


@record
class Manager:
    """A package manager or build tool, and the files that it leaves.

    `tools` are the names that commands have as their `tool`. `fills`, `updates`, `removes` and
    `cleans` are subcommands (`Command.subcommand`; "" is a tool without subcommands): those that
    leave something in `caches`, those that leave something in `lists`, those that uninstall,
    those that empty the cache. Folders begin with `/`, or with `~` for the user's home; they may
    hold a `*` for a version. `rule` names the rule that finds what is left in the caches, `lists_rule`
    in the lists, "" where there is none. `avoid` is the option of `fills` that keeps the cache out, "" when
    there is none; `off` are environment variables that do, `moved_by` those that put it
    elsewhere. `clean` is the shell command that removes it in the same layer. `mounts` are the
    folders to give a cache mount, with `sharing` (`shared` or `locked`).
    """

    name: str
    tools: tuple[str, ...]
    fills: tuple[str, ...]
    updates: tuple[str, ...]
    removes: tuple[str, ...]
    cleans: tuple[str, ...]
    lists: tuple[str, ...]
    caches: tuple[str, ...]
    avoid: str
    off: tuple[str, ...]
    moved_by: tuple[str, ...]
    clean: str
    mounts: tuple[str, ...]
    sharing: str
    rule: str
    lists_rule: str


_managers: list[Manager] = []


def managers() -> tuple[Manager, ...]:
    """All managers, in the order of the table."""
    if not _managers:
        from dockerlint.knowledge.tables import CACHES

        for name, table in CACHES.items():
            _managers.append(
                Manager(
                    name=name,
                    tools=table["tools"],
                    fills=table["fills"],
                    updates=table.get("updates", ()),
                    removes=table["removes"],
                    cleans=table["cleans"],
                    lists=table.get("lists", ()),
                    caches=table["caches"],
                    avoid=table.get("avoid", ""),
                    off=table.get("off", ()),
                    moved_by=table.get("moved_by", ()),
                    clean=table["clean"],
                    mounts=table["mounts"],
                    sharing=table["sharing"],
                    rule=table.get("rule", ""),
                    lists_rule=table.get("lists_rule", table.get("rule", "")),
                )
            )
    return tuple(_managers)


def manager(tool: str | None) -> Manager | None:
    """The manager that a tool belongs to (`apt` for `apt-get`), None when it is none."""
    return next((m for m in managers() if tool in m.tools), None)


def homes(paths: Iterable[str], home: str = "/root") -> tuple[str, ...]:
    """Folders of a table with the home of the user put in."""
    return tuple(home + path[1:] if path.startswith("~") else path for path in paths)
