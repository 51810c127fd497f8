"""`dockerlint context FILE ...`: what a build takes of its context, and what an ignore file could keep out."""

from __future__ import annotations

import os
import sys

from dockerlint import context as contexts
from dockerlint.build_options import Yard, add_build, add_rules, engine_of
from dockerlint.build_progress import building, failed, no_engine
from dockerlint.discover import files
from dockerlint.engine import EngineError, NoEngine
from dockerlint.errors import UserError
from dockerlint.frozen import node, replace
from dockerlint.ignorefile import find_ignore_file
from dockerlint.ignoring import proposals, with_patterns
from dockerlint.image import ImageError
from dockerlint.report import context as report
from dockerlint.write import WriteError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dockerlint.build_options import Task
    from dockerlint.engine import Engine

DONE, FAILED, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Look at the context of some files; with --prove or --write by builds. 0 when that was done, 1 when a build failed,
    2 without an engine. UserError for bad usage."""
    options = parser().parse_args(argv)
    yard = Yard(options)
    groups = _grouped([task for path in options.files for task in yard.tasks(path)])
    proving = options.prove or options.write
    engine = None
    if options.write:
        for group in groups:
            _refuse_strangers(group)
    if proving:
        try:
            engine = engine_of(options)
        except NoEngine as error:
            no_engine(error, "nothing can be proven")
            return UNUSABLE
    code, documents = DONE, []
    for group in groups:
        looks = _looks(group)
        proofs: list[report.Proof | None] = [None] * len(looks)
        if engine is not None:
            proven = _prove(group, looks, engine, options)
            if proven is None:
                code = FAILED
                continue
            looks, proofs = proven
        for look, proof in zip(looks, proofs):
            if options.format == "json":
                documents.append(report.document(look, proof))
            else:
                from dockerlint.output import say

                say(report.text(look, proof, options.top), sys.stdout)
    if options.format == "json":
        import json

        sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=True) + "\n")
    return code


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint context",
        allow_abbrev=False,
        description="Show what each COPY takes of the build context, what nothing takes, and what an ignore file could "
        "keep out. Without --prove and --write nothing is built.",
    )
    add = made.add_argument
    add("files", nargs="+", metavar="FILE", help="a Dockerfile; those that share an ignore file go together")
    add(
        "--prove", action="store_true", help="build with and without the files, and keep what changes nothing"
    )
    add("--write", action="store_true", help="prove it, and add what is proven to the ignore file")
    add("--format", choices=("text", "json"), default="text")
    add("--top", type=int, default=5, metavar="N", help="show the N largest of each list (default: 5)")
    add_build(made)
    add_rules(made)
    return made


@node
class _Group:
    """Files that are built with one ignore file. `path` is where that is, or would be; `text` what it says."""

    tasks: tuple[Task, ...]
    folder: str
    path: str
    text: str
    data: bytes | None


def _grouped(tasks: Sequence[Task]) -> list[_Group]:
    found: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        path = find_ignore_file(task.path, task.build.context)
        path = path or os.path.join(task.build.context, ".dockerignore")
        found.setdefault((os.path.realpath(task.build.context), os.path.realpath(path)), []).append(task)
    groups = []
    for (folder, path), some in found.items():
        data = None
        if os.path.isfile(path):
            with open(path, "rb") as file:
                data = file.read()
        text = (data or b"").decode("utf-8", "surrogateescape")
        groups.append(_Group(tuple(some), folder, path, text, data))
    return groups


def _refuse_strangers(group: _Group) -> None:
    """Refuse to write an ignore file that other Dockerfiles of the context are built with, too."""
    if not group.path.endswith(os.sep + ".dockerignore"):
        return
    given = {os.path.realpath(task.path) for task in group.tasks}
    for path in files([group.folder], []):
        own = os.path.isfile(f"{path}.dockerignore")
        if os.path.realpath(path) not in given and not own:
            raise UserError(
                f"{os.path.relpath(path)} is built with {os.path.relpath(group.path)}, too",
                "name it as well, so that the new patterns are proven for both",
            )


def _looks(group: _Group) -> list[report.Look]:
    first = group.tasks[0]
    context = contexts.read(group.folder, first.patterns)
    taken = [contexts.takes(task.dockerfile, context) for task in group.tasks]
    possible = proposals(context, [take for some in taken for take in some])
    return [
        report.Look(
            task.path,
            task.build.context,
            os.path.relpath(group.path) if group.data is not None else None,
            context,
            takes,
            contexts.untaken(context, takes),
            None,
            possible,
        )
        for task, takes in zip(group.tasks, taken)
    ]


def _prove(
    group: _Group, looks: list[report.Look], engine: Engine, options: Namespace
) -> tuple[list[report.Look], list[report.Proof | None]] | None:
    """The looks with what is in the image, and the proof for each file; None when a build failed."""
    from dockerlint.keepout import Trials, absent, keep_out

    left = list(looks[0].proposals)
    proofs: list[report.Proof] = []
    for at, task in enumerate(group.tasks):
        try:
            with (
                building(engine) as (session, say),
                Trials(task, session, say, group.text) as trials,
            ):
                image = trials.before()
                looks[at] = replace(
                    looks[at], absent=absent(group.folder, looks[at].context, looks[at].takes, image)
                )
                left, dropped = keep_out(left, trials.change)
        except (EngineError, ImageError) as error:
            failed(task.path, "as it is", error)
            return None
        proofs.append(report.Proof((engine.name, engine.version), (), tuple(dropped), trials.unstable, ""))
    path = ""
    text = with_patterns(group.text, [one.pattern for one in left])
    if options.write and text != group.text:
        _write(group, text.encode("utf-8", "surrogateescape"))
        path = os.path.relpath(group.path)
    return looks, [replace(proof, kept=tuple(left), path=path) for proof in proofs]


def _write(group: _Group, data: bytes) -> None:
    try:
        if group.data is None:
            with open(group.path, "xb") as file:
                file.write(data)
        else:
            write(group.path, group.data, data)
    except FileExistsError:
        raise UserError(f"{group.path} has come up meanwhile; nothing is written", "run again") from None
    except OSError as error:
        raise UserError(f"{group.path} cannot be written: {error.strerror}") from error
    except WriteError as error:
        raise UserError(f"{group.path} {error}") from error
