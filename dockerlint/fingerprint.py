"""What a finding is known by when its file changes around it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.lint import Found, Result


def fingerprints(result: Result) -> Iterator[tuple[Found, str]]:
    """Every finding of a file with its fingerprint: 32 hexadecimal digits.

    It is made of the code, the lines that the finding spans without their indentation and other runs of
    blanks, and its number among findings that have the same of both. So it survives lines that move
    and are indented in another way, and other findings that come and go. The path is not in it.
    """
    from hashlib import sha256

    seen: dict[tuple[str, str], int] = {}
    source = result.source
    for found in result.found:
        text = ""
        if source is not None:
            first = source.line_span(source.line_of(found.span.start)).start
            last = source.line_span(source.line_of(max(found.span.start, found.span.end - 1))).end
            text = " ".join(source.text[first:last].split())
        key = (found.code, text)
        number = seen[key] = seen.get(key, 0) + 1
        whole = f"{found.code}\0{text}\0{number}".encode("utf-8", "surrogateescape")
        yield found, sha256(whole).hexdigest()[:32]
