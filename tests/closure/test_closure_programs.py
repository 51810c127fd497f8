"""From what an image starts to what that needs: PATH, heads of scripts, shell text, files that are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.closure import Closure, closure
from elves import elf
from looking import Files, image

STATIC = elf(static=True)
SHELL: Files = {"bin/sh": STATIC, "bin/bash": STATIC}


def of(folder: Path, files: Files, roots: list[str] | None = None, **config: object) -> Closure:
    return closure(image(folder, {**SHELL, **files}, **config), roots=roots or ())


def sure(found: Closure) -> set[str]:
    return set(found.needs) - found.unsure


def test_a_program_is_looked_up_on_the_path_of_the_image(tmp_path: Path) -> None:
    files: Files = {"opt/b/x": STATIC, "usr/bin/x": STATIC, "opt/a/x": b"not executable"}
    assert sure(of(tmp_path / "a", files, Cmd=["x"], Env=["PATH=/opt/a:/opt/b:/usr/bin"])) == {"opt/b/x"}
    assert sure(of(tmp_path / "b", files, Cmd=["x"])) == {"usr/bin/x"}
    assert [lack.what for lack in of(tmp_path / "c", files, Cmd=["y"]).lacks] == ["y"]


def test_the_entry_point_gets_the_command_and_relative_paths_start_in_the_workdir(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {"app/run": STATIC, "app/conf/a.ini": b"x", "app/conf/b.ini": b"x", "app/other": b"x"},
        Entrypoint=["./run", "--config=conf/a.ini"],
        Cmd=["conf/b.ini"],
        WorkingDir="/app",
    )
    assert {"app/run", "app/conf/a.ini", "app/conf/b.ini"} <= sure(found)
    assert "app/other" not in found.needs


@pytest.mark.parametrize(
    ("head", "needed"),
    [
        ("#!/bin/bash", {"bin/bash"}),
        ("#! /usr/bin/env x", {"usr/bin/env", "usr/bin/x"}),
        ("#!/usr/bin/env -S x -v", {"usr/bin/env", "usr/bin/x"}),
        ("#!/usr/bin/env -S A=1 x", {"usr/bin/env", "usr/bin/x"}),
        ("#!/usr/bin/x -f", {"usr/bin/x"}),
    ],
)
def test_a_script_needs_what_its_head_names(tmp_path: Path, head: str, needed: set[str]) -> None:
    found = of(tmp_path, {"s": f"{head}\n", "usr/bin/env": STATIC, "usr/bin/x": STATIC}, Cmd=["/s"])
    assert needed | {"s"} <= sure(found)
    assert not found.lacks


def test_an_interpreter_that_is_not_there_is_lacking(tmp_path: Path) -> None:
    for number, head in enumerate(("#!/usr/bin/nope", "#!/bin/nope -x")):
        found = of(tmp_path / str(number), {"s": f"{head}\n"}, Cmd=["/s"])
        assert [lack.what for lack in found.lacks] == [head[2:].split()[0]]


def test_scripts_in_a_circle_end(tmp_path: Path) -> None:
    found = of(tmp_path, {"a": "#!/b\n", "b": "#!/a\n", "l": "-> l"}, Cmd=["/a"])
    assert {"a", "b"} <= sure(found)


def test_the_text_of_a_shell_is_read(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "usr/bin/one": STATIC,
            "usr/bin/two": STATIC,
            "usr/bin/three": STATIC,
            "etc/a.conf": b"x",
            "srv/b": b"x",
        },
        Cmd=["/bin/sh", "-c", "cd / && exec one --conf=$CONF; if test -e /srv/b; then two; fi || three"],
        Env=["CONF=/etc/a.conf"],
    )
    assert {"bin/sh", "usr/bin/one", "etc/a.conf"} <= sure(found)
    assert {"usr/bin/two", "usr/bin/three", "srv/b"} <= found.unsure
    assert not found.lacks


def test_an_entry_point_script_runs_the_command_behind_it(tmp_path: Path) -> None:
    script = '#!/bin/sh\nset -e\nlog() { echo "$1"; }\n. /lib.sh\nlog hello\nif [ "$1" = x ]; then exec x; fi\nexec "$@"\n'
    found = of(
        tmp_path,
        {"entry.sh": script, "lib.sh": "helper\n", "usr/bin/helper": STATIC, "usr/bin/app": STATIC},
        Entrypoint=["/entry.sh"],
        Cmd=["app"],
    )
    assert {"entry.sh", "bin/sh", "lib.sh", "usr/bin/helper", "usr/bin/app"} <= sure(found)
    # What stands in a branch may never be asked for.
    assert [(lack.what, lack.sure) for lack in found.lacks] == [("x", False)]


@pytest.mark.parametrize(
    "command",
    [
        ["tini", "--", "app"],
        ["tini", "-g", "--", "app"],
        ["gosu", "www", "app"],
        ["env", "-u", "A", "B=1", "app"],
        ["timeout", "-k", "5", "10", "app"],
        ["tini", "--", "gosu", "www", "app"],
    ],
)
def test_a_program_that_starts_another_one_needs_that_too(tmp_path: Path, command: list[str]) -> None:
    files = {f"usr/bin/{name}": STATIC for name in ("tini", "gosu", "env", "timeout", "app")}
    found = of(tmp_path, files, Cmd=command)
    assert "usr/bin/app" in sure(found)
    assert not found.lacks


LOADER = "lib64/ld-linux-x86-64.so.2"


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (["/init", "/bin/say", "started"], {"bin/say", "lib/libsay.so"}),
        (["/init", "-v", "/run.sh"], {"run.sh", "bin/sh", "bin/say", "lib/libsay.so"}),
        (["/init", "say", "started"], {"bin/say", "lib/libsay.so"}),
        (["/init", "--wait", "5", "--", "say"], {"bin/say", "lib/libsay.so"}),
        (["/init", "--shell=/bin/say"], {"bin/say", "lib/libsay.so"}),
        (["/init", "/bin/sh", "-c", "say"], {"bin/sh", "bin/say", "lib/libsay.so"}),
        (["/init", "print", "say"], set()),
        (["/quiet", "say"], set()),
        (["/init", "/lib/libsay.so"], {"lib/libsay.so"}),
    ],
)
def test_a_program_that_is_not_known_may_start_what_it_is_given(
    tmp_path: Path, command: list[str], needed: set[str]
) -> None:
    say = elf(["libsay.so"], interpreter=f"/{LOADER}")
    files: Files = {
        "init": STATIC, "bin/say": say, "run.sh": "#!/bin/sh\nsay", LOADER: elf(), "print": "no script",
        "quiet": elf([], interpreter=f"/{LOADER}"), "lib/libsay.so": elf(soname="libsay.so"),
    }  # fmt: skip
    found = of(tmp_path, files, Cmd=command)
    paths = {"bin/say", "lib/libsay.so", "run.sh", "bin/sh"}
    assert found.needs.keys() & paths == needed
    assert not found.lacks
    assert not found.gaps


def test_the_health_check_the_user_and_the_folders_count(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "app": STATIC,
            "usr/bin/curl": STATIC,
            "data": None,
            "work": None,
            "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        },
        Cmd=["/app"],
        Healthcheck={"Test": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]},
        User="www:www",
        Volumes={"/data": {}},
        WorkingDir="/work",
    )
    assert {"usr/bin/curl", "data", "work", "bin/sh"} <= sure(found)
    assert [lack.what for lack in found.lacks] == ["www in /etc/passwd", "www in /etc/group"]


@pytest.mark.parametrize(
    ("files", "config", "gap"),
    [
        ({}, {}, "the image does not say what it starts"),
        (
            {"x": STATIC},
            {"Cmd": ["/bin/sh", "-c", "$PROGRAM -v"]},
            "takes the name of a program from $PROGRAM",
        ),
        ({"x": STATIC}, {"Cmd": ["/bin/sh", "-c", "eval $X"]}, "makes up commands (eval)"),
        ({"x": STATIC}, {"Cmd": ["/bin/sh", "-c", "if then ("]}, "cannot be read as a shell script"),
        ({"usr/bin/java": STATIC}, {"Cmd": ["java", "-jar", "/a.jar"]}, "what java loads"),
        (
            {"usr/bin/ruby3.1": STATIC, "usr/bin/ruby": "-> ruby3.1"},
            {"Cmd": ["ruby", "/a.rb"]},
            "what ruby3.1 loads",
        ),
        ({"usr/bin/odd": b"MZ\0\0"}, {"Cmd": ["odd"]}, ""),
    ],
)
def test_what_files_do_not_tell_is_a_gap(
    tmp_path: Path, files: Files, config: dict[str, object], gap: str
) -> None:
    found = of(tmp_path, files, **config)
    assert any(gap in text for text in found.gaps) is bool(gap)


def test_more_command_lines_can_be_given(tmp_path: Path) -> None:
    found = of(tmp_path, {"app": STATIC, "usr/bin/probe": STATIC}, ["probe --all"], Cmd=["/app"])
    assert "usr/bin/probe" in sure(found)


def test_busybox_runs_its_applets(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {"bin/busybox": STATIC, "bin/sh": "-> busybox", "bin/env": "-> busybox", "app": STATIC},
        Cmd=["/bin/sh", "-c", "env A=1 /app"],
    )
    assert {"bin/busybox", "bin/sh", "bin/env", "app"} <= sure(closure(made))


@pytest.mark.parametrize(
    "config",
    [
        {"Cmd": "text", "Env": "A=1", "Healthcheck": [], "Volumes": ["/x"], "User": 5, "WorkingDir": 7},
        {"Entrypoint": {"a": 1}, "Env": [1, None], "Healthcheck": {"Test": "x"}, "Shell": "sh"},
        {"Cmd": [""], "Env": ["=", "PATH="]},
    ],
)
def test_odd_settings_give_no_traceback(tmp_path: Path, config: dict[str, object]) -> None:
    of(tmp_path, {}, **config)
