"""`.dockerignore`: which files it applies to, by the rules of moby/patternmatcher.

A pattern is Go's `filepath.Match` plus `**`; a path is ignored when it or one of its parents
matches; the last pattern that matches wins, and `!` takes a path back in.
"""

from __future__ import annotations

from dockerlint.frozen import node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    # ("" literal, "?" one character, "*" any but a slash, "[" one of a class, "/" any folders), its detail
    Item = tuple[str, str]

_WHITE = "\t\n\v\f\r \x85\xa0"
_SPECIAL = "*?[]\\"


def find_ignore_file(dockerfile: str, context: str | None = None) -> str | None:
    """The path of the ignore file that applies to a Dockerfile: `<Dockerfile>.dockerignore`
    beside it, else `.dockerignore` of the context (its own folder when None); None without one."""
    import os

    own = f"{dockerfile}.dockerignore"
    shared = os.path.join(context if context is not None else os.path.dirname(dockerfile), ".dockerignore")
    return next((path for path in (own, shared) if os.path.isfile(path)), None)


def read_patterns(text: str) -> tuple[str, ...]:
    """The patterns of an ignore file, cleaned: no comments, no empty lines, no leading slash."""
    found: list[str] = []
    for line in text.removeprefix("\ufeff").split("\n"):
        if line.startswith("#"):
            continue
        pattern = line.strip(_WHITE)
        inverted = pattern.startswith("!")
        if inverted:
            pattern = pattern[1:].strip(_WHITE)
        if pattern:
            pattern = clean(pattern)
            if len(pattern) > 1:
                pattern = pattern.removeprefix("/")
        elif not inverted:
            continue
        found.append(f"!{pattern}" if inverted else pattern)
    return tuple(found)


def clean(path: str) -> str:
    """filepath.Clean: the shortest path that means the same; `.` for none."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            parts.append(part)
        elif parts and parts[-1] != "..":
            parts.pop()
        elif not rooted:
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


@node
class Ignore:
    """The patterns of one ignore file, ready to match."""

    patterns: tuple[tuple[bool, _Pattern], ...]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Ignore:
        """From cleaned patterns (`read_patterns`); one that Go calls malformed is left out."""
        made: list[tuple[bool, _Pattern]] = []
        for text in patterns:
            taken_back = text.startswith("!")
            text = text[taken_back:]
            items = _items(text)
            if text and items is not None:
                made.append((taken_back, _Pattern(text, items)))
        return cls(tuple(made))

    def excludes(self, path: str, keep_slash: bool = False) -> bool:
        """Whether a path (relative to the context, with slashes) is kept out of the context. With
        `keep_slash` a leading slash is part of it, as BuildKit's check of sources has it."""
        path = clean(path) if keep_slash else clean(path).removeprefix("/")
        parts = path.split("/")
        candidates = [path] + ["/".join(parts[:count]) for count in range(1, len(parts))]
        out = False
        for taken_back, pattern in self.patterns:
            if taken_back == out and any(pattern.matches(candidate) for candidate in candidates):
                out = not taken_back
        return out


@node
class _Pattern:
    text: str
    items: tuple[Item, ...]

    def matches(self, path: str) -> bool:
        """Whether this one path matches, parents not counted."""
        text = self.text
        if not any(char in text for char in _SPECIAL):
            return path == text
        if text.startswith("**") and not any(char in text[2:] for char in _SPECIAL):
            # `**.log` is any path that ends so, whatever stands before.
            return path.endswith(text[2:]) or (text[2:3] == "/" and path == text[3:])
        if text.endswith("**") and not any(char in text[:-2] for char in _SPECIAL):
            return path.startswith(text[:-2])
        return _run(self.items, path)


def _items(pattern: str) -> tuple[Item, ...] | None:
    """What a pattern is made of; None where it is malformed."""
    items: list[Item] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*" and pattern.startswith("*", at):
            at += 1
            at += pattern.startswith("/", at)
            items.append(("/", "" if at < len(pattern) else "rest"))
        elif char in "*?":
            items.append((char, ""))
        elif char == "[":
            end = _class_end(pattern, at)
            if end is None:
                return None
            items.append(("[", pattern[at:end]))
            at = end + 1
        elif char == "\\":
            if at == len(pattern):
                return None
            items.append(("", pattern[at]))
            at += 1
        else:
            items.append(("", char))
    return tuple(items)


def _class_end(pattern: str, at: int) -> int | None:
    """The offset of the `]` that closes a class; None where the class is malformed."""
    first = at + pattern.startswith("^", at)
    at = first
    while at < len(pattern):
        if pattern[at] == "]":
            return at if at > first else None
        at += 2 if pattern[at] == "\\" else 1
    return None


def _in_class(inside: str, char: str) -> bool:
    outside = inside.startswith("^")
    letters: list[str] = []
    at = int(outside)
    found = False
    while at < len(inside):
        at += inside[at] == "\\"
        letters.append(inside[at : at + 1])
        at += 1
        if inside.startswith("-", at) and at + 1 < len(inside):
            high = at + 1 + (inside[at + 1] == "\\")
            found |= letters[-1] <= char <= inside[high : high + 1]
            at = high + 1
    return (found or char in letters) != outside


def _run(items: tuple[Item, ...], path: str) -> bool:
    """Match by carrying the set of places in the pattern that can be reached."""
    states = _reach({0}, items)
    for char in path:
        moved: set[int] = set()
        for state in states:
            place, inside = divmod(state, 2)
            if place == len(items):
                continue
            kind, detail = items[place]
            if kind == "/":
                if inside or detail:
                    moved.add(2 * place + inside)
                if inside and char == "/":
                    moved.add(2 * place + 2)
            elif kind == "*":
                if char != "/":
                    moved.add(state)
            elif (
                (kind == "" and char == detail)
                or (kind == "?" and char != "/")
                or (kind == "[" and _in_class(detail, char))
            ):
                moved.add(2 * place + 2)
        states = _reach(moved, items)
        if not states:
            return False
    return 2 * len(items) in states


def _reach(states: set[int], items: tuple[Item, ...]) -> set[int]:
    """The states with those added that need no character. An odd state is inside the folders
    that `**` stands for; the even one after it is behind them."""
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        place, inside = divmod(state, 2)
        if place == len(items) or inside:
            continue
        kind, detail = items[place]
        more = []
        if kind == "*":
            more = [state + 2]
        elif kind == "/":
            more = [state + 2] if detail else [state + 1, state + 2]
        for other in more:
            if other not in states:
                states.add(other)
                waiting.append(other)
    return states
