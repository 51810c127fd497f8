"""Whatever is in an image: it is proven equal to itself, losing a needed file is seen, and nothing raises."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.closure import closure
from dockerlint.contract import Promise, Verdict, judge
from elves import elf
from looking import image

PLACES = (
    "app", "bin/sh", "entry.sh", "a.py", "a.js", "usr/bin/python3", "usr/bin/node", "usr/lib/python3/os.py", "usr/lib/libx.so.1",
    "lib64/ld-linux-x86-64.so.2", "package.json", "node_modules/x/package.json", "pyvenv.cfg", "etc/passwd", "etc/ld.so.conf",
    "etc/ld.so.cache", "var/lib/dpkg/status", "var/lib/dpkg/info/a.list", "lib/apk/db/installed", "usr/lib/python3/site-packages/x.pth",
    "usr/lib/python3/site-packages/a-1.dist-info/METADATA", "usr/lib/python3/site-packages/a-1.dist-info/RECORD",
)  # fmt: skip
PIECES = (
    "#!/bin/sh\n", "#!/usr/bin/env -S ", "exec \"$@\"\n", ". /entry.sh\n", "import a, x\n", "from . import a\n", "require('x')\n", "include /etc/ld.so.conf\n",
    "-> /a", "-> app", "-> ../..", "Package: a\nStatus: install ok installed\nDepends: a | b\n", "{\"dependencies\": {\"x\": 1}}", "[[[[", "P:a\nF:..\nR:x\n",
    "home = /usr/bin\n", "\0\0", "$(", "((((", "a:x:0:0::/:/\n", "'", "/app /a.py\n",
)  # fmt: skip
CONTENTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=4).map(lambda some: "".join(some).encode()),
    st.binary(max_size=80),
    st.just(
        elf(needed=["libx.so.1"], interpreter="/lib64/ld-linux-x86-64.so.2", requires={"libx.so.1": ["X_1"]})
    ),
    st.just(elf(soname="libx.so.1", defines=["X_1"], rpath="$ORIGIN", needed=["libx.so.1"])),
    st.none(),
)
COMMANDS = st.lists(
    st.sampled_from(
        (
            "/app",
            "sh",
            "-c",
            "python3",
            "-m",
            "a",
            "/a.py",
            "node",
            "/a.js",
            "/entry.sh",
            "exec $X; /app",
            "",
            "--",
            "env",
            "tini",
            "x:y",
        )
    ),
    max_size=5,
)


@given(st.dictionaries(st.sampled_from(PLACES), CONTENTS, max_size=10), COMMANDS, COMMANDS)
@settings(max_examples=150, deadline=None)
def test_any_image_is_equal_to_itself_and_nothing_raises(
    files: dict[str, bytes | str | None], entry: list[str], command: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = image(Path(folder), files, Entrypoint=entry, Cmd=command)
        two = image(
            Path(folder), {p: c for p, c in files.items() if p != "app"}, Entrypoint=entry, Cmd=command
        )
        empty = image(Path(folder), {"x": b""})
    for promise in (Promise(), Promise(closure=True)):
        assert judge(one, one, promise).verdict == Verdict.PROVEN
        judge(one, empty, promise)
        judge(empty, one, promise)
    if "app" in files and files["app"] is not None:
        assert judge(one, two, Promise()).verdict == Verdict.DIFFERS
        found = closure(one)
        if "app" in found.needs and "app" not in found.unsure:
            assert not judge(one, two, Promise(closure=True)).holds


def test_a_file_that_is_named_is_not_there_because_its_content_is() -> None:
    with tempfile.TemporaryDirectory() as folder:
        program = elf(needed=["libx.so.1"], interpreter="/lib64/ld-linux-x86-64.so.2")
        files: dict[str, bytes | str | None] = {"usr/bin/node": program, "bin/sh": program}
        one = image(Path(folder), {**files, "app": program}, Cmd=["node", "sh", "/app"])
        two = image(Path(folder), files, Cmd=["node", "sh", "/app"])
    assert "app" in closure(one).needs
    assert not judge(one, two, Promise(closure=True)).holds
