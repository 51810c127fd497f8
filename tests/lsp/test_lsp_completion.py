"""What could be typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import cursor

from dockerlint.loader import load
from dockerlint.lsp.answers import Item
from dockerlint.lsp.completion import completions
from dockerlint.resolve import parse

RULES = load()


def offered(marked: str) -> list[Item]:
    text, at = cursor(marked)
    return completions(parse(text), at, RULES)


def after(marked: str, label: str) -> str:
    """The text once a completion was chosen."""
    text, _ = cursor(marked)
    (item,) = [one for one in offered(marked) if one.label == label]
    return text[: item.span.start] + (item.insert or item.label) + text[item.span.end :]


CASES = [
    ("F⌖", "FROM", "FROM "),
    ("FROM a\n⌖", "RUN", "FROM a\nRUN "),
    ("from a\nru⌖", "run", "from a\nrun "),
    ("FROM a\nRUN true\n  CO⌖\nUSER 1\n", "COPY", "FROM a\nRUN true\n  COPY \nUSER 1\n"),
    ("FROM a\nONBUILD W⌖", "WORKDIR", "FROM a\nONBUILD WORKDIR "),
    ("FROM a\nCOPY --⌖", "--from", "FROM a\nCOPY --from="),
    ("FROM a\nCOPY --li⌖ a b", "--link", "FROM a\nCOPY --link a b"),
    ("FROM a AS One\nFROM b\nCOPY --from=⌖ a b\n", "One", "FROM a AS One\nFROM b\nCOPY --from=One a b\n"),
    ("FROM a AS one\nFROM o⌖", "one", "FROM a AS one\nFROM one"),
    ("FROM pyt⌖", "python", "FROM python"),
    ("FROM python:3.1⌖", "3.13-slim", "FROM python:3.13-slim"),
    ("FROM debian:⌖", "bookworm-slim", "FROM debian:bookworm-slim"),
    ("FROM a ⌖", "AS", "FROM a AS"),
    ("FROM --platform=⌖", "$BUILDPLATFORM", "FROM --platform=$BUILDPLATFORM"),
    ("FROM a\nRUN --mount=⌖", "type=cache", "FROM a\nRUN --mount=type=cache"),
    ("FROM a\nRUN --mount=type=cache,⌖", "sharing", "FROM a\nRUN --mount=type=cache,sharing="),
    ("FROM a\nRUN --mount=type=cache,sharing=l⌖", "locked", "FROM a\nRUN --mount=type=cache,sharing=locked"),
    ("FROM a AS s\nFROM b\nRUN --mount=from=⌖", "s", "FROM a AS s\nFROM b\nRUN --mount=from=s"),
    ("FROM a\nRUN --network=⌖", "none", "FROM a\nRUN --network=none"),
    ("FROM a\nENV FOO=1\nRUN echo $F⌖", "FOO", "FROM a\nENV FOO=1\nRUN echo $FOO"),
    ("FROM a\nENV FOO=1\nRUN echo \"${⌖}\"", "FOO", "FROM a\nENV FOO=1\nRUN echo \"${FOO}\""),
    ("FROM a\nENV FOO=1\nCOPY a ${F⌖", "FOO", "FROM a\nENV FOO=1\nCOPY a ${FOO}"),
    ("ARG V=1\nFROM a:$⌖", "V", "ARG V=1\nFROM a:$V"),
    ("FROM a\nRUN apt-get ⌖", "install", "FROM a\nRUN apt-get install"),
    ("FROM a\nRUN apt-get install --no-i⌖", "--no-install-recommends",
     "FROM a\nRUN apt-get install --no-install-recommends"),
    ("FROM a\nRUN true && \\\n  # x\n  sudo -u x apk add --no-c⌖ \\\n  curl\n", "--no-cache",
     "FROM a\nRUN true && \\\n  # x\n  sudo -u x apk add --no-cache \\\n  curl\n"),
    ("FROM a\nRUN <<EOF\nset -e\npip install --no-c⌖\nEOF\n", "--no-cache-dir",
     "FROM a\nRUN <<EOF\nset -e\npip install --no-cache-dir\nEOF\n"),
    ("FROM a\nRUN --network=none apt-ge⌖", "apt-get", "FROM a\nRUN --network=none apt-get"),
    ("FROM a\nHEALTHCHECK CMD curl -⌖", "--fail", "FROM a\nHEALTHCHECK CMD curl --fail"),
    ("FROM a\nHEALTHCHECK --inter⌖", "--interval", "FROM a\nHEALTHCHECK --interval="),
    ("FROM a\nHEALTHCHECK N⌖", "NONE", "FROM a\nHEALTHCHECK NONE"),
    ("FROM a\nSTOPSIGNAL ⌖", "SIGQUIT", "FROM a\nSTOPSIGNAL SIGQUIT"),
    ("FROM a\nEXPOSE 80/⌖", "udp", "FROM a\nEXPOSE 80/udp"),
    ("FROM a\nLABEL org.⌖", "org.opencontainers.image.source", "FROM a\nLABEL org.opencontainers.image.source="),
    ("ARG V=1\nFROM a\nARG ⌖", "V", "ARG V=1\nFROM a\nARG V"),
    ("FROM a\n# dockerlint ignore=DL3008,add-f⌖", "add-for-local-path",
     "FROM a\n# dockerlint ignore=DL3008,add-for-local-path"),
    ("FROM a\n# hadolint ignore=⌖\nRUN x", "DL3008", "FROM a\n# hadolint ignore=DL3008\nRUN x"),
    ("FROM a\n# dockerlint ⌖", "file-ignore=", "FROM a\n# dockerlint file-ignore="),
    ("# syn⌖\nFROM a\n", "syntax", "# syntax=\nFROM a\n"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "label", "new"), CASES, ids=[case[0] for case in CASES])
def test_what_fits_is_offered_and_stands_in_the_right_place(marked: str, label: str, new: str) -> None:
    assert after(marked, label) == new


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        ("⌖", "RUN"),
        ("FROM a\nCOPY a --⌖", "--from"),
        ("FROM a\nCOPY --from=x --⌖", "--from"),
        ("FROM a AS one\nCOPY --from=⌖", "one"),
        ("FROM a\nRUN echo 'apt-get install -⌖", "--yes"),
        ("FROM a\nRUN apt-get -o ⌖", "install"),
        ("FROM a\nRUN apt-get install ⌖", "update"),
        ("FROM a\nRUN echo $F⌖\nENV FOO=1\n", "FOO"),
        ("FROM a\nRUN true\n⌖", "--no-cache"),
        ("FROM a\n# syn⌖", "syntax"),
        ("FROM a\nRUN ta⌖", "FROM"),
    ],
)
def test_what_does_not_fit_is_not(marked: str, label: str) -> None:
    assert label not in [item.label for item in offered(marked)]


def test_a_stage_comes_before_images() -> None:
    first = min(offered("FROM a AS zzz\nFROM ⌖"), key=lambda item: item.rank)
    assert first.label == "zzz"


def test_a_variable_has_its_kind_and_value() -> None:
    (item,) = [one for one in offered("FROM a\nARG X=7\nRUN echo $⌖") if one.label == "X"]
    assert item.detail == "ARG 7"


PIECES = st.lists(
    st.sampled_from(
        ["FROM a AS b\n", "FROM ", "RUN ", "--mount=", "type=cache,", "$", "${", "COPY --from=", "apt-get ", "-", "\\\n",
         "# dockerlint ignore=", "<<E\n", "E\n", '"', "'", "\n", "ONBUILD ", "HEALTHCHECK CMD ", "é🐋", "`", "\r\n", "sudo "]
    ),
    max_size=10,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(PIECES, st.integers(0, 80))
def test_any_place_in_any_text_can_be_asked_about(text: str, at: int) -> None:
    at = min(at, len(text))
    for item in completions(parse(text), at, RULES):
        assert item.span.end == at
        assert "\n" not in text[item.span.start : at]
