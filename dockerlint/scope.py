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
        # How many names there may be, those of the stages below included.
        self.size = 0
        if parent is None:
            return
        if parent.scope.size > _SMALL:
            self._parent = parent
            self.size = parent.scope.size
            return
        for name in parent:
            found = parent.scope.inherited(name, parent.moment)
            if found is not None:
                self.put(name, *found)

    def put(self, name: str, value: str | None, argument: bool) -> None:
        """Set a variable; `argument` tells whether it is an ARG."""
        self.moment += 1
        moments = self._moments.get(name)
        if moments is None:
            self._moments[name], self._values[name] = [self.moment], [(value, argument)]
            self.size += 1
        else:
            moments.append(self.moment)
            self._values[name].append((value, argument))

    def view(self) -> Variables:
        """The variables as they are now."""
        return Variables(self, self.moment)

    def at(self, name: str, moment: int) -> tuple[str | None, bool] | None:
        """Value and kind of a variable at a moment; None when it is not set."""
        moments = self._moments.get(name)
        if moments is not None and moments[0] <= moment:
            return self._values[name][bisect_right(moments, moment) - 1]
        parent = self._parent
        return parent.scope.inherited(name, parent.moment) if parent is not None else None

    def inherited(self, name: str, moment: int) -> tuple[str | None, bool] | None:
        """What a stage gets that builds on this one: its ENV goes before its ARG."""
        scope: Scope | None = self
        while scope is not None:
            moments = scope._moments.get(name)
            if moments is not None and moments[0] <= moment:
                values = scope._values[name]
                last = bisect_right(moments, moment) - 1
                return next((values[i] for i in range(last, -1, -1) if not values[i][1]), values[last])
            parent = scope._parent
            scope, moment = (parent.scope, parent.moment) if parent is not None else (None, 0)
        return None

    def names(self, moment: int) -> Iterator[str]:
        """The names that are set at a moment."""
        seen: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            for name, moments in scope._moments.items():
                if moments[0] <= moment and name not in seen:
                    seen.add(name)
                    yield name
            parent = scope._parent
            scope, moment = (parent.scope, parent.moment) if parent is not None else (None, 0)


class Variables(Mapping[str, "str | None"]):
    """The variables of a scope at one moment; None is a value that is not known."""

    __slots__ = ("moment", "scope")

    def __init__(self, scope: Scope, moment: int) -> None:
        self.scope = scope
        self.moment = moment

    def __getitem__(self, name: str) -> str | None:
        found = self.scope.at(name, self.moment)
        if found is None:
            raise KeyError(name)
        return found[0]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.scope.at(name, self.moment) is not None

    def __iter__(self) -> Iterator[str]:
        return self.scope.names(self.moment)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Variables({dict(self)!r})"

    def is_argument(self, name: str) -> bool:
        """Whether the name is set, by an ARG."""
        found = self.scope.at(name, self.moment)
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
