"""What hadolint reads in the words of instructions, for rules in its profile.

It looks at words as they are written: nothing is expanded, names are compared with case. The
commands of RUN are in `dockerlint.shell.as_hadolint`. Facts are from running hadolint 2.15.1.
"""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.model import Copy, From
from dockerlint.mounts import mount_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockerlint.model import Dockerfile, Run, Word

# Suffixes that hadolint takes for an archive; `.zst` and `.zip` are not among them.
ARCHIVES = (
    ".tar", ".gz", ".tgz", ".tpz", ".bz2", ".tbz", ".tbz2", ".tb2", ".Z", ".tZ", ".xz", ".txz", ".lz", ".lzma",
    ".tlz",
)  # fmt: skip


@record
class Image:
    """An image as hadolint takes it apart; the empty string for what is not written. A first part
    is the registry where a dot stands inside it."""

    registry: str
    name: str
    tag: str
    digest: str


def image_of(raw: str) -> Image:
    """The parts of an image reference as it is written."""
    first, slash, rest = raw.partition("/")
    registry, path = (first, rest) if slash and rest and "." in first[1:-1] else ("", raw)
    path, _, digest = path.partition("@")
    name, _, tag = path.partition(":")
    return Image(registry, name, tag, digest)


def bare(raw: str) -> str:
    """A word without quotes at its ends."""
    return raw.strip("\"'")


def written(word: Word, exec_form: bool) -> str:
    """A path of COPY or ADD: the string of a JSON array, or the word as it is written."""
    return word.value if exec_form and word.value is not None else word.raw


def aliases_before(dockerfile: Dockerfile) -> Iterator[tuple[From, frozenset[str]]]:
    """Every FROM, with the stage names that were given before it."""
    known: frozenset[str] = frozenset()
    for start in dockerfile.instructions(From):
        yield start, known
        if start.alias is not None:
            known |= {start.alias.raw}


def kept_stages(dockerfile: Dockerfile) -> frozenset[int | None]:
    """The indexes of the stages whose layers hadolint takes for those of an image: the last one,
    those with the very words of its FROM, and those whose name is the image of any FROM. What
    stands before the first FROM (None) counts where there is no FROM at all."""
    stages = dockerfile.stages
    if not stages:
        return frozenset((None,))
    names = {image_of(stage.start.image.raw).name for stage in stages}
    last = _words(stages[-1].start)
    return frozenset(
        stage.index
        for stage in stages
        if _words(stage.start) == last or (stage.start.alias is not None and stage.start.alias.raw in names)
    )


def _words(start: From) -> tuple[str, ...]:
    alias = "" if start.alias is None else start.alias.raw
    return (start.image.raw, alias, *(flag.value or "" for flag in start.flags))


def cached(run: Run, path: str) -> bool:
    """Whether a cache or tmpfs mount has a path in its target."""
    return any(path in target for target in cache_targets(run))


def cache_targets(run: Run) -> tuple[str, ...]:
    """The targets of the cache and tmpfs mounts of a RUN. hadolint takes a backslash and blanks that
    stand between two flags for a continuation, which they are not."""
    mounts: list[Mapping[str, str]] = [mount.options for mount in run.mounts]
    text = "" if run.command.is_exec else run.command.text.text
    while text.startswith("\\") and text[1:].lstrip().startswith("--mount="):
        value, _, text = text[1:].lstrip().removeprefix("--mount=").partition(" ")
        options = mount_options(value, lambda raw: raw)
        mounts += [] if options is None else [options]
        text = text.lstrip()
    return tuple(m.get("target", "") for m in mounts if m.get("type") in ("cache", "tmpfs"))


def copies(dockerfile: Dockerfile) -> Iterator[tuple[Copy, str]]:
    """Every COPY with a `--from`, and its value as it is written."""
    for copy in dockerfile.instructions(Copy):
        flag = copy.flag("from")
        if flag is not None and flag.value is not None:
            yield copy, dockerfile.source.slice(flag.value_span)
