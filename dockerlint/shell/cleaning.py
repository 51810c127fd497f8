"""What hadolint takes for a cache that is kept or cleaned, and fixes that clean one."""

from __future__ import annotations

from dockerlint.fix import Fix
from dockerlint.shell.edits import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.model import Dockerfile, Run
    from dockerlint.shell.as_hadolint import Call

    Test = Callable[[Call], bool]


def mounted_as_hadolint(run: Run, *parts: str) -> bool:
    """Whether a cache or tmpfs mount has one of the texts anywhere in its target."""
    return any(
        mount.type in ("cache", "tmpfs") and any(part in mount.target for part in parts)
        for mount in run.mounts
    )


def uncleaned(
    dockerfile: Dockerfile, names: tuple[str, ...], fills: Test, cleans: Test
) -> Iterator[tuple[Run, Call, bool]]:
    """Each RUN with the first call of a program that fills its cache, where the first one that
    cleans does not come behind it; and whether there is none that cleans at all.

    A cleaning before the install hides the one behind it: so hadolint has it.
    """
    from dockerlint.model import Run as RunKind
    from dockerlint.shell.as_hadolint import view

    if not any(name in dockerfile.source.text for name in names):
        return
    for run in dockerfile.instructions(RunKind, onbuild=True):
        calls = view(run).calls
        first = next((i for i, call in enumerate(calls) if call.name in names and fills(call)), None)
        clean = next((i for i, call in enumerate(calls) if cleans(call)), None)
        if first is not None and (clean is None or clean <= first):
            yield run, calls[first], clean is None


def clean_at_end(dockerfile: Dockerfile, run: Run, call: Call, command: str, title: str) -> Fix | None:
    """The fix that runs a command at the end of the script that a call stands in; None where that
    would not be exact."""
    from dockerlint.shell.as_hadolint import ours

    found = ours(run, call)
    edit = append(dockerfile, run, found[0], command) if found is not None else None
    return None if edit is None else Fix(title, (edit,))
