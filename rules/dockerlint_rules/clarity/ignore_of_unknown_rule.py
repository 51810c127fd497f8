"""A comment of ours that silences nothing."""

from __future__ import annotations

from dockerlint.config import of_shellcheck
from dockerlint.errors import nearest
from dockerlint.frozen import record
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.suppress import EVERYTHING, remarks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile


@record
class Names:
    """The names, codes and aliases of all rules; dockerlint fills them in, there is nothing to set."""

    known_names: tuple[str, ...] = ()


@rule(
    code="DK590",
    summary="A `# dockerlint ignore=` that names no rule, or is malformed",
    why="""
        A comment with a slip in it silences nothing, or goes on silencing nothing after a rule was
        renamed, and nobody is told.
    """,
    severity=Severity.WARNING,
    options=Names,
    bad=[
        Bad(
            "FROM busybox\n# dockerlint ignore=«add-for-local-pth» -- unpacks\nADD a.txt /a\n",
            options={"known-names": ["add-for-local-path"]},
        ),
        Bad("FROM busybox\n«# dockerlint ignore=»\nRUN echo hello\n"),
        Bad("FROM busybox\n«# dockerlint file-ignore=DL3020 it unpacks»\nRUN echo hello\n"),
    ],
    good=[
        Good(
            "FROM busybox\n# dockerlint ignore=Add-For-Local-Path,DL3006 -- unpacks\nADD a.txt /a\n",
            options={"known-names": ["add-for-local-path", "dl3006"]},
        ),
        Good(
            "FROM busybox\n# dockerlint ignore=SC2086,shellcheck\nRUN cat $FILES\n",
            options={"known-names": ["add-for-local-path"]},
        ),
        Good("FROM busybox\n# dockerlint is what lints this file\nRUN echo hello\n"),
    ],
)
def ignore_of_unknown_rule(dockerfile: Dockerfile, options: Names) -> Iterator[Finding]:
    for remark in remarks(dockerfile):
        if remark.error:
            yield Finding(remark.span, f"This comment silences nothing: {remark.error}; mend it or remove it")
            continue
        for word, span in remark.names:
            plain = word.casefold()
            if plain in options.known_names or plain == EVERYTHING or not options.known_names:
                continue
            if of_shellcheck(plain):
                continue
            close = nearest(plain, options.known_names)
            told = close or "see `dockerlint rules`"
            yield Finding(span, f"No rule is named {word[:40]}; {told}")
