"""What is installed, by the databases of package managers, and who brought a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.inspect import owner, packages, unread
from looking import image
from rpms import database, header

STATUS = """\
Package: zlib1g
Status: install ok installed
Architecture: amd64
Version: 1:1.2.13
Depends: libc6 (>= 2.14), base | other
Description: a library
 with more lines

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: all

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36
"""


def test_dpkg_tells_packages_files_and_what_they_depend_on(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {
            "var/lib/dpkg/status": STATUS,
            "var/lib/dpkg/info/zlib1g:amd64.list": "/.\n/lib\n/lib/libz.so.1\n",
            "var/lib/dpkg/info/libc6:amd64.list": "/.\n/lib/libc.so.6\n",
            "usr/lib/libz.so.1": b"x",
            "lib": "-> usr/lib",
        },
    )
    found = {p.name: p for p in packages(made)}
    assert set(found) == {"zlib1g", "libc6"}
    assert (found["zlib1g"].manager, found["zlib1g"].version, found["zlib1g"].architecture) == (
        "apt",
        "1:1.2.13",
        "amd64",
    )
    assert found["zlib1g"].files == ("/lib", "/lib/libz.so.1")
    assert found["zlib1g"].needs == ("libc6", "base", "other")
    assert found["zlib1g"].brings == ("libc6",)


def test_an_owner_is_found_through_links_among_folders(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {
            "var/lib/dpkg/status": STATUS,
            "var/lib/dpkg/info/zlib1g:amd64.list": "/lib/libz.so.1\n",
            "usr/lib/libz.so.1": b"x",
            "lib": "-> usr/lib",
        },
    )
    for path in ("/lib/libz.so.1", "usr/lib/libz.so.1"):
        brought = owner(made, path)
        assert brought is not None
        assert brought.name == "zlib1g"
    assert owner(made, "/usr/lib/other") is None


def test_an_image_without_a_package_manager_still_tells_its_packages(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {
            "var/lib/dpkg/status.d/libssl3": "Package: libssl3\nVersion: 3.0\nArchitecture: amd64\n",
            "var/lib/dpkg/status.d/libssl3.md5sums": f"{'0' * 32}  usr/lib/libssl.so.3\n",
        },
    )
    (package,) = packages(made)
    assert (package.name, package.version, package.files) == ("libssl3", "3.0", ("/usr/lib/libssl.so.3",))


def test_apk_tells_packages_and_files(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {
            "lib/apk/db/installed": "P:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld-musl.so.1\nF:\nR:top\n\nP:zlib\nV:1.3\n"
        },
    )
    musl, zlib = packages(made)
    assert (musl.manager, musl.name, musl.version, musl.files) == (
        "apk",
        "musl",
        "1.2.4-r2",
        ("/lib/ld-musl.so.1", "/top"),
    )
    assert zlib.name == "zlib"


def test_pip_tells_distributions_with_their_files(tmp_path: Path) -> None:
    site = "usr/lib/python3.11/site-packages"
    made = image(
        tmp_path,
        {
            f"{site}/Flask-2.0.dist-info/METADATA": (
                "Name: Flask\nVersion: 2.0\nRequires-Dist: Werkzeug (>=2.0)\nRequires-Dist: asgiref ; extra == 'async'\n\nText\n"
            ),
            f"{site}/Flask-2.0.dist-info/RECORD": 'flask/__init__.py,sha256=x,1\n"flask/a,b.py",,\n../../../bin/flask,,\n',
        },
    )
    (flask,) = packages(made)
    assert (flask.manager, flask.name, flask.version, flask.needs) == ("pip", "Flask", "2.0", ("Werkzeug",))
    assert flask.files == (f"/{site}/flask/__init__.py", f"/{site}/flask/a,b.py", "/usr/bin/flask")


def test_npm_and_gem_tell_packages(tmp_path: Path) -> None:
    made = image(
        tmp_path,
        {
            "app/node_modules/@x/y/package.json": '{"name": "@x/y", "version": "1.0", "dependencies": {"z": "1"}}',
            "app/node_modules/@x/y/lib/a.js": b"a",
            "app/node_modules/broken/package.json": "{",
            "usr/share/gems/specifications/rack-2.2.gemspec": "#",
            "usr/share/gems/gems/rack-2.2/lib/rack.rb": "x",
        },
    )
    found = {p.manager: p for p in packages(made)}
    assert (found["npm"].name, found["npm"].needs) == ("@x/y", ("z",))
    assert "/app/node_modules/@x/y/lib/a.js" in found["npm"].files
    assert (found["gem"].name, found["gem"].version) == ("rack", "2.2")
    assert "/usr/share/gems/gems/rack-2.2/lib/rack.rb" in found["gem"].files


def test_rpm_tells_packages_and_files(tmp_path: Path) -> None:
    lies = [header(count=2**31), header(entries=2**31), header(size=2**31), b"", b"\xff" * 40]
    made = image(tmp_path / "i", {"var/lib/rpm/rpmdb.sqlite": database(tmp_path, header(), *lies)})
    found = packages(made)
    assert (found[0].manager, found[0].name, found[0].version, found[0].architecture) == (
        "rpm",
        "bash",
        "5.1-2.el9",
        "x86_64",
    )
    assert found[0].files == ("/usr/bin/bash",)


def test_a_database_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    made = image(
        tmp_path, {"var/lib/rpm/Packages": b"\0", "usr/lib/sysimage/rpm/rpmdb.sqlite": b"no database"}
    )
    assert packages(made) == ()
    assert "/var/lib/rpm/Packages" in unread(made)[0]
    assert any("rpmdb.sqlite" in line for line in unread(made))


@pytest.mark.parametrize(
    "text", ["", "\n\n\n", "Package:\n", ": : :\n\n:", "\xff\n\n", "Package: a\n" * 1000]
)
def test_garbage_in_a_database_gives_no_traceback(tmp_path: Path, text: str) -> None:
    made = image(
        tmp_path, {"var/lib/dpkg/status": text, "lib/apk/db/installed": text, "a.dist-info/METADATA": text}
    )
    assert len(packages(made)) <= 1000
