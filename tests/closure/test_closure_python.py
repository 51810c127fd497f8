"""What Python and Node programs import: their own modules, installed packages, the standard library."""

from __future__ import annotations

from pathlib import Path

from dockerlint.closure import Closure, closure
from elves import elf
from looking import Files, image

STATIC = elf(static=True)
LIB = "usr/lib/python3.11"
PYTHON: Files = {
    "usr/bin/python3": "-> python3.11",
    "usr/bin/python3.11": STATIC,
    f"{LIB}/os.py": b"x",
    f"{LIB}/json/__init__.py": b"x",
    f"{LIB}/test/test_os.py": b"x",
    f"{LIB}/__pycache__/os.cpython-311.pyc": b"x",
}


def of(folder: Path, files: Files, *command: str, **config: object) -> Closure:
    return closure(image(folder, {**PYTHON, **files}, Cmd=list(command), **config))


def sure(found: Closure) -> set[str]:
    return set(found.needs) - found.unsure


def test_the_standard_library_is_needed_as_a_whole_but_for_its_tests(tmp_path: Path) -> None:
    found = of(tmp_path, {"app.py": "import json\n"}, "python3", "/app.py")
    assert {"usr/bin/python3", "usr/bin/python3.11", f"{LIB}/os.py", f"{LIB}/json/__init__.py"} <= sure(found)
    assert f"{LIB}/test/test_os.py" not in found.needs
    assert not any(path.endswith(".pyc") for path in found.needs)


def test_parts_of_the_standard_library_are_needed_when_they_are_imported(tmp_path: Path) -> None:
    tls = f"{LIB}/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so"
    files: Files = {
        f"{LIB}/distutils/__init__.py": b"x",
        f"{LIB}/distutils/README": b"x",
        f"{LIB}/urllib/__init__.py": b"x",
        tls: elf(needed=["libssl.so.3"]),
    }
    bare = of(tmp_path / "a", {**files, "app.py": "import json\n"}, "python3", "/app.py")
    assert not {f"{LIB}/distutils/README", tls} & set(bare.needs)
    full = of(
        tmp_path / "b", {**files, "app.py": "import distutils\nimport urllib.request\n"}, "python3", "/app.py"
    )
    assert {f"{LIB}/distutils/README", tls} <= sure(full)
    assert [lack.what for lack in full.lacks] == ["libssl.so.3"]


def test_an_installed_module_that_speaks_tls_needs_what_that_needs(tmp_path: Path) -> None:
    tls = f"{LIB}/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so"
    for number, text in enumerate(("", "try:\n    from http import client\nexcept ImportError: ...\n")):
        module = {f"{LIB}/site-packages/web.py": text, tls: elf(), "app.py": "import web\n"}
        found = of(tmp_path / str(number), module, "python3", "/app.py")
        assert (tls in found.needs) is bool(number)


def test_tkinter_and_modules_for_tests_are_needed_only_by_who_imports_them(tmp_path: Path) -> None:
    window, check = (f"{LIB}/lib-dynload/{name}.cpython-311.so" for name in ("_tkinter", "_testcapi"))
    files: Files = {
        window: elf(needed=["libtk8.6.so"]), check: elf(), f"{LIB}/tkinter/__init__.py": b"x",
        f"{LIB}/site-packages/gui.py": "from tkinter import Tk\n",
    }  # fmt: skip
    files = {**files, f"{LIB}/site-packages/bare.py": ""}
    bare = of(tmp_path / "a", {**files, "app.py": "import json, bare\n"}, "python3", "/app.py")
    assert not {window, check} & set(bare.needs)
    assert not bare.lacks
    for number, name in enumerate(("tkinter", "gui")):
        found = of(tmp_path / str(number), {**files, "app.py": f"import {name}\n"}, "python3", "/app.py")
        assert window in sure(found)
        assert [lack.what for lack in found.lacks] == ["libtk8.6.so"]


def test_a_build_tool_that_an_installed_module_may_import_may_be_needed(tmp_path: Path) -> None:
    site = f"{LIB}/site-packages"
    files: Files = {
        f"{site}/setuptools/__init__.py": "import x", f"{site}/pip/__init__.py": "import x",
        f"{site}/web.py": "try:\n    import pkg_resources\nexcept ImportError: ...\n", "app.py": "import web\n",
    }  # fmt: skip
    found = of(tmp_path, files, "python3", "/app.py")
    assert f"{site}/setuptools/__init__.py" in found.unsure
    assert f"{site}/pip/__init__.py" not in found.needs


def test_modules_of_the_program_are_followed(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "app/main.py": 'from pkg import one\nimport nope\ndef f():\n    import late\nNAME = "pkg.settings"\n',
            "app/pkg/__init__.py": "",
            "app/pkg/one.py": "from . import two\nfrom .sub.deep import x\n",
            "app/pkg/two.py": "",
            "app/pkg/sub/__init__.py": "",
            "app/pkg/sub/deep.py": "",
            "app/pkg/settings.py": "",
            "app/late.py": "",
            "app/unused.py": "",
        },
        "python3",
        "/app/main.py",
    )
    assert {"app/main.py", "app/pkg/one.py", "app/pkg/two.py", "app/pkg/sub/deep.py"} <= sure(found)
    assert {"app/late.py", "app/pkg/settings.py"} <= found.unsure
    assert "app/unused.py" not in found.needs


def test_an_installed_distribution_is_needed_with_those_it_requires(tmp_path: Path) -> None:
    site = "opt/venv/lib/python3.11/site-packages"
    found = of(
        tmp_path,
        {
            "opt/venv/pyvenv.cfg": "home = /usr/bin\n",
            "opt/venv/bin/python": "-> /usr/bin/python3",
            f"{site}/web/__init__.py": "",
            f"{site}/web/page.html": "",
            f"{site}/web/__pycache__/x.pyc": b"x",
            f"{site}/Web-1.dist-info/METADATA": "Name: Web\nVersion: 1\nRequires-Dist: Fast_Lib\n",
            f"{site}/Web-1.dist-info/RECORD": "web/__init__.py,,\nweb/page.html,,\nweb/__pycache__/x.pyc,,\n",
            f"{site}/_fast.cpython-311-x86_64-linux-gnu.so": elf(needed=["libz.so.1"]),
            f"{site}/fast_lib-2.dist-info/METADATA": "Name: fast-lib\nVersion: 2\n",
            f"{site}/fast_lib-2.dist-info/RECORD": "_fast.cpython-311-x86_64-linux-gnu.so,,\n",
            f"{site}/other/__init__.py": "",
            "app.py": "import web\n",
        },
        "/opt/venv/bin/python",
        "/app.py",
    )
    assert {
        f"{site}/web/page.html",
        f"{site}/_fast.cpython-311-x86_64-linux-gnu.so",
        "opt/venv/pyvenv.cfg",
    } <= sure(found)
    assert f"{site}/other/__init__.py" not in found.needs
    # The library that a part of it in C needs is looked for, too.
    assert [lack.what for lack in found.lacks] == ["libz.so.1"]


def test_a_module_is_run_and_the_command_line_names_others(tmp_path: Path) -> None:
    site = "usr/lib/python3/dist-packages"
    found = of(
        tmp_path,
        {f"{site}/server/__main__.py": "", f"{site}/server/__init__.py": "", "srv/web/app.py": "", "srv/web/__init__.py": ""},
        "python3", "-u", "-m", "server", "web.app:make",
        WorkingDir="/srv",
    )  # fmt: skip
    assert {f"{site}/server/__main__.py", "srv/web/app.py"} <= sure(found)
    lacks = of(tmp_path / "b", {}, "python3", "-m", "nothing").lacks
    assert [lack.what for lack in lacks] == ["the module nothing"]


def test_what_cannot_be_read_or_is_made_up_is_a_gap(tmp_path: Path) -> None:
    assert any(
        "cannot be read as Python" in g for g in of(tmp_path / "a", {"a.py": "if:"}, "python3", "/a.py").gaps
    )
    text = "import importlib\nimportlib.import_module(name)\n"
    assert any("makes up" in g for g in of(tmp_path / "b", {"a.py": text}, "python3", "/a.py").gaps)
    deep = "(" * 5000 + ")" * 5000
    assert of(tmp_path / "c", {"a.py": deep}, "python3", "/a.py").gaps


NODE: Files = {"usr/bin/node": STATIC}


def test_node_modules_are_followed_and_packages_needed_with_their_dependencies(tmp_path: Path) -> None:
    modules = "app/node_modules"
    made = image(
        tmp_path,
        {
            **NODE,
            "app/package.json": '{"type": "module"}',
            "app/server.js": "import web from 'web';\nimport './lib/a.js';\nconst x = require('./data');\nrequire('node:fs');\nrequire('fs')\n",
            "app/lib/a.js": "export default 1",
            "app/data.json": "{}",
            "app/unused.js": "",
            f"{modules}/web/package.json": '{"name": "web", "version": "1", "dependencies": {"deep": "1"}}',
            f"{modules}/web/index.js": "",
            f"{modules}/web/test/t.js": "",
            f"{modules}/web/node_modules/deep/package.json": '{"name": "deep", "version": "1"}',
            f"{modules}/web/node_modules/deep/build/x.node": elf(needed=["libz.so.1"]),
            f"{modules}/other/index.js": "",
        },
        Cmd=["node", "--enable-source-maps", "server.js"],
        WorkingDir="/app",
    )
    found = closure(made)
    assert {
        "app/server.js",
        "app/lib/a.js",
        "app/data.json",
        "app/package.json",
        f"{modules}/web/index.js",
    } <= sure(found)
    assert f"{modules}/web/node_modules/deep/build/x.node" in found.needs
    assert not {"app/unused.js", f"{modules}/other/index.js", f"{modules}/web/test/t.js"} & set(found.needs)
    assert [lack.what for lack in found.lacks] == ["libz.so.1"]


def test_node_says_what_it_requires_by_names_it_makes_up(tmp_path: Path) -> None:
    made = image(tmp_path, {**NODE, "a.js": "require(name)"}, Cmd=["node", "/a.js"])
    assert any("makes up" in gap for gap in closure(made).gaps)
    made = image(tmp_path, NODE, Cmd=["node", "/a.js"])
    assert [lack.what for lack in closure(made).lacks] == ["/a.js"]
