from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import insert_option, remove_command, remove_instruction, remove_word
from dockerlint.shell.leftover import Left, calls, first_user, head, left, verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("/var/cache/apk", "/etc/apk/cache", "/lib/apk/db/cache")
UPDATE_OPTIONS = ("-U", "--update", "--update-cache")


@rule(
    code="DK312",
    summary="Package index of apk stays in the layer",
    why="""
        `apk add` and `apk update` keep the package index in `/var/cache/apk`. With `--no-cache` the index
        is fetched, used and not kept, so neither `apk update` nor `--update` is needed.
    """,
    severity=Severity.INFO,
    fix=safe("/var/cache/apk/*"),
    aliases=("DL3019",),
    bad=[
        Bad(
            "FROM alpine:3.20\nRUN «apk add» curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN «apk update» && apk add curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN set -ex \\\n    # tools\n    && «apk --update add» \\\n        curl \\\n        git\n",
            fixed="FROM alpine:3.20\nRUN set -ex \\\n    # tools\n    && apk add --no-cache \\\n        curl \\\n"
            "        git\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN <<EOF\nset -e\n«apk add» -U curl\nEOF\n",
            fixed="FROM alpine:3.20\nRUN <<EOF\nset -e\napk add --no-cache curl\nEOF\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN «apk update» && apk add --no-cache curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\n\nRUN «apk update»\n\nRUN apk add --no-cache curl\n",
            fixed="FROM alpine:3.20\n\nRUN apk add --no-cache curl\n",
        ),
    ],
    good=[
        Good("FROM alpine:3.20\nRUN apk add --no-cache curl\n"),
        Good("FROM alpine:3.20\nRUN apk --no-cache add curl\n"),
        Good("FROM alpine:3.20\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*\n"),
        Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"),
        Good("FROM alpine:3.20 AS build\nRUN apk add gcc\nFROM alpine:3.20\nRUN echo\n"),
    ],
)
def apk_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, lambda command: False):
        first = found.made[0]
        yield Finding(
            head(first),
            f"`apk {verb(first)}` keeps the package index in this layer; use `apk add --no-cache`",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    if not calls(command, ("apk",), ("add", "update", "upgrade")):
        return False
    return verb(command) == "update" or not command.has("--no-cache", "--no-network")


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    edits: list[Edit | None] = []
    for command in found.made:
        if verb(command) == "update":
            if command.redirects or any(not o.name.startswith(("-q", "--quiet")) for o in command.options):
                return None
            if first_user(dockerfile, found.run, _needs_index) is not None:
                return None
            if len(found.script.statements) == 1 and command.at_top:
                edits.append(remove_instruction(dockerfile, found.run))
            else:
                edits.append(remove_command(dockerfile, found.run, found.script, command))
        else:
            edits.append(insert_option(found.script, command, "--no-cache"))
            updates = [o.word for o in command.options if o.name in UPDATE_OPTIONS]
            if any(word.text not in UPDATE_OPTIONS for word in updates):
                return None
            edits += [remove_word(dockerfile, found.script, command, word) for word in dict.fromkeys(updates)]
    if any(edit is None for edit in edits):
        return None
    return Fix("use --no-cache", tuple(edit for edit in edits if edit is not None))


def _needs_index(command: Command) -> bool:
    """Whether a later apk reads the index that an earlier RUN left."""
    reads = calls(command, ("apk",), ("add", "upgrade", "fetch", "search", "info", "policy", "list"))
    return reads and not command.has("--no-cache", *UPDATE_OPTIONS)
