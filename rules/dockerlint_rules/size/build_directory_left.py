from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.reach import shipped_runs
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.fetching import Fetched, fetched
from dockerlint.shell.leftover import Left, cleaned
from dockerlint.shell.paths import UNKNOWN, folders, joined, matches, mounted, removals
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Run
    from dockerlint.shell import Command, Script

SCRATCH = ("/tmp", "/var/tmp", "/usr/src", "/usr/local/src")
# What puts links to the build folder, or the folder's own path, into the image.
TIES = ("ln", "link")


@rule(
    code="DK336",
    summary="Source and build folder stays in the layer after the install",
    why="""
        Sources, objects and the history of a clone are of no use once `make install` has put the program in
        its place, and are often many times its size. Removing the folder in the same RUN keeps it out of the
        layer; a stage of its own does so, too.
    """,
    severity=Severity.INFO,
    fix=safe(*(f"{folder}/*" for folder in SCRATCH)),
    bad=[
        Bad(
            "FROM debian:12\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a && «make install»\n",
            fixed="FROM debian:12\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a && make install"
            " && rm -rf /tmp/a\n",
        ),
        Bad(
            "FROM debian:12\nRUN cd /usr/src \\\n && curl -L https://example.org/a-$V.tgz | tar xz \\\n"
            " # the program\n && cd a-$V \\\n && ./configure && make && «make install»\n",
            fixed="FROM debian:12\nRUN cd /usr/src \\\n && curl -L https://example.org/a-$V.tgz | tar xz \\\n"
            ' # the program\n && cd a-$V \\\n && ./configure && make && make install \\\n && rm -rf "/usr/src/a-$V"\n',
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\nset -e\ncd /usr/src\ngit clone https://example.org/a\n"
            "cmake -S a -B a/out\ncd a/out\n«ninja install»\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\nset -e\ncd /usr/src\ngit clone https://example.org/a\n"
            "cmake -S a -B a/out\ncd a/out\nninja install\nrm -rf /usr/src/a\nEOF\n",
        ),
        Bad(
            "FROM python:3.12\nRUN git clone https://example.org/a /tmp/a && cd /tmp/a && «pip install» .\n",
            fixed="FROM python:3.12\n"
            "RUN git clone https://example.org/a /tmp/a && cd /tmp/a && pip install . && rm -rf /tmp/a\n",
        ),
        Bad(
            "FROM debian:12\nRUN git clone https://example.org/a.git /a && cd /a && «make install»\n",
            fixed="FROM debian:12\nRUN git clone https://example.org/a.git /a && cd /a && make install && rm -rf /a\n",
        ),
    ],
    good=[
        Good(
            "FROM debian:12\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a && make install"
            " && rm -rf /tmp/a\n"
        ),
        Good(
            "FROM debian:12\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a && make install\n"
            "RUN /tmp/a/check\n"
        ),
        Good(
            "FROM debian:12\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a"
            " && ./configure --prefix=/tmp/a/out && make install\n"
        ),
        Good("FROM debian:12\nRUN git clone https://example.org/a.git /app && cd /app && make\n"),
        Good("FROM debian:12\nWORKDIR /a\nRUN git clone https://example.org/a.git . && make install\n"),
        Good(
            "FROM debian:12 AS build\nRUN git clone https://example.org/a.git /tmp/a && cd /tmp/a && make install\n"
            "FROM debian:12\nCOPY --from=build /usr/local /usr/local\n"
        ),
    ],
)
def build_directory_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            seen: set[str] = set()
            for index, command in enumerate(script.commands):
                if not _installs(command):
                    continue
                found = _build_folder(run, script, index)
                if found is None or found[1] in seen or _stays(dockerfile, run, script, found[1], index):
                    continue
                made, path = found
                seen.add(path)
                yield Finding(
                    _span(command),
                    f"{path} stays in this layer after the install; remove it in the same RUN",
                    _fix(dockerfile, Left(run, script, (made.command, command)), path),
                )


def _installs(command: Command) -> bool:
    """Whether a command copies what was built to its place outside the build folder."""
    words = [shown(w) for w in command.arguments]
    if command.name in ("make", "gmake", "ninja", "meson"):
        return any(w.startswith("install") for w in words)
    if command.name == "cmake":
        return "--install" in words or ("--build" in words and "install" in words)
    if command.tool == "pip":
        return (
            words[:1] == ["install"] and any(w in (".", "./") for w in words) and not _edits_in_place(command)
        )
    return "setup.py" in words and "install" in words


def _span(command: Command) -> Span:
    word = next((w for w in command.arguments if "install" in shown(w)), command.name_word)
    return Span(command.name_word.span.start, word.span.end)


def _edits_in_place(command: Command) -> bool:
    """`pip install -e .`: the environment points into the folder."""
    return command.tool == "pip" and command.has("-e", "--editable")


def _build_folder(run: Run, script: Script, index: int) -> tuple[Fetched, str] | None:
    """The folder made in this script that an installing command runs in, and what made it."""
    command = script.commands[index]
    here = folders(script, run.state.workdir)[index]
    for at, word in enumerate(command.arguments[:-1]):
        if shown(word) in ("-C", "--directory", "--install", "--build"):
            here = joined(here or UNKNOWN, shown(command.arguments[at + 1]))
    if here is None or not here.startswith("/"):
        return None
    for made in fetched(script, run.state.workdir):
        if made.index > index or not made.path.startswith("/"):
            continue
        if made.kind == "clone" and (here == made.path or here.startswith(made.path + "/")):
            return made, made.path
        if made.kind == "unpacked" and here.startswith(made.path.rstrip("/") + "/"):
            below = here[len(made.path.rstrip("/")) + 1 :].partition("/")[0]
            return made, f"{made.path.rstrip('/')}/{below}"
    return None


def _stays(dockerfile: Dockerfile, run: Run, script: Script, path: str, index: int) -> bool:
    """Whether the folder is removed, is not part of the layer, or is needed further on."""
    since = script.commands[index].start
    gone = [p for c, p in removals(script, run.state.workdir) if c.start >= since]
    if any(matches(p, path) for p in gone) or mounted(run, (path,)):
        return True
    workdir = run.state.workdir or "/"
    if path in ("/", workdir) or workdir.startswith(path + "/"):
        return True
    if any(c.name in TIES or _edits_in_place(c) for c in script.commands):
        return True
    words = [shown(w) for c in script.commands for w in (*c.arguments, *c.assignments)]
    if any("prefix" in w.lower() and (path in w or "pwd" in w.lower() or "=." in w) for w in words):
        return True
    rest = dockerfile.source.text[run.span.end :]
    name = path.rpartition("/")[2]
    return path in rest or f"{name}/" in rest or f"/{name}" in rest


def _fix(dockerfile: Dockerfile, found: Left, path: str) -> Fix | None:
    if any(c in path for c in "*?[`(\"'\\ ") or path.endswith("$"):
        return None
    bare = path.rpartition("/")[2]
    if bare.startswith("$"):
        # An empty variable would remove the folder above.
        return None
    word = f'"{path}"' if "$" in path else path
    fix = cleaned(dockerfile, found, f"rm -rf {word}", "remove the build folder in the same RUN")
    if fix is None or path.startswith(tuple(f"{folder}/" for folder in SCRATCH)):
        return fix
    reason = f"{path} is gone from the image; nothing else in this file speaks of it"
    return Fix(fix.title, fix.edits, Applicability.UNSAFE, reason)
