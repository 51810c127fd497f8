"""Why a build failed, in our words: from what buildah, podman and BuildKit say, with what to do and where.

`Heard` listens to a build; `explain` says what its last words mean. Both know the words of buildah 1.28,
podman 4.3, Docker 20.10, 26 and 28.
"""

from __future__ import annotations

import re

from dockerlint.frozen import record
from dockerlint.model import Add, Copy, Run, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction, Stage

# `[1/2] STEP 3/4: RUN x`, and `STEP 3/4: RUN x` where there is one stage.
_STEP = re.compile(r"(?:\[(\d+)/\d+\] )?STEP (\d+)/\d+: (\S+)")
# `#5 [build 3/4] RUN x`, `#5 [stage-1 3/4] RUN x`, `#5 [3/4] RUN x`.
_VERTEX = re.compile(r"(#\d+) \[(?:(\S+) +)?(\d+)/\d+\] (\S+)")
_ERROR = re.compile(r"(#\d+) ERROR: ")
# Newer BuildKit shows the place in the file.
_SHOWN = re.compile(r"^Dockerfile:(\d+)\n-{20}$", re.MULTILINE)


@record
class Explanation:
    """What was wrong, what to do about it (may be empty), and the line of the file, None when it is not known."""

    text: str
    hint: str = ""
    line: int | None = None


class Heard:
    """What a build has said so far that tells where it is."""

    def __init__(self) -> None:
        self._step: tuple[str, int, str] | None = None
        self._vertices: dict[str, tuple[str, int, str]] = {}

    def line(self, text: str) -> None:
        """Hear one line of the engine."""
        step = _STEP.match(text)
        if step is not None:
            self._step = (step[1] or "", int(step[2]), step[3])
            return
        vertex = _VERTEX.match(text)
        if vertex is not None:
            self._vertices[vertex[1]] = (vertex[2] or "", int(vertex[3]), vertex[4])
            return
        error = _ERROR.match(text)
        if error is not None:
            self._step = self._vertices.get(error[1], self._step)

    def instruction(self, dockerfile: Dockerfile, target: str | None) -> Instruction | None:
        """The instruction that was being built; None when nothing tells, or the file says something else there."""
        if self._step is None or not dockerfile.stages:
            return None
        name, number, keyword = self._step
        found = None
        if self._vertices:
            stages = [s for s in dockerfile.stages if name in (s.name, f"stage-{s.index}")]
            if not name:
                stages = [s for s in dockerfile.stages if target and target.lower() in (s.name, str(s.index))]
                stages = stages or [dockerfile.stages[-1]]
            # BuildKit counts what makes a layer, and the FROM of an image.
            for stage in stages:
                steps: list[Instruction] = [stage.start]
                if stage.image == "scratch" or stage.base is not None:
                    steps.clear()
                steps += stage.of(Run, Copy, Add, Workdir)
                found = steps[number - 1] if number <= len(steps) else found
        else:
            index = int(name) - 1 if name else 0
            if index < len(dockerfile.stages):
                stage = dockerfile.stages[index]
                steps = [stage.start, *stage.instructions]
                found = steps[number - 1] if number <= len(steps) else None
        return found if found is not None and found.keyword.name == keyword.upper() else None


def explain(
    engine: str, tail: tuple[str, ...], heard: Heard, dockerfile: Dockerfile, target: str | None
) -> Explanation | None:
    """What the last lines of a failed build mean; None when they are not known."""
    text = "\n".join(tail)
    at = heard.instruction(dockerfile, target)
    shown = _SHOWN.search(text)
    line = int(shown[1]) if shown is not None else at.first_line if at is not None else None
    for found in (
        full(engine, text), _machine(text), _base(engine, text, dockerfile), _ungiven(engine, text), _context(text), _run(text),
    ):  # fmt: skip
        if found is not None:
            return found if found.line is not None else Explanation(found.text, found.hint, line)
    return None


# buildah does not say why it could not write a layer below TMPDIR.
_FULL = re.compile(
    r"no space left on device|disk quota exceeded|storing layer \S+ to file: io: read/write on closed pipe",
    re.IGNORECASE,
)


def full(engine: str, text: str) -> Explanation | None:
    """What to do when an engine says that the disk is full, its own or that of temporary files; None when it does not."""
    if not _FULL.search(text):
        return None
    free = {"docker": "docker builder prune and docker image prune", "podman": "podman image prune"}
    return Explanation(
        "the disk is full",
        f"free some of it ({free.get(engine, 'buildah rmi --prune')}), or set TMPDIR to a larger one if it is that",
    )


def _machine(text: str) -> Explanation | None:
    if re.search(
        r"Cannot connect to the Docker daemon|error reading from server: EOF|transport is closing|unexpected EOF"
        r"|code = Unavailable|connection error: desc|failed to (?:dial|list workers|get status)|error during connect|> \[internal\] waiting for connection:",
        text,
    ):
        return Explanation(
            "the engine went away, or cannot be reached", "see that it runs, look at its log, and run again"
        )
    if re.search(r"^goroutine \d+ \[", text, re.MULTILINE):
        return Explanation(
            "the engine crashed, which is a fault of its own",
            "another version of it, or another one with --engine, may do better",
        )
    return None


_REFERENCE = re.compile(
    r"load metadata for (\S+?):?$|source docker://(\S+?): |resolve source metadata for (\S+?): |Trying to pull (\S+?)\.\.\.$",
    re.MULTILINE,
)
_UNREACHED = re.compile(
    r"dial tcp|no such host|connection refused|i/o timeout|TLS handshake|x509:|network is unreachable|Client\.Timeout"
)
_NO_BASE = re.compile(
    r"(#\d+) \[internal\] load metadata for .*\n(?:.*\n)*?\1 ERROR: |resolve source metadata|creating build container: |pull access denied"
    r"|manifest unknown|short-name .* did not resolve|error creating build container"
)


def _base(engine: str, text: str, dockerfile: Dockerfile) -> Explanation | None:
    if not _NO_BASE.search(text):
        return None
    names = [name for match in _REFERENCE.finditer(text) for name in match.groups() if name]
    short = re.search(r'short-name "([^"]+)" did not resolve', text)
    name = short[1] if short else names[-1] if names else ""
    stage = _stage(dockerfile, name)
    shown = (stage.image if stage is not None else name) or "that the file names"
    line = stage.start.first_line if stage is not None else None
    if _UNREACHED.search(text):
        other = f"--build-context {shown}=docker-image://OTHER"
        return Explanation(
            f"the base image {shown} is not here, and its registry cannot be reached",
            f"load it first ({engine} load or {engine} pull), or let another stand in: {other}",
            line,
        )
    return Explanation(
        f"the base image {shown} does not exist, or may not be had",
        f"check its name and tag; if it is private, log in first: {engine} login",
        line,
    )


def _stage(dockerfile: Dockerfile, name: str) -> Stage | None:
    """The stage that begins with an image, as the engine writes its name."""
    whole = _bare(name)
    for stage in dockerfile.stages:
        if stage.image is not None and _bare(stage.image) == whole:
            return stage
    return None


def _bare(name: str) -> str:
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


# Whole lines of the engine: a command in RUN may say much the same of secrets of its own.
_SECRET = re.compile(
    r"^Error: .*secret required but no secret with id (\S+) found$"
    r"|^(?:#\d+ ERROR: |ERROR: )?(?:failed to solve: )?secret (\S+?)(?: not found)?: not found$",
    re.MULTILINE,
)
_SSH = re.compile(
    r"^Error: .*ssh required but no ssh with id (\S+) found$"
    r'|^(?:#\d+ ERROR: |ERROR: )?(?:failed to solve: )?(?:rpc error: .*)?(?:no SSH key "([^"]*)" forwarded from the client'
    r"|unset ssh forward key (\S+))$",
    re.MULTILINE,
)


def _ungiven(engine: str, text: str) -> Explanation | None:
    """What a mount asks for and the build was not given."""
    secret = _SECRET.search(text)
    if secret is not None:
        name = next(filter(None, secret.groups()))
        return Explanation(
            f"the secret {name} is required, and not given", f"give it: --secret id={name},src=FILE"
        )
    keys = _SSH.search(text)
    if keys is not None:
        name = next(filter(None, keys.groups()), "default")
        give = "--ssh default" if name == "default" else f"--ssh {name}=PATH"
        return Explanation(f"ssh keys ({name}) are required, and not given", f"give them: {give}")
    if "ssh should have syntax" in text:
        return Explanation(
            f"this {engine} does not know an option of an ssh mount",
            "write required=true where it says required",
        )
    return None


def _context(text: str) -> Explanation | None:
    denied = re.search(
        r"(?:error from sender|checking on sources|walking|copier|context).*?(?:open|lstat|stat) \"?([^\s\":]+)\"?: permission denied",
        text,
    )
    if denied is not None:
        return Explanation(
            f"{denied[1]} in the context cannot be read", "make it readable, or name it in the .dockerignore"
        )
    absent = re.search(
        r'copier: stat: "([^"]+)": no such file|"([^"]+)" not found|"([^"]+)": not found', text
    )
    absent = absent or re.search(r"(?:no items matching|no matches found for) glob \"?([^\s\"]+)", text)
    if absent is not None:
        name = next(group for group in absent.groups() if group).lstrip("/")
        return Explanation(
            f"{name} is not in the context, or its .dockerignore leaves it out",
            "check the path, --context and the .dockerignore; dockerlint context shows what a build takes",
        )
    return None


_EXIT = re.compile(
    r"did not complete successfully: exit code: (\d+)|executor failed running .*exit code: (\d+)"
    r"|building at STEP \"RUN.*: exit status (\d+)|while running runtime: exit status (\d+)"
)
_NO_NETWORK = re.compile(
    r"bad address|could ?n[o']t resolve|temporary failure (?:in name resolution|resolving)|network is unreachable"
    r"|name or service not known|getaddrinfo|could not connect to|name does not resolve|ENOTFOUND|EAI_AGAIN"
    r"|NewConnectionError|no route to host",
    re.IGNORECASE,
)


def _run(text: str) -> Explanation | None:
    ended = _EXIT.search(text)
    if ended is None:
        return None
    code = next(group for group in ended.groups() if group)
    if re.search(r"(?:exec: \"|fork/exec )/bin/(?:sh|bash)\"?.*no such file", text):
        return Explanation(
            "the image has no shell to run it",
            'write RUN as a list (["program", "argument"]), or take another base',
        )
    if _NO_NETWORK.search(text):
        return Explanation(
            "a command in RUN could not reach the network",
            "see that the machine has one; --network host lends it, --build-arg HTTP_PROXY=… goes through a proxy",
        )
    if code == "137" or "exited on killed" in text:
        return Explanation(
            "a command in RUN was killed, most often for want of memory",
            "give the engine more memory, or build less at once",
        )
    if code == "127":
        return Explanation(
            "a command in RUN was not found in the image", "install it first, or check its name"
        )
    return Explanation(f"RUN failed with exit code {code}", "its last lines are above")


def failing_lines(tail: tuple[str, ...]) -> Iterator[str]:
    """The last lines of a build without what the engine repeats of itself."""
    for line in tail:
        if not re.match(r"#\d+ sha256:|subprocess exited with status|#\d+ (?:DONE|CACHED)", line):
            yield line
