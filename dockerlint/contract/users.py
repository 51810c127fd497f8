"""Whether the users that a container knows are the same in two images."""

from __future__ import annotations

from dockerlint.inspect import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.view import View

# Names with numbers, and the passwords that belong to each.
_NUMBERS = ("etc/passwd", "etc/group")
_PASSWORDS = {"etc/shadow": "etc/passwd", "etc/gshadow": "etc/group"}
USERS = (*_NUMBERS, *_PASSWORDS)


def users_stay(one: View, two: View, path: str) -> bool:
    """Whether who the container of the first image runs as, and every user that was added to the file at a path
    (one of `USERS`), is in that file of the second with the same number, or password."""
    if path in _PASSWORDS:
        added = {line.partition(":")[0] for line in _added(one, _PASSWORDS[path])}
        if any(not isinstance(view.facts.get(path), Text) for view in (one, two)):
            return False
        old, new = (_passwords(view, path) for view in (one, two))
        return all(old.get(name) == new.get(name) for name in added)
    lines = set(_lines(two, path))
    return all(line in lines for line in _added(one, path))


def _added(view: View, path: str) -> list[str]:
    """The lines of who the container runs as, and of users that no distribution has."""
    settings = view.image.config.get("config")
    user = settings.get("User") if isinstance(settings, dict) else ""
    names = set(str(user or "").split(":"))
    found = []
    for line in _lines(view, path):
        fields = line.split(":")
        number = fields[2] if len(fields) > 2 and fields[2].isdigit() else "0"
        if fields[0] in names or number in names or int(number) >= 1000:
            found.append(line)
    return found


def _passwords(view: View, path: str) -> dict[str, str]:
    """The passwords by name; what follows them are days."""
    return {fields[0]: fields[1] for line in _lines(view, path) if len(fields := line.split(":")) > 1}


def user_home(view: View) -> str | None:
    """The home of the user that a container runs as (no leading slash), None for root or where no file tells."""
    settings = view.image.config.get("config")
    user = str(settings.get("User") or "").partition(":")[0] if isinstance(settings, dict) else ""
    for line in _lines(view, _NUMBERS[0]):
        fields = line.split(":")
        if user and user in (fields[0], *fields[2:3]) and len(fields) > 5 and fields[2] != "0":
            return fields[5].strip("/") or None
    return None


def _lines(view: View, path: str) -> list[str]:
    fact = view.facts.get(path)
    return fact.text.split("\n") if isinstance(fact, Text) else []
