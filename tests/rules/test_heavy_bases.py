"""What the rules about base images say and show, where examples cannot tell."""

from __future__ import annotations

import pytest

from dockerlint.lint import read
from dockerlint.loader import load
from dockerlint.rule import Applicability, Finding, Rule
from dockerlint.source import Source

RULES = {rule.name: rule for rule in load(cache=False).all}


def _rule(name: str) -> Rule:
    return RULES[name]


def _found(name: str, text: str, as_peer: bool = False) -> list[Finding]:
    return list(_rule(name).run(read(Source.of_text(text)), None, as_peer))


def _one(name: str, text: str) -> Finding:
    (finding,) = _found(name, text)
    return finding


def _shown(name: str, text: str) -> tuple[str, str, str]:
    """Applicability, text after the edits, and reason of the only fix."""
    fix = _one(name, text).fix
    assert fix is not None
    after = text
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        after = after[: edit.span.start] + edit.text + after[edit.span.end :]
    safety = _rule(name).fix
    assert safety is not None
    return fix.applicability or safety.applicability, after.splitlines()[0], fix.reason


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            "ubuntu:20.04",
            "Ubuntu 20.04 has had no security updates since 2025-05-31; move to ubuntu:24.04, supported until 2029-05-31",
        ),
        (
            "debian:stretch",
            "Debian 9 has had no security updates since 2022-07-01; move to debian:trixie, supported until 2030-06-30",
        ),
        (
            "python:2.7-slim-stretch",
            "Python 2.7 (since 2020-01-01) and Debian 9 (since 2022-07-01) have no security updates any more;"
            " move to python:3.13, supported until 2029-10-31",
        ),
        (
            "python:3.12-slim-buster",
            "Debian 10 has had no security updates since 2024-06-30; move to a variant on Debian 13,"
            " supported until 2030-06-30",
        ),
        (
            "centos:7",
            "CentOS Linux 7 has had no security updates since 2024-06-30;"
            " move to rockylinux, almalinux or CentOS Stream",
        ),
        ("golang:1.15", "Go 1.15 has had no security updates since 2021-08-16; move to golang:1.26"),
    ],
)
def test_the_end_and_the_successor_are_named(image: str, message: str) -> None:
    assert _one("base-out-of-support", f"FROM {image}\n").message == message


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("ubuntu:20.04", "ubuntu:24.04"),
        ("ubuntu:focal", "ubuntu:noble"),
        ("debian:stretch-slim", "debian:trixie-slim"),
        ("debian:9-slim", "debian:13-slim"),
        ("buildpack-deps:stretch-curl", "buildpack-deps:trixie-curl"),
        ("node:14-alpine", "node:24-alpine"),
        ("mcr.microsoft.com/dotnet/aspnet:6.0", "mcr.microsoft.com/dotnet/aspnet:10.0"),
    ],
)
def test_the_next_release_is_shown_in_the_place_of_the_old_one(image: str, shown: str) -> None:
    safety, first, _ = _shown("base-out-of-support", f"FROM {image}\n")
    assert (safety, first) == (Applicability.DISPLAY, f"FROM {shown}")


@pytest.mark.parametrize(
    "text",
    [
        "FROM centos:7\n",
        "FROM python:3.7-buster\n",
        "FROM python:3.12-buster\n",
        "ARG V=14\nFROM node:$V\n",
        "ARG BASE=node:14\nFROM $BASE\n",
        'FROM "node:14"\n',
        "FROM ubuntu:focal-20230801\n",
        "FROM node:14@sha256:0a12e9\n",
    ],
)
def test_no_tag_is_shown_where_it_is_not_written_or_not_known(text: str) -> None:
    assert _one("base-out-of-support", text).fix is None


@pytest.mark.parametrize(
    ("rule", "text", "safety", "first"),
    [
        ("untagged-base", "FROM debian\n", "display", "FROM debian:13"),
        ("untagged-base", "FROM team/app\n", "", ""),
        ("latest-base", "FROM node:latest\n", "display", "FROM node:24"),
        ("latest-base", "ARG T=latest\nFROM node:$T\n", "display", "ARG T=latest"),
        ("latest-base", "FROM team/app:latest\n", "", ""),
        ("heavy-base-image", "FROM debian:12\n", "unsafe", "FROM debian:12-slim"),
        ("heavy-base-image", "FROM debian\n", "display", "FROM debian:stable-slim"),
        ("heavy-base-image", "FROM node:22\nRUN ./x.sh\nCMD node a\n", "display", "FROM node:22-slim"),
        ("heavy-base-image", "FROM python:lts\nCMD python a\n", "display", "FROM python:lts-slim"),
        (
            "heavy-base-image",
            "FROM python:3.12@sha256:0a12e9\nCMD python a\n",
            "display",
            "FROM python:3.12@sha256:0a12e9",
        ),
        ("heavy-base-image", 'FROM "python:3.12"\nCMD python a\n', "display", 'FROM "python:3.12"'),
        (
            "jdk-where-jre-would-do",
            "FROM openjdk:17\nCMD java -jar a\n",
            "unsafe",
            "FROM eclipse-temurin:17-jre",
        ),
        (
            "jdk-where-jre-would-do",
            "FROM openjdk:17\nENV X=$JAVA_HOME\nCMD java -jar a\n",
            "display",
            "FROM eclipse-temurin:17-jre",
        ),
    ],
)
def test_fixes_are_shown_where_they_cannot_be_trusted(rule: str, text: str, safety: str, first: str) -> None:
    if not safety:
        assert _one(rule, text).fix is None
        return
    assert _shown(rule, text)[:2] == (safety, first)


def test_the_reason_names_what_the_slim_image_lacks_and_what_installs_unseen() -> None:
    reason = _shown("heavy-base-image", "FROM python:3.12\nRUN pip install -r r.txt\nCMD python a\n")[2]
    assert reason == (
        "missing there: compilers and headers, git, curl, wget; what pip must compile does not install"
    )


FIRST = "FROM node:22 AS web\n"


@pytest.mark.parametrize(
    ("body", "safety", "end", "reason"),
    [
        ("apk add gcc musl-dev && pip install x", "unsafe", " && apk del gcc musl-dev", ""),
        ("apk add -t .b gcc musl-dev && pip install x", "unsafe", " && apk del .b", ""),
        (
            "apk add -t .b gcc zlib-dev && pip install x",
            "display",
            " && apk del .b",
            "libraries that zlib-dev brought go, too; install them by name first",
        ),
        (
            "apk add g++ && pip install x",
            "display",
            " && apk del g++",
            "what g++ built needs libstdc++, which goes with it; install it by name first",
        ),
        (
            "sudo apt-get install -y g++=4:12 && make",
            "unsafe",
            " && sudo apt-get purge -y --auto-remove g++",
            "",
        ),
        ("dnf install -y gcc && make", "display", "", "what has to be copied is the author's to say"),
        (
            "apt-get install -y gcc && make &",
            "display",
            "",
            "what has to be copied is the author's to say",
        ),
    ],
)
def test_compilers_are_purged_by_the_manager_that_installed_them(
    body: str, safety: str, end: str, reason: str
) -> None:
    text = f"{FIRST}FROM team/base:1\nRUN {body}\nCMD app\n"
    finding = _one("compilers-left-in-image", text)
    assert finding.fix is not None
    assert (finding.fix.applicability or Applicability.UNSAFE) == safety
    assert "".join(edit.text for edit in finding.fix.edits) == end
    assert finding.fix.reason == reason


def test_what_is_removed_too_late_is_named_and_nothing_else() -> None:
    text = f"{FIRST}FROM team/base:1\nRUN apk add gcc make zlib-dev && make\nRUN apk del gcc\nCMD app\n"
    assert _one("compilers-left-in-image", text).message == (
        "gcc stays in this layer, and removing it in line 4 frees nothing; install, build and purge in one RUN,"
        " or build in an earlier stage"
    )
    two = text.replace("del gcc", "del gcc make")
    assert _one("compilers-left-in-image", two).message.startswith(
        "gcc and make stay in this layer, and removing them in line 4"
    )
    headers = f"{FIRST}FROM team/base:1\nRUN apk add zlib-dev pcre-dev\nRUN apk del zlib-dev\nCMD app\n"
    finding = _one("headers-left-in-image", headers)
    assert finding.message.startswith("zlib-dev stays in this layer, and removing it in line 4 frees nothing")
    assert finding.fix is None


def test_the_library_of_a_development_package_is_named_where_it_is_known() -> None:
    text = "FROM debian:12-slim\nRUN apt-get install -y libpq-dev libmystery-dev\nCMD app\n"
    finding = _one("headers-left-in-image", text)
    assert finding.message == (
        "libpq-dev and libmystery-dev bring headers that no program loads; install the library alone"
    )
    assert finding.fix is not None
    assert finding.fix.title == "install libpq5 for libpq-dev"
    assert _one("headers-left-in-image", text.replace("libpq-dev ", "")).fix is None


def test_a_file_that_can_be_split_has_no_second_finding_for_its_compilers() -> None:
    text = "FROM debian:12-slim\nCOPY a.c /\nRUN apt-get install -y gcc && gcc /a.c -o /a\nCMD /a\n"
    assert _found("missing-multi-stage-split", text)
    assert not _found("compilers-left-in-image", text)


@pytest.mark.parametrize(
    ("source", "target", "path", "message"),
    [
        (
            "python:3.11",
            "python:3.12-slim",
            "/usr/local/lib",
            "what python 3.11 has installed is copied to python 3.12",
        ),
        ("node:20", "node:22-slim", "/a/node_modules", "what node 20 has installed is copied to node 22"),
        (
            "node:22",
            "node:22-alpine",
            "/a/node_modules",
            "what was installed with glibc (node:22) is copied to musl (node:22-alpine)",
        ),
        ("ruby:3.3.1", "ruby:3.3-slim", "/usr/local/bundle", ""),
        ("node:22.1", "node:22.2", "/a/node_modules", ""),
        ("python:3", "python:3.12", "/venv", ""),
        ("python:slim", "python:3.12", "/venv", ""),
        ("node:20", "node:22", "/a/dist", ""),
        ("python:3.11", "ruby:3.3", "/venv", ""),
        ("debian:11", "debian:12", "/usr/local/lib", ""),
    ],
)
@pytest.mark.parametrize("name", ["build", "BUILD", "0"])
def test_what_one_release_has_installed_is_not_for_another(
    source: str, target: str, path: str, message: str, name: str
) -> None:
    found = _found(
        "stages-on-different-versions",
        f"FROM {source} AS build\nFROM {target}\nCOPY --from={name} {path} /x\n",
    )
    assert [f.message for f in found] == ([f"{message}; build and run on the same one"] if message else [])


def test_a_copy_from_an_image_or_a_later_stage_is_no_clash() -> None:
    text = "FROM node:22\nCOPY --from=node:20 /a/node_modules /a\nCOPY --from=1 /a/node_modules /b\nFROM node:20\n"
    assert not _found("stages-on-different-versions", text)


@pytest.mark.parametrize(
    ("image", "codes"),
    [
        ("gcr.io/$A/b", ""),
        ("gcr.io/$A", ""),
        ("reg/$A", "untagged-base"),
        ("localhost/$A", "untagged-base"),
        ("localhost:5000/a", ""),
        ("a.b:5000/c", "untagged-base"),
        ("a.b:5000/c:latest", "latest-base"),
        ("r:5000/c:latest", ""),
        ("a.b/c:latest", "latest-base"),
        ("a@b:latest", ""),
        ("docker.io/scratch", ""),
        ("x.y/stage", ""),
        ("Stage", "untagged-base"),
        ("$A", ""),
        (".x/$a", "untagged-base"),
    ],
)
def test_the_peer_reads_references_in_its_own_way(image: str, codes: str) -> None:
    text = f"FROM debian:12 AS stage\nFROM {image}\n"
    found = [name for name in ("untagged-base", "latest-base") if _found(name, text, as_peer=True)]
    assert " ".join(found) == codes


def test_another_day_can_be_given() -> None:
    rule = _rule("base-out-of-support")
    assert rule.options is not None
    dockerfile = read(Source.of_text("FROM debian:12\n"))
    assert not list(rule.run(dockerfile))
    assert list(rule.run(dockerfile, rule.options(today="2028-07-01")))
    assert not list(rule.run(dockerfile, rule.options(today="2028-06-30")))
