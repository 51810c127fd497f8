"""Words that BuildKit expands, and its answer where that fails."""

from __future__ import annotations

from dockerlint.expand import ExpansionError, expand_reporting, expand_words_reporting
from dockerlint.go import quote
from dockerlint.model import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.model import Arg, Dockerfile, Instruction


class Words:
    """Expands the words of one instruction, in the variables that it sees."""

    def __init__(self, dockerfile: Dockerfile, instruction: Instruction) -> None:
        self.escape = dockerfile.escape
        self.variables: Mapping[str, str | None] = instruction.state.variables
        self.open_environment = instruction.state.open_environment

    def value(self, raw: str) -> str | None:
        """The expanded word; None when it is not known. Raises ExpansionError with BuildKit's words."""
        if not _changes(raw, self.escape):
            return raw
        try:
            return expand_reporting(raw, self.variables, self.escape, self.open_environment)[0]
        except ExpansionError as error:
            raise ExpansionError(f"failed to process {quote(raw)}: {error}") from None

    def split(self, raw: str) -> list[str] | None:
        """The words of EXPOSE; None when not known. Raises as `value` does."""
        try:
            return expand_words_reporting(raw, self.variables, self.escape, self.open_environment)[0]
        except ExpansionError as error:
            raise ExpansionError(f"failed to process {quote(raw)}: {error}") from None

    def fault(self, raws: Iterable[str]) -> str | None:
        """The fault of the first word that cannot be expanded."""
        for raw in raws:
            try:
                self.value(raw)
            except ExpansionError as error:
                return str(error)
        return None


def pair_problems(dockerfile: Dockerfile, instruction: Arg, phase: str) -> list[Problem]:
    """The first default of an ARG that cannot be expanded. Its words take effect one by one."""
    if not any(
        pair.value is not None and _changes(pair.value.raw, dockerfile.escape) for pair in instruction.pairs
    ):
        return []
    words = Words(dockerfile, instruction)
    words.variables = seen = dict(words.variables)
    for pair in instruction.pairs:
        name = pair.name.raw
        if name in dockerfile.build_args:
            seen[name] = dockerfile.build_args[name]
        elif pair.value is not None:
            message = words.fault((pair.value.raw,))
            if message is not None:
                return [Problem(instruction.span, instruction.first_line, phase, message)]
            seen[name] = pair.value.value
        else:
            seen[name] = None
    return []


def _changes(raw: str, escape: str) -> bool:
    return "$" in raw or "'" in raw or '"' in raw or escape in raw
