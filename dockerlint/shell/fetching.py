"""Files and folders that the commands of a script bring into the layer."""

from __future__ import annotations

from dockerlint.frozen import node
from dockerlint.shell.paths import UNKNOWN, folders, joined
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.script import Command, Script, ShellWord

ARCHIVES = (
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tar.lz", ".zip", ".7z",
    ".deb", ".rpm", ".gz", ".bz2", ".xz",
)  # fmt: skip
# What no name of a file has that a person would write into a script.
_ODD = frozenset("`()|\"' \n<>;&")
_FETCHERS = ("curl", "wget", "wget2", "git", "tar", "unzip")


@node
class Fetched:
    """A path that a command makes: `download` (a file), `clone` or `unpacked` (a folder). `index`
    is the command's among the script's; the path is in its normal spelling, `?/name` where the
    folder is not known. `inside` is the same path in the folder that the command runs in, for one
    that begins with a variable: nobody can tell whether that is absolute."""

    command: Command
    index: int
    path: str
    kind: str
    inside: str


def fetched(script: Script, workdir: str | None) -> Iterator[Fetched]:
    """What curl, wget, git and tar bring, in order of the script."""
    if not any(c.name in _FETCHERS or c.tool in _FETCHERS for c in script.commands):
        return
    where = folders(script, workdir)
    for index, command in enumerate(script.commands):
        folder = where[index] if where[index] is not None else UNKNOWN
        names: list[str] = []
        kind = "download"
        if command.name == "curl":
            names = _by_curl(command)
        elif command.name in ("wget", "wget2"):
            names = _by_wget(command)
        elif command.name == "git" and command.subcommand == "clone":
            names, kind = _by_git(command), "clone"
        elif extracts(command):
            names, kind = [target_folder(command)], "unpacked"
        for name in names:
            path = joined(folder, name)
            if path is not None and not any(c in path for c in _ODD):
                inside = f"{folder}/{path}" if path.startswith("$") else path
                yield Fetched(command, index, path, kind, inside)


def _by_curl(command: Command) -> list[str]:
    if command.has("-J", "--remote-header-name", "--output-dir"):
        return []
    names = [o.value for o in command.options if "-o" in (o.name, *o.aliases) and o.value]
    if command.has("-O", "--remote-name", "--remote-name-all"):
        names += [_last(shown(url).partition("?")[0]) for url in command.operands]
    if not names:
        names = [shown(r.target) for r in command.redirects if r.operator in (">", "1>") and r.target]
    return [n for n in names if n and n != "-" and not n.startswith("/dev/")]


def _by_wget(command: Command) -> list[str]:
    option = command.option("-O", "--output-document")
    if option is not None:
        value = option.value or ""
        if value in ("-", ""):
            return [shown(r.target) for r in command.redirects if r.operator in (">", "1>") and r.target]
        return [] if value.startswith("/dev/") else [value]
    if command.has("-i", "--input-file", "--content-disposition", "-r", "-m", "--spider", "-x"):
        return []
    folder = command.option("-P", "--directory-prefix")
    names = [_last(shown(url)) for url in command.operands]
    if folder is not None and folder.value:
        names = [f"{folder.value}/{name}" for name in names if name]
    return [n for n in names if n]


def _by_git(command: Command) -> list[str]:
    if not command.operands or command.has("-C", "--git-dir", "--separate-git-dir", "--bare", "--mirror"):
        return []
    if len(command.operands) > 1:
        return [shown(command.operands[1])]
    name = _last(shown(command.operands[0]).rstrip("/")).removesuffix(".git")
    return [name] if name else []


def _last(url: str) -> str:
    """The last part of a URL, empty where it has none or is one variable as a whole."""
    head, slash, name = url.rpartition("/")
    return name if slash and not head.endswith(("/", ":")) else ""


def extracts(command: Command) -> bool:
    """Whether tar or unzip writes what is in an archive, from a file or from a pipe."""
    if command.tool == "tar":
        return command.subcommand == "extract" or command.has("-x", "--extract", "--get")
    return command.name == "unzip" and bool(command.operands) and not command.has("-l", "-t", "-Z", "-p")


def unpacks(command: Command) -> ShellWord | None:
    """The word that names the archive or package which a command unpacks or installs."""
    if command.tool == "tar":
        option = command.option("-f", "--file")
        return option.value_word if option is not None and extracts(command) else None
    if command.name == "unzip":
        return command.operands[0] if extracts(command) else None
    if command.name in ("7z", "7za", "7zr"):
        operands = command.operands
        return operands[1] if len(operands) > 1 and shown(operands[0]) in ("x", "e") else None
    if command.name == "dpkg":
        flags = [w.text for w in command.arguments if w.text in ("-i", "--install")]
        return command.arguments[-1] if flags and len(command.arguments) > 1 else None
    if command.name in ("rpm", "yum", "dnf", "apt-get", "apt", "microdnf"):
        packages = [w for w in command.arguments if shown(w).endswith((".deb", ".rpm"))]
        local = [w for w in packages if "://" not in shown(w)]
        return local[0] if len(local) == 1 else None
    return None


def target_folder(command: Command) -> str:
    """The folder that an unpacking command writes to, `.` for its own."""
    option = command.option("-C", "--directory") if command.tool == "tar" else command.option("-d")
    return option.value or "." if option is not None else "."
