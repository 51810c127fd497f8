from __future__ import annotations

from dockerlint.model import Dockerfile, From, Onbuild, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage

TOOLS = ("wget", "curl")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: each RUN that calls either, from the one on with which a stage has called
    both. Triggers are looked at on their own, without stages."""
    from dockerlint.shell.as_hadolint import view

    text = dockerfile.source.text
    if "wget" not in text or "curl" not in text:
        return
    seen: tuple[set[str], set[str]] = (set(), set())
    for instruction in dockerfile.body:
        trigger = isinstance(instruction, Onbuild)
        inner = instruction.inner if isinstance(instruction, Onbuild) else instruction
        if isinstance(inner, From):
            seen[0].clear()
        elif isinstance(inner, Run):
            here = {call.name for call in view(inner).named(*TOOLS)}
            seen[trigger].update(here)
            if here and len(seen[trigger]) == len(TOOLS):
                yield Finding(inner.keyword.span, "both wget and curl are used; one of them will do")


@rule(
    code="DL4001",
    summary="Both `wget` and `curl` are used",
    why="""
        The two do the same work. A stage that uses both has to have both, with the libraries that each of them
        brings, and its readers have to know the options of two programs.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    bad=[
        Bad("FROM debian:12\nRUN curl -fO https://example.org/a\nRUN «wget» -q https://example.org/b\n"),
        Bad(
            "FROM debian:12 AS base\nRUN wget -q https://example.org/a\nFROM base\n"
            "RUN sudo «/usr/bin/curl» -fO https://example.org/b && wget -q https://example.org/c\n"
        ),
    ],
    good=[
        Good("FROM debian:12 AS a\nRUN curl a\nFROM debian:12 AS b\nRUN wget b\nFROM a\nRUN curl c\n"),
        Good(
            "FROM debian:12\nRUN curl -fO https://example.org/a\nFROM debian:12\nRUN wget https://example.org/b\n"
        ),
        Good("FROM debian:12\nRUN curl -fO https://example.org/a && apt-get install -y wget\n"),
        Good("FROM debian:12\nRUN wget -q https://example.org/a || curl -fO https://example.org/a\n"),
    ],
)
def wget_and_curl(dockerfile: Dockerfile) -> Iterator[Finding]:
    text = dockerfile.source.text
    if "wget" not in text or "curl" not in text:
        return
    first: dict[Stage, str] = {}
    for stage in dockerfile.stages:
        inherited = first.get(stage.base) if stage.base is not None else None
        if inherited is not None:
            first[stage] = inherited
        for run in stage.of(Run):
            for script in scripts(run):
                for command in script.named(*TOOLS):
                    name = command.name or ""
                    if name not in TOOLS or "||" in (command.before, command.after):
                        # a second try with the other program where the first is not there
                        continue
                    if first.setdefault(stage, name) != name:
                        yield Finding(
                            command.name_word.span, f"{first[stage]} is used before; use it here, too"
                        )
