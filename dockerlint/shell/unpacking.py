"""An archive that is copied and then unpacked, as one `ADD` that unpacks it on its way in."""

from __future__ import annotations

import re

from dockerlint.fix import Applicability, Edit, Fix
from dockerlint.model import Arg, Env, Expose, Label, Run, Workdir
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable, remove_command, remove_instruction
from dockerlint.shell.paths import folders, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Copy, Dockerfile, Instruction
    from dockerlint.shell.script import Command, Script

REASON = (
    "ADD keeps owners by number where tar goes by name, and the archive itself is not in the image any more"
)
# What ADD unpacks whatever builds; it knows them by their content, not by their names.
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PLAIN = re.compile(r"[A-Za-z0-9._+/-]+")
# Options of tar that change nothing of what is unpacked.
_OPTIONS = frozenset(("-x", "--extract", "--get", "-z", "--gzip", "-j", "--bzip2", "-J", "--xz", "-v", "--verbose", "-f", "--file", "-C", "--directory"))  # fmt: skip


def added(dockerfile: Dockerfile, copy: Instruction) -> Fix | None:
    """A fix that lets ADD unpack what a COPY brings and the next RUN unpacks, at its beginning, with `tar`; None
    where that is not the very same but for the owners, or where anything else needs the archive."""
    from dockerlint.model import Copy as CopyKind

    if not isinstance(copy, CopyKind) or copy.onbuild:
        return None
    path = _brought(copy)
    run = _next(dockerfile, copy)
    if path is None or run is None or run.mounts or run.flags or run.state.user not in (None, "root", "0"):
        return None
    found = scripts(run)
    if len(found) != 1 or not editable(found[0]) or found[0].heredoc:
        return None
    script = found[0]
    at = next((i for i, c in enumerate(script.commands) if c.name != "set"), None)
    if at is None:
        return None
    tar = script.commands[at]
    target = _unpacked(script, tar, at, run, path)
    if target is None or not tar.at_top or tar.redirects or tar.wrappers:
        return None
    rest = script.commands[at + 1 :]
    removes = [c for c in rest if _removes(c, path)]
    name = path.rpartition("/")[2]
    # A name that stands anywhere else is one that somebody needs.
    used = dockerfile.source.text.count(name)
    if used != copy_mentions(dockerfile, copy, name) + 1 + len(removes) or len(removes) > 1:
        return None
    if len(rest) == len(removes):
        gone = remove_instruction(dockerfile, run)
    else:
        gone = remove_command(dockerfile, run, script, tar) if not removes else None
    if gone is None:
        return None
    keyword = "ADD" if copy.keyword.text.isupper() else "add"
    edits = (Edit(copy.keyword.span, keyword), Edit(copy.destination.span, f"{target.rstrip('/')}/"), gone)
    return Fix(f"let ADD unpack {name}", edits, Applicability.UNSAFE, REASON)


def copy_mentions(dockerfile: Dockerfile, copy: Copy, name: str) -> int:
    """How often a COPY has a name in it."""
    return dockerfile.source.slice(copy.span).count(name)


def _brought(copy: Copy) -> str | None:
    """Where the archive is that a COPY brings, if it brings one and nothing else."""
    if copy.flags or copy.exec_form or copy.heredocs or copy.comments or len(copy.sources) != 1:
        return None
    source, target = copy.sources[0].raw, copy.destination.raw
    if not (source.endswith(_ARCHIVES) and _PLAIN.fullmatch(source) and _PLAIN.fullmatch(target)):
        return None
    name = source.rpartition("/")[2]
    if target.endswith("/") or target in (".", ".."):
        target = f"{target}/{name}"
    elif not target.endswith(_ARCHIVES):
        # It may be a folder that is there already.
        return None
    return joined(copy.state.workdir, target)


def _next(dockerfile: Dockerfile, copy: Copy) -> Run | None:
    """The RUN behind an instruction, with nothing between that writes a file."""
    stage = dockerfile.stage_of(copy)
    inside = stage.instructions if stage is not None else ()
    for instruction in inside[inside.index(copy) + 1 :] if copy in inside else ():
        if isinstance(instruction, Run):
            return instruction
        if not isinstance(instruction, (Arg, Env, Expose, Label, Workdir)):
            return None
    return None


def _unpacked(script: Script, tar: Command, at: int, run: Run, path: str) -> str | None:
    """The folder into which a command unpacks all of an archive; None when it does anything else."""
    file = tar.option("-f", "--file")
    plain = all(option.name in _OPTIONS for option in tar.options)
    if tar.tool != "tar" or file is None or not file.value or not plain or tar.operands or not tar.has("-x"):
        return None
    here = folders(script, run.state.workdir)[at]
    if joined(here, file.value) != path:
        return None
    into = tar.option("-C", "--directory")
    target = here if into is None else joined(here, into.value or "$")
    return target if target is not None and target.startswith("/") and _PLAIN.fullmatch(target) else None


def _removes(command: Command, path: str) -> bool:
    """Whether a command removes the archive and nothing else."""
    return (
        command.name == "rm"
        and command.at_top
        and not command.wrappers
        and not command.redirects
        and [word.value for word in command.operands] == [path]
        and all(option.name in ("-f", "-r", "-v") for option in command.options)
    )
