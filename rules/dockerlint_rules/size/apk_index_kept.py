from __future__ import annotations

from dockerlint.hadolint import cached
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import editable, insert_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Run
    from dockerlint.shell.as_hadolint import Call


@rule(
    code="DL3019",
    summary="`apk add` without `--no-cache`",
    why="""
        Without `--no-cache` the package index stays in `/var/cache/apk`. This is hadolint's own test, for its
        profile: that a later command removes the index does not count. The default profile has DK312, which
        looks at what is left.
    """,
    severity=Severity.INFO,
    fix=safe("/var/cache/apk/*"),
    profiles=("hadolint",),
    source="https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Packages_and_Repositories",
    bad=[
        Bad(
            "FROM alpine:3.20\nRUN «apk» add curl\n", fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n"
        ),
        Bad(
            "FROM alpine:3.20\nRUN set -e; \\\n    # tools\n    «apk» -U add git && rm -rf /var/cache/apk/*\n",
            fixed="FROM alpine:3.20\nRUN set -e; \\\n    # tools\n    apk --no-cache add git && rm -rf /var/cache/apk/*\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN «apk» add --update curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad('FROM alpine:3.20\nRUN ["«apk»", "add", "curl"]\n'),
        Bad("FROM alpine:3.20\nRUN apk update && «apk» add curl\n"),
    ],
    good=[
        Good("FROM alpine:3.20\nRUN apk add --no-cache curl && apk --no-cache add git\n"),
        Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"),
        Good("FROM alpine:3.20\nRUN apk del curl\n"),
    ],
)
def apk_index_kept(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "apk"):
        if call.has_argument("add") and not call.has_flag("no-cache") and not cached(run, "/var/cache/apk"):
            yield Finding(
                call.command.name_word.span,
                "the package index stays in the layer; use --no-cache",
                _fix(run, call),
            )


def _fix(run: Run, call: Call) -> Fix | None:
    from dockerlint.shell.as_hadolint import ours

    own = ours(run, call)
    if own is None or own[1].subcommand != "add" or not editable(own[0]):
        return None
    script, command = own
    if any(c.subcommand == "update" for c in script.named("apk")):
        # The index that `apk update` left would not be used; that takes another edit.
        return None
    for option in command.options:
        if option.name in ("-U", "--update", "--update-cache") and option.word.value == option.name:
            return Fix("use --no-cache", (Edit(option.word.span, "--no-cache"),))
    edit = insert_option(script, command, "--no-cache")
    return None if edit is None else Fix("use --no-cache", (edit,))
