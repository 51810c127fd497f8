"""`name=value` for the legacy form, and a label for MAINTAINER."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dockerlint import parse
from dockerlint.expand import ExpansionError, expand
from dockerlint.fix import splice
from dockerlint.keyvalue import equals_edits, label_edit, quoted
from dockerlint.model import Env, Maintainer


def rewritten(line: str, escape: str = "\\") -> str:
    """An ENV line after the edits."""
    head = "" if escape == "\\" else f"# escape={escape}\n"
    file = parse(f"{head}FROM busybox\n{line}\n")
    (env,) = file.instructions(Env)
    return splice(file.source.text, equals_edits(file, env)).removeprefix(f"{head}FROM busybox\n")[:-1]


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("ENV a b", "ENV a=b"),
        ("ENV a\tb", "ENV a=b"),
        ("ENV a b c", 'ENV a="b c"'),
        ("ENV a = b", 'ENV a="= b"'),
        ("ENV a b\\ c", "ENV a=b\\ c"),
        ('ENV a "b c"', 'ENV a="b c"'),
        ("ENV a 'b' c", 'ENV a="b c"'),
        ("ENV a '$b' $c", 'ENV a="\\$b $c"'),
        ('ENV a "b" \\"c\\"', 'ENV a="b \\"c\\""'),
        ("ENV a ${b:-c d} e", 'ENV a="${b:-c d} e"'),
        ("ENV a ${b:?no value} e", 'ENV a="${b:?no value} e"'),
        ("ENV a \\\n  b", "ENV a=b"),
        ("ENV a b \\\n  c", 'ENV a="b \\\n  c"'),
        ("ENV a $b\u00a0c", 'ENV a="$b\u00a0c"'),
    ],
)
def test_a_legacy_pair_is_quoted_where_its_value_needs_it(line: str, fixed: str) -> None:
    assert rewritten(line) == fixed


@pytest.mark.parametrize(
    "line",
    [
        "ENV a it's",
        'ENV a "b c',
        'ENV a b ${c:-"d e"}',
        "ENV a b ${c",
        "ENV a \\\n# why\n b",
        "ENV a 'b' \\\n# why\n c",
        "ENV a=b",
    ],
)
def test_what_cannot_be_proven_equal_or_would_lose_a_comment_is_left(line: str) -> None:
    assert rewritten(line) == line


def test_the_escape_character_of_the_file_counts() -> None:
    assert rewritten("ENV a C:\\b c", "`") == 'ENV a="C:\\b c"'
    assert rewritten("ENV a `$b c", "`") == 'ENV a="`$b c"'


@given(
    st.text("ab \t'\"\\$`{}:-=?x\u00a0", min_size=1, max_size=14),
    st.sampled_from(("\\", "`")),
    st.dictionaries(st.sampled_from(("a", "b", "x", "ab")), st.sampled_from(("", "1", "2 3", "'\"$"))),
)
def test_both_forms_expand_to_the_same(value: str, escape: str, env: dict[str, str]) -> None:
    head = f"# escape={escape}\nFROM busybox\n"
    file = parse(f"{head}ENV name {value}\n")
    found = list(file.instructions(Env))
    assume(found and found[0].legacy)
    edits = equals_edits(file, found[0])
    assume(edits)
    again = parse(splice(file.source.text, edits))
    (new,) = again.instructions(Env)
    assert not new.legacy
    assert len(new.pairs) == 1
    before, after = found[0].pairs[0].value, new.pairs[0].value
    assert before is not None
    assert after is not None
    assert new.pairs[0].name.raw == "name"
    outcomes = []
    for word in (before, after):
        try:
            outcomes.append(expand(word.raw, env, escape))
        except ExpansionError as error:
            outcomes.append(f"error {error}")
    assert outcomes[0] == outcomes[1]


@given(st.text(max_size=20), st.sampled_from(("\\", "`")))
def test_quoted_text_expands_to_itself(text: str, escape: str) -> None:
    assert expand(quoted(text, escape), {}, escape) == text


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("MAINTAINER me <a@b>", 'LABEL org.opencontainers.image.authors="me <a@b>"'),
        ("maintainer 'me'", 'label org.opencontainers.image.authors="me"'),
        ("MAINTAINER 'a' and 'b'", "LABEL org.opencontainers.image.authors=\"'a' and 'b'\""),
        ('MAINTAINER "me" $x \\y', 'LABEL org.opencontainers.image.authors="\\"me\\" \\$x \\\\y"'),
    ],
)
def test_a_maintainer_becomes_a_label(line: str, fixed: str) -> None:
    file = parse(f"FROM busybox\n{line}\n")
    (maintainer,) = file.instructions(Maintainer)
    edit = label_edit(file, maintainer)
    assert edit is not None
    assert splice(file.source.text, [edit]) == f"FROM busybox\n{fixed}\n"


def test_a_maintainer_with_a_comment_inside_is_left() -> None:
    file = parse("FROM busybox\nMAINTAINER me \\\n# and\n you\n")
    (maintainer,) = file.instructions(Maintainer)
    assert label_edit(file, maintainer) is None
