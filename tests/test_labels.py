"""Label schemas and the types of their values, beside the examples of the rules."""

from __future__ import annotations

import pytest

from dockerlint.labels import LabelSchema, peer_stages, shipped_stages
from dockerlint.model import Label
from dockerlint.removal import pair_removal
from dockerlint.resolve import parse
from dockerlint.source import Source
from dockerlint.valuetypes import (
    is_commit,
    is_email,
    is_hash,
    is_licence,
    is_licence_expression,
    is_time,
    is_time_as_hadolint,
    is_url,
    is_version,
    is_version_as_hadolint,
)


@pytest.mark.parametrize(
    ("fits", "good", "bad"),
    [
        (is_url, ["https://a/b?c=%20#d", "x:y", "http://[::1]/"], ["//a/b", "a b:c", "http://a/{b}", "1a:b", "a:%zz"]),
        (is_version, ["0.0.0", "1.2.3-0.a-b.x+0.1", "1.2.3-0a"], ["1.2", "v1.2.3", "1.02.3", "1.2.3-01", "1.2.3-"]),
        (is_version_as_hadolint, ["01.2.3-01+x"], ["1.2", "1.2.3+", "1.2.3-é"]),
        (is_hash, ["0123abc", "a" * 40], ["a" * 8, "a" * 6, "A" * 7]),
        (is_commit, ["a" * 7, "a" * 12, "a" * 40, "a" * 64], ["a" * 6, "a" * 41, "main"]),
        (is_time, ["2024-02-29T23:59:60Z", "2000-02-29t00:00:00.5-23:59"], ["1900-02-29T00:00:00Z"]),
        (is_time, ["2026-04-30T00:00:00Z", "2026-12-31T00:00:00Z"], ["2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z"]),
        (is_time, [], ["2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00"]),
        (is_time_as_hadolint, ["26-01-01T00:00:00.+9999"], ["26-13-01T00:00:00Z", "2026-01-01T00:00:00"]),
        (is_email, ["a+b@c.d", '"a b"@c', "a@[1.2.3.4]", " (x)a@b"], ["a@", "a@-b", ".a@b", "a@b..c", "A <a@b>", "é@b"]),
        (is_licence, ["MIT", "GPL-2.0-only"], ["mit", "GPL-2.0", "MIT OR Zlib", ""]),
        (is_licence_expression, ["MIT", "(MIT OR Zlib) AND 0BSD+", "DocumentRef-a:LicenseRef-b"], ["", "MIT Zlib", "(MIT", "MIT)", "OR MIT", "()", "MIT WITH", "GPL"]),
    ],
)  # fmt: skip
def test_values_are_of_a_type_or_not(fits: object, good: list[str], bad: list[str]) -> None:
    assert callable(fits)
    assert [value for value in good if not fits(value)] == []
    assert [value for value in bad if fits(value)] == []


def test_a_type_that_is_none_is_an_error_that_lists_them() -> None:
    with pytest.raises(ValueError, match="gives k the type uri; it can be text, url, semver"):
        LabelSchema({"k": "uri"})


def test_stages_that_another_one_uses_are_not_shipped() -> None:
    text = (
        "FROM x AS a\nFROM x AS b\nFROM x AS c\nFROM x AS d\n"
        "FROM a\nCOPY --from=B /x /x\nCOPY --from=2 /x /x\nRUN --mount=from=d,target=/d ls\nFROM x AS e\n"
    )
    assert [stage.index for stage in shipped_stages(parse(text))] == [4, 5]


def test_the_peer_compares_stage_names_by_case() -> None:
    found = peer_stages(parse('FROM x AS A\nLABEL "k"=1\nFROM A\nHEALTHCHECK NONE\nFROM a\n'))
    assert [(stage.base, sorted(stage.keys), stage.checked) for stage in found] == [
        (None, ["k"], False),
        (0, [], True),
        (None, [], False),
    ]


@pytest.mark.parametrize(
    ("text", "at", "wanted"),
    [
        ("FROM x\nLABEL a=1 b=2 c=3\n", 0, "FROM x\nLABEL b=2 c=3\n"),
        ("FROM x\nLABEL a=1 b=2 c=3\n", 1, "FROM x\nLABEL a=1 c=3\n"),
        ("FROM x\nLABEL a=1 \\\n  b=2\nUSER 1\n", 1, "FROM x\nLABEL a=1\nUSER 1\n"),
        ("FROM x\nLABEL a=1\nUSER 1\n", 0, "FROM x\nUSER 1\n"),
        ("FROM x\nLABEL a=1 \\\n  # why\n  b=2\n", 0, None),
        ("FROM x\nLABEL \\\n  # why\n  a=1\n", 0, None),
    ],
)
def test_one_label_is_taken_out_of_many(text: str, at: int, wanted: str | None) -> None:
    dockerfile = parse(text)
    label = next(dockerfile.instructions(Label))
    edit = pair_removal(dockerfile, label, label.pairs[at])
    if edit is None:
        assert wanted is None
        return
    source = Source.of_text(text).text
    assert source[: edit.span.start] + edit.text + source[edit.span.end :] == wanted
