"""Images made on this machine under the names that Dockerfiles use, for builds without a registry.

Each folder of `bases/` is the recipe of one, a Dockerfile whose head says which names it stands for and where
it differs from the official image. They are built once a machine with buildah, into a storage of their own that
other storages only read. As a program it makes those whose names are given (all without):

    python benchmarks/stand_ins.py [NAME ...]
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import bases  # noqa: E402

RECIPES = Path(__file__).resolve().parent / "bases"
_MARK = "# stands for:"
_OWN = "stand-in/"
_ROOT = "localhost/dockerlint-base-"
_CERTIFICATES = "etc/machine-certificates.crt"


def kinds() -> dict[str, str]:
    """The recipe for every name that something stands for."""
    found = {}
    for recipe in sorted(RECIPES.glob("*/Dockerfile")):
        head = recipe.read_text().splitlines()[0]
        if head.startswith(_MARK):
            found.update(dict.fromkeys(head.removeprefix(_MARK).split(), recipe.parent.name))
    return found


def storage() -> Path:
    """The folder of the storage that holds what was made."""
    return bases.folder() / "storage"


def environment(folder: Path, shared: bool = True) -> dict[str, str]:
    """Variables that give buildah and podman a storage in a folder, which reads the one of the stand-ins."""
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "storage.conf"
    text = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n'
    if shared:
        text += f'[storage.options]\nadditionalimagestores = ["{storage()}/root"]\n'
    conf.write_text(text)
    return {**os.environ, "CONTAINERS_STORAGE_CONF": str(conf), "BUILDAH_ISOLATION": "chroot"}


def ensure(name: str) -> str:
    """Make what stands for an image and give it that name; why not, or empty when it is there."""
    full = name if ":" in name.rpartition("/")[2] else f"{name}:latest"
    kind = kinds().get(full.removeprefix("docker.io/").removeprefix("library/"))
    if kind is None:
        return f"nothing stands in for {name}"
    if shutil.which("buildah") is None:
        return "buildah is not installed"
    env = environment(storage(), shared=False)
    if _has(_name(kind), env):
        return ""
    with bases.locked(storage() / "lock"):
        try:
            _make(kind, env)
        except _CannotMake as error:
            return str(error)
    return ""


class _CannotMake(Exception):
    """A base is not there and cannot be made."""


def _name(kind: str) -> str:
    """The name of the image that is up to date with a recipe, its parents and this machine's settings."""
    recipe = RECIPES / kind
    mark = hashlib.sha256(_machine())
    for file in sorted(recipe.iterdir()):
        lines = file.read_bytes().splitlines(keepends=True)
        mark.update(file.name.encode() + b"".join(line for line in lines if not line.startswith(b"# ")))
    for parent in sorted(_parents(_text(kind))):
        mark.update(_image(parent).encode())
    return f"localhost/{_OWN}{kind}:{mark.hexdigest()[:12]}"


def _image(parent: str) -> str:
    """What a recipe's FROM or COPY --from really names."""
    return _name(parent.removeprefix(_OWN)) if parent.startswith(_OWN) else parent


def _full(name: str) -> str:
    """A name with its registry; Docker's own where it has none."""
    return name if "." in name.partition("/")[0] and "/" in name else f"docker.io/library/{name}"


def _text(kind: str) -> str:
    return (RECIPES / kind / "Dockerfile").read_text()


def _make(kind: str, env: Mapping[str, str]) -> None:
    name, text = _name(kind), _text(kind)
    if not _has(name, env):
        for parent in sorted(_parents(text)):
            if parent.startswith(_OWN):
                _make(parent.removeprefix(_OWN), env)
            else:
                _root(parent, env)
            text = text.replace(f"{parent}\n", f"{_image(parent)}\n").replace(
                f"{parent} ", f"{_image(parent)} "
            )
        print(f"making {kind}", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir="/var/tmp") as context:
            shutil.copytree(RECIPES / kind, context, dirs_exist_ok=True)
            Path(context, "Dockerfile").write_text(text)
            Path(context, "machine.tar").write_bytes(_machine())
            command = [
                "buildah",
                "build",
                "--layers",
                "--format",
                "docker",
                "--network",
                "host",
                "--pull=never",
            ]
            done = subprocess.run(
                [*command, "-t", name, context], env=dict(env), capture_output=True, text=True, check=False
            )
        if done.returncode != 0:
            raise _CannotMake(f"{kind} could not be made:\n{(done.stdout + done.stderr)[-3000:]}")
    names = [_full(other) for other, of in kinds().items() if of == kind]
    if names:
        subprocess.run(["buildah", "tag", name, *names], env=dict(env), check=True)


def _parents(text: str) -> set[str]:
    words = [line.split() for line in text.splitlines() if line.startswith(("FROM ", "COPY --from="))]
    named = {line[1].removeprefix("--from=") for line in words}
    return {name for name in named if name.startswith((_OWN, _ROOT))}


def _root(name: str, env: Mapping[str, str]) -> None:
    kind = name.removeprefix(_ROOT)
    why = bases.missing(kind)
    if why:
        raise _CannotMake(why)
    if not _has(name, env):
        bases.load(kind, name, "buildah", env)


def _has(name: str, env: Mapping[str, str]) -> bool:
    seen = subprocess.run(
        ["buildah", "inspect", "--type", "image", name], env=dict(env), capture_output=True, check=False
    )
    return seen.returncode == 0


@cache
def _machine() -> bytes:
    """What pip and npm are told on this machine, and the certificates it trusts, as a tar archive."""
    files = {"etc/pip.conf": _pip(), "etc/npmrc": _npm(), "usr/local/etc/npmrc": _npm("/usr/local")}
    trusted = os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt"
    files[_CERTIFICATES] = Path(trusted).read_text() if os.path.isfile(trusted) else ""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), 0o644
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def _pip() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    lines = ["[global]", f"cert = /{_CERTIFICATES}", "disable-pip-version-check = true"]
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        value = value.strip("'\"")
        # Folders of this machine are not in a container.
        words = [word for word in value.split() if not word.startswith(("/", "file:"))]
        if key.partition(".")[2] in ("index-url", "extra-index-url", "trusted-host", "proxy") and words:
            lines.append(f"{key.partition('.')[2]} = {' '.join(words)}")
    return "\n".join(lines) + "\n"


def _npm(prefix: str = "") -> str:
    lines = [f"cafile=/{_CERTIFICATES}", "update-notifier=false"]
    if prefix:
        lines.append(f"nodedir={prefix}")
    if shutil.which("npm"):
        done = subprocess.run(
            ["npm", "config", "list", "--json"], capture_output=True, text=True, check=False
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {}
        for key in ("registry", "proxy", "https-proxy", "strict-ssl"):
            if said.get(key) not in (None, "", True):
                lines.append(f"{key}={str(said[key]).lower() if key == 'strict-ssl' else said[key]}")
    return "\n".join(lines) + "\n"


def main() -> int:
    code = 0
    for name in sys.argv[1:] or sorted(kinds()):
        why = ensure(name)
        if why:
            print(f"{name}: {why}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
