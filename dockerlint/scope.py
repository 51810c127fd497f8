"""Variables as they stand at each instruction, without a copy for each instruction.

A `Scope` is the log of one stage: every ENV and ARG adds to it, and a view shows the log as
it was at one moment. A file of n instructions so costs n steps, not n copies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# A stage with no more variables than this is copied into the one that builds on it.
_SMALL = 200


class Scope:
    """What one stage writes. `parent` is the variables of the stage it builds on."""

    def __init__(self, parent: Variables | None = None) -> None:
        self.moment = 0
        self._moments: dict[str, list[int]] = {}
        self._values: dict[str, list[tuple[str | None, bool]]] = {}
        self._parent: Variables | None = None
        if parent is not None:
            if parent.total() <= _SMALL:
                for name in parent:
                    value, argument = parent.inherited(name)
                    self.put(name, value, argument)
            else:
                self._parent = parent

    def put(self, name: str, value: str | None, argument: bool) -> None:
        """Set a variable; `argument` tells whether it is an ARG."""
        self.moment += 1
        self._moments.setdefault(name, []).append(self.moment)
        self._values.setdefault(name, []).append((value, argument))

    def view(self) -> Variables:
        """The variables as they are now."""
        return Variables(self, self.moment)

    def at(self, name: str, moment: int) -> tuple[str | None, bool] | None:
        """Value and kind of a variable at a moment; None when it is not set."""
        moments = self._moments.get(name)
        if moments is not None and moments[0] <= moment:
            return self._values[name][bisect_right(moments, moment) - 1]
        if self._parent is not None and name in self._parent:
            return self._parent.inherited(name)
        return None

    def inherited(self, name: str, moment: int) -> tuple[str | None, bool]:
        """What a stage gets that builds on this one: its ENV goes before its ARG."""
        moments = self._moments.get(name)
        if moments is not None and moments[0] <= moment:
            values = self._values[name]
            last = bisect_right(moments, moment) - 1
            return next((values[i] for i in range(last, -1, -1) if not values[i][1]), values[last])
        assert self._parent is not None
        return self._parent.inherited(name)

    def names(self, moment: int) -> Iterator[str]:
        """The names that are set at a moment."""
        if self._parent is not None:
            yield from (name for name in self._parent if name not in self._moments)
        for name, moments in self._moments.items():
            if moments[0] <= moment or (self._parent is not None and name in self._parent):
                yield name

    def total(self) -> int:
        """How many names there are, at most."""
        return len(self._moments) + (self._parent.total() if self._parent is not None else 0)


class Variables(Mapping[str, "str | None"]):
    """The variables of a scope at one moment; None is a value that is not known."""

    __slots__ = ("_moment", "_scope")

    def __init__(self, scope: Scope, moment: int) -> None:
        self._scope = scope
        self._moment = moment

    def __getitem__(self, name: str) -> str | None:
        found = self._scope.at(name, self._moment)
        if found is None:
            raise KeyError(name)
        return found[0]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._scope.at(name, self._moment) is not None

    def __iter__(self) -> Iterator[str]:
        return self._scope.names(self._moment)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Variables({dict(self)!r})"

    def inherited(self, name: str) -> tuple[str | None, bool]:
        """Value and kind of a variable for a stage that builds on this moment."""
        return self._scope.inherited(name, self._moment)

    def total(self) -> int:
        """How many names there are, at most."""
        return self._scope.total()

    def is_argument(self, name: str) -> bool:
        """Whether the name is set, by an ARG."""
        found = self._scope.at(name, self._moment)
        return found is not None and found[1]


class Arguments(Set[str]):
    """The names among some variables that are ARGs."""

    __slots__ = ("_variables",)

    def __init__(self, variables: Variables) -> None:
        self._variables = variables

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._variables.is_argument(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._variables if self._variables.is_argument(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)
