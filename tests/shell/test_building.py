from __future__ import annotations

import pytest

from dockerlint.lint import read
from dockerlint.shell.building import built_here, left_in_image, named, work_behind
from dockerlint.source import Source


def _left(text: str, path: str = "Dockerfile") -> list[str]:
    dockerfile = read(Source.of_text(text, path))
    return [
        p.name or ""
        for left in left_in_image(dockerfile)
        for p in (*left.compilers, *left.tools, *left.headers)
    ]


IMAGE = "FROM debian:12-slim\nRUN {}\nCMD app\n"


@pytest.mark.parametrize(
    "body",
    [
        "apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc",
        "apt-get install -y gcc && make && apt-get purge -y $BUILD_DEPS",
        "apk add --virtual .b gcc && make && apk del .b",
        "apk add gcc && make && apk del gcc",
        "yum install -y gcc && make && yum history undo -y last",
        "saved=x; apt-get install -y gcc; make; apt-mark auto '.*'; apt-get purge -y --auto-remove",
    ],
)
def test_what_the_same_script_removes_is_not_left(body: str) -> None:
    assert _left(IMAGE.format(body)) == []


def test_compilers_tools_and_headers_are_told_apart() -> None:
    dockerfile = read(
        Source.of_text(IMAGE.format("apt-get install -y gcc-12 make libpq-dev libpq5 libc6-dev"))
    )
    (left,) = left_in_image(dockerfile)
    assert [p.name for p in left.compilers] == ["gcc-12"]
    assert [p.name for p in left.tools] == ["make", "libc6-dev"]
    assert [p.name for p in left.headers] == ["libpq-dev"]


def test_a_jdk_is_not_a_package_of_headers() -> None:
    assert _left(IMAGE.format("yum install -y java-17-openjdk-devel openssl-devel")) == ["openssl-devel"]


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:12\nRUN apt-get install -y gcc\n",
        "FROM debian:12\nRUN apt-get install -y gcc\nCMD bash\n",
        "FROM debian:12\nRUN apt-get install -y gcc\nCMD make test\n",
        "FROM debian:12\nRUN apt-get install -y gcc\nCMD bash /ci/run-tests\n",
        "FROM debian:12 AS dev\nRUN apt-get install -y gcc\nCMD app\n",
        "FROM team/app-builder:1\nRUN apt-get install -y gcc\nCMD app\n",
        "FROM mcr.microsoft.com/devcontainers/base:bookworm\nRUN apt-get install -y gcc\nCMD app\n",
        "FROM python:3.12\nRUN apt-get install -y gcc\nCMD app\n",
        "FROM golang:1.24\nRUN apt-get install -y gcc\nCMD app\n",
        "FROM debian:12\nRUN apt-get install -y gcc\nONBUILD RUN make\nCMD app\n",
        "FROM debian:12 AS b\nRUN apt-get install -y gcc\nFROM debian:12\nCOPY --from=b /x /x\nCMD app\n",
    ],
)
def test_images_to_build_in_and_other_stages_are_left_alone(text: str) -> None:
    assert _left(text) == []


def test_a_file_for_development_is_left_alone() -> None:
    text = IMAGE.format("apt-get install -y gcc")
    assert _left(text, "app/Dockerfile.dev") == []
    assert _left(text, "devices/Dockerfile") == ["gcc"]


def test_a_removal_in_a_later_run_is_told() -> None:
    text = "FROM alpine:3.22\nRUN apk add -t .b gcc\nRUN make\nRUN apk del .b\nCMD app\n"
    (left,) = left_in_image(read(Source.of_text(text)))
    assert left.removed_by is not None
    assert left.removed_by.first_line == 4


def test_work_in_the_same_run_and_behind_it_is_found() -> None:
    text = "FROM debian:12\nRUN apt-get install -y gcc && make\nRUN mkdir /x && mylang build\nRUN pip install x\nCMD app\n"
    dockerfile = read(Source.of_text(text))
    (left,) = left_in_image(dockerfile)
    assert built_here(left)
    sure, maybe = work_behind(dockerfile, left)
    assert sure is not None
    assert maybe is not None
    assert (sure.name, maybe.name) == ("pip", "mylang")


def test_a_long_list_of_packages_is_cut_short() -> None:
    dockerfile = read(Source.of_text(IMAGE.format("apt-get install -y gcc g++ clang gfortran nasm")))
    (left,) = left_in_image(dockerfile)
    assert named(left.compilers) == "gcc, g++ and 3 more"
    assert named(left.compilers[:2]) == "gcc and g++"
    assert named(left.compilers[:1]) == "gcc"
