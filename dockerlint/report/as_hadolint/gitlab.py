"""`gitlab_codeclimate`: the objects of `codeclimate` in an array, each with a fingerprint."""

from __future__ import annotations

from dockerlint.report.as_hadolint.codeclimate import compact, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files in one array; a fingerprint is the SHA-1 of the object without it."""
    from hashlib import sha1

    made = []
    for row in rows(results, view):
        text = compact(row)
        digest = sha1(text.encode(), usedforsecurity=False).hexdigest()
        made.append(compact({**row, "fingerprint": digest}))
    return f"[{','.join(made)}]"
