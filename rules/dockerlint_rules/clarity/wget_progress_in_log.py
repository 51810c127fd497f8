from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

QUIET = (
    "--progress", "-q", "--quiet", "-nv", "--no-verbose", "--non-verbose", "-o", "--output-file", "-a",
    "--append-output", "-V", "--version", "-h", "--help", "--spider",
)  # fmt: skip
BUSYBOX = "the wget of busybox does not know the option"


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: none of some flags; letters count wherever they stand, `-nv` on its own."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "wget"):
        quiet = call.has_flag(
            "progress", "q", "quiet", "no-verbose", "o", "output-file", "a", "append-output"
        ) or call.has_argument("-nv")
        if not quiet:
            yield Finding(call.command.name_word.span, "wget fills the log with its progress; limit it")


@rule(
    code="DL3047",
    summary="`wget` fills the build's log with its progress",
    why="""
        Without a terminal wget prints a line for every 50 kB, thousands for a large file, and what matters in
        the log drowns. `--progress=dot:giga` prints one for every 32 MB.
    """,
    severity=Severity.INFO,
    fix=safe(),
    peer=as_hadolint_does,
    source="https://www.gnu.org/software/wget/manual/wget.html#Download-Options",
    bad=[
        Bad(
            "FROM debian:12\nRUN «wget» https://example.org/a.tgz\n",
            fixed="FROM debian:12\nRUN wget --progress=dot:giga https://example.org/a.tgz\n",
        ),
        Bad(
            "FROM debian:12\nRUN cd /tmp && \\\n  # the tool\n  «/usr/bin/wget» -O - \\\n  https://example.org/a | tar xz\n",
            fixed="FROM debian:12\nRUN cd /tmp && \\\n  # the tool\n"
            "  /usr/bin/wget --progress=dot:giga -O - \\\n  https://example.org/a | tar xz\n",
        ),
        Bad("FROM alpine:3.20\nRUN «wget» https://example.org/a.tgz\n"),
        Bad(
            "FROM alpine:3.20\nRUN apk add wget && «wget» https://example.org/a.tgz\n",
            fixed="FROM alpine:3.20\nRUN apk add wget && wget --progress=dot:giga https://example.org/a.tgz\n",
        ),
        Bad(
            "FROM example.org/team/base:1\nRUN «wget» https://example.org/a.tgz\n",
            fixed="FROM example.org/team/base:1\nRUN wget --progress=dot:giga https://example.org/a.tgz\n",
        ),
        Bad("FROM example.org/team/base:1-alpine\nRUN «wget» https://example.org/a.tgz\n"),
        Bad("FROM example.org/busybox:1\nRUN «wget» https://example.org/a.tgz\n"),
        Bad('FROM debian:12\nRUN [«"wget"», "https://example.org/a.tgz"]\n'),
        Bad(
            "ARG BASE\nFROM $BASE\nRUN «wget» https://example.org/a.tgz\n",
            fixed="ARG BASE\nFROM $BASE\nRUN wget --progress=dot:giga https://example.org/a.tgz\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN wget -q https://example.org/a.tgz\n"),
        Good("FROM debian:12\nRUN wget -qO- https://example.org/a.tgz | tar xz\n"),
        Good("FROM debian:12\nRUN wget -nv https://example.org/a.tgz -o log\n"),
        Good("FROM debian:12\nRUN wget --progress=bar:force https://example.org/a.tgz\n"),
        Good("FROM debian:12\nRUN wget --version && apt-get install wget\n"),
    ],
)
def wget_progress_in_log(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("wget"):
                if command.has(*QUIET) or not command.arguments:
                    continue
                fix = _fix(dockerfile, run, command) if editable(script) else None
                yield Finding(
                    command.name_word.span,
                    "wget fills the log with its progress; add --progress=dot:giga, or -nv",
                    fix,
                )


def _fix(dockerfile: Dockerfile, run: Run, command: Command) -> Fix | None:
    """The option, where wget is GNU's; unsafe where nothing tells, none where it is busybox'."""
    from dockerlint.knowledge.bases import base_image_of

    at = command.name_word.span.end
    title, edits = "add --progress=dot:giga", (Edit(Span(at, at), " --progress=dot:giga"),)
    stage = dockerfile.stage_of(run)
    image = stage.lineage[-1].image if stage is not None else None
    base = base_image_of(image) if image else None
    if base is not None and base.distro not in ("alpine", "busybox"):
        return Fix(title, edits)
    if stage is not None and any(_installs_wget(one) for above in stage.lineage for one in above.of(Run)):
        return Fix(title, edits)
    if base is not None or "alpine" in (image or "") or "busybox" in (image or ""):
        return None
    return Fix(title, edits, Applicability.UNSAFE, BUSYBOX)


def _installs_wget(run: Run) -> bool:
    from dockerlint.shell.installs import installs

    return any("wget" in install.names for script in scripts(run) for install in installs(script))
