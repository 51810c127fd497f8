"""Versions of packages that an image of a file was seen to have, for rules that pin them."""

from __future__ import annotations

from dockerlint.frozen import node, remember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockerlint.model import Dockerfile

    # Base image, package manager (apt, apk, rpm, pip, npm, gem or go; image for the base itself), name of the
    # package.
    Key = tuple[str, str, str]


@node
class Versions:
    """What is known of the packages that a file installs.

    `load` gives the versions for the file as it is when a rule first asks, and is called once: while
    fixes change the text, what was known of it stays known.
    """

    load: Callable[[Dockerfile], Mapping[Key, str]]
    _memo = ("_known",)

    def of(self, dockerfile: Dockerfile, image: str, manager: str, name: str) -> str | None:
        """The version of a package on a base image, None when it is not known."""
        known = remember(self, "_known", lambda: self.load(dockerfile))
        exact = known.get((image, manager, name))
        if exact is not None:
            return exact
        # A fix may have named the release of the base meanwhile, or taken its slim variant, whose packages are from
        # the same place.
        bases = {base for base in {key[0] for key in known} if image in _variants(base, known)}
        found = {
            version
            for (base, *package), version in known.items()
            if base in bases and package == [manager, name]
        }
        return found.pop() if len(found) == 1 else None


def _variants(base: str, known: Mapping[Key, str]) -> Iterator[str]:
    """The names that fixes give to a base."""
    yield f"{base}-slim"
    name = base.removesuffix(":latest")
    for (other, manager, _), tag in known.items():
        if other == base and manager == "image":
            yield from (f"{name}:{tag}", f"{name}:{tag}-slim")
