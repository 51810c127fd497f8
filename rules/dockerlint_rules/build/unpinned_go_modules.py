from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.pinning import listed
from dockerlint.shell.pins import REASON, pins, pins_of_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

MOVING = ("latest", "upgrade", "patch", "none", "master", "main", "HEAD", "")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: arguments of `go install` and `go get`, or the first one of each `go run`
    where a RUN has one, that are no path and end in `@latest`, `@none` or without an `@`."""
    from dockerlint.shell.as_hadolint import views

    if "go" not in dockerfile.source.text:
        return
    for run, seen in views(dockerfile):
        calls = seen.named("go")
        runs = [call for call in calls if call.has_argument("run")]
        for call in runs or calls:
            if runs:
                words = [word for word in call.plain() if word != "run"][:1]
            elif call.has_argument("install", "get"):
                words = [word for word in call.plain() if word not in ("install", "get", "tool")]
            else:
                continue
            if not all(_passes(word) for word in words):
                fix = pins_of_call(dockerfile, run, call, "go", _is_free)
                yield Finding(call.command.name_word.span, "pin the module: go install module@version", fix)


def _passes(word: str) -> bool:
    if word.startswith(("/", ".")):
        return True
    return "@" in word and word.partition("@")[2] not in ("latest", "none")


@rule(
    code="DL3062",
    summary="`go install` of a module without a version",
    why="""
        Without a version, or with `@latest`, Go takes whatever was tagged last: two builds of one file differ,
        and nothing keeps a hijacked release out. `@v1.2.3` names one, and its checksum is verified.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://go.dev/ref/mod#go-install",
    bad=[
        Bad("FROM golang:1.23\nRUN go install «example.org/tool@latest»\n"),
        Bad(
            "FROM golang:1.23\nRUN cd /src && \\\n  /usr/local/go/bin/go get -u «example.org/a» example.org/b@v1\n"
        ),
        Bad("FROM golang:1.23\nRUN go run -race «example.org/gen@master» example.org/arg\n"),
        Bad(
            "FROM golang:1.23\nRUN go install «example.org/a/cmd/tool@latest» && go install «example.org/b@main»\n",
            fixed="FROM golang:1.23\nRUN go install example.org/a/cmd/tool@v1.2.3 && go install example.org/b@main\n",
            versions={"go example.org/a/cmd/tool": "v1.2.3"},
        ),
    ],
    good=[
        Good("FROM golang:1.23\nRUN go install example.org/tool@v1.2.3 ./cmd/... .\n"),
        Good("FROM golang:1.23\nARG V\nRUN go install example.org/tool@$V && go install -tags x std\n"),
        Good("FROM golang:1.23\nRUN go run main.go example.org && go run ./gen\n"),
        Good("FROM golang:1.23\nRUN go get && go build example.org/tool && go install -v cmd/vet $TOOLS\n"),
    ],
)
def unpinned_go_modules(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("go"):
                yield from _of(dockerfile, run, script, command)


def _of(dockerfile: Dockerfile, run: Run, script: Script, command: Command) -> Iterator[Finding]:
    if command.subcommand not in ("install", "get", "run"):
        return
    words = command.operands[:1] if command.subcommand == "run" else command.operands
    for word in words:
        text = word.text.strip('"')
        path, _, version = text.partition("@")
        if version not in MOVING or not _is_remote(path):
            continue
        fix = pins(dockerfile, run, script, "go", [word])
        yield Finding(word.span, f"no version for {listed([path])}; name one with @v1.2.3", fix)


def _is_free(word: str) -> bool:
    path, _, version = word.partition("@")
    return version in MOVING and _is_remote(path)


def _is_remote(path: str) -> bool:
    """Whether a package path begins with a host, as only those of modules elsewhere do."""
    host, slash, _ = path.partition("/")
    return bool(slash) and "." in host.strip(".") and not path.startswith((".", "/", "$"))
