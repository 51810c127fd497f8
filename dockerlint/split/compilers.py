"""The table of build tools."""

from __future__ import annotations

from dockerlint.split.effects import Effect, Kind
from dockerlint.split.managed import (
    bundle,
    dotnet,
    jar,
    javac,
    jvm_build,
    maven,
    node_packages,
    pip,
    python,
    venv,
)
from dockerlint.split.native import (
    ada,
    c_compiler,
    cargo,
    cmake,
    configure,
    go,
    in_tree,
    make,
    meson,
    nim,
    ninja,
    ocaml,
    pascal,
    rustc,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.shell.script import Command
    from dockerlint.split.native import Handler

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("gcc", "g++", "cc", "c++", "clang", "clang++", "gfortran", "c99", "c89", "tcc", "musl-gcc"), c_compiler),
    "rustc": rustc,
    "fpc": pascal,
    "gnatmake": ada,
    "nim": nim,
    **dict.fromkeys(("ocamlfind", "ocamlopt", "ocamlopt.opt", "ocamlc", "ocamlc.opt"), ocaml),
    **dict.fromkeys(("dune", "ocamlbuild"), in_tree("opaque", refused="install")),
    "go": go,
    "cargo": cargo,
    **dict.fromkeys(("make", "gmake", "bmake"), make),
    **dict.fromkeys(("configure", "Configure", "config"), configure),
    **dict.fromkeys(("cmake", "cmake3"), cmake),
    "ninja": ninja,
    "samu": ninja,
    "meson": meson,
    **dict.fromkeys(
        (
            "autogen.sh", "autogen", "bootstrap", "bootstrap.sh", "buildconf", "buildconf.sh", "autoreconf", "autoconf", "automake",
            "aclocal", "libtoolize", "glibtoolize", "autoheader", "qmake", "qmake6", "qmake-qt5", "protoc", "flex", "bison", "yacc", "swig", "ld",
        ),
        in_tree("opaque"),
    ),
    **dict.fromkeys(("ar", "ranlib", "as", "nasm", "yasm", "pkg-config"), lambda command, walker: Effect(Kind.BUILD)),
    **dict.fromkeys(("mvn", "mvnw"), maven),
    **dict.fromkeys(("gradle", "gradlew", "sbt", "ant", "lein", "mill"), jvm_build),
    "javac": javac,
    "kotlinc": in_tree("java"),
    "jar": jar,
    "dotnet": dotnet,
    **dict.fromkeys(("npm", "yarn", "pnpm", "npx", "tsc", "webpack", "vite", "ng", "next", "nuxt", "esbuild", "rollup", "parcel", "lerna", "nx", "turbo", "corepack", "gulp", "grunt", "bower", "node-gyp"), node_packages),
    "pip": pip,
    **dict.fromkeys(("bundle", "bundler", "gem", "rake"), bundle),
    **dict.fromkeys(("virtualenv", "venv"), venv),
    "python": python,
}  # fmt: skip

# Programs of the table that fetch, pack or look but do not compile by themselves.
_NOT_COMPILING = frozenset((
    "ar", "ranlib", "pkg-config", "pip", "python", "virtualenv", "venv", "corepack", "bundle", "bundler", "gem", "rake", "configure", "Configure", "config",
    "autogen.sh", "autogen", "bootstrap", "bootstrap.sh", "buildconf", "buildconf.sh", "autoreconf", "autoconf", "automake",
    "aclocal", "libtoolize", "glibtoolize", "autoheader", "qmake", "qmake6", "qmake-qt5", "protoc", "flex", "bison", "yacc", "swig",
    "ld", "as", "nasm", "yasm",
))  # fmt: skip
_NODE = frozenset(("npm", "yarn", "pnpm"))
_NODE_BUILDS = frozenset(("run", "build", "run-script", "compile", "rebuild", "--build-from-source"))
_PYTHON_BUILDS = frozenset(("build", "build_ext", "build_clib", "install", "develop", "bdist_wheel"))


def compiles(name: str, command: Command) -> bool:
    """Whether a call of a tool of the table compiles: `npm run build` does, `npm ci` does not."""
    words = [w.text for w in command.arguments]
    if name == "pip":
        return "install" in words and _pip_compiles(words)
    if name == "python":
        return any(w.endswith("setup.py") for w in words[:1]) and not _PYTHON_BUILDS.isdisjoint(words)
    if name in _NOT_COMPILING:
        return False
    return name not in _NODE or not _NODE_BUILDS.isdisjoint(words)


# Options of pip whose value may look like the path of a project.
_PIP_TAKES = frozenset((
    "-r", "--requirement", "-c", "--constraint", "-t", "--target", "--prefix", "--root", "-f", "--find-links", "--cache-dir",
    "--log", "--cert", "--src",
))  # fmt: skip


def _pip_compiles(words: list[str]) -> bool:
    """Whether pip is told to build from source, or installs a project from its folder, which it builds."""
    for before, word in zip(("", *words), words):
        if word.partition("=")[0] in ("--no-binary", "-e", "--editable"):
            return True
        if word.startswith((".", "/")) and before not in _PIP_TAKES and not word.endswith((".whl", "*")):
            return True
    return False
