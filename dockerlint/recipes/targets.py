"""The targets of Bake files: matrices laid out, blocks of one name joined, inheritance, groups."""

from __future__ import annotations

import itertools
import re
from typing import Any

from dockerlint.errors import UserError, nearest
from dockerlint.frozen import node
from dockerlint.recipes.expression import Scope, evaluate
from dockerlint.recipes.kinds import Wrong, kind, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.recipes.bake_values import Values
    from dockerlint.recipes.hcl import Attribute, Block

# Of two that say them, lists of these come together; other lists are those of the later one.
_ADDED = ("secret", "ssh", "cache-from", "ulimits")
# What `target.NAME` has: null where the target does not say it.
_KEYS = (
    "description", "inherits", "annotations", "attest", "context", "contexts", "dockerfile", "dockerfile-inline",
    "args", "labels", "tags", "cache-from", "cache-to", "target", "secret", "ssh", "platforms", "output", "pull",
    "no-cache", "network", "no-cache-filter", "shm-size", "ulimits", "call", "entitlements", "extra-hosts",
)  # fmt: skip
_MATRIX = 'write it as in matrix = { os = ["a", "b"] }'
_NAME = re.compile(r"[a-zA-Z0-9_-]+")


@node
class _Part:
    """What one block says of a target, and what names mean in it."""

    attributes: dict[str, Attribute]
    scope: Scope


class Targets:
    """Targets and groups by their names. UserError where the files contradict themselves."""

    def __init__(self, path: str, files: Sequence[Block], values: Values) -> None:
        self._path = path
        self._groups: dict[str, Attribute | None] = {}
        self._laid: dict[str, list[str]] = {}
        self._parts: dict[str, list[_Part]] = {}
        self._scope = values.scope
        self._asked: list[tuple[str, str]] = []
        blocks = [block for file in files for block in file.blocks]
        plain = {one.label: one for one in blocks if one.kind == "target"}
        values.define("target", _Late({name: self._late(name) for name in plain}))
        for block in blocks:
            if block.kind == "group":
                self._groups[block.label] = block.attributes.get("targets")
            elif block.kind == "target":
                self._lay(block)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all targets."""
        return tuple(self._parts)

    def members(self, name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The targets that a name stands for; none when it is not known."""
        found: dict[str, None] = {}
        if name in above:
            return ()
        if name in self._groups:
            given = self._groups[name]
            where = f"{self._path}: group {name}"
            if given is None:
                raise UserError(f"{where} has no targets", 'name them, as in targets = ["app"]')
            for one in listed(evaluate(given, self._scope, where), where):
                # A group may hold the target that has its name.
                more = self.members(one, (*above, name)) or ((one,) if one in self._parts else ())
                if not more and one not in (*above, name):
                    raise self.unknown(f"{where} holds {one}", one)
                found.update(dict.fromkeys(more))
            return tuple(found)
        if name in self._laid:
            return tuple(self._laid[name])
        return (name,) if name in self._parts else ()

    def attributes(self, name: str, keys: Sequence[str]) -> dict[str, Any]:
        """What a target says of these keys, over what it inherits."""
        return self._inherited(name, tuple(keys), ())

    def _inherited(self, name: str, keys: tuple[str, ...], above: tuple[str, ...]) -> dict[str, Any]:
        where = f"{self._path}: target {name}"
        if name in above:
            raise UserError(
                f"{where} inherits itself", "take it out of its `inherits`, and of those it inherits"
            )
        if name not in self._parts:
            raise self.unknown(f"{self._path}: target {above[-1]} inherits {name}" if above else where, name)
        found: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for part in self._parts[name]:
            parents = part.attributes.get("inherits")
            for parent in listed(
                evaluate(parents, part.scope, where) if parents is not None else None, where
            ):
                join(found, self._inherited(parent, keys, (*above, name)), where)
            said = {
                key: evaluate(value, part.scope, where)
                for key, value in part.attributes.items()
                if key in keys
            }
            join(own, said, where)
        join(found, own, where)
        return found

    def known(self, name: str) -> bool:
        """Whether it is the name of one target."""
        return name in self._parts

    def unknown(self, what: str, name: str) -> UserError:
        """What to raise where something wants a target that is not there."""
        if name in self._laid:
            return UserError(
                f"{what}, which is a matrix, not one target", f"name one of {', '.join(self._laid[name])}"
            )
        return UserError(f"{what}, which is no target", nearest(name, (*self._parts, *self._groups)))

    def _lay(self, block: Block) -> None:
        """Put a block down under its name, or under each of those that its matrix gives it."""
        where = f"{self._path}: target {block.label}"
        matrix, name = block.attributes.get("matrix"), block.attributes.get("name")
        if matrix is None:
            if name is not None:
                raise UserError(f"{where} has a name but no matrix", "leave the name out")
            self._put(block.label, _Part(block.attributes, self._scope), where)
            return
        value = evaluate(matrix, self._scope, where)
        if not isinstance(value, dict):
            what = kind(value).rstrip(",")
            raise UserError(f"{where}: the matrix is {what}, not an object", _MATRIX)
        for key, items in value.items():
            if not isinstance(items, list):
                what = kind(items).rstrip(",")
                raise UserError(f"{where}: {key} of the matrix is {what}, not a list", _MATRIX)
        names: list[str] = []
        for chosen in itertools.product(*value.values()):
            scope = self._scope.inside(dict(zip(value, chosen)))
            try:
                made = to_text(evaluate(name, scope, where)) if name is not None else block.label
            except Wrong as error:
                raise UserError(f"{where}: its name {error}") from error
            if made in names:
                raise UserError(
                    f"{where}: the matrix has several builds that are called {made}",
                    'give it a name that differs for each, as in name = "app-${sanitize(version)}"',
                )
            self._put(made, _Part(block.attributes, scope), where)
            names.append(made)
        if names != [block.label]:
            self._laid.setdefault(block.label, []).extend(
                one for one in names if one not in self._laid.get(block.label, ())
            )

    def _put(self, name: str, part: _Part, where: str) -> None:
        if _NAME.fullmatch(name) is None:
            raise UserError(
                f"{where}: {name} is no name of a target",
                "take letters, digits, - and _ only; sanitize(…) makes the others _",
            )
        self._parts.setdefault(name, []).append(part)

    def _late(self, name: str) -> Callable[[], Any]:
        """What `target.NAME` is: the values of its own attributes, worked out when they are asked for."""

        def attributes() -> Any:
            keys = {key: part for part in self._parts.get(name, ()) for key in part.attributes}
            said = {key: self._late_value(name, key, part) for key, part in keys.items()}
            return _Late({**dict.fromkeys(_KEYS, lambda: None), "name": lambda: name, **said})

        return attributes

    def _late_value(self, name: str, key: str, part: _Part) -> Callable[[], Any]:
        def value() -> Any:
            if (name, key) in self._asked:
                raise Wrong(f"target.{name}.{key} stands for itself")
            self._asked.append((name, key))
            try:
                return evaluate(part.attributes[key], part.scope, f"{self._path}: target {name}")
            finally:
                self._asked.pop()

        return value


class _Late(dict[str, Any]):
    """An object whose values are worked out when they are asked for."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key)()

    def items(self) -> Any:
        """Keys and values."""
        return [(key, self[key]) for key in self]


def listed(value: Any, where: str) -> list[str]:
    """The strings of a list; one alone is a list, too."""
    try:
        items = value if isinstance(value, list) else [value]
        return [to_text(one) for one in items if one is not None]
    except Wrong as error:
        raise UserError(f"{where}: {error}") from error


def join(into: dict[str, Any], more: dict[str, Any], where: str) -> None:
    """Lay what a target says over what is there: objects are joined key by key, some lists come together, and
    null says nothing."""
    for key, value in more.items():
        before = into.get(key)
        if value is None:
            continue
        if isinstance(value, dict):
            before = before if isinstance(before, dict) else {}
            into[key] = {**before, **{name: one for name, one in value.items() if one is not None}}
        elif key in _ADDED and isinstance(value, list) and isinstance(before, list):
            into[key] = [*before, *(one for one in value if one not in before)]
        else:
            into[key] = value
