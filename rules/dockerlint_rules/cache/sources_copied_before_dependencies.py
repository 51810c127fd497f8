from __future__ import annotations

from dockerlint.ignorefile import clean
from dockerlint.model import Arg, Copy, Dockerfile, Env, Expose, Label, Run, User, Workdir
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, display, rule
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable
from dockerlint.shell.leftover import head
from dockerlint.shell.manifests import manifests
from dockerlint.shell.paths import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script


@rule(
    code="DK201",
    summary="Dependencies are installed below a `COPY` of all sources",
    why="""
        A layer is built again when what it stands on has changed. Behind `COPY . .` every change of any file
        installs all dependencies again. Copy the files that name them first, install, and copy the rest after that:
        then only a change of those files costs an install.

        The rewrite is shown, not written by `--fix`: install scripts may use the sources, and a folder of the
        context may lie over what was installed. `dockerlint cache --write` builds both ways, and writes it where
        the images are the same.
    """,
    severity=Severity.INFO,
    fix=display("the dependencies have to be installable without the sources; a build has to show it"),
    source="https://docs.docker.com/build/cache/optimize/#order-your-layers",
    bad=[
        Bad("FROM node:22\nWORKDIR /app\nCOPY . .\nRUN «npm ci»\nRUN npm run build\n"),
        Bad("FROM node:22\nWORKDIR /app\nCOPY . /app\nRUN «npm ci» && npm run build\n"),
        Bad(
            "FROM python:3.13\nWORKDIR /app\nCOPY . .\nENV A=1\nRUN «pip install» --upgrade pip && pip install -r requirements.txt\n"
        ),
        Bad("FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN «go mod download»\nRUN go build ./...\n"),
        Bad("FROM golang:1.24\nCOPY ./src/ /src\nWORKDIR /src\nRUN «go mod download» && go build ./...\n"),
    ],
    good=[
        Good("FROM node:22\nCOPY . app\nWORKDIR app\nRUN npm ci\n"),
        Good("FROM ruby:3.4\nWORKDIR /app\nCOPY Gemfile .\nRUN bundle install\n"),
        Good("FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"),
        Good("FROM node:22\nWORKDIR /app\nCOPY . /src\nRUN npm ci\n"),
        Good("FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm run build\n"),
        Good("FROM node:22\nWORKDIR /app\nCOPY --from=0 . .\nRUN npm ci\n"),
        Good("FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install .\n"),
        Good("FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install gunicorn\n"),
        Good("FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt -e .\n"),
        Good("FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN --mount=type=bind,target=. pip install -r requirements.txt\n"),
        Good("FROM python:3.13\nWORKDIR /app\nCOPY . .\nUSER 1000\nRUN poetry install\n"),
    ],
)  # fmt: skip
def sources_copied_before_dependencies(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        copy: Copy | None = None
        for instruction in stage.instructions:
            if isinstance(instruction, Copy):
                copy = instruction if _is_all(instruction) else None
            elif isinstance(instruction, Run):
                found = scripts(instruction)
                if (
                    copy is not None
                    and len(found) == 1
                    and _folder(copy) == (instruction.state.workdir or ".")
                ):
                    files, commands = _read(instruction, found[0], clean("/" + (copy.sources[0].value or "")))
                    if files:
                        yield Finding(
                            head(commands[0]),
                            f"dependencies are installed again whenever any file changes; copy {', '.join(files)} first, and"
                            " the rest behind the install",
                            _fix(dockerfile, copy, instruction, found[0], files, commands),
                        )
                copy = None
            elif isinstance(instruction, Workdir):
                # Where a relative target leads would be another folder below it.
                copy = copy if copy is not None and (copy.destination.value or "").startswith("/") else None
            elif not isinstance(instruction, Arg | Env | Expose | Label | User):
                copy = None


def _is_all(copy: Copy) -> bool:
    values = [word.value for word in copy.sources]
    return (
        not copy.heredocs
        and copy.flag("from") is None
        and len(values) == 1
        and (values[0] == "." or (values[0] or "").endswith("/"))
        and not any(char in (values[0] or "") for char in "*?[$\\ ")
        and not copy.destination.variables
    )


def _folder(copy: Copy) -> str | None:
    return joined(copy.state.workdir or ".", copy.destination.value or "?")


def _read(run: Run, script: Script, folder: str) -> tuple[tuple[str, ...], tuple[Command, ...]]:
    """The files in a folder of the context that the commands at the head of a script need, and those commands."""
    if any(mount.type == "bind" for mount in run.mounts) or script.heredoc or not script.ok:
        return (), ()
    files: dict[str, None] = {}
    commands: list[Command] = []
    for command in script.commands:
        needed = manifests(command) if command.at_top and command.before in (None, "&&") else None
        if needed is None:
            break
        files.update(dict.fromkeys(f"{folder}/{name}".lstrip("/") for name in needed))
        commands.append(command)
    return tuple(files), tuple(commands)


def _fix(
    dockerfile: Dockerfile,
    copy: Copy,
    run: Run,
    script: Script,
    files: tuple[str, ...],
    commands: tuple[Command, ...],
) -> Fix | None:
    """Copy the manifests where all was copied, and all of it behind the install."""
    source = dockerfile.source
    if not editable(script) or not script.is_and_list or copy.exec_form or copy.comments or run.comments:
        return None
    if "\n" in source.slice(copy.span):
        return None
    to = source.slice(copy.destination.span)
    edits = [Edit(copy.sources[0].span, " ".join(files))]
    if not to.endswith(("/", '/"', "/'")):
        edits.append(Edit(Span(copy.destination.span.end, copy.destination.span.end), "/"))
    again = source.slice(copy.span)
    last = commands[-1].statement
    if last + 1 == len(script.statements):
        edits.append(Edit(Span(run.span.end, run.span.end), f"\n{again}"))
    else:
        head_ = source.text[run.span.start : script.statements[0].span.start]
        between = Span(script.statements[last].span.end, script.statements[last + 1].span.start)
        if "\n" in head_:
            return None
        edits.append(Edit(between, f"\n{again}\n{head_}"))
    return Fix("copy the manifests first, install, then copy the rest", tuple(edits))
