from __future__ import annotations

from dockerlint.model import Arg, Dockerfile, From
from dockerlint.names import nearest
from dockerlint.references import renaming, undeclared_in_from
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="UndefinedArgInFrom",
    summary="`FROM` uses a variable that no `ARG` above it declares",
    why="""
        A `FROM` sees only the `ARG`s above the first `FROM` and the platform variables that every build sets.
        Any other name is empty there, whatever `--build-arg` or a stage says, so `FROM debian:$RELEASE`
        asks for `debian:`. A default (`${RELEASE:-12}`) hides that the variable can never be set. The fix
        writes the declared name that is nearest; the base image is another one then.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the base image or platform is the one that the declared variable names"),
    source="https://docs.docker.com/reference/build-checks/undefined-arg-in-from/",
    bad=[
        Bad(
            "ARG RELEASE=12\nFROM debian:«${RELAESE}»\n",
            fixed="ARG RELEASE=12\nFROM debian:${RELEASE}\n",
        ),
        Bad(
            "FROM --platform=«$BUILDPLATFROM» debian:12\n",
            fixed="FROM --platform=$BUILDPLATFORM debian:12\n",
        ),
        Bad("FROM debian:12\nARG TAG=1\nFROM debian:«${TAG:-2}»\n"),
        Bad("FROM «debian:\\\n1$MINOR»\n"),
    ],
    good=[
        Good("ARG RELEASE\nFROM debian:$RELEASE\n"),
        Good("FROM --platform=$BUILDPLATFORM debian:12\n"),
        Good("FROM debian-$TARGETARCH:12\n"),
    ],
)
def undeclared_arg_in_from(dockerfile: Dockerfile) -> Iterator[Finding]:
    declared = [pair.name.raw for arg in dockerfile.head if isinstance(arg, Arg) for pair in arg.pairs]
    for start in dockerfile.instructions(From):
        for name, span in undeclared_in_from(start, dockerfile.escape):
            meant = nearest(name, [*declared, *start.state.variables])
            edit = renaming(dockerfile.source.text, span, name, meant) if meant else None
            yield Finding(
                span,
                f"no ARG above the first FROM declares {name}; {f'{meant} is' if meant else 'declare it there'}",
                Fix(f"write {meant}", (edit,)) if edit is not None else None,
            )
