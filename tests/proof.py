"""Proof by building: a Dockerfile and its fixed text make the same image, but for paths that a rule names."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import bases
import dockerlint
from dockerlint.engine import Build
from dockerlint.engine.session import Session
from dockerlint.fix import Edit, splice
from dockerlint.image import Entry, Image, Layer, merged, read
from engines import Workplace

# What an engine puts into every RUN layer, and what no two builds have in common: the time.
_ENGINES_OWN = ("dev", "proc", "sys", "run", "etc/hosts", "etc/hostname", "etc/resolv.conf")
_CLOCK = ("/var/log/*", "/var/cache/ldconfig/aux-cache", "/var/lib/dpkg/*-old", "*.pyc")
_VOLATILE = ("Hostname", "Domainname", "Image")


def why_not(text: str) -> str:
    """Why a file cannot be built on a machine without a registry; empty when it can."""
    file = dockerlint.parse(text)
    if not file.stages:
        return "it has no stage"
    for stage in file.stages:
        if stage.base is None and stage.image != "scratch" and bases.stand_in(stage.image or "") is None:
            return f"nothing stands in for {stage.image}"
    return ""


class Prover:
    """Builds pairs with one engine. Use it in a `with`.

    BuildKit is the judge of what a Dockerfile means; buildah 1.28 differs in corners (it keeps the
    case of `EXPOSE 80/TCP`, and reads backslashes in ENV whatever the escape directive says).
    """

    def __init__(self, workplace: Workplace, engine: str = "docker") -> None:
        self._workplace = workplace
        self._session = Session(workplace.engine(engine))
        self._layers: dict[str, Layer] = {}

    def __enter__(self) -> Prover:
        self._session.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._session.__exit__(*error)

    def image(
        self,
        text: str,
        files: Mapping[str, str] | None = None,
        ignore: str | None = None,
        build_args: Mapping[str, str] | None = None,
    ) -> Image:
        """The image that a file makes. BuildFailed when it cannot be built."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (files or {}).items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            if ignore is not None:
                Path(folder, ".dockerignore").write_text(ignore)
            # Files that were just written would differ in nothing but their time, which is not compared.
            data = self._on_local_bases(text, build_args).encode()
            built = self._session.build(Build(data, folder, build_args=build_args))
        saved = self._session.save(built)
        image = read(saved, self._layers)
        self._session.discard(saved)
        self._session.drop(built)
        return image

    def _on_local_bases(self, text: str, build_args: Mapping[str, str] | None) -> str:
        """The file with the bases that were made here in place of those it names."""
        edits = []
        for stage in dockerlint.parse(text, build_args=build_args).stages:
            kind = bases.stand_in(stage.image or "")
            if kind:
                base = self._workplace.base(self._session.engine, kind)
                edits.append(Edit(stage.start.image.span, base))
        return splice(text, edits)

    def differences(self, before: str, after: str, allowed: Sequence[str] = (), **given: Any) -> list[str]:
        """What differs between the images of two files, besides paths that match a glob in `allowed`
        (`*` stands for slashes too); empty when they are the same. `given` goes to `image`."""
        return differences(self.image(before, **given), self.image(after, **given), allowed)


def differences(one: Image, two: Image, allowed: Sequence[str] = ()) -> list[str]:
    """What differs between two images, besides paths that match a glob in `allowed`."""
    return [*_config(one, two), *_files(merged(one.layers), merged(two.layers), (*allowed, *_CLOCK))]


def _config(one: Image, two: Image) -> Iterator[str]:
    for key in ("architecture", "os", "author"):
        if one.config.get(key) != two.config.get(key):
            yield f"{key}: {one.config.get(key)!r} -> {two.config.get(key)!r}"
    old, new = one.config.get("config") or {}, two.config.get("config") or {}
    for key in sorted(set(old) | set(new)):
        if key not in _VOLATILE and (old.get(key) or None) != (new.get(key) or None):
            yield f"config {key}: {old.get(key)!r} -> {new.get(key)!r}"


def _files(old: Mapping[str, Entry], new: Mapping[str, Entry], allowed: Sequence[str]) -> Iterator[str]:
    for path in sorted(set(old) | set(new)):
        if path.split("/")[0] in _ENGINES_OWN or path in _ENGINES_OWN or _matches(path, allowed):
            continue
        one, two = old.get(path), new.get(path)
        if one == two:
            continue
        if one is None or two is None:
            if not _holds_only(path, old if two is None else new, allowed):
                yield f"/{path} is {'gone' if two is None else 'new'}"
            continue
        for field in ("kind", "mode", "uid", "gid", "target", "digest", "attributes"):
            if getattr(one, field) != getattr(two, field):
                yield f"/{path} {field}: {getattr(one, field)!r} -> {getattr(two, field)!r}"


def _matches(path: str, allowed: Sequence[str]) -> bool:
    return any(fnmatchcase(f"/{path}", glob) for glob in allowed)


def _holds_only(path: str, files: Mapping[str, Entry], allowed: Sequence[str]) -> bool:
    """Whether a path is a directory that held nothing but what may go."""
    if files[path].kind != "directory":
        return False
    below = [
        other for other, entry in files.items() if other.startswith(f"{path}/") and entry.kind != "directory"
    ]
    if below:
        return all(_matches(other, allowed) for other in below)
    return any(fnmatchcase(f"/{path}/", glob) for glob in allowed)
