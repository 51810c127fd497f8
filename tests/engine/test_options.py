"""What a build is given besides its text: secrets, variables, hosts and limits, with every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.engine import Build, BuildFailed, Engine
from dockerlint.engine.secret import Secret
from dockerlint.engine.session import Session
from dockerlint.image import merged, read
from engines import Workplace

pytestmark = pytest.mark.engine
WORD = "correct-horse-battery"


def test_a_secret_is_there_for_its_command_and_never_shown(
    engine: Engine, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = workplace.base(engine, "busybox")
    (tmp_path / "secret").write_text(f"{WORD}\n")
    monkeypatch.setenv("DOCKERLINT_TEST_TOKEN", f"{WORD}-too")
    secrets = (Secret("file", str(tmp_path / "secret")), Secret("variable", "", "DOCKERLINT_TEST_TOKEN"))
    text = (
        f"FROM {base}\n"
        "RUN --mount=type=secret,id=file --mount=type=secret,id=variable \\\n"
        "    wc -c /run/secrets/file /run/secrets/variable > /sizes; cat /run/secrets/*; echo; exit $CODE\n"
    )
    context = tmp_path / "context"
    context.mkdir()
    lines: list[str] = []
    with Session(engine) as session:
        bad = text.replace("$CODE", "3").encode()
        with pytest.raises(BuildFailed) as raised:
            session.build(Build(bad, str(context), secrets=secrets), lines.append)
        good = text.replace("$CODE", "0").encode()
        built = session.build(Build(good, str(context), secrets=secrets), lines.append)
        image = read(session.save(built))
    assert merged(image.layers)["sizes"].size > 0
    said = "\n".join((*lines, *raised.value.tail))
    assert "***" in said
    assert WORD not in said


def test_hosts_limits_and_memory_are_those_that_were_asked_for(
    engine: Engine, workplace: Workplace, tmp_path: Path
) -> None:
    base = workplace.base(engine, "busybox")
    script = 'echo "host $(grep -c 10.1.2.3 /etc/hosts) files $(ulimit -n) arg $ONE"'
    text = f"FROM {base}\nARG ONE\nRUN {script}\n"
    options = ("--add-host=elsewhere:10.1.2.3", "--ulimit=nofile=512:512", "--shm-size=32m")
    lines: list[str] = []
    with Session(engine) as session:
        build = Build(
            text.encode(),
            str(tmp_path),
            build_args={"ONE": "1"},
            platform="linux/amd64",
            options=options,
            no_cache=True,
        )
        session.build(build, lines.append)
    said = "\n".join(lines)
    assert "host 1 " in said
    assert " arg 1" in said
    if engine.name != "docker":  # the BuildKit of Docker 20 takes no limits
        assert " files 512 " in said
