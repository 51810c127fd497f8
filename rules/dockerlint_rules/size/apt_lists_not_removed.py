from __future__ import annotations

from dockerlint.hadolint import cache_targets, cached, kept_stages
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import append
from dockerlint.shell.paths import removed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Run
    from dockerlint.shell.as_hadolint import Call

LISTS = "/var/lib/apt/lists"
TOOLS = ("apt-get", "apt", "aptitude")


@rule(
    code="DL3009",
    summary="`apt-get update` without removing the package lists",
    why="""
        The package lists that `apt-get update` fetches stay in the layer unless the same `RUN` removes them. This
        is hadolint's own test, for its profile: any `rm -rf` of the script is taken for the removal. The
        default profile has DK310, which looks at what is removed.
    """,
    severity=Severity.INFO,
    fix=safe("/var/lib/apt/lists/*"),
    profiles=("hadolint",),
    source="https://docs.docker.com/build/building/best-practices/#apt-get",
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt-get» update && apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12 AS base\nRUN «apt» update \\\n    # tools\n    && apt install -y curl\nFROM base\n",
            fixed="FROM debian:12 AS base\nRUN apt update \\\n    # tools\n    && apt install -y curl \\\n"
            "    && rm -rf /var/lib/apt/lists/*\nFROM base\n",
        ),
        Bad("FROM debian:12\nRUN «aptitude» update; /bin/rm -rf /var/lib/apt/lists/*\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /tmp/x\n"),
        Good("FROM debian:12\nRUN apt-get update && rm -f /var/lib/apt/lists/*\n"),
        Good("FROM debian:12 AS build\nRUN apt-get update\nFROM busybox\nCOPY --from=build /a /a\n"),
        Good("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update\n"),
        Good(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt"
            " apt-get update\n"
        ),
        Good("FROM debian:12\nRUN apt-get upgrade -y\n"),
    ],
)
def apt_lists_not_removed(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "update" not in dockerfile.source.text:
        return
    from dockerlint.shell.as_hadolint import views

    kept = kept_stages(dockerfile)
    for run, seen in views(dockerfile):
        updates = [call for call in seen.named(*TOOLS) if call.has_argument("update")]
        if not updates or (run.stage not in kept and not run.onbuild):
            continue
        if any(call.has_argument("-rf", f"{LISTS}/*") for call in seen.named("rm")):
            continue
        if cached(run, LISTS) or (_over(run, "/var/lib/apt") and _over(run, "/var/cache/apt")):
            continue
        yield Finding(
            updates[0].command.name_word.span,
            "apt's package lists stay in this layer; remove /var/lib/apt/lists/* in the same RUN",
            _fix(dockerfile, run, updates[0]),
        )


def _over(run: Run, path: str) -> bool:
    return any(target.rstrip("/") == path for target in cache_targets(run))


def _fix(dockerfile: Dockerfile, run: Run, call: Call) -> Fix | None:
    """Remove them at the end, where no later RUN relies on them."""
    from dockerlint.reach import behind
    from dockerlint.shell.as_hadolint import ours, view

    own = ours(run, call)
    for other in behind(dockerfile, run):
        if other.keyword.name == "RUN" and "apt" in other.text.text:
            return None
    if own is None or own[1].subcommand != "update" or len(own[0].statements) < 2 or not view(run).ok:
        return None
    if removed(own[0], run.state.workdir, (LISTS,)):
        return None
    edit = append(dockerfile, run, own[0], "rm -rf /var/lib/apt/lists/*")
    return None if edit is None else Fix("remove apt's lists in the same RUN", (edit,))
