from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.hadolint import bare, copies, image_of
from dockerlint.imageref import parse_or_none
from dockerlint.model import Copy, Dockerfile, From, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.source import Span

HUB = ("docker.io", "hub.docker.com")


@record
class Registries:
    """The registries that images may come from, as they are written in references (`docker.io` for none);
    `*` stands for all, and at the beginning or end of an entry for anything there. Empty: no check."""

    trusted_registries: tuple[str, ...] = ()


def as_hadolint_does(dockerfile: Dockerfile, options: Registries) -> Iterator[Finding]:
    """What hadolint finds: references as they are written; a registry has a dot in it. ONBUILD, and
    mounts other than bind and cache, are passed over."""
    if not options.trusted_registries:
        return
    names: set[str] = set()
    sources = dict(copies(dockerfile))
    for instruction in dockerfile.body:
        if isinstance(instruction, From):
            said = [(instruction.image.span, instruction.image.raw)]
        elif isinstance(instruction, Copy) and instruction in sources:
            said = [(instruction.keyword.span, sources[instruction])]
        elif isinstance(instruction, Run):
            mounts = [m for m in instruction.mounts if m.type in ("bind", "cache")]
            said = [(m.flag.span, bare(m.options.get("from", "scratch"))) for m in mounts]
        else:
            said = []
        for span, raw in said:
            registry = image_of(raw).registry
            if raw in names or image_of(raw).name == "scratch":
                continue
            if not _trusted((registry,) if registry else HUB, options.trusted_registries):
                yield Finding(
                    span, "this registry is not among the trusted ones; take the image from one of them"
                )
        if isinstance(instruction, From) and instruction.alias is not None:
            names.add(instruction.alias.raw)


@rule(
    code="DL3026",
    summary="An image from a registry that is not on the list",
    why="""
        An image runs with what it brings. Where only some registries are checked and mirrored, the others are
        a way around that. The list is the option `trusted-registries`, and nothing is checked while it is
        empty. An image without a registry is from `docker.io`.
    """,
    severity=Severity.ERROR,
    options=Registries,
    peer=as_hadolint_does,
    bad=[
        Bad("FROM «debian:12»\n", options={"trusted-registries": ["ghcr.io"]}),
        Bad(
            "ARG FROM=quay.io\nFROM ghcr.io/a/b:1 AS a\nRUN ls\nCOPY --from=«nginx:1» /a /b\nFROM «$FROM/x:1»\n",
            options={"trusted-registries": ["ghcr.io"]},
        ),
        Bad(
            "FROM ghcr.io/a/b:1\nRUN «--mount=from=example.org:5000/tools,target=/t» /t/run\n",
            options={"trusted-registries": ["ghcr.io", "example.org"]},
        ),
        Bad("FROM «evil.example.org.x/a»\n", options={"trusted-registries": ["*.example.org", "x.*"]}),
    ],
    good=[
        Good("FROM debian:12\n"),
        Good("FROM debian:12\n", options={"trusted-registries": ["docker.io"]}),
        Good("FROM scratch\n", options={"trusted-registries": ["ghcr.io"]}),
        Good("ARG BASE\nFROM $BASE\n", options={"trusted-registries": ["ghcr.io"]}),
        Good("FROM anything:5000/a\n", options={"trusted-registries": ["*"]}),
        Good(
            "FROM ghcr.io/a/b AS One\nFROM one\nCOPY --from=ONE /a /b\nCOPY --from=0 /a /c\n"
            "RUN --mount=from=one,target=/t --mount=type=tmpfs,target=/u ls\n",
            options={"trusted-registries": ["ghcr.*"]},
        ),
    ],
)
def registry_not_trusted(dockerfile: Dockerfile, options: Registries) -> Iterator[Finding]:
    if not options.trusted_registries:
        return
    for span, reference in _images(dockerfile):
        image = parse_or_none(reference)
        if image is None:
            continue
        domains = HUB if image.domain == HUB[0] else (image.domain,)
        if not _trusted(domains, options.trusted_registries):
            yield Finding(
                span, f"{image.domain} is not among the trusted registries; take the image from one of them"
            )


def _images(dockerfile: Dockerfile) -> Iterator[tuple[Span, str]]:
    """Every image that a build would fetch, expanded; those that are not known are left out."""
    for stage in dockerfile.stages:
        if stage.image is not None and stage.image != "scratch":
            yield stage.start.image.span, stage.image
        for instruction in stage.instructions:
            if isinstance(instruction, Copy):
                flag = instruction.flag("from")
                if flag is not None and flag.value and not _is_stage(dockerfile, flag.value):
                    yield flag.value_span, flag.value
            elif isinstance(instruction, Run):
                for mount in instruction.mounts:
                    name = mount.options.get("from", "")
                    if name and mount.type in ("bind", "cache") and not _is_stage(dockerfile, name):
                        yield mount.flag.span, name


def _is_stage(dockerfile: Dockerfile, name: str) -> bool:
    return name.isdecimal() or "$" in name or name == "scratch" or dockerfile.stage_named(name) is not None


def _trusted(domains: Sequence[str], allowed: Sequence[str]) -> bool:
    return any(_matches(domain, entry) for domain in domains for entry in allowed)


def _matches(domain: str, entry: str) -> bool:
    if entry == "*":
        return True
    if entry.startswith("*"):
        return domain.endswith(entry[1:])
    return domain.startswith(entry[:-1]) if entry.endswith("*") else domain == entry
