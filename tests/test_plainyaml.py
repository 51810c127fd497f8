"""The plain part of YAML: what is read is what PyYAML reads, and whatever is not plain is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.cli import main
from dockerlint.plainyaml import NotPlain, load

HADOLINT = """\
# what we let through
ignored:
  - DL3000   # relative
  - 'SC1010'
trustedRegistries:
- docker.io
- "*.gcr.io"
override:
  error: [DL3001,
    DL3002]
  warning:
    - DL3042
  info: []
label-schema:
  author: text
  "created": rfc3339
failure-threshold: error
strict-labels: yes
no-fail: False
format: tty
disable-ignore-pragma: ~
"""


def test_what_hadolint_documents_is_plain() -> None:
    assert load(HADOLINT) == yaml.safe_load(HADOLINT)


@pytest.mark.parametrize(
    "text",
    [
        "", "# nothing\n", "---\na: 1\n", "a:\n", "a: b c\n", "a: 'it''s'\n", 'a: "\\u00fc\\n#x"\n', "- a\n- - b\n  - c\n",
        "- a: 1\n  b: 2\n-\n  c: 3\n", "a: {b: [1, two], 'c': }\n", "a: x#y\n", "a: http://x:80/y\n", "a: -x\n", "[a, b]\n",
        "a: [x, \"y, z\", 'w]']\n", "a: {}\nb: []\n", "a : b\n", "a: +5\n", "a: b: c"[:4], "a:\n- b\nc: d\n", "a: 'x' # c\n",
    ],
)  # fmt: skip
def test_plain_texts_are_read_as_pyyaml_reads_them(text: str) -> None:
    assert load(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\n", "a: *x\n", "a: !!str 1\n", "a: |\n  b\n", "a: >\n  b\n", "%YAML 1.2\n---\na: 1\n", "a: 1\n---\nb: 2\n", "? a\n: b\n",
        "a:\n\tb: 1\n", "a: 2020-01-01\n", "a: 1.5\n", "a: 012\n", "a: 1:30\n", "a: b: c\n", "a: [b\n", "a: 'b\n", "a: b\n  c\n",
        "a: b\n c: d\n", "a: [b] c\n", "a: \"b\" c\n", "a: %b\n", "a: @b\n", "[" * 90,
    ],
)  # fmt: skip
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        load(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="ascii")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(JSON)
def test_all_of_json_is_plain(value: object) -> None:
    assert load(json.dumps(value)) == value


PIECES = st.sampled_from(
    ["a", "b: ", "- ", "\n", "\n  ", "\n    ", "c:", "[", "]", "{", "}", ", ", "'", '"', "#", " # x", "1", "yes", "-", "~",
     ": ", "x y", "\\", "'q'", '"q"', "?", "!", "&", "*", "|", "%", "@", "`", "---", "0x1", ".5"]
)  # fmt: skip


@settings(deadline=None, max_examples=1500)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_is_read_as_something_that_it_is_not(text: str) -> None:
    try:
        found = load(text)
    except NotPlain:
        return
    assert found == yaml.safe_load(text)


def test_hadolints_file_counts_without_pyyaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    assert main(["--profile", "hadolint", "Dockerfile"]) == 1
    (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3006]\n")
    assert main(["--profile", "hadolint", "Dockerfile"]) == 0
    capsys.readouterr()
    (tmp_path / ".hadolint.yaml").write_text("ignored: &all [DL3006]\n")
    assert main(["--profile", "hadolint", "Dockerfile"]) == 1
    assert "needs PyYAML" in capsys.readouterr().err
