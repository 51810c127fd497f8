from __future__ import annotations

from dockerlint.knowledge.development import runtime_packages
from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.building import Left, built_here, left_in_image, named, work_behind
from dockerlint.split.bases import base_of
from dockerlint.split.packages import Packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage


@rule(
    code="DK354",
    summary="Development packages stay in the final image",
    why="""
        A `-dev` or `-devel` package holds headers, static libraries and links for the linker, and asks for the
        same of all it depends on. A program that is built needs the library alone, which has a package of its
        own: `libpq5` for `libpq-dev`. Where the program comes over from another stage, and nothing behind the
        package compiles, the fix installs that one.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "headers, static libraries and the links for the linker are gone; a program that loads a library by its"
        " bare name (`libpq.so`) does not find it",
        closure=True,
    ),
    source="https://www.debian.org/doc/debian-policy/ch-sharedlibs.html",
    bad=[
        Bad(
            "FROM gcc:12 AS build\nRUN make\nFROM debian:bookworm\nRUN apt-get update && apt-get install -y «libpng-dev» curl\n"
            'COPY --from=build /src/app /app\nCMD ["/app"]\n',
            fixed="FROM gcc:12 AS build\nRUN make\nFROM debian:bookworm\nRUN apt-get update && apt-get install -y libpng16-16 curl\n"
            'COPY --from=build /src/app /app\nCMD ["/app"]\n',
        ),
        Bad(
            'FROM python:3.12-slim\nRUN apt-get update && apt-get install -y «libpq-dev» git\nCMD ["python", "/app.py"]\n'
        ),
        Bad("FROM alpine:3.22\nRUN apk add --no-cache nginx «pcre-dev» zlib-dev\nCMD nginx\n"),
        Bad(
            "FROM debian:12-slim\nRUN apt-get update && apt-get install -y gcc «libxml2-dev» && make"
            ' && apt-get purge -y gcc\nCMD ["app"]\n'
        ),
        Bad(
            "FROM gcc:12 AS build\nRUN make\nFROM debian:bookworm\nRUN apt-get update && apt-get install -y «libpng-dev»\n"
            'COPY --from=build /src /src\nRUN /src/setup\nCMD ["/src/app"]\n'
        ),
    ],
    good=[
        Good(
            'FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libpq5\nCMD ["python", "/app.py"]\n'
        ),
        Good("FROM debian:12-slim\nRUN apt-get update && apt-get install -y libpq-dev\n"),
        Good('FROM debian:12-slim\nRUN apt-get update && apt-get install -y libpq-dev\nCMD ["bash"]\n'),
        Good('FROM team/app-devel:1\nRUN apt-get update && apt-get install -y libpq-dev\nCMD ["app"]\n'),
        Good('FROM debian:12-slim\nRUN apt-get install -y gcc libpq-dev && make\nCMD ["app"]\n'),
        Good("FROM alpine:3.22\nRUN apk add --no-cache -t .b pcre-dev && make && apk del .b\nCMD app\n"),
    ],
)
def headers_left_in_image(dockerfile: Dockerfile) -> Iterator[Finding]:
    found = left_in_image(dockerfile)
    if any(left.compilers for left in found):
        return
    for left in found:
        if not left.headers:
            continue
        one = len(left.headers) == 1
        message = f"{named(left.headers)} {'brings' if one else 'bring'} headers that no program loads"
        message += "; install the library alone"
        if left.removed_by is not None:
            one = len(left.removed) == 1
            what = f"{named(left.removed)} {'stays' if one else 'stay'} in this layer"
            line = left.removed_by.first_line
            message = f"{what}, and removing {'it' if one else 'them'} in line {line} frees nothing"
            message += "; install, build and purge in one RUN, or build in an earlier stage"
        yield Finding(left.headers[0].word.span, message, _fix(dockerfile, left))


def _fix(dockerfile: Dockerfile, left: Left) -> Fix | None:
    if left.removed_by is not None:
        return None
    stage = next(s for s in dockerfile.stages if s.index == left.run.stage)
    if _comes_over(dockerfile, stage, left):
        edits, title = _libraries(stage, left)
        if edits:
            return Fix(title, edits)
    known = [(p.name, runtime_packages(p.name or "", left.install.family)) for p in left.headers]
    advice = [f"{', '.join(libraries)} for {name}" for name, libraries in known if libraries]
    return Fix(f"install {'; '.join(advice)}", (), Applicability.DISPLAY) if advice else None


def _comes_over(dockerfile: Dockerfile, stage: Stage, left: Left) -> bool:
    """Whether what runs was built in another stage, and nothing behind the packages can compile."""
    taken = any(copy.flag("from") is not None for copy in stage.of(Copy))
    return taken and not built_here(left) and work_behind(dockerfile, left) == (None, None)


def _libraries(stage: Stage, left: Left) -> tuple[tuple[Edit, ...], str]:
    """Edits that put libraries in the place of all headers, and what they do; none where one is not known."""
    base = base_of(stage)
    if base.manager != ("apt" if left.install.family == "apt-get" else left.install.family):
        return (), ""
    known = Packages(base.manager, base.release).development
    there = {package.name for package in left.install.packages}
    edits = []
    for package in left.headers:
        libraries = [name for name in known.get(package.name or "", ()) if name not in there]
        if not libraries or package.word.raw != package.name:
            return (), ""
        there.update(libraries)
        edits.append(Edit(package.word.span, " ".join(libraries)))
    names = ", ".join(edit.text for edit in edits)
    return tuple(edits), f"install {names} in place of {named(left.headers)}"
