"""What `java` loads: its own folder without the tools, and all that is on the class path."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from dockerlint.closure import Closure, closure
from dockerlint.inspect import bundles
from dockerlint.inspect.jars import UNREAD, Java
from elves import elf
from looking import Files, image

STATIC = elf(static=True)
JVM = "usr/lib/jvm/java-17"
JAVA: Files = {
    "usr/bin/java": f"-> /{JVM}/bin/java",
    f"{JVM}/bin/java": elf(needed=[]),
    f"{JVM}/bin/javac": STATIC,
    f"{JVM}/lib/modules": b"x",
    f"{JVM}/lib/ct.sym": b"x",
    f"{JVM}/lib/src.zip": b"x",
    f"{JVM}/lib/server/libjvm.so": elf(soname="libjvm.so"),
    f"{JVM}/lib/libjava.so": elf(needed=["libjvm.so"], soname="libjava.so"),
    f"{JVM}/lib/libfontmanager.so": elf(needed=["libfreetype.so.6"], soname="libfontmanager.so"),
    f"{JVM}/lib/libawt_xawt.so": elf(needed=["libX11.so.6"], soname="libawt_xawt.so"),
    f"{JVM}/jmods/java.base.jmod": b"x",
    f"{JVM}/legal/x": b"x",
    f"{JVM}/docs": "-> ../../../share/doc/java",
    "usr/share/doc/java/x": b"x",
    f"{JVM}/release": 'JAVA_VERSION="17.0.2"\n',
}


def archive(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def named(*names: str) -> bytes:
    """What a class file has in it for names: each behind its length."""
    return (
        b"\xca\xfe\xba\xbe" + b"".join(b"\1" + len(n).to_bytes(2, "big") + n.encode() for n in names) + b"\1"
    )


def of(folder: Path, files: Files, *command: str, **config: object) -> Closure:
    return closure(image(folder, {**JAVA, **files}, Cmd=list(command), WorkingDir="/app", **config))


def sure(found: Closure) -> set[str]:
    return set(found.needs) - found.unsure


def test_a_program_needs_the_java_without_its_tools(tmp_path: Path) -> None:
    found = of(
        tmp_path, {"app/a.jar": archive({"A.class": named("java/lang/Object")})}, "java", "-jar", "a.jar"
    )
    assert {f"{JVM}/lib/modules", f"{JVM}/lib/server/libjvm.so", "app/a.jar"} <= sure(found)
    left = (
        "bin/javac",
        "lib/ct.sym",
        "lib/src.zip",
        "lib/libawt_xawt.so",
        "jmods/java.base.jmod",
        "legal/x",
        "docs",
    )
    assert not {f"{JVM}/{name}" for name in left} & set(found.needs)
    assert not found.gaps
    # The machine is loaded before all that asks for it, and fonts are for who draws.
    assert not found.lacks
    assert [(runtime.home, runtime.tools) for runtime in found.runtimes] == [(JVM, False)]


def test_a_program_that_draws_or_compiles_needs_what_does_that(tmp_path: Path) -> None:
    jar = archive({"A.class": named("javax/swing/JFrame")})
    drawing = of(tmp_path / "a", {"app/a.jar": jar}, "java", "-jar", "a.jar")
    assert f"{JVM}/lib/libawt_xawt.so" in drawing.needs
    assert {lack.what for lack in drawing.lacks} == {"libX11.so.6", "libfreetype.so.6"}
    jar = archive({"A.class": named("javax/tools/JavaCompiler")})
    for number, command in enumerate((["java", "-jar", "a.jar"], ["java", "A.java"])):
        files: Files = {"app/a.jar": jar, "app/A.java": "class A {}"}
        compiling = of(tmp_path / str(number), files, *command)
        assert {f"{JVM}/bin/javac", f"{JVM}/lib/ct.sym"} <= set(compiling.needs)
        assert compiling.runtimes[0].tools


def test_the_class_path_is_followed(tmp_path: Path) -> None:
    first = archive(
        {"META-INF/MANIFEST.MF": "Class-Path: lib/b.jar\r\n  ../c\r\n .jar http://x/y.jar\r\nX: y\r\n"}
    )
    jar = archive({"X.class": named("x")})
    files: Files = {
        "app/a.jar": first, "app/lib/b.jar": jar, "c.jar": jar, "app/d.jar": jar, "srv/lib/e.jar": jar,
        "app/out/Main.class": named("x"), "app/out/words.txt": "x", "app/out/Main.java": "x", "app/agent.jar": jar,
    }  # fmt: skip
    found = of(tmp_path / "a", files, "java", "-Xmx64m", "-javaagent:agent.jar=on", "-jar", "a.jar", "go")
    assert {"app/a.jar", "app/lib/b.jar", "c.jar", "app/agent.jar"} <= sure(found)
    assert not {"app/d.jar", "app/out/Main.class"} & set(found.needs)
    found = of(tmp_path / "b", files, "java", "-cp", "out:d.jar:/srv/lib/*", "--add-modules", "x", "Main")
    assert {"app/out/Main.class", "app/d.jar", "srv/lib/e.jar"} <= sure(found)
    assert "app/out/words.txt" in found.unsure
    assert "app/out/Main.java" not in found.needs
    found = of(
        tmp_path / "c",
        files,
        "java",
        "Main",
        Env=["CLASSPATH=/app/out", "JDK_JAVA_OPTIONS=-javaagent:/app/agent.jar"],
    )
    assert {"app/out/Main.class", "app/agent.jar"} <= sure(found)


@pytest.mark.parametrize(
    ("names", "gap"),
    [
        (("java/lang/ProcessBuilder",), "starts other programs"),
        (("java/lang/Runtime", "exec"), "starts other programs"),
        (("java/lang/System", "loadLibrary"), "loads libraries by name"),
        (("java/net/URLClassLoader",), "loads classes from places that it makes up"),
        (("java/lang/Runtime", "availableProcessors"), ""),
        (("java/lang/System", "exit"), ""),
    ],
)
def test_what_class_files_do_not_tell_is_a_gap(tmp_path: Path, names: tuple[str, ...], gap: str) -> None:
    # An archive in the archive counts, too.
    jar = archive({"lib/inner.jar": archive({"A.class": named(*names)})})
    found = of(tmp_path, {"app/a.jar": jar}, "java", "-jar", "a.jar")
    assert found.gaps == ((f"/app/a.jar {gap}",) if gap else ())


def test_archives_that_cannot_be_read_are_a_gap(tmp_path: Path) -> None:
    for number, content in enumerate((b"x", archive({"A.class": b"x" * 5000})[:-40])):
        found = of(tmp_path / str(number), {"app/a.jar": content}, "java", "-jar", "a.jar")
        assert any("what java loads" in gap for gap in found.gaps)
    found = of(tmp_path / "none", {}, "java", "-jar", "a.jar")
    assert any("what java loads" in gap for gap in found.gaps)


def test_a_java_in_a_folder_that_is_none_of_its_own_is_a_gap(tmp_path: Path) -> None:
    files: Files = {"opt/bin/java": STATIC, "opt/lib/other.txt": "x", "app/A.class": named("x")}
    found = closure(image(tmp_path, files, Cmd=["/opt/bin/java", "-cp", "/app", "A"]))
    assert found.gaps == ("the folder of the Java that /opt/bin/java is of was not found",)
    assert "opt/lib/other.txt" not in found.needs


def said(content: bytes) -> Java:
    found = bundles.read(io.BytesIO(content))
    assert found is not None
    assert found.java is not None
    return found.java


def test_an_archive_of_too_much_is_not_read_as_a_whole() -> None:
    assert UNREAD in said(archive({"A.class": bytes(40 << 20)})).marks
    assert UNREAD in said(archive({"a.jar": archive({"b.jar": archive({"c.jar": archive({})})})})).marks
    assert UNREAD in said(archive({"a.jar": b"x"})).marks
    assert not said(archive({"a.jar": archive({"A.class": named("x.y", "words.txt")})})).marks


def test_an_archive_says_what_files_its_classes_name() -> None:
    assert said(archive({"A.class": named("x.y", "words.txt", "a.jsonx")})).names == ("words.txt",)
    other = bundles.read(io.BytesIO(archive({"x": ""})))
    assert other is not None
    assert other.java is None
