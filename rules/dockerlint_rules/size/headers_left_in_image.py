from __future__ import annotations

from dockerlint.knowledge.development import runtime_packages
from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, display, rule
from dockerlint.shell.building import Left, left_in_image, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK354",
    summary="Development packages stay in the final image",
    why="""
        A `-dev` or `-devel` package holds headers, static libraries and links for the linker, and asks for the
        same of all it depends on. A program that is built needs the library alone, which has a package of its
        own: `libpq5` for `libpq-dev`.
    """,
    severity=Severity.INFO,
    fix=display("which libraries the program loads is known when it is built"),
    source="https://www.debian.org/doc/debian-policy/ch-sharedlibs.html",
    bad=[
        Bad(
            'FROM python:3.12-slim\nRUN apt-get update && apt-get install -y «libpq-dev» git\nCMD ["python", "/app.py"]\n'
        ),
        Bad("FROM alpine:3.22\nRUN apk add --no-cache nginx «pcre-dev» zlib-dev\nCMD nginx\n"),
        Bad(
            "FROM debian:12-slim\nRUN apt-get update && apt-get install -y gcc «libxml2-dev» && make"
            ' && apt-get purge -y gcc\nCMD ["app"]\n'
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
        yield Finding(left.headers[0].word.span, message, _fix(left))


def _fix(left: Left) -> Fix | None:
    known = [(p.name, runtime_packages(p.name or "", left.install.family)) for p in left.headers]
    advice = [f"{', '.join(libraries)} for {name}" for name, libraries in known if libraries]
    if not advice or left.removed_by is not None:
        return None
    return Fix(f"install {'; '.join(advice)}", (), Applicability.DISPLAY)
