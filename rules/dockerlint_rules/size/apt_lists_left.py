from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import first_behind
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import remove_instruction
from dockerlint.shell.leftover import Left, calls, cleaned, head, left
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction
    from dockerlint.shell import Command, Script

LISTS = ("/var/lib/apt/lists",)
APT = ("apt-get", "apt", "aptitude")
NEEDS_LISTS = (
    "install", "reinstall", "satisfy", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "build-dep",
    "source", "download", "show", "search", "policy",
)  # fmt: skip
# Programs that install with apt and do not update before.
ASK_APT = ("apt-cache", "rosdep", "mk-build-deps", "gdebi", "tasksel", "aptdcon")


@rule(
    code="DK310",
    summary="Package lists of apt stay in the layer",
    why="""
        `apt-get update` writes the lists of all packages to `/var/lib/apt/lists`, 20 to 50 MB that nothing
        in the container reads. They only go if the RUN that made them removes them: a later RUN hides
        them, and the bytes stay in the layer below.
    """,
    severity=Severity.INFO,
    fix=safe("/var/lib/apt/lists/*"),
    aliases=("DL3009",),
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt-get update» && apt-get install -y curl\n",
            fixed="FROM debian:12\n"
            "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12\nRUN «apt-get update» \\\n && apt-get install -y \\\n    curl \\\n"
            "    # for the tests\n    git \\\n && rm -rf /tmp/*\n",
            fixed="FROM debian:12\nRUN apt-get update \\\n && apt-get install -y \\\n    curl \\\n"
            "    # for the tests\n    git \\\n && rm -rf /tmp/* \\\n && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12\nRUN «apt-get -q update» && \\\n    apt-get install -y curl && \\\n    apt-get clean\n",
            fixed="FROM debian:12\nRUN apt-get -q update && \\\n    apt-get install -y curl && \\\n"
            "    apt-get clean && \\\n    rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12\nRUN set -eux; \\\n\t«apt-get update»; \\\n\tapt-get install -y curl; \\\n\tcurl --version\n",
            fixed="FROM debian:12\nRUN set -eux; \\\n\tapt-get update; \\\n\tapt-get install -y curl; \\\n"
            "\tcurl --version; \\\n\trm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\nset -e\n«apt-get update»\napt-get install -y curl\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\n"
            "rm -rf /var/lib/apt/lists/*\nEOF\n",
        ),
        Bad("FROM debian:12\nRUN «apt-get update»\nRUN apt-get install -y curl\n"),
        Bad("FROM debian:12\nRUN «apt-get update»\nRUN echo\n", fixed="FROM debian:12\nRUN echo\n"),
        Bad(
            "FROM debian:12 AS base\nRUN «apt-get update» && apt-get install -y curl\nFROM base\nRUN apt-get -y install git\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -r /var/lib/apt/lists\n"),
        Good(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl"
            " && find /var/lib/apt/lists -type f -delete\n"
        ),
        Good(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked"
            " apt-get update && apt-get install -y curl\n"
        ),
        Good(
            "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\n"
            "FROM debian:12\nCOPY --from=build /etc/hosts /x\n"
        ),
    ],
)
def apt_lists_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _updates, LISTS, _cleans):
        yield Finding(
            head(found.made[0]),
            "apt's package lists stay in this layer; remove /var/lib/apt/lists/* at the end of this RUN",
            _fix(dockerfile, found),
        )


def _updates(command: Command) -> bool:
    return calls(command, APT, ("update",))


def _cleans(command: Command) -> bool:
    return calls(command, APT, ("distclean", "dist-clean"))


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    if len(found.script.statements) == 1 and found.made[0].at_top:
        edit = remove_instruction(dockerfile, found.run)
        fix = None if edit is None else Fix("remove the RUN, since nothing reads its lists", (edit,))
    else:
        fix = cleaned(dockerfile, found, "rm -rf /var/lib/apt/lists/*", "remove apt's lists in the same RUN")
    if fix is None:
        return None
    other = first_behind(dockerfile, found.run, _is_of_note)
    if not isinstance(other, Run):
        return fix
    for script in scripts(other):
        if _relies(script):
            return Fix(
                fix.title,
                (),
                Applicability.DISPLAY,
                f"the RUN in line {other.first_line} installs with these lists: let it run `apt-get update`"
                " itself, or merge the two",
            )
        unknown = next((c for c in script.commands if _unknown(c)), None)
        if unknown is not None:
            return Fix(
                fix.title,
                fix.edits,
                Applicability.UNSAFE,
                f"{shown(unknown.name_word)} in line {other.first_line} fails if it installs with apt"
                " and does not update before",
            )
    return fix


def _is_of_note(instruction: Instruction) -> bool:
    """Whether an instruction needs the lists, or may need them."""
    return isinstance(instruction, Run) and any(
        _relies(script) or any(map(_unknown, script.commands)) for script in scripts(instruction)
    )


def _relies(script: Script) -> bool:
    for command in script.commands:
        if _updates(command):
            return False
        if command.name in ASK_APT or calls(command, APT, NEEDS_LISTS):
            return True
    return False


def _unknown(command: Command) -> bool:
    """Whether a command is a script of the project, which may call apt."""
    words = [command.name_word, *command.operands[:1]] if command.tool == "sh" else [command.name_word]
    return any(shown(w).endswith((".sh", ".bash")) for w in words)
