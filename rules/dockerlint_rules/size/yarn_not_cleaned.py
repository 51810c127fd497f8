from __future__ import annotations

from dockerlint.model import Dockerfile, From, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell.cleaning import clean_at_end, mounted_as_hadolint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.as_hadolint import Call


@rule(
    code="DL3060",
    summary="No `yarn cache clean` after `yarn install`",
    why="""
        This is hadolint's reading of DK320: yarn's cache stays in the layer unless the same `RUN` cleans it.
        Only the last stage and stages that are the base of another one are looked at; plain `yarn` is not.
    """,
    severity=Severity.INFO,
    profiles=("hadolint",),
    fix=unsafe(
        "with Yarn 2 or later and Plug'n'Play the program reads its packages from this cache", closure=True
    ),
    bad=[
        Bad(
            "FROM node:22\nRUN «yarn install» --immutable\n",
            fixed="FROM node:22\nRUN yarn install --immutable && yarn cache clean\n",
        ),
        Bad(
            "FROM node:22 AS base\nRUN echo a && \\\n  «yarn install»\nFROM base\n",
            fixed="FROM node:22 AS base\nRUN echo a && \\\n  yarn install && \\\n  yarn cache clean\nFROM base\n",
        ),
        Bad("FROM node:22\nRUN yarn cache clean && «yarn install» && yarn cache clean\n"),
    ],
    good=[
        Good("FROM node:22\nRUN yarn install && yarn cache clean\n"),
        Good("FROM node:22\nRUN yarn\n"),
        Good("FROM node:22 AS build\nRUN yarn install\nFROM node:22\nCOPY --from=build /a /a\n"),
        Good("FROM node:22\nRUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install\n"),
    ],
)
def yarn_not_cleaned(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "yarn" not in dockerfile.source.text:
        return
    from dockerlint.shell.as_hadolint import view

    bases = {start.image.raw for start in dockerfile.instructions(From)}
    last = len(dockerfile.stages) - 1
    for run in dockerfile.instructions(Run, onbuild=True):
        stage = dockerfile.stage_of(run)
        if stage is not None and stage.index != last and not run.onbuild:
            alias = stage.start.alias
            if alias is None or alias.raw not in bases:
                continue
        calls = view(run).named("yarn")
        first = next((i for i, call in enumerate(calls) if call.has_argument("install")), None)
        if first is None or mounted_as_hadolint(run, ".cache/yarn"):
            continue
        # A cleaning before the install hides the one behind it.
        clean = next((i for i, call in enumerate(calls) if _cleans(call)), None)
        if clean is not None and clean >= first:
            continue
        call = calls[first]
        at = call.arguments.index("install")
        yield Finding(
            type(call.command.span)(call.command.name_word.span.start, call.words[at].span.end),
            "yarn leaves its cache in this layer; run `yarn cache clean` in the same RUN",
            None
            if clean is not None
            else clean_at_end(
                dockerfile, run, call, "yarn cache clean", "clean yarn's cache in the same RUN"
            ),
        )


def _cleans(call: Call) -> bool:
    return call.has_argument("cache", "clean")
