"""The options that every command which builds shares, and what they say to build.

`add` puts them on a parser; `Yard` makes a `Task` of each file: its model, its rules, its build.
"""

from __future__ import annotations

import os

from dockerlint.api import settled_source
from dockerlint.arguments import Options, build_args
from dockerlint.build_progress import complain, large_contexts
from dockerlint.config import PROFILES
from dockerlint.engine import NAMES, Build, Engine, detect
from dockerlint.engine.buildx import Archives
from dockerlint.engine.secret import agent, secret
from dockerlint.errors import UserError
from dockerlint.frozen import node, replace
from dockerlint.ignorefile import find_ignore_file, read_patterns
from dockerlint.job import Setup, findings, model
from dockerlint.lint import run_rule
from dockerlint.lint_command import Workshop
from dockerlint.platforms import machine
from dockerlint.recipes import Recipe, kind, recipes
from dockerlint.settle import Look
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Sequence

    from dockerlint.model import Dockerfile
    from dockerlint.settle import Choice, Settled


@node
class Task:
    """A file that is to be built. `build` lacks only the text of the variant; `patterns` are those of
    the ignore file that the build uses, None when there is none; `name` is the service or target of a
    Compose or Bake file that it is built for. Where `inline`, the Dockerfile is a text inside that file, and no
    file of its own that could be written."""

    source: Source
    dockerfile: Dockerfile
    setup: Setup
    patterns: tuple[str, ...] | None
    build: Build
    name: str = ""
    inline: bool = False

    @property
    def path(self) -> str:
        """The path as it was given."""
        return self.source.path

    @property
    def title(self) -> str:
        """What to call it: the path, and the service or target that it is built for."""
        return f"{self.path} ({self.name})" if self.name and not self.inline else self.path

    def look(self, source: Source) -> Look:
        """A text in place of the file's, as the rules of the task see it."""
        dockerfile = model(source, self.setup, self.patterns)
        return Look(dockerfile, findings(dockerfile, self.setup, run_rule)[0])

    def settled(self, unsafe: bool, choose: Choice | None = None) -> Settled:
        """Where the fixes of the file come to rest, those that `choose` lets in; nothing is written."""
        return self.settled_from(self.source, unsafe, choose)

    def settled_from(self, source: Source, unsafe: bool, choose: Choice | None = None) -> Settled:
        """As `settled`, for another text of the file."""
        return settled_source(
            source, self.setup, run_rule, unsafe, self.patterns, choose, self.dockerfile.versions
        )


class Yard:
    """Options of a command, and the task that each file is under them. UserError for bad usage."""

    def __init__(self, given: Namespace) -> None:
        self._given = given
        self._contexts = _pairs(given.build_context or ())
        self._workshop = Workshop(_lint_options(given), complain)

    def tasks(self, path: str) -> tuple[Task, ...]:
        """What to build of a path: of a Compose or Bake file each of its builds; of a Dockerfile each of the
        builds of --compose and --bake that use it, or itself where these are not given. As `task`."""
        sort = kind(path)
        if sort is not None:
            return tuple(self._of(recipe) for recipe in recipes(sort, path))
        named = [("compose", text) for text in self._given.compose or ()]
        named += [("bake", text) for text in self._given.bake or ()]
        if not named:
            return (self.task(path),)
        every = [recipe for sort, text in named for recipe in recipes(sort, text, every=True)]
        found = [
            one
            for one in every
            if one.inline is None and os.path.realpath(one.dockerfile) == os.path.realpath(path)
        ]
        if not found:
            builds = ", ".join(dict.fromkeys(one.dockerfile for one in every))
            raise UserError(
                f"{' and '.join(text for _, text in named)} does not build {path}", f"it builds {builds}"
            )
        return tuple(map(self._of, found))

    def _of(self, recipe: Recipe) -> Task:
        """A build that a Compose or Bake file names; what the command line says counts more."""
        task = self.task(recipe.dockerfile, recipe)
        build = task.build
        platform = build.platform or _platform(recipe.platforms)
        return replace(
            task,
            name=recipe.name,
            build=replace(
                build,
                build_contexts={**(recipe.contexts or {}), **(build.build_contexts or {})},
                no_cache=build.no_cache or recipe.no_cache,
                pull=build.pull or recipe.pull,
                network=build.network or recipe.network,
                platform=platform,
                secrets=(*map(secret, recipe.secrets), *build.secrets),
                ssh=(*map(agent, recipe.ssh), *build.ssh),
                options=(*recipe.options, *build.options),
                needs=self._needs(recipe, platform),
            ),
        )

    def _needs(self, recipe: Recipe, platform: str | None) -> dict[str, Build]:
        """The builds whose images a recipe takes for contexts, on its platform; not where the command line names
        another context."""
        needs = {name: one for name, one in (recipe.needs or {}).items() if name not in self._contexts}
        if needs and (self._given.pull or recipe.pull):
            raise UserError(
                f"{recipe.name} takes {' and '.join(needs)} from what is built here, so nothing can be pulled",
                "pull the base images first, and leave out --pull and `pull`",
            )
        return {name: self._needed(one, platform) for name, one in needs.items()}

    def _needed(self, recipe: Recipe, platform: str | None) -> Build:
        """A build as its recipe has it. Of the command line what goes for every build counts, not what is about
        the one that is measured (context, target, arguments, secrets)."""
        given, inline = self._given, recipe.inline
        if not os.path.isdir(recipe.context):
            raise UserError(f"the context {recipe.context} of {recipe.name} is not a folder")
        return Build(
            _source(recipe.dockerfile).data if inline is None else inline.encode("utf-8", "surrogateescape"),
            recipe.context,
            _ignore(recipe.dockerfile),
            recipe.args,
            recipe.target,
            {**(recipe.contexts or {}), **self._contexts},
            given.no_cache or recipe.no_cache,
            False,
            given.network or recipe.network,
            platform or _platform(recipe.platforms),
            tuple(map(secret, recipe.secrets)),
            tuple(map(agent, recipe.ssh)),
            (*recipe.options, *_words(given)),
            self._needs(recipe, platform),
        )

    def task(self, path: str, recipe: Recipe | None = None) -> Task:
        """What to build of a path. UserError when it cannot be read, has no stage, or lacks its context."""
        inline = recipe.inline if recipe is not None else None
        source = _source(path) if inline is None else Source.of_text(inline, path)
        given, setup = self._given, self._workshop.setup(path)
        if recipe is not None:
            args = {**setup.config.build_args, **recipe.args, **build_args(given.build_arg)}
            target = given.target or recipe.target or setup.config.target or None
            setup = replace(setup, config=replace(setup.config, build_args=args, target=target or ""))
        if given.platform and "," in given.platform:
            raise UserError(f"--platform {given.platform} names several", "give one platform at a time")
        context = given.context or (recipe.context if recipe is not None else os.path.dirname(path)) or "."
        patterns = _patterns(path, context)
        dockerfile = model(source, setup, patterns, self._workshop.versions(path))
        build = Build(
            b"",
            context,
            _ignore(path),
            {**setup.config.build_args, **build_args(given.build_arg)},
            given.target or setup.config.target or None,
            self._contexts,
            given.no_cache,
            given.pull,
            given.network,
            given.platform,
            tuple(map(secret, given.secret or ())),
            tuple(map(agent, given.ssh or ())),
            _words(given),
        )
        if not dockerfile.stages:
            raise UserError(f"{path} has no FROM, so there is nothing to build")
        if not os.path.isdir(context):
            raise UserError(f"the context {context} is not a folder")
        return Task(source, dockerfile, setup, patterns, build, inline=inline is not None)


def _platform(platforms: tuple[str, ...]) -> str | None:
    """The platform to build of several: that of this machine, else the first."""
    own = machine()
    return own if own in platforms else platforms[0] if platforms else None


def engine_of(given: Namespace, tasks: Iterable[Task] = ()) -> Engine:
    """The engine that the options ask for, to build these. NoEngine when it cannot be used."""
    found = detect(given.engine, builder=given.builder)
    if isinstance(found, Archives) and getattr(given, "keep", False):
        raise UserError("there is no daemon here to keep the images", "leave --keep out, or start one")
    large_contexts(tasks)
    return found


def add_build(parser: ArgumentParser) -> None:
    """Add what says how to build."""
    add = parser.add_argument_group("build").add_argument
    add("--engine", choices=NAMES, help="default: the first that is here, in this order")
    add("--context", metavar="DIR", help="the build context (default: the folder of the file)")
    add("--build-arg", action="append", metavar="NAME=VALUE", help="a build argument, as docker build has it")
    add(
        "--build-context",
        action="append",
        metavar="NAME=REF",
        help="what a name in FROM or COPY --from stands for",
    )
    add("--target", metavar="STAGE", help="build this stage")
    for sort, example in (("compose", "compose.yaml"), ("bake", "docker-bake.hcl")):
        add(
            f"--{sort}",
            action="append",
            metavar="FILE[:NAME]",
            help=f"build the file as each service or target of this file does, {example} for one, or as NAME does",
        )
    add(
        "--platform",
        metavar="OS/ARCH",
        help="build for this platform; of an image for several, the one for this",
    )
    add(
        "--secret",
        action="append",
        metavar="id=NAME,src=FILE",
        help="a secret for RUN --mount=type=secret, as docker build has it; it is never shown",
    )
    add("--ssh", action="append", metavar="default|ID=PATH", help="keys for RUN --mount=type=ssh")
    for name, (metavar, what) in _SHARED.items():
        add(name, action="append", metavar=metavar, help=f"{what}, as docker build has it")
    add(
        "--builder",
        metavar="NAME",
        help="build with this builder of docker buildx (cluster, remote, container)",
    )
    add(
        "--engine-option",
        action="append",
        metavar="WORD",
        help="one more word for the engine's build command",
    )
    add("--network", metavar="NAME", help="the network of RUN, as docker build has it")
    add("--pull", action="store_true", help="look for newer base images")
    add("--no-cache", action="store_true", help="build every layer anew")


# What every engine takes, and takes alike.
_SHARED = {
    "--add-host": ("HOST:IP", "a line of /etc/hosts"),
    "--shm-size": ("BYTES", "the size of /dev/shm"),
    "--ulimit": ("TYPE=SOFT:HARD", "a limit of RUN"),
    "--cache-from": ("IMAGE", "where layers may be taken from"),
}


def _words(given: Namespace) -> tuple[str, ...]:
    """The options that go to the engine as they are."""
    words = [
        f"{name}={value}" for name in _SHARED for value in getattr(given, name[2:].replace("-", "_")) or ()
    ]
    return (*words, *(given.engine_option or ()))


def add_rules(parser: ArgumentParser) -> None:
    """Add what says which rules count, as for a lint."""
    add = parser.add_argument_group("rules, as for a lint").add_argument
    add("--profile", choices=PROFILES)
    for name in ("--select", "--extend-select", "--ignore"):
        add(name, action="extend", type=lambda names: names.split(","), metavar="NAMES")
    add("--config", metavar="FILE")
    add("--isolated", action="store_true", help="read no configuration files")


def _lint_options(given: Namespace) -> Options:
    options = Options()
    options.profile, options.config, options.isolated = given.profile, given.config, given.isolated
    options.select, options.extend_select, options.ignore = given.select, given.extend_select, given.ignore
    options.build_arg, options.target = given.build_arg, given.target
    return options


def _pairs(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not (name and equals and value):
            raise UserError(
                f"--build-context {item} is not NAME=REF", "for one: debian=docker-image://debian:12"
            )
        found[name] = value
    return found


def refuse_inline(tasks: Iterable[Task]) -> None:
    """UserError when one of these is no file that could be written."""
    for task in tasks:
        if task.inline:
            file = task.path.removesuffix(f":{task.name}")
            raise UserError(
                f"the Dockerfile of {task.name} is inside {file}, where nothing is written",
                "give it a file of its own and name that in its place, or leave --write out",
            )


def _source(path: str) -> Source:
    try:
        with open(path, "rb") as file:
            return Source.of(file.read(), path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def _ignore(path: str) -> bytes | None:
    """The content of the ignore file that belongs to the Dockerfile alone."""
    try:
        with open(f"{path}.dockerignore", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _patterns(path: str, context: str) -> tuple[str, ...] | None:
    """The patterns of the ignore file that the build uses; None when there is none."""
    found = find_ignore_file(path, context)
    if found is None:
        return None
    with open(found, "rb") as file:
        return read_patterns(file.read().decode("utf-8", "surrogateescape"))
