from __future__ import annotations

from dockerlint.knowledge.bases import BaseImage, Lighter, base_image_of, split_reference
from dockerlint.model import Dockerfile, From
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell.demands import Demands, demands
from dockerlint.shell.installs import installs
from dockerlint.shell.starts import has_start, is_workbench, root_of, run_scripts, standing_on
from dockerlint.split import Split, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Stage

# Debian packages that are of no use, or do not install, without the folders of manual pages.
_MANUALS = ("man-db", "manpages", "locales-all", "info", "texinfo", "debian-goodies")
_NEED_MANUALS = ("openjdk-", "default-jre", "default-jdk", "postgresql", "ca-certificates-java")


@rule(
    code="DK350",
    summary="The full variant of a base image where the slim one would do",
    why="""
        The default tags of `python`, `node`, `ruby` and `perl` stand on buildpack-deps: compilers, headers, git,
        curl and ImageMagick, some 800 MB that only help to build. `debian` carries manual pages, documentation
        and translations. The slim variant is the same release with the same libc and without them.

        The rule is silent where the stages use something that the slim variant lacks. What it cannot see is what
        the program itself calls, and packages from a lock file that have to be compiled.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "compilers, headers, git, curl and wget are missing in the slim variant, and manual pages and"
        " translations in Debian's: packages that must be compiled do not install, and a program that calls one"
        " of these fails when it does",
        closure=True,
    ),
    source="https://hub.docker.com/_/python, https://hub.docker.com/_/node, https://hub.docker.com/_/debian",
    bad=[
        Bad(
            'FROM «python:3.12»\nCOPY app.py /\nCMD ["python", "/app.py"]\n',
            fixed='FROM python:3.12-slim\nCOPY app.py /\nCMD ["python", "/app.py"]\n',
            files={"app.py": "print(1)\n"},
        ),
        Bad(
            'ARG V=3.12\nFROM «python:${V}-bookworm» AS base\nFROM base\nCOPY app.py /\nCMD ["python", "/app.py"]\n',
            fixed="ARG V=3.12\nFROM python:${V}-slim-bookworm AS base\nFROM base\nCOPY app.py /\n"
            'CMD ["python", "/app.py"]\n',
            files={"app.py": "print(1)\n"},
        ),
        Bad(
            'FROM node:22 AS build\nRUN npm ci\nFROM «node:22-bookworm»\nCOPY --from=build /app /app\nCMD ["node", "/app"]\n',
            fixed="FROM node:22 AS build\nRUN npm ci\nFROM node:22-bookworm-slim\nCOPY --from=build /app /app\n"
            'CMD ["node", "/app"]\n',
        ),
        Bad("FROM «debian:12»\nRUN echo hello > /x\n", fixed="FROM debian:12-slim\nRUN echo hello > /x\n"),
        Bad('FROM «node:22»\nCOPY . /app\nRUN /app/setup.sh\nCMD ["node", "/app"]\n'),
        Bad('FROM «python»\nCOPY app.py /\nCMD ["python", "/app.py"]\n', files={"app.py": "print(1)\n"}),
        Bad('ARG BASE=python:3.12\nFROM «$BASE»\nCMD ["python", "-m", "http.server"]\n'),
    ],
    good=[
        Good('FROM python:3.12-slim\nCMD ["python", "/app.py"]\n'),
        Good('FROM python:3.12\nRUN pip install psycopg2\nCMD ["python", "/app.py"]\n'),
        Good('FROM python:3.12\nRUN pip install git+https://example.org/x.git\nCMD ["python", "/app.py"]\n'),
        Good('FROM node:22\nCMD ["node", "/app"]\nHEALTHCHECK CMD curl -f http://localhost/\n'),
        Good('FROM node:22\nRUN apt-get update && apt-get install -y libpq-dev\nCMD ["node", "/app"]\n'),
        Good('FROM ruby:3.3\nRUN bundle install\nCMD ["ruby", "/app.rb"]\n'),
        Good("FROM python:3.12\n"),
        Good(
            'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "dist/index.js"]\n'
        ),
        Good('FROM python:3.12\nCMD ["bash"]\n'),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y default-jre-headless\n"),
        Good('FROM python:3.12 AS build\nRUN pip wheel .\nFROM python:3.12-slim\nCMD ["python"]\n'),
        Good("FROM ubuntu:24.04\nRUN echo hello > /x\n"),
    ],
)
def heavy_base_image(dockerfile: Dockerfile) -> Iterator[Finding]:
    final = dockerfile.final_stage
    root = root_of(final) if final is not None else None
    if final is None or root is None or root.image is None:
        return
    base = base_image_of(root.image)
    slim = _slim(base)
    if base is None or slim is None or base.purpose != "run":
        return
    stages = standing_on(dockerfile, root)
    if base.family == "debian":
        asks = Demands(_wants_manuals(stages), None, ())
    elif not has_start(final) or is_workbench(final):
        return
    else:
        asks = demands(stages, base)
        if isinstance(split(dockerfile), Split):
            # the stage that the program runs in gets the light image then
            return
    if asks.needs is None:
        short = split_reference(slim.image)[1]
        yield Finding(
            root.start.image.span,
            f"the full image (about {_size(base.megabytes)}) for what the `{short}` variant (about"
            f" {_size(slim.megabytes)}) can run; use {slim.image}",
            _fix(root.start, root.image, slim, asks),
        )


def _slim(base: BaseImage | None) -> Lighter | None:
    return next((light for light in base.lighter if light.kind == "slim"), None) if base is not None else None


def _size(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


def _wants_manuals(stages: Sequence[Stage]) -> str | None:
    for _, script in run_scripts(stages):
        for command in script.named("man", "mandb", "unminimize"):
            return command.name
        for install in installs(script):
            for name in install.names:
                if name in _MANUALS or name.startswith(_NEED_MANUALS):
                    return name
    return None


def _fix(start: From, image: str, slim: Lighter, asks: Demands) -> Fix:
    title = f"use {slim.image}"
    edit = _edit(start, image, slim.image)
    if edit is None or "@" in image:
        reason = "the tag, or the digest behind it, is not written here"
        return Fix(title, (), Applicability.DISPLAY, reason)
    if not slim.exact:
        reason = "the tag moves; name a release first"
        return Fix(title, (edit,), Applicability.DISPLAY, reason)
    if asks.unsure is not None:
        reason = f"{asks.unsure} may use what the slim variant lacks: {', '.join(slim.breaks)}"
        return Fix(title, (edit,), Applicability.DISPLAY, reason)
    reason = f"missing there: {', '.join(slim.breaks)}"
    if asks.installs_by:
        reason += f"; what {' and '.join(asks.installs_by)} must compile does not install"
    return Fix(title, (edit,), Applicability.UNSAFE, reason)


def _edit(start: From, old: str, new: str) -> Edit | None:
    """The characters that make one reference the other, where they can be put beside the
    variables of the word; None where they would have to go into one."""
    raw = start.image.raw
    same = 0
    while same < len(old) and old[same] == new[same]:
        same += 1
    if same < len(old) and old[same - 1] == "-":
        same -= 1
    tail = old[same:]
    added = new[same : len(new) - len(tail)]
    if not new.endswith(tail) or not raw.endswith(tail) or '"' in raw or "'" in raw:
        return None
    if raw != old and ((tail and not tail.startswith("-")) or ":" not in raw.partition("$")[0]):
        return None
    at = start.image.span.end - len(tail)
    return Edit(Span(at, at), added)
