from __future__ import annotations

import re

from dockerlint.model import Arg, Dockerfile
from dockerlint.removal import removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# The builder itself reads these, and those of proxies reach every RUN.
_READ = "buildkit_.*|source_date_epoch|(?:https?|ftp|no|all)_proxy"


@rule(
    code="DK507",
    summary="An `ARG` above the first `FROM` that nothing uses",
    why="""
        An `ARG` above the first `FROM` is for `FROM` lines, and for stages that repeat it as `ARG NAME`. One that
        neither reads does nothing, whatever `--build-arg` gives it. Often a stage was meant to use it and the
        line `ARG NAME` below its `FROM` is missing.
    """,
    severity=Severity.WARNING,
    fix=unsafe("a build that gives this argument is warned that nothing takes it"),
    source="https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact",
    bad=[
        Bad("ARG \\\n  # the release\n  «VERSION»=1\nFROM busybox\n"),
        Bad("# the release\nARG «VERSION»=1\nFROM busybox\n"),
        Bad("ARG «VERSION»=1\nFROM busybox\nRUN ls\n", fixed="FROM busybox\nRUN ls\n"),
        Bad("ARG A=1 «B»=2\nFROM busybox:$A\n"),
        Bad("ARG «VERSION»=1\nFROM busybox\nRUN echo $VERSION\n"),
    ],
    good=[
        Good("# no stage\nARG VERSION=1\n"),
        Good("ARG VERSION=1\nFROM busybox:$VERSION\n"),
        Good("ARG A=1\nARG B=${A}-x\nFROM busybox:$B\n"),
        Good("ARG VERSION=1\nFROM busybox\nARG VERSION\n"),
        Good("ARG P\nFROM --platform=$P busybox\n"),
        Good("ARG BUILDKIT_SBOM_SCAN_STAGE=true\nARG HTTP_PROXY\nFROM busybox\n"),
    ],
)
def unused_global_argument(dockerfile: Dockerfile) -> Iterator[Finding]:
    head = [one for one in dockerfile.head if isinstance(one, Arg)]
    if not head or not dockerfile.stages:
        return
    used = _used(dockerfile, head)
    text = dockerfile.source.text
    for arg in head:
        for pair in arg.pairs:
            name = pair.name.raw
            if name in used or re.fullmatch(_READ, name.lower()):
                continue
            if re.search(rf"\$\{{?{re.escape(name)}\b", text[dockerfile.stages[0].start.span.start :]):
                message = f"no FROM uses {name}, and no stage sees it; repeat `ARG {name}` in the stage that uses it"
                yield Finding(pair.name.span, message)
                continue
            fix = None
            if len(arg.pairs) == 1 and not arg.comments and not arg.doc:
                fix = Fix("remove the argument", (removal(dockerfile, arg),))
            yield Finding(pair.name.span, f"nothing uses {name}; remove it", fix)


def _used(dockerfile: Dockerfile, head: list[Arg]) -> set[str]:
    from dockerlint.expand import variables_in

    used: set[str] = set()
    for arg in head:
        for pair in arg.pairs:
            used.update(pair.value.variables if pair.value is not None else ())
    for stage in dockerfile.stages:
        used.update(stage.start.image.variables)
        for flag in stage.start.flags:
            used.update(variables_in(flag.value or "", dockerfile.escape))
        for arg in stage.of(Arg):
            used.update(pair.name.raw for pair in arg.pairs)
    return used
