from __future__ import annotations

from dockerlint.model import Dockerfile, Env, Label
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Pair


@rule(
    code="DK504",
    summary="Blanks around `=` make it a part of the value",
    why="""
        `ENV PORT = 80` is read as the old form, a name and then a value, so PORT is `= 80`. Neither the builder nor
        a shell says a word; the program gets the odd text. Without blanks around the `=` it is what it looks like.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the value no longer begins with `=`", config=("Env", "Labels")),
    aliases=("LegacyKeyValueFormat",),
    source="https://docs.docker.com/reference/dockerfile/#env",
    bad=[
        Bad('FROM busybox\nLABEL A« = »"\n'),
        Bad('FROM busybox\nENV A« = »"b" c\nENV B« = »"b\\"c"\n'),
        Bad("FROM busybox\nENV PORT« = »80\n", fixed="FROM busybox\nENV PORT=80\n"),
        Bad('FROM busybox\nLABEL a« =»"b c"\n', fixed='FROM busybox\nLABEL a="b c"\n'),
        Bad("FROM busybox\nENV TEXT« = »two words\n"),
        Bad("FROM busybox\nENV A« = \\\n   »b\n"),
    ],
    good=[
        Good("FROM busybox\nENV A==b\n"),
        Good("FROM busybox\nENV A=b C=d\nLABEL a=b\n"),
        Good("FROM busybox\nENV A b = c\n"),
        Good('FROM busybox\nENV A "= b"\n'),
    ],
)
def value_that_begins_with_equals(dockerfile: Dockerfile) -> Iterator[Finding]:
    text = dockerfile.source.text
    found: Iterator[Env | Label] = dockerfile.instructions(Env, Label, onbuild=True)
    for instruction in found:
        pair = instruction.pairs[0]
        if not instruction.legacy or pair.value is None or not pair.value.raw.startswith("="):
            continue
        behind = pair.value.span.start + 1
        while behind < pair.value.span.end and text[behind] in " \t\n\\":
            behind += 1
        span = Span(pair.name.span.end, behind)
        fits = "\n" not in text[span.start : span.end] and _is_one_word(pair)
        yield Finding(
            span,
            f"the value of {pair.name.raw} begins with `=` here; leave the blanks around it out",
            Fix("leave the blanks out", (Edit(span, "="),)) if fits else None,
        )


def _is_one_word(pair: Pair) -> bool:
    """Whether what follows the `=` is one word for `name=value`, quoted or without blanks."""
    rest = pair.value.raw[1:].strip() if pair.value is not None else ""
    if rest[:1] in ('"', "'"):
        return len(rest) > 1 and rest.find(rest[0], 1) == len(rest) - 1 and "\\" not in rest
    return not any(char in rest for char in " \t\\\"'")
