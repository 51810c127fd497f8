"""Splits a Dockerfile of one stage into a build stage and a runtime stage, without guessing.

The way of thinking:

1. Every RUN is read command by command (`effects`, `compilers`, `files`): what it compiles, and
   which paths it writes: files by name, trees as a whole, prefixes of `make install`. A command
   that is in no table, or that writes where the file does not tell, makes the split refuse.
2. The build stage is the file as it stands, up to the last instruction that builds or that
   moves what was built; its base image and its text stay as they are.
3. The runtime stage starts on the same base when that is a plain one (so the C and C++ run-time
   libraries that apt itself needs are there, in the version that the compiler of the same release
   links against), else on the relative that the tables name for the toolchain image (`bases`). A
   toolchain from a newer release than the runtime base is never made.
4. Packages (`packages`): those that only builds need go to the build stage only; a `-dev` package
   leaves its run-time part where the table knows it and stays as it is where not; all others
   stay.
5. Every instruction in front of the last build is repeated in the runtime stage when the image
   can tell the difference: settings always, `COPY` from the context unless it only brings sources,
   commands that make users, folders or settings outside of the built trees.
6. What was built comes over by `COPY --from`, to the path it had: the files that compilers were
   told to write; a work tree as a whole where a build system writes names that the Dockerfile
   does not tell; a prefix as a whole when the base leaves it empty.
7. `CMD`, `ENTRYPOINT` and `HEALTHCHECK` (`needs`) must find their programs in the runtime stage: one
   of the outputs, a kept package or the base. A script from the context may call anything, so it
   makes the split refuse; so does a shell, or a build tool that is started at run time.

Nothing here looks at the build context, runs anything or asks a registry.
"""

from __future__ import annotations

from itertools import islice

from dockerlint.frozen import kept, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.fix import Edit
    from dockerlint.model import Dockerfile


# Every program that compiles has one of these in its name.
_BUILDERS = (
    "make", "gcc", "g++", "cc ", "c++", "clang", "go ", "cargo", "rustc", "pip", "venv", "bundle", "gem ", "setup.py", "npm", "yarn", "pnpm", "npx",
    "tsc", "webpack", "vite", "mvn", "gradle", "sbt", "ant ", "javac", "kotlinc", "jar ", "dotnet", "ninja", "samu", "meson",
    "gfortran", "c99", "c89", "lein", "mill", "ng ", "next ", "nuxt", "esbuild", "rollup", "parcel", "lerna", "nx ", "turbo",
    "gulp", "grunt", "bower", "fpc", "ocaml", "dune", "node-gyp", "gnatmake", "nim",
)  # fmt: skip

# The paths of every command are held against those of every other one, which takes too long for
# more; nobody writes files of that size by hand.
MOST_COMMANDS = 500


@record
class Split:
    """How a file is split. `leaves` says what stays behind in the build stage, `takes` which paths
    come over, both for people."""

    edits: tuple[Edit, ...]
    leaves: str
    takes: tuple[str, ...]


@record
class Refusal:
    """Why a file that keeps its toolchain is not split; `leaves` names that toolchain."""

    reason: str
    leaves: str


def split(dockerfile: Dockerfile) -> Split | Refusal | None:
    """The split of a file; None when there is nothing to split: no compile step, several stages,
    no program that the image starts, or a toolchain that does not stay in the image."""
    if len(dockerfile.stages) != 1 or dockerfile.problems:
        return None
    # Most files can be told by their text alone, without loading what follows.
    text = dockerfile.source.text
    if not any(word in text for word in _BUILDERS):
        return None
    return kept(dockerfile, "split", lambda: _plan(dockerfile))


def _plan(dockerfile: Dockerfile) -> Split | Refusal | None:
    from dockerlint.model import Run
    from dockerlint.shell import scripts

    runs = islice(dockerfile.instructions(Run), MOST_COMMANDS)
    if sum(len(script.commands) for run in runs for script in scripts(run)) >= MOST_COMMANDS:
        return None
    from dockerlint.split.plan import plan

    return plan(dockerfile)
