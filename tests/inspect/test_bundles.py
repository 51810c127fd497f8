"""Zip archives apart from their times."""

from __future__ import annotations

import zipfile
from io import BytesIO

from dockerlint.inspect import Bundle, bundles


def jar(*members: tuple[str, bytes], year: int = 2020, method: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content, method)
    made.seek(0)
    return made


ONE = ("META-INF/MANIFEST.MF", b"Main-Class: Main\n"), ("Main.class", b"\xca\xfe" * 50)


def test_times_and_compression_do_not_count() -> None:
    first = bundles.read(jar(*ONE))
    assert isinstance(first, Bundle)
    assert first == bundles.read(jar(*ONE, year=2026))
    assert first == bundles.read(jar(*ONE, method=zipfile.ZIP_STORED))


def test_names_contents_and_order_count() -> None:
    first = bundles.read(jar(*ONE))
    assert first != bundles.read(jar(ONE[0], ("Main.class", b"\xca\xff" * 50)))
    assert first != bundles.read(jar(ONE[0], ("Other.class", ONE[1][1])))
    assert first != bundles.read(jar(*reversed(ONE)))
    assert first != bundles.read(jar(ONE[0]))


def test_what_is_none_or_damaged_is_no_archive() -> None:
    whole = jar(*ONE).getvalue()
    assert bundles.read(BytesIO(b"PK\x03\x04 is how this text begins")) is None
    for count in range(0, len(whole), 7):
        assert bundles.read(BytesIO(whole[:count])) is None
