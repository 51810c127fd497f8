"""Compose and Bake files as recipes: what each service or target builds, from which Dockerfile, with what.

`recipes` reads one; nothing of it is run, and nothing is guessed: what is not known is a UserError that names it.
"""

from __future__ import annotations

import os

from dockerlint.errors import UserError, nearest
from dockerlint.frozen import record
from dockerlint.recipes.content import content as read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.recipes.bake import Bake
    from dockerlint.recipes.compose import Compose

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_BAKE = ("docker-bake.hcl", "docker-bake.json")


@record
class Recipe:
    """One build that a file names. Paths are as they can be opened; `secrets`, `ssh` and `options` are in the words
    of the command line. `inline` is the text of a Dockerfile that is inside the file: then `dockerfile` opens
    nothing, it is what the command line calls the build, `FILE:NAME`. `needs` are named contexts that are the images of
    other builds."""

    name: str
    dockerfile: str
    context: str
    args: Mapping[str, str]
    target: str | None = None
    platforms: tuple[str, ...] = ()
    contexts: Mapping[str, str] | None = None
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    network: str | None = None
    no_cache: bool = False
    pull: bool = False
    options: tuple[str, ...] = ()
    inline: str | None = None
    needs: Mapping[str, Recipe] | None = None


def kind(path: str) -> str | None:
    """`compose` or `bake` for a file (with `:NAME` behind it, or without) that has the name of one; else None."""
    name = os.path.basename(split(path)[0])
    return "compose" if name in _COMPOSE else "bake" if name in _BAKE else None


def split(text: str) -> tuple[str, str | None]:
    """A path and the name behind its last colon; None when there is none."""
    path, colon, name = text.rpartition(":")
    if os.path.exists(text) or not colon or os.sep in name:
        return text, None
    return path, name


def recipes(sort: str, text: str, every: bool = False) -> tuple[Recipe, ...]:
    """What `FILE` or `FILE:NAME` builds: of a Compose file every service that is built, of a Bake file its default
    group (all its targets with `every`). UserError when it cannot be read, or names nothing like that."""
    path, name = split(text)
    content = read(path)
    whole: Compose | Bake
    if sort == "compose":
        from dockerlint.recipes.compose import Compose

        whole = Compose(path, content)
        names = whole.names()
    else:
        from dockerlint.recipes.bake import Bake

        whole = Bake(path, content)
        members = whole.members(name) if name else ()
        names = members or whole.names(every)
        name = None if members else name
    if name is not None:
        if name not in names:
            raise UserError(f"{path} builds nothing that is called {name}", nearest(name, names))
        names = (name,)
    if not names:
        raise UserError(f"{path} names nothing that is built from a Dockerfile")
    return tuple(map(whole.recipe, names))
