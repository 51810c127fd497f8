"""Compare `--profile buildkit` with `docker build --check`.

    python benchmarks/buildkit_check.py PATH... [--limit N] [--docker DOCKER] [--show N]

PATH is a Dockerfile or a folder of them. For each file both say what they find, and the sets of
(check, line) are compared. No registry is needed: every base image is replaced by an empty one that
sets the variables which dockerlint knows of the real one; a `# syntax=` line is blanked for both, and
both get a build argument for each `ARG` without a default that a `FROM` needs. The names of the empty
images begin with `dockerlint-stand-in`; they are removed at the end.

InvalidBaseImagePlatform is left out: it would be about the stand-in. Files that Docker refuses are
counted apart, with its first words. Exit status 0 when all sets agree, 1 when some differ, 2 when
there is no Docker with `build --check` (buildx 0.15 or later).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dockerlint import parse
from dockerlint.cli import main as dockerlint
from dockerlint.model import Arg, Copy, From, Run
from dockerlint.presumed import brought, presumed

STAND_IN = "dockerlint-stand-in"
LEFT_OUT = "InvalidBaseImagePlatform"
Checks = frozenset[tuple[str, int]]  # check and line


class Docker:
    """A Docker client, and the stand-in images that were made with it."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.made: dict[frozenset[str], str] = {}

    def run(self, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.program, *arguments], input=data, capture_output=True, check=False)

    def can_check(self) -> bool:
        """Whether there is a daemon, and a buildx that knows `--check`."""
        helped = self.run("build", "--help")
        return b"--check" in helped.stdout and self.run("version").returncode == 0

    def stand_in(self, image: str) -> str:
        """An empty image that sets the variables which are known of another one."""
        names = brought(image)
        if names not in self.made:
            tag = f"{STAND_IN}:{hashlib.sha256(' '.join(sorted(names)).encode()).hexdigest()[:12]}"
            settings = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
            settings += [f"{name}=/{name.lower()}" for name in sorted(names)]
            changes = [word for one in settings for word in ("--change", f"ENV {one}")]
            done = self.run("import", *changes, "-", tag, data=bytes(10240))
            if done.returncode:
                raise SystemExit(f"docker import failed: {done.stderr.decode()}")
            self.made[names] = tag
        return self.made[names]

    def remove(self) -> None:
        """Remove the stand-ins."""
        for tag in self.made.values():
            self.run("image", "rm", tag)

    def check(self, folder: Path, images: dict[str, str], given: list[str]) -> tuple[Checks, str]:
        """What Docker finds, and why it refuses the file (empty when it does not)."""
        contexts = [f"--build-context={image}=docker-image://{tag}" for image, tag in images.items()]
        done = self.run("build", "--call=check,format=json", *contexts, *given, str(folder))
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            return frozenset(), (lines or ["no answer"])[-1]
        found = frozenset(
            (one["ruleName"], one["location"]["ranges"][0]["start"]["line"])
            for one in answer.get("warnings") or ()
            if one["ruleName"] != LEFT_OUT
        )
        return found, (answer.get("buildError") or {}).get("message", "")


def given_to(text: bytes) -> dict[str, str]:
    """Build arguments for the names that a FROM needs and that have no default: each is 12, which is
    good for a name and for a tag."""
    file = parse(text)
    needed = {name for start in file.instructions(From) for name in start.image.variables}
    pairs = [pair for arg in file.head if isinstance(arg, Arg) for pair in arg.pairs]
    return {pair.name.raw: "12" for pair in pairs if pair.value is None and pair.name.raw in needed}


def images_of(text: bytes, given: dict[str, str]) -> set[str]:
    """The images that a build of a file would look up."""
    file = presumed(parse(text, build_args=given))
    names = {stage.image for stage in file.stages if stage.image and stage.image != "scratch"}
    for instruction in file.body:
        if isinstance(instruction, Copy):
            flag = instruction.flag("from")
            others = [flag.value] if flag is not None and flag.value else []
        elif isinstance(instruction, Run):
            others = [mount.options.get("from", "") for mount in instruction.mounts]
        else:
            continue
        names |= {name for name in others if name and not name.isdigit() and file.stage_named(name) is None}
    starts = [start.image.value for start in file.instructions(From)]
    return {name for name in names if name in starts or re.fullmatch(r"[\w./:@-]+", name)}


def ours(path: Path) -> Checks:
    """What `--profile buildkit` finds."""
    out = io.StringIO()
    options = ["--profile=buildkit", "--format=json", "--isolated", "--no-cache"]
    options += [f"--build-arg={name}={value}" for name, value in given_to(path.read_bytes()).items()]
    with contextlib.redirect_stdout(out):
        code = dockerlint([*options, str(path)])
    if code > 1:
        raise SystemExit(f"dockerlint exits with {code} for {path}")
    return frozenset(
        (one["code"], one["line"]) for one in json.loads(out.getvalue()) if one["code"] != LEFT_OUT
    )


def prepared(path: Path, folder: Path) -> Path:
    """A build context with a copy of the file in it, without its `# syntax=`."""
    data = path.read_bytes()
    copy = folder / "Dockerfile"
    copy.write_bytes(
        re.sub(rb"(?mi)\A((?:[ \t]*#[^\n]*\n)*?)[ \t]*#[ \t]*syntax[ \t]*=[^\r\n]*", rb"\1#", data)
    )
    for name in (f"{path.name}.dockerignore", ".dockerignore"):
        if (path.parent / name).is_file():
            shutil.copy(path.parent / name, folder / ".dockerignore")
            break
    return copy


def asked(path: Path, docker: Docker) -> tuple[Path, Checks, str]:
    """A file with what Docker finds in it, and why Docker refuses it."""
    with tempfile.TemporaryDirectory(prefix="dockerlint-") as name:
        copy = prepared(path, Path(name))
        given = given_to(copy.read_bytes())
        images = {image: docker.stand_in(image) for image in images_of(copy.read_bytes(), given)}
        words = [f"--build-arg={argument}={value}" for argument, value in given.items()]
        return path, *docker.check(Path(name), images, words)


def main() -> int:
    """Compare, and print the figures and the differences."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    arguments.add_argument("path", nargs="+", type=Path)
    arguments.add_argument("--limit", type=int, default=10**9, help="files at most")
    arguments.add_argument("--docker", default="docker", help="the Docker client to use")
    arguments.add_argument("--show", type=int, default=40, help="differences to print")
    options = arguments.parse_args()
    docker = Docker(options.docker)
    if not docker.can_check():
        print("there is no Docker here whose build knows --check", file=sys.stderr)
        return 2
    files = [f for p in options.path for f in ([p] if p.is_file() else sorted(p.rglob("*Dockerfile*")))]
    files = [f for f in files if f.is_file() and f.suffix != ".dockerignore"][: options.limit]
    same, shown = 0, 0
    findings: Counter[str] = Counter()
    refusals: list[str] = []
    try:
        with ThreadPoolExecutor(2) as pool:
            for path, theirs, refused in pool.map(lambda f: asked(f, docker), files):
                if refused:
                    refusals.append(f"{path.name}: {refused[:150]}")
                    continue
                with tempfile.TemporaryDirectory(prefix="dockerlint-") as name:
                    mine = ours(prepared(path, Path(name)))
                findings.update(check for check, _ in theirs)
                same += mine == theirs
                if mine != theirs and shown < options.show:
                    shown += 1
                    print(
                        f"{path}: only Docker {sorted(theirs - mine)} only dockerlint {sorted(mine - theirs)}"
                    )
    finally:
        docker.remove()
    print("\n".join(refusals[: options.show]))
    total = len(files) - len(refusals)
    print(f"{same} of {total} files with the same findings; {len(refusals)} that Docker refuses")
    print(f"{sum(findings.values())} findings: {dict(findings.most_common())}")
    return int(same != total)


if __name__ == "__main__":
    sys.exit(main())
