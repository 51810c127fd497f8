"""One more stage behind a file: it has the settings of the image, and nothing is lost of the file."""

from __future__ import annotations

from typing import Any

import pytest

import dockerlint
from dockerlint.optimize.stage import Bring, Ground, Unwritable, grouped, with_stage

PATH = "PATH=/usr/bin:/bin"
BRINGS = (Bring(("/app/hello",), "/app/hello"),)


def written(text: str, config: dict[str, Any], there: dict[str, Any] | None = None, **ground: Any) -> str:
    made = Ground(**{"image": "scratch", "config": there or {}, "commands": (), "brings": BRINGS, **ground})
    new = with_stage(dockerlint.parse(text), config, made).text
    assert not dockerlint.parse(new).problems
    return new


def test_settings_move_with_their_comments_and_the_rest_becomes_a_build_stage() -> None:
    text = """\
FROM debian
# the port
EXPOSE 80

RUN make

# starts it
CMD ["./hello"]
"""
    config = {"Env": [PATH], "ExposedPorts": {"80/tcp": {}}, "WorkingDir": "/app", "Cmd": ["./hello"]}
    assert written(text, config) == """\
FROM debian AS build

RUN make

FROM scratch
COPY --from=build /app/hello /app/hello
ENV PATH=/usr/bin:/bin
WORKDIR /app
# the port
EXPOSE 80
# starts it
CMD ["./hello"]
"""  # fmt: skip


def test_the_stage_that_runs_takes_over_the_name_unless_that_is_about_building() -> None:
    named = written("FROM debian AS one\nRUN make\nCMD x\n", {"Cmd": ["x"]})
    assert "FROM debian AS build\n" in named
    assert "FROM scratch AS one\n" in named
    assert "COPY --from=build " in named
    builder = written("from debian as Go-Builder\nrun make\ncmd x\n", {"Cmd": ["x"]})
    assert "from debian as Go-Builder\n" in builder
    assert "from scratch\n" in builder


def test_a_taken_name_is_not_used() -> None:
    taken = written("FROM debian AS build\nRUN a\nFROM debian\nRUN make\nCMD x\n", {"Cmd": ["x"]})
    assert "COPY --from=builder " in taken


def test_keywords_and_line_ends_are_those_of_the_file() -> None:
    new = written("from debian\r\nrun make\r\ncmd x\r\n", {"Cmd": ["x"], "User": "app"})
    assert "from debian as build\r\nrun make\r\n\r\nfrom scratch\r\ncopy --from=build" in new
    assert "\r\nuser app\r\ncmd x\r\n" in new
    assert new.count("\n") == new.count("\r\n")


def test_variables_for_building_stay_with_the_toolchain_unless_the_file_sets_them() -> None:
    config = {"Env": [PATH, "GOPATH=/go", "GOLANG_VERSION=1.22", "JAVA_HOME=/x"], "Cmd": ["x"]}
    tail = written("FROM golang\nENV GOPATH=/go\nCMD x\n", config).partition("FROM scratch")[2]
    assert "ENV GOPATH=/go\n" in tail
    assert "ENV JAVA_HOME=/x\n" in tail
    assert "GOLANG_VERSION" not in tail


def test_a_locale_of_the_new_base_is_emptied_and_other_variables_cannot_be_unset() -> None:
    config = {"Env": [PATH, "LANG=C.UTF-8"], "Cmd": ["x"]}
    there = {"Env": [PATH, "LC_ALL=de_DE", "LANGUAGE=de"]}
    tail = written("FROM debian\nCMD x\n", config, there).partition("FROM scratch")[2]
    assert 'ENV LANG=C.UTF-8\nENV LANGUAGE=""\nENV LC_ALL=""\nCMD' in tail
    with pytest.raises(Unwritable, match="sets OTHER, which no instruction can unset"):
        written("FROM debian\nCMD x\n", config, {"Env": ["OTHER=1"]})


def test_commands_at_the_end_of_the_build_stage_stand_behind_it() -> None:
    new = written("FROM node\nRUN make\nCMD x\n", {"Cmd": ["x"]}, last=("npm prune --omit=dev",))
    assert "RUN make\nRUN npm prune --omit=dev\n\nFROM scratch\n" in new


def test_variables_are_repeated_as_they_stand_unless_they_read_others() -> None:
    text = "FROM debian\nARG V=1\nENV A=1 B='x y'\nENV C=$V\nCMD x\n"
    new = written(text, {"Env": [PATH, "A=1", "B=x y", "C=1"], "Cmd": ["x"]})
    tail = new.partition("FROM scratch")[2]
    assert "ENV A=1 B='x y'\n" in tail
    assert "ENV C=1\n" in tail
    assert "$V" not in tail


def test_what_only_the_base_said_is_said_in_the_new_stage() -> None:
    config = {
        "Env": [PATH, 'LANG="C" $x'], "Entrypoint": ["/init"], "Cmd": ["serve"], "User": "web", "Labels": {"a b": "1"},
        "StopSignal": "SIGQUIT", "Volumes": {"/data": {}},
    }  # fmt: skip
    tail = written("FROM base\nRUN make\n", config).partition("FROM scratch")[2]
    for line in (
        'ENV LANG="\\"C\\" \\$x"', 'ENTRYPOINT ["/init"]', 'CMD ["serve"]', "USER web", 'LABEL "a b"=1', "STOPSIGNAL SIGQUIT",
        'VOLUME ["/data"]',
    ):  # fmt: skip
        assert f"\n{line}\n" in f"{tail}\n"


def test_what_the_new_base_says_already_is_not_said_again() -> None:
    config = {"Env": [PATH], "Cmd": ["bash"]}
    new = with_stage(
        dockerlint.parse("FROM debian\nRUN make\n"), config, Ground("debian:slim", config, (), BRINGS)
    ).text
    assert new.endswith("FROM debian:slim\nCOPY --from=build /app/hello /app/hello\n")


def test_commands_run_as_root_and_the_user_comes_back() -> None:
    new = with_stage(
        dockerlint.parse("FROM base\nRUN make\nCMD x\n"),
        {"User": "web", "Cmd": ["x"]},
        Ground(
            "base:slim", {"User": "web"}, (("apt-get update", "apt-get install -y x"),), BRINGS, ldconfig=True
        ),
    ).text
    tail = new.partition("FROM base:slim\n")[2].splitlines()
    assert tail[0] == "USER root"
    assert tail[1:3] == ["RUN apt-get update \\", "    && apt-get install -y x"]
    assert tail.index("RUN ldconfig") < tail.index("USER web")


def test_paths_of_one_folder_come_together_and_whole_folders_by_themselves() -> None:
    assert grouped(["/lib/a", "/lib/b", "/app/", "/x"]) == (
        Bring(("/lib/a", "/lib/b"), "/lib/"), Bring(("/x",), "/"), Bring(("/app",), "/app"),
    )  # fmt: skip


def test_a_path_with_a_space_is_written_as_json() -> None:
    new = written("FROM a\nRUN b\nCMD x\n", {"Cmd": ["x"]}, brings=(Bring(("/a b",), "/a b"),))
    assert 'COPY --from=build ["/a b", "/a b"]\n' in new


@pytest.mark.parametrize("path", ["/a$b", "/a*b", "/a?b", "/a[b", "/a\\b", '/a"b', "/a\nb"])
def test_a_path_that_copy_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(Unwritable, match="cannot be copied by its name"):
        written("FROM a\nRUN b\nCMD x\n", {"Cmd": ["x"]}, brings=(Bring((path,), path),))


def test_a_variable_that_only_the_new_base_sets_cannot_be_taken_back() -> None:
    with pytest.raises(Unwritable, match="sets EXTRA"):
        with_stage(
            dockerlint.parse("FROM a\nRUN b\nCMD x\n"),
            {"Cmd": ["x"]},
            Ground("b", {"Env": ["EXTRA=1"]}, (), BRINGS),
        )


def test_a_value_of_several_lines_is_refused() -> None:
    with pytest.raises(Unwritable, match="several lines"):
        written("FROM a\nRUN b\nCMD x\n", {"Cmd": ["x"], "Env": ["A=1\n2"]})
