"""Writes one more stage behind a file: what the last one made, on lighter ground, with its settings."""

from __future__ import annotations

import json
import re

from dockerlint.contract.config import CERTIFICATES
from dockerlint.frozen import node, record
from dockerlint.knowledge.running import toolchain_variables
from dockerlint.model import (
    Cmd,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
)
from dockerlint.source import Source
from dockerlint.split.names import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from dockerlint.model import Dockerfile, Instruction, Stage
    from dockerlint.optimize.prepared import Prepared

# Settings that no build depends on: they leave the stage that builds.
_MOVED = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Stopsignal)
_REPEATED = (Shell, Volume)
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@%:,=~-]+")


class Unwritable(Exception):
    """A stage that cannot be written down; the text says why."""


@record
class Bring:
    """Files or folders that come over from the stage before: `sources` to `place`, which ends with a
    slash where it is the folder that they go into. `owner` is whom all of it belongs to, where that has to
    be said."""

    sources: tuple[str, ...]
    place: str
    owner: str = ""


@node
class Ground:
    """What the new stage stands on, and what it is given.

    `image` is the reference in FROM, `config` the configuration that comes with it; `commands` are run
    first, as root; `links` are symbolic links that are made (path, target); `ldconfig` has the linker's
    cache made anew; `about` is a comment above it all; `last` are commands at the end of the stage that builds,
    and behind them `prepared` is made, as root, and brought over.
    """

    image: str
    config: Mapping[str, Any]
    commands: tuple[tuple[str, ...], ...]
    brings: tuple[Bring, ...]
    links: tuple[tuple[str, str], ...] = ()
    ldconfig: bool = False
    about: str = ""
    last: tuple[str, ...] = ()
    prepared: Prepared | None = None


def with_stage(dockerfile: Dockerfile, config: Mapping[str, Any], ground: Ground) -> Source:
    """The file with a stage more. `config` is the configuration of the image that it makes now, which
    the new one is to have. Raises Unwritable where that cannot be said in a Dockerfile."""
    stage = dockerfile.final_stage
    if stage is None:
        raise Unwritable("the file has no stage")
    return _Writer(dockerfile, stage, config, ground).source()


class _Writer:
    def __init__(
        self, dockerfile: Dockerfile, stage: Stage, config: Mapping[str, Any], ground: Ground
    ) -> None:
        self.dockerfile = dockerfile
        self.file = dockerfile.source
        self.stage = stage
        self.config = config
        self.ground = ground
        self.upper = stage.start.keyword.text.isupper()
        self.user: str = ground.config.get("User") or ""
        self.runs = bool(ground.commands or ground.links or ground.ldconfig)
        self.named = ""
        self.joint = f" {dockerfile.escape}{self.file.newline}    "

    def source(self) -> Source:
        alias, head = self._head()
        newline = self.file.newline
        lines = [head.rstrip(), *(f"{self._word('RUN')} {command}" for command in self.ground.last)]
        lines += self._preparing()
        text = newline.join(lines) + newline * 2 + newline.join(self._lines(alias)) + newline
        return Source.of_text(text, self.file.path, self.file.bom)

    def _head(self) -> tuple[str, str]:
        """The name of the stage that is there, and the file up to its end, without what moves."""
        text, start = self.file.text, self.stage.start
        cuts = [(*self._extent(i), "") for i in self._moved()]
        alias, taken = names(self.dockerfile, self.stage)
        word = self._word("AS")
        self.named = "" if taken is None else f" {word} {taken}"
        if start.alias is None:
            end = start.image.span.end
            cuts.append((end, end, f" {word} {alias}"))
        elif taken is not None:
            cuts.append((start.alias.span.start, start.alias.span.end, alias))
        for begin, end, instead in sorted(cuts, reverse=True):
            text = text[:begin] + instead + text[end:]
        return alias, text

    def _preparing(self) -> Iterator[str]:
        """What the stage that is there makes for the next."""
        if self.ground.prepared is None:
            return
        yield ""
        yield f"# {self.ground.prepared.about}"
        if self.config.get("User"):
            yield f"{self._word('USER')} root"
        yield self._run(self.ground.prepared.commands)

    def _run(self, commands: Sequence[str]) -> str:
        return (
            f"{self._word('RUN')} {self.joint.join((commands[0], *(f'&& {more}' for more in commands[1:])))}"
        )

    def _moved(self) -> list[Instruction]:
        return [i for i in self.stage.instructions if isinstance(i, _MOVED)]

    def _extent(self, instruction: Instruction) -> tuple[int, int]:
        """The lines of an instruction with the comments right above it, and one blank line of two."""
        file = self.file
        first = self._first_line(instruction)
        last = file.line_of(max(instruction.span.start, instruction.span.end - 1))
        starts = file.line_starts

        def blank(line: int) -> bool:
            return 1 <= line <= len(starts) and not file.slice(file.line_span(line)).strip()

        if blank(first - 1) and blank(last + 1) and last + 1 < len(starts):
            last += 1
        return starts[first - 1], starts[last] if last < len(starts) else len(file.text)

    def _first_line(self, instruction: Instruction) -> int:
        line = self.file.line_of(instruction.span.start)
        comments = {self.file.line_of(c.span.start) for c in instruction.doc}
        while line - 1 in comments:
            line -= 1
        return line

    def _with_comments(self, instruction: Instruction) -> Iterator[str]:
        last = self.file.line_of(instruction.span.start)
        for line in range(self._first_line(instruction), last):
            yield self.file.slice(self.file.line_span(line))
        yield self.file.slice(instruction.span)

    def _word(self, name: str) -> str:
        return name if self.upper else name.lower()

    def _lines(self, alias: str) -> Iterator[str]:
        if self.ground.about:
            yield f"# {self.ground.about}"
        yield f"{self._word('FROM')} {self._platform()}{self.ground.image}{self.named}"
        if self.runs and self.user:
            yield f"{self._word('USER')} root"
            self.user = "root"
        for command in self.ground.commands:
            yield self._run(command)
        if self.ground.prepared is not None:
            yield f"{self._word('COPY')} --from={alias} {self.ground.prepared.folder}/ /"
        for bring in self.ground.brings:
            yield self._copy(alias, bring)
        after = [f"ln -sf {target} {path}" for path, target in self.ground.links]
        if any(not _PLAIN_PATH.fullmatch(word) for link in self.ground.links for word in link):
            raise Unwritable("a link has a name that a shell would read differently")
        after += ["ldconfig"] if self.ground.ldconfig else []
        if after:
            yield self._run(after)
        yield from self._settings()

    def _platform(self) -> str:
        flag = self.stage.start.flag("platform")
        return f"{self.file.slice(flag.span)} " if flag is not None else ""

    def _copy(self, alias: str, bring: Bring) -> str:
        words = (*bring.sources, bring.place)
        bad = next((w for w in words if any(c in w for c in "$*?[\\\n\r\"'")), None)
        if bad is not None:
            raise Unwritable(f"the path {bad!r} cannot be copied by its name")
        owner = f"--chown={bring.owner} " if bring.owner else ""
        head = f"{self._word('COPY')} --from={alias} {owner}"
        if any(" " in word or "\t" in word for word in words):
            return head + json.dumps(list(words), ensure_ascii=False)
        line = head + " ".join(words)
        return line if len(line) <= 110 else head.rstrip() + self.joint + self.joint.join(words)

    def _settings(self) -> Iterator[str]:
        """What the image says of itself: instructions as they stand where they can be repeated, and
        what their base had said."""
        own = self.stage.instructions
        yield from self._variables()
        yield from self._labels()
        said = {type(i) for i in own}
        workdirs: list[Instruction] = [i for i in own if isinstance(i, Workdir)]
        users: list[Instruction] = [i for i in own if isinstance(i, User)]
        for kind in (Expose, Volume, Stopsignal, Healthcheck, Shell):
            if kind not in said:
                yield from self._inherited(kind)
        folder = self.config.get("WorkingDir") or "/"
        if not workdirs and folder != (self.ground.config.get("WorkingDir") or "/"):
            yield f"{self._word('WORKDIR')} {folder}"
        user = self.config.get("User") or ""
        if not users and user != self.user:
            yield f"{self._word('USER')} {user or 'root'}"
        for instruction in own:
            if instruction in workdirs[-1:]:
                yield f"{self._word('WORKDIR')} {self._plain(folder)}"
            elif instruction in users[-1:]:
                yield f"{self._word('USER')} {self._plain(user)}"
            elif isinstance(instruction, (*_MOVED, *_REPEATED)) and not (
                isinstance(instruction, Label) and self._changing(instruction)
            ):
                yield from self._repeat(instruction)
        entry, there = self.config.get("Entrypoint") or [], self.ground.config.get("Entrypoint") or []
        if Entrypoint not in said and entry != there:
            yield f"{self._word('ENTRYPOINT')} {json.dumps(entry)}"
        if Cmd not in said and (
            Entrypoint in said or self.config.get("Cmd") != self.ground.config.get("Cmd")
        ):
            command = self.config.get("Cmd")
            if command or self.ground.config.get("Cmd"):
                yield f"{self._word('CMD')} {json.dumps(command or [])}"

    def _repeat(self, instruction: Instruction) -> Iterator[str]:
        moved = isinstance(instruction, _MOVED)
        if not isinstance(instruction, (Cmd, Entrypoint, Healthcheck, Onbuild)) and self._changing(
            instruction
        ):
            yield from self._inherited(type(instruction))
        else:
            yield from self._with_comments(instruction) if moved else (self.file.slice(instruction.span),)

    def _changing(self, instruction: Instruction) -> bool:
        """Whether an instruction reads variables, which the new stage need not have."""
        return "$" in self.file.slice(instruction.span)

    def _variables(self) -> Iterator[str]:
        wanted = dict(item.partition("=")[::2] for item in self.config.get("Env") or ())
        there = dict(item.partition("=")[::2] for item in self.ground.config.get("Env") or ())
        extra = sorted(set(there) - set(wanted))
        # Programs take an empty locale for none.
        wanted |= {name: "" for name in extra if name.startswith(("LANG", "LC_"))}
        # Where they name what is there, they are listed; see contract/config.py.
        foreign = [name for name in extra if name not in wanted and name not in CERTIFICATES]
        if foreign:
            listed = ", ".join(foreign)
            raise Unwritable(f"{self.ground.image} sets {listed}, which no instruction can unset")
        # What the image of a toolchain sets for building stays there.
        own = {p.name.value for stage in self.stage.lineage for env in stage.of(Env) for p in env.pairs}
        building = toolchain_variables() - own
        for env in (i for i in self.stage.instructions if isinstance(i, Env)):
            names = [p.name.value or "" for p in env.pairs]
            last = all(wanted.get(n) == (p.value.value if p.value else "") for n, p in zip(names, env.pairs))
            if last and not self._changing(env):
                yield self.file.slice(env.span)
                there.update((name, wanted[name]) for name in names)
        for name, value in wanted.items():
            if there.get(name) != value and not (name in building and name not in there):
                yield f"{self._word('ENV')} {name}={self._quoted(value)}"

    def _labels(self) -> Iterator[str]:
        wanted: Mapping[str, str] = self.config.get("Labels") or {}
        there: dict[str, str] = dict(self.ground.config.get("Labels") or {})
        for label in (i for i in self.stage.instructions if isinstance(i, Label) and not self._changing(i)):
            there.update((p.name.value or "", (p.value.value or "") if p.value else "") for p in label.pairs)
        for name, value in wanted.items():
            if there.get(name) != value and not name.startswith("io.buildah."):
                yield f"{self._word('LABEL')} {self._quoted(name)}={self._quoted(value)}"

    def _inherited(self, kind: type[Instruction]) -> Iterator[str]:
        """An instruction that says what the configuration has."""
        if kind is Expose:
            ports = sorted(
                set(self.config.get("ExposedPorts") or ()) - set(self.ground.config.get("ExposedPorts") or ())
            )
            if ports:
                yield f"{self._word('EXPOSE')} {' '.join(ports)}"
        elif kind is Volume:
            paths = sorted(
                set(self.config.get("Volumes") or ()) - set(self.ground.config.get("Volumes") or ())
            )
            if paths:
                yield f"{self._word('VOLUME')} {json.dumps(paths)}"
        elif kind is Stopsignal:
            if self.config.get("StopSignal") not in (None, "", self.ground.config.get("StopSignal")):
                yield f"{self._word('STOPSIGNAL')} {self.config['StopSignal']}"
        elif kind is Shell:
            if self.config.get("Shell") and self.config.get("Shell") != self.ground.config.get("Shell"):
                yield f"{self._word('SHELL')} {json.dumps(self.config['Shell'])}"
        elif kind is Healthcheck and self.config.get("Healthcheck") != self.ground.config.get("Healthcheck"):
            raise Unwritable("its base brings a HEALTHCHECK")

    def _plain(self, value: str) -> str:
        if any(c in value for c in "$\\\"'\n"):
            raise Unwritable(f"{value!r} cannot be written as it stands")
        return value

    def _quoted(self, value: str) -> str:
        if "\n" in value or "\r" in value:
            raise Unwritable("a variable or label has several lines")
        escape = self.dockerfile.escape
        if value and re.fullmatch(r"[A-Za-z0-9_./:+@%,=-]+", value):
            return value
        for char in (escape, '"', "$"):
            value = value.replace(char, escape + char)
        return f'"{value}"'


def document_of(image_config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an image's configuration that its containers have."""
    found = image_config.get("config")
    return found if isinstance(found, dict) else {}


def grouped(paths: Sequence[str]) -> tuple[Bring, ...]:
    """What brings absolute paths to where they are, those of one folder together; a path that ends
    with a slash is a folder as a whole."""
    wholes = [
        Bring((path.rstrip("/") or "/",), path.rstrip("/") or "/") for path in paths if path.endswith("/")
    ]
    folders: dict[str, list[str]] = {}
    for path in paths:
        if not path.endswith("/"):
            folders.setdefault(path.rpartition("/")[0] + "/", []).append(path)
    return (*(Bring(tuple(names), folder) for folder, names in folders.items()), *wholes)
