from __future__ import annotations

from dockerlint.model import Copy, Dockerfile, From, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="StageNameCasing",
    summary="A stage name with upper-case letters",
    why="""
        BuildKit keeps stage names in lower case. `COPY --from=` and `--target` find `Build` and `build` alike,
        but `FROM Build` looks for an image of that name. Written in lower case, the name is the same
        everywhere. The fix changes the name and the places that speak of it; BuildKit has read them as
        lower case before, so the build stays the same.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://docs.docker.com/reference/build-checks/stage-name-casing/",
    bad=[
        Bad(
            "FROM busybox AS «Build»\nRUN touch /a\nFROM busybox\nCOPY --from=Build /a /a\n",
            fixed="FROM busybox AS build\nRUN touch /a\nFROM busybox\nCOPY --from=build /a /a\n",
        ),
        Bad(
            "FROM busybox AS «TOOLS»\nFROM busybox\nRUN --mount=type=bind,from=Tools,target=/t ls /t\n",
            fixed="FROM busybox AS tools\nFROM busybox\nRUN --mount=type=bind,from=tools,target=/t ls /t\n",
        ),
    ],
    good=[
        Good("FROM busybox AS build\n"),
        Good("FROM busybox\nCOPY --from=Registry.example.org/app /a /a\n"),
    ],
)
def stage_name_in_upper_case(dockerfile: Dockerfile) -> Iterator[Finding]:
    starts = [start for start in dockerfile.instructions(From) if start.alias is not None]
    references: dict[str, list[Edit]] = {}
    if any(start.alias is not None and start.alias.raw != start.alias.raw.lower() for start in starts):
        for edit in _references(dockerfile):
            references.setdefault(edit.text, []).append(edit)
    for start in starts:
        if start.alias is None or start.alias.raw == start.alias.raw.lower():
            continue
        name = start.alias.raw.lower()
        yield Finding(
            start.alias.span,
            f"the stage name {start.alias.raw} has upper-case letters; write {name}",
            Fix(f"name the stage {name}", (Edit(start.alias.span, name), *references.get(name, ()))),
        )


def _references(dockerfile: Dockerfile) -> Iterator[Edit]:
    """Edits that put the words behind `--from=` and `from=` into lower case where they are not."""
    text = dockerfile.source.text
    for copy in dockerfile.instructions(Copy):
        flag = copy.flag("from")
        if flag is not None:
            written = text[flag.value_span.start : flag.value_span.end]
            if written != written.lower():
                yield Edit(flag.value_span, written.lower())
    for run in dockerfile.instructions(Run):
        for mount in run.mounts:
            given = mount.options.get("from", "")
            if given == given.lower():
                continue
            span = mount.flag.value_span
            at = text.find(f"from={given},", span.start, span.end)
            if at < 0 and text[span.start : span.end].endswith(f"from={given}"):
                at = span.end - len(f"from={given}")
            if at >= 0:
                yield Edit(Span(at + 5, at + 5 + len(given)), given.lower())
