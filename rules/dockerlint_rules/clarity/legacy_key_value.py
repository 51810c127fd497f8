from __future__ import annotations

from dockerlint.keyvalue import equals_edits
from dockerlint.model import Dockerfile, Env, Label
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What BuildKit finds: every one, also where the value is an `=` and what follows."""
    return _found(dockerfile)


@rule(
    code="LegacyKeyValueFormat",
    summary="`ENV` or `LABEL` written as `name value`",
    why="""
        In `ENV A b C=d` there is one variable, A, and the rest of the line is its value, `C=d` included. With
        `=` every pair says where it begins and ends, and several fit one instruction. The fix puts quotes
        where a value needs them; it is offered only where both forms expand to the same value, with the
        variables in it unset, empty or set.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
    bad=[
        Bad(
            "FROM busybox\n«ENV» PATH /opt/bin:$PATH\n",
            fixed="FROM busybox\nENV PATH=/opt/bin:$PATH\n",
        ),
        Bad(
            'FROM busybox\n«LABEL» note   two words\n«ENV» B "one" two\\ three\n',
            fixed='FROM busybox\nLABEL note="two words"\nENV B="one two three"\n',
        ),
        Bad(
            "FROM busybox\n«ENV» OPTIONS -a \\\n    # the second\n    -b\n",
            fixed='FROM busybox\nENV OPTIONS="-a \\\n    # the second\n    -b"\n',
        ),
        Bad(
            "FROM busybox\n«ENV» JSON {\"a\": '$x'}\n",
            fixed='FROM busybox\nENV JSON="{a: \\$x}"\n',
        ),
        Bad(
            "# escape=`\nFROM busybox\n«env» A C:\\x y\n", fixed='# escape=`\nFROM busybox\nenv A="C:\\x y"\n'
        ),
        Bad("FROM busybox\n«ENV» A b = c\n", fixed='FROM busybox\nENV A="b = c"\n'),
        Bad("FROM busybox\n«ENV» A \\\n    # lost\n    b\n"),
        Bad("FROM busybox\n«ENV» A it's\n"),
    ],
    good=[
        Good("FROM busybox\nENV A=b C=d\n"),
        Good("FROM busybox\nARG A\n"),
        Good("FROM busybox\nONBUILD ENV A b\n"),
        Good("FROM busybox\nENV A = b\n"),
    ],
)
def legacy_key_value(dockerfile: Dockerfile) -> Iterator[Finding]:
    # `A = b` is the new form with blanks that were not meant.
    return _found(dockerfile, but="=")


def _found(dockerfile: Dockerfile, but: str | None = None) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        if not isinstance(instruction, Env | Label) or not instruction.legacy:
            continue
        value = instruction.pairs[0].value
        if but is not None and value is not None and value.raw.startswith(but):
            continue
        edits = equals_edits(dockerfile, instruction)
        keyword = instruction.keyword
        yield Finding(
            keyword.span,
            f"`{keyword.text} name value` is the old form; write `{keyword.text} name=value`",
            Fix("write name=value", edits) if edits else None,
        )
