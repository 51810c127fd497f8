"""What a misspelt name was meant to be, as BuildKit guesses it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TOO_FAR = 3


def nearest(name: str, options: Iterable[str], any_case: bool = False) -> str | None:
    """The option with the smallest edit distance below 3; None when there is none, or when
    the name is one of the options (then something else is wrong).

    With `any_case` the answer is in upper case for a name in upper case, else in lower case.
    On a tie the first option is taken; BuildKit takes any of them.
    """
    wanted = name.lower() if any_case else name
    best, least = None, _TOO_FAR
    for option in options:
        if any_case:
            option = option.lower()
        if option == wanted:
            return None
        if abs(len(option) - len(wanted)) < least:
            found = distance(wanted, option)
            if found < least:
                best, least = option, found
    if best is not None and any_case and name != name.lower() and name == name.upper():
        return best.upper()
    return best


def did_you_mean(name: str, options: Iterable[str], any_case: bool = False) -> str:
    """` (did you mean X?)` for the nearest option, or nothing."""
    found = nearest(name, options, any_case)
    return f" (did you mean {found}?)" if found else ""


def distance(first: str, second: str) -> int:
    """Levenshtein: insertions, deletions and replacements, no transpositions."""
    row = list(range(len(second) + 1))
    for index, char in enumerate(first, 1):
        before, row[0] = row[0], index
        for column, other in enumerate(second, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (char != other)),
            )
    return row[-1]
