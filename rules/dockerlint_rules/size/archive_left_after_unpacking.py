from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile, Run
from dockerlint.reach import behind, shipped, shipped_runs
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import insert_behind
from dockerlint.shell.fetching import ARCHIVES, Fetched, fetched, unpacks
from dockerlint.shell.leftover import head, prefix
from dockerlint.shell.paths import UNKNOWN, folders, joined, matches, mounted, removals
from dockerlint.shell.quoting import shown
from dockerlint.shell.unpacking import added

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Script, ShellWord

# What scripts of the base image unpack once more: docker-php-source of the official php image.
READ_LATER = ("php.tar.xz",)


@rule(
    code="DK335",
    summary="Downloaded archive stays in the layer after it was unpacked",
    why="""
        An archive that a RUN downloads and unpacks lies in the layer twice: as it came, and unpacked.
        Removing it in the same RUN, or piping the download into `tar`, keeps only what is needed. Removing
        it in a later RUN frees nothing.
    """,
    severity=Severity.INFO,
    fix=safe("/tmp/*", *(f"*{ending}" for ending in ARCHIVES)),
    aliases=("DL3010",),
    bad=[
        Bad(
            "FROM debian:12\nRUN «curl» -fsSLO https://example.org/a.tar.gz && tar -xzf a.tar.gz\n",
            fixed="FROM debian:12\n"
            "RUN curl -fsSLO https://example.org/a.tar.gz && tar -xzf a.tar.gz && rm a.tar.gz\n",
        ),
        Bad(
            'FROM debian:12\nRUN «wget» -O "/tmp/a-$V.zip" https://example.org/a.zip \\\n # the program\n'
            ' && unzip "/tmp/a-$V.zip" -d /opt \\\n && /opt/a/setup\n',
            fixed='FROM debian:12\nRUN wget -O "/tmp/a-$V.zip" https://example.org/a.zip \\\n # the program\n'
            ' && unzip "/tmp/a-$V.zip" -d /opt \\\n && rm "/tmp/a-$V.zip" \\\n && /opt/a/setup\n',
        ),
        Bad(
            "FROM debian:12\nRUN cd /tmp && \\\n    «wget» https://example.org/a.deb && \\\n    dpkg -i a.deb\n",
            fixed="FROM debian:12\nRUN cd /tmp && \\\n    wget https://example.org/a.deb && \\\n"
            "    dpkg -i a.deb && \\\n    rm a.deb\n",
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\nset -e\n«curl» -o /a.tar https://example.org/a.tar\ntar xf /a.tar -C /opt\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\nset -e\ncurl -o /a.tar https://example.org/a.tar\n"
            "tar xf /a.tar -C /opt\nrm /a.tar\nEOF\n",
        ),
        Bad(
            "FROM debian:12\n«COPY» dist/app.tar.xz /tmp/\nENV A=1\n"
            'RUN tar -xJf /tmp/app.tar.xz -C /opt/app && rm /tmp/app.tar.xz\nCMD ["/opt/app/run"]\n',
            fixed='FROM debian:12\nADD dist/app.tar.xz /opt/app/\nENV A=1\nCMD ["/opt/app/run"]\n',
        ),
        Bad("FROM debian:12\n«COPY» app.zip /tmp/\nRUN unzip /tmp/app.zip -d /opt && rm /tmp/app.zip\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN curl -O https://example.org/a.tgz && tar xf a.tgz && rm a.tgz\n"),
        Good(
            "FROM debian:12\nRUN curl -o /tmp/a.tgz https://example.org/a && tar xf /tmp/a.tgz && rm -rf /tmp/*\n"
        ),
        Good("FROM debian:12\nRUN curl -fsSL https://example.org/a.tgz | tar xz\n"),
        Good("FROM debian:12\nRUN curl -o /opt/a.jar https://example.org/a.jar\n"),
        Good(
            "FROM debian:12\nRUN --mount=type=tmpfs,target=/tmp wget -P /tmp https://x.org/a/b.tgz && tar xf /tmp/b.tgz\n"
        ),
        Good("FROM debian:12 AS build\nRUN curl -O https://x.org/a/b.tgz && tar xf b.tgz\nFROM debian:12\n"),
    ],
)
def archive_left_after_unpacking(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            for found in fetched(script, run.state.workdir):
                if found.kind == "download":
                    yield from _downloaded(dockerfile, run, script, found)
    yield from _copied(dockerfile)


def _downloaded(dockerfile: Dockerfile, run: Run, script: Script, found: Fetched) -> Iterator[Finding]:
    path = found.path
    uses = [(i, word) for i, word in _uses(script, run.state.workdir, path) if i > found.index]
    if not any(unpacks(script.commands[i]) is word for i, word in uses) or mounted(run, (path,)):
        return
    since = found.command.end
    gone = [p for c, p in removals(script, run.state.workdir) if c.start >= since]
    if any(matches(p, path) or matches(p, found.inside) for p in gone):
        return
    name = path.rpartition("/")[2]
    if any(script.commands[i].name in ("mv", "ln") for i, _ in uses):
        return
    if name in dockerfile.source.text[run.span.end :] or name in READ_LATER:
        return
    yield Finding(
        head(found.command),
        f"{name} stays in this layer although it is unpacked; remove it in the same RUN",
        _fix(dockerfile, run, script, found, uses[-1]),
    )


def _uses(script: Script, workdir: str | None, path: str) -> Iterator[tuple[int, ShellWord]]:
    """The words that name a file, each with the index of its command."""
    where = folders(script, workdir)
    for index, command in enumerate(script.commands):
        for word in command.arguments:
            if joined(where[index] or UNKNOWN, shown(word)) == path:
                yield index, word


def _fix(
    dockerfile: Dockerfile, run: Run, script: Script, found: Fetched, last: tuple[int, ShellWord]
) -> Fix | None:
    command, word = script.commands[last[0]], last[1]
    before = prefix(dockerfile, found.command)
    if before is None or any(c in word.raw for c in "`(\n"):
        return None
    edit = insert_behind(dockerfile, run, script, command, f"{before}rm {word.raw}")
    if edit is None:
        return None
    title = "remove the archive in the same RUN"
    if found.path.startswith("/tmp/") or _resolved(run, script, found.path).endswith(ARCHIVES):
        return Fix(title, (edit,))
    reason = f"{shown(word)} is gone from the image"
    return Fix(title, (edit,), Applicability.UNSAFE, reason)


def _resolved(run: Run, script: Script, path: str) -> str:
    """The path, or the value of the variable that it is as a whole."""
    name = path.strip("${}")
    if not path.startswith("$") or not name.isidentifier():
        return path
    value = run.state.variables.get(name)
    if value is None:
        _, _, value = script.text.text.partition(f"{name}=")
        value = (value.split() or [""])[0].strip("\"';")
    return value


def _copied(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Archives of the build context that a later RUN unpacks."""
    stages = shipped(dockerfile)
    for copy in dockerfile.instructions(Copy, Add):
        if copy.stage not in stages or not isinstance(copy, (Copy, Add)) or copy.flag("from") is not None:
            continue
        for source in copy.sources:
            name = source.raw.rpartition("/")[2]
            if not name.endswith(ARCHIVES) or "*" in name:
                continue
            target = copy.destination.value or copy.destination.raw
            if target.endswith(("/", ".")) or len(copy.sources) > 1:
                target = f"{target}/{name}"
            path = joined(copy.state.workdir or UNKNOWN, target)
            for run in behind(dockerfile, copy):
                if isinstance(run, Run) and path is not None and _is_unpacked(run, path):
                    yield Finding(
                        copy.keyword.span,
                        f"{name} stays in this layer although the RUN in line {run.first_line} unpacks it;"
                        " mount it there (RUN --mount=type=bind), or let ADD unpack a tar archive",
                        added(dockerfile, copy),
                    )
                    break


def _is_unpacked(run: Run, path: str) -> bool:
    for script in scripts(run):
        for index, word in _uses(script, run.state.workdir, path):
            if unpacks(script.commands[index]) is word:
                return True
    return False
