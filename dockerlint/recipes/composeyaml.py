"""The YAML of Compose files: plain values as docker compose types them, and its tags `!reset` and `!override`."""

from __future__ import annotations

import re
from typing import Any

from dockerlint.errors import UserError
from dockerlint.frozen import record

WHOLE = "give the output of `docker compose config` in its place"
_INSTALL = "pip install 'dockerlint[compose]'"

# YAML 1.2 and a leading zero, as Go's reader has it: `yes` is a text, and so is 1:30.
_TYPES = {
    "null": re.compile(r"(?:~|null|Null|NULL|)$"),
    "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"),
    "int": re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$"),
    "float": re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
    "timestamp": re.compile(
        r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
        r"(?:[Tt ]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]{1,9}))?(Z|[-+][0-9]{2}:[0-9]{2})?)?$"
    ),
    "merge": re.compile(r"<<$"),
}


@record
class Reset:
    """`!reset`: what was said before of this place is gone, and so is the place."""


@record
class Override:
    """`!override`: the value, in place of what was said before and not merged with it."""

    value: Any


def documents(path: str, text: str) -> list[dict[str, Any]]:
    """The mappings of a file, most often one. UserError when it is no YAML that docker compose would read."""
    try:
        import yaml
    except ImportError:
        raise UserError(f"{path} is YAML, which takes PyYAML to read", _INSTALL) from None
    try:
        found = list(yaml.load_all(text, _reader()))
    except yaml.constructor.ConstructorError as error:
        raise UserError(f"{path} is not plain YAML: {' '.join(str(error).split())}", WHOLE) from error
    except yaml.YAMLError as error:
        raise UserError(f"{path} is not plain YAML: {' '.join(str(error).split())}") from error
    for one in found:
        if one is not None and not isinstance(one, dict):
            raise UserError(f"{path} has no services: it is no mapping")
    return [one for one in found if one is not None]


def _reader() -> Any:
    """The class that reads it."""
    import yaml

    class Reader(yaml.SafeLoader):
        """SafeLoader with the types above, that refuses a name twice and an anchor inside itself."""

        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012

        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self._open: set[str] = set()

        def compose_node(self, parent: Any, index: Any) -> Any:
            """As of the base, but no alias of what it is inside of."""
            whole: Any = self
            event: Any = whole.peek_event()
            anchor, mark = event.anchor, event.start_mark
            alias = isinstance(event, yaml.AliasEvent)
            if alias and anchor in self._open:
                raise yaml.composer.ComposerError(None, None, f"the anchor {anchor} contains itself", mark)
            if anchor is None or alias:
                return super().compose_node(parent, index)
            self._open.add(anchor)
            node = super().compose_node(parent, index)
            self._open.discard(anchor)
            return node

        def compose_mapping_node(self, anchor: Any) -> Any:
            """As of the base, with every key once."""
            node: Any = super().compose_mapping_node(anchor)
            seen = set()
            for key, _ in node.value:
                mark: Any = key.start_mark
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        raise yaml.composer.ComposerError(None, None, f"{key.value} is there twice", mark)
                    seen.add(key.value)
            return node

    def inner(loader: Any, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        # With a tag of its own a plain value is a text.
        return node.value

    def other(loader: Any, name: str, node: Any) -> Any:
        # docker compose passes over tags that it does not know, and of late knows this one, which merges by place.
        if name == "merge":
            raise yaml.constructor.ConstructorError(None, None, "the tag !merge is not read", node.start_mark)
        return inner(loader, node)

    for name, pattern in _TYPES.items():
        Reader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", pattern, None)
    Reader.add_constructor("tag:yaml.org,2002:int", lambda _, node: _integer(node.value))
    Reader.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))
    Reader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: _moment(node.value))
    Reader.add_constructor("!override", lambda loader, node: Override(inner(loader, node)))
    Reader.add_constructor("!reset", lambda _, node: Reset())
    Reader.add_multi_constructor("!", other)
    return Reader


def _integer(text: str) -> int:
    digits = text.replace("_", "").lstrip("+-")
    octal = re.fullmatch(r"0o?([0-7]+)", digits)
    value = int(octal[1], 8) if octal else int(digits, 0)
    return -value if text.startswith("-") else value


def _moment(text: str) -> str:
    """A date as docker compose hands it on: 2024-01-01 as 2024-01-01 00:00:00 +0000 UTC."""
    match = _TYPES["timestamp"].match(text)
    # With a T there is a zone, and with a space there is none; anything else is a text.
    if match is None or (match[4] and (match[8] is None) != (" " in text)):
        return text
    year, month, day, hour, minute, second = (int(one or 0) for one in match.groups()[:6])
    fraction = (match[7] or "").rstrip("0")
    zone = "+0000 UTC" if match[8] in (None, "Z", "+00:00") else " ".join([match[8].replace(":", "")] * 2)
    time = f"{hour:02}:{minute:02}:{second:02}{'.' if fraction else ''}{fraction}"
    return f"{year:04}-{month:02}-{day:02} {time} {zone}"


def written(value: Any) -> str:
    """A plain value as docker compose hands it on: true, 3.1 for 3.10, 1e+06 for 1000000.0."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    from decimal import Decimal

    number = Decimal(repr(value)).normalize()
    power = number.adjusted()
    if -5 < power < 6:
        return f"{number:f}"
    sign, digits, _ = number.as_tuple()
    text = "".join(map(str, digits))
    fraction = f".{text[1:]}" if text[1:] else ""
    return f"{'-' if sign else ''}{text[0]}{fraction}e{power:+03d}"
