"""A RUN instruction as a list of tasks: one for each statement of its script."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import record, replace
from dockerlint.shell import scripts
from dockerlint.split import compilers, files, packages
from dockerlint.split.effects import NOTHING, Effect, Kind, Walker, merged, unknown
from dockerlint.split.packages import Install
from dockerlint.split.paths import expand, inside_any, is_scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Run
    from dockerlint.shell.script import Command, Script, Statement

_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_LISTS = (
    "/var/lib/apt/lists",
    "/var/cache/apt",
    "/var/cache/apk",
    "/var/cache/yum",
    "/var/cache/dnf",
    "/var/lib/dnf",
)
_RUSTUP = "sh.rustup.rs"
_READERS = frozenset(("cat", "sed", "awk", "grep", "head", "tail", "sort", "envsubst", "tr"))
_GO_ARCHIVE = "/go1."
_SOURCES = ("add-apt-repository", "apt-add-repository", "apt-key", "yum-config-manager", "rpm")


@record
class Task:
    """A statement and what it does. `folder` is the working directory it starts in; `joined` tells
    whether `||` or `&` stands beside it; `removes` are the packages it removes; `compiles` names the
    build tool it runs, if it runs one."""

    statement: Statement | None
    text: str
    effect: Effect
    folder: str
    commands: tuple[Command, ...]
    installs: tuple[Install, ...]
    removes: tuple[str, ...]
    compiles: str
    joined: bool

    @property
    def kind(self) -> str:
        return self.effect.kind


@record
class Step:
    """A RUN and its tasks. `folder` is its working directory; `script` is None when it cannot be read; then there are no tasks."""

    run: Run
    folder: str
    script: Script | None
    tasks: tuple[Task, ...]
    ldconfig: bool
    rustup: bool


def read(run: Run, walker: Walker) -> Step:
    """The tasks of a RUN; the walker is where the RUN starts, and is moved along."""
    found = scripts(run)
    readable = [s for s in found if s.ok and s.dialect in ("sh", "bash", "zsh", "ksh")]
    if not found or len(readable) != len(found):
        return Step(run, walker.workdir, None, (), False, False)
    script = found[-1] if found[0].exec_form else found[0]
    tasks: list[Task] = []
    if script.exec_form and not script.statements:
        tasks.append(_task(script, None, tuple(script.commands), walker))
    for index, statement in enumerate(script.statements):
        inside = tuple(c for c in script.commands if c.statement == index)
        tasks.append(_task(script, statement, inside, walker))
    if len(found) > 1 and not found[0].exec_form:
        tasks = [replace(t, effect=unknown("a here-document is run as a script")) for t in tasks]
    ldconfig = any(c.name == "ldconfig" for c in script.commands)
    return Step(run, walker.workdir, script, tuple(tasks), ldconfig, _RUSTUP in script.text.text)


def _task(script: Script, statement: Statement | None, commands: tuple[Command, ...], walker: Walker) -> Task:
    start, folder = walker.cwd, walker.cwd.path
    text = script.text.text if statement is None else script.text.text[statement.start : statement.end]
    effects: list[Effect] = []
    installs: list[Install] = []
    removes: list[str] = []
    compiles = ""
    for command in commands:
        effect = _effect(command, walker, text)
        if effect.kind == Kind.BUILD and not compiles:
            name = _known(command)
            if name in compilers.HANDLERS and compilers.compiles(name, command):
                compiles = command.name or ""
        if effect.kind == Kind.INSTALL:
            made, problem = packages.install(command, walker)
            if problem:
                effect = unknown(problem)
            if command.within and any(w not in ("group", "pipeline") for w in command.within):
                effect = unknown("packages are installed inside a condition or a loop")
            else:
                installs.append(made)
        if effect.kind == Kind.REMOVE:
            for word in packages.names(command, walker)[0]:
                removes.append(walker.value(word) or "$")
        if effect.trees == ("/usr/local",) and _GO_ARCHIVE in text and ".linux-" in text:
            effect = replace(effect, trees=("/usr/local/go",))
        effects.append(effect)
        effects.extend(_redirects(command, walker))
        if (
            any(w in ("if", "for", "while", "until", "case", "function") for w in command.within)
            and command.name == "cd"
        ):
            effects.append(unknown("`cd` stands inside a condition or a loop"))
    if statement is not None:
        if statement.kind == "function":
            effects.append(unknown("the script defines a function"))
        if statement.kind == "assignment":
            _assign(text, walker)
        if statement.kind == "subshell" or any("subshell" in c.within for c in commands):
            walker.cwd = start
    for command in commands:
        if command.name is None and not command.assignments and "substitution" not in command.within:
            effects.append(unknown(f"`{command.name_word.raw}` is not a program that the file names"))
    joined = statement is not None and any(o in ("||", "&") for o in (statement.before, statement.after))
    return Task(
        statement, text, merged(effects), folder, commands, tuple(installs), tuple(removes), compiles, joined
    )


def _assign(text: str, walker: Walker) -> None:
    name, _, raw = text.strip().partition("=")
    if name.isidentifier() and not any(c in raw for c in " \t\n"):
        walker.variables[name] = expand(raw, walker.variables)


def _known(command: Command) -> str | None:
    """The name under which the tables know a program."""
    name = command.name or ""
    candidates = [name, command.tool or "", name.rstrip("0123456789.").rstrip("-")]
    candidates.append(candidates[-1].rpartition("-")[2])
    for candidate in candidates:
        if candidate in compilers.HANDLERS or candidate in files.HANDLERS:
            return candidate
    return None


def _effect(command: Command, walker: Walker, text: str) -> Effect:
    name = command.name
    if name is None or "function" in command.within:
        return NOTHING
    if walker.change(command):
        return NOTHING
    if name in _SHELLS:
        return _shell(command, walker, text)
    if name in (".", "source"):
        return _source(command, walker)
    if [w.text for w in command.arguments] in (["--version"], ["-v"], ["-V"], ["version"], ["--help"]):
        return NOTHING
    if packages.manager_of(command):
        return packages.effect(command, walker)
    if name in _SOURCES:
        return unknown("packages come from another source than the distribution")
    if name in files.USERS:
        return Effect(Kind.USER)
    if name in files.SYSTEM:
        return Effect(Kind.SYSTEM)
    if name in ("ldconfig", "apt-mark"):
        return NOTHING
    if name == "update-alternatives":
        return Effect(Kind.SYSTEM)
    known = _known(command)
    if known is not None and known in compilers.HANDLERS:
        return compilers.HANDLERS[known](command, walker)
    if known is not None:
        made = files.HANDLERS[known](command, walker)
        if "xargs" in command.wrappers and made.kind == Kind.FILE:
            return unknown(f"`xargs` hands names to `{name}` that the file does not tell")
        if (
            made.kind == Kind.FILE
            and made.touches
            and all(_is_list(p) for p in made.touches)
            and "removes" in made.traits
        ):
            return replace(made, kind=Kind.CLEAN)
        return made
    if name in files.QUIET:
        return NOTHING
    return unknown(f"dockerlint does not know what `{name}` writes")


def _is_list(path: str) -> bool:
    return inside_any(path, _LISTS) or is_scratch(path)


def _shell(command: Command, walker: Walker, text: str) -> Effect:
    words = [w for w in command.arguments if not w.text.startswith("-")]
    if any(
        w.text.startswith("-") and not w.text.startswith("--") and "c" in w.text for w in command.arguments
    ):
        return NOTHING
    if _RUSTUP in text:
        return Effect(Kind.BUILD, traits=frozenset(("rust",)))
    if not words:
        return unknown(f"`{command.name}` runs a script that the file does not show")
    program = words[0]
    name = posixpath.basename(program.text)
    if name in compilers.HANDLERS:
        rest = command.arguments[command.arguments.index(program) + 1 :]
        return compilers.HANDLERS[name](
            replace(command, name=name, name_word=program, arguments=rest), walker
        )
    return unknown(f"the script `{program.text}` may write anywhere")


def _source(command: Command, walker: Walker) -> Effect:
    path = walker.value(command.operands[0]) if command.operands else None
    if path is not None and path.endswith("/bin/activate"):
        folder = walker.place(path[: -len("/bin/activate")]).path
        walker.folders.add(folder)
        walker.variables["PATH"] = f"{folder}/bin:{walker.variables.get('PATH') or ''}"
        return NOTHING
    raw = command.operands[0].raw if command.operands else ""
    if raw.strip("\"'").endswith(
        ("/.cargo/env", "/enable", "/etc/profile", "/.bashrc", "/.profile", "/etc/os-release")
    ):
        return NOTHING
    return unknown(f"`{command.name} {raw}` runs a script that the file does not show")


def _redirects(command: Command, walker: Walker) -> list[Effect]:
    made: list[Effect] = []
    for redirect in command.redirects:
        if redirect.operator.lstrip("0123456789&").rstrip("|") not in (">", ">>") or redirect.target is None:
            continue
        text = walker.value(redirect.target)
        if text is not None and (text.startswith("/dev/") or text.isdigit() or text == "-"):
            continue
        place = walker.place(text)
        reads = (
            tuple(walker.place(walker.value(w)).path for w in command.operands)
            if command.name in _READERS
            else ()
        )
        made.append(Effect(Kind.FILE, touches=(place.path,), reads=reads))
        if place.path.startswith(("/etc/apt/sources", "/etc/apk/repositories", "/etc/yum.repos.d")):
            made.append(unknown("packages come from another source than the distribution"))
    return made
