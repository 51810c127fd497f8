"""Commands that fetch, copy and change files, make users or settings: what they write, and where."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import replace
from dockerlint.split.effects import NOTHING, Effect, Kind, Walker, merged, options, unknown
from dockerlint.split.paths import CROWDED, SHARED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerlint.shell.script import Command

    Handler = Callable[[Command, Walker], Effect]

QUIET = frozenset((
    "echo", "printf", "set", "true", ":", "false", "test", "[", "[[", "pwd", "ls", "cat", "grep", "egrep", "fgrep", "awk", "gawk", "head",
    "tail", "which", "command", "type", "sleep", "date", "uname", "nproc", "id", "whoami", "file", "ldd", "stat", "du", "df",
    "wc", "sort", "uniq", "cut", "tr", "basename", "dirname", "readlink", "realpath", "unset", "exit", "umask", "ulimit", "shopt",
    "trap", "return", "read", "diff", "cmp", "sha256sum", "sha512sum", "sha1sum", "md5sum", "shasum", "gpg", "gpgconf", "getconf",
    "dpkg-architecture", "hash", "shift", "seq", "expr", "let", "wait", "kill", "time", "objdump", "nm", "readelf", "jq",
    "tee-null", "mktemp", "getent", "arch", "lscpu", "free", "ps",
))  # fmt: skip
SYSTEM = frozenset((
    "update-ca-certificates", "locale-gen", "localedef", "update-locale", "dpkg-reconfigure", "debconf-set-selections", "setcap",
    "a2enmod", "a2ensite", "a2dissite", "phpenmod", "fc-cache", "ssh-keygen", "update-rc.d", "apk-fix",
))  # fmt: skip
USERS = frozenset((
    "useradd", "adduser", "groupadd", "addgroup", "usermod", "groupmod", "chpasswd", "passwd", "deluser", "userdel",
))  # fmt: skip
_HARMLESS = frozenset(
    ("rm", "rmdir", "chmod", "chown", "strip", "sed", "gzip", "touch", "ls", "echo", "basename")
)
_SCRIPTS = frozenset(
    ("gradlew", "mvnw", "configure", "autogen.sh", "bootstrap", "bootstrap.sh", "build.sh", "install-sh")
)
SOURCES = (
    ".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".s", ".asm", ".inc", ".f", ".f90", ".f95", ".f03", ".for",
    ".go", ".mod", ".sum", ".rs", ".java", ".kt", ".scala", ".sbt", ".gradle", ".kts", ".cs", ".csproj", ".fs", ".fsproj", ".vb",
    ".vbproj", ".sln", ".props", ".targets", ".cmake", ".am", ".ac", ".m4", ".mk", ".pro", ".d", ".nim", ".zig", ".pas", ".o", ".a",
)  # fmt: skip
SOURCE_NAMES = frozenset((
    "makefile", "gnumakefile", "cmakelists.txt", "cargo.toml", "cargo.lock", "pom.xml", "build.xml", "gradlew", "gradlew.bat",
    "mvnw", "mvnw.cmd", "meson.build", "meson_options.txt", "configure", "configure.ac", "rust-toolchain", "rust-toolchain.toml",
    "nuget.config", "global.json", "gradle.properties", ".mvn", "gradle", "vendor.conf", "build.properties", "plugins.sbt", ".sbtopts", ".jvmopts", ".scalafmt.conf", ".editorconfig", "go.work", "go.work.sum",
))  # fmt: skip


def is_source(path: str) -> bool:
    """Whether a file is for compilers only, by its name."""
    name = posixpath.basename(path.rstrip("/")).lower()
    return name in SOURCE_NAMES or name.endswith(SOURCES)


def git(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    takes = frozenset(
        (
            "-C",
            "-b",
            "--branch",
            "--depth",
            "-c",
            "-j",
            "--jobs",
            "-o",
            "--origin",
            "--filter",
            "--reference",
            "--config",
            "--shallow-since",
        )
    )
    found, operands = options(words, takes)
    action = operands[0] if operands else None
    if action == "clone":
        target = operands[2] if len(operands) > 2 else None
        if len(operands) == 2 and operands[1] is not None:
            target = posixpath.basename(operands[1].rstrip("/")).removesuffix(".git")
        place = walker.place(target)
        return Effect(Kind.FETCH, trees=(place.path,))
    if action == "config" or action is None or "--version" in found:
        return NOTHING
    return Effect(
        Kind.FETCH, trees=(walker.place(found.get("-C", ".")).path if "-C" in found else walker.cwd.path,)
    )


def wget(command: Command, walker: Walker) -> Effect:
    takes = frozenset((
        "-O", "--output-document", "-P", "--directory-prefix", "-o", "--output-file", "-a", "-t", "--tries", "-T", "--timeout",
        "-U", "--user-agent", "--header", "--retry-connrefused-", "--waitretry", "--read-timeout", "-e", "--post-data", "--progress", "-i",
    ))  # fmt: skip
    found, operands = options(walker.values(command.arguments), takes, ("-O", "-P", "-T", "-t"))
    out = None
    has_out = False
    for name in list(found):
        if name in ("-O", "--output-document") or (
            name.startswith("-") and not name.startswith("--") and name.endswith("O") and name != "-O"
        ):
            has_out = True
            out = found[name]
            if name not in ("-O", "--output-document"):
                # `-qO-`, `-qO FILE`: a cluster that ends in O takes the next word
                out = (
                    operands.pop(0)
                    if operands and not (operands[0] or "").startswith(("http", "ftp"))
                    else None
                )
    if any(
        w is not None and w.startswith("-") and not w.startswith("--") and w.endswith("O-")
        for w in walker.values(command.arguments)
    ):
        return Effect(Kind.FETCH)
    if has_out:
        return Effect(Kind.FETCH) if out == "-" else replace(walker.output(out), kind=Kind.FETCH)
    if any(name.startswith("-") and name.endswith("O-") for name in found):
        return Effect(Kind.FETCH)
    folder = found.get("-P") or found.get("--directory-prefix") or "."
    return _downloads(operands, folder, walker)


def curl(command: Command, walker: Walker) -> Effect:
    takes = frozenset((
        "-o", "--output", "-H", "--header", "-u", "--user", "-A", "-d", "--data", "-X", "--request", "--retry", "--retry-delay",
        "-m", "--max-time", "--connect-timeout", "-e", "-x", "--proxy", "--cacert", "--output-dir", "-w", "--proto", "-b", "-c", "--url",
        "--retry-max-time",
    ))  # fmt: skip
    found, operands = options(walker.values(command.arguments), takes)
    names = "".join(n[1:] for n in found if n.startswith("-") and not n.startswith("--"))
    folder = found.get("--output-dir") or "."
    if "-o" in found or "--output" in found:
        out = found.get("-o") or found.get("--output")
        if out == "-":
            return Effect(Kind.FETCH)
        return replace(walker.output(posixpath.join(folder, out) if out else None), kind=Kind.FETCH)
    if "O" in names or "--remote-name" in found or "--remote-name-all" in found:
        return _downloads(operands, folder, walker)
    if "o" in names:
        target = next((o for o in operands if o is None or "://" not in o), None)
        if target == "-":
            return Effect(Kind.FETCH)
        return replace(walker.output(target), kind=Kind.FETCH)
    return Effect(Kind.FETCH)


def _downloads(urls: list[str | None], folder: str, walker: Walker) -> Effect:
    made: list[Effect] = []
    for url in urls:
        name = None if url is None else posixpath.basename(url.partition("?")[0])
        made.append(walker.output(posixpath.join(folder, name) if name else None))
    return replace(merged(made), kind=Kind.FETCH)


def tar(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    folder: str | None = "."
    letters = ""
    archive: str | None = None
    waiting = list(words)
    first = True
    known_folder = True
    while waiting:
        word = waiting.pop(0)
        if word is None:
            first = False
            continue
        if word in ("-C", "--directory", "--cd"):
            folder = waiting.pop(0) if waiting else None
            known_folder = folder is not None
        elif word.startswith(("--directory=", "-C")) and len(word) > 2:
            folder = word.partition("=")[2] if "=" in word else word[2:]
        elif word in ("-f", "--file"):
            archive = waiting.pop(0) if waiting else None
        elif word.startswith("--file="):
            archive = word[7:]
        elif word.startswith("--"):
            letters += {"--extract": "x", "--get": "x", "--create": "c", "--list": "t"}.get(word, "")
        elif word.startswith("-") or first:
            cluster = word.lstrip("-")
            letters += cluster
            if cluster.endswith("f") or (first and "f" in cluster and not word.startswith("-")):
                archive = waiting.pop(0) if waiting else None
            if cluster.endswith("C"):
                folder = waiting.pop(0) if waiting else None
                known_folder = folder is not None
        first = False
    if "x" in letters:
        path = walker.place(folder).path if known_folder else walker.cwd.path
        return Effect(Kind.FETCH, trees=(_toolchain(command, archive, path),), reads=())
    if "c" in letters and archive not in (None, "-"):
        return replace(walker.output(archive), kind=Kind.FILE)
    return NOTHING


def _toolchain(command: Command, archive: str | None, folder: str) -> str:
    """The folder that an archive really fills: Go's own archives are a folder `go`."""
    name = posixpath.basename(archive or "")
    return posixpath.join(folder, "go") if name.startswith("go1.") and ".linux-" in name else folder


def unzip(command: Command, walker: Walker) -> Effect:
    found, _ = options(walker.values(command.arguments), frozenset(("-d", "-x")), ("-d",))
    path = walker.place(found["-d"]).path if "-d" in found else walker.cwd.path
    return Effect(Kind.FETCH, trees=(path,))


def unpack_here(command: Command, walker: Walker) -> Effect:
    return Effect(Kind.FETCH, trees=(walker.cwd.path,))


def patch(command: Command, walker: Walker) -> Effect:
    found, _ = options(walker.values(command.arguments), frozenset(("-d", "-i", "-p")), ("-p", "-d"))
    return Effect(Kind.BUILD, trees=(walker.tree(found.get("-d") or "."),))


def copy(command: Command, walker: Walker) -> Effect:
    """cp, mv and install."""
    takes = {"-t", "--target-directory", "-S"}
    if command.name == "install":
        takes |= {"-m", "--mode", "-o", "--owner", "-g", "--group"}
    found, operands = options(walker.values(command.arguments), frozenset(takes))
    clusters = "".join(n[1:] for n in found if n.startswith("-") and not n.startswith("--"))
    if command.name == "install" and "d" in clusters:
        return folders(command, walker)
    target = found.get("-t") or found.get("--target-directory")
    sources = operands if "-t" in found or "--target-directory" in found else operands[:-1]
    if target is None and len(operands) > 1:
        target = operands[-1]
    if target is None or not sources:
        return unknown(f"the target of `{command.name}` is not known")
    destination = walker.place(target)
    if not destination.exact:
        return Effect(
            Kind.FILE, trees=(destination.path,), reads=tuple(walker.place(s).path for s in sources)
        )
    into = (
        target.endswith(("/", "/.")) or target in (".", "..") or len(sources) > 1 or destination.path in SHARED
        or destination.path in walker.folders or destination.path == walker.workdir or "-t" in found
        or "--target-directory" in found
    )  # fmt: skip
    reads: list[str] = []
    files: list[str] = []
    trees: list[str] = []
    for source in sources:
        place = walker.place(source)
        reads.append(place.path)
        if not into:
            files.append(destination.path)
        elif place.exact and source is not None and posixpath.basename(source) not in ("", ".", ".."):
            files.append(walker.inside_folder(destination.path, place.path))
        else:
            trees.append(destination.path)
    gone = tuple(reads) if command.name == "mv" else ()
    return Effect(
        Kind.FILE, trees=tuple(trees), files=tuple(files), reads=tuple(reads), touches=gone, gone=gone
    )


def link(command: Command, walker: Walker) -> Effect:
    found, operands = options(walker.values(command.arguments), frozenset(("-t", "-S")))
    if len(operands) < 2 or "-t" in found:
        return Effect(Kind.FILE, trees=(walker.cwd.path,))
    place = walker.place(operands[-1])
    symbolic = any("s" in n for n in found if not n.startswith("--")) or "--symbolic" in found
    into = place.path in SHARED or (operands[-1] or "").endswith("/")
    path = walker.inside_folder(place.path, operands[0] or "") if into else place.path
    if symbolic:
        return Effect(Kind.FILE, touches=(path,))
    return Effect(Kind.FILE, files=(path,), reads=tuple(walker.place(o).path for o in operands[:-1]))


def touches(command: Command, walker: Walker) -> Effect:
    """Commands whose operands are the paths that they change."""
    skip = 1 if command.name in ("chmod", "chown", "chgrp") else 0
    takes = (
        frozenset(("-s", "-r", "-d", "-t", "-m", "--mode", "--reference"))
        if command.name in ("truncate", "touch", "tee")
        else frozenset[str]()
    )
    found, operands = options(walker.values(command.arguments), takes)
    if skip and "--reference" in found:
        skip = 0
    if skip and not operands:
        # `chmod -x file`: the mode looks like an option
        return Effect(Kind.FILE)
    places = [walker.place(o) for o in operands[skip:]]
    return Effect(Kind.FILE, touches=tuple(p.path for p in places))


def remove(command: Command, walker: Walker) -> Effect:
    found, operands = options(walker.values(command.arguments), frozenset())
    places = [walker.place(o) for o in operands]
    gone = tuple(p.path for p in places if p.exact and p.path not in CROWDED)
    # `src/*.rs` keeps its ending, which tells what is removed
    paths = [
        p.path if p.exact or o is None else posixpath.join(p.path, posixpath.basename(o))
        for p, o in zip(places, operands)
    ]
    letters = "".join(n[1:] for n in found if not n.startswith("--"))
    forced = "f" in letters or "--force" in found
    traits = frozenset(("removes",) if forced else ("removes", "strict"))
    return Effect(Kind.FILE, touches=tuple(paths), gone=gone, traits=traits)


def folders(command: Command, walker: Walker) -> Effect:
    _, operands = options(walker.values(command.arguments), frozenset(("-m", "--mode", "-o", "-g")))
    places = [walker.place(o) for o in operands]
    walker.folders.update(p.path for p in places if p.exact)
    return Effect(Kind.FILE, touches=tuple(p.path for p in places), traits=frozenset(("folders",)))


def sed(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    in_place = any(
        w is not None
        and (w.startswith("--in-place") or (w.startswith("-") and not w.startswith("--") and "i" in w[1:]))
        for w in words
    )
    if not in_place:
        return NOTHING
    found, operands = options(words, frozenset(("-e", "--expression", "-f", "--file")))
    scripted = any(n in found for n in ("-e", "--expression", "-f", "--file"))
    paths = operands if scripted else operands[1:]
    return Effect(Kind.FILE, touches=tuple(walker.place(p).path for p in paths))


def find(command: Command, walker: Walker) -> Effect:
    texts = [w.text for w in command.arguments]
    if not any(t in ("-delete", "-exec", "-execdir", "-ok", "-fprint") for t in texts):
        return NOTHING
    runs = [texts[at + 1] for at, t in enumerate(texts[:-1]) if t in ("-exec", "-execdir", "-ok")]
    if any(posixpath.basename(r) not in _HARMLESS for r in runs):
        return unknown(f"`find` runs `{runs[0]}` on files that the file does not name")
    starts: list[str] = []
    for text in walker.values(command.arguments):
        if text is not None and text.startswith(("-", "(", "!")):
            break
        starts.append(walker.place(text).path)
    removes = "-delete" in texts or "rm" in runs
    traits = frozenset(("removes",)) if removes else frozenset[str]()
    return Effect(Kind.FILE, touches=tuple(starts or [walker.cwd.path]), traits=traits)


def dpkg(command: Command, walker: Walker) -> Effect:
    words = {w.text for w in command.arguments}
    if words & {"-i", "--install", "--unpack", "-r", "--remove", "-P", "--purge", "--configure", "-iEGBO"}:
        return unknown("`dpkg` installs a package from a file")
    return Effect(Kind.SYSTEM) if "--add-architecture" in words else NOTHING


HANDLERS: dict[str, Handler] = {
    "git": git,
    "wget": wget,
    "curl": curl,
    **dict.fromkeys(("tar", "bsdtar"), tar),
    "unzip": unzip,
    **dict.fromkeys(("gunzip", "bunzip2", "unxz", "xz", "bzip2", "gzip", "7z", "cpio", "svn", "hg"), unpack_here),
    "patch": patch,
    **dict.fromkeys(("cp", "mv", "install"), copy),
    "ln": link,
    **dict.fromkeys(("mkdir",), folders),
    **dict.fromkeys(("touch", "chmod", "chown", "chgrp", "tee", "truncate", "strip", "upx", "setfacl", "dos2unix"), touches),
    **dict.fromkeys(("rm", "rmdir", "unlink"), remove),
    "sed": sed,
    "find": find,
    "dpkg": dpkg,
}  # fmt: skip


def is_build_script(path: str) -> bool:
    """Whether a file is a script that builds start: making it executable is part of the build."""
    return posixpath.basename(path) in _SCRIPTS
