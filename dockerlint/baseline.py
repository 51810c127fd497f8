"""Findings that are known and left for later: `--baseline FILE`.

The file maps the path of a Dockerfile, relative to the file's own folder, to the fingerprints of its
findings (`dockerlint.fingerprint`), so it still holds when lines move or are indented in another way.
"""

from __future__ import annotations

import os

from dockerlint.errors import UserError
from dockerlint.fingerprint import fingerprints
from dockerlint.frozen import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockerlint.lint import Result

_VERSION = 1


def read(path: str) -> dict[str, frozenset[str]]:
    """The fingerprints in a baseline by path. Raises UserError when it cannot be read, or is none."""
    from json import loads

    hint = "--update-baseline writes one"
    try:
        with open(path, "rb") as file:
            data = loads(file.read())
        if data["version"] != _VERSION:
            raise ValueError(f"its version is {data['version']}")
        return {str(name): frozenset(map(str, marks)) for name, marks in data["files"].items()}
    except OSError as error:
        raise UserError(f"the baseline {path} cannot be read: {error.strerror}", hint) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is no baseline: {error}", hint) from error


def text(path: str, results: Iterable[Result]) -> str:
    """What a baseline that knows all findings of some results holds, to be written to a path."""
    from json import dumps

    files = {
        known_as(path, result.path): sorted(mark for _, mark in fingerprints(result))
        for result in results
        if result.found
    }
    return dumps({"version": _VERSION, "files": files}, indent=1, sort_keys=True) + "\n"


def without(results: Sequence[Result], path: str, known: Mapping[str, frozenset[str]]) -> list[Result]:
    """The results without the findings that a baseline knows; those count as hidden."""
    left: list[Result] = []
    for result in results:
        marks = known.get(known_as(path, result.path), frozenset())
        found = tuple(one for one, mark in fingerprints(result) if mark not in marks)
        left.append(replace(result, found=found, hidden=result.hidden + len(result.found) - len(found)))
    return left


def known_as(file: str, path: str) -> str:
    """The path of a Dockerfile as a file of ours has it: relative to that file's folder, with slashes."""
    folder = os.path.dirname(os.path.abspath(file))
    where = os.path.abspath(path)
    if os.path.splitdrive(folder)[0] != os.path.splitdrive(where)[0]:
        return where.replace(os.sep, "/")
    return os.path.relpath(where, folder).replace(os.sep, "/")
