"""What labels have to be there, and of what type their values are: the schema that a user gives.

The schema maps a label's key to a type: text, url, semver, hash, rfc3339, spdx or email.
"""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.model import Copy, From, Healthcheck, Label, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockerlint.model import Dockerfile, Instruction, Pair, Stage, Word

TYPES = ("text", "url", "semver", "hash", "rfc3339", "spdx", "email")


@record
class LabelSchema:
    """`label_schema` maps the key of a required label to the type of its value; `strict_labels` forbids
    labels that are not in it."""

    label_schema: Mapping[str, str] = {}
    strict_labels: bool = False

    def __post_init__(self) -> None:
        for key, kind in self.label_schema.items():
            if kind not in TYPES:
                raise ValueError(f"label-schema gives {key} the type {kind}; it can be {', '.join(TYPES)}")


def written(word: Word) -> str:
    """A key or value without its quotes, variables as they are written, which is what hadolint compares."""
    raw = word.raw
    if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'":
        return raw[1:-1]
    return raw


def known(word: Word) -> str | None:
    """A key or value as the build makes it; None where that depends on something outside the file."""
    return word.value


def pairs(dockerfile: Dockerfile) -> Iterator[tuple[Label, Pair]]:
    """Every label that the file sets, those inside ONBUILD excepted."""
    for label in dockerfile.instructions(Label):
        for pair in label.pairs:
            yield label, pair


def misfits(
    dockerfile: Dockerfile,
    options: LabelSchema,
    kind: str,
    fits: Callable[[str], bool],
    read: Callable[[Word], str | None],
) -> Iterator[tuple[Word, str]]:
    """The values, each with its key, of labels of a type that do not fit it."""
    if kind not in options.label_schema.values():
        return
    for _, pair in pairs(dockerfile):
        key = read(pair.name)
        if pair.value is None or key is None or options.label_schema.get(key) != kind:
            continue
        value = read(pair.value)
        if value is not None and not fits(value):
            yield pair.value, key


def label_keys(stage: Stage) -> frozenset[str]:
    """The keys of the labels that a stage sets itself."""
    return frozenset(pair.name.value or pair.name.raw for label in stage.of(Label) for pair in label.pairs)


def shipped_stages(dockerfile: Dockerfile) -> Iterator[Stage]:
    """The stages that become an image of their own: no other stage builds on them or takes from them."""
    used = {stage.base for stage in dockerfile.stages}
    for instruction in dockerfile.instructions(Copy, Run):
        used.update(_taken_from(dockerfile, instruction))
    for stage in dockerfile.stages:
        if stage not in used:
            yield stage


def _taken_from(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Stage | None]:
    names: list[str | None] = []
    if isinstance(instruction, Run):
        names += [mount.options.get("from") for mount in instruction.mounts]
    else:
        names += [flag.expanded for flag in instruction.flags if flag.name == "from"]
    for name in names:
        if name is not None and name.isdigit() and int(name) < len(dockerfile.stages):
            yield dockerfile.stages[int(name)]
        elif name is not None:
            yield dockerfile.stage_named(name)


@record
class PeerStage:
    """A stage as hadolint counts it: names compared by case, what follows FROM as it is written."""

    start: From
    base: int | None
    keys: frozenset[str]
    checked: bool


def peer_stages(dockerfile: Dockerfile) -> tuple[PeerStage, ...]:
    """The stages as hadolint counts them; `base` is an index, `checked` whether there is a HEALTHCHECK."""
    places: dict[str, int] = {}
    found: list[PeerStage] = []
    for stage in dockerfile.stages:
        start = stage.start
        keys = frozenset(written(pair.name) for label in stage.of(Label) for pair in label.pairs)
        checked = any(True for _ in stage.of(Healthcheck))
        found.append(PeerStage(start, places.get(start.image.raw), keys, checked))
        if start.alias is not None:
            places[start.alias.raw] = len(found) - 1
    return tuple(found)
