"""What each instruction puts into the image, and what differs between two images."""

from __future__ import annotations

import re
from collections import Counter

from dockerlint.frozen import node, record
from dockerlint.image import Entry, Image, Size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.image import Step
    from dockerlint.model import Dockerfile, Instruction, Stage


@node
class Share:
    """What one instruction puts into the image: None when its stage is not part of it. A FROM
    stands for the base image that it brings."""

    instruction: Instruction
    size: Size | None


@record
class Origin:
    """Where a layer is from. `line` is that of its instruction, None where no file tells; `text` the
    instruction on one line, or what the image's history says; `stage` the index of its stage; `base`
    whether the base image brought it."""

    layer: int
    line: int | None
    text: str
    stage: int | None
    base: bool


@node
class Measured:
    """An image and where its bytes are from. `base` is how many of its layers the base image
    brought; `shares` covers every instruction of every stage, in file order, and is empty for an
    image that no file is known of; `makers` are the instructions of the layers, lowest first."""

    dockerfile: Dockerfile
    image: Image
    base: int
    shares: tuple[Share, ...]
    makers: tuple[Instruction | None, ...]
    _memo = ("_waste",)

    @property
    def total(self) -> Size:
        return self.image.size()

    @property
    def base_size(self) -> Size:
        return self.total - self.image.size(self.base)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where each layer is from, lowest first."""
        history = {step.layer: step.created_by for step in self.image.history}
        found = []
        for index, maker in enumerate(self.makers):
            inside = index < self.base
            told = _spoken(history.get(index, ""))
            if maker is None:
                found.append(Origin(index, None, told, None, inside))
                continue
            # Of the layers that FROM stands for only the history tells more.
            text = told if inside and told else " ".join(maker.text.text.split())
            found.append(Origin(index, maker.first_line, text, maker.stage, inside))
        return tuple(found)

    def stages(self) -> list[tuple[Stage, Size | None]]:
        """Every stage and what it puts into the image, None when it is not part of it."""
        found: list[tuple[Stage, Size | None]] = []
        for stage in self.dockerfile.stages:
            sizes = [share.size for share in self.shares if share.instruction.stage == stage.index]
            known = [size for size in sizes if size is not None]
            found.append((stage, sum(known, Size()) if known else None))
        return found


_ARGUMENTS = re.compile(r"\|\d+ (?:[A-Za-z_]\w*=\S* )*")


def _spoken(created_by: str) -> str:
    """A history entry as the instruction that it is of, without what engines put around it."""
    _, nop, rest = created_by.partition("#(nop)")
    if nop:
        return " ".join(rest.split())
    text = " ".join(created_by.removesuffix("# buildkit").split())
    word, _, rest = text.partition(" ")
    if word not in _KINDS:
        word, rest = "RUN", text
    if word == "RUN":
        rest = _ARGUMENTS.sub("", rest, count=1) if rest.startswith("|") else rest
        rest = rest.removeprefix("/bin/sh -c ")
    return f"{word} {rest}".strip()


def chain(dockerfile: Dockerfile, target: str | None = None) -> tuple[Stage, ...]:
    """The stages whose layers make the image, the one with the base image first; empty for a
    file without stages or a target that it does not have."""
    final = dockerfile.final_stage
    if target is not None:
        final = dockerfile.stage_named(target)
        if final is None and target.isdigit() and int(target) < len(dockerfile.stages):
            final = dockerfile.stages[int(target)]
    return final.lineage[::-1] if final is not None else ()


def base_text(dockerfile: Dockerfile, target: str | None = None) -> str | None:
    """A Dockerfile that makes the bare base image of the result, to learn which layers are its;
    None for scratch, which has none."""
    stages = chain(dockerfile, target)
    if not stages or stages[0].image == "scratch":
        return None
    source = dockerfile.source
    head = source.text[: dockerfile.stages[0].start.span.start]
    return f"{head}{source.slice(stages[0].start.span)}{source.newline}"


def measure(
    dockerfile: Dockerfile, image: Image, base: Sequence[str] | None, target: str | None = None
) -> Measured:
    """The image's bytes by instruction. `base` are the diff_ids of the bare base image; where they are
    not known the layers below the lowest one that an instruction made are taken for it."""
    brought = 0
    for own, given in zip(image.diff_ids, base or ()):
        if own != given:
            break
        brought += 1
    stages = chain(dockerfile, target)
    made = [instruction for stage in stages for instruction in stage.instructions]
    layers = _by_instruction(made, _own(image, brought))
    first = stages[0].start if stages else None
    makers: list[Instruction | None] = [first] * len(image.layers)
    for instruction, indexes in layers.items():
        for index in indexes:
            makers[index] = instruction
    if base is None and stages and stages[0].image != "scratch":
        brought = next((index for index, maker in enumerate(makers) if maker is not first), len(makers))
    inside = {stage.index for stage in stages}
    shares = []
    rest = image.size()
    for instruction in dockerfile.body:
        size = None
        if instruction.stage in inside:
            size = Size()
            for index in layers.get(instruction, ()):
                size += image.layers[index].size
            rest -= size
        if instruction.stage is not None:
            shares.append(Share(instruction, size))
    # What no instruction made came with the base: its layers, and those of its triggers.
    shares = [Share(s.instruction, rest) if s.instruction is first else s for s in shares]
    return Measured(dockerfile, image, brought, tuple(shares), tuple(makers))


def _own(image: Image, base: int) -> list[Step]:
    """The history behind the layers of the base; what made no layer just behind them may still be the base's."""
    at = 0
    for index, step in enumerate(image.history):
        if step.layer is not None and step.layer < base:
            at = index + 1
    return list(image.history[at:])


def _by_instruction(made: list[Instruction], steps: list[Step]) -> dict[Instruction, list[int]]:
    """The layers of each instruction. Read from the end, where history and file agree; what is left
    over at the start of the history is the base's own."""
    found: dict[Instruction, list[int]] = {}
    at = len(made)
    for step in reversed(steps):
        kind = _kind(step.created_by)
        below = at - 1
        while below >= 0 and made[below].keyword.name != kind:
            below -= 1
        if below < 0:
            continue
        at = below
        if step.layer is not None:
            found.setdefault(made[at], []).append(step.layer)
    return found


def _kind(created_by: str) -> str:
    """The instruction that a history entry is of: BuildKit starts with it, buildah and the classic
    builder write `/bin/sh -c #(nop) COPY ...`, and of RUN the command alone."""
    _, nop, rest = created_by.partition("#(nop)")
    word = (rest if nop else created_by).split(maxsplit=1)[:1]
    if word and word[0] in _KINDS and (nop or not created_by.startswith("/")):
        return word[0]
    return "RUN"


_KINDS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
     "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)  # fmt: skip


@node
class Row:
    """An instruction before and what became of it; None where there is none."""

    before: Share | None
    after: Share | None

    @property
    def change(self) -> Size:
        return _of(self.after) - _of(self.before)


def _of(share: Share | None) -> Size:
    return (share.size if share is not None else None) or Size()


def rows(before: Sequence[Share], after: Sequence[Share]) -> list[Row]:
    """The instructions of two files side by side: in order, each with the one most like it."""
    pairs = aligned(*([share.instruction.text.text for share in side] for side in (before, after)))
    return [Row(None if i is None else before[i], None if j is None else after[j]) for i, j in pairs]


def aligned(before: Sequence[str], after: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """The indexes of instructions, given as texts, side by side: in order, each with the one most like it."""
    old, new = [_taken_apart(text) for text in before], [_taken_apart(text) for text in after]
    scores = [[_likeness(one, two) for two in new] for one in old]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        if scores[i][j] and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(at, None) for at in range(i, len(before))]
    found += [(None, at) for at in range(j, len(after))]
    return found


_RELATED = {frozenset(("ADD", "COPY")), frozenset(("LABEL", "MAINTAINER"))}


def _taken_apart(text: str) -> tuple[str, Counter[str]]:
    """The name of an instruction in upper case, and its words."""
    name, *words = text.split() or [""]
    return name.upper(), Counter(words)


def _likeness(one: tuple[str, Counter[str]], two: tuple[str, Counter[str]]) -> float:
    """How alike two instructions are: 0 for not at all, up to 1.25."""
    kinds = (one[0], two[0])
    if kinds[0] != kinds[1] and frozenset(kinds) not in _RELATED:
        return 0.0
    words = sum(one[1].values()) + sum(two[1].values())
    shared = 2 * sum((one[1] & two[1]).values()) / words if words else 1.0
    if kinds[0] == "RUN" and shared < 0.15:
        return 0.0
    return shared + (0.25 if kinds[0] == kinds[1] else 0.1)


@record
class Path:
    """A path whose bytes differ: removed, added or changed. `bytes` is the change of what its
    regular files weigh in all layers together; a path that ends with a slash stands for a whole
    directory of `files` files."""

    path: str
    kind: str
    bytes: int
    files: int


def paths(before: Image, after: Image) -> list[Path]:
    """What differs between two images by path, the greatest change first.

    The changes add up to the difference of the images' regular-file bytes, since every copy of a
    file counts, those that a later layer hides too.
    """
    old, new = _shipped(before), _shipped(after)
    found: list[Path] = []
    for kind, have, lack in (("removed", old, new), ("added", new, old)):
        inhabited = _folders(lack)
        groups: dict[str, list[int]] = {}
        for path, (size, _) in have.items():
            if path not in lack:
                groups.setdefault(_group(path, inhabited), []).append(size)
        sign = -1 if kind == "removed" else 1
        found += [Path(path, kind, sign * sum(sizes), len(sizes)) for path, sizes in groups.items()]
    for path, (size, content) in new.items():
        if path in old and old[path] != (size, content):
            found.append(Path(path, "changed", size - old[path][0], 1))
    return sorted(found, key=lambda p: (-abs(p.bytes), p.path))


def _shipped(image: Image) -> dict[str, tuple[int, tuple[Entry, ...]]]:
    """For every path: the bytes of all its copies, and what the copies are."""
    found: dict[str, tuple[int, tuple[Entry, ...]]] = {}
    for layer in image.layers:
        for entry in layer.entries:
            if entry.kind == "file":
                size, copies = found.get(entry.path, (0, ()))
                found[entry.path] = (size + entry.size, (*copies, entry))
    return found


def _folders(paths: object) -> set[str]:
    """Every directory that holds one of the paths, however deep."""
    found: set[str] = set()
    for path in paths:  # type: ignore[attr-defined]
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _group(path: str, inhabited: set[str]) -> str:
    """The highest directory, two levels deep or more, in which the other image has no file; else the path."""
    parts = path.split("/")
    for count in range(2, len(parts)):
        folder = "/".join(parts[:count])
        if folder not in inhabited:
            return f"{folder}/"
    return path
