from __future__ import annotations

from dockerlint.labels import LabelSchema, label_keys, peer_stages, shipped_stages
from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: every stage counts but for those that COPY --from names, and those
    right below a later stage that has the label."""
    if not options.label_schema:
        return
    stages = peer_stages(dockerfile)
    taken = {f.value for copy in dockerfile.instructions(Copy) for f in copy.flags if f.name == "from"}
    for key in options.label_schema:
        has: list[bool] = []
        excused: set[int] = set()
        for stage in stages:
            has.append(key in stage.keys or (stage.base is not None and has[stage.base]))
            if key in stage.keys and stage.base is not None:
                excused.add(stage.base)
        for index, stage in enumerate(stages):
            named = stage.start.alias is not None and stage.start.alias.raw in taken
            if not has[index] and index not in excused and not named:
                yield Finding(stage.start.keyword.span, _message(key))


@rule(
    code="DL3049",
    summary="A label that the schema requires is missing",
    why="""
        The schema in the configuration names the labels that every image of a project has to carry, for
        whoever looks for its owner, source or version later. An image without one slips through.
    """,
    severity=Severity.INFO,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://github.com/opencontainers/image-spec/blob/main/annotations.md",
    bad=[
        Bad("«FROM busybox»\nLABEL other=x\n", options={"label-schema": {"owner": "text"}}),
        Bad(
            "FROM busybox AS build\nLABEL owner=x\n«FROM busybox»\nCOPY --from=build /a /a\n",
            options={"label-schema": {"owner": "text"}},
        ),
        Bad(
            "FROM busybox AS base\nFROM base AS one\nLABEL owner=x\n«FROM base AS two»\n",
            options={"label-schema": {"owner": "text"}},
        ),
    ],
    good=[
        Good("FROM busybox\nLABEL other=x\n"),
        Good("FROM busybox\nLABEL owner=x\n", options={"label-schema": {"owner": "text"}}),
        Good("FROM busybox AS base\nLABEL owner=x\nFROM base\n", options={"label-schema": {"owner": "text"}}),
        Good(
            "FROM busybox AS build\nFROM busybox\nCOPY --from=0 /a /a\nLABEL owner=x\n",
            options={"label-schema": {"owner": "text"}},
        ),
        Good(
            "FROM busybox AS build\nFROM busybox\nRUN --mount=from=build,target=/b ls /b\nLABEL owner=x\n",
            options={"label-schema": {"owner": "text"}},
        ),
    ],
)
def required_label_missing(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    if not options.label_schema:
        return
    for stage in shipped_stages(dockerfile):
        there = {key for one in stage.lineage for key in label_keys(one)}
        for key in options.label_schema:
            if key not in there:
                yield Finding(stage.start.span, _message(key))


def _message(key: str) -> str:
    return f"the required label {key} is missing; set it in this stage"
