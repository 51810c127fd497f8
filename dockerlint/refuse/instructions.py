"""Phase C: each instruction by itself, with its flags, argument counts and fixed forms."""

from __future__ import annotations

import re

from dockerlint.expand import WHITE, ExpansionError, heredoc_in_word
from dockerlint.go import GoError, parse_duration, parse_int, quote
from dockerlint.model import (
    Add,
    Arg,
    Copy,
    Env,
    From,
    Healthcheck,
    Invalid,
    Label,
    Onbuild,
    Problem,
    Volume,
)
from dockerlint.names import did_you_mean
from dockerlint.parser import KNOWN, read
from dockerlint.refuse.flags import flag_fault, run_flag_fault
from dockerlint.values import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Flag, Instruction

NO_STAGE = "no build stage in current context"
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")
_SHORTEST = 1_000_000  # nanoseconds
_DURATIONS = ("interval", "timeout", "start-period", "start-interval")
# What an instruction with too few arguments is told.
_TOO_FEW = {
    "FROM": "FROM requires either one or three arguments",
    **{
        name: f"{name} requires at least two arguments, but only one was provided. "
        "Destination could not be determined"
        for name in ("COPY", "ADD")
    },
    **{
        name: f"{name} requires exactly one argument"
        for name in ("USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER")
    },
    **{
        name: f"{name} requires at least one argument"
        for name in ("ARG", "ENV", "LABEL", "EXPOSE", "VOLUME", "ONBUILD")
    },
}
_FLAGS_FIRST = ("ENV", "LABEL")


def instruction_problems(dockerfile: Dockerfile) -> Iterator[Problem]:
    """The first fault of each instruction that the line reader did not refuse already."""
    refused = {problem.line: problem.span for problem in dockerfile.problems}
    in_stage = False
    for instruction in dockerfile.body:
        name = instruction.keyword.name
        line = instruction.first_line
        if line not in refused or not refused[line].touches(instruction.span):
            message = instruction_fault(instruction, dockerfile.escape)
            if message is None and not in_stage and name not in ("FROM", "ARG"):
                message = NO_STAGE
            if message is not None:
                yield Problem(instruction.span, line, "C", message)
        in_stage |= name == "FROM"


def instruction_fault(instruction: Instruction, escape: str) -> str | None:
    """What BuildKit says of one instruction; None when it takes it."""
    name, flags = instruction.keyword.name, instruction.flags
    if name.lower() not in KNOWN:
        said = instruction.keyword.text
        return f"unknown instruction: {said}{did_you_mean(said, sorted(KNOWN), any_case=True)}"
    if name == "HEALTHCHECK":
        return _healthcheck_fault(instruction, escape)
    bad_flag = flag_fault(name, flags) if flags else None
    if name == "SHELL":
        return bad_flag or _shell_fault(instruction, escape)
    if name == "RUN":
        return bad_flag or (run_flag_fault(flags) if flags else None)
    if isinstance(instruction, Invalid) and name in _TOO_FEW:
        return bad_flag if bad_flag and name in _FLAGS_FIRST else _TOO_FEW[name]
    if isinstance(instruction, From):
        return _stage_name_fault(instruction) or bad_flag
    return bad_flag or _form_fault(instruction)


def _stage_name_fault(instruction: From) -> str | None:
    alias = instruction.alias
    if alias is None or _STAGE_NAME.match(alias.raw.lower()):
        return None
    return (
        f"invalid name for build stage: {quote(alias.raw)}, name can't start with a number or contain symbols"
    )


def _form_fault(instruction: Instruction) -> str | None:
    """Faults of arguments that are enough in number."""
    name = instruction.keyword.name
    if isinstance(instruction, (Env, Label, Arg)):
        if any(not pair.name.raw for pair in instruction.pairs):
            return f"{name} names can not be blank"
    elif isinstance(instruction, (Copy, Add)):
        last = instruction.destination
        if _is_heredoc(decoded(last.raw) if instruction.exec_form else last.raw):
            return f"{name} cannot accept a heredoc as a destination"
    elif isinstance(instruction, Volume):
        if instruction.exec_form and any(not decoded(path.raw).strip(WHITE) for path in instruction.paths):
            return "VOLUME specified can not be an empty string"
    elif isinstance(instruction, Onbuild):
        inner = instruction.inner.keyword.name
        if inner == "ONBUILD":
            return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
        if inner in ("FROM", "MAINTAINER"):
            return f"{inner} isn't allowed as an ONBUILD trigger"
    return None


def _is_heredoc(word: str) -> bool:
    try:
        return heredoc_in_word(word) is not None
    except ExpansionError:
        return False


def _shell_fault(instruction: Instruction, escape: str) -> str | None:
    if not isinstance(instruction, Invalid):
        return None
    if read(instruction.text.text, escape).form == "text":
        return "SHELL requires the arguments to be in JSON form"
    return "SHELL requires at least one argument"


def _healthcheck_fault(instruction: Instruction, escape: str) -> str | None:
    flags = instruction.flags
    if isinstance(instruction, Healthcheck):
        if instruction.command is None:
            return None
        return flag_fault("HEALTHCHECK", flags) or _health_value_fault(flags)
    text = instruction.text.text
    said = text[slice(*read(text, escape).arguments)]
    if not said:
        return "HEALTHCHECK requires at least one argument"
    kind = re.split("[\t\n\v\f\r \x85\xa0]", said, maxsplit=1)[0].upper()
    if kind == "NONE":
        return "HEALTHCHECK NONE takes no arguments"
    bad_flag = flag_fault("HEALTHCHECK", flags)
    if bad_flag or kind == "CMD":
        return bad_flag or "Missing command after HEALTHCHECK CMD"
    return f"Unknown type {quote(kind)} in HEALTHCHECK (try CMD)"


def _health_value_fault(flags: tuple[Flag, ...]) -> str | None:
    values = {flag.name: flag.value for flag in flags if flag.value}
    try:
        for name in _DURATIONS:
            if name in values:
                duration = parse_duration(values[name] or "")
                if duration != 0 and duration < _SHORTEST:
                    return f'Interval "{name}" cannot be less than 1ms'
        if "retries" in values:
            retries = parse_int(values["retries"] or "")
            if retries < 0:
                return f"--retries cannot be negative ({retries})"
    except GoError as error:
        return str(error)
    return None
