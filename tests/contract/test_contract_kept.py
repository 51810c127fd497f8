"""Files may go as long as all that the container runs is whole; what files do not tell is not proven."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.contract import Judgement, Promise, Smoke, Verdict, judge
from dockerlint.engine import Ran
from dockerlint.image import Image
from elves import cache, elf
from looking import Files, image, layer

LOADER = "lib64/ld-linux-x86-64.so.2"
SPLIT = Promise(closure=True)
STATUS = "\n\n".join(
    f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\nDepends: {needs}\n"
    for name, version, needs in (
        ("zlib1g", "1.2", ""),
        ("gcc", "12", ""),
        ("nginx", "1", "nginx-common"),
        ("nginx-common", "1", ""),
    )
)
BASE: Files = {
    LOADER: elf(soname="ld-linux-x86-64.so.2"),
    "lib/libc.so.6": elf(soname="libc.so.6", defines=["GLIBC_2.34"]),
}
PACKAGES: Files = {
    "var/lib/dpkg/status": STATUS,
    "var/lib/dpkg/info/zlib1g:amd64.list": "/lib/libz.so.1\n/usr/share/doc/zlib1g/copyright\n",
    "var/lib/dpkg/info/gcc:amd64.list": "/usr/bin/gcc\n/usr/lib/cc1\n",
    "var/lib/dpkg/info/nginx.list": "/usr/sbin/nginx\n",
    "var/lib/dpkg/info/nginx-common.list": "/etc/nginx/mime.types\n",
}


def program(*needed: str, **more: object) -> bytes:
    return elf(needed=needed, interpreter=f"/{LOADER}", **more)  # type: ignore[arg-type]


def judged(folder: Path, old: Files, new: Files, base: int = 0, **config: object) -> Judgement:
    settings = {"Cmd": ["/app"], **config}
    one = image(folder / "one", {**BASE, **PACKAGES, **old}, **settings)
    return judge(one, image(folder / "two", {**BASE, **new}, **settings), SPLIT, base=base)


def test_a_compiler_and_sources_may_go(tmp_path: Path) -> None:
    old: Files = {
        "app": program("libc.so.6"),
        "usr/bin/gcc": b"x",
        "usr/lib/cc1": b"x",
        "src/main.c": b"x",
        "src/Makefile": b"x",
    }
    judgement = judged(tmp_path, old, {"app": program("libc.so.6")})
    assert judgement.verdict == Verdict.LISTED, judgement
    assert ("gcc (apt)", "2 paths are gone") in [(d.where, d.text) for d in judgement.differences]


def test_a_library_that_is_gone_is_named_with_its_package(tmp_path: Path) -> None:
    old: Files = {"app": program("libz.so.1"), "lib/libz.so.1": elf(soname="libz.so.1")}
    judgement = judged(tmp_path, old, {"app": program("libz.so.1")})
    assert judgement.verdict == Verdict.DIFFERS
    (first, *_) = [d for d in judgement.differences if not d.allowed]
    assert (first.kind, first.where) == ("need", "/app")
    assert first.text == "libz.so.1 is not there; the package zlib1g (apt) brings it"


def test_an_older_glibc_under_a_program_is_caught(tmp_path: Path) -> None:
    app = program("libc.so.6", requires={"libc.so.6": ["GLIBC_2.34"]})
    old = elf(soname="libc.so.6", defines=["GLIBC_2.31"])
    judgement = judged(tmp_path, {"app": app}, {"app": app, "lib/libc.so.6": old})
    assert judgement.verdict == Verdict.DIFFERS
    assert any("GLIBC_2.34 of libc.so.6 is not there" in d.text for d in judgement.differences)


def test_another_build_of_a_library_with_all_that_is_asked_for_is_listed(tmp_path: Path) -> None:
    app = program("libc.so.6", requires={"libc.so.6": ["GLIBC_2.34"]})
    newer = elf(soname="libc.so.6", defines=["GLIBC_2.34", "GLIBC_2.36"])
    judgement = judged(tmp_path, {"app": app}, {"app": app, "lib/libc.so.6": newer})
    assert judgement.verdict == Verdict.LISTED, judgement


def test_a_library_may_stand_in_another_folder(tmp_path: Path) -> None:
    app, lib = program("libx.so"), elf(soname="libx.so")
    judgement = judged(tmp_path, {"app": app, "usr/lib/libx.so": lib}, {"app": app, "lib/libx.so": lib})
    assert judgement.verdict == Verdict.LISTED, judgement
    lost = judged(tmp_path / "b", {"app": app, "usr/lib/libx.so": lib}, {"app": app, "opt/libx.so": lib})
    assert lost.verdict == Verdict.DIFFERS
    assert any("where the loader does not look" in d.text for d in lost.differences)


def test_the_program_itself_has_to_be_the_same(tmp_path: Path) -> None:
    judgement = judged(tmp_path, {"app": program()}, {"app": program(tail=b"other")})
    assert judgement.verdict == Verdict.DIFFERS
    assert judged(tmp_path / "b", {"app": program()}, {}).verdict == Verdict.DIFFERS


@pytest.mark.parametrize(
    ("old", "env", "seen"),
    [
        ({"app": program(imports=["getaddrinfo"]), "lib/libnss_dns.so.2": b"x"}, [], "looks up names of hosts"),
        ({"app": program("libssl.so.3"), "lib/libssl.so.3": elf(soname="libssl.so.3"), "etc/ssl/certs/ca-certificates.crt": b"x"}, [], "can check certificates"),
        ({"app": program(imports=["setlocale"]), "usr/lib/locale/C.utf8/LC_CTYPE": b"x"}, ["LANG=C.UTF-8"], "reads a locale"),
        ({"app": program(imports=["setlocale"]), "usr/lib/locale/C.utf8/LC_CTYPE": b"x"}, [], ""),
        ({"app": program(tail=b"\0time.LoadLocation\0"), "usr/share/zoneinfo/UTC": b"x"}, [], "loads time zones by name"),
        ({"app": program(imports=["iconv_open"]), "usr/lib/gconv/UTF-16.so": b"x"}, [], "converts between character sets"),
    ],
)  # fmt: skip
def test_files_that_programs_open_by_name_are_not_proven(
    tmp_path: Path, old: Files, env: list[str], seen: str
) -> None:
    app = {"app": old["app"], **{p: c for p, c in old.items() if p.startswith("lib/libssl")}}
    judgement = judged(
        tmp_path,
        {**old, "var/lib/dpkg/info/zlib1g:amd64.list": "\n".join(f"/{p}" for p in old if p != "app")},
        app,
        Env=env,
    )
    assert any(seen in text for text in judgement.unproven) is bool(seen)
    assert judgement.verdict == (Verdict.UNPROVEN if seen else Verdict.LISTED), judgement


@pytest.mark.parametrize(
    ("tail", "path", "verdict"),
    [
        (b"\0conf/words.json\0", "app.d/words.json", Verdict.UNPROVEN),
        (b"hellowords.jsonand", "app.d/words.json", Verdict.UNPROVEN),
        (b"", "app.d/words.json", Verdict.LISTED),
        (b"", "app.d/words", Verdict.UNPROVEN),
        (b"", "app.d/words.o", Verdict.LISTED),
        (b"", "app.d/Makefile", Verdict.LISTED),
    ],
)
def test_a_file_that_is_gone_is_held_against_the_names_in_the_program(
    tmp_path: Path, tail: bytes, path: str, verdict: str
) -> None:
    app = program(tail=tail)
    assert judged(tmp_path, {"app": app, path: b"x"}, {"app": app}).verdict == verdict


def test_a_library_that_was_copied_from_where_it_was_built_may_go_there(tmp_path: Path) -> None:
    app, lib = program("libx.so", tail=b"\0libx.so\0"), elf(soname="libx.so")
    files: Files = {"app": app, "src/out/libx.so": lib, "lib/libx.so": lib}
    assert judged(tmp_path / "a", files, {"app": app, "lib/libx.so": lib}).verdict == Verdict.LISTED
    other: Files = {**files, "src/out/libx.so": elf(soname="libx.so", tail=b"other")}
    assert judged(tmp_path / "b", other, {"app": app, "lib/libx.so": lib}).verdict == Verdict.UNPROVEN


def test_the_cache_of_the_loader_is_judged_by_what_is_found_with_it(tmp_path: Path) -> None:
    library: Files = {"usr/local/lib/libz.so.1": elf(soname="libz.so.1")}
    listed = cache(("libz.so.1", "/usr/local/lib/libz.so.1"))
    old: Files = {"app": program("libz.so.1"), "etc/ld.so.cache": listed, **library}
    other = cache(("libc.so.6", "/lib/libc.so.6"), ("libz.so.1", "/usr/local/lib/libz.so.1"))
    assert judged(tmp_path / "a", old, {**old, "etc/ld.so.cache": other}).verdict == Verdict.LISTED
    without = judged(tmp_path / "b", old, {"app": program("libz.so.1"), **library})
    assert without.verdict == Verdict.DIFFERS
    assert any("libz.so.1 is not there" in one.text for one in without.differences if not one.allowed)


def test_the_name_that_a_program_loads_a_library_by_is_no_word_of_the_link_for_building(
    tmp_path: Path,
) -> None:
    library: Files = {"lib/libz.so.1": elf(soname="libz.so.1")}
    for number, (imports, verdict) in enumerate(((["puts"], Verdict.LISTED), (["dlopen"], Verdict.UNPROVEN))):
        app: Files = {"app": program("libz.so.1", imports=imports), **library}
        judgement = judged(tmp_path / str(number), {**app, "lib/libz.so": "-> libz.so.1"}, app)
        assert judgement.verdict == verdict, judgement


def test_links_for_building_are_no_name_services(tmp_path: Path) -> None:
    app = program(imports=["getaddrinfo"])
    lists = {"var/lib/dpkg/info/gcc:amd64.list": "/usr/lib/libnss_dns.so\n"}
    judgement = judged(tmp_path, {"app": app, "usr/lib/libnss_dns.so": "-> x", **lists}, {"app": app})
    assert judgement.verdict == Verdict.LISTED, judgement


def test_a_file_of_the_base_that_nothing_names_may_go(tmp_path: Path) -> None:
    assert (
        judged(tmp_path, {"app": program(), "etc/odd": b"x"}, {"app": program()}, base=1).verdict
        == Verdict.LISTED
    )


def test_a_program_that_starts_others_needs_those_that_are_gone(tmp_path: Path) -> None:
    app = program(imports=["execvp"])
    judgement = judged(tmp_path, {"app": app, "usr/local/bin/helper": program()}, {"app": app})
    assert judgement.verdict == Verdict.UNPROVEN
    assert "starts programs by name" in judgement.unproven[0]


def test_programs_of_packages_count_on_the_packages_that_these_depend_on(tmp_path: Path) -> None:
    files: Files = {"usr/sbin/nginx": program(), "etc/nginx/mime.types": b"x"}
    judgement = judged(tmp_path, files, {"usr/sbin/nginx": program()}, Cmd=["/usr/sbin/nginx"])
    assert judgement.verdict == Verdict.UNPROVEN
    assert any(
        "nginx, which depends on nginx-common: /etc/nginx/mime.types" in text for text in judgement.unproven
    )


def packages(**needs: str) -> str:
    """A database of dpkg: what each package depends on."""
    return "\n\n".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nDepends: {others}\n"
        for name, others in needs.items()
    )


@pytest.mark.parametrize(
    ("gone", "runs", "said"),
    [
        # Data beside a library that nothing loads: only that reads it.
        (["lib/libattr.so.1", "etc/xattr.conf"], {}, ""),
        (["lib/libattr.so.1", "etc/xattr.conf"], {"imports": ["execve"]}, "/etc/xattr.conf of that is gone"),
        # A package without programs or libraries is there for its data.
        (["usr/share/iso/codes.dat"], {}, "/usr/share/iso/codes.dat of that is gone"),
        (["usr/share/tool/own.dat"], {}, "package tool: /usr/share/tool/own.dat of that is gone"),
        (["usr/bin/other"], {}, ""),
        (["usr/bin/other"], {"imports": ["system"]}, "/usr/bin/other of that is gone"),
        (["etc/logrotate.d/tool", "etc/cron.daily/tool", "usr/share/doc/tool/x"], {}, ""),
    ],
)
def test_files_of_packages_count_where_something_that_runs_may_read_them(
    tmp_path: Path, gone: list[str], runs: dict[str, list[str]], said: str
) -> None:
    tool: Files = {
        "usr/bin/tool": program("libc.so.6", **runs),
        "var/lib/dpkg/status": packages(tool="libattr1, iso", libattr1="", iso=""),
        "var/lib/dpkg/info/tool.list": "/usr/bin/tool\n/usr/bin/other\n/usr/share/tool/own.dat\n/etc/logrotate.d/tool\n/etc/cron.daily/tool\n"
        "/usr/share/doc/tool/x\n",
        "var/lib/dpkg/info/libattr1:amd64.list": "/lib/libattr.so.1\n/etc/xattr.conf\n",
        "var/lib/dpkg/info/iso.list": "/usr/share/iso/codes.dat\n",
    }  # fmt: skip
    files: Files = {name: elf(soname="x") if ".so" in name else "#!/bin/sh\n" for name in gone}
    settings = {"Cmd": ["/usr/bin/tool"]}
    # The library that others call execve of starts nothing itself.
    base: Files = {**BASE, "lib/libc.so.6": elf(soname="libc.so.6", imports=["execve"])}
    one = image(tmp_path / "one", {**base, **tool, **files}, **settings)
    two = image(tmp_path / "two", {**base, "usr/bin/tool": tool["usr/bin/tool"]}, **settings)
    judgement = judge(one, two, SPLIT)
    assert judgement.verdict == (Verdict.UNPROVEN if said else Verdict.LISTED), judgement
    assert not said or any(said in text for text in judgement.unproven)


def test_files_for_another_program_count_where_that_runs(tmp_path: Path) -> None:
    files: Files = {
        "usr/sbin/cron": program(), "var/lib/dpkg/status": packages(cron=""), "etc/cron.daily/tidy": "x",
        "var/lib/dpkg/info/cron.list": "/usr/sbin/cron\n/etc/cron.daily/tidy\n",
    }  # fmt: skip
    one = image(tmp_path / "one", {**BASE, **files}, Cmd=["cron", "-f"])
    two = image(tmp_path / "two", {**BASE, "usr/sbin/cron": files["usr/sbin/cron"]}, Cmd=["cron", "-f"])
    assert judge(one, two, SPLIT).unproven == (
        "/usr/sbin/cron is of the package cron: /etc/cron.daily/tidy of that is gone",
    )


@pytest.mark.parametrize(
    ("command", "imports", "verdict"),
    [
        (["/app"], [], Verdict.LISTED),
        (["/app"], ["getpwuid"], Verdict.LISTED),
        (["/app"], ["getpwuid", "execvp"], Verdict.UNPROVEN),
        (["/bin/su", "web"], [], Verdict.UNPROVEN),
    ],
)
def test_the_shells_of_users_count_where_something_may_start_them(
    tmp_path: Path, command: list[str], imports: list[str], verdict: str
) -> None:
    new: Files = {
        "app": program(imports=imports), "bin/su": program(), "etc/passwd": "web:x:5:5::/:/bin/false\n",
        "lib/libnss_files.so.2": elf(soname="libnss_files.so.2"),
    }  # fmt: skip
    judgement = judged(tmp_path, {**new, "bin/false": "x"}, new, base=1, Cmd=command, User="web")
    assert judgement.verdict == verdict, judgement
    if verdict == Verdict.UNPROVEN:
        assert "/bin/false is gone, and /etc/passwd names it" in judgement.unproven


def test_a_file_that_the_command_names_has_to_stay_as_it_is(tmp_path: Path) -> None:
    for number, new in enumerate(({}, {"c.ini": b"other"})):
        judgement = judged(
            tmp_path / str(number),
            {"app": program(), "c.ini": b"x"},
            {"app": program(), **new},
            Cmd=["/app", "/c.ini"],
        )
        assert judgement.verdict == Verdict.DIFFERS


def test_a_file_of_the_user_that_is_another_one_is_refused(tmp_path: Path) -> None:
    judgement = judged(tmp_path, {"app": program(), "x.json": b"1"}, {"app": program(), "x.json": b"2"})
    assert judgement.verdict == Verdict.DIFFERS


def test_users_have_to_be_there_with_the_same_numbers(tmp_path: Path) -> None:
    def made(name: str, old: str, new: str) -> str:
        files = [{"app": program(), "etc/passwd": f"root:x:0:0::/:/bin/sh\n{text}"} for text in (old, new)]
        return judged(tmp_path / name, *files, User="web").verdict

    web = "web:x:999:999::/:/bin/false\n"
    assert made("a", web + "games:x:5:5::/:/x\n", web) == Verdict.LISTED
    assert made("b", web, web.replace("999", "998")) == Verdict.DIFFERS
    assert made("c", web, "") == Verdict.DIFFERS


def test_a_variable_of_the_toolchain_may_go_and_others_may_not(tmp_path: Path) -> None:
    def made(name: str, variable: str) -> str:
        one, two = (
            image(tmp_path / name / str(n), {**BASE, "app": program()}, Cmd=["/app"], Env=env)
            for n, env in enumerate((["PATH=/bin", variable], ["PATH=/bin"]))
        )
        return judge(one, two, SPLIT).verdict

    assert made("a", "GOLANG_VERSION=1") == Verdict.LISTED
    assert made("b", "DATABASE=x") == Verdict.DIFFERS


def pair(folder: Path) -> tuple[Image, Image]:
    files: Files = {"usr/bin/ruby": program(), "a.rb": b"x", "opt/x.json": b"1"}
    one = image(folder / "a", {**BASE, **files}, Cmd=["ruby", "/a.rb"])
    return one, image(
        folder / "b", {**BASE, **{p: c for p, c in files.items() if p != "opt/x.json"}}, Cmd=["ruby", "/a.rb"]
    )


def test_an_interpreter_that_is_not_followed_is_not_proven_until_smoke_commands_agree(tmp_path: Path) -> None:
    one, two = pair(tmp_path)
    assert judge(one, two, SPLIT).verdict == Verdict.UNPROVEN
    same = Smoke("ruby /a.rb", Ran(0, b"a", b"", 0.1), Ran(0, b"a", b"", 0.1))
    judgement = judge(one, two, SPLIT, [same])
    assert judgement.verdict == Verdict.LISTED
    assert any("the smoke commands did the same in both" in d.allowed for d in judgement.differences)
    other = Smoke("ruby /a.rb", Ran(0, b"a", b"", 0.1), Ran(1, b"", b"", 0.1))
    assert judge(one, two, SPLIT, [other]).verdict == Verdict.DIFFERS


def test_gaps_do_not_matter_where_nothing_is_gone(tmp_path: Path) -> None:
    one, _ = pair(tmp_path)
    assert judge(one, one, SPLIT).verdict == Verdict.PROVEN


@pytest.mark.parametrize("folder", ["data", "var/lib/app", "var/log/nginx", "var/cache/nginx", "srv/conf.d"])
def test_an_empty_folder_that_somebody_made_is_not_passed_over(tmp_path: Path, folder: str) -> None:
    judgement = judged(tmp_path, {"app": program(), folder: None}, {"app": program()})
    assert judgement.verdict == Verdict.UNPROVEN, judgement
    assert (
        judged(tmp_path / "b", {"app": program(), "usr/lib/odd": None}, {"app": program()}).verdict
        == Verdict.LISTED
    )


def test_a_folder_with_another_owner_is_not_proven(tmp_path: Path) -> None:
    from looking import layer

    layers = (layer({**BASE, "app": program(), "data": None}, None, {"data": owner}) for owner in (7, 0))
    one, two = (image(tmp_path / str(n), one, Cmd=["/app"]) for n, one in enumerate(layers))
    assert judge(one, two, SPLIT).verdict == Verdict.UNPROVEN


def test_the_working_directory_is_made_by_every_engine_unless_it_is_someone_elses(tmp_path: Path) -> None:
    app: Files = {"app": program("libc.so.6")}

    def gone(name: str, mode: int, owner: int) -> Judgement:
        place = layer({"src": None}, {"src": mode}, {"src": owner})
        one = image(tmp_path / name, {**BASE, **app}, place, Cmd=["/app"], WorkingDir="/src")
        return judge(
            one, image(tmp_path / f"{name}2", {**BASE, **app}, Cmd=["/app"], WorkingDir="/src"), SPLIT
        )

    judgement = gone("a", 0o755, 0)
    assert judgement.verdict == Verdict.LISTED, judgement
    assert [d.allowed for d in judgement.differences] == [
        "the working directory, which engines make when they start a container"
    ]
    assert gone("b", 0o777, 0).verdict == gone("c", 0o755, 33).verdict == Verdict.DIFFERS


def test_a_temporary_folder_that_is_gone_is_not_proven(tmp_path: Path) -> None:
    app: Files = {"app": program("libc.so.6")}
    judgement = judged(tmp_path / "a", {**app, "tmp": None}, app, base=1)
    assert judgement.verdict == Verdict.UNPROVEN
    assert judgement.unproven == ("/tmp is gone, where programs make their files",)
    assert judged(tmp_path / "b", {**app, "tmp": None}, {**app, "tmp": None}).holds


def test_certificates_that_a_ground_names_are_listed_where_they_are(tmp_path: Path) -> None:
    app: Files = {"app": program("libc.so.6")}
    path = "etc/ssl/certs/ca-certificates.crt"
    one = image(tmp_path / "a", {**BASE, **app}, Cmd=["/app"])

    def on(name: str, files: Files) -> Judgement:
        env = [f"SSL_CERT_FILE=/{path}"]
        return judge(one, image(tmp_path / name, {**BASE, **app, **files}, Cmd=["/app"], Env=env), SPLIT)

    assert on("b", {path: b"x"}).verdict == Verdict.LISTED
    assert on("c", {}).verdict == Verdict.DIFFERS


@pytest.mark.parametrize(
    ("head", "counts"), [("/usr/bin/node", True), ("/usr/bin/env python3", True), ("/bin/sh", False)]
)
def test_a_script_that_looks_beside_itself_has_to_stay_where_links_led_to(
    tmp_path: Path, head: str, counts: bool
) -> None:
    script = f"#!{head}\n"
    tools: Files = {
        name: program("libc.so.6") for name in ("usr/bin/node", "usr/bin/env", "usr/bin/python3", "bin/sh")
    }
    old: Files = {**tools, "opt/tool/bin/tool.x": script, "app": "-> opt/tool/bin/tool.x"}
    copied = judged(tmp_path / "a", old, {**tools, "app": script}, Env=["PATH=/usr/bin:/bin"])
    assert (copied.verdict == Verdict.DIFFERS) is counts, copied
    kept = judged(
        tmp_path / "b", old, {**tools, "opt/tool/bin/tool.x": script, "app": "-> /opt/tool/bin/tool.x"}
    )
    assert kept.verdict != Verdict.DIFFERS, kept


def test_passwords_count_for_users_that_were_added_alone(tmp_path: Path) -> None:
    app: Files = {"app": program("libc.so.6")}
    users: Files = {
        "etc/passwd": "root:x:0:0::/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n",
        "etc/group": "web:x:1000:\n",
    }

    def seen(name: str, root: str, web: str) -> Judgement:
        old: Files = {
            **app,
            **users,
            "etc/shadow": "root:*:1:0\nweb:!:2:0\n",
            "etc/gshadow": "lost:!::\nweb:!::\n",
        }
        new: Files = {
            **app,
            **users,
            "etc/shadow": f"root:{root}:9:0\nweb:{web}:9:0\n",
            "etc/gshadow": "web:!::\n",
        }
        return judged(tmp_path / name, old, new, User="1000")

    assert seen("a", "*", "!").holds
    assert seen("b", "other", "!").holds
    assert seen("c", "*", "").verdict == Verdict.DIFFERS
