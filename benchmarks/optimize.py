"""What dockerlint saves, and whether anything breaks: every case of `images/`, built and run for real.

    python benchmarks/optimize.py [CASE ...] [--ways safe,unsafe,optimize] [--again] [--results FILE] [--show]

Each case is built as it is and its commands are run; what they print must be what `images/CASE.toml` says. Then it is
built with its safe fixes, with all fixes, and as `dockerlint optimize` would write it, and the same must come out. Bytes are those of the regular files in all
layers, base image included. Results are kept in a file from case to case, so that a run that was cut off goes on
where it was; `--again` measures anew, `--show` only prints the tables for README.md. Needs buildah, podman (to run
what was built) and root; bases come from `stand_ins.py`.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import layers
import smoke
import stand_ins
import tables

import dockerlint
from dockerlint.build_options import Task, Yard, add_build, add_rules
from dockerlint.engine import EngineError, detect
from dockerlint.engine.session import Session
from dockerlint.frozen import replace
from dockerlint.source import encode

HERE = Path(__file__).resolve().parent
CASES = HERE / "images"
WAYS = ("safe", "unsafe", "optimize")
# Minutes for one `dockerlint optimize`.
BUDGET = 20


class Broken(Exception):
    """A variant that does not build, or whose containers do something else."""


def names() -> list[str]:
    """The cases, sorted."""
    return sorted(path.parent.name for path in CASES.glob("*/Dockerfile"))


def task(path: Path) -> Task:
    """What to build of a file, under the rules that a lint without any configuration has."""
    parser = argparse.ArgumentParser()
    add_build(parser)
    add_rules(parser)
    return Yard(parser.parse_args(["--isolated"])).task(str(path))


def fixed(given: Task, way: str) -> dict[str, Any]:
    """The text with its fixes, how many of each rule went in, and what was refused."""
    settled = given.settled(unsafe=way == "unsafe")
    return {
        "text": settled.look.source.text,
        "rules": dict(settled.fixed),
        "refused": list(settled.refused),
    }


def measured(case: str, ways: list[str], folder: Path) -> dict[str, Any]:
    """The figures of one case, from a storage in a folder."""
    path = CASES / case / "Dockerfile"
    given = task(path)
    checks = smoke.read(CASES / f"{case}.toml")
    result: dict[str, Any] = {
        "digest": digest(case),
        "compiles": checks.compiles,
        "stages": len(given.dockerfile.stages),
    }
    env = stand_ins.environment(folder)
    need_bases(given.source.text)
    engine = detect("buildah", env)
    result["engine"] = f"{engine.name} {engine.version}"
    with Session(engine) as session:
        # What was built stays until the end: its layers are the cache of the next one.
        builder = Builder(session, given, checks, env, (folder / "root", stand_ins.storage() / "root"))
        try:
            before = builder.built(given.source.text)
        except Broken as error:
            return {**result, "problem": str(error)}
        result.update(bytes=before["bytes"], seconds=before["seconds"])
        for way in ways:
            try:
                found = optimized(path, builder) if way == "optimize" else fixed(given, way)
                result[way] = found
                text = found["text"]
                found["stages"] = len(dockerlint.parse(text).stages)
                if text == given.source.text:
                    del found["text"]
                    found.update(bytes=before["bytes"])
                else:
                    need_bases(text)
                    found.update(builder.built(text))
            except Broken as error:
                result.setdefault(way, {})["broken"] = str(error)
    return result


def need_relatives(text: str) -> None:
    """Make every image that stands in for another tag of those that a text names, and the bare ones."""
    named = {(stage.image or "").partition(":")[0] for stage in dockerlint.parse(text).stages}
    for name in stand_ins.kinds():
        if name.partition(":")[0] in {*named, "debian", "gcr.io/distroless/cc-debian12"}:
            why = stand_ins.ensure(name)
            if why:
                raise Broken(why)


class Builder:
    """Builds variants of one case in one session, and holds them against what the case says."""

    def __init__(
        self,
        session: Session,
        given: Task,
        checks: smoke.Checks,
        env: dict[str, str],
        stores: tuple[Path, Path],
    ) -> None:
        self.session = session
        self.given = given
        self.checks = checks
        self.env = env
        self.stores = stores
        self.first = ""

    def built(self, text: str) -> dict[str, Any]:
        """Build a text and run what the case says: its bytes and seconds. Broken when one of them fails."""
        try:
            made = self.session.build(replace(self.given.build, dockerfile=encode(text), network="host"))
        except EngineError as error:
            tail = "\n".join(error.tail[-15:])
            raise Broken(f"{error}\n{tail}") from error
        self.first = self.first or made.tag
        for check in self.checks.runs:
            why = smoke.differs(check, made.tag, self.env)
            if why:
                raise Broken(why)
        return {"bytes": layers.size(made.tag, self.env, self.stores), "seconds": round(made.seconds, 1)}


def optimized(path: Path, builder: Builder) -> dict[str, Any]:
    """What `dockerlint optimize` makes of a file: its text, and what it says of it. Broken when it ends otherwise
    than it should."""
    need_relatives(builder.given.source.text)
    command = [
        str(Path(sys.executable).with_name("dockerlint")),
        "optimize",
        str(path),
        "--isolated",
        "--fresh",
    ]
    command += ["--engine", builder.session.engine.name, "--network", "host", "--format", "json"]
    command += ["--budget", str(BUDGET)]
    for line in smoke.lines(builder.checks, builder.first, builder.env):
        command += ["--smoke", line]
    start = time.monotonic()
    done = subprocess.run(command, env=builder.env, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout) if done.stdout.startswith("[") else []
    if done.returncode not in (0, 1) or not said:
        raise Broken(
            f"dockerlint optimize ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-2000:]}"
        )
    answer = said[0]
    return {
        "text": answer["text"],
        "verdict": answer["after"]["verdict"],
        "builds": answer["builds"],
        "spent": round(time.monotonic() - start),
        "grounds": {one["name"]: f"{one['fate']}: {one['why']}" for one in answer["grounds"]},
        "fixes": {f"{one['rule']}:{one['line']}": f"{one['fate']}: {one['why']}" for one in answer["fixes"]},
        "notes": answer["notes"],
        "over": answer["over"],
    }


def need_bases(text: str) -> None:
    """Make the images that a text names. Broken when one cannot be had."""
    for stage in dockerlint.parse(text).stages:
        if stage.base is None and stage.image not in ("scratch", None):
            why = stand_ins.ensure(str(stage.image))
            if why:
                raise Broken(why)


def digest(case: str) -> str:
    """A digest of the files of a case."""
    found = hashlib.sha256()
    for path in (CASES / f"{case}.toml", *sorted((CASES / case).rglob("*"))):
        if path.is_file():
            found.update(str(path.relative_to(CASES)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--again", action="store_true", help="measure cases that have results too")
    parser.add_argument("--results", type=Path, default=HERE / "optimize.json")
    parser.add_argument("--show", action="store_true", help="print the tables of the results and end")
    options = parser.parse_args()
    if options.show:
        print(tables.markdown(known(options.results)))
        return 0
    ways = options.ways.split(",")
    code = 0
    for case in options.cases or names():
        old = known(options.results).get(case, {})
        if old.get("digest") != digest(case) or "problem" in old or options.again:
            old = {}
        missing = [way for way in ways if way not in old]
        if not missing:
            continue
        print(f"{case} ...", end=" ", flush=True, file=sys.stderr)
        start = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="dockerlint-benchmark-", dir="/var/tmp"))
        try:
            found = measured(case, missing, folder)
        except Broken as error:
            found = {"problem": str(error)}
        finally:
            empty(folder)
        found = {**old, **found, "date": datetime.date.today().isoformat()}
        keep(options.results, case, found)
        line = tables.line(found)
        code = 1 if "broken" in line or "problem" in line else code
        print(f"{line} ({time.monotonic() - start:.0f} s)", file=sys.stderr)
    print(tables.markdown(known(options.results)))
    return code


def known(path: Path) -> dict[str, Any]:
    """The results so far, by case."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def keep(path: Path, case: str, found: dict[str, Any]) -> None:
    """Put the result of a case into the file, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(dict(sorted({**known(path), case: found}.items())), indent=1) + "\n")
    part.replace(path)


def empty(folder: Path) -> None:
    """Remove a storage, and mounts that a build left in it."""
    with open("/proc/mounts") as mounts:
        inside = [line.split()[1] for line in mounts if line.split()[1].startswith(f"{folder}/")]
    for mount in reversed(inside):
        subprocess.run(["umount", "-l", mount], check=False)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
