"""The one error that a person at the command line can cause and mend."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class UserError(Exception):
    """Bad usage or bad configuration: what is wrong, and a hint what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return (UserError, (str(self), self.hint))


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest of the known words, empty when none is close."""
    from difflib import get_close_matches

    names = {name.casefold(): name for name in sorted(known)}
    close = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return f"did you mean {names[close[0]]}?" if close else ""
