"""What an ignore file could keep out of a build, and the text that does."""

from __future__ import annotations

from dockerlint.context import File, grouped, untaken
from dockerlint.frozen import record
from dockerlint.ignorefile import Ignore, read_patterns
from dockerlint.knowledge.unneeded import unneeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockerlint.context import Context, Take

HEAD = "# No file that these name changes what is built (dockerlint context)"
UNTAKEN = "taken by nothing"


@record
class Proposal:
    """A pattern for the ignore file: what its files are, how many are sent today, and their bytes. `taken` tells
    whether an instruction takes some of them, so that only a build can tell whether they are needed."""

    pattern: str
    what: str
    files: int
    bytes: int
    taken: bool


def proposals(context: Context, takes: Sequence[Take]) -> tuple[Proposal, ...]:
    """What could be kept out, files that no instruction takes first. Every file counts for one pattern only."""
    free = set(untaken(context, takes) or ())
    left = dict(context.sent)
    found: list[Proposal] = []
    for pattern, what in unneeded():
        ignore = Ignore.of(read_patterns(pattern))
        paths = [path for path in left if ignore.excludes(path)]
        if paths:
            found.append(_proposal(pattern, what, paths, left, any(path not in free for path in paths)))
            for path in paths:
                del left[path]
    for group in grouped(context.sent, free & set(left)):
        paths = [path for path in left if path == group.path or path.startswith(f"{group.path.rstrip('/')}/")]
        pattern = escaped(group.path.rstrip("/"))
        if paths and pattern:
            found.append(_proposal(pattern, UNTAKEN, paths, left, False))
    return tuple(sorted(found, key=lambda one: (one.taken, -one.bytes, one.pattern)))


def _proposal(
    pattern: str, what: str, paths: Sequence[str], files: Mapping[str, File], taken: bool
) -> Proposal:
    return Proposal(pattern, what, len(paths), sum(files[path].bytes for path in paths), taken)


def escaped(path: str) -> str:
    """The pattern that matches a path and nothing else; empty for one that no line can hold."""
    if "\n" in path or "\r" in path:
        return ""
    text = "".join(f"\\{char}" if char in "*?[]\\" else char for char in path)
    # A leading `#` or `!` and white space at the ends would be read as something else.
    if text[:1] in "#! \t":
        text = f"[{text[0]}]{text[1:]}"
    return f"{text[:-1]}[{text[-1]}]" if text[-1:] in " \t" else text


def with_patterns(text: str, patterns: Iterable[str]) -> str:
    """The text of an ignore file with patterns added at its end; as it is when there are none to add."""
    known = set(read_patterns(text))
    lines = [pattern for pattern in patterns if not set(read_patterns(pattern)) <= known]
    if not lines:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + newline
    if before.strip() and HEAD not in before:
        before += newline
    head = [] if HEAD in before else [HEAD]
    return before + "".join(f"{line}{newline}" for line in (*head, *lines))
