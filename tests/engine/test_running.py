"""Images run for real: what a container gives, to the byte, and that nothing of it stays."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockerlint.engine import Build, Engine, EngineError, Ran
from dockerlint.engine.container import beginning
from dockerlint.engine.session import Session
from engines import Workplace, hears_interrupts, running

pytestmark = pytest.mark.engine

TEXT = """\
FROM {base} AS plain
ENV WORD="b c"
WORKDIR /w
USER nobody
FROM plain AS own
ENTRYPOINT ["/bin/sh", "-c", "echo $0 \\"$@\\"", "one"]
CMD ["two  words", "three"]
FROM scratch AS shellless
COPY --from=plain /bin/busybox /echo
"""


class Images:
    """One image for each target, built once."""

    def __init__(self, session: Session, base: str, context: Path) -> None:
        self.engine = session.engine
        text = TEXT.format(base=base).encode()
        names = ("plain", "own", "shellless")
        self.tags = {name: session.build(Build(text, str(context), target=name)).tag for name in names}

    def run(
        self, name: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        return self.engine.run(self.tags[name], command, stdin, seconds)


@pytest.fixture(scope="module")
def made(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Images]]:
    images: dict[str, Images] = {}
    sessions: list[Session] = []

    class Lazy(dict[str, Images]):
        def __missing__(self, name: str) -> Images:
            engine = workplace.engine(name)
            session = Session(engine)
            session.__enter__()
            sessions.append(session)
            self[name] = Images(
                session, workplace.base(engine, "busybox"), tmp_path_factory.mktemp("context")
            )
            return self[name]

    images = Lazy()
    yield images
    for session in reversed(sessions):
        session.__exit__(None, None, None)


@pytest.fixture
def images(engine: Engine, made: dict[str, Images]) -> Images:
    return made[engine.name]


def containers(images: Images, workplace: Workplace) -> str:
    """The names of the containers that the engine holds of these images."""
    engine = images.engine
    listing = {
        "docker": ["docker", "ps", "-a", "--format", "{{.Names}}"],
        "podman": ["podman", "ps", "-a", "--format", "{{.Names}}"],
        "buildah": ["buildah", "containers", "--format", "{{.ContainerName}}"],
    }[engine.name]
    said = subprocess.run(listing, env=workplace.env, capture_output=True, text=True, check=True).stdout
    ours = tuple(map(beginning, images.tags.values()))
    return "".join(line for line in said.splitlines(True) if line.startswith(ours))


def test_output_and_errors_are_kept_apart_and_exact(
    images: Images, engine: Engine, workplace: Workplace
) -> None:
    ran = images.run(
        "plain", "printf 'a\\0\\377\\r\\nb'; printf 'Error: exit status 7' >&2; cat; exit 7", b"in\0put\xff"
    )
    assert (ran.code, ran.timed_out) == (7, False)
    assert ran.out == b"a\0\xff\r\nbin\0put\xff"
    assert ran.err == b"Error: exit status 7"
    assert not containers(images, workplace)


def test_an_output_that_ends_in_the_engines_own_words_stays_whole(images: Images) -> None:
    words = "Error: while running runtime: exit status 3"
    ran = images.run("plain", f"echo '{words}' >&2; exit 3")
    assert (ran.code, ran.err) == (3, f"{words}\n".encode())


def test_much_output_comes_whole(images: Images) -> None:
    ran = images.run("plain", "head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2")
    assert (ran.code, len(ran.out), len(ran.err)) == (0, 3_000_000, 2_000_000)


def test_the_container_is_what_the_config_says(images: Images) -> None:
    ran = images.run("plain", "echo $WORD; pwd; id -u")
    assert ran.out == b"b c\n/w\n65534\n"


def test_the_own_command_is_run_when_none_is_given(images: Images) -> None:
    ran = images.run("own", None)
    assert (ran.code, ran.out, ran.err) == (0, b"one two  words three\n", b"")


def test_a_command_takes_the_place_of_entry_point_and_command(images: Images) -> None:
    assert images.run("own", "echo hello").out == b"hello\n"
    assert images.run("own", ("/bin/echo", "a b", "$WORD")).out == b"a b $WORD\n"


def test_without_a_shell_the_words_are_run(images: Images) -> None:
    assert images.run("shellless", "/echo 'a  b' $c").out == b"a  b $c\n"


def test_words_that_cannot_be_told_are_refused(images: Images) -> None:
    with pytest.raises(EngineError, match="no /bin/sh"):
        images.run("shellless", "/echo 'a")


def test_an_image_without_a_command_is_refused(images: Images) -> None:
    with pytest.raises(EngineError):
        images.run("shellless", None)


def test_a_program_that_is_not_there_is_127(images: Images) -> None:
    ran = images.run("plain", ("no-such-program", "x"))
    assert ran.code == 127
    assert b"no-such-program" in ran.err


def test_a_file_that_is_no_program_is_126(images: Images) -> None:
    assert images.run("plain", ("/etc/passwd",)).code == 126


def test_a_signal_is_told_in_the_code(images: Images) -> None:
    assert images.run("plain", "sh -c 'kill -9 $$'; exit $?").code == 137


def test_there_is_no_network(images: Images) -> None:
    # `ip` is in busybox; loopback is all that is there.
    links = images.run("plain", "ls /sys/class/net").out.split()
    assert links in ([b"lo"], [])


def test_who_does_not_read_its_input_is_not_waited_for(images: Images) -> None:
    assert images.run("plain", "true", b"x" * 1_000_000).code == 0


def test_a_container_that_runs_too_long_is_ended_and_removed(
    images: Images, engine: Engine, workplace: Workplace
) -> None:
    seconds = str(10_000 + secrets.randbelow(80_000))
    ran = images.run(
        "plain", f"trap '' INT TERM; echo started; sleep {seconds}; sleep {seconds}", seconds=2.0
    )
    assert (ran.code, ran.timed_out, ran.out) == (124, True, b"started\n")
    assert not containers(images, workplace)
    assert f"sleep {seconds}" not in running("sleep")


INTERRUPTED = """
import sys
from dockerlint.engine import detect

tag, name, seconds = sys.argv[1:]
engine = detect(name)
print("ready", flush=True)
try:
    engine.run(tag, f"trap '' INT TERM; sleep {seconds}; sleep {seconds}")
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_an_interrupt_ends_and_removes_it(images: Images, engine: Engine, workplace: Workplace) -> None:
    seconds = str(10_000 + secrets.randbelow(80_000))
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, images.tags["plain"], engine.name, seconds],
        preexec_fn=hears_interrupts,  # noqa: PLW1509 (no threads here)
        env=workplace.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    for _ in range(300):
        if f"sleep {seconds}" in running("sleep"):
            break
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert not containers(images, workplace)
    assert f"sleep {seconds}" not in running("sleep")
