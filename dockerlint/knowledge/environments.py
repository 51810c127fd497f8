"""The variables that well-known base images set. The facts are in `environments.toml`."""

from __future__ import annotations


def environment_of(name: str) -> frozenset[str] | None:
    """The variables that an image (`golang`, as people write it) sets beside PATH in some of its
    releases; empty for one that sets none, None for an image that is not known."""
    from dockerlint.knowledge.tables import ENVIRONMENTS

    if name in ENVIRONMENTS["bare"]:
        return frozenset()
    found = ENVIRONMENTS["images"].get(name)
    return None if found is None else frozenset(found)
