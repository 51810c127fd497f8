"""What all fixes do to many files: are they still accepted, is anything lost, do they come to rest.

    python benchmarks/fixes.py FOLDER [--limit N] [--safe] [--pins] [--jobs N] [--show N]

Every Dockerfile of a folder is fixed with all fixes, unsafe ones too, and judged by other means than those that
checked the fixes before they were written, where there are any:

- accepted: a file that BuildKit's rules let pass still passes (`dockerlint parse --strict` knows them);
- comments: every line that begins with a # is there afterwards, as a line or within one;
- scripts: `bash -n` reads every RUN script that it read before;
- at rest: fixing the result again changes nothing.

With --pins every package is taken to have been measured, so that all that can be pinned is. Prints the figures;
exit code 1 when one of them is not all. Nothing in the folder is changed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import dockerlint
from dockerlint.api import Fixed, settled_source, setup_of
from dockerlint.config import Config
from dockerlint.frozen import replace
from dockerlint.lint import run_rule
from dockerlint.model import Dockerfile, Run
from dockerlint.refuse import problems
from dockerlint.shell import scripts
from dockerlint.source import Source, encode
from dockerlint.versions import Versions

SHELLS = ("sh", "bash", "ksh", "zsh", "unknown")
JUDGED = ("accepted", "comments", "scripts", "at rest")


def accepted(dockerfile: Dockerfile) -> bool:
    """Whether BuildKit would begin to build a file."""
    return not dockerfile.problems and not problems(dockerfile)


def comments(text: str) -> Counter[str]:
    """The lines that begin with a #, without the space around them."""
    return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


def lost_comments(before: str, after: str) -> list[str]:
    """Comments that are nowhere in the text any more."""
    gone = comments(before) - comments(after)
    return [line for line in gone if line.lstrip("# \t") not in after]


def unread(dockerfile: Dockerfile) -> tuple[int, int]:
    """How many RUN scripts there are, and how many of them `bash -n` cannot read."""
    texts = [
        script.text.text
        for run in dockerfile.instructions(Run)
        for script in scripts(run)
        if not script.exec_form and script.dialect in SHELLS
    ]
    return len(texts), sum(not _reads(text) for text in texts)


def _reads(text: str) -> bool:
    data = text.encode("utf-8", "surrogateescape") + b"\n"
    return subprocess.run(["bash", "-n"], input=data, capture_output=True, check=False).returncode == 0


class Measured(dict[tuple[str, str, str], str]):
    """Versions of whatever is asked for."""

    def get(self, key: tuple[str, str, str], default: object = None) -> str:  # type: ignore[override]
        return "1.2.3"


def fixed_by(source: Source, unsafe: bool, pins: bool) -> Fixed:
    """A file after all fixes of the default profile."""
    setup = setup_of(replace(Config(), shellcheck=False))
    versions = Versions(lambda _: Measured()) if pins else None
    settled = settled_source(source, setup, run_rule, unsafe, None, None, versions)
    now = settled.look.source
    return Fixed(encode(now.text, now.bom), now.text, settled.look.found, settled.fixed, settled.refused)


def judged(job: tuple[str, bool, bool]) -> tuple[str, bool, Counter[str], int, list[str]]:
    """A file: its path, whether it changed, the fixes by rule, its scripts, and what is wrong with it now."""
    path, unsafe, pins = job
    source = Source.of(Path(path).read_bytes(), path)
    fixed = fixed_by(source, unsafe, pins)
    found = Counter(fixed.fixed)
    before, after = dockerlint.parse(source), dockerlint.parse(fixed.data, path=path)
    if fixed.data == source.data:
        return path, False, found, 0, []
    wrong = []
    if accepted(before) and not accepted(after):
        wrong.append(f"accepted: {(*after.problems, *problems(after))[0].message}")
    lost = lost_comments(source.text, after.source.text)
    if lost:
        wrong.append(f"comments: {lost[0]!r} is lost")
    _, was = unread(before)
    count, now = unread(after)
    if now > was:
        wrong.append(f"scripts: bash cannot read {now}, before {was}")
    again = fixed_by(Source.of(fixed.data, path), unsafe, pins)
    if again.data != fixed.data:
        wrong.append(f"at rest: {dict(again.fixed)} once more")
    return path, True, found, count, wrong


def results(
    paths: list[Path], unsafe: bool, pins: bool, jobs: int
) -> Iterator[tuple[str, bool, Counter[str], int, list[str]]]:
    work = [(str(path), unsafe, pins) for path in paths]
    if jobs == 1:
        yield from map(judged, work)
        return
    with Pool(jobs) as pool:
        yield from pool.imap_unordered(judged, work, 8)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--safe", action="store_true", help="safe fixes only")
    parser.add_argument("--pins", action="store_true", help="as if every package had been measured")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", type=int, default=10, help="so many files with something wrong")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.iterdir() if path.is_file())[: options.limit]
    changed = scripts_read = shown = 0
    fixes: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for path, has, found, count, faults in results(paths, not options.safe, options.pins, options.jobs):
        changed += has
        scripts_read += count
        fixes.update(found)
        wrong.update({fault.partition(":")[0] for fault in faults})
        if faults and shown < options.show:
            shown += 1
            print(f"  {path}: {'; '.join(faults)}")
    print(f"{len(paths)} files, {changed} changed by {sum(fixes.values())} fixes of {len(fixes)} rules")
    for what in JUDGED:
        print(f"  {what:9} {changed - wrong[what]}/{changed}")
    print(f"  {scripts_read} RUN scripts in what was changed were read by bash -n")
    for name, count in fixes.most_common():
        print(f"    {count:6} {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
