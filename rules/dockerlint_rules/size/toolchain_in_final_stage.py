from __future__ import annotations

from dockerlint.knowledge.bases import base_image_of
from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, display, rule
from dockerlint.shell.starts import root_of, run_scripts, standing_on, starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.script import Command


@rule(
    code="DK352",
    summary="The final stage stands on a toolchain that it does not use",
    why="""
        `golang`, `rust`, `maven`, `gradle` and the .NET SDK are images to build in, 500 MB to 2 GB. Where the
        last stage only takes what an earlier one built and starts it, nothing of that runs: a runtime image
        does the same.
    """,
    severity=Severity.WARNING,
    fix=display("which runtime image fits depends on how the program is linked and what it reads"),
    bad=[
        Bad(
            "FROM golang:1.24 AS build\nCOPY . /src\nRUN go build -o /app /src\n"
            'FROM «golang:1.24»\nCOPY --from=build /app /app\nCMD ["/app"]\n'
        ),
        Bad(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nRUN dotnet publish -o /out\n"
            'FROM «mcr.microsoft.com/dotnet/sdk:8.0»\nCOPY --from=build /out /app\nENTRYPOINT ["dotnet", "/app/a.dll"]\n'
        ),
        Bad('FROM «maven:3.9-eclipse-temurin-21»\nCOPY target/app.jar /\nCMD ["java", "-jar", "/app.jar"]\n'),
    ],
    good=[
        Good(
            "FROM golang:1.24 AS build\nCOPY . /src\nRUN go build -o /app /src\n"
            'FROM debian:12-slim\nCOPY --from=build /app /app\nCMD ["/app"]\n'
        ),
        Good('FROM golang:1.24\nCOPY . /src\nRUN go build -o /app /src\nCMD ["/app"]\n'),
        Good('FROM golang:1.24\nCOPY . /src\nCMD ["go", "test", "./..."]\n'),
        Good('FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY . /src\nCMD ["dotnet", "watch"]\n'),
        Good('FROM maven:3.9\nCOPY . /src\nCMD ["bash"]\n'),
        Good(
            "FROM golang:1.24 AS build\nRUN go build -o /app /src\nFROM golang:1.24\nCOPY --from=build /app /app\n"
            'RUN go install example.org/x@v1\nCMD ["/app"]\n'
        ),
        Good("FROM rust:1 AS b\nFROM rust:1\nCOPY --from=b /app /app\nRUN $TOOL build\nCMD /app\n"),
        Good("FROM debian:12 AS b\nRUN make\nFROM debian:12\nCOPY --from=b /app /app\nCMD /app\n"),
        Good('FROM rust:1\nCOPY run.sh /\nCMD ["/run.sh"]\n'),
        Good("FROM golang:1.24\nCOPY . /src\n"),
    ],
)
def toolchain_in_final_stage(dockerfile: Dockerfile) -> Iterator[Finding]:
    final = dockerfile.final_stage
    root = root_of(final) if final is not None else None
    base = base_image_of(root.image) if root is not None and root.image is not None else None
    if final is None or root is None or base is None:
        return
    lighter = next((light for light in base.lighter if light.kind == "runtime"), None)
    started = starts(final)
    if lighter is None or not started:
        return
    stages = standing_on(dockerfile, root)
    # a stage that builds with the toolchain has to be split, not moved to another base
    if any(c.name in base.tools or c.name is None for _, s in run_scripts(stages) for c in s.commands):
        return
    copied = {_end(w.value) for s in stages for c in s.of(Copy) if c.flag("from") for w in c.sources}
    if all(_is_built(command, copied) for command in started):
        yield Finding(
            root.start.image.span,
            f"{base.name} is an image to build in, and nothing is built here; use {lighter.image}",
            Fix(f"use {lighter.image}", (), Applicability.DISPLAY, "; ".join(lighter.breaks)),
        )


def _is_built(command: Command, copied: set[str]) -> bool:
    """Whether a command starts what was built: a file of another stage, a jar, a published DLL."""
    if command.name == "dotnet":
        return any((w.value or "").endswith(".dll") for w in command.arguments[:1])
    return command.name == "java" or command.name in copied


def _end(path: str | None) -> str:
    return (path or "").rstrip("/").rpartition("/")[2]
