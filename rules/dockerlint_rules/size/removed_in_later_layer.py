from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import in_turn
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import append
from dockerlint.shell.fetching import Fetched, fetched
from dockerlint.shell.leftover import prefix
from dockerlint.shell.moving import between, known, moved
from dockerlint.shell.paths import folders, joined, matches, mounted, normal, removals
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.shell import Command, Script


@rule(
    code="DK337",
    summary="File removed in a later layer than the one that made it",
    why="""
        A layer never takes bytes out of the layers below it: what one RUN downloads and a later RUN removes
        is hidden, and still shipped. Removing it in the RUN that made it keeps it out of the image.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    bad=[
        Bad(
            "FROM debian:12\nRUN wget -O /tmp/a.tgz https://example.org/a.tgz && tar xf /tmp/a.tgz -C /opt\n"
            "RUN «rm /tmp/a.tgz»\n",
            fixed="FROM debian:12\nRUN wget -O /tmp/a.tgz https://example.org/a.tgz && tar xf /tmp/a.tgz -C /opt"
            " && rm /tmp/a.tgz\n",
        ),
        Bad(
            "FROM debian:12\nRUN git clone https://example.org/a /src/a \\\n    # and build\n    && make -C /src/a\n"
            "ENV A=1\nRUN echo done \\\n && «rm -rf /src/a» \\\n && echo more\n",
            fixed="FROM debian:12\nRUN git clone https://example.org/a /src/a \\\n    # and build\n"
            "    && make -C /src/a \\\n    && rm -rf /src/a\nENV A=1\nRUN echo done \\\n && echo more\n",
        ),
        Bad(
            "FROM debian:12\nWORKDIR /w\nRUN <<EOF\nset -e\ncurl -O https://example.org/a.zip\nunzip a.zip\nEOF\n"
            "RUN «rm -rf /w/a.zip /w/b»\n",
            fixed="FROM debian:12\nWORKDIR /w\nRUN <<EOF\nset -e\ncurl -O https://example.org/a.zip\nunzip a.zip\n"
            "rm -rf /w/a.zip\nEOF\nRUN rm -rf /w/b\n",
        ),
        Bad(
            "FROM debian:12\nRUN wget -O /a.tgz https://example.org/a.tgz\nRUN tar xf /a.tgz && «rm /a.tgz»\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN wget -O /a.tgz https://example.org/a.tgz && tar xf /a.tgz && rm /a.tgz\n"),
        Good("FROM debian:12\nRUN rm /etc/motd\n"),
        Good(
            "FROM debian:12 AS build\nRUN wget -O /a.tgz https://example.org/a.tgz\nRUN rm /a.tgz\n"
            "FROM debian:12\nCOPY --from=build /opt /opt\n"
        ),
    ],
)
def removed_in_later_layer(dockerfile: Dockerfile) -> Iterator[Finding]:
    start: Callable[[], list[tuple[Run, Fetched]]] = list
    for stage, made in in_turn(dockerfile, start):
        for run in stage.of(Run):
            if made:
                yield from _removes(dockerfile, run, made)
            made += [(run, f) for f in _left_by(run)]


def _left_by(run: Run) -> Iterator[Fetched]:
    """Files and clones that a RUN makes and does not remove."""
    for script in scripts(run):
        brought = tuple(fetched(script, run.state.workdir))
        gone = list(removals(script, run.state.workdir)) if brought else []
        for found in brought:
            kept = not any(c.start >= found.command.end and matches(p, found.path) for c, p in gone)
            if (
                found.kind != "unpacked"
                and found.path.startswith(("/", "~"))
                and kept
                and not mounted(run, (found.path,))
            ):
                yield found


def _removes(dockerfile: Dockerfile, run: Run, made: list[tuple[Run, Fetched]]) -> Iterator[Finding]:
    for script in scripts(run):
        for command, path in removals(script, run.state.workdir):
            gone = [m for m in made if command.name == "rm" and matches(path, m[1].path)]
            if not gone:
                continue
            for each in gone:
                made.remove(each)
            maker, found = gone[-1]
            wide = normal(path) != found.path
            what = f"{found.path} stays in the layer of line {maker.first_line}, whatever is removed here"
            plain = f"this frees nothing: the layer of line {maker.first_line} keeps {found.path}"
            yield Finding(
                command.span,
                f"{what if wide else plain}; remove it in that RUN",
                _fix(dockerfile, maker, found, run, script, command, wide),
            )


def _fix(
    dockerfile: Dockerfile, maker: Run, found: Fetched, run: Run, script: Script, command: Command, wide: bool
) -> Fix | None:
    middle = between(dockerfile, maker, run)
    name = found.path.rpartition("/")[2]
    if middle is None or not name or any(c in name for c in "*?[`(") or not known(maker, run, found.path):
        return None
    user = next((i for i in middle if name in dockerfile.source.slice(i.span)), None)
    users = [(i, s) for i in middle if isinstance(i, Run) for s in scripts(i)]
    user = user or next((r for r, s in users if _touches(r, s, found.path, command)), None)
    if user is not None or _touches(run, script, found.path, command):
        line = (user or run).first_line
        reason = f"line {line} uses it in between: join the RUN instructions, or remove it there"
        return Fix("remove it in the RUN that made it", (), Applicability.DISPLAY, reason)
    if wide:
        return _removed_there(dockerfile, maker, found)
    words = tuple(
        w for w in command.operands if shown(w).startswith("/") and joined("/", shown(w)) == found.path
    )
    return moved(dockerfile, maker, run, script, command, words) if len(words) == 1 else None


def _touches(run: Run, script: Script, path: str, but: Command) -> bool:
    """Whether a script has another command with a word that names the file: itself, by a glob, or
    a folder around it."""
    where = folders(script, run.state.workdir)
    name = path.rpartition("/")[2]
    for folder, command in zip(where, script.commands):
        if command is but or command.name in ("cd", "mkdir"):
            continue
        for word in (*command.arguments, command.name_word):
            text = shown(word)
            full = joined(folder or "?", text) or text
            if name in text or matches(full, path):
                return True
    return False


def _removed_there(dockerfile: Dockerfile, maker: Run, found: Fetched) -> Fix | None:
    """The removal of a file at the end of the RUN that made it; the later one stays, since it
    removes more."""
    before = prefix(dockerfile, found.command)
    script = next((s for s in scripts(maker) if found.command in s.commands), None)
    if before is None or script is None or not found.path.startswith("/") or " " in found.path:
        return None
    word = f'"{found.path}"' if "$" in found.path else found.path
    flags = "-f" if found.kind == "download" else "-rf"
    edit = append(dockerfile, maker, script, f"{before}rm {flags} {word}")
    return None if edit is None else Fix(f"remove it in the RUN in line {maker.first_line}", (edit,))
