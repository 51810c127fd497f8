from __future__ import annotations

from dockerlint.model import Arg, Dockerfile, From
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction


@rule(
    code="InvalidDefinitionDescription",
    summary="A comment above `ARG` or `FROM … AS` that does not begin with its name",
    why="""
        `docker build --call=outline` lists arguments and stages with the comment above them, if that begins
        with the name: `# VERSION is the release to build`. Another comment is not shown. The check is
        experimental: it is on where `# check=experimental=InvalidDefinitionDescription` or the
        configuration asks for it. A comment belongs to what follows it even over a blank line; an empty
        `#` line parts them.
    """,
    severity=Severity.WARNING,
    profiles=(),
    source="https://docs.docker.com/reference/build-checks/invalid-definition-description/",
    bad=[
        Bad("# the release\n«ARG» VERSION=1\nFROM busybox AS build\n"),
        Bad("# build makes things\n\n«FROM» busybox AS base\n"),
        Bad("FROM busybox\n# A and so on\n# B: the other\n«ARG» A B\n"),
    ],
    good=[
        Good("# VERSION is the release\nARG VERSION=1\n# some image\nFROM busybox\n"),
        Good("# base makes things\nFROM busybox AS base\n"),
        Good("# something\n#\nARG VERSION=1\nFROM busybox\n"),
        Good("FROM busybox\n# B is the other\nARG A B\n"),
        Good("ARG VERSION=1\nFROM busybox\n"),
    ],
)
def description_of_another_name(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        names = _names(instruction)
        if not names or not instruction.doc:
            continue
        last = instruction.doc[-1]
        # Of an indented comment BuildKit keeps the `#`, so it describes nothing.
        indented = dockerfile.source.position(last.span.start).column > 1
        if indented or last.text.split(" ")[0] not in names:
            shown = names[0] if len(names) == 1 else "one of its names"
            yield Finding(
                instruction.keyword.span,
                f"the comment above does not begin with {shown}; write `# {names[0]} …`, or part them with `#`",
            )


def _names(instruction: Instruction) -> list[str]:
    if isinstance(instruction, Arg):
        return [pair.name.raw for pair in instruction.pairs]
    if isinstance(instruction, From) and instruction.alias is not None:
        return [instruction.alias.raw.lower()]
    return []
