"""The result cache and `--jobs`: the same files cold, warm, without a cache, and in two processes.

    python benchmarks/result_cache.py CORPUS [--runs N]

Prints ratios of wall time within one run of this script, the middle of N rounds in which the commands take
turns. The last table is what `ENOUGH` in `dockerlint/lint_command.py` was chosen by: from how many files on a
warm cache is faster than linting.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = [str(Path(sys.executable).with_name("dockerlint")), "--isolated", "--no-shellcheck"]

# The number from which on the cache is used, then files.
_WITH_CACHE_FROM = [
    sys.executable,
    "-c",
    "import sys; from dockerlint import cli, lint_command; lint_command.ENOUGH = int(sys.argv.pop(1));"
    "sys.argv[1:1] = ['--isolated', '--no-shellcheck']; cli.entry()",
]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """How long a command takes; its exit code is its own affair."""
    begin = time.perf_counter()
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - begin


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("corpus", type=Path, help="a folder of Dockerfiles")
    arguments.add_argument("--runs", type=int, default=3)
    options = arguments.parse_args()
    files = sorted(str(path.resolve()) for path in options.corpus.glob("*ockerfile"))
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name) / "cache"
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["XDG_CACHE_HOME"] = str(cache)
        seconds([*OURS, files[0]], environment)
        times: dict[str, list[float]] = {}
        for _ in range(options.runs):
            for label, extra in (
                ("no cache", ["--no-cache"]),
                ("no cache, 2 jobs", ["--no-cache", "--jobs", "2"]),
                ("cold", []),
                ("warm", []),
                ("cold, 2 jobs", ["--jobs", "2"]),
                ("warm, 2 jobs", ["--jobs", "2"]),
            ):
                if label.startswith("cold"):
                    shutil.rmtree(cache, ignore_errors=True)
                times.setdefault(label, []).append(seconds([*OURS, *extra, *files], environment))
        middle = {label: statistics.median(some) for label, some in times.items()}
        print(f"{len(files)} files, {options.runs} rounds")
        for label, took in middle.items():
            print(f"  {label}: {took:.2f} s, {took / middle['no cache']:.3f} of a run without a cache")
        print(f"  warm / cold: {middle['warm'] / middle['cold']:.3f}")
        print(f"  two jobs / one, no cache: {middle['no cache, 2 jobs'] / middle['no cache']:.2f}")

        print("few files: a run that uses the cache, warm, beside one that does not")
        for count in (1, 2, 4, 8, 16, 32):
            some = files[:count]
            warm, none = [], []
            seconds([*_WITH_CACHE_FROM, "1", *some], environment)
            for _ in range(options.runs * 7):
                warm.append(seconds([*_WITH_CACHE_FROM, "1", *some], environment))
                none.append(seconds([*_WITH_CACHE_FROM, "9999", *some], environment))
            print(f"  {count} files: {statistics.median(warm) / statistics.median(none):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
