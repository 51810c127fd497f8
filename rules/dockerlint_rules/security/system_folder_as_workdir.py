from __future__ import annotations

from dockerlint.model import Dockerfile, Volume, Word, Workdir
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Folders of the operating system: programs, libraries, its configuration, what the kernel shows.
_SYSTEM = frozenset((
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib",
    "/usr/lib64", "/usr/sbin", "/usr/include", "/usr/share", "/run", "/var", "/var/lib", "/var/run",
))  # fmt: skip
_KERNEL = ("/proc/", "/sys/", "/dev/")
_VOLUMES = _SYSTEM | {"/", "/usr/local", "/usr/local/bin", "/root", "/home", "/tmp"}
_MOUNTABLE = frozenset(("/sys/fs/cgroup", "/dev/shm", "/tmp", "/run", "/home", "/root", "/var/run"))


@rule(
    code="DK406",
    summary="A folder of the operating system as `WORKDIR` or `VOLUME`",
    why="""
        With `WORKDIR /etc` or `/usr/bin`, whatever a later `COPY . .` or a program writes lies among the
        system's own files, and may replace them. A `VOLUME` on such a folder hides what the image has there, or
        keeps an old copy of it when the image is updated. Give the program a folder of its own: /app, /srv/x,
        /opt/x, /var/lib/x. A `WORKDIR` that another one follows at once is left alone.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/build/building/best-practices/#workdir",
    bad=[
        Bad("FROM debian:12\nWORKDIR «/usr/bin»\nCOPY . .\n"),
        Bad("FROM debian:12\nVOLUME «/var/lib» /data\n"),
        Bad('FROM debian:12\nVOLUME [«"/etc/"»]\n'),
        Bad("FROM debian:12\nARG D=/proc\nWORKDIR «$D/self»\nRUN ls\n"),
    ],
    good=[
        Good("FROM debian:12\nWORKDIR /app\nVOLUME /var/lib/app /etc/app /sys/fs/cgroup /tmp\n"),
        Good("FROM debian:12\nWORKDIR /usr/local/bin\nRUN ls\n"),
        Good("FROM debian:12\nWORKDIR /etc\nWORKDIR app\nRUN ls\n"),
        Good("FROM debian:12\nWORKDIR $D\nRUN ls\n"),
    ],
)
def system_folder_as_workdir(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        for index, one in enumerate(stage.instructions):
            if isinstance(one, Workdir):
                following = stage.instructions[index + 1 : index + 2]
                if _is_system(one.path, _SYSTEM) and not isinstance(following[:1] and following[0], Workdir):
                    yield Finding(
                        one.path.span, f"{one.path.value} belongs to the system; work in a folder of your own"
                    )
            elif isinstance(one, Volume):
                for path in one.paths:
                    if _is_system(path, _VOLUMES) and _plain(path) not in _MOUNTABLE:
                        yield Finding(
                            path.span,
                            f"a volume on {path.value} hides the system's files; use a folder of its own",
                        )


def _plain(word: Word) -> str:
    value = word.value or ""
    return value.rstrip("/") or value[:1]


def _is_system(word: Word, folders: frozenset[str]) -> bool:
    path = _plain(word)
    return path in folders or path.startswith(_KERNEL)
