"""Base images made on this machine, for tests and demonstrations without a registry.

Run as a program to make one and give it a name:

    python tests/bases.py debian localhost/my-debian [--engine buildah|podman|docker]

`busybox` is Debian's busybox-static; `debian` and `debian-slim` are Debian 12 from mmdebstrap with
the apt settings of the official image. Without those settings an image keeps caches that the
official one does not, and every fix seems to save twice what it saves.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = {"busybox": "busybox", "debian": "mmdebstrap", "debian-slim": "mmdebstrap"}
COMMANDS = {"busybox": "sh", "debian": "bash", "debian-slim": "bash"}


def stand_in(image: str) -> str | None:
    """The base that can stand in for an image named in a FROM, None when there is none. Ubuntu is
    stood in for by Debian: the same package manager."""
    name, _, tag = image.removeprefix("docker.io/").removeprefix("library/").partition(":")
    if name in ("busybox", "ubuntu"):
        return "busybox" if name == "busybox" else "debian"
    if name == "debian" and tag.split("-")[0].split(".")[0] in ("", "latest", "12", "bookworm", "stable"):
        return "debian-slim" if tag.endswith("-slim") else "debian"
    return None


_CLEAN = (
    "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"
)
_SETTINGS = {
    "etc/apt/apt.conf.d/docker-clean": (
        f'DPkg::Post-Invoke {{ "{_CLEAN}"; }};\n'
        f'APT::Update::Post-Invoke {{ "{_CLEAN}"; }};\n'
        'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
    ),
    "etc/apt/apt.conf.d/docker-gzip-indexes": 'Acquire::GzipIndexes "true";\n',
    "etc/apt/apt.conf.d/docker-no-languages": 'Acquire::Languages "none";\n',
    "etc/apt/apt.conf.d/docker-autoremove-suggests": 'Apt::AutoRemove::SuggestsImportant "false";\n',
    "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
}
_SLIM = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
)


def missing(kind: str) -> str:
    """Why a base cannot be made here; empty when it can."""
    tool = NEEDS[kind]
    if tool == "busybox":
        return "" if _busybox() else "busybox-static is not installed"
    if shutil.which(tool) is None:
        return f"{tool} is not installed"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return f"{tool} is used as root here"
    return ""


def folder() -> Path:
    """Where bases are kept from run to run."""
    kept = Path(os.environ.get("DOCKERLINT_BASES") or f"/var/tmp/dockerlint-bases-{os.geteuid()}")
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    return kept


def archive(kind: str) -> Path:
    """The root file system of a base as a tar archive, made once a machine (20 seconds for Debian)."""
    made = folder() / f"{kind}.tar"
    with locked(folder() / f"{kind}.lock"):
        if not made.exists():
            part = folder() / f"{kind}.{os.getpid()}.part"
            try:
                if kind == "busybox":
                    _make_busybox(part)
                else:
                    _make_debian(part, slim=kind == "debian-slim")
                part.rename(made)
            finally:
                part.unlink(missing_ok=True)
    return made


def load(kind: str, name: str, engine: str, env: Mapping[str, str] | None = None) -> None:
    """Give an engine the base under a name (for buildah and podman a full one: localhost/x)."""
    tar = archive(kind)
    command = COMMANDS[kind]
    program = "buildah" if engine == "podman" and shutil.which("buildah") else engine
    if engine == "docker":
        _run(["docker", "import", "--change", f'CMD ["{command}"]', str(tar), name], env)
        return
    container = _run([program, "from", "scratch"], env)
    try:
        _run([program, "add", "-q", container, str(tar), "/"], env)
        _run([program, "config", "--cmd", command, container], env)
        _run([program, "commit", "-q", container, name], env)
    finally:
        _run([program, "rm", container], env)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    import fcntl

    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


def _busybox() -> str | None:
    path = shutil.which("busybox")
    if path is None:
        return None
    with open(path, "rb") as file:
        head = file.read(4096)
    # A dynamic busybox names its loader near the start, and would not run on its own.
    return None if b"/ld-" in head else path


def _make_busybox(path: Path) -> None:
    program = _busybox()
    assert program is not None
    applets = _run([program, "--list"]).split()
    with tarfile.open(path, "w") as tar:

        def put(name: str, kind: bytes, mode: int, data: bytes = b"", target: str = "") -> None:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.size, member.linkname = kind, mode, len(data), target
            tar.addfile(member, io.BytesIO(data))

        for name in (
            "bin",
            "dev",
            "etc",
            "home",
            "proc",
            "root",
            "sys",
            "usr",
            "usr/bin",
            "usr/sbin",
            "var",
        ):
            put(name, tarfile.DIRTYPE, 0o755)
        put("tmp", tarfile.DIRTYPE, 0o1777)
        put("bin/busybox", tarfile.REGTYPE, 0o755, Path(program).read_bytes())
        for applet in applets:
            if applet != "busybox":
                put(f"bin/{applet}", tarfile.SYMTYPE, 0o777, target="busybox")
        users = "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\n"
        users += "nobody:x:65534:65534:nobody:/home:/bin/false\n"
        put("etc/passwd", tarfile.REGTYPE, 0o644, users.encode())
        put("etc/group", tarfile.REGTYPE, 0o644, b"root:x:0:\nwww-data:x:33:\nnobody:x:65534:\n")


def _make_debian(path: Path, slim: bool) -> None:
    with tempfile.TemporaryDirectory() as room:
        hook = Path(room, "hook")
        lines = ["#!/bin/sh", "set -eu", "root=$1"]
        for name, text in _SETTINGS.items():
            lines += [
                f'mkdir -p "$root/{os.path.dirname(name)}"',
                f"cat > \"$root/{name}\" <<'END'",
                text + "END",
            ]
        if slim:
            lines += ["cat > \"$root/etc/dpkg/dpkg.cfg.d/docker\" <<'END'", *_SLIM, "END"]
        # usrmerge brings perl, which the official image does not have.
        lines += [
            'chroot "$root" apt-get purge -y usrmerge',
            'chroot "$root" sh -c \'dpkg-query -W -f "\\${Package}\\n" | grep -e perl -e ^libxxhash0 -e ^libgdbm '
            "| grep -v ^perl-base | xargs apt-mark auto'",
            'chroot "$root" apt-get autoremove -y --purge',
            'rm -rf "$root"/var/log/*.log "$root"/var/log/apt "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old',
        ]
        hook.write_text("\n".join(lines) + "\n")
        hook.chmod(0o755)
        command = ["mmdebstrap", "--variant=apt", "--include=usr-is-merged", f"--customize-hook={hook}"]
        if slim:
            command += [f"--dpkgopt={line}" for line in _SLIM]
        _run([*command, "--format=tar", "bookworm", str(path)])


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a base image without a registry")
    parser.add_argument("kind", choices=sorted(NEEDS))
    parser.add_argument("name", help="the name to give it, localhost/NAME for buildah and podman")
    parser.add_argument("--engine", default="buildah", choices=("buildah", "podman", "docker"))
    given = parser.parse_args()
    why = missing(given.kind)
    if why:
        print(f"cannot make {given.kind}: {why}", file=sys.stderr)
        return 2
    load(given.kind, given.name, given.engine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
