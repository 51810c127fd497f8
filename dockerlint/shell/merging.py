"""Whether two RUN scripts can be run as `first && second` by one shell, with the same effect.

A shell that runs both differs from two shells in what the first leaves in it: the working
directory, variables, options, traps, functions, jobs. And `&&` differs from two instructions
where a list has other operators than `&&`, and where the shell ends at the first failure
(`-e`), which it does not inside the left side of `&&`. All of that is refused, not repaired.
"""

from __future__ import annotations

from dockerlint.shell import installs
from dockerlint.shell.edits import editable, stops_at_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Run
    from dockerlint.shell.script import Command, Script

# Builtins whose effect lasts as long as the shell does (POSIX 2.14, bash and zsh builtins).
LASTING = frozenset((
    ".", "alias", "bg", "builtin", "cd", "chdir", "declare", "disown", "emulate", "enable", "eval", "exec", "exit",
    "export", "fg", "getopts", "hash", "jobs", "let", "local", "mapfile", "popd", "pushd", "read", "readarray",
    "readonly", "return", "set", "setopt", "shift", "shopt", "source", "suspend", "trap", "typeset", "ulimit", "umask",
    "unalias", "unset", "unsetopt", "wait",
))  # fmt: skip
# Programs that leave something running, which today ends with the RUN.
SERVERS = frozenset((
    "Xvfb", "dockerd", "gpg-agent", "initctl", "mysqld_safe", "nohup", "pg_ctl", "pg_ctlcluster", "rc-service",
    "service", "ssh-agent", "start-stop-daemon", "supervisord", "systemctl",
))  # fmt: skip
BUILDERS = frozenset((
    "ant", "bazel", "bundle", "c++", "cargo", "cc", "clang", "clang++", "cmake", "composer", "configure", "dotnet", "g++",
    "gcc", "go", "gradle", "gradlew", "javac", "lein", "make", "meson", "msbuild", "mvn", "mvnw", "ninja", "npm", "npx",
    "pip", "pip3", "pipenv", "pnpm", "poetry", "rustc", "sbt", "tsc", "uv", "webpack", "yarn",
))  # fmt: skip
_OWN_SHELL = frozenset(("subshell", "substitution", "pipeline", "shell-c"))
_CHAIN = ("command", "pipeline", "if", "while", "until", "case", "group", "subshell", "negation", "test")
_COMPOUND = ("if", "while", "until", "case", "group")
_STATUS = ("$?", "$!", "$_", "${?}", "${!}", "${_}", "$0", "${0}")


def can_lead(run: Run, script: Script) -> bool:
    """Whether another script may run behind this one in the same shell."""
    if not _is_plain_chain(script) or any(_lasts(command) for command in script.commands):
        return False
    if any(_may_assign(script.text.text[s.start : s.end]) for s in script.statements if s.kind in _COMPOUND):
        return False
    if _assigns_by_default(script.text.text):
        return False
    return stops_at_failure(run, script) is False or all(
        place in ("pipeline", "negation") for command in script.commands for place in command.within
    )


def can_follow(script: Script) -> bool:
    """Whether this script does the same behind another one as in a shell of its own."""
    return _is_plain_chain(script) and not any(sign in script.text.text for sign in _STATUS)


def takes_in(script: Script) -> bool:
    """Whether a script installs packages: a layer that pays to be kept when what builds with them changes."""
    return any(True for _ in installs.installs(script))


def builds(script: Script) -> bool:
    """Whether a script calls a program that builds."""
    return any(command.name in BUILDERS for command in script.commands)


def same_flags(one: Run, two: Run) -> bool:
    """Whether two RUNs have the same mounts, network and security, in any order."""
    return sorted((f.name, f.value or "") for f in one.flags) == sorted(
        (f.name, f.value or "") for f in two.flags
    )


def _is_plain_chain(script: Script) -> bool:
    return (
        editable(script)
        and not script.heredoc
        and not script.comments
        and script.is_and_list
        and all(s.kind in _CHAIN for s in script.statements)
        and not any(r.target is None for c in script.commands for r in c.redirects)
        and not any("&" in (c.before, c.after) for c in script.commands)
    )


def _lasts(command: Command) -> bool:
    """Whether a command leaves something behind in the shell that runs it, or a process."""
    if command.name in SERVERS or command.name_word.text.startswith("/etc/init.d/"):
        return True
    if "nohup" in command.wrappers or "function" in command.within:
        return True
    if any(place in _OWN_SHELL for place in command.within):
        return False
    return (
        command.name is None
        or command.name in LASTING
        or "exec" in command.wrappers
        or "for" in command.within
    )


def _may_assign(text: str) -> bool:
    """Whether a word of a compound command looks like an assignment."""
    return any(word.split("=")[0].rstrip("+").isidentifier() for word in text.split() if "=" in word)


def _assigns_by_default(text: str) -> bool:
    """Whether `${x=y}`, `${x:=y}` or arithmetic may set a variable."""
    at = text.find("${")
    while at >= 0:
        end = at + 2
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        if text.startswith(("=", ":="), end):
            return True
        at = text.find("${", end)
    return "((" in text
