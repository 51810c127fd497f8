"""What dockerlint saves, and whether anything breaks: every case of `images/`, built and run for real.

    python benchmarks/optimize.py [CASE ...] [--ways safe,unsafe] [--again] [--results FILE] [--show]

Each case is built as it is and its commands are run; what they print must be what `smoke.toml` says. Then it is
built with its safe fixes and with all fixes, and the same must come out. Bytes are those of the regular files in all
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
from dockerlint.engine import Engine, EngineError, detect
from dockerlint.engine.session import Session
from dockerlint.frozen import replace
from dockerlint.source import encode

HERE = Path(__file__).resolve().parent
CASES = HERE / "images"
WAYS = ("safe", "unsafe")


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


def fixed(given: Task, way: str) -> tuple[str, dict[str, int], list[str]]:
    """The text with its fixes, how many of each rule went in, and what was refused."""
    settled = given.settled(unsafe=way == "unsafe")
    return settled.look.source.text, dict(settled.fixed), list(settled.refused)


def measured(case: str, ways: list[str], folder: Path) -> dict[str, Any]:
    """The figures of one case, from a storage in a folder."""
    path = CASES / case / "Dockerfile"
    given = task(path)
    checks = smoke.read(path.parent / "smoke.toml")
    result: dict[str, Any] = {
        "digest": digest(case),
        "compiles": checks.compiles,
        "stages": len(given.dockerfile.stages),
    }
    env = stand_ins.environment(folder)
    need_bases(given.source.text)
    engine = detect("buildah", env)
    result["engine"] = f"{engine.name} {engine.version}"
    try:
        before = built(engine, given, given.source.text, checks, env)
    except Broken as error:
        return {**result, "problem": str(error)}
    result.update(bytes=before["bytes"], seconds=before["seconds"])
    for way in ways:
        text, rules, refused = fixed(given, way)
        result[way] = {"rules": rules, "refused": refused, "stages": len(dockerlint.parse(text).stages)}
        if text == given.source.text:
            result[way].update(bytes=before["bytes"], seconds=0.0)
            continue
        result[way]["text"] = text
        try:
            need_bases(text)
            result[way].update(built(engine, given, text, checks, env))
        except Broken as error:
            result[way]["broken"] = str(error)
    return result


def need_bases(text: str) -> None:
    """Make the images that a text names. Broken when one cannot be had."""
    for stage in dockerlint.parse(text).stages:
        if stage.base is None and stage.image not in ("scratch", None):
            why = stand_ins.ensure(str(stage.image))
            if why:
                raise Broken(why)


def built(
    engine: Engine, given: Task, text: str, checks: smoke.Checks, env: dict[str, str]
) -> dict[str, Any]:
    """Build a text, run what the case says, and give its bytes and seconds. Broken when one of them fails."""
    with Session(engine) as session:
        try:
            made = session.build(replace(given.build, dockerfile=encode(text)))
        except EngineError as error:
            tail = "\n".join(error.tail[-15:])
            raise Broken(f"{error}\n{tail}") from error
        for check in checks.runs:
            why = smoke.differs(check, made.tag, env)
            if why:
                raise Broken(why)
        stores = (Path(env["CONTAINERS_STORAGE_CONF"]).parent / "root", stand_ins.storage() / "root")
        return {"bytes": layers.size(made.tag, env, stores), "seconds": round(made.seconds, 1)}


def digest(case: str) -> str:
    """A digest of the files of a case."""
    found = hashlib.sha256()
    for path in sorted((CASES / case).rglob("*")):
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
    results = json.loads(options.results.read_text()) if options.results.exists() else {}
    if options.show:
        print(tables.markdown(results))
        return 0
    ways = options.ways.split(",")
    code = 0
    for case in options.cases or names():
        old = results.get(case, {})
        if (
            not options.again
            and old.get("digest") == digest(case)
            and "problem" not in old
            and all(w in old for w in ways)
        ):
            continue
        print(f"{case} ...", end=" ", flush=True, file=sys.stderr)
        start = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="dockerlint-benchmark-", dir="/var/tmp"))
        try:
            found = measured(case, ways, folder)
        except Broken as error:
            found = {"problem": str(error)}
        finally:
            empty(folder)
        kept = old if old.get("digest") == found.get("digest") else {}
        results[case] = {**kept, **found, "date": datetime.date.today().isoformat()}
        part = options.results.with_suffix(".part")
        part.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
        part.replace(options.results)
        line = tables.line(results[case])
        code = 1 if "broken" in line or "problem" in line else code
        print(f"{line} ({time.monotonic() - start:.0f} s)", file=sys.stderr)
    print(tables.markdown(results))
    return code


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
