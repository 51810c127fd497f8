"""hadolint's reports beside those of `dockerlint --profile hadolint`, field by field.

    python benchmarks/formats.py FOLDER [--limit N] [--hadolint PATH]

Both programs lint each Dockerfile of a folder in each of hadolint's ten formats. Findings are compared
as sets, for hadolint gives them in no fixed order; the two word messages in their own way, so texts
and what is computed from them (fingerprints) are taken out, and so are the times of JUnit. Where the
two do not find the same in a file, that file is left out and counted: this is about shapes. Prints a
line a format; exit code 1 when a shape differs.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

WORDS = ("message", "description", "fingerprint", "text")


def plain(value: object) -> object:
    """A decoded report without words, lists as sorted texts."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key not in WORDS or isinstance(one, dict)}
    if isinstance(value, list):
        return sorted(json.dumps(plain(one), sort_keys=True) for one in value)
    return value


def element(node: ElementTree.Element) -> object:
    """An XML element likewise."""
    given = {k: v for k, v in node.attrib.items() if k not in ("message", "time")}
    if node.tag == "testsuites":
        given = dict.fromkeys(given, "")
    text = re.sub(r"(?m)^(error|warning|info|style): .*", r"\1", node.text or "")
    children = sorted(json.dumps(element(child), sort_keys=True) for child in node)
    return [node.tag, given, text, children]


def lines(text: str) -> object:
    """What stands before the message in each line."""
    return sorted(
        re.sub(r"((?:error|warning|info|style)(?:\x1b\[0m)?:) .*", r"\1", line) for line in text.splitlines()
    )


def objects(text: str) -> object:
    """Objects with nothing but white space or NUL between them."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        row, at = decoder.raw_decode(text, at)
        found.append(row)
        while at < len(text) and text[at] in "\0\n":
            at += 1
    return plain(found)


def xml(text: str) -> object:
    return element(ElementTree.fromstring(text))


READERS: dict[str, Callable[[str], object]] = {
    "tty": lines, "gnu": lines, "json": lambda text: plain(json.loads(text)), "checkstyle": xml, "junit": xml,
    "codeclimate": objects, "gitlab_codeclimate": lambda text: plain(json.loads(text)), "codacy": objects,
    "sonarqube": lambda text: plain(json.loads(text)), "sarif": lambda text: plain(json.loads(text)),
}  # fmt: skip


def output(program: list[str], format: str, paths: list[Path]) -> tuple[str, int]:
    ran = subprocess.run([*program, "-f", format, *map(str, paths)], capture_output=True, check=False)
    return ran.stdout.decode("utf-8", "replace"), ran.returncode


def by_file(program: list[str], paths: list[Path]) -> dict[str, object]:
    """What each file's findings are, by its path."""
    found: dict[str, list[object]] = {}
    for row in json.loads(output(program, "json", paths)[0]):
        found.setdefault(row["file"], []).append(row)
    return {path: plain(rows) for path, rows in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--hadolint", default="hadolint")
    options = parser.parse_args()
    theirs = [options.hadolint]
    ours = [sys.executable, "-m", "dockerlint", "--profile", "hadolint", "--isolated"]
    files = sorted(path for path in options.folder.iterdir() if path.is_file())[: options.limit]
    one, two = by_file(theirs, files), by_file(ours, files)
    alike = [path for path in files if one.get(str(path)) == two.get(str(path))]
    print(f"{len(alike)} of {len(files)} files have the same findings, levels and lines in both")
    bad = not alike
    for format, read in READERS.items():
        (report, code), (other, exit_code) = output(theirs, format, alike), output(ours, format, alike)
        good = (read(report), code) == (read(other), exit_code)
        bad |= not good
        print(f"{format:<19} {'the same' if good else 'DIFFERENT'}, exit codes {code} and {exit_code}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
