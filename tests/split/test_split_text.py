"""What the two stages look like: settings, users, comments, line ends."""

from __future__ import annotations

from splitting import fixed, runtime

import dockerlint
from dockerlint.resolve import parse
from dockerlint.split import Split, split
from dockerlint.split.names import names

PACKAGES = "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev\n"


def test_settings_in_front_of_the_build_move_and_those_a_build_may_read_stay_too() -> None:
    text = (
        "FROM debian:bookworm\nLABEL a=b\nEXPOSE 80\nENV CFLAGS=-O2\nSTOPSIGNAL SIGINT\n" + PACKAGES
        + "COPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n"
    )  # fmt: skip
    build, made = fixed(text).split("\n\n")
    assert (
        build
        == "FROM debian:bookworm AS build\nENV CFLAGS=-O2\n" + PACKAGES + "COPY a.c /\nRUN gcc -o /a /a.c"
    )
    assert made.splitlines() == [
        "FROM debian:bookworm", "LABEL a=b", "EXPOSE 80", "ENV CFLAGS=-O2", "STOPSIGNAL SIGINT", "COPY --from=build /a /a", 'CMD ["/a"]',
    ]  # fmt: skip


def test_a_comment_moves_with_its_instruction_and_every_comment_is_kept() -> None:
    text = (
        "# head\n\nFROM debian:bookworm\n# who\n# made it\nLABEL a=b\n\n# tools\n" + PACKAGES
        + "# source\nCOPY a.c /\n# build\nRUN gcc -o /a /a.c\n# start\nCMD [\"/a\"]\n"
    )  # fmt: skip
    made = fixed(text)
    assert [c.text for c in parse(made).comments] == [
        "head",
        "tools",
        "source",
        "build",
        "who",
        "made it",
        "start",
    ]
    assert "\n# who\n# made it\nLABEL a=b\nCOPY --from" in made


def test_users_and_folders_outside_of_what_is_built_are_made_again() -> None:
    text = (
        "FROM debian:bookworm\n" + PACKAGES + "RUN useradd -m app && mkdir -p /var/lib/app && chown app /var/lib/app\n"
        "WORKDIR /app\nCOPY a.c .\nRUN gcc -o a a.c\nUSER app\nCMD [\"./a\"]\n"
    )  # fmt: skip
    assert "RUN useradd -m app && mkdir -p /var/lib/app && chown app /var/lib/app\nWORKDIR /app\n" in runtime(
        text
    )


def test_only_the_part_of_a_run_that_the_image_needs_is_repeated() -> None:
    text = (
        "FROM debian:bookworm\nRUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y gcc libc6-dev tini; \\\n"
        "    groupadd app; \\\n    rm -rf /var/lib/apt/lists/*\n"
        "WORKDIR /app\nCOPY a.c .\nRUN mkdir -p /data && gcc -o a a.c\nENTRYPOINT [\"tini\", \"--\", \"./a\"]\n"
    )  # fmt: skip
    made = runtime(text)
    assert (
        "RUN set -eux \\\n    && apt-get update \\\n    && apt-get install -y tini \\\n    && groupadd app \\\n"
        "    && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nRUN mkdir -p /data\nCOPY --from=build /app/a /app/a\n"
    ) in made


def test_files_that_are_no_sources_are_copied_again() -> None:
    text = (
        "FROM debian:bookworm\n" + PACKAGES + "WORKDIR /app\nCOPY a.c b.h ./\nCOPY templates templates\nCOPY --chmod=644 a.conf /etc/\n"
        "RUN gcc -o a a.c\nCMD [\"./a\"]\n"
    )  # fmt: skip
    assert runtime(text).splitlines()[1:4] == [
        "WORKDIR /app",
        "COPY templates templates",
        "COPY --chmod=644 a.conf /etc/",
    ]


def test_a_source_that_the_start_command_names_is_copied_again() -> None:
    text = (
        "FROM debian:bookworm\n"
        + PACKAGES
        + 'WORKDIR /app\nCOPY a.c .\nRUN gcc -o a a.c\nCMD ["./a", "a.c"]\n'
    )
    assert "COPY a.c .\n" in runtime(text)


def test_arguments_go_where_they_are_used() -> None:
    text = (
        "ARG TAG=bookworm\nFROM debian:$TAG\nARG VERSION=1\nARG FLAGS\nLABEL version=$VERSION\n" + PACKAGES
        + "COPY a.c /\nRUN gcc $FLAGS -o /a /a.c\nCMD [\"/a\"]\n"
    )  # fmt: skip
    made = fixed(text)
    assert made.count("FROM debian:$TAG") == 2
    assert made.split("\n\n")[1].startswith(
        "FROM debian:$TAG\nARG VERSION=1\nLABEL version=$VERSION\nCOPY --from"
    )


def test_a_list_of_packages_loses_its_words_and_keeps_its_layout() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update \\\n && apt-get install -y --no-install-recommends \\\n      ca-certificates \\\n"
        "      # the compiler\n      gcc=4:12.2.0-3 \\\n      libc6-dev \\\n      libcurl4-openssl-dev \\\n      libuncommon-dev\n"
        "COPY a.c /\nRUN gcc -o /a /a.c -lcurl\nCMD [\"/a\"]\n"
    )  # fmt: skip
    assert (
        "RUN apt-get update \\\n && apt-get install -y --no-install-recommends \\\n      ca-certificates \\\n"
        "      libcurl4 \\\n      libuncommon-dev\nCOPY --from"
    ) in runtime(text)


def test_the_last_word_of_a_list_may_go() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y \\\n    tini \\\n    gcc\n"
        "COPY a.c /\nRUN gcc -o /a /a.c\nENTRYPOINT [\"tini\", \"/a\"]\n"
    )  # fmt: skip
    assert "RUN apt-get update && apt-get install -y \\\n    tini\nCOPY --from" in runtime(text)


def test_lists_that_an_earlier_run_updates_are_updated_again() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y gcc libc6-dev\nRUN apt-get install -y tini\n"
        "COPY a.c /\nRUN gcc -o /a /a.c\nENTRYPOINT [\"tini\", \"/a\"]\n"
    )  # fmt: skip
    assert runtime(text).startswith(
        "FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y tini\nCOPY --from"
    )


def test_packages_that_a_later_step_removes_are_not_installed_at_all() -> None:
    text = (
        "FROM debian:bookworm\n" + PACKAGES + "COPY a.c /\nRUN gcc -o /a /a.c\n"
        "# no longer needed\nRUN apt-get purge -y gcc && apt-get autoremove -y\nCMD [\"/a\"]\n"
    )  # fmt: skip
    made = runtime(text)
    assert made == 'FROM debian:bookworm\nCOPY --from=build /a /a\n# no longer needed\nCMD ["/a"]\n'


def test_what_was_moved_goes_over_from_where_it_is() -> None:
    text = "FROM debian:bookworm\n" + PACKAGES + (
        "WORKDIR /src\nCOPY a.c .\nRUN gcc -o a a.c && mv a /usr/local/bin/a && strip /usr/local/bin/a\nWORKDIR /\nCMD [\"a\"]\n"
    )  # fmt: skip
    assert (
        runtime(text)
        == 'FROM debian:bookworm\nCOPY --from=build /usr/local/bin/a /usr/local/bin/a\nWORKDIR /\nCMD ["a"]\n'
    )


def test_what_was_downloaded_goes_over_too() -> None:
    text = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc libc6-dev curl\n" + (
        "RUN curl -fsSL https://example.org/model -o /opt/model.bin\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n"
    )  # fmt: skip
    assert "COPY --from=build /opt/model.bin /opt/model.bin\n" in runtime(text)


def test_a_source_tree_that_was_installed_from_is_left_behind() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make libc6-dev git\n"
        "RUN git clone https://example.org/x /src && cd /src && ./configure && make && make install\nCMD [\"x\"]\n"
    )  # fmt: skip
    made = runtime(text)
    assert "/src" not in made
    assert "COPY --from=build /usr/local /usr/local\nRUN ldconfig\n" in made


def test_the_stage_that_runs_takes_over_the_name_that_is_there() -> None:
    text = "FROM debian:bookworm as Base\n" + PACKAGES + 'COPY a.c /\nRUN gcc -o /a /a.c\nCMD ["/a"]\n'
    made = fixed(text)
    assert made.startswith("FROM debian:bookworm as build\n")
    assert "\nFROM debian:bookworm AS Base\nCOPY --from=build " in made
    building = fixed(text.replace("Base", "Builder"))
    assert building.startswith("FROM debian:bookworm as Builder\n")
    assert "\nFROM debian:bookworm\nCOPY --from=Builder " in building


def test_a_name_that_something_goes_by_is_not_given_to_the_build_stage() -> None:
    mount = "RUN --mount=from=builder,target=/x gcc -o /a /a.c\n"
    text = "FROM debian:bookworm\n" + PACKAGES + "COPY --from=build a.c /\n" + mount + 'CMD ["/a"]\n'
    assert names(dockerlint.parse(text), dockerlint.parse(text).stages[0]) == ("compile", None)


def test_a_platform_is_the_same_in_both_stages() -> None:
    text = (
        "FROM --platform=linux/amd64 debian:bookworm\n"
        + PACKAGES
        + 'COPY a.c /\nRUN gcc -o /a /a.c\nCMD ["/a"]\n'
    )
    assert fixed(text).count("FROM --platform=linux/amd64 debian:bookworm") == 2


def test_lower_case_stays_lower_case() -> None:
    text = 'from debian:bookworm\nrun apt-get update && apt-get install -y gcc\ncopy a.c /\nrun gcc -o /a /a.c\ncmd ["/a"]\n'
    made = fixed(text)
    assert made.startswith("from debian:bookworm as build\n")
    assert "\nfrom debian:bookworm\n" in made


def test_crlf_lines_stay_crlf_lines() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y \\\n    gcc \\\n    tini\nLABEL a=b\n"
        "COPY a.c /\nRUN gcc -o /a /a.c\nENTRYPOINT [\"tini\", \"/a\"]\n"
    )  # fmt: skip
    unix = fixed(text)
    dos = fixed(text.replace("\n", "\r\n"))
    assert dos == unix.replace("\n", "\r\n")


def test_the_escape_character_of_the_file_is_used() -> None:
    text = (
        "# escape=`\nFROM golang:1.22\nRUN mkdir -p /data && `\n    echo hello\nWORKDIR /a\nCOPY . .\nRUN go build -o a\nCMD [\"./a\"]\n"
    )  # fmt: skip
    made = fixed(text)
    assert (
        "RUN apt-get update `\n    && apt-get install -y --no-install-recommends ca-certificates `\n" in made
    )
    assert "\\\n" not in made


def test_a_here_document_builds_and_leaves_what_the_image_needs() -> None:
    text = (
        "FROM debian:bookworm\nRUN <<EOF\nset -e\napt-get update\napt-get install -y gcc libc6-dev tini\nEOF\n"
        "COPY a.c /\nRUN <<EOF\ngcc -o /a /a.c\nEOF\nENTRYPOINT [\"tini\", \"/a\"]\n"
    )  # fmt: skip
    made = fixed(text)
    assert (
        "RUN set -e \\\n    && apt-get update \\\n    && apt-get install -y tini\nCOPY --from=build /a /a\n"
        in made
    )


def test_a_cache_mount_of_the_build_stays_in_the_build() -> None:
    text = (
        "FROM golang:1.22\nWORKDIR /a\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache go build -o a\nCMD [\"./a\"]\n"
    )  # fmt: skip
    assert "--mount" not in runtime(text)


def test_an_exec_form_builds_as_a_shell_form_does() -> None:
    text = "FROM debian:bookworm\n" + PACKAGES + 'COPY a.c /\nRUN ["gcc", "-o", "/a", "/a.c"]\nCMD ["/a"]\n'
    assert "COPY --from=build /a /a\n" in runtime(text)


def test_the_finding_tells_what_stays_and_what_goes_over() -> None:
    found = split(parse("FROM debian:bookworm\n" + PACKAGES + 'COPY a.c /\nRUN gcc -o /a /a.c\nCMD ["/a"]\n'))
    assert isinstance(found, Split)
    assert found.leaves == "gcc"
    assert found.takes == ("/a",)


def test_a_make_variable_that_is_not_known_is_no_target() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make pkg-config\nCOPY . /usr/src/app/\n"
        'RUN cd /usr/src/app && make CFLAGS="$(pkg-config --cflags x)" && make PREFIX=/opt/app install && rm -rf /usr/src/app\n'
        "ENV PATH=/opt/app/bin:$PATH\nCMD [\"app\"]\n"
    )  # fmt: skip
    assert "COPY --from=build /opt/app /opt/app\n" in runtime(text)


def test_files_that_a_later_command_reads_are_copied_again() -> None:
    text = (
        "FROM debian:bookworm\n" + PACKAGES + "COPY app.conf /tmp/\nRUN cp /tmp/app.conf /etc/app.conf\n"
        "COPY a.c /tmp/\nRUN gcc -o /a /tmp/a.c\nCMD [\"/a\"]\n"
    )  # fmt: skip
    assert "COPY app.conf /tmp/\nRUN cp /tmp/app.conf /etc/app.conf\nCOPY --from" in runtime(text)


def test_sources_that_a_build_removes_are_not_removed_again() -> None:
    text = (
        "FROM rust:1.83-slim\nRUN USER=root cargo new --bin app\nWORKDIR /app\nCOPY Cargo.toml .\nRUN cargo build --release\n"
        "RUN rm src/*.rs\nCOPY . .\nRUN cargo build --release\nCMD [\"./target/release/app\"]\n"
    )  # fmt: skip
    assert "rm src" not in runtime(text)


def test_a_bind_mount_of_the_sources_does_not_hide_what_is_built() -> None:
    text = 'FROM golang:1.22\nWORKDIR /src\nRUN --mount=type=bind,target=. go build -o /bin/app .\nCMD ["/bin/app"]\n'
    assert "COPY --from=build /bin/app /bin/app\n" in runtime(text)


def test_the_linker_cache_is_made_while_the_stage_is_still_root() -> None:
    text = (
        'FROM gcc:13-bookworm\nUSER nobody\nWORKDIR /tmp/a\nCOPY a.cpp .\nRUN g++ -o a a.cpp\nCMD ["./a"]\n'
    )
    lines = runtime(text).splitlines()
    assert lines.index("RUN ldconfig") < lines.index("USER nobody")


def test_an_image_that_starts_in_a_folder_of_its_own_keeps_it() -> None:
    text = 'FROM golang:1.22\nCOPY . /src\nRUN cd /src && go build -o /bin/app\nCMD ["/bin/app"]\n'
    assert "\nWORKDIR /go\n" in runtime(text)


def test_a_package_upgrade_keeps_its_update() -> None:
    text = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get upgrade -y && apt-get install -y gcc\n"
        "COPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n"
    )  # fmt: skip
    assert "RUN apt-get update \\\n    && apt-get upgrade -y\n" in runtime(text)
