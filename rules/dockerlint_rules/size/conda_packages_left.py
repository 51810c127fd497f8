from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, cleaned, first_user, head, left, program, verb
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

TOOLS = ("conda", "mamba", "micromamba")
PACKAGES = (
    "/opt/conda/pkgs",
    "/opt/miniconda/pkgs",
    "/opt/miniconda3/pkgs",
    "/opt/anaconda3/pkgs",
    "~/.conda/pkgs",
)
OLD = ("4.0", "4.1", "4.2", "4.3", "4.4", "4.5.", "5.0", "5.1", "5.2", "5.3")
FILLS = ("install", "create", "update", "upgrade", "env", "env create", "env update")


@rule(
    code="DK323",
    summary="Package cache of conda stays in the layer",
    why="""
        conda keeps the archive of every package and its unpacked copy in `pkgs`, beside the environment that
        it installs them to: often more than the environment itself. `conda clean -afy` in the same RUN
        removes them before the layer is made.
    """,
    severity=Severity.WARNING,
    fix=safe("*/pkgs/*", "*/.cache/conda/*", "*/.conda/*"),
    source="https://docs.conda.io/projects/conda/en/stable/commands/clean.html",
    bad=[
        Bad(
            "FROM continuumio/miniconda3:24.7.1-0\nRUN «conda install» -y numpy\n",
            fixed="FROM continuumio/miniconda3:24.7.1-0\nRUN conda install -y numpy && conda clean -afy\n",
        ),
        Bad(
            "FROM continuumio/miniconda3:24.7.1-0\nRUN «conda env create» -f env.yml \\\n    # and faster\n"
            "    && mamba install -y scipy\n",
            fixed="FROM continuumio/miniconda3:24.7.1-0\nRUN conda env create -f env.yml \\\n    # and faster\n"
            "    && mamba install -y scipy \\\n    && mamba clean -afy\n",
        ),
        Bad(
            "FROM continuumio/miniconda3:24.7.1-0\nRUN <<EOF\nset -e\n«/opt/conda/bin/conda install» -y numpy\nEOF\n",
            fixed="FROM continuumio/miniconda3:24.7.1-0\nRUN <<EOF\nset -e\n/opt/conda/bin/conda install -y numpy\n"
            "/opt/conda/bin/conda clean -afy\nEOF\n",
        ),
        Bad(
            "FROM continuumio/miniconda3:4.5.11\nRUN «conda install» -y numpy\n",
            fixed="FROM continuumio/miniconda3:4.5.11\nRUN conda install -y numpy && conda clean --all --yes\n",
        ),
    ],
    good=[
        Good("FROM continuumio/miniconda3:24.7.1-0\nRUN conda install -y numpy && conda clean --all -y\n"),
        Good("FROM continuumio/miniconda3:24.7.1-0\nRUN conda install -y numpy && rm -rf /opt/conda/pkgs\n"),
        Good(
            "FROM continuumio/miniconda3:24.7.1-0\n"
            "RUN --mount=type=cache,target=/opt/conda/pkgs conda install -y numpy\n"
        ),
        Good("FROM continuumio/miniconda3:24.7.1-0 AS build\nRUN conda install -y numpy\nFROM debian:12\n"),
    ],
)
def conda_packages_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, PACKAGES, _cleans):
        if any(
            m.type in ("cache", "tmpfs") and m.target.rstrip("/").endswith("/pkgs") for m in found.run.mounts
        ):
            continue
        name = found.made[-1].name
        yield Finding(
            head(found.made[0]),
            f"{name} leaves its package cache in this layer; clean it in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return (command.name in TOOLS or command.tool in TOOLS) and verb(command) in FILLS


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    if command.name == "rm":
        return any("/pkgs" in w for w in words)
    return (command.name in TOOLS or command.tool in TOOLS) and "clean" in words[:2]


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None or first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    title = "clean the package cache in the same RUN"
    options = "--all --yes" if _is_old(dockerfile, found) else "-afy"
    return cleaned(dockerfile, found, f"{name} clean {options}", title, found.made[-1].name or "conda")


def _is_old(dockerfile: Dockerfile, found: Left) -> bool:
    """Whether an image or installer of conda before 4.6 is named, which does not know -f."""
    image = dockerfile.stages[found.run.stage or 0].root.image or ""
    tag = image.partition("@")[0].rpartition(":")[2]
    text = dockerfile.source.text
    return tag.startswith(OLD) or any(f"conda{major}-{old}" in text for major in "23" for old in OLD)


def _works_offline(command: Command) -> bool:
    return (command.name in TOOLS or command.tool in TOOLS) and command.has("--offline", "--use-local")
