"""What the tests of the split share."""

from __future__ import annotations

from dockerlint.fix import splice
from dockerlint.resolve import parse
from dockerlint.split import Refusal, Split, split


def fixed(text: str) -> str:
    """The text of a file in two stages; fails where the file is not split."""
    dockerfile = parse(text)
    found = split(dockerfile)
    assert isinstance(found, Split), found
    made = splice(dockerfile.source.text, found.edits)
    again = parse(made)
    assert not again.problems
    assert len(again.stages) == 2
    assert split(again) is None
    return made


def runtime(text: str) -> str:
    """The runtime stage alone."""
    made = fixed(text)
    dockerfile = parse(made)
    return made[dockerfile.stages[1].start.span.start :]


def refused(text: str) -> str:
    """The reason why a file is not split."""
    found = split(parse(text))
    assert isinstance(found, Refusal), found
    return found.reason
