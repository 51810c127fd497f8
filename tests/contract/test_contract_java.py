"""Another Java of the same number stands in for the first one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.contract import Judgement, Promise, Verdict, judge
from elves import elf
from looking import Files, image

SPLIT = Promise(closure=True)


def java(home: str, version: str = "17.0.2", modules: str = "java.base java.sql") -> Files:
    return {
        f"{home}/bin/java": elf(static=True),
        f"{home}/lib/modules": f"{version} {modules}",
        f"{home}/release": f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n',
    }


def settings(home: str, version: str = "17.0.2", **more: str) -> dict[str, object]:
    env = {"JAVA_HOME": f"/{home}", "PATH": f"/{home}/bin:/usr/bin", "JAVA_VERSION": version, **more}
    return {"Cmd": ["java", "-cp", "/app", "Main"], "Env": [f"{name}={value}" for name, value in env.items()]}


PROGRAM: Files = {"app/Main.class": b"\xca\xfe\xba\xbe"}
JDK = {**java("opt/jdk", modules="java.base java.sql jdk.compiler"), "opt/jdk/bin/javac": elf(static=True)}


def judged(folder: Path, new: Files, config: dict[str, object], program: Files = PROGRAM) -> Judgement:
    one = image(folder / "one", {**JDK, **program}, **settings("opt/jdk"))
    return judge(one, image(folder / "two", {**new, **program}, **config), SPLIT)


def test_one_without_compiler_in_another_folder_serves(tmp_path: Path) -> None:
    judgement = judged(tmp_path, java("opt/jre", "17.0.21"), settings("opt/jre", "jdk-17.0.21+9"))
    assert judgement.verdict == Verdict.LISTED, judgement
    assert any("another Java 17 is there" in one.allowed for one in judgement.differences)
    changed = {one.where for one in judgement.differences if one.kind == "config"}
    assert changed == {"Env JAVA_HOME", "Env JAVA_VERSION", "Env PATH"}


@pytest.mark.parametrize(
    ("new", "config"),
    [
        (java("opt/jre", "21.0.1"), settings("opt/jre", "21.0.1")),
        (java("opt/jre", modules="java.base"), settings("opt/jre")),
        (java("opt/jre"), settings("opt/jdk")),
        (java("opt/jre"), {**settings("opt/jre"), "Env": ["PATH=/opt/jre/bin", "JAVA_HOME=/opt/jre"]}),
        ({}, settings("opt/jdk")),
    ],
    ids=["number", "modules", "not found", "shorter PATH", "none"],
)
def test_another_one_does_not(tmp_path: Path, new: Files, config: dict[str, object]) -> None:
    assert judged(tmp_path, new, config).verdict == Verdict.DIFFERS


def test_the_java_of_a_jdk_8_is_a_folder_in_it(tmp_path: Path) -> None:
    def eight(home: str, version: str, release: str) -> Files:
        files = {f"{home}/bin/java": elf(static=True), f"{home}/lib/rt.jar": version}
        return {**files, f"{release}/release": f'JAVA_VERSION="{version}"\n'}

    one = image(
        tmp_path / "one", {**eight("opt/jdk/jre", "1.8.0_1", "opt/jdk"), **PROGRAM},
        Cmd=["java", "-cp", "/app", "Main"], Env=["JAVA_HOME=/opt/jdk/jre", "PATH=/opt/jdk/jre/bin"],
    )  # fmt: skip
    two = image(
        tmp_path / "two", {**eight("opt/jre", "1.8.0_2", "opt/jre"), **PROGRAM},
        Cmd=["java", "-cp", "/app", "Main"], Env=["JAVA_HOME=/opt/jre", "PATH=/opt/jre/bin"],
    )  # fmt: skip
    assert judge(one, two, SPLIT).verdict == Verdict.LISTED


def test_who_compiles_needs_the_compiler(tmp_path: Path) -> None:
    program = {"app/Main.class": b"\xca\xfe\xba\xbe javax/tools/JavaCompiler"}
    judgement = judged(tmp_path, java("opt/jre"), settings("opt/jre"), program)
    assert judgement.verdict == Verdict.DIFFERS


def test_an_empty_locale_is_as_none(tmp_path: Path) -> None:
    for name, verdict in (("LC_ALL", Verdict.LISTED), ("OTHER", Verdict.DIFFERS)):
        config = settings("opt/jdk", **{name: ""})
        assert judged(tmp_path / name, JDK, config).verdict == verdict


def test_a_file_that_class_files_name_is_missed(tmp_path: Path) -> None:
    files: Files = {
        "app/Main.class": b"\xca\xfe\xba\xbe\1\0\x0asettings.properties\1",
        "srv/settings.properties": "x",
    }
    one = image(tmp_path / "one", {**JDK, **files}, **settings("opt/jdk"))
    two = image(tmp_path / "two", {**JDK, "app/Main.class": files["app/Main.class"]}, **settings("opt/jdk"))
    judgement = judge(one, two, SPLIT)
    assert judgement.verdict == Verdict.UNPROVEN
    assert "/srv/settings.properties is gone, and /app/Main.class names it" in judgement.unproven
