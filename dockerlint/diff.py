"""Unified diffs of what a fix changes."""

from __future__ import annotations

from dockerlint.report.escape import visible

_COLORS = {"-": "31", "+": "32", "@": "36"}


def unified(path: str, before: str, after: str) -> str:
    """The diff between two texts of a file, as `patch -p1` takes it; empty when they are equal.

    Bytes that are not UTF-8 stay lone surrogates.
    """
    from difflib import unified_diff

    lines: list[str] = []
    name = path.lstrip("/")
    for line in unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}"):
        if line.endswith("\n"):
            lines.append(line)
        else:
            lines.append(line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Lines that end at LF only: `splitlines` also ends them at characters such as form feed."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def colored(diff: str) -> str:
    """The diff in colours for a terminal, with nothing else in it that a terminal would obey."""
    lines = []
    for line in diff.split("\n"):
        shown = visible(line.removesuffix("\r"))
        color = "1" if line.startswith(("---", "+++")) else _COLORS.get(line[:1])
        lines.append(f"\x1b[{color}m{shown}\x1b[0m" if color else shown)
    return "\n".join(lines)
