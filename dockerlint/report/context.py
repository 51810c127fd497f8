"""What a build takes of its context, as a table and as JSON."""

from __future__ import annotations

from dockerlint.context import grouped
from dockerlint.frozen import node
from dockerlint.report.comparison import human
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from dockerlint.context import Context, File, Group, Take
    from dockerlint.ignoring import Proposal


@node
class Look:
    """What was found of a context. `untaken` are the sent files that no instruction takes, None when that cannot be
    told; `absent` those taken whose content is in no layer of the image, None when it was not built."""

    name: str
    folder: str
    ignore_file: str | None
    context: Context
    takes: tuple[Take, ...]
    untaken: tuple[str, ...] | None
    absent: tuple[str, ...] | None
    proposals: tuple[Proposal, ...]


@node
class Proof:
    """What became of the proposals. `kept` are those that leave the image as it is, `dropped` the others, with
    what would change. `path` is the file that was written, empty when none was."""

    engine: tuple[str, str]
    kept: tuple[Proposal, ...]
    dropped: tuple[tuple[Proposal, str], ...]
    listed: tuple[str, ...]
    path: str


def text(look: Look, proof: Proof | None, top: int) -> str:
    """For people; the largest `top` of each list."""
    sent, ignored = look.context.sent, look.context.ignored
    lines = [f"{visible(look.name)}, context {visible(look.folder)}"]
    lines.append(f"  sent to the build: {_amount(sent, sent)}")
    if look.ignore_file:
        lines.append(f"  kept out by {visible(look.ignore_file)}: {_amount(ignored, ignored)}")
    lines += [f"  cannot be read: {visible(path)}" for path in look.context.unread]
    for take in look.takes:
        words = " ".join(visible(take.instruction.text.text).split())
        words = words if len(words) <= 60 else f"{words[:59]}…"
        what = "what the file does not tell" if take.paths is None else _amount(sent, take.paths)
        lines += ["", f"  line {take.instruction.first_line}: {words}", f"    takes {what}"]
        lines += _groups(grouped(sent, take.paths or ()), top, "    ")
    if look.untaken is None:
        lines += ["", "  what nothing takes cannot be told: give the build arguments with --build-arg"]
    elif look.untaken:
        lines += ["", f"  taken by nothing: {_amount(sent, look.untaken)}"]
        lines += _groups(grouped(sent, look.untaken), top, "  ")
    if look.absent:
        lines += ["", f"  taken, but in no layer of the image: {_amount(sent, look.absent)}"]
        lines += _groups(grouped(sent, look.absent), top, "  ")
    lines += _proposals(look.proposals) if proof is None else _proof(proof)
    return "".join(f"{line}\n" for line in lines)


def _amount(files: Mapping[str, File], paths: Iterable[str]) -> str:
    these = list(paths)
    size = sum(files[path].bytes for path in these)
    return f"{len(these):,} {'file' if len(these) == 1 else 'files'}, {human(size)}"


def _groups(groups: Sequence[Group], top: int, indent: str) -> list[str]:
    lines = []
    for group in groups[:top]:
        files = f"  ({group.files:,} files)" if group.files > 1 else ""
        lines.append(f"{indent}  {human(group.bytes):>9}  {visible(group.path)}{files}")
    if len(groups) > top:
        rest = groups[top:]
        lines.append(f"{indent}  {human(sum(group.bytes for group in rest)):>9}  {len(rest):,} more")
    return lines


def _proposals(found: Sequence[Proposal]) -> list[str]:
    if not found:
        return ["", "  nothing to keep out"]
    lines = ["", "  could be kept out; --prove builds with and without them, --write also writes them"]
    return lines + [_proposal(one) for one in found]


def _proposal(one: Proposal) -> str:
    taken = ", taken: a build has to show it" if one.taken else ""
    files = f"{one.files:,} {'file' if one.files == 1 else 'files'}"
    return f"    {human(one.bytes):>9}  {visible(one.pattern)}  ({one.what}, {files}{taken})"


def _proof(proof: Proof) -> list[str]:
    lines = ["", f"  built with {' '.join(proof.engine)}"]
    if proof.kept:
        lines += ["  the image is the same without"] + [_proposal(one) for one in proof.kept]
    if proof.dropped:
        lines.append("  these change the image, and stay in")
        for one, why in proof.dropped:
            lines += [_proposal(one), f"               {visible(why)}"]
    lines += [f"  differs from build to build: {visible(path)}" for path in proof.listed]
    if not proof.kept:
        lines.append("  so there is nothing to keep out")
    elif proof.path:
        lines.append(f"  {visible(proof.path)} is written")
    else:
        lines.append("  nothing is written; --write does")
    return lines


def document(look: Look, proof: Proof | None) -> dict[str, Any]:
    """For programs: sizes in bytes, lines from 1."""
    sent = look.context.sent
    return {
        "file": look.name,
        "context": look.folder,
        "ignoreFile": look.ignore_file,
        "sent": _count(sent, sent),
        "ignored": _count(look.context.ignored, look.context.ignored),
        "unread": list(look.context.unread),
        "takes": [
            {
                "line": take.instruction.first_line,
                "instruction": take.instruction.text.text,
                **(_count(sent, take.paths) if take.paths is not None else {"files": None, "bytes": None}),
                "paths": None if take.paths is None else list(take.paths),
            }
            for take in look.takes
        ],
        "untaken": None if look.untaken is None else list(look.untaken),
        "absent": None if look.absent is None else list(look.absent),
        "proposals": [_fields(one) for one in look.proposals],
        "proof": None
        if proof is None
        else {
            "engine": {"name": proof.engine[0], "version": proof.engine[1]},
            "kept": [one.pattern for one in proof.kept],
            "dropped": [{"pattern": one.pattern, "why": why} for one, why in proof.dropped],
            "unstable": list(proof.listed),
            "written": proof.path or None,
        },
    }


def _count(files: Mapping[str, File], paths: Iterable[str]) -> dict[str, int]:
    these = list(paths)
    return {"files": len(these), "bytes": sum(files[path].bytes for path in these)}


def _fields(one: Proposal) -> dict[str, Any]:
    return {
        "pattern": one.pattern,
        "what": one.what,
        "files": one.files,
        "bytes": one.bytes,
        "taken": one.taken,
    }
