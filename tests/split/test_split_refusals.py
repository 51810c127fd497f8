"""Where the split would have to guess, it says why and does nothing."""

from __future__ import annotations

import pytest
from splitting import fixed, refused

from dockerlint.resolve import parse
from dockerlint.split import split

GCC = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make libc6-dev\n"
APP = GCC + "WORKDIR /app\nCOPY main.c Makefile ./\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (APP + "RUN make\nCOPY start.sh .\nCMD [\"./start.sh\"]\n", "it starts a script (`start.sh`), which may call anything"),
        (APP + "RUN make\nCMD [\"sh\", \"start.sh\"]\n", "it starts a script (`start.sh`), which may call anything"),
        (APP + "RUN make\nCMD [\"bash\"]\n", "it starts a shell (`bash`), so what it needs is for people to say"),
        (APP + "RUN make\nENTRYPOINT [\"/docker-entrypoint\"]\n", "it starts a script (`docker-entrypoint`), which may call anything"),
        (APP + "RUN make\nCMD [\"make\", \"run\"]\n", "it starts `make`, a build tool"),
        (APP + "RUN make\nCMD $APP\n", "the start command takes its program from a variable"),
        (APP + "RUN make\nCMD [\"/opt/other/server\"]\n", "nothing in the file tells what makes /opt/other/server"),
        (APP + "RUN make\nCMD [\"other\"]\n", "nothing in the file tells where `other` comes from"),
        (APP + "RUN make\nRUN ./build-docs.sh\nCMD [\"./server\"]\n", "dockerlint does not know what `build-docs.sh` writes"),
        (APP + "RUN make && sh generate.sh\nCMD [\"./server\"]\n", "the script `generate.sh` may write anywhere"),
        (APP + "RUN make && . ./settings\nCMD [\"./server\"]\n", "`. ./settings` runs a script that the file does not show"),
        (APP + "RUN make install\nCMD [\"server\"]\n", "only the Makefile tells where `make install` puts its files"),
        (APP + "RUN make PREFIX=/usr install\nCMD [\"server\"]\n", "`make install` puts its files in /usr, among those of the system"),
        (APP + "RUN make DESTDIR=/x install\nCMD [\"server\"]\n", "`make install` goes to a DESTDIR"),
        (APP + "RUN ./configure --prefix=$WHERE && make install\nCMD [\"server\"]\n", "the prefix of the configure run is not known"),
        (GCC + "COPY . .\nRUN make\nCMD [\"/server\"]\n", "a build writes into /, which holds more than its own files"),
        (GCC + "WORKDIR $HOMEDIR\nCOPY . .\nRUN make\nCMD [\"./server\"]\n", "a WORKDIR depends on a variable that the file does not set"),
        (
            APP.replace("debian:bookworm", "debian:sid") + "RUN make\nCMD [\"./server\"]\n",
            "its base is a release that moves, so the compiler may bring newer libraries than the base has",
        ),
        (
            "FROM debian:bookworm\nRUN add-apt-repository ppa:x/y && apt-get install -y gcc\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n",
            "packages come from another source than the distribution",
        ),
        (
            "FROM debian:bookworm\nRUN echo deb http://x y z > /etc/apt/sources.list.d/x.list\nRUN apt-get install -y gcc\n"
            "COPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n",
            "packages come from another source than the distribution",
        ),
        (
            "FROM debian:bookworm\nARG TOOLS\nRUN apt-get install -y gcc $TOOLS\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n",
            "the packages of `$TOOLS` are not written where they are installed",
        ),
        (
            "FROM debian:bookworm\nRUN if true; then apt-get install -y gcc; fi\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD [\"/a\"]\n"
            "RUN apt-get install -y g++\n",
            "packages are installed inside a condition or a loop",
        ),
        (
            "FROM gcc:13-bookworm\nWORKDIR /a\nCOPY . .\nRUN make\nCMD [\"./a\"]\n",
            "it may link against libraries that only the toolchain image holds",
        ),
        ("FROM golang\nCOPY . /a\nWORKDIR /a\nRUN go build -o a\nCMD [\"./start.sh\"]\n", "it starts a script (`start.sh`), which may call anything"),
        (
            "FROM maven:3-amazoncorretto-17\nWORKDIR /a\nCOPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n",
            "dockerlint knows no runtime image for `maven:3-amazoncorretto-17`",
        ),
        (
            "FROM golang:1.15-buster\nWORKDIR /a\nCOPY . .\nRUN go build -o a\nCMD [\"./a\"]\n",
            "the runtime stage needs ca-certificates, and the mirrors no longer have buster",
        ),
        (
            "FROM --platform=$BUILDPLATFORM golang:1.22\nWORKDIR /a\nCOPY . .\nRUN go build -o a\nCMD [\"./a\"]\n",
            "it is built for another platform than it is built on",
        ),
        (
            "FROM golang:1.22\nWORKDIR /a\nCOPY . .\nRUN --mount=type=cache,target=/a/out go build -o out/a\nCMD [\"out/a\"]\n",
            "what is built lies in the mount /a/out",
        ),
        (
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make\nWORKDIR /data\nVOLUME /data\nCOPY . .\nRUN make\nCMD [\"./a\"]\n",
            "a build writes into a VOLUME",
        ),
        (
            "FROM example/own\nRUN apt-get update && apt-get install -y gcc make\nCOPY . .\nRUN make\nCMD [\"./a\"]\n",
            "the base image chooses the working directory; set WORKDIR",
        ),
        (
            "FROM eclipse-temurin:21\nWORKDIR /a\nCOPY . .\nRUN javac Main.java\nCMD [\"java\", \"Main.java\"]\n",
            "it compiles a Java source when it starts",
        ),
        (
            "FROM node:20\nWORKDIR /a\nRUN git clone https://example.org/a .\nRUN npm run build\nCMD [\"./a\"]\n",
            "it starts `a`, which may be a script that calls anything",
        ),
        (
            APP + "RUN make\nCOPY run /run-it\nCMD [\"/run-it\"]\n",
            "nothing in the file tells what makes /run-it",
        ),
        (
            GCC + "COPY tool /opt/tool\nWORKDIR /app\nCOPY main.c .\nRUN gcc -o main main.c\nENTRYPOINT [\"/opt/tool\"]\n",
            "it starts `tool`, a file of the context that may be a script",
        ),
        (
            "FROM debian:bookworm\nSHELL [\"/usr/bin/fish\", \"-c\"]\nWORKDIR /a\nCOPY a.c .\nRUN gcc -o a a.c\nCMD [\"./a\"]\n"
            "SHELL [\"/bin/sh\", \"-c\"]\nRUN apt-get install -y gcc\nRUN gcc -v a.c\n",
            "a RUN is not written in a shell that dockerlint reads",
        ),
    ],
)  # fmt: skip
def test_a_split_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert refused(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        # nothing is started, so nothing tells what is needed
        GCC,
        APP + "RUN make\n",
        # nothing is compiled
        'FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc\nCMD ["gcc"]\n',
        # no toolchain stays
        'FROM debian:bookworm\nWORKDIR /a\nCOPY . .\nRUN make\nCMD ["./a"]\n',
        "FROM debian:bookworm\nWORKDIR /a\nCOPY . .\n"
        "RUN apt-get update && apt-get install -y gcc make && make && apt-get purge -y gcc make\nCMD [\"./a\"]\n",
        "FROM alpine:3.19\nWORKDIR /a\nCOPY . .\nRUN apk add -t .deps build-base && make && apk del .deps\nCMD [\"./a\"]\n",
        # an image with a compiler and no relative without
        'FROM buildpack-deps:bookworm\nWORKDIR /a\nCOPY . .\nRUN apt-get install -y gcc && make\nCMD ["./a"]\n',
        # several stages already
        'FROM golang:1.22 AS b\nRUN go build -o /a\nFROM debian\nCOPY --from=b /a /a\nCMD ["/a"]\n',
        # instructions for another build
        'FROM golang:1.22\nONBUILD COPY . .\nRUN go build -o /a\nCMD ["/a"]\n',
        # a file that BuildKit refuses
        'FROM golang:1.22\nCOPY\nRUN go build -o /a\nCMD ["/a"]\n',
        # packages of a language without any compiler
        'FROM node:20\nWORKDIR /a\nCOPY . .\nRUN npm ci\nCMD ["node", "a.js"]\n',
        "FROM python:3.12-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"a.py\"]\n",
    ],
)  # fmt: skip
def test_there_is_nothing_to_say(text: str) -> None:
    assert split(parse(text)) is None


@pytest.mark.parametrize(
    ("base", "runtime"),
    [
        ("golang:1.22", "debian:bookworm-slim"),
        ("docker.io/library/golang:1.22.5-bullseye", "debian:bullseye-slim"),
        ("golang:1.24.2", "debian:bookworm-slim"),
        ("golang:1.25", "debian:trixie-slim"),
        ("golang:1.21-alpine3.18", "alpine:3.18"),
        ("rust:1.80.1", "debian:bookworm-slim"),
        ("rust:1.91-slim-trixie", "debian:trixie-slim"),
    ],
)
def test_the_runtime_base_is_of_the_same_release(base: str, runtime: str) -> None:
    text = f"FROM {base}\nWORKDIR /a\nCOPY . .\nRUN {'go build -o a' if 'golang' in base else 'cargo build --release'}\n"
    text += f'CMD ["{"./a" if "golang" in base else "target/release/a"}"]\n'
    assert f"\nFROM {runtime}\n" in fixed(text)


@pytest.mark.parametrize(
    "base",
    [
        "golang:1.22-alpine",
        "golang:1.24.9",
        "golang:tip",
        "rust:1.89",
        "rust:nightly",
        "golang:1.22-nanoserver",
    ],
)
def test_a_tag_that_does_not_tell_its_release_is_refused(base: str) -> None:
    text = f'FROM {base}\nWORKDIR /a\nCOPY . .\nRUN go build -o a\nCMD ["./a"]\n'
    assert refused(text) == f"dockerlint knows no runtime image for `{base}`"


def test_a_text_without_any_build_tool_is_never_looked_at() -> None:
    from dockerlint import split as package
    from dockerlint.split.compilers import HANDLERS, compiles

    class Call:
        arguments = ()

    for name in HANDLERS:
        if compiles(name, Call()):  # type: ignore[arg-type]
            assert any(word.strip() in name for word in package._BUILDERS), name


def test_global_packages_of_node_may_be_started_by_any_script() -> None:
    text = 'FROM node:20\nRUN npm install -g {}\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npm", "start"]\n'
    assert refused(text.format("nodemon")) == "global packages of Node.js go beside those of the base image"
    assert "FROM node:20-slim\n" in fixed(text.format("npm@10"))


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (
            'ENTRYPOINT ["tini", "--"]\nCMD ["./start.sh"]',
            "it starts a script (`start.sh`), which may call anything",
        ),
        (
            'ENTRYPOINT ["sh", "-c"]\nCMD ["./main"]',
            "it starts a shell (`sh -c`) in a way that dockerlint does not read",
        ),
        ('ENTRYPOINT ["tini", "--"]\nCMD sh start', "it starts a script (`start`), which may call anything"),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["other"]', "nothing in the file tells where `other` comes from"),
    ],
)
def test_an_entrypoint_is_read_with_the_words_that_cmd_adds(start: str, reason: str) -> None:
    text = f"{GCC.replace('gcc', 'gcc tini')}WORKDIR /app\nCOPY main.c .\nRUN gcc -o main main.c\n{start}\n"
    assert refused(text) == reason


@pytest.mark.parametrize(
    "start",
    [
        'ENTRYPOINT ["tini", "--"]\nCMD ["./main"]',
        'ENTRYPOINT ["tini", "--"]\nCMD ./main',
        'ENTRYPOINT ["./main"]\nCMD ["start.sh"]',
        'CMD ["sh", "-c", "./main"]',
        'ENTRYPOINT ["tini", "--", "sh", "-c", "./main"]',
    ],
)
def test_an_entrypoint_that_starts_what_is_built_is_split(start: str) -> None:
    text = f"{GCC.replace('gcc', 'gcc tini')}WORKDIR /app\nCOPY main.c .\nRUN gcc -o main main.c\n{start}\n"
    assert "COPY --from=build /app/main /app/main\n" in fixed(text)
