from __future__ import annotations

import re

from dockerlint.model import Add, Copy, Dockerfile
from dockerlint.reach import shipped, shipped_runs
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OCTAL = "0*[0-7]{1,4}"
_OTHERS = "[ug]*[oa][ugoa]*[+=][rxXst]*w"
_SHARED = ("/dev/", "/tmp", "/var/tmp", "/proc/")


@rule(
    code="DK411",
    summary="Files that every user may write",
    why="""
        Where every user of the container may write a program or its configuration, a fault in any process is enough to
        replace it. Give the files to the user that needs them (`COPY --chown=`, `chown`), or to a group with
        `g+w`. Folders with the sticky bit (1777) are as /tmp is, and are left alone. `chmod +w` follows the
        umask and does not give it to others. Stages that only others copy from are left alone.
    """,
    severity=Severity.INFO,
    source="https://cwe.mitre.org/data/definitions/732.html",
    bad=[
        Bad("FROM debian:12\nRUN mkdir /app && chmod -R «777» /app\n"),
        Bad("FROM debian:12\nRUN chmod «a+rwx» /srv/x && chmod -R «u=rwx,o=rw» /srv/y\n"),
        Bad("FROM debian:12\nCOPY --chmod=«0777» run.sh /\n"),
        Bad("FROM debian:12\nRUN install -m «666» a /a && mkdir -p -m «777» /b\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN mkdir -m 755 /a && chmod a+rwxt /s && chmod --reference=/a /b\n"),
        Good("FROM debian:12\nRUN chmod 1777 /scratch && chmod +w,g+w /a && chmod 755 /b && chmod o-w /c\n"),
        Good("FROM debian:12\nRUN chmod 777 /tmp && chmod 666 /dev/null && chmod $MODE /a\n"),
        Good("FROM debian:12\nCOPY --chmod=755 run.sh /\nADD --chmod=u+w a /\n"),
        Good('FROM debian:12\nRUN chmod +x 777 && chmod 777 "$tempDir"\n'),
        Good("FROM debian:12 AS a\nRUN chmod 777 /a\nCOPY --chmod=777 a /\nFROM debian:12\n"),
    ],
)
def world_writable_files(dockerfile: Dockerfile) -> Iterator[Finding]:
    stages = shipped(dockerfile)
    found: Iterator[Copy | Add] = dockerfile.instructions(Copy, Add, onbuild=True)
    for copy in found:
        flag = copy.flag("chmod")
        if copy.stage in stages and flag is not None and _lets_others_write(flag.expanded or ""):
            yield Finding(flag.value_span, _message(flag.expanded or ""))
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            for command in script.named("chmod", "install", "mkdir"):
                if command.name == "chmod":
                    mode = next(
                        (w for w in command.arguments if not w.raw.startswith("--") and _is_mode(w.text)),
                        None,
                    )
                    behind = [w.text for w in command.arguments if mode is not None and w.start > mode.start]
                    if behind and all(path.startswith(_SHARED) or "temp" in path.lower() for path in behind):
                        continue
                else:
                    option = command.option("-m", "--mode")
                    mode = option.value_word if option is not None else None
                    if option is not None and mode is not None and _lets_others_write(option.value or ""):
                        yield Finding(mode.span, _message(option.value or ""))
                    continue
                if mode is not None and mode.value is not None and _lets_others_write(mode.value):
                    yield Finding(mode.span, _message(mode.value))


def _is_mode(text: str) -> bool:
    return re.fullmatch(_OCTAL, text) is not None or not text.startswith("-") or text[1:2] in "rwx"


def _lets_others_write(mode: str) -> bool:
    if re.fullmatch(_OCTAL, mode):
        number = int(mode, 8)
        return bool(number & 0o2) and not number & 0o1000
    return any(
        re.match(_OTHERS, part) is not None for part in mode.split(",") if part and not part.endswith("t")
    )


def _message(mode: str) -> str:
    return f"mode {mode} lets every user write here; give the files to one user or group"
