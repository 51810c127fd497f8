"""Whatever the bytes are: no traceback, no byte lost, nothing for a terminal to obey."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from running import run

WORDS = st.sampled_from([
    b"FROM debian:12\n", b"from a as b\n", b"RUN apt update && apt install -y curl\n", b"RUN <<EOF\n", b"EOF\n",
    b"COPY --from=b /a /b\n", b"# dockerlint ignore=x\n", b"# hadolint ignore=DL3027\n", b"# check=skip=all\n",
    b"ENV a=b c\n", b"ARG x=${y:-z}\n", b" \\\n", b"\r\n", b"\t", b"'", b'"', b"`", b"$(", b"<<", b"[", b"# escape=`\n",
    b"USER root\n", b"ONBUILD RUN x\n", b"HEALTHCHECK CMD y\n", b"EXPOSE 80/TCP\n", b'SHELL ["a"]\n', b"\xff", b"\x1b[0m",
    b"WORKDIR a\n", b"ADD https://a/b.tar.gz /\n", b'CMD ["a", 1]\n', b"\x00", "\u202e".encode(), b"MAINTAINER x\n",
])  # fmt: skip
FILES = st.one_of(st.binary(max_size=120), st.lists(WORDS, max_size=14).map(b"".join))
SETTINGS = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Dockerfile"


@SETTINGS
@given(data=FILES)
def test_linting_never_fails_and_shows_nothing_a_terminal_obeys(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    ran = run(str(path), "--isolated")
    assert ran.code in (0, 1), ran.err
    assert [c for c in ran.out + ran.err if not c.isprintable() and c != "\n"] == []


@SETTINGS
@given(data=FILES)
def test_json_is_json_and_every_position_is_in_the_file(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    ran = run(str(path), "--isolated", "--format", "json")
    assert ran.code in (0, 1), ran.err
    lines = data.count(b"\n") + 1
    for row in json.loads(ran.out):
        assert 1 <= row["line"] <= row["endLine"] <= lines
        assert row["column"] >= 1


@SETTINGS
@given(data=FILES)
def test_a_second_fix_changes_nothing_and_the_file_is_not_worse(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    before = run("parse", "--strict", str(path)).code
    assert run(str(path), "--isolated", "--fix", "--unsafe").code in (0, 1)
    once = path.read_bytes()
    assert run("parse", "--strict", str(path)).code <= before
    assert run(str(path), "--isolated", "--fix", "--unsafe").code in (0, 1)
    assert path.read_bytes() == once


@SETTINGS
@given(data=FILES)
def test_parse_gives_back_every_byte(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    ran = run("parse", "--format", "text", str(path))
    assert ran.out.encode("utf-8", "surrogateescape") == data
