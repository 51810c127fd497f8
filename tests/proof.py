"""Proof by building: a Dockerfile and its fixed text make the same image, but for paths that a rule names."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bases
import dockerlint
from dockerlint.contract import Promise, judge
from dockerlint.engine import Build
from dockerlint.engine.session import Session
from dockerlint.fix import Edit, splice
from dockerlint.image import Image, Layer, read
from dockerlint.inspect import Inspector
from engines import Workplace


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
        self._look = Inspector()

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
        image = read(saved, self._layers, look=self._look)
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
    """What differs between two images and may not, where paths that match a glob in `allowed` may."""
    found = judge(one, two, Promise(tuple(allowed))).differences
    return [
        f"{d.where} {d.text}" if d.kind == "file" else f"{d.kind} {d.where}: {d.text}"
        for d in found
        if not d.allowed
    ]
