"""Tools that build for a runtime (Java, .NET, Node.js, Python): what each one writes, and where."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import replace
from dockerlint.split.effects import Effect, Kind, Walker, options, unknown
from dockerlint.split.paths import SHARED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.shell.script import Command


def maven(command: Command, walker: Walker) -> Effect:
    found, _ = options(
        walker.values(command.arguments),
        frozenset(("-f", "--file", "-pl", "-P", "-s", "-D", "-T")),
        ("-D", "-P", "-T"),
    )
    folder = found.get("-f") or found.get("--file")
    place = walker.place(posixpath.dirname(folder) if folder and folder.endswith(".xml") else folder or ".")
    return Effect(Kind.BUILD, products=(place.path,), traits=frozenset(("java",)))


def jvm_build(command: Command, walker: Walker) -> Effect:
    """gradle, sbt and ant: below the folder they are started in."""
    found, _ = options(
        walker.values(command.arguments),
        frozenset(("-p", "--project-dir", "-f", "-b", "-x", "-D", "-P")),
        ("-D", "-P"),
    )
    place = walker.place(found.get("-p") or found.get("--project-dir") or ".")
    return Effect(Kind.BUILD, products=(place.path,), traits=frozenset(("java",)))


def javac(command: Command, walker: Walker) -> Effect:
    takes = frozenset(
        (
            "-d",
            "-cp",
            "-classpath",
            "--class-path",
            "-sourcepath",
            "-source",
            "-target",
            "--release",
            "-encoding",
            "-h",
            "-s",
        )
    )
    found, _ = options(walker.values(command.arguments), takes)
    if "-d" in found:
        return Effect(Kind.BUILD, trees=(walker.place(found["-d"]).path,), traits=frozenset(("java",)))
    return Effect(Kind.BUILD, trees=(walker.tree(),), traits=frozenset(("java",)))


def jar(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    if len(words) < 2 or words[0] is None or "c" not in words[0] or "f" not in words[0]:
        found, _ = options(words, frozenset(("--file", "-f", "--main-class", "--manifest", "-C")))
        if "--file" in found and "--create" in found:
            return replace(walker.output(found["--file"]), kind=Kind.BUILD, traits=frozenset(("java",)))
        return Effect(Kind.BUILD, trees=(walker.tree(),), traits=frozenset(("java",)))
    letters = [c for c in words[0] if c in "fme"]
    index = 1 + letters.index("f")
    out = words[index] if index < len(words) else None
    return replace(walker.output(out), kind=Kind.BUILD, traits=frozenset(("java",)))


def dotnet(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    found, operands = options(
        words,
        frozenset(
            (
                "-o",
                "--output",
                "-c",
                "--configuration",
                "-r",
                "--runtime",
                "-f",
                "--framework",
                "-v",
                "--verbosity",
                "--project",
                "-p",
                "--source",
                "-s",
            )
        ),
        ("-p:", "/p:"),
    )
    action = operands[0] if operands else None
    traits = frozenset(("dotnet",))
    if action == "publish":
        out = found.get("-o") or found.get("--output")
        if out:
            place = walker.place(out)
            if not place.exact:
                return unknown("the output folder of `dotnet publish` is not known")
            return Effect(Kind.BUILD, files=(place.path,), traits=traits)
        return Effect(Kind.BUILD, products=(walker.tree(),), traits=traits)
    if action in (
        "restore",
        "test",
        "clean",
        "nuget",
        "--info",
        "--version",
        "tool",
        "workload",
        "new",
        "add",
        "sln",
        "dev-certs",
    ):
        return Effect(Kind.BUILD, traits=traits)
    if action == "build":
        out = found.get("-o") or found.get("--output")
        return Effect(Kind.BUILD, products=(walker.place(out).path if out else walker.tree(),), traits=traits)
    return unknown(f"`dotnet {action}` may write anywhere")


_NODE_ACTIONS = frozenset(("install", "i", "add", "global", "update", "upgrade"))


def node_packages(command: Command, walker: Walker) -> Effect:
    """npm, yarn, pnpm, npx and the bundlers: below the folder they are started in."""
    words = walker.values(command.arguments)
    traits = frozenset(("node",))
    if "-g" in words or "--global" in words or (command.name == "yarn" and words[:1] == ["global"]):
        names = [w for w in words if w is not None and not w.startswith("-") and w not in _NODE_ACTIONS]
        if not names or any(name.partition("@")[0] not in ("npm", "node-gyp") for name in names):
            return unknown("global packages of Node.js go beside those of the base image")
        return Effect(Kind.BUILD, traits=traits)
    if words[:1] and words[0] in ("cache", "config", "set", "--version", "-v", "version"):
        return Effect(Kind.BUILD, traits=traits)
    found, _ = options(words, frozenset(("--prefix", "-C", "--cwd", "--dir")))
    for name in ("--prefix", "-C", "--cwd", "--dir"):
        if name in found:
            return Effect(Kind.BUILD, trees=(walker.tree(found[name]),), traits=traits)
    return Effect(Kind.BUILD, trees=(walker.tree(),), traits=traits)


def pip(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    takes = frozenset(
        (
            "-t",
            "--target",
            "--prefix",
            "--root",
            "-r",
            "--requirement",
            "-c",
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--trusted-host",
            "-e",
            "--editable",
            "--progress-bar",
            "--default-timeout",
            "--timeout",
            "--retries",
        )
    )
    found, operands = options(words, takes)
    traits = frozenset(("python",))
    if "install" not in operands:
        return Effect(Kind.BUILD, traits=traits)
    if "-e" in found or "--editable" in found:
        trees: tuple[str, ...] = (walker.tree(found.get("-e") or found.get("--editable") or "."),)
    else:
        trees = ()
    for name in ("-t", "--target", "--prefix"):
        if found.get(name):
            return Effect(Kind.BUILD, files=(walker.place(found[name]).path,), trees=trees, traits=traits)
    if "--root" in found:
        return unknown("`pip install --root` puts files all over that folder")
    if "--user" in words:
        return Effect(Kind.BUILD, files=("/root/.local",), trees=trees, traits=traits)
    folder = _virtual_environment(command, walker)
    if folder:
        return Effect(Kind.BUILD, files=(folder,), trees=trees, traits=traits)
    if "--upgrade" in found or "-U" in found:
        names = [o for o in operands if o not in ("install", "pip", "setuptools", "wheel", "-m")]
        if not names and "-r" not in found and "--requirement" not in found:
            return Effect(Kind.BUILD, traits=traits)
    return Effect(Kind.BUILD, prefixes=("pip",), trees=trees, traits=traits)


def _virtual_environment(command: Command, walker: Walker) -> str | None:
    """The virtual environment whose pip this is: by its path, by VIRTUAL_ENV or the head of PATH."""
    program = walker.value(command.name_word) or ""
    if "/" in program:
        folder = posixpath.dirname(posixpath.dirname(walker.place(program).path))
        return folder if folder not in SHARED else None
    first = (walker.variables.get("PATH") or "").split(":")[0]
    if first.endswith("/bin") and first[:-4] in walker.folders:
        return first[:-4]
    active = walker.variables.get("VIRTUAL_ENV")
    return active if active and first == f"{active}/bin" else None


def bundle(command: Command, walker: Walker) -> Effect:
    """bundler, gem and rake: into the folder of gems, and below the one they are started in."""
    gems = walker.variables.get("GEM_HOME")
    if gems is None:
        return unknown("gems go into the base image's own folders")
    tree = () if command.name == "gem" else (walker.tree(),)
    return Effect(Kind.BUILD, files=(gems,), trees=tree, traits=frozenset(("ruby",)))


def venv(command: Command, walker: Walker) -> Effect:
    """`python -m venv DIR` and `virtualenv DIR`."""
    words = [w for w in walker.values(command.arguments) if w is None or not w.startswith("-")]
    words = [w for w in words if w != "venv"]
    if not words or words[-1] is None:
        return unknown("the folder of the virtual environment is not known")
    place = walker.place(words[-1])
    walker.folders.add(place.path)
    return Effect(Kind.BUILD, files=(place.path,), traits=frozenset(("python",)))


def python(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    if words[:2] == ["-m", "venv"] or words[:2] == ["-m", "virtualenv"]:
        return venv(command, walker)
    if words[:2] == ["-m", "pip"]:
        return pip(command, walker)
    if words[:1] in (["--version"], ["-V"]) or words[:2] == ["-m", "compileall"]:
        return Effect(Kind.QUIET)
    script = words[0] if words else None
    if script is not None and posixpath.basename(script) == "setup.py":
        if "install" in words:
            return Effect(
                Kind.BUILD, prefixes=("pip",), trees=(walker.tree(),), traits=frozenset(("python",))
            )
        return Effect(Kind.BUILD, trees=(walker.tree(),), traits=frozenset(("python",)))
    return unknown(f"`{command.name} {script or ''}` may write anywhere".replace(" `", "`"))
