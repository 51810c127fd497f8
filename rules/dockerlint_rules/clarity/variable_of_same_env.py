from __future__ import annotations

from dockerlint.expand import references
from dockerlint.model import Arg, Dockerfile, Env
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Pair


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: plain `$name` and `${name}` in the text of another pair, quotes and
    escapes not looked at, where no earlier ENV or ARG of the file set the name."""
    known: set[str] = set()
    found: Iterator[Env | Arg] = dockerfile.instructions(Env, Arg)
    for instruction in found:
        if isinstance(instruction, Env) and _refers(instruction, known):
            yield Finding(
                instruction.span, "the ENV refers to a variable that it sets itself; split it in two"
            )
        known.update(pair.name.raw for pair in instruction.pairs)


def _refers(env: Env, known: set[str]) -> bool:
    for pair in env.pairs:
        name = pair.name.raw
        if name in known:
            continue
        others = [other.value.raw for other in env.pairs if other is not pair and other.value is not None]
        if any(f"${{{name}}}" in text or _has_plain(text, name) for text in others):
            return True
    return False


def _has_plain(text: str, name: str) -> bool:
    at = text.find(f"${name}")
    while at >= 0:
        behind = text[at + 1 + len(name) :][:1]
        if not (behind.isalnum() or behind == "_"):
            return True
        at = text.find(f"${name}", at + 1)
    return False


@rule(
    code="DL3044",
    summary="A variable used in the `ENV` that sets it",
    why="""
        All values of one `ENV` are expanded before any of them is set. `ENV A=1 B=$A` gives B what A was
        before: nothing, where it was not set. In an `ENV` of its own, B gets the new value.
    """,
    severity=Severity.ERROR,
    fix=unsafe(
        "the variable takes the value that is set before it, where it was empty or another one",
        config=("Env",),
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#environment-replacement",
    bad=[
        Bad(
            "FROM busybox\nENV HOME_DIR=/app BIN_DIR=«$HOME_DIR»/bin\n",
            fixed="FROM busybox\nENV HOME_DIR=/app\nENV BIN_DIR=$HOME_DIR/bin\n",
        ),
        Bad(
            'FROM busybox\nENV A=1 \\\n    B="x«${A:-2}»" \\\n    C=3 D=«$C»\nUSER 1\n',
            fixed='FROM busybox\nENV A=1\nENV B="x${A:-2}" \\\n    C=3\nENV D=$C\nUSER 1\n',
        ),
        Bad("FROM busybox\nENV A=1 \\\n    # two\n    B=«$A»\n"),
        Bad("FROM busybox\nENV B=«$A» A=1\n"),
        Bad(
            'FROM busybox\nONBUILD ENV A=1 B=$A\nENV A=1 B=«"a\\\n$A"»\n',
            fixed='FROM busybox\nONBUILD ENV A=1 B=$A\nENV A=1\nENV B="a\\\n$A"\n',
        ),
    ],
    good=[
        Good("FROM busybox\nENV A=1\nENV B=$A A=2\n"),
        Good("FROM busybox\nENV PATH=/app:$PATH LANG=C\n"),
        Good("FROM busybox\nENV A=1 B='$A' C=\\$A\n"),
        Good("FROM busybox\nENV A=1 B=$A_B\n"),
        Good("FROM busybox\nENV A 1 B=$A\n"),
    ],
)
def variable_of_same_env(dockerfile: Dockerfile) -> Iterator[Finding]:
    for env in dockerfile.instructions(Env):
        if len(env.pairs) < 2:
            continue
        names = [pair.name.value or pair.name.raw for pair in env.pairs]
        for at, pair in enumerate(env.pairs):
            if pair.value is None or not pair.value.variables:
                continue
            others = {n: index for index, n in enumerate(names) if index != at and n != names[at]}
            for name, start, end in references(pair.value.raw, dockerfile.escape):
                if name in others and name not in env.state.variables:
                    span = _place(pair, start, end)
                    fix = _split(dockerfile, env, at) if others[name] < at else None
                    yield Finding(span, f"{name} is not set yet inside this ENV; set it in one before", fix)
                    break


def _place(pair: Pair, start: int, end: int) -> Span:
    assert pair.value is not None
    span = pair.value.span
    if len(span) != len(pair.value.raw):
        return span
    return Span(span.start + start, span.start + end)


def _split(dockerfile: Dockerfile, env: Env, at: int) -> Fix | None:
    gap = Span(env.pairs[at - 1].span.end, env.pairs[at].span.start)
    if env.onbuild or any(gap.touches(comment.span) for comment in env.comments):
        return None
    text = dockerfile.source.text
    line = text[text.rfind("\n", 0, env.keyword.span.start) + 1 : env.keyword.span.start]
    newline = "\r\n" if "\r\n" in dockerfile.source.slice(env.span) else dockerfile.source.newline
    begin = f"{newline}{line}{env.keyword.text} " if not line.strip() else ""
    return Fix("set it in an ENV of its own", (Edit(gap, begin),)) if begin else None
