"""What is installed in an image, by the databases of its package managers, and which package owns a path."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from dockerlint.frozen import record
from dockerlint.inspect.rpm import OTHER_PATHS, PATHS, Rpms
from dockerlint.inspect.texts import Text, TooMuch
from dockerlint.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.image import Image


@record
class Package:
    """An installed package. `manager` is apt, apk, rpm, pip, npm or gem; `files` are the absolute paths
    that it brought, as its database has them; `needs` the names that it depends on (apt, pip and npm), all
    alternatives of them; `brings` those that come with it wherever it is installed (apt)."""

    manager: str
    name: str
    version: str
    architecture: str
    files: tuple[str, ...]
    needs: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()


class Catalog:
    """The packages of an image, and the owner of each path."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.packages = tuple(
            package
            for found in (_dpkg(view), _apk(view), _rpm(view), _pip(view), _npm(view), _gem(view))
            for package in found
        )
        self._owners: dict[str, Package] = {}
        folders: dict[str, str] = {}
        for package in self.packages:
            for path in package.files:
                self._owners[self._place(path.strip("/"), folders)] = package
        self._folders = folders

    def _place(self, path: str, folders: dict[str, str]) -> str:
        """A path with the links among its folders resolved: databases still say /lib for /usr/lib."""
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            real = self._view.real(folder)
            folders[folder] = folder if real is None else real
        return f"{folders[folder]}/{name}" if folders[folder] else name

    def owner(self, path: str) -> Package | None:
        """The package that brought a path (with or without leading slash)."""
        return self._owners.get(self._place(path.strip("/"), self._folders))

    def named(self, name: str, manager: str = "") -> Package | None:
        """The installed package of a name."""
        for package in self.packages:
            if package.name == name and manager in ("", package.manager):
                return package
        return None


@lru_cache(maxsize=4)
def _catalog(image: Image) -> Catalog:
    return Catalog(View(image))


def packages(image: Image) -> tuple[Package, ...]:
    """The packages of an image that was read with an `Inspector`."""
    return _catalog(image).packages


def owner(image: Image, path: str) -> Package | None:
    """The package that brought a path, None when none of those known did."""
    return _catalog(image).owner(path)


def unread(image: Image) -> tuple[str, ...]:
    """Package databases that are there and could not be read, each with the reason."""
    view = View(image)
    found = [
        f"/{path} is in a form of RPM's database that is not read"
        for path in OTHER_PATHS
        if path in view.entries
    ]
    found += [
        f"/{path} is an RPM database that cannot be read"
        for path in PATHS
        if path in view.entries and not isinstance(view.facts.get(path), Rpms)
    ]
    for path, fact in view.facts.items():
        if isinstance(fact, TooMuch) and path.startswith(("var/lib/dpkg/", "lib/apk/", "usr/lib/apk/")):
            found.append(f"/{path} is too large to be read")
    return tuple(found)


def _text(view: View, path: str) -> str:
    fact = view.facts.get(path)
    return fact.text if isinstance(fact, Text) else ""


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    """The paragraphs of a control file: the first line of each field."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = {}
        for line in paragraph.split("\n"):
            name, colon, value = line.partition(":")
            if colon and not name.startswith((" ", "\t")):
                fields[name] = value.strip()
        yield fields


def _dpkg(view: View) -> Iterator[Package]:
    for fields in _stanzas(_text(view, "var/lib/dpkg/status")):
        name, architecture = fields.get("Package"), fields.get("Architecture", "")
        if not name or not fields.get("Status", "installed").endswith("installed"):
            continue
        if fields.get("Status", "").endswith("not-installed"):
            continue
        files = ""
        for base in (f"{name}:{architecture}", name):
            files = files or _text(view, f"var/lib/dpkg/info/{base}.list")
        paths = tuple(line for line in files.split("\n") if line.startswith("/") and line != "/.")
        needs = _depends(fields)
        yield Package("apt", name, fields.get("Version", ""), architecture, paths, needs, _brings(fields))
    # Images without a shell (distroless) have a file a package instead, and a list of sums.
    for path in view.below("var/lib/dpkg/status.d"):
        if path.endswith(".md5sums"):
            continue
        for fields in _stanzas(_text(view, path)):
            if "Package" in fields:
                sums = _text(view, f"{path}.md5sums").split("\n")
                paths = tuple(f"/{line[34:].lstrip('/')}" for line in sums if len(line) > 34)
                yield Package(
                    "apt", fields["Package"], fields.get("Version", ""), fields.get("Architecture", ""), paths
                )


_DEPENDS = re.compile(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)")


def _depends(fields: dict[str, str]) -> tuple[str, ...]:
    return tuple(name for key in ("Pre-Depends", "Depends") for name in _DEPENDS.findall(fields.get(key, "")))


def _brings(fields: dict[str, str]) -> tuple[str, ...]:
    """What a package depends on without any alternative."""
    groups = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}".split(",")
    return tuple(name for group in groups if "|" not in group for name in _DEPENDS.findall(group))


def _apk(view: View) -> Iterator[Package]:
    text = _text(view, "lib/apk/db/installed") or _text(view, "usr/lib/apk/db/installed")
    for paragraph in text.split("\n\n"):
        fields: dict[str, str] = {}
        files = []
        folder = ""
        for line in paragraph.split("\n"):
            key, _, value = line.partition(":")
            if key == "F":
                folder = value
            elif key == "R":
                files.append("/" + posixpath.join(folder, value))
            else:
                fields.setdefault(key, value)
        if "P" in fields:
            yield Package("apk", fields["P"], fields.get("V", ""), fields.get("A", ""), tuple(files))


def _rpm(view: View) -> Iterator[Package]:
    for fact in view.facts.values():
        if isinstance(fact, Rpms):
            for name, version, architecture, files in fact.packages:
                yield Package("rpm", name, version, architecture, files)


_PIP = re.compile(r"(?P<site>.*)/(?P<folder>[^/]+)\.(?:dist|egg)-info(?:/(?:METADATA|PKG-INFO))?")


def _pip(view: View) -> Iterator[Package]:
    for path, fact in view.facts.items():
        match = _PIP.fullmatch(path)
        if match is None or not isinstance(fact, Text):
            continue
        fields = next(_stanzas(fact.text.partition("\n\n")[0]), {})
        name = fields.get("Name")
        if not name:
            continue
        info = posixpath.dirname(path) if path.endswith(("/METADATA", "/PKG-INFO")) else ""
        files = []
        for line in _text(view, f"{info}/RECORD").split("\n") if info else ():
            listed = _first_cell(line)
            if listed:
                files.append(posixpath.normpath(posixpath.join("/", match["site"], listed)))
        if info and not files:
            files = [f"/{p}" for p in view.below(info)]
        yield Package("pip", name, fields.get("Version", ""), "", tuple(files), _required(fact.text))


def _first_cell(line: str) -> str:
    if line.startswith('"'):
        return line[1:].partition('"')[0]
    return line.partition(",")[0].strip()


_REQUIRED = re.compile(r"^Requires-Dist:[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)([^\n]*)", re.MULTILINE)


def _required(metadata: str) -> tuple[str, ...]:
    """The distributions that one requires, those of its extras left out."""
    head = metadata.partition("\n\n")[0]
    return tuple(m[1] for m in _REQUIRED.finditer(head) if "extra ==" not in m[2])


def _npm(view: View) -> Iterator[Package]:
    files: dict[str, list[str]] = {}
    for path, entry in view.entries.items():
        folder = module_folder(path)
        if folder and entry.kind != "directory":
            files.setdefault(folder, []).append(f"/{path}")
    for folder, paths in files.items():
        document = json_of(view.facts.get(f"{folder}/package.json"))
        name, version = document.get("name"), document.get("version")
        if isinstance(name, str) and isinstance(version, str):
            needs = document.get("dependencies")
            names = tuple(n for n in needs if isinstance(n, str)) if isinstance(needs, dict) else ()
            yield Package("npm", name, version, "", tuple(paths), names)


def module_folder(path: str) -> str:
    """The folder of the Node package that a path lies in (`a/node_modules/@x/y`); empty for none."""
    head, found, rest = f"/{path}".rpartition("/node_modules/")
    if not found:
        return ""
    parts = rest.split("/")
    size = 2 if rest.startswith("@") else 1
    return f"{head}/node_modules/{'/'.join(parts[:size])}".lstrip("/") if len(parts) > size else ""


def json_of(fact: object) -> dict[str, object]:
    """The object in a JSON file, an empty one when it is none."""
    import json

    if not isinstance(fact, Text):
        return {}
    try:
        document = json.loads(fact.content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


_GEM = re.compile(
    r"(.*)/specifications/(?:default/)?([A-Za-z0-9_.-]+?)-(\d[A-Za-z0-9.]*)(-[A-Za-z0-9_.-]+)?\.gemspec"
)


def _gem(view: View) -> Iterator[Package]:
    for path in view.entries:
        match = _GEM.fullmatch(path) if path.endswith(".gemspec") else None
        if match is not None:
            home, name, version, platform = match.groups("")
            files = [f"/{p}" for p in view.below(f"{home}/gems/{name}-{version}{platform}")]
            yield Package("gem", name, version, platform.lstrip("-"), (f"/{path}", *files))
