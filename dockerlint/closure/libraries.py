"""What the loader loads for a program: glibc's and musl's, in their order.

Sources: ld.so(8), and musl's ldso/dynlink.c (its search path is described in its manual,
https://musl.libc.org/doc/1.1.24/manual.html).
"""

from __future__ import annotations

import posixpath
from collections import deque
from fnmatch import fnmatchcase

from dockerlint.frozen import record
from dockerlint.inspect import Binary, Cache
from dockerlint.inspect.cache import PATH as CACHE
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.closure.walk import Walk

_TRIPLETS = {
    "x86_64-64-little": "x86_64-linux-gnu",
    "i386-32-little": "i386-linux-gnu",
    "aarch64-64-little": "aarch64-linux-gnu",
    "arm-32-little": "arm-linux-gnueabihf",
    "powerpc64-64-little": "powerpc64le-linux-gnu",
    "s390x-64-big": "s390x-linux-gnu",
    "riscv-64-little": "riscv64-linux-gnu",
    "loongarch-64-little": "loongarch64-linux-gnu",
}
# musl answers for these itself.
_IN_MUSL = ("libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet.")
_CONFIGURATIONS = 200


@record
class _Object:
    """Something loaded: where it was found, and the folders that it and who asked for it look in first."""

    path: str
    binary: Binary
    inherited: tuple[str, ...]


def load(walk: Walk, path: str, binary: Binary, host: str = "") -> None:
    """Need what the loader loads for a program, or for a library that the program `host` opens."""
    if path in walk.loaded:
        return
    # What a program has loaded already serves the libraries that it opens.
    loaded = walk.loaded[path] = dict(walk.loaded.get(host, {}))
    interpreter = binary.interpreter
    above = walk.binary(host) if host else None
    if interpreter:
        if walk.take(interpreter, f"/{path}") is None:
            walk.lack(interpreter, f"/{path}", hint="the loader, which the kernel starts it with")
            return
    elif above is not None:
        interpreter = above.interpreter
    musl = "ld-musl" in interpreter
    first = above.rpath if above is not None and not above.runpath else ()
    queue = deque([_Object(path, binary, _expanded(walk, first, host, binary))])
    while queue:
        one = queue.popleft()
        own = _expanded(walk, one.binary.rpath, one.path, binary)
        if one.binary.runpath and not musl:
            own = ()
        chain = (*own, *one.inherited)
        for name in one.binary.needed:
            if name in loaded or (musl and name.startswith(_IN_MUSL)):
                continue
            found = _find(walk, name, one, chain, musl)
            if found is None:
                walk.lack(name, f"/{one.path}", hint=_elsewhere(walk, name, binary.machine))
                continue
            if not musl and _needs_cache(walk, name, found, one, chain):
                walk.take(CACHE, f"/{one.path}")
            real = walk.take(found, f"/{one.path}") or found
            loaded[name] = real
            library = walk.binary(real)
            if library is not None:
                if library.soname:
                    loaded.setdefault(library.soname, real)
                queue.append(_Object(found, library, chain))
        if not musl:
            _check_versions(walk, one, loaded)


def _check_versions(walk: Walk, one: _Object, loaded: dict[str, str]) -> None:
    for name, versions in one.binary.requires:
        library = walk.binary(loaded[name]) if name in loaded else None
        # A library without versions is loaded with a warning.
        for version in versions if library is not None and library.defines else ():
            if version not in library.defines:  # type: ignore[union-attr]
                walk.lack(
                    f"{version} of {name}",
                    f"/{one.path}",
                    hint=f"/{loaded[name]} is older than what it was built against",
                )


def _find(walk: Walk, name: str, one: _Object, chain: tuple[str, ...], musl: bool) -> str | None:
    """The path of a library, as the loader comes upon it."""
    if "/" in name:
        path = absolute(name, walk.workdir)
        return path if walk.view.is_file(path) else None
    for path in _candidates(walk, name, one, chain, musl):
        binary = walk.binary(path)
        # One for another machine is passed over.
        if binary is not None and binary.machine == one.binary.machine:
            return path
    return None


def _needs_cache(walk: Walk, name: str, found: str, one: _Object, chain: tuple[str, ...]) -> bool:
    """Whether the loader comes upon a library by its cache alone: in a folder that it does not look in by itself."""
    if "/" in name or posixpath.dirname(found) in _default_folders(one.binary):
        return False
    places = _candidates(walk, name, one, chain, musl=False, cached=False)
    return not any(walk.view.real(place) == walk.view.real(found) for place in places)


def _candidates(
    walk: Walk, name: str, one: _Object, chain: tuple[str, ...], musl: bool, cached: bool = True
) -> Iterator[str]:
    variable = tuple(p for p in walk.env.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":") if p)
    given = [absolute(p, walk.workdir) for p in _expanded(walk, variable, one.path, one.binary)]
    own = _expanded(walk, one.binary.runpath, one.path, one.binary)
    folders = (*given, *own, *chain) if musl else (*chain, *given, *own)
    for folder in folders:
        yield absolute(name, folder)
    if musl:
        for folder in _musl_folders(walk):
            yield absolute(name, folder)
        return
    cache = walk.view.facts.get(walk.view.real(CACHE) or "")
    if one.binary.default_folders:
        if cached and isinstance(cache, Cache):
            yield from (path.lstrip("/") for known, path in cache.libraries if known == name)
        elif cached and walk.view.is_file(CACHE):
            # There is a cache that cannot be read: what it was made from says the same.
            yield from (absolute(name, folder) for folder in configured(walk))
        yield from (absolute(name, folder) for folder in _default_folders(one.binary))


def _default_folders(binary: Binary) -> tuple[str, ...]:
    triplet = _TRIPLETS.get(binary.machine)
    several = (f"lib/{triplet}", f"usr/lib/{triplet}") if triplet else ()
    wide = ("lib64", "usr/lib64") if "-64-" in binary.machine else ()
    return (*several, *wide, "lib", "usr/lib")


def _musl_folders(walk: Walk) -> list[str]:
    for path in walk.view.inside("etc"):
        if fnmatchcase(path, "etc/ld-musl-*.path"):
            text = walk.text(walk.view.real(path) or "") or ""
            walk.take(path, "the loader")
            return [p for p in text.replace("\n", ":").split(":") if p]
    return ["lib", "usr/local/lib", "usr/lib"]


def _expanded(walk: Walk, folders: tuple[str, ...], path: str, binary: Binary) -> tuple[str, ...]:
    """Folders with $ORIGIN, $LIB and $PLATFORM filled in, for a file at a path."""
    found: dict[str, None] = {}
    real = walk.view.real(path) or path
    origins = (posixpath.dirname(path), posixpath.dirname(real))
    libs = [folder for folder in _default_folders(binary) if not folder.startswith("usr/")]
    for folder in folders:
        for origin in origins if "ORIGIN" in folder else origins[:1]:
            for lib in libs if "LIB" in folder else libs[:1]:
                text = folder
                values = (("ORIGIN", f"/{origin}"), ("LIB", lib), ("PLATFORM", binary.machine.split("-")[0]))
                for name, value in values:
                    text = text.replace(f"${{{name}}}", value).replace(f"${name}", value)
                found.setdefault(absolute(text, walk.workdir))
    return tuple(found)


def configured(walk: Walk) -> list[str]:
    """The folders in /etc/ld.so.conf and what it includes, as ldconfig reads them."""
    folders: list[str] = []
    pending = ["etc/ld.so.conf"]
    seen: set[str] = set()
    while pending and len(seen) < _CONFIGURATIONS:
        path = pending.pop(0)
        real = walk.view.real(path)
        if real is None or real in seen:
            continue
        seen.add(real)
        for line in (walk.text(real) or "").split("\n"):
            words = line.partition("#")[0].replace(",", " ").replace(":", " ").split()
            if words[:1] == ["include"]:
                globs = [absolute(word, posixpath.dirname(path)) for word in words[1:]]
                pending += [p for glob in globs for p in _matching(walk, glob)]
            elif words[:1] != ["hwcap"]:
                folders += [word.partition("=")[0] for word in words]
    return folders


def _matching(walk: Walk, glob: str) -> list[str]:
    return [p for p in walk.view.inside(posixpath.dirname(glob)) if fnmatchcase(p, glob)]


def _elsewhere(walk: Walk, name: str, machine: str) -> str:
    """Where a library is that the loader does not come upon; empty when it is nowhere."""
    for path in (absolute(name, folder) for folder in configured(walk)):
        binary = walk.binary(path)
        if binary is not None and binary.machine == machine:
            return f"it is /{path}, which is not in the loader's cache; run ldconfig"
    for path in walk.view.entries:
        if path.rpartition("/")[2] == name and walk.binary(path) is not None:
            return f"it is /{path}, where the loader does not look"
    return ""
