"""Bytes of an image straight from the storage of buildah and podman, without a copy of it.

The same figure as `dockerlint measure` gives: the content of regular files in all layers, each hard link once.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What was counted, by the folder of the layer: layers never change.
_COUNTED: dict[Path, int] = {}


def size(tag: str, env: Mapping[str, str], stores: Sequence[Path]) -> int:
    """The bytes of an image in one of the stores. KeyError when a layer is in none of them."""
    asked = ["buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", tag]
    image = subprocess.run(asked, env=dict(env), capture_output=True, text=True, check=True).stdout.strip()
    images, layers = {}, {}
    for store in stores:
        images.update({one["id"]: one for one in _listed(store / "overlay-images" / "images.json")})
        found = _listed(store / "overlay-layers" / "layers.json")
        layers.update(
            {one["id"]: (store / "overlay" / one["id"] / "diff", one.get("parent")) for one in found}
        )
    total = 0
    layer = images[image].get("layer")
    while layer:
        folder, layer = layers[layer]
        if folder not in _COUNTED:
            _COUNTED[folder] = _content(folder)
        total += _COUNTED[folder]
    return total


def _listed(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_text()) if path.exists() else []
    return found


def _content(folder: Path) -> int:
    seen = set()
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(above, name))
            if stat.S_ISREG(status.st_mode) and status.st_ino not in seen:
                seen.add(status.st_ino)
                total += status.st_size
    return total
