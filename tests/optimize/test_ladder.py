"""Lighter ground, written out of what is in an image."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path
from typing import Any

import dockerlint
import rpms
from dockerlint.image import Image
from dockerlint.measure import Measured, measure
from dockerlint.model import Run
from dockerlint.optimize.contents import Contents, only_installs
from dockerlint.optimize.folders import wholes
from dockerlint.optimize.ladder import DISTROLESS, NONE, SAME, SCRATCH, SLIM, Ladder, Rung
from dockerlint.view import View
from elves import cache, elf
from looking import Files, image, layer

LOADER = "/lib64/ld-linux-x86-64.so.2"
LIBRARIES = "usr/lib/x86_64-linux-gnu"


def package(name: str, *files: str) -> tuple[str, Files]:
    """A paragraph of the database of dpkg, and the list of its files."""
    paragraph = f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
    return paragraph, {f"var/lib/dpkg/info/{name}.list": "/.\n" + "".join(f"/{file}\n" for file in files)}


def database(*packages: tuple[str, Files]) -> dict[str, bytes | str | None]:
    found: dict[str, bytes | str | None] = {"var/lib/dpkg/status": "".join(text for text, _ in packages)}
    for _, files in packages:
        found.update(files)
    return found


LIBC = package("libc6", f"{LIBRARIES}/libc.so.6", f"{LIBRARIES}/ld.so")
LIBZ = package("zlib1g", f"{LIBRARIES}/libz.so.1.2", f"{LIBRARIES}/libz.so.1")
GCC = package("gcc", "usr/bin/gcc")
BASE: dict[str, bytes | str | None] = {
    "lib": "-> usr/lib", "lib64": "-> usr/lib64", "usr/lib64/ld-linux-x86-64.so.2": "-> ../lib/x86_64-linux-gnu/ld.so",
    f"{LIBRARIES}/ld.so": elf(soname="ld-linux-x86-64.so.2"), f"{LIBRARIES}/libc.so.6": elf(soname="libc.so.6"),
    "usr/share/doc/x": "text", **database(LIBC),
}  # fmt: skip
INSTALLED: dict[str, bytes | str | None] = {
    "usr/bin/gcc": elf(["libc.so.6"], interpreter=LOADER), f"{LIBRARIES}/libz.so.1": "-> libz.so.1.2",
    f"{LIBRARIES}/libz.so.1.2": elf(["libc.so.6"], soname="libz.so.1"), "etc/made-by-a-script": "x",
    "var/log/apt.log": "x", **database(LIBC, LIBZ, GCC),
}  # fmt: skip
SOURCES: dict[str, bytes | str | None] = {"app/main.c": "int main", "app/settings.conf": "port 80\n"}
PROGRAM = {"app/hello": elf(["libz.so.1", "libc.so.6"], interpreter=LOADER)}
FILE = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc zlib1g-dev
WORKDIR /app
COPY . .
RUN gcc main.c -lz -o hello
CMD ["./hello"]
"""


def made(
    folder: Path, text: str = FILE, program: Files = PROGRAM, installed: Files = INSTALLED, **config: Any
) -> Measured:
    settings = {"Cmd": ["./hello"], "WorkingDir": "/app", **config}
    one = image(folder, BASE, installed, SOURCES, program, **settings)
    history = []
    for step in ("base", "RUN /bin/sh -c apt-get", "COPY . .", "RUN /bin/sh -c gcc"):
        history.append({"created_by": step})
    import saved
    from dockerlint.image import read
    from dockerlint.inspect import Inspector

    data = [layer(files) for files in (BASE, installed, SOURCES, program)]
    path = saved.as_tar(saved.oci(data, saved.config(data, history, config=settings)), folder / "whole.tar")
    whole = read(path, look=Inspector())
    assert whole.diff_ids == one.diff_ids
    return measure(dockerlint.parse(text), whole, whole.diff_ids[:1])


def climb(measured: Measured, lightest: str = SCRATCH, **grounds: Image) -> list[Rung]:
    def find(text: str) -> Image | str:
        return grounds.get(text.split()[1].replace(":", "_").replace("-", "_"), "no such host")

    return list(Ladder(measured.dockerfile, Contents(measured), find, lightest).rungs())


def tail(rung: Rung) -> str:
    assert rung.source is not None, rung.why
    return rung.source.text.rpartition("\nFROM ")[2]


def test_scratch_holds_the_program_what_it_loads_and_what_the_file_brought(tmp_path: Path) -> None:
    first = climb(made(tmp_path))[0]
    assert first.kind == SCRATCH
    assert tail(first) == """\
scratch
COPY --from=build /app/hello /app/settings.conf /app/
COPY --from=build /lib64/ld-linux-x86-64.so.2 /lib64/ld-linux-x86-64.so.2
COPY --from=build \\
    /usr/lib/x86_64-linux-gnu/libc.so.6 \\
    /usr/lib/x86_64-linux-gnu/libz.so.1 \\
    /usr/lib/x86_64-linux-gnu/
WORKDIR /app
CMD ["./hello"]
"""  # fmt: skip


def test_scratch_is_not_tried_where_files_do_not_tell_what_is_needed(tmp_path: Path) -> None:
    script = {
        "app/hello": "#!/bin/sh\neval $THING\n",
        "usr/bin/sh": elf(["libc.so.6"], interpreter=LOADER),
        "bin": "-> usr/bin",
    }
    first = climb(made(tmp_path, program=script))[0]
    assert first.source is None
    assert "files do not tell all it needs" in first.why


def test_names_of_users_come_along_when_the_image_has_a_user(tmp_path: Path) -> None:
    users = {**PROGRAM, "etc/passwd": "web:x:5:5::/:/bin/false\n", "etc/group": "web:x:5:\n"}
    assert "/etc/group /etc/passwd /etc/" in tail(climb(made(tmp_path, program=users, User="web"))[0])


def test_grounds_that_cannot_be_had_are_named(tmp_path: Path) -> None:
    rungs = climb(made(tmp_path))
    assert [(rung.kind, rung.why) for rung in rungs[1:]] == [
        ("distroless", "not here: gcr.io/distroless/cc-debian12"),
        ("slim", "not here: debian:bookworm-slim"),
        ("same", "not here: debian:bookworm"),
    ]  # fmt: skip


def test_a_base_gets_the_packages_that_are_needed_and_not_those_for_building(tmp_path: Path) -> None:
    measured = made(tmp_path)
    base = image(tmp_path / "base", BASE, Cmd=["bash"])
    rungs = climb(measured, SLIM, debian_bookworm=base, debian_bookworm_slim=base)
    assert [rung.kind for rung in rungs] == [SLIM, SAME]
    text = tail(rungs[0])
    assert text.startswith("debian:bookworm-slim\nRUN apt-get update")
    assert "apt-get install -y --no-install-recommends zlib1g " in text
    assert "rm -rf /var/lib/apt/lists/*\n" in text
    assert "COPY --from=build /app/hello /app/settings.conf /app/\n" in text
    assert "gcc" not in text
    assert "made-by-a-script" not in text


def test_a_base_of_rpm_gets_packages_by_the_program_that_it_has(tmp_path: Path) -> None:
    libraries: Files = {"usr/lib64/libc.so.6": elf(soname="libc.so.6"), "usr/lib64/ld-linux-x86-64.so.2": elf(),
                        "lib64": "-> usr/lib64"}  # fmt: skip
    glibc = rpms.header("/usr/lib64/libc.so.6", "glibc")
    others = (rpms.header("/usr/lib64/libz.so.1", "zlib"), rpms.header("/usr/bin/gcc", "gcc"))
    bare: Files = {**libraries, "var/lib/rpm/rpmdb.sqlite": rpms.database(tmp_path, glibc)}
    more: Files = {
        "usr/lib64/libz.so.1": elf(["libc.so.6"], soname="libz.so.1"), "usr/bin/gcc": elf(),
        "var/lib/rpm/rpmdb.sqlite": rpms.database(tmp_path, glibc, *others),
    }  # fmt: skip
    whole = image(tmp_path / "i", bare, more, PROGRAM, Cmd=["/app/hello"])
    text = "FROM fedora:40\nRUN dnf install -y gcc zlib zlib-devel\nCOPY . /app\n"
    measured = measure(dockerlint.parse(text), whole, whole.diff_ids[:1])

    def on(program: str) -> Rung:
        found = image(tmp_path / program, {**bare, f"usr/bin/{program}": elf()}, Cmd=["bash"])
        return next(rung for rung in climb(measured, SAME, fedora_40=found) if rung.kind == SAME)

    for program, option in (("dnf", "=False"), ("microdnf", "=0")):
        told = tail(on(program))
        assert f"RUN {program} install -y --nodocs --setopt=install_weak_deps{option} zlib \\\n" in told
        assert f"&& {program} clean all\n" in told
        assert "gcc" not in told
        assert "rpmdb" not in told
    assert on("zypper").why == "its package manager is not one that dockerlint can install with"


def test_packages_that_others_bring_are_not_named_and_links_of_scripts_are_not_made(tmp_path: Path) -> None:
    depends = (
        "Package: tool\nStatus: install ok installed\nVersion: 1\nDepends: zlib1g (>= 1), libc6 | musl\n\n"
    )
    tool = (
        depends,
        {"var/lib/dpkg/info/tool.list": "/etc/ssl/certs/java\n/usr/lib/tool/run\n/usr/lib/tool/run.1.gz\n"},
    )
    installed: Files = {
        **INSTALLED, "etc/ssl/certs/java/cacerts": "x", "usr/lib/tool/run": elf(["libz.so.1", "libc.so.6"], interpreter=LOADER),
        "usr/bin/run": "-> /etc/alternatives/run", "etc/alternatives/run": "-> /usr/lib/tool/run",
        "etc/alternatives/run.1.gz": "-> /usr/lib/tool/run.1.gz", "usr/share/man/man1/run.1.gz": "-> /etc/alternatives/run.1.gz",
        **database(LIBC, LIBZ, GCC, tool),
    }  # fmt: skip
    base = image(tmp_path / "base", BASE, Cmd=["bash"])
    measured = made(tmp_path, installed=installed, Cmd=["run", "/etc/ssl/certs/java/cacerts"])
    text = tail(climb(measured, SLIM, debian_bookworm_slim=base)[0])
    assert "RUN mkdir -p /usr/share/man/man1 " in text
    assert "--no-install-recommends tool " in text
    assert "alternatives" not in text
    assert "/etc/ssl" not in text
    full = image(tmp_path / "full", {**BASE, "usr/share/man/man1/x": "x"}, Cmd=["bash"])
    assert "mkdir" not in tail(climb(measured, SLIM, debian_bookworm_slim=full)[0])


def test_users_and_settings_of_the_base_are_left_to_the_other_base(tmp_path: Path) -> None:
    program = {"app/hello": elf(["libc.so.6"], interpreter=LOADER, imports=["getpwnam", "getaddrinfo"])}
    installed = {
        **INSTALLED, "etc/passwd": "root:x:0:0::/:/bin/sh\nsys:x:3:3::/:/\n", "etc/nsswitch.conf": "passwd: files systemd\n",
    }  # fmt: skip
    base = image(
        tmp_path / "base",
        {**BASE, "etc/passwd": "root:x:0:0::/:/bin/sh\n", "etc/nsswitch.conf": "passwd: files\n"},
    )
    text = tail(climb(made(tmp_path / "a", FILE, program, installed), SLIM, debian_bookworm_slim=base)[0])
    assert "/etc/" not in text
    added = {**installed, "etc/passwd": f"{installed['etc/passwd']}web:x:1000:1000::/:/bin/sh\n"}
    text = tail(climb(made(tmp_path / "b", FILE, program, added), SLIM, debian_bookworm_slim=base)[0])
    assert "COPY --from=build /etc/passwd /etc/passwd\n" in text


def test_tools_and_what_is_compiled_of_other_modules_stay_behind(tmp_path: Path) -> None:
    site = "usr/local/lib/python3.11/site-packages"
    files: Files = {
        "usr/local/bin/python3": elf(static=True), "usr/local/lib/python3.11/os.py": "x",
        f"{site}/Cython/Utils.py": "x", f"{site}/Cython-3.dist-info/METADATA": "Name: Cython\nVersion: 3\n",
        f"{site}/Cython-3.dist-info/RECORD": "Cython/Utils.py,,\nCython-3.dist-info/METADATA,,\nCython-3.dist-info/RECORD,,\n../../../bin/cython,,\n", "usr/local/bin/cython": "#!/usr/local/bin/python3\n",
        f"{site}/Web-1.dist-info/METADATA": "Name: Web\nVersion: 1\n", f"{site}/Web-1.dist-info/LICENSE.md": "x",
        f"{site}/plugin.py": "x", f"{site}/__pycache__/plugin.cpython-311.pyc": "x", f"{site}/__pycache__/gone.cpython-311.pyc": "x",
        "app/main.py": "import json\n", "app/build/lib.linux/x.so": elf(soname="x.so"),
    }  # fmt: skip
    kept = set(Contents(_measured(tmp_path, BASE, files, Cmd=["python3", "/app/main.py"])).kept())
    assert {f"{site}/plugin.py", f"{site}/__pycache__/plugin.cpython-311.pyc", "app/main.py"} <= kept
    # Of what may be imported by a name that is made up, all stays together.
    assert f"{site}/Web-1.dist-info/LICENSE.md" in kept
    assert not [path for path in kept if "ython" in path.replace("cpython", "").replace("python3", "")]
    assert not {f"{site}/__pycache__/gone.cpython-311.pyc", "app/build/lib.linux/x.so"} & kept


def node_program(count: int, *, lock: bool = True) -> Files:
    """A program with some packages that it needs, and one for developing."""
    files: dict[str, bytes | str | None] = {
        "usr/bin/node": elf(static=True), "app/main.js": "".join(f"require('p{n}')\n" for n in range(count)),
        "app/package.json": json.dumps({"dependencies": {f"p{n}": "1" for n in range(count)}, "devDependencies": {"tool": "1"}}),
        "app/node_modules/.package-lock.json": "{}", "app/node_modules/tool/package.json": '{"name": "tool", "version": "1"}',
        "app/node_modules/tool/big.js": "x" * 2_000_000,
    }  # fmt: skip
    for number in range(count):
        folder = f"app/node_modules/p{number}"
        files |= {
            f"{folder}/package.json": f'{{"name": "p{number}", "version": "1"}}',
            f"{folder}/README.md": "x",
        }
    return files | ({"app/package-lock.json": "{}"} if lock else {})


def on_slim(folder: Path, files: Files, **config: Any) -> str:
    settings = {"Cmd": ["node", "main.js"], "WorkingDir": "/app", **config}
    base = image(folder / "base", BASE, Cmd=["bash"])
    rung = climb(_measured(folder / "one", BASE, files, **settings), SLIM, debian_bookworm_slim=base)[0]
    assert rung.source is not None, rung.why
    return rung.source.text


def test_many_packages_of_node_come_along_as_one_folder(tmp_path: Path) -> None:
    text = on_slim(tmp_path / "many", node_program(8))
    assert "RUN npm prune --omit=dev\n\n# What" in text
    assert "COPY --from=build /app /app\n" in text
    assert "--prefix /app" in on_slim(
        tmp_path / "elsewhere", node_program(8), WorkingDir="/", Cmd=["node", "/app/main.js"]
    )
    for name, files, config in (
        ("few", node_program(2), {}), ("no lock", node_program(8, lock=False), {}), ("user", node_program(8), {"User": "5"}),
    ):  # fmt: skip
        text = on_slim(tmp_path / name, files, **config)
        assert "npm" not in text
        assert "COPY --from=build /app/node_modules/p1 /app/node_modules/p1\n" in text
        assert "tool" not in text


def test_very_many_folders_come_over_by_one(tmp_path: Path) -> None:
    files = {**node_program(60, lock=False), "bin/sh": elf(static=True), "bin/cp": elf(static=True)}
    text = on_slim(tmp_path / "many", {**files, "srv/own": "-> /app"})
    assert "RUN mkdir /runtime \\\n    && cp -a --parents /app/main.js /app/package.json " in text
    assert " /app/node_modules/p59 " in text
    assert text.partition("FROM debian:bookworm-slim")[2].count("COPY") == 1
    assert "COPY --from=build /runtime/ /\n" in text
    bare = {path: data for path, data in files.items() if path != "bin/cp"}
    assert on_slim(tmp_path / "bare", bare).count("COPY") > 60


def test_tools_in_a_virtual_environment_are_removed_at_the_end_of_the_build(tmp_path: Path) -> None:
    site = "opt/venv/lib/python3.11/site-packages"

    def distribution(name: str, *more: str) -> Files:
        paths = (f"{name}/__init__.py", f"{name}-1.dist-info/METADATA", f"{name}-1.dist-info/RECORD", *more)
        record = "".join(f"{path},,\n" for path in paths)
        texts = ("import os\n", f"Name: {name}\nVersion: 1\n", record, *("x" for _ in more))
        return {posixpath.normpath(f"{site}/{path}"): text for path, text in zip(paths, texts)}

    files: Files = {
        "usr/bin/python3.11": elf(static=True), "usr/lib/python3.11/os.py": "x", "opt/venv/pyvenv.cfg": "home = /usr/bin\n",
        "opt/venv/bin/python": "-> /usr/bin/python3.11", **distribution("web"), **distribution("wheel"), "app.py": "import web\n",
    }  # fmt: skip
    command = ["/opt/venv/bin/python", "/app.py"]
    text = on_slim(
        tmp_path / "with", {**files, **distribution("pip", "../../../bin/pip")}, Cmd=command, WorkingDir="/"
    )
    assert "RUN /opt/venv/bin/python -m pip uninstall -y pip wheel\n\n# What" in text
    assert "COPY --from=build /opt /opt\n" in text
    text = on_slim(tmp_path / "without", files, Cmd=command, WorkingDir="/")
    assert "uninstall" not in text
    assert "wheel" not in text


def java(home: str, number: str, modules: str) -> dict[str, bytes | str | None]:
    return {
        f"{home}/bin/java": elf(static=True), f"{home}/lib/modules": modules,
        f"{home}/release": f'JAVA_VERSION="{number}"\nMODULES="{modules}"\n',
    }  # fmt: skip


def test_the_java_of_a_base_stands_in_for_a_jdk(tmp_path: Path) -> None:
    env = ["JAVA_HOME=/opt/jdk", "JAVA_VERSION=17.0.1", "PATH=/opt/jdk/bin:/usr/bin", "LANG=C.UTF-8"]
    base: Files = {**BASE, **java("opt/jdk", "17.0.1", "java.base jdk.compiler"), "opt/jdk/bin/javac": "x"}
    files: Files = {"app/Main.class": b"\xca\xfe\xba\xbe", "app/Main.java": "class Main {}"}
    one = image(tmp_path, base, INSTALLED, files, Cmd=["java", "Main"], WorkingDir="/app", Env=env)
    text = 'FROM eclipse-temurin:17-jdk\nWORKDIR /app\nCOPY . .\nRUN javac Main.java\nCMD ["java", "Main"]\n'
    measured = measure(dockerlint.parse(text), one, one.diff_ids[:1])
    there = ["JAVA_HOME=/opt/jre", "JAVA_VERSION=17.0.9", "PATH=/opt/jre/bin:/usr/bin", "LC_ALL=en_US.UTF-8"]
    for number, taken in (("17.0.9", True), ("21.0.1", False)):
        files = {**BASE, **java("opt/jre", number, "java.base")}
        ground = image(tmp_path / number, files, Cmd=["bash"], Env=there)
        written = tail(climb(measured, SLIM, eclipse_temurin_17_jre=ground)[0])
        assert ("opt/jdk" not in written) is taken
        assert "COPY --from=build /app/Main.class /app/Main.class\n" in written
        assert 'ENV LANG=C.UTF-8\nENV LC_ALL=""\nWORKDIR' in written


def test_the_same_base_is_not_tried_when_nothing_was_for_building(tmp_path: Path) -> None:
    text = FILE.replace("gcc zlib1g-dev", "zlib1g")
    base = image(tmp_path / "base", BASE, Cmd=["bash"])
    last = climb(made(tmp_path, text), SAME, debian_bookworm=base)[-1]
    assert (last.source, last.why) == (None, "nothing in it is only for building")


def test_no_ground_is_tried_when_none_is_asked_for(tmp_path: Path) -> None:
    assert climb(made(tmp_path), NONE) == []


def test_folders_are_taken_whole_where_all_in_them_comes_along(tmp_path: Path) -> None:
    files: Files = {"app/a": "1", "app/b/c": "2", "app/b/d": "3", "etc/x": "4", "srv/p": "5", "srv/q": "6"}
    view = View(image(tmp_path, files))
    paths = ["app/a", "app/b/c", "app/b/d", "etc/x", "srv/p"]
    assert wholes(view, paths) == ["/etc/x", "/srv/p", "/app/"]


def test_a_folder_of_very_many_comes_whole_where_little_else_is_in_it(tmp_path: Path) -> None:
    many: Files = {f"opt/app/m{n}/{name}": "x" * 100 for n in range(20) for name in ("main.js", "README")}
    many |= {"opt/app/doc/manual": "x" * 150_000, "opt/big": "x" * 300_000}
    view = View(image(tmp_path / "a", many))
    wanted = [path for path in many if path.endswith("main.js")]
    assert wholes(view, wanted) == ["/opt/app/"]
    # With more that nobody needs, or for few lines, each is named.
    assert wholes(view, wanted[:12]) == [f"/{path}" for path in sorted(wanted[:12])]
    heavy = View(image(tmp_path / "b", {**many, "opt/app/doc/book": "x" * 100_000}))
    assert wholes(heavy, wanted) == [f"/{path}" for path in sorted(wanted)]
    large = dict.fromkeys(wanted, "x" * 200_000)
    assert wholes(
        View(image(tmp_path / "c", {**many, **large, "opt/app/doc/book": "x" * 100_000})), wanted
    ) == ["/opt/app/"]


def test_a_run_that_only_installs_is_known() -> None:
    def only(line: str) -> bool:
        run = next(dockerlint.parse(f"FROM a\nRUN {line}\n").instructions(Run))
        return only_installs(run)

    assert only("apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*")
    assert only("set -eux; apk add --no-cache gcc")
    assert not only("apt-get install -y gcc && gcc main.c")
    assert not only("mkdir /data")
    assert not only("apt-get install -y x && rm /usr/bin/y && useradd z")


def test_a_folder_that_belongs_to_a_user_is_given_to_it(tmp_path: Path) -> None:
    data = layer({"app/data": None, "app/data/x.conf": "1"}, owners={"app/data": 5, "app/data/x.conf": 5})
    contents = Contents(_measured(tmp_path, BASE, data))
    assert contents.chown("app/data") == "5:0"
    assert contents.chown("app/data/x.conf") == "5:0"
    assert contents.chown("usr/share") == ""


def test_a_program_keeps_all_its_names_and_a_library_the_one_that_is_asked_for(tmp_path: Path) -> None:
    program = elf(["libz.so.1"], interpreter=LOADER)
    files: Files = {
        "usr/local/bin/py": "-> py3",
        "usr/local/bin/py3": "-> py3.11",
        "usr/local/bin/py3.11": program,
    }
    contents = Contents(_measured(tmp_path, BASE, INSTALLED, files, Cmd=["py"], Env=["PATH=/usr/local/bin"]))
    names = contents.names(contents.needs, frozenset(contents.needs))
    assert [name for name in names if "local" in name] == sorted(files)
    assert f"{LIBRARIES}/libz.so.1" in names
    assert f"{LIBRARIES}/libz.so.1.2" not in names


def test_a_toolchain_image_has_a_plain_relative_and_scratch_has_none(tmp_path: Path) -> None:
    rungs = climb(made(tmp_path, FILE.replace("debian:bookworm", "rust:1.78")), SLIM)
    assert [rung.name for rung in rungs] == ["debian:bookworm-slim", "rust:1.78-slim", "rust:1.78"]
    assert climb(made(tmp_path / "other", FILE.replace("debian:bookworm", "scratch"))) == []


def test_what_a_smoke_command_starts_is_brought_and_a_shell_only_where_it_needs_one(tmp_path: Path) -> None:
    tools: Files = {
        "usr/bin/cat": elf(["libc.so.6"], interpreter=LOADER),
        "bin/sh": elf(["libc.so.6"], interpreter=LOADER),
    }
    measured = _measured(tmp_path, BASE, INSTALLED, {**PROGRAM, **tools}, Cmd=["/app/hello"])
    paths = {"usr/bin/cat", "bin/sh"}
    assert not paths & Contents(measured).needs.keys()
    assert paths & Contents(measured, ["cat '/app/settings.conf'"]).needs.keys() == {"usr/bin/cat"}
    assert paths & Contents(measured, ["cat /app/settings.conf | /app/hello"]).needs.keys() == paths
    # What a command may do besides is told by running it: it leaves no gap.
    assert Contents(measured, ["cat $(find / -name x)", "cat 'open"]).gaps == Contents(measured).gaps


TOOLS: Files = {
    name: elf(["libc.so.6"]) for name in ("bin/sh", "bin/mkdir", "bin/chmod", "bin/chown", "bin/ln")
}


def test_a_program_of_many_names_is_brought_once_with_links(tmp_path: Path) -> None:
    files: Files = {
        "bin/box": elf(["libc.so.6"], interpreter=LOADER), "bin/cat": "-> box", "usr/bin/tac": "-> ../../bin/cat",
        "start": "#!/bin/cat\n",
    }  # fmt: skip
    one = _measured(tmp_path, BASE, TOOLS, files, Cmd=["/bin/cat", "/bin/box", "/usr/bin/tac"])
    text = climb(one)[0].source.text  # type: ignore[union-attr]
    assert "RUN mkdir -p /runtime/bin /runtime/usr/bin \\\n" in text
    assert "    && ln -s box /runtime/bin/cat \\\n    && ln -s /bin/box /runtime/usr/bin/tac\n" in text
    assert "FROM scratch\nCOPY --from=build /runtime/ /\n" in text
    assert "COPY --from=build /bin/box /bin/box\n" in text
    assert "/bin/cat /" not in text


def test_a_program_is_there_under_the_name_by_which_another_one_is_told_to_start_it(tmp_path: Path) -> None:
    files: Files = {
        "bin": "-> usr/bin", "usr/bin/echo": elf(["libz.so.1"], interpreter=LOADER),
        "sbin/tiny": elf(["libc.so.6"], interpreter=LOADER),
    }  # fmt: skip
    one = _measured(tmp_path, BASE, INSTALLED, files, Cmd=["/sbin/tiny", "/bin/echo", "started"])
    text = tail(climb(one)[0])
    assert "COPY --from=build /bin/echo /bin/echo\n" in text
    assert f"/{LIBRARIES}/libz.so.1" in text


def test_scratch_is_tried_with_what_packages_bring_for_their_programs(tmp_path: Path) -> None:
    web = package("web", "usr/sbin/web", "usr/bin/web-admin", "etc/web/web.conf", "var/lib/web")
    data, tool = (
        package("web-data", "usr/share/web/page"),
        package("perl", "usr/bin/perl", "usr/share/perl/x.pm"),
    )
    status = {"var/lib/dpkg/status": web[0].rstrip() + "\nDepends: web-data, perl\n\n" + data[0] + tool[0]}
    files: Files = {
        **database(web, data, tool), **status, "usr/sbin/web": elf(["libc.so.6"], interpreter=LOADER),
        "usr/bin/web-admin": "#!/bin/sh\n", "etc/web/web.conf": "x", "var/lib/web": None, "usr/share/web/page": "x",
        "usr/bin/perl": elf(["libc.so.6"], interpreter=LOADER), "usr/share/perl/x.pm": "x",
    }  # fmt: skip
    lean, whole = climb(_measured(tmp_path, {**BASE, **TOOLS, **files}, {"own": "x"}, Cmd=["/usr/sbin/web"]))[
        :2
    ]
    assert (lean.name, whole.name) == ("scratch", "scratch, with the settings and data of packages")
    assert lean.source is not None
    assert whole.source is not None
    assert "etc/web" not in lean.source.text
    assert "COPY --from=build /etc/web /etc/web\n" in whole.source.text
    assert "COPY --from=build /usr/share/web /usr/share/web\n" in whole.source.text
    assert "RUN mkdir -p /runtime/var/lib/web\n" in whole.source.text
    for nobodys in ("perl", "web-admin"):
        assert nobodys not in whole.source.text


def test_what_the_file_wrote_is_brought_though_the_ground_has_another_one(tmp_path: Path) -> None:
    users: Files = {
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nweb:x:1001:1001::/:/bin/sh\n",
        "etc/group": "root:x:0:\n",
    }
    own: Files = {**users, **PROGRAM, "etc/app.conf": "mine", "etc/os-release": "debian"}
    base: Files = {**BASE, "etc/base.conf": "old"}
    one = _measured(
        tmp_path / "a",
        base,
        INSTALLED,
        own,
        Cmd=["/app/hello", "/etc/app.conf", "/etc/base.conf", "/etc/os-release"],
        User="web",
        Env=["PATH=/bin"],
    )
    there: Files = {
        "etc/passwd": "root:x:0:0::/root:/sbin/nologin\n",
        "etc/group": "root:x:0:\n",
        "etc/app.conf": "other",
        "etc/base.conf": "new",
        "etc/os-release": "debian",
    }
    ground = image(tmp_path / "g", there, Env=["PATH=/bin"])
    rungs = climb(one, **{"gcr.io/distroless/cc_debian12": ground})
    text = tail(next(rung for rung in rungs if rung.kind == DISTROLESS))
    assert "COPY --from=build /etc/app.conf /etc/made-by-a-script /etc/passwd /etc/\n" in text


def test_logs_that_go_to_the_engine_still_do(tmp_path: Path) -> None:
    files: Files = {"var/log/web/access.log": "-> /dev/stdout", "var/log/web/other.log": "-> access.log.1"}
    one = _measured(tmp_path, {**BASE, **TOOLS}, INSTALLED, {**files, **PROGRAM}, Cmd=["/app/hello"])
    text = climb(one)[0].source.text  # type: ignore[union-attr]
    assert (
        "RUN mkdir -p /runtime/var/log/web \\\n    && ln -s /dev/stdout /runtime/var/log/web/access.log\n"
        in text
    )
    assert "other.log" not in text


def test_a_link_stays_a_link_to_what_is_brought_with_its_folder(tmp_path: Path) -> None:
    files: Files = {
        "opt/tool/bin/tool.js": "#!/bin/box\n",
        "bin/box": PROGRAM["app/hello"],
        "bin/tool": "-> ../opt/tool/bin/tool.js",
    }
    one = _measured(tmp_path, BASE, INSTALLED, TOOLS, files, Cmd=["/bin/tool"])
    text = climb(one)[0].source.text  # type: ignore[union-attr]
    assert "&& ln -s ../opt/tool/bin/tool.js /runtime/bin/tool\n" in text
    assert "COPY --from=build /opt /opt\n" in text
    assert "tool.js" not in text.partition("FROM scratch")[2]


def test_without_tools_to_make_links_a_program_is_copied_under_each_name(tmp_path: Path) -> None:
    files: Files = {"bin/box": elf(["libc.so.6"], interpreter=LOADER), "bin/cat": "-> box"}
    text = tail(climb(_measured(tmp_path, BASE, files, Cmd=["/bin/cat", "/bin/box"]))[0])
    assert "COPY --from=build /bin/box /bin/cat /bin/\n" in text


def test_temporary_folders_and_those_of_users_come_with_mode_and_owner(tmp_path: Path) -> None:
    data = layer(
        {"tmp": None, "var/tmp": None, "data": None, "data/in": None},
        modes={"tmp": 0o1777, "var/tmp": 0o1777, "data": 0o755, "data/in": 0o2750},
        owners={"data/in": 33},
    )
    one = _measured(tmp_path, BASE, TOOLS, data, PROGRAM, INSTALLED, Cmd=["/app/hello"], User="33")
    text = climb(one)[0].source.text  # type: ignore[union-attr]
    assert (
        """
USER root
RUN mkdir -p /runtime/tmp /runtime/var/tmp /runtime/data/in \\
    && chown 33:0 /runtime/data/in \\
    && chmod 1777 /runtime/tmp /runtime/var/tmp \\
    && chmod 2750 /runtime/data/in
"""
        in text
    )
    assert "\nUSER 33\n" in tail(climb(one)[0])


def test_the_home_of_the_user_comes_along(tmp_path: Path) -> None:
    users: Files = {
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nweb:x:33:34::/var/web:/bin/sh\n",
        "etc/group": "web:x:34:\n",
    }
    data = layer({"var/web": None, "var/web/.profile": "x"}, modes={"var/web": 0o750}, owners={"var/web": 33})
    for user in ("web", "33:34"):
        one = _measured(
            tmp_path / user, BASE, TOOLS, users, data, INSTALLED, PROGRAM, Cmd=["/app/hello"], User=user
        )
        text = climb(one)[0].source.text  # type: ignore[union-attr]
        assert (
            "RUN mkdir -p /runtime/var/web \\\n    && chown 33:0 /runtime/var/web \\\n    && chmod 750 /runtime/var/web\n"
            in text
        )


def test_folders_of_users_keep_owner_and_mode_on_every_ground(tmp_path: Path) -> None:
    own = layer(
        {"srv": None, "srv/app": None, "srv/app/x.conf": "1", "srv/app/x.c": "1"},
        modes={"srv/app": 0o750}, owners={"srv/app": 33, "srv/app/x.conf": 33, "srv/app/x.c": 33},
    )  # fmt: skip
    one = _measured(
        tmp_path, BASE, TOOLS, INSTALLED, own, PROGRAM, Cmd=["/app/hello"], WorkingDir="/srv/app", User="33"
    )
    slim = image(tmp_path / "slim", BASE)
    rungs = climb(one, debian_bookworm_slim=slim)
    exact = rungs[0].source.text  # type: ignore[union-attr]
    assert "&& chown 33:0 /runtime/srv/app \\\n" in exact
    assert "&& chmod 750 /runtime/srv/app\n" in exact
    packaged = tail(next(rung for rung in rungs if rung.kind == SLIM))
    assert (
        "RUN mkdir -p /srv/app \\\n    && chown 33:0 /srv/app \\\n    && chmod 750 /srv/app\nCOPY "
        in packaged
    )


def test_a_link_to_a_folder_is_made_where_it_can_be(tmp_path: Path) -> None:
    files: Files = {
        "opt/v2/hello": PROGRAM["app/hello"],
        "opt/now": "-> v2",
        "opt/v2/a.c": "x",
        "opt/b.c": "x",
    }
    one = _measured(tmp_path / "a", BASE, TOOLS, INSTALLED, files, Cmd=["/opt/now/hello"])
    text = climb(one)[0].source.text  # type: ignore[union-attr]
    assert "&& ln -s v2 /runtime/opt/now\n" in text
    assert "COPY --from=build /opt/v2/hello /opt/v2/hello\n" in text
    bare = climb(_measured(tmp_path / "b", BASE, INSTALLED, files, Cmd=["/opt/now/hello"]))[0]
    assert bare.source is None
    assert bare.why == "what it needs is reached by the link /opt/now"


def test_the_certificates_that_a_ground_names_do_not_keep_it_out(tmp_path: Path) -> None:
    path = "etc/ssl/certs/ca-certificates.crt"
    ground = image(tmp_path / "g", {path: "x"}, Env=["PATH=/usr/bin:/bin", f"SSL_CERT_FILE=/{path}"])
    rungs = climb(made(tmp_path, Env=["PATH=/usr/bin:/bin"]), **{"gcr.io/distroless/cc_debian12": ground})
    assert rungs[1].source is not None, rungs[1].why
    other = image(tmp_path / "h", {path: "x"}, Env=["JAVA_HOME=/x"])
    assert climb(made(tmp_path / "i"), **{"gcr.io/distroless/cc_debian12": other})[1].why.endswith(
        "sets JAVA_HOME, which no instruction can unset"
    )


def test_libraries_that_the_loader_finds_by_its_cache_come_with_it_and_by_one_name(tmp_path: Path) -> None:
    files: Files = {
        "app/hello": elf(["libown.so.1", "libc.so.6"], interpreter=LOADER), "usr/local/lib/libown.so": "-> libown.so.1.0",
        "usr/local/lib/libown.so.1": "-> libown.so.1.0", "usr/local/lib/libown.so.1.0": elf(soname="libown.so.1"),
        "etc/ld.so.cache": cache(("libown.so.1", "/usr/local/lib/libown.so.1")),
    }  # fmt: skip
    one = _measured(tmp_path / "a", BASE, TOOLS, INSTALLED, files, Cmd=["/app/hello"])
    base = image(tmp_path / "b", BASE, {"etc/ld.so.cache": cache()}, Cmd=["bash"])
    rungs = climb(one, debian_bookworm_slim=base)
    text = rungs[0].source.text  # type: ignore[union-attr]
    assert "COPY --from=build /etc/ld.so.cache /etc/" in text
    assert "COPY --from=build /usr/local/lib/libown.so.1 /usr/local/lib/libown.so.1\n" in text
    assert "libown.so " not in text
    named: Files = {
        **files,
        "app/hello": "#!/bin/python\nCDLL('libown.so')\n",
        "bin/python": files["app/hello"],
    }
    asking = Contents(_measured(tmp_path / "c", BASE, INSTALLED, named, Cmd=["/app/hello"]))
    assert "usr/local/lib/libown.so" in set(asking.kept())
    assert "usr/local/lib/libown.so" not in set(Contents(one).kept())
    # Where packages are installed the cache is made anew.
    slim = next(tail(rung) for rung in rungs if rung.kind == SLIM)
    assert "ld.so.cache" not in slim
    assert "ldconfig\n" in slim


def _measured(folder: Path, *layers: Files | bytes, **config: Any) -> Measured:
    one = image(folder, *layers, **config)
    return measure(dockerlint.parse("FROM debian:bookworm\nRUN make\n"), one, one.diff_ids[:1])
