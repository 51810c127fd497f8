"""Images against their budgets: for people, for programs, and for a comment on a pull request."""

from __future__ import annotations

from dockerlint.budget import Verdict
from dockerlint.frozen import node
from dockerlint.report.comparison import human, share_of, signed
from dockerlint.report.comparison.markdown import LIMIT, code, escaped
from dockerlint.report.escape import visible, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from dockerlint.budget import Row

    Number = Callable[[int], str]

_WORDS = 64
_PATHS = 5


@node
class Outcome:
    """A file whose image was weighed: the path as it was given, the lock, the verdict, and whether the lock
    was written."""

    path: str
    lock: str
    verdict: Verdict
    written: bool = False


def text(outcomes: Sequence[Outcome], top: int, number: Number) -> str:
    """The verdicts for people: a line for each image, and where one is too heavy the lines that grew."""
    lines: list[str] = []
    for outcome in outcomes:
        lines.append(f"{visible(outcome.path)}: {_said(outcome, number)}")
        if outcome.verdict.over and not outcome.written:
            lines += ["", *_table(outcome, top, number), "", f"  {_way_out(outcome)}"]
            if 100 * (outcome.verdict.now - outcome.verdict.budget) < outcome.verdict.budget:
                lines.append("  to let so little pass: --tolerance 1%, which --update keeps in the lock")
    return "".join(f"{line}\n" for line in lines)


def _said(outcome: Outcome, number: Number) -> str:
    """The verdict in one sentence."""
    verdict = outcome.verdict
    now, was = number(verdict.now), number(verdict.budget)
    if outcome.written:
        change = verdict.now - verdict.budget
        kept = f"{visible(outcome.lock)} is written"
        return f"{now}, {kept}" if not change else f"{now} ({signed(change, number)}), {kept}"
    of = f"its budget of {was}{_allowed(verdict, number)}"
    if verdict.over:
        return f"too heavy: {now}, {number(verdict.now - verdict.budget)} more than {of}"
    if verdict.now > verdict.budget:
        return f"{now}, within {of}"
    spare = verdict.budget - verdict.now
    return f"{now}, within {of}" + (f", {number(spare)} to spare: --update makes it smaller" if spare else "")


def _allowed(verdict: Verdict, number: Number) -> str:
    return f" and {number(verdict.allowance)} of tolerance" if verdict.allowance else ""


def _way_out(outcome: Outcome) -> str:
    target = f" --target {outcome.verdict.target}" if outcome.verdict.target else ""
    command = f"dockerlint measure --update --allow-growth{target} {outcome.path}"
    return f"when it is meant to be so heavy: {visible(command)}"


def _place(outcome: Outcome, row: Row) -> str:
    return f"{visible(outcome.path)}:{row.line}"


def _words(row: Row) -> str:
    words = visible(row.text)
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"


def _table(outcome: Outcome, top: int, number: Number) -> list[str]:
    lines: list[str] = []
    for row in outcome.verdict.grown:
        was = f"{number(row.before)} -> " if row.before is not None else "new: "
        size = signed(row.change, number)
        lines.append(f"  {_place(outcome, row)}  {size}  ({was}{number(row.after or 0)})  {_words(row)}")
        shown = row.grown[: min(top, _PATHS)]
        sizes = [signed(path.bytes, number) for path in shown]
        broad = max(map(width, sizes), default=0)
        for path, one in zip(shown, sizes):
            note = "" if path.known or row.before is None else "  (not in the lock)"
            lines.append(f"    {one:>{broad}}  {visible(path.path)}{note}")
    return lines


def json(outcomes: Sequence[Outcome], top: int) -> str:
    """The same for programs: all numbers are bytes, lines count from 1."""
    from json import dumps

    return dumps([_document(outcome, top) for outcome in outcomes], indent=2, ensure_ascii=True) + "\n"


def _document(outcome: Outcome, top: int) -> dict[str, Any]:
    verdict = outcome.verdict
    return {
        "file": outcome.path,
        "target": verdict.target,
        "platform": verdict.platform,
        "lock": outcome.lock,
        "budget": verdict.budget,
        "allowance": verdict.allowance,
        "bytes": verdict.now,
        "over": verdict.over,
        "written": outcome.written,
        "instructions": [
            {
                "line": row.line,
                "instruction": row.text,
                "budget": row.before,
                "bytes": row.after,
                "difference": row.change,
                "grown": [
                    {"path": path.path, "bytes": path.bytes, "inLock": path.known} for path in row.grown[:top]
                ],
            }
            for row in verdict.rows
        ],
    }


def markdown(outcomes: Sequence[Outcome], top: int) -> str:
    """The same for a comment: a table of images, and one of the lines that grew."""
    lines = ["| image | budget | now | change | |", "|---|---:|---:|---:|---|"]
    for outcome in outcomes:
        verdict = outcome.verdict
        change = verdict.now - verdict.budget
        word = "written" if outcome.written else "**too heavy**" if verdict.over else "ok"
        target = f" (target {verdict.target})" if verdict.target else ""
        share = f" ({share_of(change, verdict.budget)})" if change else ""
        lines.append(
            f"| {escaped(outcome.path + target)} | {human(verdict.budget)} | {human(verdict.now)} "
            f"| {signed(change, human)}{share} | {word} |"
        )
    for outcome in outcomes:
        if outcome.verdict.over and not outcome.written:
            lines += [
                "",
                *_lines(outcome, top),
                "",
                f"When it is meant to be so heavy: {code(_command(outcome), 300)}",
            ]
    text = ""
    for line in lines:
        if len(text) + len(line) > LIMIT:
            return f"{text}\n*Too long for a comment: the rest is left out.*\n"
        text += f"{line}\n"
    return text


def _command(outcome: Outcome) -> str:
    return _way_out(outcome).partition(": ")[2]


def _lines(outcome: Outcome, top: int) -> list[str]:
    lines = [
        "| line | instruction | budget | now | change | what grew most |",
        "|---|---|---:|---:|---:|---|",
    ]
    for row in outcome.verdict.grown:
        paths = ", ".join(
            f"{code(path.path)} {signed(path.bytes, human)}" for path in row.grown[: min(top, _PATHS)]
        )
        was = human(row.before) if row.before is not None else "new"
        lines.append(
            f"| {escaped(_place(outcome, row))} | {code(_words(row))} | {was} | {human(row.after or 0)} "
            f"| {signed(row.change, human)} | {paths} |"
        )
    return lines
