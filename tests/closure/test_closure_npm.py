"""What `npm start` and the like start: scripts of package.json, and programs of installed packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockerlint.closure import Closure, closure
from elves import elf
from looking import Files, image

STATIC = elf(static=True)
NPM = "usr/lib/node_modules/npm"
NODE: Files = {
    "bin/sh": STATIC,
    "usr/bin/env": STATIC,
    "usr/bin/node": STATIC,
    "usr/bin/npm": f"-> /{NPM}/bin/npm-cli.js",
    "usr/bin/npx": f"-> /{NPM}/bin/npx-cli.js",
    f"{NPM}/package.json": '{"name": "npm"}',
    f"{NPM}/bin/npm-cli.js": "#!/usr/bin/env node\nrequire('../lib/cli.js')",
    f"{NPM}/bin/npx-cli.js": "#!/usr/bin/env node\n",
    f"{NPM}/lib/cli.js": "require(name)",
    f"{NPM}/node_modules/semver/index.js": "",
    f"{NPM}/man/man1/npm.1": "x",
    "opt/yarn/package.json": '{"name": "yarn"}',
    "opt/yarn/bin/yarn.js": "#!/usr/bin/env node\n",
    "usr/bin/yarn": "-> /opt/yarn/bin/yarn.js",
    "app/server.js": "",
    "app/other.js": "",
    "app/before.js": "",
    "app/node_modules/tool/package.json": '{"name": "tool", "version": "1", "dependencies": {"deep": "1"}}',
    "app/node_modules/tool/cli.js": "#!/usr/bin/env node\nrequire(name)",
    "app/node_modules/tool/plugin.js": "",
    "app/node_modules/deep/package.json": '{"name": "deep", "version": "1"}',
    "app/node_modules/.bin/tool": "-> ../tool/cli.js",
}


def of(folder: Path, *command: str, scripts: object = None, **files: str) -> Closure:
    settings = json.dumps({"name": "app", "scripts": scripts} if scripts is not None else {})
    every = {**NODE, "app/package.json": settings, **files}
    return closure(image(folder, every, Cmd=list(command), WorkingDir="/app"))


def own(found: Closure) -> set[str]:
    needed = {path for path in found.needs if path.startswith("app/")} - found.unsure
    return {path.removeprefix("app/") for path in needed}


def test_npm_is_needed_as_a_whole_and_what_it_loads_is_no_gap(tmp_path: Path) -> None:
    found = of(tmp_path, "npm", "start", scripts={"start": "node other.js"})
    assert {"bin/sh", f"{NPM}/lib/cli.js", f"{NPM}/node_modules/semver/index.js"} <= set(found.needs)
    assert f"{NPM}/man/man1/npm.1" not in found.needs
    assert "app/server.js" not in found.needs
    assert own(found) == {"package.json", "other.js"}
    assert not found.gaps
    assert not found.lacks


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (["npm", "start", "--silent"], {"other.js", "before.js"}),
        (["npm", "--silent", "run", "-s", "web"], {"server.js"}),
        (["npm", "run-script", "web", "--", "other.js"], {"server.js", "other.js"}),
        (["yarn", "web", "other.js"], {"server.js", "other.js"}),
        (["yarn", "run", "web"], {"server.js"}),
        (["yarn", "node", "other.js"], {"other.js"}),
        (["npx", "tool"], {"node_modules/tool/plugin.js", "node_modules/deep/package.json"}),
        (["npm", "exec", "--", "tool"], {"node_modules/tool/plugin.js"}),
        (["npm", "run", "made"], {"node_modules/tool/plugin.js"}),
        (["npm", "--prefix", "/app", "run", "web"], {"server.js"}),
        (["sh", "-c", "cd / && exec npm --prefix=/app run web"], {"server.js"}),
    ],
)
def test_scripts_are_found_by_name(tmp_path: Path, command: list[str], needed: set[str]) -> None:
    scripts = {
        "prestart": "node before.js", "start": "node other.js", "web": "NODE_ENV=x node server.js", "made": "tool --fast",
    }  # fmt: skip
    found = of(tmp_path, *command, scripts=scripts)
    assert needed <= own(found), found.lacks
    assert not found.gaps


def test_without_a_script_npm_starts_the_server(tmp_path: Path) -> None:
    assert "server.js" in own(of(tmp_path, "npm", "start"))
    lacks = of(tmp_path, "npm", "run", "web", scripts={}).lacks
    assert [lack.what for lack in lacks] == ["the script web in /app/package.json"]


@pytest.mark.parametrize(
    ("command", "gap"),
    [
        (["npx", "nothing"], "npx fetches nothing when it is started"),
        (["npm", "run", "web", "-w", "x"], "npm runs scripts of several packages"),
        (["npm", "-w", "x", "run", "web"], "npm runs scripts of several packages"),
        (["npm", "install"], "what npm install does is not told by files"),
    ],
)
def test_what_the_settings_do_not_tell_is_a_gap(tmp_path: Path, command: list[str], gap: str) -> None:
    found = of(tmp_path, *command, scripts={"web": "node server.js"})
    assert found.gaps == (gap,)


@pytest.mark.parametrize(
    "settings",
    ["", "[]", '{"scripts": []}', '{"scripts": {"start": 5}}', '{"scripts": {"start": "npm start"}}'],
)
def test_odd_settings_give_no_traceback(tmp_path: Path, settings: str) -> None:
    of(tmp_path, "npm", "start", **{"app/package.json": settings})


def test_compiled_modules_are_needed_where_packages_look_for_them(tmp_path: Path) -> None:
    addon = elf(needed=["libz.so.1"])
    files: Files = {
        **NODE, "app/package.json": "{}", "app/index.js": "require('bindings')('x')", "app/build/Release/x.node": addon,
        "app/build/Release/obj.target/x.node": addon, "app/node_modules/bindings/package.json": '{"name": "bindings"}',
    }  # fmt: skip
    found = closure(image(tmp_path, files, Cmd=["node", "/app/index.js"]))
    assert "app/build/Release/x.node" in found.needs
    assert "app/build/Release/obj.target/x.node" not in found.needs
    assert [lack.what for lack in found.lacks] == ["libz.so.1"]
