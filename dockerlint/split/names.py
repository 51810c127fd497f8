"""What the two stages are called that are made of one."""

from __future__ import annotations

from dockerlint.model import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Stage

_FREE = ("build", "builder", "compile", "build-stage", "made")


def names(dockerfile: Dockerfile, stage: Stage) -> tuple[str, str | None]:
    """The name of the stage that builds from now on, and the name that the one that runs takes over, None for none.

    Whoever builds the stage by name (`--target app`, a Compose file) is to get what runs; a stage that is called
    after building keeps its name.
    """
    alias = stage.start.alias
    if alias is not None and any(word in alias.raw.lower() for word in ("build", "compile")):
        return alias.raw, None
    return _free(dockerfile), alias.raw if alias is not None else None


def _free(dockerfile: Dockerfile) -> str:
    """A stage name that neither a stage nor an image is called by in the file."""
    taken = {stage.name for stage in dockerfile.stages}
    taken |= {stage.start.image.value for stage in dockerfile.stages}
    taken |= {f.value for i in dockerfile.body for f in i.flags if f.name == "from"}
    taken |= {m.options.get("from") for run in dockerfile.instructions(Run) for m in run.mounts}
    return next(name for name in (*_FREE, *(f"build-{n}" for n in range(2, 999))) if name not in taken)
