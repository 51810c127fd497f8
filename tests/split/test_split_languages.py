"""Files of many languages, before and after."""

from __future__ import annotations

from splitting import fixed, refused, runtime

from dockerlint.resolve import parse
from dockerlint.split import split


def test_a_program_in_cpp_goes_over_alone() -> None:
    text = """\
FROM ubuntu:20.04
RUN apt-get update && apt-get install -y g++
WORKDIR /app
COPY main.cpp .
RUN g++ main.cpp -o hello
CMD ["./hello"]
"""
    assert (
        fixed(text)
        == """\
FROM ubuntu:20.04 AS build
RUN apt-get update && apt-get install -y g++
WORKDIR /app
COPY main.cpp .
RUN g++ main.cpp -o hello

FROM ubuntu:20.04
WORKDIR /app
COPY --from=build /app/hello /app/hello
CMD ["./hello"]
"""
    )


def test_a_makefile_brings_its_work_tree_and_the_runtime_part_of_its_libraries() -> None:
    text = """\
FROM debian:bookworm
LABEL maintainer=me
# build tools
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential \\
    libssl-dev \\
    curl \\
 && rm -rf /var/lib/apt/lists/*
ENV APP=1
WORKDIR /app
COPY . .
RUN make

# the service
EXPOSE 8080
HEALTHCHECK CMD curl -f http://localhost:8080/
CMD ["./server"]
"""
    assert (
        fixed(text)
        == """\
FROM debian:bookworm AS build
# build tools
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential \\
    libssl-dev \\
    curl \\
 && rm -rf /var/lib/apt/lists/*
ENV APP=1
WORKDIR /app
COPY . .
RUN make

FROM debian:bookworm
LABEL maintainer=me
RUN apt-get update && apt-get install -y --no-install-recommends \\
    libgomp1 \\
    libssl3 \\
    curl \\
 && rm -rf /var/lib/apt/lists/*
ENV APP=1
WORKDIR /app
COPY --from=build /app /app

# the service
EXPOSE 8080
HEALTHCHECK CMD curl -f http://localhost:8080/
CMD ["./server"]
"""
    )


def test_make_install_brings_usr_local_and_makes_the_linker_cache_again() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends gcc make libc6-dev
RUN useradd --system app
COPY . /usr/src/prog
RUN cd /usr/src/prog && ./configure && make -j$(nproc) && make install
USER app
ENTRYPOINT ["prog"]
CMD ["--help"]
"""
    assert (
        runtime(text)
        == """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1
RUN useradd --system app
COPY --from=build /usr/local /usr/local
RUN ldconfig
USER app
ENTRYPOINT ["prog"]
CMD ["--help"]
"""
    )


def test_a_prefix_of_its_own_comes_over_alone() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y g++ cmake
COPY . /src
RUN cmake -S /src -B /src/out -DCMAKE_INSTALL_PREFIX=/opt/tool && cmake --build /src/out && cmake --install /src/out
CMD ["/opt/tool/bin/tool"]
"""
    made = runtime(text)
    assert "COPY --from=build /opt/tool /opt/tool\n" in made
    assert "/src" not in made


def test_go_goes_to_the_debian_release_its_image_stands_on() -> None:
    text = """\
FROM golang:1.22
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY *.go ./
RUN CGO_ENABLED=0 go build -o /usr/local/bin/server .
EXPOSE 8080
CMD ["server"]
"""
    assert (
        runtime(text)
        == """\
FROM debian:bookworm-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends ca-certificates \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=build /usr/local/bin/server /usr/local/bin/server
EXPOSE 8080
CMD ["server"]
"""
    )


def test_go_on_alpine_keeps_the_release_that_the_tag_names() -> None:
    text = """\
FROM golang:1.22-alpine3.19
WORKDIR /app
COPY . .
RUN go build -o app .
CMD ["./app"]
"""
    assert (
        runtime(text)
        == """\
FROM alpine:3.19
RUN apk add --no-cache ca-certificates tzdata
WORKDIR /app
COPY . .
COPY --from=build /app/app /app/app
CMD ["./app"]
"""
    )


def test_a_program_of_go_install_is_put_on_the_path() -> None:
    text = """\
FROM golang:1.22
RUN go install example.org/tool/cmd/tool@v1.2.3
ENTRYPOINT ["tool"]
"""
    assert "COPY --from=build /go/bin/tool /usr/local/bin/tool\n" in runtime(text)


def test_rust_brings_the_program_and_the_libraries_its_image_has_headers_of() -> None:
    text = """\
FROM rust:1.83
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
COPY src src
RUN cargo build --release
CMD ["./target/release/app"]
"""
    made = runtime(text)
    assert made.startswith("FROM debian:bookworm-slim\n")
    assert "ca-certificates libssl3 libcurl4 libpq5 libmariadb3 libsqlite3-0" in made
    assert made.endswith(
        'COPY --from=build /app/target/release/app /app/target/release/app\nCMD ["./target/release/app"]\n'
    )
    assert "src" not in made


def test_rust_on_slim_needs_certificates_only() -> None:
    text = 'FROM rust:1.83-slim-bookworm\nWORKDIR /a\nCOPY . .\nRUN cargo install --path .\nCMD ["app"]\n'
    made = runtime(text)
    assert "install -y --no-install-recommends ca-certificates \\\n" in made
    assert "COPY --from=build /usr/local/cargo/bin/app /usr/local/bin/app\n" in made


def test_a_rust_from_rustup_stays_behind() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y curl gcc libc6-dev
RUN curl https://sh.rustup.rs -sSf | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["/app/target/release/app"]
"""
    made = runtime(text)
    assert "rustup" not in made
    assert "RUN apt-get update && apt-get install -y curl\n" in made
    assert "COPY --from=build /app/target/release/app /app/target/release/app\n" in made


def test_a_go_from_an_archive_stays_behind() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y wget ca-certificates
RUN wget -qO- https://go.dev/dl/go1.22.1.linux-amd64.tar.gz | tar -C /usr/local -xz
ENV PATH=$PATH:/usr/local/go/bin
WORKDIR /app
COPY . .
RUN go build -o server
CMD ["./server"]
"""
    made = runtime(text)
    assert "/usr/local/go " not in made
    assert "COPY --from=build /app/server /app/server\n" in made


def test_maven_goes_to_the_java_runtime_of_its_version() -> None:
    text = """\
FROM maven:3.9-eclipse-temurin-17
WORKDIR /app
COPY pom.xml .
COPY src src
RUN mvn -q package
EXPOSE 8080
CMD ["java", "-Xmx1g", "-jar", "target/app.jar"]
"""
    assert (
        runtime(text)
        == """\
FROM eclipse-temurin:17-jre
WORKDIR /app
COPY --from=build /app/target /app/target
EXPOSE 8080
CMD ["java", "-Xmx1g", "-jar", "target/app.jar"]
"""
    )


def test_a_jar_with_everything_in_it_goes_over_alone() -> None:
    text = """\
FROM gradle:8.7-jdk21
WORKDIR /app
COPY . .
RUN gradle --no-daemon shadowJar
CMD ["java", "-jar", "build/libs/app-all.jar"]
"""
    made = runtime(text)
    assert made.startswith("FROM eclipse-temurin:21-jre\n")
    assert "COPY --from=build /app/build/libs/app-all.jar /app/build/libs/app-all.jar\n" in made


def test_a_jdk_of_the_distribution_leaves_its_runtime() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven
WORKDIR /app
COPY . .
RUN mvn -q package
CMD ["java", "-jar", "target/app.jar"]
"""
    assert (
        "RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless\n"
        in runtime(text)
    )


def test_dotnet_publishes_into_the_runtime_image_and_keeps_the_port() -> None:
    text = """\
FROM mcr.microsoft.com/dotnet/sdk:8.0
WORKDIR /src
COPY *.csproj .
RUN dotnet restore
COPY . .
RUN dotnet publish -c Release -o /out
WORKDIR /out
ENTRYPOINT ["dotnet", "app.dll"]
"""
    made = runtime(text)
    assert made.startswith("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_HTTP_PORTS=\n")
    assert "COPY --from=build /out /out\n" in made


def test_dotnet_with_a_port_of_its_own_needs_no_line_for_it() -> None:
    text = """\
FROM mcr.microsoft.com/dotnet/sdk:8.0
ENV ASPNETCORE_URLS=http://+:80
WORKDIR /src
COPY . .
RUN dotnet publish -o /out
ENTRYPOINT ["dotnet", "/out/app.dll"]
"""
    assert "ASPNETCORE_HTTP_PORTS" not in runtime(text)


def test_a_node_build_takes_its_folder_to_the_slim_image() -> None:
    text = """\
FROM node:20-bookworm
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
CMD ["node", "dist/index.js"]
"""
    made = runtime(text)
    assert made.startswith("FROM node:20-bookworm-slim\n")
    assert made.endswith('WORKDIR /app\nCOPY --from=build /app /app\nCMD ["node", "dist/index.js"]\n')


def test_native_node_modules_leave_the_compiler_behind() -> None:
    text = """\
FROM node:20-alpine
RUN apk add --no-cache python3 make g++
WORKDIR /app
COPY . .
RUN npm ci
CMD ["node", "index.js"]
"""
    assert (
        runtime(text)
        == """\
FROM node:20-alpine
RUN apk add --no-cache python3 libstdc++ libgomp
WORKDIR /app
COPY --from=build /app /app
CMD ["node", "index.js"]
"""
    )


def test_python_packages_that_compile_leave_the_compiler_behind() -> None:
    text = """\
FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["gunicorn", "app:app"]
"""
    made = runtime(text)
    assert made.startswith(
        "FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends libgomp1 libpq5 && rm"
    )
    for folder in ("lib/python3.12/site-packages", "bin", "share", "etc"):
        assert f"COPY --from=build /usr/local/{folder} /usr/local/{folder}\n" in made
    assert made.endswith('COPY . .\nCMD ["gunicorn", "app:app"]\n')


def test_a_virtual_environment_comes_over_as_a_whole() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv gcc libc6-dev python3-dev
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /tmp/
RUN pip install -r /tmp/requirements.txt
COPY app.py /
CMD ["python3", "/app.py"]
"""
    made = runtime(text)
    assert "--no-install-recommends python3 libgomp1\n" in made
    assert "COPY --from=build /opt/venv /opt/venv\n" in made
    assert "requirements" not in made
    assert "/usr/local" not in made


def test_fortran_keeps_its_library() -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y gfortran
COPY prog.f90 /
RUN gfortran -o /usr/local/bin/prog /prog.f90
CMD prog
"""
    assert "apt-get install -y libgfortran5\n" in runtime(text)


def test_alpine_gets_the_cpp_library_by_name() -> None:
    text = """\
FROM alpine:3.19
RUN apk add --no-cache g++
COPY main.cpp /
RUN g++ -o /main /main.cpp
CMD ["/main"]
"""
    assert (
        runtime(text)
        == 'FROM alpine:3.19\nRUN apk add --no-cache libstdc++\nCOPY --from=build /main /main\nCMD ["/main"]\n'
    )


def test_the_gcc_image_brings_its_own_newer_library() -> None:
    text = """\
FROM gcc:13-bookworm
WORKDIR /app
COPY main.cpp .
RUN g++ -o main main.cpp
CMD ["./main"]
"""
    assert (
        runtime(text)
        == """\
FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /app/main /app/main
COPY --from=build /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libgcc_s.so.1 /usr/local/lib/
RUN ldconfig
CMD ["./main"]
"""
    )


def test_a_program_in_c_needs_no_library_of_the_gcc_image() -> None:
    text = 'FROM gcc:13-bookworm\nWORKDIR /app\nCOPY main.c .\nRUN gcc -o main main.c -lm\nCMD ["./main"]\n'
    assert "lib64" not in runtime(text)


def test_a_parallel_program_of_the_gcc_image_brings_the_library_for_it() -> None:
    text = (
        'FROM gcc:13-bookworm\nWORKDIR /app\nCOPY main.c .\nRUN gcc -fopenmp -o main main.c\nCMD ["./main"]\n'
    )
    assert "COPY --from=build /usr/local/lib64/libgomp.so.1 /usr/local/lib/\nRUN ldconfig\n" in runtime(text)


def test_java_on_alpine_stays_on_alpine() -> None:
    text = """\
FROM maven:3.9-eclipse-temurin-17-alpine
WORKDIR /app
COPY . .
RUN mvn -q package
CMD ["java", "-jar", "target/app.jar"]
"""
    assert runtime(text).startswith("FROM eclipse-temurin:17-jre-alpine\n")
    assert runtime(
        text.replace("maven:3.9-eclipse-temurin-17-alpine", "eclipse-temurin:17-jdk-alpine-3.20").replace(
            "mvn", "./mvnw"
        )
    ).startswith("FROM eclipse-temurin:17-jre-alpine-3.20\n")


def test_gems_that_compile_leave_the_compiler_behind() -> None:
    text = """\
FROM ruby:3.3-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends build-essential libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .
CMD ["bundle", "exec", "ruby", "app.rb"]
"""
    made = runtime(text)
    assert "install -y --no-install-recommends libgomp1 libpq5 && rm" in made
    assert "COPY --from=build /usr/local/bundle /usr/local/bundle\n" in made
    assert "COPY --from=build /app /app\n" in made
    assert "COPY . .\nCMD" in made


def test_pascal_goes_over_alone_by_the_name_it_was_given_or_that_of_its_source() -> None:
    head = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y fp-compiler\nWORKDIR /work\nCOPY *.pas /work/\n"
    named = runtime(f'{head}RUN fpc -O2 -ohanoi main.pas\nCMD ["/work/hanoi"]\n')
    assert named.splitlines()[1:3] == ["WORKDIR /work", "COPY --from=build /work/hanoi /work/hanoi"]
    unnamed = runtime(f'{head}RUN fpc -O2 hanoi.pas\nCMD ["./hanoi"]\n')
    assert "COPY --from=build /work/hanoi /work/hanoi" in unnamed


def test_ocaml_as_native_code_goes_over_and_bytecode_needs_its_runtime() -> None:
    head = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y ocaml-nox ocaml-findlib\nWORKDIR /c\nCOPY . .\n"
    text = runtime(
        f'{head}RUN ocamlfind ocamlopt -package str -linkpkg -o calc calc.ml\nCMD ["./calc", "1"]\n'
    )
    assert "COPY --from=build /c/calc /c/calc" in text
    assert "ocaml" not in text
    assert "ocamlrun" in refused(f'{head}RUN ocamlc -o calc calc.ml\nCMD ["./calc"]\n')


def test_dune_brings_its_work_tree() -> None:
    text = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y ocaml-nox ocaml-dune\nWORKDIR /c\nCOPY . .\n"
    text += 'RUN dune build --release\nCMD ["./_build/default/bin/main.exe"]\n'
    assert "COPY --from=build /c /c" in runtime(text)


def test_an_extension_of_python_is_built_in_the_full_image_and_runs_in_the_slim_one() -> None:
    text = """\
FROM python:3.11
WORKDIR /app
RUN pip install cython
COPY setup.py primes.pyx ./
RUN python setup.py build_ext --inplace
COPY main.py .
CMD ["python", "main.py"]
"""
    made = runtime(text)
    assert made.startswith("FROM python:3.11-slim\n")
    assert "libpq5" in made
    assert "COPY --from=build /usr/local/lib/python3.11/site-packages" in made
    assert "COPY --from=build /app /app" in made
    assert made.endswith('COPY main.py .\nCMD ["python", "main.py"]\n')


def test_python_of_a_codename_keeps_it() -> None:
    text = 'FROM python:3.12.1-bookworm\nRUN pip install --no-binary :all: psycopg2\nCOPY a.py /\nCMD ["python", "/a.py"]\n'
    assert runtime(text).startswith("FROM python:3.12.1-slim-bookworm\n")


def test_packages_of_python_that_nothing_says_are_compiled_leave_the_image_as_it_is() -> None:
    for packages in (
        "flask",
        "-r /tmp/requirements.txt",
        "--find-links /wheels flask",
        "/wheels/*.whl",
        "./a.whl",
    ):
        assert split(parse(f'FROM python:3.11\nRUN pip install {packages}\nCMD ["flask", "run"]\n')) is None


def test_a_native_module_of_node_is_built_in_the_full_image() -> None:
    head = "FROM node:20-bookworm\nWORKDIR /app\nCOPY . .\n"
    for build in ("npm install --build-from-source", "npm ci && npx node-gyp rebuild", "npm rebuild"):
        made = runtime(f'{head}RUN {build}\nCMD ["node", "index.js"]\n')
        assert made.startswith("FROM node:20-bookworm-slim\n")
        assert "COPY --from=build /app /app" in made


def test_a_working_directory_below_the_gopath_of_the_image_is_written_out() -> None:
    text = """\
FROM golang:1.21
WORKDIR $GOPATH/src/example.com/rates
COPY . .
RUN go install ./...
CMD ["rates", "EUR"]
"""
    assert (
        runtime(text)
        == """\
FROM debian:bookworm-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends ca-certificates \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /go/src/example.com/rates
COPY . .
COPY --from=build /go/bin/rates /usr/local/bin/rates
CMD ["rates", "EUR"]
"""
    )
    assert "WORKDIR depends" in refused(text.replace("$GOPATH", "$HOME/go"))
    assert "WORKDIR depends" in refused(text.replace("WORKDIR", "ARG A\nENV GOPATH=$A\nWORKDIR", 1))


def test_a_project_that_pip_installs_from_its_folder_may_have_parts_to_compile() -> None:
    for project in (".", "/src", "./src[extra]", "-e .", "--no-cache-dir ."):
        text = (
            f'FROM python:3.11\nWORKDIR /src\nCOPY . /src\nRUN pip install {project}\nCMD ["levenshtein"]\n'
        )
        made = runtime(text)
        assert made.startswith("FROM python:3.11-slim\n")
        assert "COPY --from=build /usr/local/lib/python3.11/site-packages" in made


def test_ada_and_nim_go_over_alone() -> None:
    head = (
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gnat nim\nCOPY . /src\nWORKDIR /src\n"
    )
    for build, path in (
        ("gnatmake -O2 sieve.adb -o /usr/local/bin/sieve", "/usr/local/bin/sieve"),
        ("gnatmake sieve.adb", "/src/sieve"),
        ("nim c -d:release --out:sieve main.nim", "/src/sieve"),
        ("nim compile -d:release sieve.nim", "/src/sieve"),
    ):
        made = runtime(f'{head}RUN {build}\nCMD ["{path}"]\n')
        assert f"COPY --from=build {path} {path}" in made
        # What gnatmake makes is linked with it.
        assert "apt-get install -y libgnat-12" in made
        assert " gnat " not in made
    assert "install -y gnat\n" in runtime(
        head.replace("bookworm", "unknown") + 'RUN gnatmake sieve.adb\nCMD ["/src/sieve"]\n'
    )
    assert "nim may write anywhere" in refused(
        f'{head}RUN nim doc a.nim && gcc a.c\nCMD ["/src/a"]\n'
    ).replace("`", "")
