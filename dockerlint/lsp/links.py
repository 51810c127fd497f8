"""Places in a file that lead to pages: images, downloads, rules in comments, the frontend."""

from __future__ import annotations

import re

from dockerlint.explain import address
from dockerlint.knowledge.bases import familiar_name, split_reference
from dockerlint.lsp.answers import Link
from dockerlint.model import Add, Copy, Run
from dockerlint.places import comments_in
from dockerlint.reach import named_before
from dockerlint.source import Span
from dockerlint.suppress import remarks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.loader import Rules
    from dockerlint.model import Dockerfile, Word

_URL = re.compile(r"https?://[^\s\"'<>|&;()\\,`\[\]]+[^\s\"'<>|&;()\\,`\[\].:]")
_CODES = re.compile(r"\b(?:DL\d{4}|SC\d{4})\b")
_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")


def links(dockerfile: Dockerfile, rules: Rules) -> list[Link]:
    """The links of a file, in order; no two overlap."""
    found = sorted(
        (*_images(dockerfile), *_urls(dockerfile), *_rules(dockerfile, rules)),
        key=lambda link: link.span.start,
    )
    kept: list[Link] = []
    for link in found:
        if not kept or link.span.start >= kept[-1].span.end:
            kept.append(link)
    return kept


def image_page(reference: str) -> str:
    """The page of an image, as far as its registry is known to have one; nothing for others."""
    name, _, _ = split_reference(reference)
    name = familiar_name(name)
    first, slash, rest = name.partition("/")
    if not _NAME.fullmatch(name.partition(":")[0] if not slash else rest):
        return ""
    if not slash:
        return f"https://hub.docker.com/_/{name}"
    if "." not in first and ":" not in first and first != "localhost":
        return f"https://hub.docker.com/r/{name}" if _NAME.fullmatch(name) else ""
    if first == "mcr.microsoft.com":
        return f"https://mcr.microsoft.com/en-us/artifact/mar/{rest}"
    if first in ("ghcr.io", "quay.io"):
        return f"https://{name}" if first == "ghcr.io" else f"https://quay.io/repository/{rest}"
    return f"https://gallery.ecr.aws/{rest}" if first == "public.ecr.aws" else ""


def _images(dockerfile: Dockerfile) -> Iterator[Link]:
    for directive in dockerfile.directives:
        if directive.name == "syntax":
            yield from _image(directive.value.partition(" ")[0], directive.value_span)
    for stage in dockerfile.stages:
        if stage.base is None and stage.image and stage.image != "scratch":
            yield from _image(stage.image, stage.start.image.span)
    for copy in dockerfile.instructions(Copy):
        flag = copy.flag("from")
        if flag is None or not flag.value or flag.value.isdigit():
            continue
        if named_before(dockerfile, flag.value, copy.stage or 0) is None and (
            ":" in flag.value or "/" in flag.value
        ):
            yield from _image(flag.value, flag.value_span)


def _image(reference: str, span: Span) -> Iterator[Link]:
    page = image_page(reference)
    if page:
        yield Link(span, page, reference)


def _urls(dockerfile: Dockerfile) -> Iterator[Link]:
    text = dockerfile.source.text
    sources: list[Word] = [word for add in dockerfile.instructions(Add) for word in add.sources]
    for word in sources:
        value = word.value or ""
        if value.startswith(("https://", "http://")) and len(word.span) == len(word.raw):
            yield Link(word.span, value)
    spans = [run.span for run in dockerfile.instructions(Run)]
    spans += [comment.span for comment in comments_in(dockerfile, Span(0, len(text)))]
    for span in spans:
        for match in _URL.finditer(text, span.start, span.end):
            if "$" not in match[0]:
                yield Link(Span(match.start(), match.end()), match[0])


def _rules(dockerfile: Dockerfile, rules: Rules) -> Iterator[Link]:
    """Names of rules in comments that ignore them."""
    for remark in remarks(dockerfile):
        for name, span in remark.names:
            for rule in rules.find(name)[:1]:
                yield Link(span, address(rule.name, rule.code), rule.summary)
    for comment in dockerfile.comments:
        if not comment.text.startswith("hadolint"):
            continue
        text = dockerfile.source.text
        for match in _CODES.finditer(text, comment.span.start, comment.span.end):
            span = Span(match.start(), match.end())
            if match[0].startswith("SC"):
                yield Link(span, address("shellcheck", match[0]))
            for rule in rules.find(match[0])[:1]:
                yield Link(span, address(rule.name, rule.code), rule.summary)
