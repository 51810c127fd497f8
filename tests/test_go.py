"""Go's formats of numbers, durations, CSV and quoted strings."""

from __future__ import annotations

import pytest

from dockerlint.go import GoError, csv_fields, parse_bool, parse_duration, parse_int, parse_uint, quote


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0), ("-0", 0), ("3s", 3_000_000_000), ("1m30s", 90_000_000_000), (".25s", 250_000_000),
        ("2.s", 2_000_000_000), ("10us", 10_000), ("10µs", 10_000), ("-4ms", -4_000_000), ("+1h", 3_600_000_000_000),
        ("1.0000000000000000000000001s", 1_000_000_000),
    ],
)  # fmt: skip
def test_durations_are_nanoseconds(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "+", "3", "s", ".s", "3 s", "3x", "3S", "9999999999h", "1h-2m", "1" * 50 + "s"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(GoError, match="invalid duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a,b=c", ["a", "b=c"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi"""', ['say "hi"']),
        ("a,", ["a", ""]),
        (",", ["", ""]),
        ('"",x', ["", "x"]),
    ],
)
def test_fields_of_a_csv_line(line: str, fields: list[str]) -> None:
    assert csv_fields(line) == fields


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "EOF"),
        ('a"b', 'parse error on line 1, column 2: bare " in non-quoted field'),
        ('"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'),
        ('é,"a', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'),
    ],
)
def test_a_stray_quote_is_told_with_its_column(line: str, message: str) -> None:
    with pytest.raises(GoError) as raised:
        csv_fields(line)
    assert str(raised.value) == message


def test_numbers() -> None:
    assert parse_uint("0644", 8) == 0o644
    assert parse_uint("89", 8) is None
    assert parse_uint("+1") is None
    assert parse_uint("") is None
    assert parse_uint("4294967296") is None
    assert parse_uint("0" * 50 + "7") == 7
    assert parse_uint("٣") is None
    assert parse_int("-2147483648") == -(2**31)
    with pytest.raises(GoError, match="value out of range"):
        parse_int("2147483648")
    with pytest.raises(GoError, match="invalid syntax"):
        parse_int("1_0")


def test_booleans() -> None:
    assert parse_bool("T") is True
    assert parse_bool("false") is False
    assert parse_bool("yes") is None
    assert parse_bool("tRUE") is None


def test_quoting_shows_what_cannot_be_printed() -> None:
    assert quote("plain text") == '"plain text"'
    assert quote('a"b\\c\n\x00\x7f') == '"a\\"b\\\\c\\n\\x00\\x7f"'
    assert quote("é\u200b\udce9\U000e0001") == '"é\\u200b\\xe9\\U000e0001"'
