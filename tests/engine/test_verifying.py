"""`dockerlint verify` with real builds: what is proven, what is caught, what is said of what cannot be told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dockerlint.cli import main
from dockerlint.engine import Engine
from engines import Workplace

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hello"


class Verifier:
    """Runs the command with one engine, in a folder of its own."""

    def __init__(
        self, workplace: Workplace, engine: Engine, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.workplace, self.engine, self.folder, self._capsys = workplace, engine, folder, capsys

    def file(self, text: str, name: str = "Dockerfile") -> str:
        """A Dockerfile with the bases of this machine."""
        for kind in ("debian-slim", "debian", "busybox"):
            if f"«{kind}»" in text:
                text = text.replace(f"«{kind}»", self.workplace.base(self.engine, kind))
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def __call__(self, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the document."""
        self._capsys.readouterr()
        code = main(["verify", "--isolated", "--format", "json", *words])
        out, errors = self._capsys.readouterr()
        assert "bug in dockerlint" not in errors
        return code, json.loads(out)


@pytest.fixture(params=["buildah", "docker"])
def verify(
    request: pytest.FixtureRequest,
    workplace: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Verifier:
    engine = workplace.engine(request.param)
    monkeypatch.setattr("dockerlint.verify_command.engine_of", lambda *_: engine)
    return Verifier(workplace, engine, tmp_path, capsys)


def refused(document: dict[str, Any]) -> list[dict[str, str]]:
    return [row for row in document["differences"] if not row["allowed"]]


def test_two_layers_and_one_are_proven(verify: Verifier) -> None:
    one = verify.file('FROM «busybox»\nRUN echo a > /a\nRUN echo b > /b\nCMD ["cat", "/a"]\n', "one")
    two = verify.file('FROM «busybox»\nRUN echo a > /a && echo b > /b\nCMD ["cat", "/a"]\n', "two")
    code, document = verify(one, two, "--smoke", "cat /a /b")
    assert (code, refused(document), document["unproven"]) == (0, [], [])
    assert "smoke command: cat /a /b" in document["checked"]


def test_a_smoke_command_that_does_otherwise_is_caught(verify: Verifier) -> None:
    one = verify.file("FROM «busybox»\nRUN mkdir -p /var/log && echo a > /var/log/a\n", "one")
    two = verify.file("FROM «busybox»\nRUN mkdir -p /var/log && echo b > /var/log/a\n", "two")
    assert verify(one, two)[0] == 0
    code, document = verify(one, two, "--smoke", "cat /var/log/a")
    assert (code, document["verdict"]) == (1, "differs")
    assert "its output differs from line 1: 'a' -> 'b'" in refused(document)[0]["text"]
    code, document = verify(one, two, "--smoke", "cat /var/log/a", "--smoke-exit-only")
    assert (code, document["verdict"]) == (0, "proven with listed differences")


def test_what_is_not_reproducible_is_excused_when_a_second_build_shows_it(verify: Verifier) -> None:
    stamp = "head -c 9 /dev/urandom > /stamp"
    one = verify.file(f"FROM «busybox»\nRUN {stamp}\n", "one")
    two = verify.file(f"FROM «busybox»\nRUN {stamp} && true\n", "two")
    assert verify(one, two)[1]["verdict"] == "differs"
    code, document = verify(one, two, "--twice")
    assert (code, document["verdict"]) == (0, "proven with listed differences")
    assert document["differences"][0]["where"] == "/stamp"


def test_a_file_that_cannot_be_built_is_no_proof(verify: Verifier) -> None:
    one = verify.file("FROM «busybox»\n", "one")
    code, document = verify(one, verify.file("FROM «busybox»\nRUN false\n", "two"))
    assert (code, document["verdict"]) == (1, "could not build")


def test_an_image_that_the_engine_holds_is_compared_by_name(verify: Verifier) -> None:
    name = verify.workplace.base(verify.engine, "busybox")
    one = verify.file("FROM «busybox»\nRUN touch /a\n", "one")
    code, document = verify(f"image:{name}", one)
    assert code == 1
    assert [row["where"] for row in refused(document)] == ["/a"]
    code, document = verify(f"image:{name}", "image:localhost/not-there:1")
    assert document["verdict"] == "could not build"


@pytest.mark.slow
def test_package_lists_may_go_and_nothing_else_does(verify: Verifier) -> None:
    path = verify.file(
        "FROM «debian-slim»\nRUN apt-get update && apt-get install -y --no-install-recommends jq\n"
    )
    code, document = verify(path, "--select", "apt-lists-left")
    assert (code, refused(document), document["unproven"]) == (0, [], [])
    assert document["fixed"] == {"apt-lists-left": 1}
    by_rule = [row for row in document["differences"] if row["allowed"] == "a rule that was applied says so"]
    assert by_rule
    assert all(row["where"].startswith("/var/lib/apt/lists") for row in by_rule)


@pytest.mark.slow
def test_a_copied_program_that_lacks_a_library_is_caught_with_its_package(verify: Verifier) -> None:
    build = "FROM «debian-slim»{0}\nRUN apt-get update && apt-get install -y --no-install-recommends jq\n"
    one = verify.file(build.format("") + 'ENTRYPOINT ["jq"]\nCMD ["--version"]\n', "one")
    copies = "FROM «debian-slim»\nCOPY --from=build /usr/bin/jq /usr/bin/\n"
    copies += "COPY --from=build /usr/lib/x86_64-linux-gnu/libjq.so.1 /usr/lib/x86_64-linux-gnu/\n"
    end = 'ENTRYPOINT ["jq"]\nCMD ["--version"]\n'
    two = verify.file(build.format(" AS build") + copies + end, "two")
    code, document = verify(one, two, "--closure")
    assert (code, document["verdict"]) == (1, "differs")
    text = next(row["text"] for row in refused(document) if row["kind"] == "need")
    assert "libonig.so.5 is not there" in text
    assert "the package libonig5 (apt) brings it" in text
    copies += "COPY --from=build /usr/lib/x86_64-linux-gnu/libonig.so.5 /usr/lib/x86_64-linux-gnu/\n"
    whole = verify.file(build.format(" AS build") + copies + end, "three")
    code, document = verify(one, whole, "--closure", "--smoke", "echo '{}' | jq .")
    assert (code, refused(document)) == (0, []), document


@pytest.mark.slow
def test_the_split_of_the_example_is_proven(verify: Verifier) -> None:
    shutil.copy(EXAMPLE / "main.cpp", verify.folder)
    text = (EXAMPLE / "Dockerfile").read_text().replace("ubuntu:20.04", "«debian»")
    code, document = verify(verify.file(text), "--unsafe", "--smoke", "./hello")
    assert (code, document["verdict"]) == (0, "proven with listed differences"), document
    assert "missing-multi-stage-split" in document["fixed"]
    assert document["unproven"] == []
    assert not any("not told by files" in (row["allowed"] or "") for row in document["differences"])
