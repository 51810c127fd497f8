"""Comments that silence findings: ours, hadolint's three forms, and BuildKit's `# check=`.

Ours
    `# dockerlint ignore=NAME[,NAME] [-- reason]` above an instruction is for all of that
    instruction (other comments and blank lines may stand between); between the lines of an
    instruction, or in its here-document script, it is for findings that begin on the next line
    which is no comment and not blank. `# dockerlint file-ignore=` anywhere is for the whole file.
hadolint's
    `ignore=` for the instruction on the very next line, `global ignore=` for the file, `stage
    ignore=` for what follows the next line up to the next FROM; not inside instructions.
BuildKit's
    `# check=skip=NAME,NAME|all` at the head of the file, or above an instruction.

A name is a rule's name, code or alias, in any case (in hadolint's own forms: codes as it
allows them).
"""

from __future__ import annotations

import re
from bisect import bisect_right

from dockerlint.frozen import record, replace
from dockerlint.model import Run
from dockerlint.places import instruction_at, instruction_behind, peer_position
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.config import Config
    from dockerlint.lint import Found
    from dockerlint.loader import Rules
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.source import Span

# BuildKit looks at these when no single instruction's comment is at hand (spec: buildkit-checks).
_WHOLE_FILE_ONLY = frozenset((
    "noemptycontinuation", "consistentinstructioncasing", "duplicatestagename", "reservedstagename",
    "invalidbaseimageplatform", "invaliddefaultarginfrom", "invaliddefinitiondescription",
))  # fmt: skip
# BuildKit reports these at the earlier of two instructions, but asks the comment of the later one.
_ASKS_LATER = frozenset(("multipleinstructionsdisallowed",))
_EXPERIMENTAL = frozenset(("invaliddefinitiondescription",))
EVERYTHING = "all"


@record
class Remark:
    """One of our comments. `scope` is `ignore` or `file-ignore`; `names` are (word, span) as
    written; `error` says what is wrong with it, empty when nothing is."""

    span: Span
    scope: str
    names: tuple[tuple[str, Span], ...]
    error: str = ""


@record
class Checks:
    """What `# check=` asks for: names in lower case, or `all`."""

    skip: frozenset[str] = frozenset()
    experimental: frozenset[str] = frozenset()
    error: bool = False


@record
class _Silence:
    """Names that are silent from one offset to another; hadolint counts in lines instead.

    `home` is where the one instruction begins that it is for, None when it is for more.
    """

    names: frozenset[str]
    start: int
    end: int
    by_line: bool = False
    home: int | None = None


_OURS = re.compile(r"dockerlint[ \t]+([a-z-]*)[ \t]*(=?)[ \t]*(.*)", re.DOTALL)


def remarks(dockerfile: Dockerfile) -> Iterator[Remark]:
    """Our own comments, in order, also those that are malformed."""
    text = dockerfile.source.text
    if "dockerlint" not in text:
        return
    for span in _comment_spans(dockerfile):
        written = text[span.start : span.end].lstrip("#").strip()
        if not written.startswith("dockerlint"):
            continue
        match = _OURS.fullmatch(written)
        if match is None:
            continue
        scope, equals, rest = match.groups()
        offset = text.index("dockerlint", span.start) + match.start(3)
        if scope not in ("ignore", "file-ignore"):
            if equals or "ignore" in scope:
                yield Remark(span, scope, (), "it is neither ignore= nor file-ignore=")
            continue
        listed = re.split(r"(?:^|[ \t])--(?:[ \t]|$)", rest, maxsplit=1)[0]
        names = tuple(
            (m[0], type(span)(offset + m.start(), offset + m.end())) for m in re.finditer(r"[^,\s]+", listed)
        )
        if not equals or not names:
            yield Remark(span, scope, (), "it names no rule")
        elif re.search(r"[^,\s][ \t]+[^,\s]", listed):
            yield Remark(span, scope, names, "names are separated by commas, a reason comes behind --")
        else:
            yield Remark(span, scope, names)


def _comment_spans(dockerfile: Dockerfile) -> Iterator[Span]:
    text = dockerfile.source.text
    for comment in dockerfile.comments:
        yield comment.span
    for run in dockerfile.instructions(Run):
        for heredoc in run.command.heredocs:
            body = heredoc.body
            if "dockerlint" not in text[body.start : body.end]:
                continue
            at = body.start
            for line in text[body.start : body.end].splitlines(keepends=True):
                if line.lstrip().startswith("#"):
                    yield type(body)(at + len(line) - len(line.lstrip()), at + len(line.rstrip()))
                at += len(line)


def silence(
    dockerfile: Dockerfile, found: tuple[Found, ...], rules: Rules, config: Config
) -> tuple[tuple[Found, ...], int]:
    """The findings that no comment silences, and how many were silenced."""
    if not found:
        return found, 0
    checks = checks_of(dockerfile) if config.profile != "hadolint" else Checks()
    silences = _Silences([*_our_silences(dockerfile)])
    if config.pragmas and "hadolint" in dockerfile.source.text:
        silences.add(_hadolint_silences(dockerfile, exact=config.profile == "hadolint"))
    skips = _skips(dockerfile) if config.profile != "hadolint" and "check" in dockerfile.source.text else {}
    kept: list[Found] = []
    for one in found:
        words = _words(one, rules)
        if _is_skipped(dockerfile, one, words, checks, skips, config.profile == "buildkit"):
            continue
        if silences.cover(dockerfile, one, words):
            continue
        if checks.error and config.profile == "buildkit":
            one = replace(one, severity=Severity.ERROR)
        kept.append(one)
    return tuple(kept), len(found) - len(kept)


def _words(found: Found, rules: Rules) -> frozenset[str]:
    words = {found.code.casefold(), found.name, EVERYTHING}
    for rule in rules.names.get(found.name, ()):
        if rule.name == found.name:
            words.add(rule.code.casefold())
            words.update(alias.casefold() for alias in rule.aliases)
    return frozenset(words)


class _Silences:
    """Silences by where they begin: most are for one instruction, and a file may have thousands."""

    def __init__(self, silences: Iterable[_Silence]) -> None:
        self._wide: list[_Silence] = []
        self._narrow: dict[tuple[bool, int], list[_Silence]] = {}
        self.add(silences)

    def add(self, silences: Iterable[_Silence]) -> None:
        """Take in some more."""
        for silence in silences:
            if silence.home is None:
                self._wide.append(silence)
            else:
                self._narrow.setdefault((silence.by_line, silence.home), []).append(silence)

    def cover(self, dockerfile: Dockerfile, found: Found, words: frozenset[str]) -> bool:
        """Whether one of them is for a finding that goes by some words."""
        if not self._wide and not self._narrow:
            return False
        offset = found.span.start
        line = peer_position(dockerfile, found.span).line
        instruction = instruction_at(dockerfile, offset)
        near = [*self._wide, *self._narrow.get((True, line), ())]
        if instruction is not None:
            near += self._narrow.get((False, instruction.span.start), ())
        return any(s.names & words and s.start <= (line if s.by_line else offset) < s.end for s in near)


def _our_silences(dockerfile: Dockerfile) -> Iterator[_Silence]:
    source = dockerfile.source
    for remark in remarks(dockerfile):
        names = frozenset(word.casefold() for word, _ in remark.names)
        if not names:
            continue
        if remark.scope == "file-ignore":
            yield _Silence(names, 0, len(source.text) + 1)
            continue
        inside = instruction_at(dockerfile, remark.span.start)
        if inside is None:
            below = instruction_behind(dockerfile, remark.span.start)
            if below is not None:
                yield _Silence(names, below.span.start, below.span.end + 1, home=below.span.start)
            continue
        for line in range(source.line_of(remark.span.start) + 1, len(source.line_starts) + 1):
            span = source.line_span(line)
            written = source.slice(span).strip()
            if written and not written.startswith("#"):
                yield _Silence(names, span.start, span.end + 1, home=inside.span.start)
                break


def _hadolint_silences(dockerfile: Dockerfile, exact: bool) -> Iterator[_Silence]:
    source = dockerfile.source
    pragma = re.compile(
        r"hadolint[ \t]+(?:(global|stage)[ \t]+)?ignore[ \t]*=[ \t]*"
        r"([DLSC0-9]+(?:[ \t]*,[ \t]*[DLSC0-9]+)*)[ \t]*(?:#.*)?"
    )
    froms = [stage.start.first_line for stage in dockerfile.stages]
    last = len(source.line_starts) + 1
    for comment in dockerfile.comments:
        match = pragma.fullmatch(comment.text)
        if match is None or instruction_at(dockerfile, comment.span.start) is not None:
            continue
        names = frozenset(word.strip().casefold() for word in match[2].split(","))
        below = source.line_of(comment.span.start) + 1
        if match[1] == "global":
            yield _Silence(names, 0, last + 1, by_line=True)
        elif match[1] == "stage":
            # hadolint itself also silences the FROM of the next stage.
            end = min((line + exact for line in froms if line > below), default=last + 1)
            yield _Silence(names, below + 1, end, by_line=True)
        else:
            yield _Silence(names, below, below + 1, by_line=True, home=below)


def checks_of(dockerfile: Dockerfile) -> Checks:
    """What the `# check=` directive asks for, or the build argument that replaces it."""
    value = dockerfile.build_args.get("BUILDKIT_DOCKERFILE_CHECK")
    if value is None:
        for directive in dockerfile.directives:
            if directive.name == "check":
                value = (directive.value.split() or [""])[0]
                break
    return Checks() if value is None else _parse_checks(value)


def _parse_checks(value: str) -> Checks:
    from dockerlint.refuse.configuration import check_fault

    found: dict[str, frozenset[str]] = {}
    # BuildKit reads no value of which it cannot read a part.
    for part in () if check_fault(value) else value.split(";", 2):
        key, _, names = part.strip().partition("=")
        found[key] = frozenset(name.strip().casefold() for name in names.split(",") if name.strip())
    true = found.get("error", frozenset()) & {"1", "t", "true"}
    return Checks(found.get("skip", frozenset()), found.get("experimental", frozenset()), bool(true))


def _skips(dockerfile: Dockerfile) -> dict[int, frozenset[str]]:
    """Names that a comment above an instruction skips, by the start of the instruction."""
    skips: dict[int, frozenset[str]] = {}
    source = dockerfile.source
    for instruction in dockerfile.body:
        names: frozenset[str] = frozenset()
        for comment in instruction.doc:
            key, _, value = comment.text.partition("=")
            # BuildKit takes the first one, and none that is indented.
            if key.strip().lower() == "check" and source.position(comment.span.start).column == 1:
                names = _parse_checks((value.split() or [""])[0]).skip
                break
        if names:
            skips[instruction.span.start] = names
    return skips


def _is_skipped(
    dockerfile: Dockerfile,
    found: Found,
    words: frozenset[str],
    checks: Checks,
    skips: dict[int, frozenset[str]],
    strict: bool,
) -> bool:
    """Whether BuildKit's own comments silence a finding. `strict` is exactly as BuildKit does it;
    elsewhere every one of its checks can be skipped in place."""
    if strict and words & _EXPERIMENTAL:
        return False
    if not strict and not any(word.isalpha() for word in words - {EVERYTHING, found.name}):
        return False
    if words & checks.skip:
        return True
    if not skips or (strict and words & _WHOLE_FILE_ONLY):
        return False
    instruction = instruction_at(dockerfile, found.span.start)
    if instruction is None:
        return False
    asked = [instruction]
    if words & _ASKS_LATER:
        later = _next_of_kind(dockerfile, instruction)
        asked = [one for one in (None if strict else instruction, later) if one is not None]
    return any(words & skips.get(one.span.start, frozenset()) for one in asked)


def _next_of_kind(dockerfile: Dockerfile, instruction: Instruction) -> Instruction | None:
    """The next instruction of the same kind in the stage."""
    same: tuple[Instruction, ...] = tuple(dockerfile.instructions(type(instruction)))
    at = bisect_right(same, instruction.span.start, key=lambda other: other.span.start)
    return same[at] if at < len(same) and same[at].stage == instruction.stage else None


def experimental(dockerfile: Dockerfile, rules: Iterable[str]) -> frozenset[str]:
    """Those of some BuildKit names that the file switches on with `# check=experimental=`."""
    asked = checks_of(dockerfile).experimental
    return frozenset(name for name in rules if EVERYTHING in asked or name.casefold() in asked)
