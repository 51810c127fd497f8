"""Phase E: what can be told of running each instruction without running it.

Anything that depends on a base image or a build argument that is not known is left alone.
"""

from __future__ import annotations

from dockerlint import ports
from dockerlint.expand import ExpansionError, expand_heredoc
from dockerlint.go import quote
from dockerlint.model import (
    Add,
    Arg,
    Copy,
    Env,
    Expose,
    Label,
    Onbuild,
    Problem,
    Run,
    Stopsignal,
    User,
    Volume,
    Workdir,
)
from dockerlint.ports import InvalidPort
from dockerlint.refuse.copies import chmod_fault, source_fault
from dockerlint.refuse.instructions import instruction_fault
from dockerlint.refuse.mounts import mount_fault
from dockerlint.refuse.signals import is_signal
from dockerlint.refuse.stages import from_fault, stage_index
from dockerlint.refuse.words import Words, pair_problems
from dockerlint.values import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction, Stage, Word


def dispatch_problems(dockerfile: Dockerfile) -> Iterator[Problem]:
    """The first fault of each instruction, in the order in which they would run."""
    for stage in dockerfile.stages:
        yield from _trigger_problems(dockerfile, stage)
        for instruction in stage.instructions:
            if isinstance(instruction, Arg):
                yield from pair_problems(dockerfile, instruction, "E")
                continue
            message = _instruction_fault(dockerfile, instruction)
            if message is not None:
                yield Problem(instruction.span, instruction.first_line, "E", message)


def _trigger_problems(dockerfile: Dockerfile, stage: Stage) -> Iterator[Problem]:
    """ONBUILD of the base stage fires here, and is read as an instruction only now."""
    for trigger in stage.base.of(Onbuild) if stage.base else ():
        inner = trigger.inner
        message = instruction_fault(inner, dockerfile.escape)
        if message is None and isinstance(inner, Copy):
            flag = inner.flag("from")
            message = from_fault(flag.value, dockerfile.escape) if flag and flag.value else None
        if message is not None:
            yield Problem(stage.start.span, stage.start.first_line, "E", message)
            return


def _instruction_fault(dockerfile: Dockerfile, instruction: Instruction) -> str | None:
    words = Words(dockerfile, instruction)
    try:
        if isinstance(instruction, (Env, Label)):
            return words.fault(
                part.raw for pair in instruction.pairs for part in (pair.name, pair.value) if part is not None
            )
        if isinstance(instruction, (Copy, Add)):
            return _copy_fault(dockerfile, instruction, words)
        if isinstance(instruction, Run):
            return _run_fault(dockerfile, instruction, words)
        if isinstance(instruction, Expose):
            return _expose_fault(instruction, words)
        if isinstance(instruction, Volume):
            values = [words.value(_plain(path, instruction.exec_form)) for path in instruction.paths]
            return "VOLUME specified can not be an empty string" if "" in values else None
        if isinstance(instruction, Stopsignal):
            signal = words.value(instruction.signal.raw)
            return None if signal is None or is_signal(signal) else f"invalid signal: {signal}"
        if isinstance(instruction, Workdir):
            words.value(instruction.path.raw)
        elif isinstance(instruction, User):
            words.value(instruction.user.raw)
    except ExpansionError as error:
        return str(error)
    return None


def _plain(word: Word, exec_form: bool) -> str:
    """The word as BuildKit gets it before it expands it."""
    return decoded(word.raw) if exec_form else word.raw


def _copy_fault(dockerfile: Dockerfile, instruction: Copy | Add, words: Words) -> str | None:
    known: dict[str, str | None] = {}
    for flag in instruction.flags:
        if flag.name in ("chown", "chmod", "checksum") and flag.value:
            known[flag.name] = words.value(flag.value)
    sources = [words.value(_plain(word, instruction.exec_form)) for word in instruction.sources]
    words.value(_plain(instruction.destination, instruction.exec_form))
    for heredoc in instruction.heredocs:
        if heredoc.expand and ("$" in heredoc.content or "\\" in heredoc.content):
            # A variable that is not set may be one of the base image: `${x:?}` is no proof then.
            if words.open_environment:
                continue
            expand_heredoc(heredoc.content, words.variables)
    message = _order_fault(dockerfile, instruction) if isinstance(instruction, Copy) else None
    if message is None and known.get("chmod"):
        message = chmod_fault(known["chmod"] or "")
    return message or source_fault(isinstance(instruction, Add), sources, known.get("checksum", ""))


def _order_fault(dockerfile: Dockerfile, instruction: Copy) -> str | None:
    """A stage that is copied from must stand before."""
    flag = instruction.flag("from")
    here = dockerfile.stage_of(instruction)
    if flag is None or not flag.value or here is None:
        return None
    index = stage_index(flag.value)
    if index is None:
        other = dockerfile.stage_named(flag.value)
        index = other.index if other is not None else None
    if index is None or not here.index < index < len(dockerfile.stages):
        return None
    name = here.name or f"stage-{here.index}"
    return f'cannot copy from stage "{flag.value}", it needs to be defined before current stage "{name}"'


def _run_fault(dockerfile: Dockerfile, instruction: Run, words: Words) -> str | None:
    for flag in instruction.flags:
        if flag.name == "mount" and flag.value:
            message = mount_fault(flag.value, words.value, instruction.state.workdir)
            if message is not None:
                return message
    for mount in instruction.mounts:
        name = mount.options.get("from")
        other = dockerfile.stage_named(name) if name and mount.type != "tmpfs" else None
        if other is not None and instruction.stage is not None and other.index > instruction.stage:
            return (
                f"cannot mount from stage {quote(name or '')} to {quote(mount.target)}, "
                "stage needs to be defined before current command"
            )
    return None


def _expose_fault(instruction: Expose, words: Words) -> str | None:
    for port in instruction.ports:
        for word in words.split(port.raw) or ():
            try:
                ports.parse(word)
            except InvalidPort as error:
                return str(error)
    return None
