"""The runtimes of languages that come as one folder, in builds and versions that stand for one another."""

from __future__ import annotations

from dockerlint.frozen import record


@record
class Runtime:
    """A Java in a folder (without leading slash); `tools` tells that its compiler and the like are needed."""

    home: str
    tools: bool = False
