"""What `npm start`, `yarn run x` and the like start: the scripts of package.json.

Sources: https://docs.npmjs.com/cli/v10/using-npm/scripts, https://classic.yarnpkg.com/en/docs/cli/run,
https://pnpm.io/cli/run.
"""

from __future__ import annotations

import posixpath
import re

from dockerlint.inspect import Text
from dockerlint.inspect.packages import json_of
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure.walk import Walk

_RUNNERS = ("npm", "yarn", "pnpm")
# Options with a value in the next word, and among them those that name the folder.
_FOLDERS = ("--prefix", "-C", "--cwd", "--dir")
_VALUES = (*_FOLDERS, "--loglevel", "--cache", "--userconfig", "--globalconfig", "--script-shell")
_ELSEWHERE = ("-w", "--workspace", "--workspaces", "-ws", "-r", "--recursive", "--filter", "-F")
_OTHER_NAMES = {"t": "test", "tst": "test", "run-script": "run", "rum": "run", "urn": "run", "x": "exec"}
_SCRIPTS = ("start", "stop", "test", "restart")
# Its documents, and the Python that it compiles with.
_UNREAD = re.compile(r"/(?:man|docs)/|.*/node-gyp/gyp/|.*/__pycache__/")


def run(walk: Walk, real: str, words: list[str], by: str) -> bool:
    """Need what a package manager of Node needs that is run with some words; whether the file at a path (links
    followed) is one."""
    folder = posixpath.dirname(posixpath.dirname(real))
    name = json_of(walk.view.facts.get(f"{folder}/package.json")).get("name")
    if name not in _RUNNERS or not folder:
        return False
    if folder not in walk.loaded:
        walk.loaded[folder] = {}
        for path in walk.view.below(folder):
            if not _UNREAD.match(path.removeprefix(folder)):
                walk.take(path, by)
    program = posixpath.basename(real).partition(".")[0].removesuffix("-cli")
    _started(walk, program, list(words))
    return True


def _started(walk: Walk, program: str, words: list[str]) -> None:
    given = ["exec"] if program in ("npx", "pnpx") else []
    home = walk.workdir
    while words and len(given) < 2:
        word = words[0]
        if given and given[0] not in ("run", "exec"):
            break
        words.pop(0)
        if word in _VALUES and words:
            value = words.pop(0)
            home = absolute(value, walk.workdir) if word in _FOLDERS else home
        elif word.partition("=")[0] in _FOLDERS and "=" in word:
            home = absolute(word.partition("=")[2], walk.workdir)
        elif word.partition("=")[0] in _ELSEWHERE:
            walk.gap(f"{program} runs scripts of several packages")
            return
        elif not word.startswith("-"):
            given.append(_OTHER_NAMES.get(word, word) if not given else word)
    rest = words[: words.index("--")] if "--" in words else words
    if program == "npm" and any(word.partition("=")[0] in _ELSEWHERE for word in rest):
        walk.gap(f"{program} runs scripts of several packages")
    elif given:
        _in_folder(walk, program, given, words, _above(walk, home))


def _above(walk: Walk, folder: str) -> str:
    """The folder itself or the one above it that has a package.json; the folder where none has."""
    home = folder
    while home:
        if walk.view.is_file(f"{home}/package.json"):
            return home
        home = posixpath.dirname(home)
    return folder


def _in_folder(walk: Walk, program: str, given: list[str], words: list[str], home: str) -> None:
    path, workdir = walk.env.get("PATH"), walk.workdir
    bins = [f"/{absolute('node_modules/.bin', folder)}" for folder in _up(home)]
    walk.env["PATH"] = ":".join((*bins, path or "/usr/local/bin:/usr/bin:/bin"))
    walk.workdir = home
    try:
        if given[0] == "exec" or (program == "yarn" and given[0] == "node"):
            _execute(walk, program, given, words)
        elif given[0] == "run" or given[0] in _SCRIPTS or program != "npm":
            name = given[1] if given[0] == "run" and len(given) > 1 else given[0]
            _script(walk, program, name, words)
        else:
            walk.gap(f"what {program} {given[0]} does is not told by files")
    finally:
        walk.workdir = workdir
        walk.env.pop("PATH")
        if path is not None:
            walk.env["PATH"] = path


def _up(folder: str) -> list[str]:
    found = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def _execute(walk: Walk, program: str, given: list[str], words: list[str]) -> None:
    name = "node" if given[0] == "node" else "".join(given[1:])
    words = words[1:] if words[:1] == ["--"] else words
    if given[0] == "node":
        words = [*given[1:], *words]
    if walk.program(name, walk.workdir) is None:
        walk.gap(f"{program} fetches {name or 'what it runs'} when it is started")
    else:
        walk.command((name, *words), f"{program} {given[0]}")


def _script(walk: Walk, program: str, name: str, words: list[str]) -> None:
    """Run a script of the package.json of the working directory, between those that go before and after it."""
    path = absolute("package.json", walk.workdir)
    real = walk.take(path, program)
    if real is None:
        walk.lack(f"/{path}", program)
        return
    walk.take(absolute(".npmrc", walk.workdir), program, sure=False)
    fact = walk.view.facts.get(real)
    if not isinstance(fact, Text):
        walk.gap(f"/{real} was not read, so what {program} {name} runs is not known")
        return
    scripts = json_of(fact).get("scripts")
    known = scripts if isinstance(scripts, dict) else {}
    if name == "start" and "start" not in known:
        known = {**known, "start": "node server.js"}
    if not isinstance(known.get(name), str):
        if name == "run":
            return
        walk.lack(f"the script {name} in /{path}", program)
        return
    rest = words[1:] if words[:1] == ["--"] else [w for w in words if program != "npm" or w[:1] != "-"]
    for one in (f"pre{name}", name, f"post{name}"):
        text = known.get(one)
        if isinstance(text, str):
            more = " ".join(_quoted(word) for word in rest) if one == name else ""
            walk.command(("sh", "-c", f"{text} {more}".rstrip()), f"the script {one} of /{path}")


def _quoted(word: str) -> str:
    quoted = word.replace("'", "'\\''")
    return f"'{quoted}'"
