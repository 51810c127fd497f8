from __future__ import annotations

import pytest

from dockerlint.hadolint import Image, image_of
from dockerlint.shell.pinning import listed, npm_pinned, pip_pinned


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        (["x" * 40], "x" * 29 + "…"),
    ],
)
def test_a_message_names_three_at_most(names: list[str], text: str) -> None:
    assert listed(names) == text


@pytest.mark.parametrize(
    "package", ["a==1", "a~=1", "a!=1", "a<2", "./a", "a.whl", "a.tar.gz", "git+https://h/r@v1"]
)
def test_a_requirement_of_pip_is_pinned(package: str) -> None:
    assert pip_pinned(package)


@pytest.mark.parametrize("package", ["a", "a[b]", "a=1", "git+https://h/r", "hg+http://h/r", "a.zip", ".."])
def test_a_requirement_of_pip_is_not_pinned(package: str) -> None:
    assert not pip_pinned(package)


@pytest.mark.parametrize(
    "package", ["a@1", "@s/a@1", "./a", "~/a", "a.tgz", "git://h/r#v1", "https://h/a.tar"]
)
def test_an_argument_of_npm_is_pinned(package: str) -> None:
    assert npm_pinned(package)


@pytest.mark.parametrize("package", ["a", "@s/a", "a/b", "git+ssh://git@h/r", "https://h/a", "a.tar.bz2"])
def test_an_argument_of_npm_is_not_pinned(package: str) -> None:
    assert not npm_pinned(package)


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("a", Image("", "a", "", "")),
        ("lib/a:1", Image("", "lib/a", "1", "")),
        ("r.io/a:1@sha256:0", Image("r.io", "a", "1", "sha256:0")),
        ("r.io:5000/b/a", Image("r.io:5000", "b/a", "", "")),
        ("localhost:5000/a", Image("", "localhost", "5000/a", "")),
        (".a/b", Image("", ".a/b", "", "")),
    ],
)
def test_an_image_is_taken_apart_as_hadolint_does(text: str, image: Image) -> None:
    assert image_of(text) == image
