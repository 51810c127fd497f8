"""Every example of a safe fix whose base can be made here is built before and after: the images are the
same, but for the paths that the rule names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest

import bases
import dockerlint
from dockerlint.config import Config
from dockerlint.engine import BuildFailed
from dockerlint.loader import load
from dockerlint.model import Add, Copy, Dockerfile, Run
from dockerlint.refuse import first_error
from dockerlint.rule import Applicability, Bad, Rule
from dockerlint.testing import unmarked
from engines import Workplace
from proof import Prover, differences, why_not

pytestmark = pytest.mark.engine

# What an example may call that no base here has, and what needs more than Debian's own archive.
_ABSENT = re.compile(r"\b(?:gem|sudo)\b|example\.(?:org|com)|https?://")


def unbuildable(file: Dockerfile) -> str:
    """Why an example cannot be built on this machine whatever is fixed; empty when it can."""
    text = file.source.text
    absent = _ABSENT.search(text)
    if absent:
        return f"it needs {absent.group()}"
    if any(run.command.heredocs for run in file.instructions(Run)):
        return "it has here-documents, which Debian 12's engines do not know"
    if any(run.flag("network") or run.flag("security") for run in file.instructions(Run)):
        return "it has flags of RUN that Debian 12's engines do not know"
    names = {stage.name for stage in file.stages}
    for copy in file.instructions(Copy):
        flag = copy.flag("from")
        if flag is not None and flag.value not in names:
            return "it copies from an image"
    return why_not(text)


def context(file: Dockerfile, given: dict[str, str]) -> dict[str, str]:
    """The files of the example, and one for every path it copies and does not have."""
    files = dict(given)
    sources = [word for add in file.instructions(Add) for word in add.sources]
    sources += [word for copy in file.instructions(Copy) if not copy.flag("from") for word in copy.sources]
    for source in sources:
        name = (source.value or "").strip("/")
        if name in ("", ".") or name.endswith("*"):
            files.setdefault("some-file", "some content\n")
        elif not any(path == name or path.startswith(f"{name}/") for path in files):
            files[name] = f"content of {name}\n"
    return files


def safely_fixed(rule: Rule, text: str) -> str:
    return dockerlint.fix(text, unsafe=False, config=Config(select=(rule.name,))).text


def examples() -> Iterator[object]:
    for rule in load().all:
        if rule.fix is None or rule.fix.applicability != Applicability.SAFE:
            continue
        for number, bad in enumerate(rule.bad, 1):
            text, _ = unmarked(bad.text)
            file = dockerlint.parse(text, build_args=bad.build_args)
            if bad.fixed is None or bad.options or unbuildable(file):
                continue
            if safely_fixed(rule, text) == text:
                continue  # the fixes of this example are lowered to unsafe
            marks = []
            if any(bases.stand_in(stage.image or "") not in ("busybox", None) for stage in file.stages):
                marks.append(pytest.mark.slow)
            yield pytest.param(rule, bad, id=f"{rule.name}-{number}", marks=marks)


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def prover(workplace: Workplace) -> Iterator[Prover]:
    with Prover(workplace) as made:
        yield made


@pytest.mark.parametrize(("rule", "bad"), EXAMPLES)
def test_a_safe_fix_changes_only_the_paths_that_its_rule_names(rule: Rule, bad: Bad, prover: Prover) -> None:
    text, _ = unmarked(bad.text)
    fixed = safely_fixed(rule, text)
    assert rule.fix is not None
    file = dockerlint.parse(text, build_args=bad.build_args)
    files = context(file, dict(bad.files or {}))
    image = partial(prover.image, files=files, ignore=bad.ignore, build_args=bad.build_args)
    after = image(fixed)
    # That it does not build is the fault of some: it is enough that the fixed file does. (An old
    # BuildKit builds some of what today's refuses.)
    if first_error(file) is None:
        with suppress(BuildFailed):
            assert differences(image(text), after, rule.fix.paths) == [], fixed


def test_there_are_examples_to_prove() -> None:
    proven = {param.values[0].name for param in EXAMPLES}  # type: ignore[attr-defined]
    assert {"unmerged-run-layers", "apt-lists-left", "apt-archives-left", "removed-in-later-layer"} & proven
    assert len(proven) >= 6
