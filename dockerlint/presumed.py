"""A file as a usual build sees it: for checks that BuildKit makes with a base image at hand."""

from __future__ import annotations

from dockerlint.frozen import remember
from dockerlint.imageref import parse_or_none
from dockerlint.knowledge.environments import environment_of
from dockerlint.parser import parse_tree
from dockerlint.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile


def presumed(dockerfile: Dockerfile) -> Dockerfile:
    """The same file as a build for linux/amd64 sees it that gets no other arguments, and whose base
    images set no variables but PATH and those that well-known images set.

    Spans are the same in both. What depends on a variable of a well-known image is not known;
    every other word has a value.
    """

    def make() -> Dockerfile:
        tree = parse_tree(dockerfile.source)
        return resolve(tree, dockerfile.build_args, None, dockerfile.ignore_patterns, presume=brought)

    return remember(dockerfile, "_presumed", make)


def presumed_without_arguments(dockerfile: Dockerfile) -> Dockerfile:
    """The same, for a build that gets no build arguments at all."""
    if not dockerfile.build_args:
        return presumed(dockerfile)
    return resolve(parse_tree(dockerfile.source), presume=brought)


def brought(image: str) -> frozenset[str]:
    """The variables beside PATH that an image is known to set."""
    reference = parse_or_none(image)
    return (environment_of(reference.familiar) if reference is not None else None) or frozenset()
