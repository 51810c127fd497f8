"""Packages that only builds and tests use may go; what programs open may differ where it says the same."""

from __future__ import annotations

import json
from pathlib import Path

from dockerlint.contract import Promise, Verdict, judge
from dockerlint.contract.openers import opened_by
from dockerlint.contract.tools import Tools
from dockerlint.contract.users import users_stay
from dockerlint.inspect import Catalog
from dockerlint.view import View
from elves import elf
from looking import Files, image

MODULES = "app/node_modules"


def package(name: str, **settings: object) -> Files:
    return {
        f"{MODULES}/{name}/package.json": json.dumps({"name": name, "version": "1", **settings}),
        f"{MODULES}/{name}/index.js": "",
    }


NODE: Files = {
    "usr/bin/node": elf(static=True),
    "app/server.js": "require('web')",
    "app/package.json": json.dumps({"dependencies": {"web": "1"}, "devDependencies": {"tsc": "1"}}),
    **package("web", dependencies={"deep": "1"}),
    **package("deep"),
    **package("tsc", dependencies={"only-there": "1"}),
    **package("only-there"),
    f"{MODULES}/.bin/tsc": "-> ../tsc/index.js",
}


def tools(view: View, *needs: str) -> Tools:
    return Tools(view, frozenset(needs), Catalog(view).owner)


def test_packages_that_are_only_for_developing_are_told_by_the_settings_of_the_program(
    tmp_path: Path,
) -> None:
    view = View(image(tmp_path, NODE))
    idle = {path for path in NODE if tools(view).has(path)}
    assert idle == {
        *package("tsc"), *package("only-there"), f"{MODULES}/.bin/tsc"
    }  # fmt: skip
    needed = tools(view, f"{MODULES}/tsc/index.js")
    assert not needed.has(f"{MODULES}/tsc/package.json")


def test_without_packages_for_developing_all_are_kept(tmp_path: Path) -> None:
    view = View(image(tmp_path, {**NODE, "app/package.json": '{"dependencies": {"web": "1"}}'}))
    assert not any(tools(view).has(path) for path in NODE)


def test_an_image_without_them_is_the_same_to_its_program(tmp_path: Path) -> None:
    settings = {"Cmd": ["node", "/app/server.js"]}
    view = View(image(tmp_path / "v", NODE))
    pruned = {path: data for path, data in NODE.items() if not tools(view).has(path)}
    one = image(tmp_path / "one", NODE, **settings)
    judgement = judge(one, image(tmp_path / "two", pruned, **settings), Promise(closure=True))
    assert judgement.verdict == Verdict.LISTED, judgement
    bare = {path: data for path, data in pruned.items() if "/deep/" not in path}
    assert judge(one, image(tmp_path / "three", bare, **settings), Promise(closure=True)).verdict not in (
        Verdict.PROVEN,
        Verdict.LISTED,
    )


def test_words_of_package_json_are_no_names_of_files(tmp_path: Path) -> None:
    settings = {"Cmd": ["node", "/app/server.js"]}
    named: Files = {"usr/share/mime/version": "x", **NODE, "app/package.json": '{"version": "1"}'}
    bare = {path: data for path, data in named.items() if not path.startswith("usr/share")}
    base = image(tmp_path / "one", {"usr/share/mime/version": "x"}, named, **settings)
    judgement = judge(base, image(tmp_path / "two", bare, **settings), Promise(closure=True), base=1)
    assert not any("names it" in text for text in judgement.unproven)


def test_modules_for_names_that_nothing_asks_and_a_clock_in_utc_say_nothing(tmp_path: Path) -> None:
    files: Files = {
        "app": elf(["libc.so.6"], imports=["getaddrinfo", "getpwnam", "localtime"]), "lib/libnss_systemd.so.2": "x",
        "lib/libnss_ldap.so.2": "x", "lib/libnss_hesiod.so.2": "x", "etc/nsswitch.conf": "passwd: files systemd ldap\n", "etc/localtime": "-> /usr/share/zoneinfo/Etc/UTC", "etc/timezone": "Etc/UTC\n",
    }  # fmt: skip
    view = View(image(tmp_path / "a", files))
    assert {path for *_, paths in opened_by(view, ["app"]) for path in paths} == {
        "lib/libnss_ldap.so.2", "etc/nsswitch.conf"
    }  # fmt: skip
    other = {
        **files,
        "etc/localtime": "-> /usr/share/zoneinfo/Europe/Paris",
        "etc/timezone": "Europe/Paris\n",
    }
    view = View(image(tmp_path / "b", other))
    opened = {path for *_, paths in opened_by(view, ["app"]) for path in paths}
    assert {"etc/localtime", "etc/timezone"} <= opened


def test_users_that_count_stay(tmp_path: Path) -> None:
    def view(name: str, text: str, user: str = "") -> View:
        return View(image(tmp_path / name, {"etc/passwd": text}, User=user))

    root = "root:x:0:0::/root:/bin/sh\n"
    bare = view("bare", root)
    assert users_stay(view("a", f"{root}daemon:x:1:1::/:/\n"), bare, "etc/passwd")
    assert not users_stay(view("b", f"{root}daemon:x:1:1::/:/\n", "daemon"), bare, "etc/passwd")
    assert not users_stay(view("c", f"{root}web:x:1000:1000::/:/\n"), bare, "etc/passwd")
