from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left, program, starts
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.cache/go-build", "/go/pkg/mod", "/go/pkg", "~/go/pkg/mod", "$GOPATH/pkg/mod", "$GOPATH/pkg")
FILLS = (
    "build",
    "install",
    "get",
    "mod",
    "mod download",
    "mod tidy",
    "mod vendor",
    "test",
    "run",
    "vet",
    "generate",
)
# The release that brought the module cache, and -modcache to clean it.
MODULES = (1, 11)
# Systems whose own Go is older than that.
OLD = (
    "ubuntu:14.04", "ubuntu:trusty", "ubuntu:16.04", "ubuntu:xenial", "ubuntu:18.04", "ubuntu:bionic", "debian:8",
    "debian:jessie", "debian:9", "debian:stretch",
)  # fmt: skip


@rule(
    code="DK326",
    summary="Build and module cache of Go stays in the image",
    why="""
        The Go command keeps every object that it compiles and the source of every module that it downloads,
        often ten times the size of the program. In a build stage that does no harm. In a stage that becomes
        the image it does: build in a stage of its own and copy the program, or clean in the same RUN.
    """,
    severity=Severity.INFO,
    fix=unsafe("a `go` that is run in the container has to download the modules again", closure=True),
    source="https://pkg.go.dev/cmd/go#hdr-Remove_object_files_and_cached_files",
    bad=[
        Bad(
            "FROM golang:1.23\nCOPY . .\nRUN «go build» -o /app .\n",
            fixed="FROM golang:1.23\nCOPY . .\nRUN go build -o /app . && go clean -cache -modcache\n",
        ),
        Bad(
            "FROM golang:1.23\nRUN «go install» example.org/a@v1.0.0 \\\n    # and the other one\n"
            "    && go install example.org/b@v1.0.0\n",
            fixed="FROM golang:1.23\nRUN go install example.org/a@v1.0.0 \\\n    # and the other one\n"
            "    && go install example.org/b@v1.0.0 \\\n    && go clean -cache -modcache\n",
        ),
        Bad(
            "FROM golang:1.23\nRUN <<EOF\nset -e\n«go build» -o /app .\nEOF\n",
            fixed="FROM golang:1.23\nRUN <<EOF\nset -e\ngo build -o /app .\ngo clean -cache -modcache\nEOF\n",
        ),
        Bad("FROM golang:1.23\nRUN «go mod download»\nRUN go build -o /app . && go clean -modcache\n"),
    ],
    good=[
        Good(
            "FROM golang:1.23 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n"
        ),
        Good("FROM golang:1.23\nRUN go build -o /app . && go clean -cache -modcache\n"),
        Good("FROM golang:1.23\nRUN go build -o /app . && rm -rf /go/pkg ~/.cache\n"),
        Good("FROM golang:1.23\nRUN --mount=type=cache,target=/root/.cache/go-build go build -o /app .\n"),
        Good("FROM golang:1.9\nRUN go get example.org/a\n"),
        Good('FROM golang:1.23\nRUN go mod download\nCMD ["go", "test"]\n'),
    ],
)
def go_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if starts(dockerfile, ("go", "air", "gin", "reflex", "dlv", "CompileDaemon")):
        return
    for found in left(dockerfile, _fills, CACHE, _cleans):
        if _version(dockerfile.stages[found.run.stage or 0].root.image or "") < MODULES:
            continue
        yield Finding(
            head(found.made[0]),
            "Go's build and module cache stay in this image; build in a stage of its own, or run"
            " `go clean -cache -modcache` in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("go",), FILLS)


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name == "go" and words[:1] == ["clean"] and ("-modcache" in words or "-cache" in words)


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None:
        return None
    title = "clean Go's caches in the same RUN"
    fix = cleaned(dockerfile, found, f"{name} clean -cache -modcache", title, "go")
    image = dockerfile.stages[found.run.stage or 0].root.image or ""
    if fix is None or image.startswith(OLD):
        return None
    other = first_user(dockerfile, found.run, _fills)
    if other is not None:
        reason = f"the RUN in line {other.first_line} would download the modules again; merge the two"
        return Fix(title, (), Applicability.DISPLAY, reason)
    return fix


def _version(image: str) -> tuple[int, ...]:
    """The release in `golang:1.23-alpine`; a late one where the image does not tell."""
    name, _, tag = image.partition("@")[0].rpartition(":")
    numbers = tag.partition("-")[0].split(".")[:2]
    if not name.endswith("golang") or not all(n.isdigit() for n in numbers):
        return (99,)
    return tuple(int(n) for n in numbers)
