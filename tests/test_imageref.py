"""Image references."""

from __future__ import annotations

from random import Random

import pytest

from dockerlint.imageref import InvalidReference, parse, parse_or_none

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "parts", "familiar"),
    [
        ("alpine", ("docker.io", "library/alpine", None, None), "alpine"),
        ("alpine:3.20", ("docker.io", "library/alpine", "3.20", None), "alpine"),
        ("docker.io/alpine", ("docker.io", "library/alpine", None, None), "alpine"),
        ("index.docker.io/me/app", ("docker.io", "me/app", None, None), "me/app"),
        ("me/app", ("docker.io", "me/app", None, None), "me/app"),
        ("localhost/app", ("localhost", "app", None, None), "localhost/app"),
        ("reg:5000/app:v1", ("reg:5000", "app", "v1", None), "reg:5000/app"),
        ("[::1]:5000/app", ("[::1]:5000", "app", None, None), "[::1]:5000/app"),
        ("Reg/app", ("Reg", "app", None, None), "Reg/app"),
        (f"ghcr.io/a/b__c:1@{DIGEST}", ("ghcr.io", "a/b__c", "1", DIGEST), "ghcr.io/a/b__c"),
    ],
)
def test_a_reference_has_its_parts(
    text: str, parts: tuple[str, str, str | None, str | None], familiar: str
) -> None:
    found = parse(text)
    assert (found.domain, found.path, found.tag, found.digest) == parts
    assert found.familiar == familiar


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid reference format"),
        ("a b", "invalid reference format"),
        ("a:", "invalid reference format"),
        ("a//b", "invalid reference format"),
        ("a/", "invalid reference format"),
        ("-a", "invalid reference format"),
        ("a:" + "t" * 129, "invalid reference format"),
        ("Alpine", "invalid reference format: repository name (library/Alpine) must be lowercase"),
        ("me/App", "invalid reference format: repository name (me/App) must be lowercase"),
        ("f" * 64, f"invalid repository name ({'f' * 64}), cannot specify 64-byte hexadecimal strings"),
        ("a" * 250, "repository name must not be more than 255 characters"),
        ("a@md5:" + "0" * 32, "unsupported digest algorithm"),
        ("a@sha256:" + "0" * 63, "invalid checksum digest length"),
        ("a@sha256:" + "A" * 64, "invalid checksum digest format"),
    ],
)
def test_what_is_no_reference_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidReference) as raised:
        parse(text)
    assert str(raised.value) == message
    assert parse_or_none(text) is None


@pytest.mark.parametrize("text", ["a-" * 20_000, "a." * 20_000 + "/", "a/" * 20_000 + "!", "_" * 40_000])
def test_a_reference_made_to_backtrack_is_refused(text: str) -> None:
    # A pattern that backtracks would not come back within anybody's life.
    assert parse_or_none(text) is None


def test_plain_names_are_read_as_the_pattern_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(1)
    letters = "aB1.-_:/@ \u00e9"
    texts = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(3000)]
    texts += ["a" * 300, "a:" + "b" * 128, "a:" + "b" * 129, "me/app:1.2-3", "node:", "node:.1"]
    found = [parse_or_none(text) for text in texts]
    monkeypatch.setattr("dockerlint.imageref._plain", lambda remainder: None)
    assert found == [parse_or_none(text) for text in texts]
    assert sum(one is not None for one in found) > 50
