"""Packages that are only recommended, and without which the ones that recommend them are of no use.

The facts and their sources are in `recommended.toml`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any


def counted_on(package: str, others: Collection[str], https: bool, building: bool) -> tuple[str, ...]:
    """The recommended packages that one has to name when recommended packages are left out.

    `others` are all packages that the file installs by name; `https` tells whether it fetches
    anything over https, `building` whether what is installed is for a build and no part of the image.
    """
    from dockerlint.knowledge.tables import RECOMMENDED

    table: dict[str, Any] = RECOMMENDED
    name = _plain(package)
    wanted = (
        *table.get(name, ()),
        *(table["https"].get(name, ()) if https else ()),
        *(table["building"].get(name, ()) if building else ()),
    )
    plain = {_plain(other) for other in others}
    return tuple(w for w in wanted if not plain & {w, *table["brought"].get(w, ())})


def _plain(package: str) -> str:
    """A package without version, architecture and the number that ends it: `gcc-12=1.0` is gcc."""
    name = package.partition("=")[0].partition(":")[0]
    for middle in ("libstdc++-",):
        if name.startswith(middle) and name.endswith("-dev"):
            return "libstdc++-dev"
    return name.rstrip("0123456789.").rstrip("-") if "-" in name and not name.endswith("+") else name
