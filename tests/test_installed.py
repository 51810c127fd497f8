"""Which versions the packages have that a file's commands install: from databases in images made here."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import dockerlint
import saved
from dockerlint.image import Image, read
from dockerlint.installed import Databases, Program, named, program, versions
from dockerlint.model import Run


def run_of(script: str) -> Run:
    return next(dockerlint.parse(f"FROM base\nRUN {script}\n").instructions(Run))


def image(folder: Path, *layers: bytes, go: bool = False) -> Image:
    return read(saved.as_folder(saved.plain_dir(layers), folder / "image"), look=Databases(go))


def dpkg(*packages: tuple[str, str, str]) -> tuple[str, bytes]:
    paragraphs = [
        f"Package: {name}\nStatus: install ok installed\nArchitecture: {arch}\nVersion: {version}\n"
        for name, version, arch in packages
    ]
    return "var/lib/dpkg/status", "\n".join(paragraphs).encode()


def text(path: str, content: str) -> tuple[str, bytes]:
    return path, content.encode()


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("apt-get install -y curl git=1:2.3 vim/stable libc6:i386 lib* ./a.deb $X task^", [
            ("apt", "curl"), ("apt", "git"), ("apt", "vim"), ("apt", "libc6"),
        ]),
        ("apk add --no-cache a b=1-r0 c~2 'd>3' .deps", [("apk", "a"), ("apk", "b"), ("apk", "c"), ("apk", "d")]),
        ("dnf install -y a b.x86_64 @group /usr/bin/c", [("rpm", "a"), ("rpm", "b")]),
        ("zypper -n in a b=1 'c>2'", [("rpm", "a"), ("rpm", "b"), ("rpm", "c")]),
        ("pip install A_b 'c[x]>=1' d==2 ./e git+https://h/r", [("pip", "a-b"), ("pip", "c"), ("pip", "d")]),
        ("npm i -g @s/a b@1 npm@latest ./c", [("npm", "@s/a"), ("npm", "b"), ("npm", "npm")]),
        ("gem install a b:1", [("gem", "a"), ("gem", "b")]),
        ("go install x.org/a@latest x.org/b@v1 ./c && go run x.org/d@v2 x.org/e", [
            ("go", "x.org/a"), ("go", "x.org/b"), ("go", "x.org/d"),
        ]),
        ("apt-get remove -y curl && pip download x", []),
    ],
)  # fmt: skip
def test_what_commands_name_is_known_with_a_version_and_without(
    script: str, found: list[tuple[str, str]]
) -> None:
    assert named(run_of(script)) == found


def test_versions_are_those_behind_the_layers_of_the_run(tmp_path: Path) -> None:
    base = saved.layer(dpkg(("curl", "1", "amd64")))
    mine = saved.layer(dpkg(("curl", "2", "amd64"), ("git", "1:2.39.5-0", "amd64"), ("gone", "9", "amd64")))
    later = saved.layer(dpkg(("curl", "3", "amd64")))
    made = image(tmp_path, base, mine, later)
    run = run_of("apt-get install -y curl git virtual")
    assert versions(run, made, [1]) == (("apt", "curl", "2"), ("apt", "git", "1:2.39.5-0"))
    assert versions(run, made, [2]) == (("apt", "curl", "3"),)
    assert versions(run, made, []) == ()


def test_of_two_versions_of_a_package_none_is_known(tmp_path: Path) -> None:
    made = image(
        tmp_path, saved.layer(dpkg(("libc6", "2", "amd64"), ("libc6", "1", "i386"), ("a", "1", "all")))
    )
    assert versions(run_of("apt-get install -y libc6 a"), made, [0]) == (("apt", "a", "1"),)


def test_each_manager_has_its_own_database(tmp_path: Path) -> None:
    layer = saved.layer(
        text("lib/apk/db/installed", "P:curl\nV:8.9.1-r1\nA:x86_64\n\n"),
        text(
            "usr/lib/python3/site-packages/Flask_Cors-4.0.dist-info/METADATA",
            "Name: Flask-Cors\nVersion: 4.0.1\n\n",
        ),
        text("usr/lib/node_modules/npm/package.json", json.dumps({"name": "npm", "version": "10.8.2"})),
        text("usr/lib/node_modules/npm/x.js", "1"),
        text(
            "usr/lib/node_modules/a/node_modules/npm/package.json",
            json.dumps({"name": "npm", "version": "1.0.0"}),
        ),
        text("var/lib/gems/specifications/rake-13.2.1.gemspec", "x"),
    )
    made = image(tmp_path, layer)
    scripts = ("apk add curl", "pip install flask_cors", "npm i -g npm@latest", "gem install rake")
    assert [versions(run_of(script), made, [0]) for script in scripts] == [
        (("apk", "curl", "8.9.1-r1"),),
        (("pip", "flask-cors", "4.0.1"),),
        (("npm", "npm", "10.8.2"),),
        (("gem", "rake", "13.2.1"),),
    ]


def test_what_the_layer_brought_goes_before_what_was_there(tmp_path: Path) -> None:
    old = saved.layer(text("usr/lib/gems/specifications/default/rake-13.0.6.gemspec", "x"))
    new = saved.layer(text("var/lib/gems/specifications/rake-13.2.1.gemspec", "x"))
    assert versions(run_of("gem install rake"), image(tmp_path, old, new), [1]) == (
        ("gem", "rake", "13.2.1"),
    )


def go_program(*lines: str, flags: int = 2, before: int = 5000) -> bytes:
    """What a Go program looks like to whoever wants to know what it was built of."""

    def string(value: bytes) -> bytes:
        size, out = len(value), b""
        while size > 127:
            out += bytes([size & 127 | 128])
            size >>= 7
        return out + bytes([size]) + value

    told = b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6" + "\n".join(lines).encode() + b"\nx" * 9
    head = b"\xff Go buildinf:" + bytes([8, flags]) + b"\0" * 16
    return b"\x7fELF" + b"\0" * before + head + string(b"go1.23.1") + string(told) + b"rest"


BUILT = (
    "path\texample.org/a/cmd/tool",
    "mod\texample.org/a\tv1.2.3\th1:x=",
    "dep\texample.org/b\tv9.0.0\th1:y=",
)


def test_a_go_program_says_what_it_was_built_of(tmp_path: Path) -> None:
    assert program(io.BytesIO(go_program(*BUILT))) == Program("example.org/a/cmd/tool", "v1.2.3")
    # The mark may lie across two blocks that are read.
    for before in range((1 << 20) - 30, (1 << 20) + 2, 7):
        assert program(io.BytesIO(go_program(*BUILT, before=before))) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF",
        go_program("path\tcommand-line-arguments"),
        go_program("path\tx.org/a", "mod\tx.org/a\t(devel)\t"),
        go_program(*BUILT, flags=0),
        go_program(*BUILT)[:5100],
        b"\x7fELF\xff Go buildinf:" + b"\xff" * 60,
    ],
)
def test_a_program_of_no_release_says_nothing(data: bytes) -> None:
    assert program(io.BytesIO(data)) is None


def test_go_programs_are_looked_into_where_go_installs(tmp_path: Path) -> None:
    import tarfile

    data = go_program(*BUILT)
    info = tarfile.TarInfo("go/bin/tool")
    info.mode, info.size = 0o755, len(data)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(info, io.BytesIO(data))
    run = run_of("go install example.org/a/cmd/tool@latest")
    assert versions(run, image(tmp_path, out.getvalue(), go=True), [0]) == (
        ("go", "example.org/a/cmd/tool", "v1.2.3"),
    )
