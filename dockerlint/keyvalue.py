"""`name=value` for what is written in another way: the legacy `ENV name value`, and MAINTAINER.

What comes back means the same as what was written: every rewriting is expanded beside the
original, with the variables unset, empty and set, and is only offered where the results agree.
"""

from __future__ import annotations

from dockerlint.expand import ExpansionError, expand, references, split_words
from dockerlint.fix import Edit
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Env, Label, Maintainer

AUTHORS = "org.opencontainers.image.authors"


def quoted(text: str, escape: str = "\\") -> str:
    """The text in double quotes, so that BuildKit's expansion gives it back."""
    return '"' + "".join(_protected(char, escape) for char in text) + '"'


def _protected(char: str, escape: str) -> str:
    return escape + char if char in ('"', "$", escape) else char


def equals_edits(dockerfile: Dockerfile, instruction: Env | Label) -> tuple[Edit, ...]:
    """The edits that make `name=value` of a legacy `name value`; none where that cannot be
    proven to mean the same, or where a comment would be lost."""
    if not instruction.legacy:
        return ()
    pair = instruction.pairs[0]
    if pair.value is None:
        return ()
    escape = dockerfile.escape
    name, raw = pair.name.raw, pair.value.raw
    gap = Span(pair.name.span.end, pair.value.span.start)
    if any(gap.touches(comment.span) for comment in instruction.comments):
        return ()
    if _means(name, raw, raw, escape):
        return (Edit(gap, "="),)
    if not any(char in raw for char in ("'", '"', escape)) and _means(name, raw, f'"{raw}"', escape):
        end = pair.value.span.end
        return (Edit(gap, '="'), Edit(Span(end, end), '"'))
    rewritten = _in_double_quotes(raw, escape)
    if any(pair.value.span.covers(comment.span) for comment in instruction.comments):
        return ()
    if rewritten is not None and _means(name, raw, rewritten, escape):
        return (Edit(Span(gap.start, pair.value.span.end), f"={rewritten}"),)
    return ()


def label_edit(dockerfile: Dockerfile, maintainer: Maintainer) -> Edit | None:
    """The edit that makes a LABEL of a MAINTAINER, in its spelling of keywords; None where a
    comment would be lost."""
    if maintainer.comments:
        return None
    keyword = "label" if maintainer.keyword.text.islower() else "LABEL"
    name = maintainer.name.raw
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'" and name[0] not in name[1:-1]:
        # MAINTAINER takes quotes for a part of the name; nobody means that.
        name = name[1:-1]
    value = quoted(name, dockerfile.escape)
    if expand(value, {}, dockerfile.escape) != name:
        return None
    span = Span(maintainer.keyword.span.start, maintainer.name.span.end)
    return Edit(span, f"{keyword} {AUTHORS}={value}")


def _means(name: str, legacy: str, value: str, escape: str) -> bool:
    """Whether `name=value` is one pair, whose value is what the legacy value was."""
    text = f"{name}={value}"
    if split_words(text, escape) != [(0, len(text))]:
        return False
    names = {found for word in (legacy, value) for found, _, _ in references(word, escape)}
    environments: tuple[dict[str, str], ...] = (
        {found: f"<{found}>" for found in names},
        dict.fromkeys(names, ""),
        {},
    )
    outcomes = [(_outcome(legacy, env, escape), _outcome(value, env, escape)) for env in environments]
    # `${name:?message}` refuses to go on without a value, and has to do so in either form.
    return outcomes[0][0][1] and all(one == other for one, other in outcomes)


def _outcome(word: str, env: dict[str, str], escape: str) -> tuple[str, bool]:
    """What a word expands to, or the error; and whether it is the former."""
    try:
        return expand(word, env, escape), True
    except ExpansionError as error:
        return str(error), False


def _in_double_quotes(raw: str, escape: str) -> str | None:
    """A value with quotes and escapes of its own, as one double-quoted word; None for one that
    ends inside a quote."""
    ends = {start: end for _, start, end in references(raw, escape)}
    parts: list[str] = []
    at = 0
    while at < len(raw):
        char = raw[at]
        if at in ends:
            parts.append(raw[at : ends[at]])
            at = ends[at]
        elif char == "'":
            end = raw.find("'", at + 1)
            if end < 0:
                return None
            parts.extend(_protected(inside, escape) for inside in raw[at + 1 : end])
            at = end + 1
        elif char == '"':
            end = at + 1
            while end < len(raw) and raw[end] != '"':
                end = ends.get(end, end + 1 + (raw[end] == escape))
            if end >= len(raw):
                return None
            parts.append(raw[at + 1 : end])
            at = end + 1
        elif char == escape:
            parts.extend(_protected(inside, escape) for inside in raw[at + 1 : at + 2])
            at += 2
        else:
            parts.append(_protected(char, escape))
            at += 1
    return f'"{"".join(parts)}"'
