from __future__ import annotations

import pytest

from dockerlint.lint import read
from dockerlint.model import Run
from dockerlint.shell import scripts
from dockerlint.shell.installs import Install, installs, uninstalls
from dockerlint.source import Source


def _calls(body: str, removing: bool = False) -> list[Install]:
    dockerfile = read(Source.of_text(f"FROM debian:12\nRUN {body}\n"))
    runs = list(dockerfile.instructions(Run))
    find = uninstalls if removing else installs
    return [call for run in runs for script in scripts(run) for call in find(script)]


@pytest.mark.parametrize(
    ("body", "family", "names"),
    [
        (
            "apt-get install -y --no-install-recommends gcc-12 curl=7.* git/stable",
            "apt-get",
            {"curl", "gcc-12", "git"},
        ),
        ("apt-get install -y -t bookworm-backports libc6:amd64 g++", "apt-get", {"g++", "libc6"}),
        ("sudo apt install -y vim+", "apt-get", {"vim"}),
        ("apk add --no-cache curl~=8 'openssl>3' foo@edge", "apk", {"curl", "openssl", "foo"}),
        ("yum install -y gcc-c++ 'Development Tools'", "dnf", {"Development Tools", "gcc-c++"}),
        ("dnf -y install gcc", "dnf", {"gcc"}),
        ("microdnf install -y gcc", "dnf", {"gcc"}),
        ("zypper --non-interactive install gcc", "zypper", {"gcc"}),
        ("pacman -Sy --noconfirm gcc", "pacman", {"gcc"}),
        ("apt-get install -y ./local.deb /tmp/a.deb vim-", "apt-get", set()),
        ("apt-get install -y $PACKAGES pkg=$VERSION", "apt-get", {"pkg"}),
    ],
)
def test_packages_are_read_without_version_release_and_architecture(
    body: str, family: str, names: set[str]
) -> None:
    (call,) = _calls(body)
    assert call.family == family
    assert call.names == names


def test_a_package_that_a_variable_names_is_there_without_a_name() -> None:
    (call,) = _calls("apt-get install -y $PACKAGES curl")
    assert [p.name for p in call.packages] == [None, "curl"]


def test_a_call_that_installs_nothing_is_no_install() -> None:
    assert not _calls("apt-get update && apt-get -y upgrade && apk update && echo install gcc")


@pytest.mark.parametrize("option", ["--virtual .build-deps", "-t .build-deps", "--virtual=.build-deps"])
def test_the_name_that_apk_gives_to_a_group_is_no_package(option: str) -> None:
    (call,) = _calls(f"apk add --no-cache {option} gcc musl-dev")
    assert call.virtual == ".build-deps"
    assert call.names == {"gcc", "musl-dev"}


@pytest.mark.parametrize(
    "body",
    [
        "apt-get purge -y --auto-remove gcc",
        "apt-get remove -y gcc",
        "apt-get autoremove -y gcc",
        "apk del gcc",
        "dnf remove -y gcc",
        "yum erase -y gcc",
        "pacman -Rns --noconfirm gcc",
    ],
)
def test_removals_are_found(body: str) -> None:
    (call,) = _calls(body, removing=True)
    assert call.names == {"gcc"}
    assert not _calls(body)
