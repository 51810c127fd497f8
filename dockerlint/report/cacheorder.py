"""What a change to each file costs, as a table and as JSON."""

from __future__ import annotations

from dockerlint.context import grouped
from dockerlint.frozen import node
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from dockerlint.context import Context
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.rebuild import Cost
    from dockerlint.reorder import Reordered
    from dockerlint.rerun import Rerun


@node
class Result:
    """What was found of a file. `engine` is None when nothing was built; `before` and `after` are the costs of the same
    changes in both orders; `why` tells why the other order does not make the same image, empty when it does."""

    name: str
    dockerfile: Dockerfile
    context: Context
    groups: tuple[Rerun, ...]
    order: Reordered | None
    engine: tuple[str, str] | None = None
    before: tuple[Cost, ...] = ()
    after: tuple[Cost, ...] | None = None
    why: str = ""
    written: bool = False

    @property
    def proven(self) -> bool:
        """Whether builds have shown that both orders make the same image."""
        return self.engine is not None and self.order is not None and not self.why


def text(result: Result, top: int) -> str:
    """For people; `top` files or folders of each group."""
    lines = [visible(result.name)]
    if result.engine is not None:
        lines[0] += f", built with {' '.join(result.engine)}"
    if not result.groups:
        lines.append("  no instruction takes a file of the context")
    for group in result.groups:
        first = ", ".join(str(one.first_line) for one in group.first)
        lines += ["", f"  taken on line {first}: {_count(group)}"]
        shown = grouped(result.context.sent, group.paths)
        lines += [f"    {visible(one.path)}" for one in shown[:top]]
        if len(shown) > top:
            lines.append(f"    and {len(shown) - top:,} more")
        lines.append(f"    a change runs again: {_lines(group.again)}{_maybe(group)}")
    if result.before:
        lines += ["", *_costs(result.before, result.after)]
    lines += _order(result)
    return "".join(f"{line}\n" for line in lines)


def _count(group: Rerun) -> str:
    return f"{len(group.paths):,} {'file' if len(group.paths) == 1 else 'files'}"


def _lines(instructions: Sequence[Instruction]) -> str:
    return ", ".join(f"{one.keyword.name} on line {one.first_line}" for one in instructions)


def _maybe(group: Rerun) -> str:
    if not group.maybe:
        return ""
    return f"; when what is handed on has changed, {_lines(group.maybe)}"


def _costs(before: Sequence[Cost], after: Sequence[Cost] | None) -> list[str]:
    names = ["nothing" if cost.path is None else visible(cost.path) for cost in before]
    broad = max(map(len, names))
    lines = [f"  {'a change to':<{broad}}  seconds{'  re-ordered' if after is not None else ''}"]
    for at, (name, cost) in enumerate(zip(names, before)):
        line = f"  {name:<{broad}}  {_seconds(cost):>7}"
        if after is not None:
            line += f"  {_seconds(after[at]):>10}"
        lines.append(line)
        if cost.why:
            lines.append(f"    the build fails after that change: {visible(cost.why)}")
    return lines


def _seconds(cost: Cost) -> str:
    return "fails" if cost.seconds is None else f"{cost.seconds:.1f}"


def _order(result: Result) -> list[str]:
    order = result.order
    if order is None:
        return ["", "  the order is as good as dockerlint knows"]
    rules = ", ".join(f"{rule} on line {line}" for rule, line in order.rules)
    lines = ["", f"  another order would cost less: {rules}"]
    if result.engine is None:
        lines.append("  --measure builds both and compares; --write also writes it")
    elif result.why:
        lines += ["  not proven, so not written: the images differ", f"    {visible(result.why)}"]
    elif result.written:
        lines.append("  both make the same image; it is written")
    else:
        lines.append("  both make the same image; --write writes it")
    return lines


def document(result: Result) -> dict[str, Any]:
    """For programs: seconds, and lines from 1."""
    order = result.order
    return {
        "file": result.name,
        "engine": None if result.engine is None else {"name": result.engine[0], "version": result.engine[1]},
        "groups": [
            {
                "paths": list(group.paths),
                "takenOn": [one.first_line for one in group.first],
                "runsAgain": [one.first_line for one in group.again],
                "mayRunAgain": [one.first_line for one in group.maybe],
            }
            for group in result.groups
        ],
        "costs": [_cost(cost) for cost in result.before],
        "order": None
        if order is None
        else {
            "rules": [{"rule": rule, "line": line} for rule, line in order.rules],
            "text": order.dockerfile.source.text,
            "proven": result.proven,
            "why": result.why,
            "costs": None if result.after is None else [_cost(cost) for cost in result.after],
            "written": result.written,
        },
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {"path": cost.path, "seconds": cost.seconds, "why": cost.why}
