from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HIGHEST = 99999


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the word behind a `-u` has more than five characters, whatever they are."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "useradd"):
        values = [call.arguments[i + 1 : i + 2] for flag, i in call.flags if flag == "u"]
        if any(len(value) > 5 for found in values for value in found) and not call.has_flag(
            "l", "no-log-init"
        ):
            yield Finding(call.command.name_word.span, "a high UID makes huge log files; add --no-log-init")


@rule(
    code="DL3046",
    summary="`useradd` with a high UID writes huge sparse log files",
    why="""
        `/var/log/lastlog` and `/var/log/faillog` have a slot for each UID: for UID 1000000 they are hundreds
        of megabytes of holes, which become real bytes in the layer. `--no-log-init` leaves them alone.
    """,
    severity=Severity.WARNING,
    fix=safe("/var/log/lastlog", "/var/log/faillog"),
    peer=as_hadolint_does,
    source="https://github.com/moby/moby/issues/5419",
    bad=[
        Bad(
            "FROM debian:12\nRUN «useradd» -m -u 1000000 app\n",
            fixed="FROM debian:12\nRUN useradd --no-log-init -m -u 1000000 app\n",
        ),
        Bad(
            "FROM debian:12\nARG ID=200000\nRUN sudo «/usr/sbin/useradd» \\\n  # the owner\n  --uid=$ID app\n",
            fixed="FROM debian:12\nARG ID=200000\n"
            "RUN sudo /usr/sbin/useradd --no-log-init \\\n  # the owner\n  --uid=$ID app\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN useradd -u 99999 app\n"),
        Good("FROM debian:12\nRUN useradd -lu 1000000 app\n"),
        Good("FROM debian:12\nRUN useradd --no-log-init -u 1000000 app\n"),
        Good("FROM debian:12\nARG ID\nRUN useradd -u $ID app\n"),
        Good("FROM debian:12\nRUN usermod -u 1000000 app\n"),
    ],
)
def useradd_with_high_uid(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("useradd"):
                option = command.option("-u", "--uid")
                value = (option.value or "").strip('"') if option is not None else ""
                if value.startswith("$"):
                    value = run.state.variables.get(value.strip("${}")) or ""
                if not value.isdigit() or int(value) <= _HIGHEST or command.has("-l", "--no-log-init"):
                    continue
                span = command.name_word.span
                fix = Fix("add --no-log-init", (Edit(Span(span.end, span.end), " --no-log-init"),))
                yield Finding(
                    span,
                    f"UID {value} makes lastlog and faillog huge; add --no-log-init",
                    fix if editable(script) else None,
                )
