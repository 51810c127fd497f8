from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.building import Left, built_here, left_in_image, named, work_behind
from dockerlint.shell.edits import append
from dockerlint.shell.leftover import prefix
from dockerlint.split import Split, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.script import Command

# Compilers whose run-time library a program built with them needs, and which goes with them on Alpine.
_BRING_A_LIBRARY = ("g++", "build-base", "alpine-sdk", "gfortran", "clang", "ghc", "ocaml")


@rule(
    code="DK353",
    summary="Compilers stay in the final image",
    why="""
        A compiler with its headers is 150 to 400 MB that only the build needs, and a present to whoever gets
        into the container. Build in an earlier stage and copy what comes out; or install, build and purge in
        one RUN: what a later RUN removes stays in the layer below.

        The rule is silent in images that are meant to build, develop or test in.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "packages that depend on the compilers and libraries that only they asked for (libgomp1, libgfortran5) go,"
        " too; a program that needs one, or that compiles when it is started, fails then",
        closure=True,
    ),
    source="https://docs.docker.com/build/building/best-practices/#use-multi-stage-builds",
    bad=[
        Bad(
            "FROM node:22 AS web\nRUN npm ci\nFROM python:3.12-slim\nCOPY --from=web /dist /dist\n"
            "RUN apt-get update && apt-get install -y «gcc» libyaml-0-2 && pip install pyyaml\n"
            'CMD ["python", "/app.py"]\n',
            fixed="FROM node:22 AS web\nRUN npm ci\nFROM python:3.12-slim\nCOPY --from=web /dist /dist\n"
            "RUN apt-get update && apt-get install -y gcc libyaml-0-2 && pip install pyyaml"
            ' && apt-get purge -y --auto-remove gcc\nCMD ["python", "/app.py"]\n',
        ),
        Bad(
            "FROM debian:12-slim\nCOPY . /src\nRUN apt-get update \\\n && apt-get install -y \\\n      «build-essential» \\\n"
            '      cmake \\\n && make -C /src install\nCMD ["app"]\n',
            fixed="FROM debian:12-slim\nCOPY . /src\nRUN apt-get update \\\n && apt-get install -y \\\n      build-essential \\\n"
            "      cmake \\\n && make -C /src install \\\n && apt-get purge -y --auto-remove build-essential cmake\n"
            'CMD ["app"]\n',
        ),
        Bad(
            "FROM alpine:3.22\nRUN apk add --no-cache py3-pip «gcc» musl-dev && pip install thing\nCMD thing\n",
            fixed="FROM alpine:3.22\nRUN apk add --no-cache py3-pip gcc musl-dev && pip install thing"
            " && apk del gcc musl-dev\nCMD thing\n",
        ),
        Bad(
            "FROM node:22 AS web\nRUN npm ci\nFROM python:3.12-slim\nCOPY --from=web /dist /dist\n"
            "RUN apt-get update && apt-get install -y «gcc» libpq-dev\nCOPY requirements.txt .\n"
            'RUN pip install -r requirements.txt\nCMD ["python", "/app.py"]\n'
        ),
        Bad(
            "FROM alpine:3.22\nRUN apk add --no-cache «build-base» nodejs npm\nRUN npm ci\n"
            "RUN apk del build-base\nCMD node /app\n"
        ),
        Bad(
            "FROM node:22 AS web\nFROM ubuntu:24.04\nCOPY --from=web /src /src\n"
            "RUN apt-get update && apt-get install -y «gcc» make && make -C /src install\n"
            "RUN mylang compile /src\nCMD /src/run\n"
        ),
        Bad(
            'FROM ubuntu:24.04\nARG X\nRUN if [ -n "$X" ]; then apt-get install -y «gcc» && pip install x; fi\n'
            "CMD app\n"
        ),
    ],
    good=[
        Good(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc && pip install x"
            ' && apt-get purge -y --auto-remove gcc\nCMD ["python", "/app.py"]\n'
        ),
        Good(
            "FROM alpine:3.22\nRUN apk add --no-cache --virtual .build build-base && make && apk del .build\nCMD app\n"
        ),
        Good(
            "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc && make\n"
            'FROM debian:12-slim\nCOPY --from=build /app /app\nCMD ["/app"]\n'
        ),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y gcc && make\n"),
        Good('FROM debian:12\nRUN apt-get update && apt-get install -y gcc && make\nCMD ["bash"]\n'),
        Good(
            'FROM debian:12\nRUN apt-get update && apt-get install -y gcc make && pip install x\nCMD ["make"]\n'
        ),
        Good('FROM debian:12 AS dev\nRUN apt-get update && apt-get install -y gcc && make\nCMD ["app"]\n'),
        Good('FROM debian:12\nRUN apt-get update && apt-get install -y gcc\nCMD ["app"]\n'),
        Good(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\nCOPY requirements.txt .\n"
            'RUN pip install -r requirements.txt\nCMD ["python", "/app.py"]\n'
        ),
        Good(
            'FROM debian:12\nRUN apt-get install -y gcc && pip install x\nCMD ["/bin/bash", "/ci/run-tests"]\n'
        ),
        Good(
            'FROM debian:12\nRUN apt-get install -y gcc && make\nENTRYPOINT ["tail"]\nCMD ["-f", "/dev/null"]\n'
        ),
        Good(
            'FROM python:3.12\nRUN apt-get update && apt-get install -y gcc && pip install x\nCMD ["app"]\n'
        ),
    ],
)
def compilers_left_in_image(dockerfile: Dockerfile) -> Iterator[Finding]:
    found = [left for left in left_in_image(dockerfile) if left.compilers]
    plan = split(dockerfile) if found else None
    if isinstance(plan, Split):
        return
    for left in found:
        sure, maybe = work_behind(dockerfile, left)
        if sure is None and not built_here(left):
            continue
        first = left.compilers[0].word.span
        every = left.removed or (*left.compilers, *left.tools, *left.headers)
        stay, them = ("stays", "it") if len(every) == 1 else ("stay", "them")
        if left.removed_by is not None:
            line = left.removed_by.first_line
            what = f"{named(every)} {stay} in this layer, and removing {them} in line {line} frees nothing"
            yield Finding(first, f"{what}; install, build and purge in one RUN, or build in an earlier stage")
            continue
        fix = _fix(dockerfile, left, sure or maybe)
        # the whole file can be split, or has to be by hand: one finding for that is enough
        if plan is not None and not fix.edits:
            continue
        purge = f"purge {them} in this RUN" if sure is None else "install, build and purge in one RUN"
        yield Finding(
            first,
            f"{named(every)} {stay} in the image, and only the build needs {them}; build in an earlier stage,"
            f" or {purge}",
            fix,
        )


def _fix(dockerfile: Dockerfile, left: Left, behind: Command | None) -> Fix:
    names = " ".join(p.name or "" for p in (*left.compilers, *left.tools))
    commands = {"apt-get": f"apt-get purge -y --auto-remove {names}", "apk": f"apk del {names}"}
    command = commands.get(left.install.family)
    if left.install.virtual:
        command = f"apk del {left.install.virtual}"
    stage = Fix(
        "build in an earlier stage", (), Applicability.DISPLAY, "what has to be copied is the author's to say"
    )
    before = prefix(dockerfile, left.install.command)
    # purging what an `if` did not install is an error without package lists
    if command is None or behind is not None or before is None or not left.install.command.at_top:
        return stage
    edit = append(dockerfile, left.run, left.script, f"{before}{command}")
    if edit is None:
        return stage
    title = "purge the compilers in the same RUN"
    library = next((p.name for p in left.compilers if p.name in _BRING_A_LIBRARY), None)
    if left.install.virtual and left.headers:
        reason = f"libraries that {named(left.headers)} brought go, too; install them by name first"
        return Fix(title, (edit,), Applicability.DISPLAY, reason)
    if left.install.family == "apk" and library is not None:
        reason = f"what {library} built needs libstdc++, which goes with it; install it by name first"
        return Fix(title, (edit,), Applicability.DISPLAY, reason)
    return Fix(title, (edit,))
