"""`record`: frozen slotted classes that cost next to nothing to define.

`dataclasses` costs 9 ms to import and 0.45 ms for each frozen class, which a linter that
starts in 80 ms cannot pay for the forty classes that a plain lint defines. A record has
the same face (keyword or positional construction, defaults, equality, repr, pattern
matching, inheritance of fields) and takes about 0.02 ms to define. Defaults are shared,
so they must be immutable.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: object):
        return lambda function: function


def _refuse(self: object, name: str, value: object = None) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: cannot set {name!r}")


def _define(cls: type, identity: bool) -> type:
    names: tuple[str, ...] = ()
    defaults: dict[str, object] = {}
    for base in reversed(cls.__mro__[1:]):
        names += tuple(n for n in base.__dict__.get("_fields", ()) if n not in names)
        defaults.update(base.__dict__.get("_defaults", {}))
    own = tuple(n for n in cls.__annotations__ if n not in names)
    for name in cls.__annotations__:
        if name in cls.__dict__:
            defaults[name] = cls.__dict__[name]
    names += own
    inherited = {slot for base in cls.__mro__[1:] for slot in getattr(base, "__slots__", ())}
    space = {k: v for k, v in cls.__dict__.items() if k not in (*names, "__dict__", "__weakref__")}
    extra = tuple(space.pop("_memo", ()))
    space["__slots__"] = tuple(n for n in (*own, *extra) if n not in inherited)
    space["__qualname__"] = cls.__qualname__
    space["_fields"] = space["__match_args__"] = names
    space["_defaults"] = defaults
    made = type(cls)(cls.__name__, cls.__bases__, space)
    setters = tuple((n, getattr(made, n).__set__) for n in names)
    memos = tuple(getattr(made, n).__set__ for n in extra)
    count = len(names)

    puts = tuple(put for _, put in setters)
    check = getattr(made, "__post_init__", None)

    def __init__(self: object, *args: object, **given: object) -> None:
        if len(args) == count and not given:
            for put, value in zip(puts, args):
                put(self, value)
        else:
            fill(self, args, given)
        for put in memos:
            put(self, None)
        if check is not None:
            check(self)

    def fill(self: object, args: tuple[object, ...], given: dict[str, object]) -> None:
        if len(args) > count:
            raise TypeError(f"{made.__name__} takes {count} values, {len(args)} were given")
        for (_, put), value in zip(setters, args):
            put(self, value)
        for name, put in setters[len(args) :]:
            if name in given:
                put(self, given.pop(name))
            elif name in defaults:
                put(self, defaults[name])
            else:
                raise TypeError(f"{made.__name__} needs a value for {name!r}")
        if given:
            raise TypeError(f"{made.__name__} has no field {', '.join(given)}, or it was given twice")

    def __repr__(self: object) -> str:
        shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in names)
        return f"{made.__name__}({shown})"

    def __eq__(self: object, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, n) == getattr(other, n) for n in names)

    def __hash__(self: object) -> int:
        return hash(tuple(getattr(self, n) for n in names))

    def __reduce__(self: object) -> tuple[type, tuple[object, ...]]:
        return (made, tuple(getattr(self, n) for n in names))

    made.__init__ = __init__  # type: ignore[misc]
    made.__setattr__ = made.__delattr__ = _refuse  # type: ignore[assignment,method-assign]
    made.__reduce__ = __reduce__  # type: ignore[assignment,method-assign]
    if "__repr__" not in space:
        made.__repr__ = __repr__  # type: ignore[assignment,method-assign]
    if not identity:
        made.__eq__ = __eq__  # type: ignore[assignment,method-assign]
        made.__hash__ = __hash__  # type: ignore[assignment,method-assign]
    return made


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Turn an annotated class into a frozen record, equal by value."""
    return _define(cls, identity=False)


@dataclass_transform(frozen_default=True, eq_default=False)
def node(cls: type[T]) -> type[T]:
    """As `record`, but equal only to itself: for parts of one file, which have an identity.

    Names in a class attribute `_memo` become slots that start as None, for values that
    are derived once and kept (`remember`).
    """
    return _define(cls, identity=True)


def replace(value: T, **changes: Any) -> T:
    """A copy of a record with some fields changed."""
    kind = type(value)
    fields = {n: getattr(value, n) for n in kind._fields}  # type: ignore[attr-defined]
    return kind(**{**fields, **changes})


def remember(owner: object, slot: str, make: Callable[[], T]) -> T:
    """The value of a memo slot, made on first use."""
    value: T | None = getattr(owner, slot)
    if value is None:
        value = make()
        object.__setattr__(owner, slot, value)
    return value


def kept(owner: object, key: object, make: Callable[[], T]) -> T:
    """The value of a key among those that an owner keeps (its memo slot `_kept`), made on first use."""
    values: dict[object, T] = remember(owner, "_kept", dict)
    if key not in values:
        values[key] = make()
    return values[key]
