"""DK101: an image that keeps the toolchain it was built with."""

from __future__ import annotations

from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.split import Refusal, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Dockerfile

_SHOWN = 3


@rule(
    code="DK101",
    summary="Compilers stay in the image because it is built in one stage",
    why="""
        An image that compiles its program and ships in the same stage carries the compiler, its
        headers and its libraries for as long as it lives: often nine tenths of its bytes, and most
        of what scanners report. With a build stage the final image holds what the program needs
        to run and nothing else.

        The fix makes the file of one stage into two. The build stage is the file as it was, up to
        the last step that builds. The runtime stage starts on the same base (or, for an image that
        is itself a toolchain, on its plain relative of the same release: never on an older one,
        whose libraries a newer compiler might not find), repeats the settings, the packages that
        are not for building and the files that are not sources, and copies what was built from
        the path it had to the path it had. On Debian and Ubuntu apt itself needs libstdc++6, so a
        program in C++ finds it on every base that has apt; on Alpine the run-time library is
        installed by name. A `-dev` package leaves its run-time part where that is known and stays
        where it is not.

        Nothing is guessed. Where the file does not tell what a command writes or what the image
        runs (a script from the context, an unknown base, a Makefile that alone knows where it
        installs), the finding says so and there is no fix.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "The image no longer has the compilers, headers and sources it was built with, nor what the build "
        "left beside its outputs; a program that calls one of them at run time would miss it. Variables that a "
        "toolchain image sets are no longer there, or are those of the runtime image.",
        config=("Env",),
        closure=True,
    ),
    source="https://docs.docker.com/build/building/multi-stage/",
    bad=[
        Bad(
            """\
«FROM ubuntu:20.04»
RUN apt-get update && apt-get install -y g++
WORKDIR /app
COPY main.cpp .
RUN g++ main.cpp -o hello
CMD ["./hello"]
""",
            fixed="""\
FROM ubuntu:20.04 AS build
RUN apt-get update && apt-get install -y g++
WORKDIR /app
COPY main.cpp .
RUN g++ main.cpp -o hello

FROM ubuntu:20.04
WORKDIR /app
COPY --from=build /app/hello /app/hello
CMD ["./hello"]
""",
            files={"main.cpp": '#include <iostream>\n\nint main() { std::cout << "hello" << std::endl; }\n'},
        ),
        Bad(
            """\
«FROM golang:1.22»
WORKDIR /app
COPY . .
RUN go build -o server .
EXPOSE 8080
CMD ["./server"]
""",
            fixed="""\
FROM golang:1.22 AS build
WORKDIR /app
COPY . .
RUN go build -o server .

FROM debian:bookworm-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends ca-certificates \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
COPY --from=build /app/server /app/server
EXPOSE 8080
CMD ["./server"]
""",
        ),
        # The script may call the compiler, make or anything else: a person has to look.
        Bad(
            """\
«FROM debian:bookworm»
RUN apt-get update && apt-get install -y gcc make libc6-dev
WORKDIR /app
COPY . .
RUN make
ENTRYPOINT ["./start.sh"]
"""
        ),
    ],
    good=[
        Good("FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make\n"),
        Good('FROM busybox\nCOPY app /app\nCMD ["/app"]\n'),
        Good(
            "FROM debian:bookworm AS build\nRUN apt-get update && apt-get install -y gcc\nCOPY main.c /\n"
            'RUN gcc /main.c -o /main\n\nFROM debian:bookworm\nCOPY --from=build /main /main\nCMD ["/main"]\n'
        ),
    ],
)
def missing_multi_stage_split(dockerfile: Dockerfile) -> Iterator[Finding]:
    found = split(dockerfile)
    if found is None:
        return
    span = dockerfile.stages[0].start.span
    if isinstance(found, Refusal):
        yield Finding(
            span,
            f"{_list(found.leaves.split(', '))} stays in the image; build in a stage of its own by hand: {found.reason}",
        )
        return
    title = f"build in a stage of its own and take over {_list(found.takes)}"
    yield Finding(
        span, f"{_list(found.leaves.split(', '))} stays in the image; {title}", Fix(title, found.edits)
    )


def _list(words: Sequence[str]) -> str:
    """Some words for people; no more than three of them."""
    shown = [*words[:_SHOWN], "more"] if len(words) > _SHOWN + 1 else list(words)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
