from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left, starts
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

REGISTRY = (
    "/usr/local/cargo/registry",
    "~/.cargo/registry",
    "$CARGO_HOME/registry",
    "${CARGO_HOME}/registry",
)
FILLS = ("build", "install", "fetch", "check", "test", "run", "update", "b")


@rule(
    code="DK327",
    summary="Registry of cargo stays in the image",
    why="""
        cargo keeps the index and the source of every crate that it downloads in `$CARGO_HOME/registry`. In a
        build stage that does no harm. In a stage that becomes the image it does: build in a stage of its own
        and copy the program, or remove the registry in the same RUN.
    """,
    severity=Severity.INFO,
    fix=unsafe("a `cargo` that is run in the container has to download the crates again", closure=True),
    source="https://doc.rust-lang.org/cargo/guide/cargo-home.html",
    bad=[
        Bad(
            "FROM rust:1.80\nRUN «cargo install» ripgrep\n",
            fixed="FROM rust:1.80\n"
            "RUN cargo install ripgrep && rm -rf /usr/local/cargo/registry /usr/local/cargo/git\n",
        ),
        Bad(
            "FROM debian:12\nENV CARGO_HOME=/opt/rust\nRUN «cargo install» ripgrep \\\n # and a finder\n"
            " && cargo install fd-find\n",
            fixed="FROM debian:12\nENV CARGO_HOME=/opt/rust\nRUN cargo install ripgrep \\\n # and a finder\n"
            " && cargo install fd-find \\\n && rm -rf /opt/rust/registry /opt/rust/git\n",
        ),
        Bad(
            "FROM rust:1.80\nRUN <<EOF\n«cargo build» --release\nEOF\n",
            fixed="FROM rust:1.80\nRUN <<EOF\n"
            "cargo build --release && rm -rf /usr/local/cargo/registry /usr/local/cargo/git\nEOF\n",
        ),
        Bad("FROM debian:12\nRUN «cargo build»\n"),
    ],
    good=[
        Good("FROM rust:1.80 AS build\nRUN cargo build --release\nFROM debian:12\n"),
        Good("FROM rust:1.80\nRUN cargo install ripgrep && rm -rf $CARGO_HOME/registry\n"),
        Good(
            "FROM rust:1.80\nRUN --mount=type=cache,target=/usr/local/cargo/registry cargo build --release\n"
        ),
        Good('FROM rust:1.80\nRUN cargo fetch\nCMD ["cargo", "test"]\n'),
    ],
)
def cargo_registry_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if starts(dockerfile, ("cargo",)):
        return
    for found in left(dockerfile, _fills, REGISTRY, _cleans):
        if any(m.type in ("cache", "tmpfs") and _holds_registry(m.target) for m in found.run.mounts):
            continue
        yield Finding(
            head(found.made[0]),
            "cargo's registry stays in this image; build in a stage of its own, or remove it in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("cargo",), FILLS) and not command.has("--version", "-V", "--help")


def _cleans(command: Command) -> bool:
    return command.name == "rm" and any(_holds_registry(shown(w)) for w in command.operands)


def _holds_registry(path: str) -> bool:
    return path.rstrip("/*").endswith(("/registry", "cargo", "CARGO_HOME", "CARGO_HOME}"))


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    home = found.run.state.variables.get("CARGO_HOME")
    stage = dockerfile.stages[found.run.stage or 0]
    image = (stage.root.image or "").partition("@")[0].partition(":")[0]
    if home is None and image in ("rust", "docker.io/library/rust", "docker.io/rust"):
        home = "/usr/local/cargo"
    if home is None or not home.startswith("/") or not home.strip("/") or any(c in home for c in " $*\"'"):
        return None
    title = "remove the registry in the same RUN"
    other = first_user(dockerfile, found.run, _fills)
    if other is not None:
        reason = f"the RUN in line {other.first_line} would download the crates again; merge the two"
        return Fix(title, (), Applicability.DISPLAY, reason)
    home = home.rstrip("/")
    return cleaned(dockerfile, found, f"rm -rf {home}/registry {home}/git", title)
