"""What holds for any input: nothing raises, nothing is lost, spans are where they should be."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dockerlint
from dockerlint import dump
from dockerlint.model import Dockerfile, Instruction, Invalid, Onbuild
from dockerlint.parser import parse_tree
from dockerlint.source import Mapped, Source, Span
from dockerlint.tree import InstructionNode, Tree, tokens

SAMPLES = [
    b"# syntax=docker/dockerfile:1\nARG V=3.20\nFROM --platform=$BUILDPLATFORM alpine:${V} AS build\n"
    b"WORKDIR /src\nCOPY --from=build --chown=1:1 [\"a b\", \"c\"]\nRUN --mount=type=cache,target=/root \\\n"
    b"    # why\n    apk add curl && \\\n\n    true\nENTRYPOINT [\"/x\", \"--y\"]\n",
    b"# escape=`\nFROM windows\nRUN dir `\n c:\\`\nENV A=\"b c\" D=e` f G='h'\nLABEL x y\nEXPOSE 80 90/udp\n",
    b"FROM a\nRUN <<-EOF cat <<'B' 3<<C\n\tx\n\tEOF\ny $z\nB\nC\nCOPY <<A /x\n# a\nA\nONBUILD RUN <<X\nX\n",
    b"\xef\xbb\xbfFROM scratch\r\nARG a=1 b=$a c\r\nHEALTHCHECK --interval=5s CMD [\"a\"]\r\nUSER \xc3\xa9\xff\r\n"
    b"VOLUME [\"/a\"] \r\nSHELL [\"sh\", \"-c\"]\r\nSTOPSIGNAL 9\r\nMAINTAINER me\r\nCMD\r\nNOPE x\r\n",
    b"FROM a AS b\nADD --checksum=sha256:0 --link https://x.y/z /\nLABEL a='b c' d=\"e\\\"f\" \"g=h\"=i j=\nENV k\n",
]  # fmt: skip
PIECES = [
    b"\n", b"\r\n", b"\r", b" ", b"\t", b"\\", b"`", b"'", b'"', b"#", b"=", b"$", b"${", b"}", b"<<E", b"\nE\n", b"--",
    b"[", b"]", b",", b"\xc3\xa0", b"\xa0", b"\x85", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0", b"\x0c", b"\x00",
    b"FROM ", b"RUN ", b"ENV ", b"ONBUILD ", b"COPY ", b"# escape=`\n", b"\\\n", b"AS",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A Dockerfile with some pieces put in, some taken out, and some moved."""
    data = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 8))
        data = data[:at] + draw(st.sampled_from(PIECES)) + data[at + cut :]
    return data


def each(file: Dockerfile) -> list[Instruction]:
    inner = [outer.inner for outer in file.instructions(Onbuild)]
    return [*file.body, *inner]


def spans(value: object) -> list[Span]:
    """Every span in a value of the model."""
    if isinstance(value, Span):
        return [value]
    if isinstance(value, tuple):
        return [span for item in value for span in spans(item)]
    names = getattr(type(value), "_fields", ())
    return [span for name in names if name not in ("state", "doc") for span in spans(getattr(value, name))]


def check(data: bytes) -> None:
    source = Source.of(data)
    tree = parse_tree(source)
    at = 0
    for kind, start, end in tree.leaves():
        assert start == at, kind
        assert end > start, kind
        at = end
    assert at == len(source.text)
    assert dump.text(tree) == data
    file = dockerlint.parse(source)
    assert sum(len(stage.instructions) + 1 for stage in file.stages) + len(file.head) == len(file.body)
    for instruction in each(file):
        assert 0 <= instruction.span.start <= instruction.span.end <= len(source.text)
        assert 1 <= instruction.first_line <= instruction.last_line <= len(source.line_starts)
        for span in spans(instruction):
            assert instruction.span.covers(span), (instruction, span)
    for problem in file.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(source.text)
    assert sum(line.startswith("(") for line in dump.sexp(tree).split("\n")) >= len(file.body)
    dump.as_json(file)


@settings(max_examples=400, deadline=None)
@given(mutated())
@example(b"ENV a\\\n=b\\\n")
@example(b"RUN --a=\xc3\xa0\xa0 \\\n\\\n")
def test_mutated_dockerfiles_lose_nothing_and_raise_nothing(data: bytes) -> None:
    check(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_arbitrary_bytes_lose_nothing_and_raise_nothing(data: bytes) -> None:
    check(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_heaps_of_odd_pieces_lose_nothing_and_raise_nothing(data: bytes) -> None:
    check(data)


def shape(tree: Tree) -> list[object]:
    """All that is read from a file, without where its bytes are."""
    found: list[object] = [tree.escape, [fault[3] for fault in tree.faults]]
    for item in tree.nodes:
        if isinstance(item, InstructionNode):
            text: Mapped = item.lines.text
            parts = [(kind, text.text[start:end]) for kind, start, end in tokens(item.reading)]
            names = [(body.name, body.fd, body.strip_tabs, body.expand) for body in item.lines.bodies]
            found.append((parts, names, item.lines.first_line, item.lines.last_line, item.reading.form))
        else:
            found.append(type(item))
    return found


@settings(max_examples=200, deadline=None)
@given(mutated())
def test_lf_and_crlf_give_the_same_tokens(data: bytes) -> None:
    lf = data.replace(b"\r", b"")
    crlf = lf.replace(b"\n", b"\r\n")
    assert shape(parse_tree(Source.of(lf))) == shape(parse_tree(Source.of(crlf)))


@settings(max_examples=200, deadline=None)
@given(mutated(), mutated())
def test_a_file_reads_the_same_behind_a_blank_line(first: bytes, second: bytes) -> None:
    data = second.lstrip(b"\xef\xbb\xbf").lstrip(b"#")
    alone = parse_tree(Source.of(b"\nFROM a\n" + data))
    shifted = parse_tree(Source.of(b"\n\nFROM a\n" + data))
    assert [part for part in shape(alone) if isinstance(part, str)] == [
        part for part in shape(shifted) if isinstance(part, str)
    ]
    assert len(alone.nodes) + 1 == len(shifted.nodes)


SIZE = 100_000
HUGE = {
    "one long word": b"RUN " + b"a" * SIZE,
    "quotes that never close": b"ENV a=" + b"\"'" * (SIZE // 2),
    "names without value": b"FROM a\n" + b"ENV " + b"a\\\n" * (SIZE // 3),
    "escapes": b"FROM a\n" + b"LABEL a=\\\n" + b"\\\\\\x\\\n" * (SIZE // 6),
    "brackets": b"FROM a\n" + b"CMD [\\\n" + b"[[[[\\\n" * (SIZE // 6) + b"]",
    "json strings": b"FROM a\n" + b"CMD [\\\n" + b'"a",\\\n' * (SIZE // 6) + b'"a"]',
    "flags": b"FROM a\n" + b"RUN \\\n" + b"--a='b' \\\n" * (SIZE // 10) + b"c",
    "blank lines": b"\n" * SIZE,
    "spaces": b"FROM a\n" + (b"RUN a" + b" " * 60_000 + b"b\n") * 16,
    "comments": b"FROM a\n" + b"# a\n" * (SIZE // 4) + b"RUN a",
    "comments in one instruction": b"FROM a\nRUN \\\n" + b"# a\n" * (SIZE // 4) + b"b",
    "blank lines in one instruction": b"FROM a\nRUN \\\n" + b"\n" * SIZE + b"b",
    "continuations": b"FROM a\nCOPY \\\n" + b"a \\\n" * (SIZE // 4) + b"b",
    "heredocs without end": b"FROM a\n" + b"RUN <<E\n" * (SIZE // 8),
    "heredocs with many names": b"FROM a\n" + b"".join(b"RUN <<E%d\n" % n for n in range(SIZE // 12)),
    "variables": b"FROM a\n" + b"".join(b"ENV a%d=$a%d\n" % (n, n - 1) for n in range(SIZE // 18)),
    "arguments": b"FROM a\n" + b"".join(b"ARG a%d\n" % n for n in range(SIZE // 12)),
    "stages": b"".join(b"FROM s%d AS s%d\nARG a%d\n" % (n - 1, n, n) for n in range(SIZE // 30)),
    "triggers": b"FROM a\n" + b"ONBUILD \\\n" * (SIZE // 10) + b"RUN x",
    "directives": b"# syntax=" + b" a" * 30_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_hostile_files_lose_nothing(name: str) -> None:
    file = dockerlint.parse(HUGE[name])
    assert dump.sexp(file) or not file.body
    assert dump.text(file) == HUGE[name]


def test_an_unread_rest_is_not_an_instruction() -> None:
    file = dockerlint.parse(b"FROM a\nRUN " + b"x" * 70_000 + b"\nRUN y")
    assert [i.keyword.name for i in file.body] == ["FROM"]
    assert not any(isinstance(i, Invalid) for i in file.body)
    assert [problem.phase for problem in file.problems] == ["B"]
