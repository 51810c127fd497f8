from __future__ import annotations

import pytest

from dockerlint.lint import read
from dockerlint.model import Stage
from dockerlint.shell.starts import has_start, is_workbench, root_of, run_scripts, standing_on, starts
from dockerlint.source import Source


def _last(text: str) -> Stage:
    stage = read(Source.of_text(text)).final_stage
    assert stage is not None
    return stage


@pytest.mark.parametrize(
    "end",
    [
        'CMD ["bash"]',
        "CMD /bin/bash",
        "CMD bash -l",
        'ENTRYPOINT ["/bin/zsh", "--login"]',
        'ENTRYPOINT ["/entry.sh"]\nCMD ["sh"]',
        "CMD sleep infinity",
        'ENTRYPOINT ["tail"]\nCMD ["-f", "/dev/null"]',
        "EXPOSE 80",
    ],
)
def test_a_shell_or_a_wait_is_a_place_to_work_in(end: str) -> None:
    assert is_workbench(_last(f"FROM debian:12\n{end}\n"))


@pytest.mark.parametrize(
    "end",
    [
        'CMD ["python", "app.py"]',
        'CMD ["bash", "run.sh"]',
        'ENTRYPOINT ["bash"]\nCMD ["run.sh"]',
        'CMD ["bash", "-c", "exec app"]',
        'CMD ["tail", "-f", "/dev/null"]\nCMD ["app"]',
        "CMD a && b",
        "CMD []",
    ],
)
def test_a_program_is_no_place_to_work_in(end: str) -> None:
    assert not is_workbench(_last(f"FROM debian:12\n{end}\n"))


def test_the_last_command_of_each_kind_counts_also_of_the_stages_below() -> None:
    stage = _last(
        'FROM debian:12 AS base\nENTRYPOINT ["one"]\nCMD ["two"]\nHEALTHCHECK CMD curl -f http://x\n'
        'FROM base\nENTRYPOINT ["three"]\nHEALTHCHECK NONE\n'
    )
    assert {command.name for command in starts(stage)} == {"three", "two"}
    assert has_start(stage)
    assert not has_start(_last("FROM debian:12\nHEALTHCHECK CMD x\n"))


def test_a_base_carries_every_stage_that_is_built_on_it() -> None:
    dockerfile = read(
        Source.of_text(
            "FROM a:1 AS one\nRUN a\nFROM one AS two\nRUN b\nFROM c:1\nRUN c\nFROM two\nONBUILD RUN d\n"
        )
    )
    last = dockerfile.stages[-1]
    assert root_of(last) is dockerfile.stages[0]
    carried = standing_on(dockerfile, dockerfile.stages[0])
    assert [stage.index for stage in carried] == [0, 1, 3]
    assert [c.name for _, script in run_scripts(carried) for c in script.commands] == ["a", "b", "d"]
