from __future__ import annotations

from dockerlint.model import Cmd, Dockerfile, Entrypoint
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="JSONArgsRecommended",
    summary="`CMD` or `ENTRYPOINT` in shell form",
    why="""
        In shell form a shell is the main process. It does not hand signals on, so `docker stop` waits ten seconds
        and then kills the program without a chance to finish. In exec form the program itself is the main
        process. An array that is not valid JSON (single quotes, a comma too many) is shell form, too. Where
        a `SHELL` is set, the shell is there on purpose. The fix is offered where the command needs no
        shell: no variables, globs, operators or built-in commands, and for `ENTRYPOINT` no `CMD` that would
        become its arguments.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the program is started without a shell around it, which the image's config tells",
        config=("Cmd", "Entrypoint"),
    ),
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/json-args-recommended/",
    bad=[
        Bad(
            "FROM busybox\n«CMD» httpd -f  -h '/srv/my site'\n",
            fixed='FROM busybox\nCMD ["httpd", "-f", "-h", "/srv/my site"]\n',
        ),
        Bad(
            "FROM busybox\n«ENTRYPOINT» exec httpd \\\n    # in front\n    -f\n",
            fixed='FROM busybox\nENTRYPOINT ["httpd", \\\n    # in front\n    "-f"]\n',
        ),
        Bad(
            "FROM busybox\n«CMD» ['httpd', '-f',]\n",
            fixed='FROM busybox\nCMD ["httpd", "-f"]\n',
        ),
        Bad("FROM busybox\n«CMD» httpd -p $PORT\n"),
        Bad("FROM busybox\n«CMD» cd /srv && httpd -f\n"),
        Bad("FROM busybox\n«CMD» ls *.txt\n"),
        Bad('FROM busybox\n«ENTRYPOINT» httpd\nCMD ["-f"]\n'),
    ],
    good=[
        Good('FROM busybox\nENTRYPOINT ["httpd"]\nCMD ["-f"]\n'),
        Good('FROM busybox\nSHELL ["/bin/ash", "-c"]\nCMD httpd\n'),
        Good('FROM busybox AS one\nSHELL ["/bin/ash", "-c"]\nFROM one\nCMD httpd\n'),
        Good("FROM busybox\nHEALTHCHECK CMD wget -q localhost\n"),
    ],
)
def json_args_recommended(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        if not isinstance(instruction, Cmd | Entrypoint) or instruction.command.is_exec:
            continue
        if instruction.state.shell is not None:
            continue
        from dockerlint.execform import exec_form_edits

        edits = exec_form_edits(dockerfile, instruction)
        keyword = instruction.keyword
        yield Finding(
            keyword.span,
            f"a shell is the main process of this {keyword.text}; write a JSON array",
            Fix("write the exec form", edits) if edits else None,
        )
