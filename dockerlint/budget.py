"""What an image may weigh: made of a measured image, compared with the next one, line by line.

Bytes are those of regular files, which are the same whatever engine builds. A `dockerlint.lock` that a COPY takes
along is not counted: else each update would change what is to be updated.
"""

from __future__ import annotations

import re
from collections import Counter

from dockerlint import installed
from dockerlint.errors import UserError
from dockerlint.frozen import node, record, replace
from dockerlint.image import facts
from dockerlint.lockfile import NAME, Entry, Line, Part, mark, shortened
from dockerlint.measure import aligned, chain
from dockerlint.model import From, Run
from dockerlint.release import release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockerlint.image import Image
    from dockerlint.measure import Measured
    from dockerlint.model import Instruction, Stage

# So many folders and files a line are kept, those that weigh a hundredth of it or more.
_PATHS = 8
_DEPTH = 3
_UNITS = {
    "": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}  # fmt: skip


@record
class Grown:
    """A path that weighs more than in the lock; `known` is False for one that the lock does not have, since
    it is new or weighed too little to be kept."""

    path: str
    bytes: int
    known: bool


@record
class Row:
    """An instruction: what it weighed, None when it is new, and what it weighs, None when it has gone.
    `line` is where it is now; `grown` are the paths that grew, the most first."""

    line: int | None
    text: str
    before: int | None
    after: int | None
    grown: tuple[Grown, ...]

    @property
    def change(self) -> int:
        return (self.after or 0) - (self.before or 0)


@node
class Verdict:
    """An image against its budget. `allowance` is how much more may pass, `rows` are its instructions that
    weigh something, in file order with those that have gone among them."""

    file: str
    target: str
    platform: str
    budget: int
    allowance: int
    now: int
    rows: tuple[Row, ...]

    @property
    def over(self) -> bool:
        """Whether the image is heavier than it may be."""
        return self.now > self.budget + self.allowance

    @property
    def grown(self) -> tuple[Row, ...]:
        """The instructions that grew, the most first."""
        return tuple(sorted((row for row in self.rows if row.change > 0), key=lambda row: -row.change))


def allowance(tolerance: str, budget: int) -> int:
    """How many bytes a tolerance lets pass: `2 %` of the budget, `500 kB`, `1000`. UserError for anything else."""
    text = tolerance.strip().lower()
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *(%|[a-z]*)", text)
    unit = match[2] if match is not None else "?"
    if not text or (match is not None and unit == "%"):
        return int(float(match[1]) * budget / 100) if match is not None else 0
    if match is None or unit not in _UNITS:
        raise UserError(f"{tolerance} is no tolerance", "give bytes or a share: 500 kB, 2 MB, 1 %")
    return int(float(match[1]) * _UNITS[unit])


def platform(image: Image) -> str:
    """The platform of an image, `linux/amd64`. Engines differ in whether they say v8 of arm64."""
    system = str(image.config.get("os") or "linux")
    architecture = str(image.config.get("architecture") or "")
    variant = str(image.config.get("variant") or "")
    if (architecture, variant) == ("arm64", "v8"):
        variant = ""
    return "/".join(part for part in (system, architecture, variant) if part)


def entry(file: str, target: str, shipped: Measured, others: Sequence[Measured] = ()) -> Entry:
    """What the lock keeps of an image, and of the stages that were built for it in other images.

    Packages are known where images were read with `installed.Databases`.
    """
    parts: dict[int, Part] = {}
    for measured, inside in ((shipped, True), *((other, False) for other in others)):
        for stage in {s.index: s for s in _stages(measured)}.values():
            if stage.index not in parts:
                parts[stage.index] = _part(measured, stage, inside)
    ordered = tuple(parts[index] for index in sorted(parts))
    return Entry(file, target, platform(shipped.image), _total(shipped), "", ordered)


def _total(measured: Measured) -> int:
    return measured.total.files - _of_locks(measured.image, range(len(measured.image.layers)))


def _of_locks(image: Image, layers: Iterable[int]) -> int:
    """What locks of ours weigh in some layers."""
    files = (file for index in layers for file in image.layers[index].entries if file.kind == "file")
    return sum(file.size for file in files if file.path.rpartition("/")[2] == NAME)


def _stages(measured: Measured) -> list[Stage]:
    """The stages that an image is made of, lowest first."""
    inside = {share.instruction.stage for share in measured.shares if share.size is not None}
    return [stage for stage in measured.dockerfile.stages if stage.index in inside]


def _part(measured: Measured, stage: Stage, shipped: bool) -> Part:
    lines = tuple(line for _, line in _lines(measured, stage))
    name = stage.name or str(stage.index)
    return Part(name, stage.root.image or "", shipped, sum(line.bytes for line in lines), lines)


def _lines(measured: Measured, stage: Stage) -> Iterator[tuple[Instruction, Line]]:
    """The instructions of a stage that weigh something or install packages."""
    layers: dict[Instruction, list[int]] = {}
    for index, maker in enumerate(measured.makers):
        if maker is not None:
            layers.setdefault(maker, []).append(index)
    for share in measured.shares:
        instruction = share.instruction
        if instruction.stage != stage.index or share.size is None:
            continue
        own = layers.get(instruction, [])
        packages: tuple[tuple[str, str, str], ...] = ()
        if isinstance(instruction, Run):
            packages = installed.versions(instruction, measured.image, own)
        elif isinstance(instruction, From):
            packages = _release(measured, stage)
        weight = share.size.files - _of_locks(measured.image, own)
        if weight or packages:
            paths = _heaviest(measured.image, own)
            yield instruction, Line(shortened(instruction), mark(instruction), weight, paths, packages)


def _release(measured: Measured, stage: Stage) -> tuple[tuple[str, str, str], ...]:
    """The release that the base of a stage is, where it tells and the file does not."""
    if stage.image is None or not measured.base:
        return ()
    base = replace(measured.image, layers=measured.image.layers[: measured.base])
    found = release(stage.image, base, facts(base))
    return (("image", *found),) if found is not None else ()


def _heaviest(image: Image, layers: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """The folders and files that weigh most in some layers, sorted by path."""
    sums: Counter[str] = Counter()
    for index in layers:
        for file in image.layers[index].entries:
            if file.kind == "file" and file.path.rpartition("/")[2] != NAME:
                sums[_group(file.path)] += file.size
    least = max(1, sum(sums.values()) // 100)
    heavy = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:_PATHS]
    return tuple(sorted(item for item in heavy if item[1] >= least))


def _group(path: str) -> str:
    """The folder that a file is counted to; the file itself where it lies higher."""
    parts = path.encode("utf-8", "replace").decode().split("/")
    return f"/{'/'.join(parts)}" if len(parts) <= _DEPTH else f"/{'/'.join(parts[:_DEPTH])}/"


def compared(known: Entry, measured: Measured, tolerance: str) -> Verdict:
    """An image against the budget that a lock has for it."""
    old = [line for part in known.parts if part.shipped for line in part.lines if line.bytes]
    new = [
        (instruction, line)
        for stage in chain(measured.dockerfile, known.target or None)
        for instruction, line in _lines(measured, stage)
        if line.bytes
    ]
    rows = []
    for i, j in aligned([line.text for line in old], [line.text for _, line in new]):
        before = old[i] if i is not None else None
        after = new[j][1] if j is not None else None
        place = new[j][0].first_line if j is not None else None
        shown = after or before
        assert shown is not None
        rows.append(
            Row(
                place,
                shown.text,
                before.bytes if before is not None else None,
                after.bytes if after is not None else None,
                _grown(before, after),
            )
        )
    return Verdict(
        known.file,
        known.target,
        known.platform,
        known.bytes,
        allowance(tolerance, known.bytes),
        _total(measured),
        tuple(rows),
    )


def _grown(before: Line | None, after: Line | None) -> tuple[Grown, ...]:
    if after is None or (before is not None and after.bytes <= before.bytes):
        return ()
    known = dict(before.paths) if before is not None else {}
    grown = [Grown(path, size - known.get(path, 0), path in known) for path, size in after.paths]
    return tuple(sorted((one for one in grown if one.bytes > 0), key=lambda one: (-one.bytes, one.path)))


def ratcheted(known: Entry | None, made: Entry, tolerance: str | None, grow: bool) -> Entry:
    """What is to be kept of a new image: its lines, and of the two budgets the smaller one, unless it may
    `grow`. A tolerance that is not given stays."""
    keep = known.tolerance if known is not None and tolerance is None else tolerance or ""
    budget = made.bytes if known is None or grow else min(known.bytes, made.bytes)
    return replace(made, bytes=budget, tolerance=keep)
