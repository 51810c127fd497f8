from __future__ import annotations

from dockerlint.knowledge.bases import BaseImage, base_image_of, familiar_name, split_reference
from dockerlint.model import Copy, Dockerfile
from dockerlint.reach import named_before
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell.starts import root_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage

# Images whose language keeps what it installs by version: a folder, or a compiled part.
_BY_VERSION = frozenset(("python", "pypy", "node", "ruby", "php", "perl", "erlang", "elixir"))


@rule(
    code="DK355",
    summary="A stage takes what another release, or another libc, of the same image has built",
    why="""
        Packages that `python:3.11` installs lie in a folder that 3.12 does not look into, and what was compiled
        on Debian (glibc) does not load on Alpine (musl). Two variants of one image are also two downloads and
        two sets of layers to keep: one release, and for building its full or slim variant, is enough.
    """,
    severity=Severity.WARNING,
    bad=[
        Bad(
            "FROM python:3.11 AS build\nRUN pip install --prefix /opt flask\n"
            'FROM «python:3.12-slim»\nCOPY --from=build /opt /usr/local\nCMD ["flask"]\n'
        ),
        Bad(
            "FROM node:22-bookworm AS deps\nRUN npm ci\nFROM «node:22-alpine»\n"
            'COPY --from=deps /app/node_modules /app/node_modules\nCMD ["node", "/app"]\n'
        ),
    ],
    good=[
        Good(
            "FROM python:3.12 AS build\nRUN pip install x\nFROM python:3.12-slim\nCOPY --from=build /opt /opt\n"
        ),
        Good(
            "FROM node:22 AS build\nRUN npm run build\nFROM node:22-alpine\nCOPY --from=build /app/dist /app\n"
        ),
        Good("FROM python:3.11 AS a\nFROM python:3.12\n"),
        Good("FROM golang:1.24 AS build\nFROM golang:1.24-alpine\nCOPY --from=build /app /app\n"),
        Good("FROM python:3.12.4 AS build\nFROM python:3.12-slim\nCOPY --from=build /opt /opt\n"),
        Good("ARG V\nFROM python:$V AS build\nFROM python:3.12\nCOPY --from=build /opt /opt\n"),
        Good("FROM node:18 AS assets\nRUN npm run build\nFROM node:22\nCOPY --from=assets /app/dist /app\n"),
    ],
)
def stages_on_different_versions(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        root = root_of(stage)
        here = _base(root)
        if here is None:
            continue
        for copy in stage.of(Copy):
            source = _source(dockerfile, copy, stage)
            there = _base(root_of(source)) if source is not None else None
            paths = [w.value or "" for w in copy.sources]
            if there is None or there.name != here.name or not any(_by_version(p) for p in paths):
                continue
            clash = _clash(there, here)
            if clash:
                yield Finding(root.start.image.span, f"{clash}; build and run on the same one")
                break


def _base(root: Stage) -> BaseImage | None:
    if root.image is None:
        return None
    base = base_image_of(root.image)
    return base if base is not None and base.family in _BY_VERSION else None


def _source(dockerfile: Dockerfile, copy: Copy, stage: Stage) -> Stage | None:
    flag = copy.flag("from")
    name = flag.value if flag is not None else None
    if not name:
        return None
    if name.isdigit():
        return dockerfile.stages[int(name)] if int(name) < stage.index else None
    return named_before(dockerfile, name, stage.index)


def _by_version(path: str) -> bool:
    """Whether a path holds what a language installs for one release."""
    parts = path.strip("/").split("/")
    if parts[-1] == "lib":
        return True
    known = {
        "node_modules",
        "site-packages",
        "dist-packages",
        "vendor",
        "venv",
        ".venv",
        "env",
        "bundle",
        "gems",
    }
    return bool(known & set(parts)) or path.rstrip("/") in (
        "/opt",
        "/usr/local",
        "/install",
        "/root/.local",
        "/deps",
    )


def _clash(there: BaseImage, here: BaseImage) -> str:
    old, new = _version(there), _version(here)
    if old and new and old[: len(new)] != new[: len(old)]:
        return f"what {there.name} {'.'.join(old)} has installed is copied to {here.name} {'.'.join(new)}"
    if there.libc != here.libc and {there.libc, here.libc} == {"glibc", "musl"}:
        return f"what was installed with {there.libc} ({_tagged(there)}) is copied to {here.libc} ({_tagged(here)})"
    return ""


def _version(base: BaseImage) -> list[str]:
    """The parts of the version that matter to what is installed: 3.12 of python, 22 of node."""
    head = base.tag.partition("-")[0]
    if not head[:1].isdigit():
        return []
    return head.split(".")[: 1 if base.family == "node" else 2]


def _tagged(base: BaseImage) -> str:
    return f"{familiar_name(base.name)}:{base.tag}" if base.tag else split_reference(base.name)[0]
