"""Parser directives: `# syntax=`, `# escape=`, `# check=`, and their two readers.

The line reader takes `escape` and asks `directive_in` line by line; `file_directives` is
BuildKit's second reader, for `syntax` and `check`, and sees other lines.
"""

from __future__ import annotations

import re

from dockerlint.values import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# (name, start of the line's text, its end, start of the value, its end, value)
FileDirective = tuple[str, int, int, int, int, str]

_DIRECTIVE = re.compile(r"([A-Za-z][A-Za-z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*")
_NAMES = ("syntax", "escape", "check")
_BLANKS = "\t\n\f\r "


def directive_in(text: str, at: int, end: int) -> tuple[str, int, int] | None:
    """The known directive `name=value` that a range of text is: name, value's start and end."""
    match = _DIRECTIVE.match(text, at, end)
    if match is None or match[1].lower() not in _NAMES:
        return None
    start = match.end()
    stop = start + len(text[start:end].rstrip(_BLANKS))
    if start == stop:
        # BuildKit's pattern wants one character at least and takes it from the blanks.
        start, stop = end - 1, end
        if text[start] == "=":
            return None
    return match[1].lower(), start, stop


def file_directives(text: str) -> list[FileDirective]:
    """What BuildKit's second reader finds: `syntax` and `check`, their values cut at a space."""
    start = 0
    if text.startswith("#!"):
        start = text.find("\n") + 1 or len(text)
    found: dict[str, FileDirective] = {}
    for prefix in ("#", "//"):
        at = start
        seen: set[str] = set()
        while text.startswith(prefix, at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            begin = at + len(prefix)
            begin += len(text[begin:end]) - len(text[begin:end].lstrip(_BLANKS))
            own = directive_in(text, begin, end)
            if own is None or own[0] in seen:
                break
            seen.add(own[0])
            name, value_start, value_end = own
            if name == "syntax" or (name == "check" and prefix == "#"):
                value = text[value_start:value_end].partition(" ")[0]
                text_end = at + len(text[at:end].rstrip("\r"))
                known = (name, at, text_end, value_start, value_start + len(value), value)
                found.setdefault(name, known)
            at = end + 1
    if "syntax" not in found and text.startswith("{", start):
        found.update(_json_directive(text, start))
    return list(found.values())


def _json_directive(text: str, start: int) -> dict[str, FileDirective]:
    """The syntax of a file that is a JSON object as a whole."""
    from dockerlint.lalr import Grammar

    branch = Grammar("exec").parse("document", text, start, len(text))
    parts: list[Any] = list(branch[1]) if branch else []
    found: dict[str, FileDirective] = {}
    for member in next((part[1] for part in parts if part[0] == "object"), ()):
        if member[0] != "member":
            continue
        key, *_, value = member[1]
        if decoded(text[key[1] : key[2]]).lower() != "syntax":
            continue
        if value[0] != "STRING":
            return {}
        said = decoded(text[value[1] : value[2]]).partition(" ")[0]
        if said:
            found["syntax"] = ("syntax", key[1], value[2], value[1] + 1, value[2] - 1, said)
    return found
