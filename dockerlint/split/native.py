"""Tools that make native programs: what each one writes, and where."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import replace
from dockerlint.split.effects import Effect, Kind, Walker, options, unknown
from dockerlint.split.paths import SHARED, inside, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerlint.shell.script import Command

    Handler = Callable[[Command, Walker], Effect]

_C_TAKES = frozenset((
    "-o", "-I", "-L", "-D", "-U", "-include", "-x", "-MF", "-MT", "-MQ", "-isystem", "-idirafter", "-T", "-Xlinker",
    "-u", "-z", "-e", "-target", "-arch", "-l", "-framework", "-imacros", "-iquote", "-J",
))  # fmt: skip
_C_ATTACHED = ("-o", "-I", "-L", "-D", "-l")
_NO_LINK = frozenset(("-c", "-S", "-E", "-fsyntax-only", "-M", "-MM"))
# Libraries that the C library or the compiler brings itself.
_OWN_LIBRARIES = frozenset(
    ("m", "pthread", "dl", "rt", "c", "stdc++", "gcc", "util", "stdc++fs", "crypt", "resolv", "atomic")
)


def c_compiler(command: Command, walker: Walker) -> Effect:
    """gcc, clang and their relatives: `-o FILE`, else a.out; objects are not kept."""
    words = walker.values(command.arguments)
    found, operands = options(words, _C_TAKES, _C_ATTACHED)
    traits = {"c++" if _is_cxx(command) else "c"}
    if (command.tool or command.name or "").startswith("gfortran") or "gfortran" in (command.name or ""):
        traits = {"c", "fortran"}
    if any(w is not None and w.startswith("-fopenmp") for w in words):
        traits.add("openmp")
    libraries = [w[2:] for w in words if w is not None and w.startswith("-l")]
    if "-l" in words or any(w is None for w in words) or any(lib not in _OWN_LIBRARIES for lib in libraries):
        traits.add("libraries")
    if _NO_LINK & found.keys() or not operands:
        return Effect(Kind.BUILD, traits=frozenset(traits))
    made = walker.output(found.get("-o", "a.out"))
    if made.files and made.files[0].endswith((".o", ".a")):
        made = Effect()
    return replace(made, kind=Kind.BUILD, traits=frozenset(traits))


def _is_cxx(command: Command) -> bool:
    return "++" in (command.name or "") or any(
        w.text.endswith((".cpp", ".cc", ".cxx", ".C")) for w in command.arguments
    )


def rustc(command: Command, walker: Walker) -> Effect:
    found, operands = options(
        walker.values(command.arguments),
        frozenset(
            (
                "-o",
                "--out-dir",
                "--crate-name",
                "--crate-type",
                "-C",
                "--edition",
                "-L",
                "-l",
                "--target",
                "--extern",
            )
        ),
        ("-C", "-L", "-l"),
    )
    if not operands or "--out-dir" in found:
        return unknown("the name of what rustc makes is not in the file")
    source = operands[0] or ""
    name = found.get("-o") or found.get("--crate-name") or posixpath.splitext(posixpath.basename(source))[0]
    return replace(walker.output(name), kind=Kind.BUILD, traits=frozenset(("rust",)))


def pascal(command: Command, walker: Walker) -> Effect:
    """fpc: `-oFILE`, else named as its source; units are written beside it."""
    words = walker.values(command.arguments)
    operands = [w for w in words if w is None or not w.startswith("-")]
    given = [w[2:] for w in words if w is not None and w.startswith("-o") and len(w) > 2]
    folders = any(w is not None and w.startswith("-FE") for w in words)
    if len(operands) != 1 or operands[0] is None or folders or not walker.cwd.exact:
        return unknown("the name of what fpc makes is not in the file")
    made = walker.output(given[-1] if given else posixpath.splitext(operands[0])[0])
    return replace(made, kind=Kind.BUILD, traits=frozenset(("c",)))


def ada(command: Command, walker: Walker) -> Effect:
    """gnatmake: `-o FILE`, else named as its source."""
    words = walker.values(command.arguments)
    # What stands behind these is for the compiler, the binder or the linker.
    for mark in ("-cargs", "-bargs", "-largs"):
        words = words[: words.index(mark)] if mark in words else words
    found, operands = options(words, frozenset(("-o", "-D")))
    if len(operands) != 1 or operands[0] is None or not walker.cwd.exact:
        return unknown("the name of what gnatmake makes is not in the file")
    name = posixpath.splitext(posixpath.basename(operands[0]))[0]
    return replace(walker.output(found.get("-o", name)), kind=Kind.BUILD, traits=frozenset(("c",)))


_NIM_BUILDS = frozenset(("c", "cc", "compile", "compileToC", "cpp", "compileToCpp"))


def nim(command: Command, walker: Walker) -> Effect:
    """nim c: `--out:FILE` or `-o:FILE`, else named as its source and beside it."""
    words = walker.values(command.arguments)
    operands = [w for w in words if w is None or not w.startswith("-")]
    if len(operands) != 2 or operands[0] not in _NIM_BUILDS or operands[1] is None or not walker.cwd.exact:
        return unknown("`nim` may write anywhere")
    out = posixpath.splitext(operands[1])[0]
    for word in (w or "" for w in words):
        name, mark, value = word.replace("=", ":", 1).partition(":")
        if name in ("--outdir", "-r", "--run"):
            return unknown("`nim` may write anywhere")
        if name in ("--out", "-o") and mark:
            out = value
    return replace(walker.output(out), kind=Kind.BUILD, traits=frozenset(("c",)))


_OCAML_TAKES = frozenset((
    "-o", "-package", "-I", "-cclib", "-ccopt", "-pp", "-ppx", "-syntax", "-w", "-warn-error", "-inline", "-impl", "-intf", "-predicates",
))  # fmt: skip


def ocaml(command: Command, walker: Walker) -> Effect:
    """ocamlopt, ocamlc and both by ocamlfind: `-o FILE`, else a.out; objects are not kept."""
    words = walker.values(command.arguments)
    name = command.name or ""
    if name == "ocamlfind":
        if not words or words[0] not in ("ocamlopt", "ocamlc", "ocamldep", "query", "list", "printconf"):
            return unknown("`ocamlfind` may write anywhere")
        name, words = words[0], words[1:]
    traits = frozenset(("c",))
    found, operands = options(words, _OCAML_TAKES)
    if name not in ("ocamlopt", "ocamlopt.opt", "ocamlc", "ocamlc.opt") or "-c" in found or not operands:
        return Effect(Kind.BUILD, traits=traits)
    if name.startswith("ocamlc") and "-custom" not in found and "-output-complete-exe" not in found:
        return unknown("what ocamlc makes needs ocamlrun")
    if "-a" in found or "-shared" in found:
        return Effect(Kind.BUILD, traits=traits)
    return replace(walker.output(found.get("-o", "a.out")), kind=Kind.BUILD, traits=traits)


def go(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    takes = frozenset((
        "-o", "-C", "-ldflags", "-gcflags", "-asmflags", "-tags", "-mod", "-p", "-modfile", "-overlay", "-pkgdir", "-toolexec",
        "-buildmode", "-compiler", "-gccgoflags", "-installsuffix", "-buildvcs", "-run", "-count", "-timeout", "-coverprofile",
    ))  # fmt: skip
    found, operands = options(words, takes)
    action = operands[0] if operands else None
    traits = frozenset(("go",))
    here = walker.place(found["-C"]).path if "-C" in found else walker.cwd.path
    if action == "build":
        out = found.get("-o")
        if "-o" not in found:
            name = operands[1] if len(operands) > 1 else None
            if name is not None and name.endswith(".go") and walker.cwd.exact:
                return Effect(
                    Kind.BUILD,
                    files=(normal(posixpath.join(here, posixpath.basename(name)[:-3])),),
                    traits=traits,
                )
            return Effect(Kind.BUILD, products=(here,), traits=traits)
        place = walker.place(out if out is None or "-C" not in found else posixpath.join(here, out))
        if (
            not place.exact
            or (out or "").endswith(("/", "."))
            or place.path in walker.folders
            or place.path in SHARED
        ):
            return Effect(Kind.BUILD, products=(place.path,), traits=traits)
        return Effect(Kind.BUILD, files=(place.path,), traits=traits)
    if action == "install":
        path = walker.variables.get("GOPATH") or "/root/go"
        bin_folder = _assigned(command, walker, "GOBIN") or walker.variables.get("GOBIN") or f"{path}/bin"
        return Effect(Kind.BUILD, products=(normal(bin_folder),), traits=traits)
    if action in ("generate", "run"):
        return Effect(Kind.BUILD, trees=(walker.tree(),), traits=traits)
    # `go get` of an old release installs programs too.
    if action in ("mod", "get", "vet", "test", "env", "clean", "version", "list", "work", "fmt", "tool"):
        return Effect(Kind.BUILD, traits=traits)
    return unknown(f"`go {action or ''}` is not known to dockerlint".replace(" `", "`"))


def _assigned(command: Command, walker: Walker, name: str) -> str | None:
    for word in command.assignments:
        if word.raw.startswith(name + "="):
            value = walker.value(word)
            return None if value is None else value.partition("=")[2]
    return None


def cargo(command: Command, walker: Walker) -> Effect:
    words = [w for w in walker.values(command.arguments) if w is None or not w.startswith("+")]
    takes = frozenset((
        "--target-dir", "--manifest-path", "--root", "--path", "--bin", "--target", "--features", "-F", "-p", "--package",
        "--profile", "-j", "--jobs", "--git", "--branch", "--tag", "--rev", "--version", "--example", "--color", "--config",
        "-Z", "--message-format", "--lockfile-path", "--recipe-path",
    ))  # fmt: skip
    found, operands = options(words, takes)
    traits = frozenset(("rust",))
    action = operands[0] if operands else None
    if action in ("build", "b", "rustc", "zigbuild", "auditable", "run"):
        target = found.get("--target-dir") or _assigned(command, walker, "CARGO_TARGET_DIR")
        target = target or walker.variables.get("CARGO_TARGET_DIR")
        if target is None:
            manifest = found.get("--manifest-path")
            folder = posixpath.dirname(manifest) if manifest else "."
            target = posixpath.join(folder or ".", "target")
        return Effect(Kind.BUILD, products=(walker.place(target).path,), traits=traits)
    if action == "install":
        root = found.get("--root") or walker.variables.get("CARGO_HOME") or "/root/.cargo"
        return Effect(Kind.BUILD, products=(walker.place(posixpath.join(root, "bin")).path,), traits=traits)
    known = (
        "fetch",
        "clean",
        "test",
        "check",
        "update",
        "new",
        "init",
        "chef",
        "vendor",
        "version",
        "clippy",
        "fmt",
        "add",
        "generate-lockfile",
    )
    if action in known or "--version" in found or "-V" in found:
        return Effect(Kind.BUILD, traits=traits)
    return unknown(f"`cargo {action}` may write anywhere")


def make(command: Command, walker: Walker) -> Effect:
    found, operands = options(
        _words(command, walker),
        frozenset(("-C", "--directory", "-f", "--file", "-j", "-l", "-I", "-o", "-W")),
        ("-j", "-C", "-l"),
    )
    if found.get("-j") is not None and not (found["-j"] or "").isdigit() and "-j" in found:
        # `make -j install`: the number is optional, so the next word was a target
        word = found["-j"] or ""
        if not word.startswith("$"):
            operands.append(word)
    folder = found.get("-C") if "-C" in found else found.get("--directory", ".")
    if ("-C" in found or "--directory" in found) and folder is None:
        folder = None
    tree = walker.tree(folder)
    sets = [w for w in operands if w is not None and "=" in w]
    targets = [w for w in operands if w is None or "=" not in w]
    if any(w.startswith(("DESTDIR=", "INSTALL_ROOT=")) for w in sets):
        return unknown("`make install` goes to a DESTDIR")
    traits = frozenset(("opaque",))
    prefixes: tuple[str, ...] = ()
    if any(t is None or "install" in t for t in targets):
        given = [
            w.partition("=")[2]
            for w in sets
            if w.lower().startswith(("prefix=", "install_prefix=", "install_top="))
        ]
        prefix = given[0] if given else walker.prefix
        prefixes = (normal(prefix),) if prefix else ("?",)
        if not given:
            prefixes += walker.more_prefixes
    return Effect(Kind.BUILD, trees=(tree,), prefixes=prefixes, traits=traits)


def _words(command: Command, walker: Walker) -> list[str | None]:
    """The arguments of make. A variable whose value is not known is `NAME=`, unless it is one that
    tells where files go."""
    words = walker.values(command.arguments)
    for at, word in enumerate(command.arguments):
        name, equals, _ = word.raw.partition("=")
        if words[at] is None and equals and name.isidentifier() and "prefix" not in name.lower():
            words[at] = f"{name}="
    return words


def configure(command: Command, walker: Walker) -> Effect:
    """A configure script: it chooses the prefix for the `make install` behind it."""
    found, _ = options(walker.values(command.arguments), frozenset(("--prefix",)))
    prefix = found.get("--prefix", "/usr/local")
    if prefix is None or (
        "--prefix" not in found and any(w.raw.startswith("--prefix") for w in command.arguments)
    ):
        return unknown("the prefix of the configure run is not known")
    walker.prefix = normal(prefix)
    more: list[str] = []
    for name in (
        "--sysconfdir",
        "--bindir",
        "--sbindir",
        "--libdir",
        "--libexecdir",
        "--datadir",
        "--datarootdir",
        "--localstatedir",
        "--exec-prefix",
    ):
        if name not in found:
            continue
        value = found[name]
        if value is None or "$" in value:
            continue
        if not inside(normal(value), walker.prefix):
            more.append(normal(value))
    walker.more_prefixes = tuple(more)
    return Effect(Kind.BUILD, trees=(walker.tree(),), traits=frozenset(("opaque",)))


def cmake(command: Command, walker: Walker) -> Effect:
    words = walker.values(command.arguments)
    found, operands = options(
        words,
        frozenset(("--build", "--install", "-S", "-B", "-D", "-G", "--target", "-t", "--prefix", "-j", "--parallel", "--config", "-C", "-A", "-T", "--preset", "--component")),
        ("-D", "-B", "-S", "-j", "-G"),
    )  # fmt: skip
    traits = frozenset(("opaque",))
    if any(w in ("-E", "--version", "--help", "-P") for w in words):
        return Effect(Kind.BUILD, trees=(walker.tree(),), traits=traits)
    if "--install" in found or "install" in (found.get("--target"), found.get("-t")):
        prefix = found.get("--prefix") or walker.prefix
        tree = walker.tree(found.get("--install") or found.get("--build") or ".")
        return Effect(Kind.BUILD, trees=(tree,), prefixes=(normal(prefix) if prefix else "?",), traits=traits)
    if "--build" in found:
        return Effect(Kind.BUILD, trees=(walker.tree(found["--build"]),), traits=traits)
    prefix = "/usr/local"
    for word in words:
        if word is not None and "CMAKE_INSTALL_PREFIX" in word:
            prefix = word.partition("=")[2]
        elif word is None:
            continue
    raw = " ".join(w.raw for w in command.arguments)
    if "CMAKE_INSTALL_PREFIX" in raw and not any("CMAKE_INSTALL_PREFIX" in (w or "") for w in words):
        return unknown("CMAKE_INSTALL_PREFIX is not known")
    if "--install-prefix" in found:
        prefix = found["--install-prefix"] or ""
    if not prefix.startswith("/"):
        return unknown("CMAKE_INSTALL_PREFIX is not an absolute path")
    walker.prefix = normal(prefix)
    walker.more_prefixes = ()
    source = found.get("-S") or (operands[0] if operands else ".")
    trees = [walker.tree(source)]
    if found.get("-B"):
        trees.append(walker.tree(found["-B"]))
    else:
        trees.append(walker.tree())
    return Effect(Kind.BUILD, trees=tuple(dict.fromkeys(trees)), traits=traits)


def ninja(command: Command, walker: Walker) -> Effect:
    found, operands = options(walker.values(command.arguments), frozenset(("-C", "-j", "-f")), ("-C", "-j"))
    tree = walker.tree(found.get("-C", ".") if "-C" in found else ".")
    prefixes: tuple[str, ...] = ()
    if any(o is None or "install" in o for o in operands):
        prefixes = (walker.prefix or "?",)
    return Effect(Kind.BUILD, trees=(tree,), prefixes=prefixes, traits=frozenset(("opaque",)))


def meson(command: Command, walker: Walker) -> Effect:
    found, operands = options(
        walker.values(command.arguments), frozenset(("--prefix", "-C", "--buildtype", "-D")), ("-D", "-C")
    )
    action = operands[0] if operands else "setup"
    traits = frozenset(("opaque",))
    if action == "install":
        return Effect(Kind.BUILD, trees=(walker.tree(),), prefixes=(walker.prefix or "?",), traits=traits)
    if action not in ("compile", "test"):
        prefix = found.get("--prefix", "/usr/local")
        if prefix is None:
            return unknown("the prefix of meson is not known")
        walker.prefix, walker.more_prefixes = normal(prefix), ()
    return Effect(Kind.BUILD, trees=(walker.tree(),), traits=traits)


def in_tree(*traits: str, refused: str = "") -> Handler:
    """A tool that writes below the folder it is started in, but for its action `refused`."""

    def handle(command: Command, walker: Walker) -> Effect:
        if refused and any(w.text == refused for w in command.arguments):
            return unknown(f"`{command.name} {refused}` may write anywhere")
        return Effect(Kind.BUILD, trees=(walker.tree(),), traits=frozenset(traits))

    return handle
