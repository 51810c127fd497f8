"""What an image runs: the programs and paths of CMD, ENTRYPOINT and HEALTHCHECK."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import record
from dockerlint.model import Cmd, Entrypoint, Env, Healthcheck, Shell, Volume, Workdir
from dockerlint.shell import scripts_of
from dockerlint.split.paths import folders_of, normal, value_of, workdir_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockerlint.model import CommandLine, Stage
    from dockerlint.shell.script import Command, ShellWord

# Programs that start the program behind their options.
STARTERS = frozenset(("tini", "dumb-init", "gosu", "su-exec", "catatonit", "docker-init"))
_SCRIPT_TAILS = (".sh", ".bash", ".ksh", ".zsh")
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "fish"))


# What a CMD in shell form adds to an ENTRYPOINT; its text is read by itself.
_READ_APART = ("/bin/sh", "-c", "\0")


@record
class Program:
    """A program that the image starts. `path` is absolute when it was given with a slash, else
    empty; `name` its last part; `arguments` are the words behind it."""

    name: str
    path: str
    arguments: tuple[str, ...]


@record
class Needs:
    """`programs` in order; `paths` are all absolute paths that the settings of the image speak of;
    `workdir` is the one the image starts in; `problem` says why that cannot be told."""

    programs: tuple[Program, ...]
    paths: tuple[str, ...]
    workdir: str
    problem: str = ""


def starts(stage: Stage) -> bool:
    """Whether a stage says what its image starts."""
    return any(True for _ in stage.of(Cmd, Entrypoint))


def needs_of(stage: Stage, workdir: str, known: Mapping[str, str]) -> Needs:
    """What the image of a stage needs; `workdir` is that of the base, `known` are variables that it sets."""
    variables, final = _settings(stage, workdir, known)
    programs: list[Program] = []
    paths: list[str] = [final]
    problem = ""
    for line, more in _lines(stage):
        found, words, bad = _programs(line, _shell_of(stage), variables, final, more)
        problem = problem or bad
        programs.extend(found)
        paths.extend(p.path for p in found if p.path)
        paths.extend(_paths_of(words, final))
    for env in stage.of(Env):
        for pair in env.pairs:
            if pair.value is not None:
                paths.extend(folders_of(pair.value.value or pair.value.raw, env.state.variables))
    for volume in stage.of(Volume):
        paths.extend(normal(w.value) for w in volume.paths if w.value and w.value.startswith("/"))
    return Needs(tuple(programs), tuple(dict.fromkeys(paths)), final, problem)


def _settings(stage: Stage, workdir: str, known: Mapping[str, str]) -> tuple[dict[str, str | None], str]:
    variables: dict[str, str | None] = (
        dict(stage.instructions[-1].state.variables) if stage.instructions else {}
    )
    final = workdir
    for instruction in stage.of(Workdir, Env):
        if isinstance(instruction, Env):
            for pair in instruction.pairs:
                if pair.name.value:
                    variables[pair.name.value] = pair.value.value if pair.value is not None else ""
        elif isinstance(instruction, Workdir):
            final = normal(posixpath.join(final, workdir_path(instruction, known) or ""))
    return variables, final


def _shell_of(stage: Stage) -> tuple[str, ...] | None:
    shell: tuple[str, ...] | None = None
    for instruction in stage.of(Shell):
        shell = tuple(w.value or "" for w in instruction.command.words or ())
    return shell


def _lines(stage: Stage) -> Iterator[tuple[CommandLine, tuple[str, ...]]]:
    """The command lines in force, and the words that a CMD adds to the ENTRYPOINT."""
    entry = [e.command for e in stage.of(Entrypoint)]
    cmd = [c.command for c in stage.of(Cmd)]
    if entry and not (entry[-1].is_exec and not entry[-1].words):
        more: tuple[str, ...] = ()
        if cmd and entry[-1].is_exec:
            more = tuple(w.value or "" for w in cmd[-1].words or ()) if cmd[-1].is_exec else _READ_APART
        yield entry[-1], more
        if more is _READ_APART:
            yield cmd[-1], ()
    elif cmd:
        yield cmd[-1], ()
    health = [h.command for h in stage.of(Healthcheck)]
    if health and health[-1] is not None:
        yield health[-1], ()


def _programs(
    line: CommandLine,
    shell: tuple[str, ...] | None,
    variables: Mapping[str, str | None],
    workdir: str,
    more: tuple[str, ...],
) -> tuple[list[Program], list[str | None], str]:
    programs: list[Program] = []
    words: list[str | None] = []
    scripts = scripts_of(line, shell)
    if not scripts or any(not s.ok or s.dialect not in ("sh", "bash", "zsh", "ksh") for s in scripts):
        return [], [], "the start command cannot be read"
    if scripts[0].exec_form and len(scripts) > 1:
        programs.append(Program(scripts[0].commands[0].name or "sh", "", ("-c",)))
        scripts = scripts[1:]
    for script in scripts:
        for command in script.commands:
            given = [_value(w, variables, script.exec_form) for w in command.arguments]
            if script.exec_form and command is script.commands[0] and len(scripts) == 1:
                given += more
            words.extend(given)
            name = _value(command.name_word, variables, script.exec_form)
            if not command.name and "substitution" in command.within:
                continue
            if not command.name and not name:
                if command.assignments and not command.arguments:
                    continue
                return [], [], "the start command takes its program from a variable"
            made, bad = _program(command, name, given, workdir)
            programs.extend(made)
            if bad:
                return [], [], bad
            for wrapper in command.wrappers:
                if wrapper not in ("exec", "env", "nohup", "time", "nice", "command"):
                    programs.append(Program(wrapper, "", ()))
    return programs, words, ""


def _value(word: ShellWord, variables: Mapping[str, str | None], exec_form: bool) -> str | None:
    if exec_form:
        return word.text
    return value_of(word, variables) if word.value is None or "$" in word.raw else word.value


def _program(
    command: Command, name: str | None, given: list[str | None], workdir: str
) -> tuple[list[Program], str]:
    if name is None:
        return [], "the start command takes its program from a variable"
    program = _made(name, given, workdir)
    found = [program]
    if program.name in STARTERS:
        rest = list(given)
        if program.name in ("gosu", "su-exec"):
            rest = rest[1:]
        else:
            rest = (
                rest[rest.index("--") + 1 :]
                if "--" in rest
                else [w for w in rest if w is None or not w.startswith("-")]
            )
        if rest and rest[0] is not None:
            found.append(_made(rest[0], rest[1:], workdir))
            program = found[-1]
    if program.name in _SHELLS and "-c" not in given:
        operands = [w for w in program.arguments if not w.startswith("-")]
        if not operands:
            return [], f"it starts a shell (`{program.name}`), so what it needs is for people to say"
        return [], f"it starts a script (`{operands[0]}`), which may call anything"
    added = [w for w in given[len(command.arguments) :] if w]
    if program.name in _SHELLS and _READ_APART[-1] not in given and (program is not found[0] or added):
        return [], f"it starts a shell (`{program.name} -c`) in a way that dockerlint does not read"
    if program.name.endswith(_SCRIPT_TAILS) or "entrypoint" in program.name:
        return [], f"it starts a script (`{program.name}`), which may call anything"
    return found, ""


def _made(name: str, given: list[str | None], workdir: str) -> Program:
    path = normal(posixpath.join(workdir, name)) if "/" in name else ""
    return Program(posixpath.basename(name), path, tuple(w for w in given if w is not None))


def _paths_of(words: list[str | None], workdir: str) -> Iterator[str]:
    """Every path that words may mean, seen from the working directory."""
    for word in words:
        if not word or "://" in word:
            continue
        value = word
        if word.startswith("-"):
            _, equals, value = word.partition("=")
            if not equals:
                continue
        for part in value.split(":"):
            text = part.partition("*")[0]
            if text and not text.startswith("-") and not any(c in text for c in " \t\n$(){}"):
                yield normal(posixpath.join(workdir, text))
