from __future__ import annotations

from itertools import islice

from dockerlint.frozen import kept
from dockerlint.imageref import parse_or_none
from dockerlint.knowledge.environments import environment_of
from dockerlint.model import Arg, Dockerfile, Env, Onbuild
from dockerlint.names import distance, nearest
from dockerlint.presumed import presumed
from dockerlint.references import reference_spans, renaming
from dockerlint.resolve import PLATFORM_ARGS
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.undefined import unset_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.model import Instruction, Stage
    from dockerlint.undefined import Unset

# Names of this length may differ in two letters and still be one name with slips.
_LONG = 8
# Who sets more variables than this is not told which of them was meant.
_MOST_NAMES = 60


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What BuildKit finds where the base image sets no more than is known of it: every name that is
    unset, defaults (`${x:-y}`) notwithstanding."""
    for stage in presumed(dockerfile).stages:
        for instruction in stage.instructions:
            for one in unset_in(dockerfile, instruction):
                yield Finding(
                    instruction.keyword.span, f"${one.name} is not set; declare it with ARG or ENV first"
                )


@rule(
    code="UndefinedVar",
    summary="A variable that nothing sets",
    why="""
        The builder puts nothing where a variable is not set: `COPY app $APPDIR/` becomes `COPY app /`. Variables
        that a shell knows, such as HOME or PWD, are not set for it, and an `ARG` above the first `FROM`
        counts for `FROM` lines only. A base image may set variables of its own; where it is not known
        what it sets, a name is reported only when it looks like a mistake: a slip in a known name, an `ARG`
        that was not declared again in the stage, or one that is only set further down. The profile buildkit
        reports every name that neither the file nor a known base image sets. The fix writes the name
        that was meant, or declares the `ARG` in the stage; what is expanded then is another value.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the variable has a value then, where there was none", config=("Env", "Labels")),
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/undefined-var/",
    bad=[
        Bad(
            "FROM scratch\nARG VERSION=1\nCOPY app-«$VERSOIN».tar /\n",
            fixed="FROM scratch\nARG VERSION=1\nCOPY app-$VERSION.tar /\n",
        ),
        Bad(
            "FROM example.org/base:1\nENV APP_HOME=/app\nWORKDIR «${APPHOME:?}»/src\n",
            fixed="FROM example.org/base:1\nENV APP_HOME=/app\nWORKDIR ${APP_HOME:?}/src\n",
        ),
        Bad(
            "ARG RELEASE=12\nFROM example.org/base:$RELEASE\nLABEL release=«$RELEASE»\nUSER u«$RELEASE»\n",
            fixed="ARG RELEASE=12\nFROM example.org/base:$RELEASE\nARG RELEASE\nLABEL release=$RELEASE\nUSER u$RELEASE\n",
        ),
        Bad(
            "from example.org/base:1 \\\n  as build\ncopy app-«$TARGETARCH» /app\n",
            fixed="from example.org/base:1 \\\n  as build\narg TARGETARCH\ncopy app-$TARGETARCH /app\n",
        ),
        Bad("FROM example.org/base:1\nENV A=«$B_LATER»\nENV B_LATER=1\n"),
        Bad("FROM example.org/base:1\nENV ONE_DIR=/one TWO_DIR=«$ONE_DIR»/two\n"),
        Bad("FROM debian:12\nENV LIBRARIES=/x:«$LIBRARIES»\n"),
        Bad("FROM debian:12\nWORKDIR «$HOME»/x\n"),
        Bad("FROM golang:1.24 AS build\nFROM debian:12\nCOPY --chown=«$OWNER» --from=build «$GOPATH»/a /a\n"),
        Bad(
            "FROM debian:12\nRUN --mount=type=cache,target=«$CACHES»/x ls\nCOPY <<EOF /a\n«it's $mine\n»EOF\n"
        ),
        Bad(
            "FROM debian:12\nARG ONE=«$OTHER» TWO=$ONE\nUSER «$ME»\nVOLUME «$THERE»\nSTOPSIGNAL «$SIG»\n",
        ),
    ],
    good=[
        Good("FROM example.org/base:1\nWORKDIR $SOMEWHERE\n"),
        Good("FROM example.org/base:1\nENV LIBRARIES=/x:$LIBRARIES\n"),
        Good("FROM example.org/base:1\nENV ROLE=x\nWORKDIR $HOME\n"),
        Good("FROM golang:1.24\nWORKDIR $GOPATH/src\n"),
        Good("FROM debian:12\nENV A=${B:-default} PATH=/x:$PATH\n"),
        Good("FROM debian:12\nARG A\nENV B=$A\n"),
        Good("FROM debian:12 AS base\nENV A=1\nFROM base\nENV B=$A\n"),
        Good("FROM debian:12\nRUN echo $UNSET\nCMD echo $UNSET\n"),
        Good("FROM debian:12\nONBUILD ENV A=$B\n"),
        Good("FROM debian:12\nCOPY <<'EOF' /a\n$x\nEOF\n"),
        Good("FROM debian:12\nARG A=$B\nEXPOSE $PORT\n", build_args={"A": "1"}),
    ],
)
def undefined_variable(dockerfile: Dockerfile) -> Iterator[Finding]:
    text = dockerfile.source.text
    for stage in dockerfile.stages:
        brought = _brought(stage)
        for instruction in stage.instructions:
            if isinstance(instruction, Onbuild):
                continue
            known = instruction.state.variables
            for one in unset_in(dockerfile, instruction):
                if brought and one.name in brought:
                    continue
                meant = _meant(one.name, known)
                hint = f"set, but {meant} is" if meant else _hint(dockerfile, stage, instruction, one.name)
                closed = brought is not None and not brought
                if not hint and not closed and instruction.state.open_environment:
                    continue
                span = reference_spans(one.word, one.name, dockerfile.escape)[0]
                if _has_default(text[span.start : span.end], one):
                    continue
                if meant:
                    edit = renaming(text, span, one.name, meant)
                    fix = Fix(f"write {meant}", (edit,)) if edit is not None else None
                else:
                    fix = _declaration(stage, one.name) if _is_global(dockerfile, one.name) else None
                yield Finding(
                    span, f"${one.name} is not {hint or 'set; declare it with ARG or ENV first'}", fix
                )


def _brought(stage: Stage) -> frozenset[str] | None:
    """The variables that the base image of a stage sets, None when they are not known."""
    image = stage.root.image
    reference = parse_or_none(image) if image else None
    if image == "scratch":
        return frozenset()
    return environment_of(reference.familiar) if reference is not None else None


def _meant(name: str, known: Iterable[str]) -> str | None:
    """The name that another one is a slip of: one letter, two in a long name, or letters swapped."""
    if len(name) < _LONG // 2:
        return None
    names = list(islice(known, _MOST_NAMES + 1))
    if len(names) > _MOST_NAMES:
        return None
    found = nearest(name, [known for known in names if known != "PATH"])
    if found is None:
        return None
    near = len(name) >= _LONG or distance(name, found) == 1 or sorted(name) == sorted(found)
    return found if near else None


def _hint(dockerfile: Dockerfile, stage: Stage, user: Instruction, name: str) -> str:
    """Why a name is likely to be a mistake although a base image might set it; empty where not."""
    if name in PLATFORM_ARGS:
        return f"known in a stage that does not declare it; add `ARG {name}` above"
    if _is_global(dockerfile, name):
        return f"known in this stage; repeat `ARG {name}` below its FROM"
    setter = kept(dockerfile, f"setters of stage {stage.index}", lambda: _setters(stage)).get(name)
    if setter is None:
        return ""
    if setter is user:
        return f"set yet: {user.keyword.name} does not see what it sets itself; use two of them"
    return f"set here yet; move the {setter.keyword.name} on line {setter.first_line} up"


def _setters(stage: Stage) -> dict[str, Instruction | None]:
    """The first instruction that sets each name in a stage; None where it goes on from what the
    base image may set: `ENV A=/x:$A`."""
    found: dict[str, Instruction | None] = {}
    for instruction in stage.instructions:
        if isinstance(instruction, Arg | Env):
            for pair in instruction.pairs:
                name = pair.name.raw
                goes_on = pair.value is not None and name in pair.value.variables
                found.setdefault(name, None if goes_on else instruction)
    return found


def _is_global(dockerfile: Dockerfile, name: str) -> bool:
    """Whether an ARG in a stage would take over a value: every build or an ARG above has set it."""
    heads = kept(dockerfile, "global arguments", lambda: _global_names(dockerfile))
    return name in PLATFORM_ARGS or name in heads


def _global_names(dockerfile: Dockerfile) -> frozenset[str]:
    return frozenset(pair.name.raw for arg in dockerfile.head if isinstance(arg, Arg) for pair in arg.pairs)


def _declaration(stage: Stage, name: str) -> Fix:
    """Declare a global ARG in a stage, below its FROM."""
    end = stage.start.span.end
    keyword = "arg" if stage.start.keyword.text.islower() else "ARG"
    return Fix(f"declare {name} in the stage", (Edit(Span(end, end), f"\n{keyword} {name}"),))


def _has_default(reference: str, one: Unset) -> bool:
    """Whether a reference says what to take when nothing is set: `${x:-y}`, `${x+y}`."""
    behind = reference.removeprefix("${" + one.name)
    return behind != reference and behind.lstrip(":")[:1] in ("-", "+")
