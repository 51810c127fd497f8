"""Lighter ground for the runtime stage, the lightest first, out of what was seen in the image."""

from __future__ import annotations

import re

from dockerlint.contract.java import home_of, moved, stands_in, variables
from dockerlint.contract.users import user_home
from dockerlint.frozen import node, replace
from dockerlint.knowledge.bases import base_image_of
from dockerlint.optimize.contents import MERGED, Contents
from dockerlint.optimize.folders import MADE, wholes
from dockerlint.optimize.packaging import Packaging
from dockerlint.optimize.prepared import PLAIN, gather, linked, making, prepare
from dockerlint.optimize.stage import Bring, Ground, Unwritable, document_of, grouped, with_stage
from dockerlint.split.bases import base_of
from dockerlint.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from dockerlint.image import Image
    from dockerlint.model import Dockerfile, Stage
    from dockerlint.optimize.attempt import Attempt
    from dockerlint.source import Source

SCRATCH, DISTROLESS, SLIM, SAME, NONE = "scratch", "distroless", "slim", "same", "none"
# What became of a rung that builds and is proven.
TAKEN, HEAVIER = "taken", "heavier"
ORDER = (SCRATCH, DISTROLESS, SLIM, SAME, NONE)
# Where fewer bytes than this stay behind, a copy of the same base is not tried.
_WORTH = 1_000_000
# More packages of Node than this come along as one folder.
_MANY = 6
# More COPY lines than this are one: engines have images of 125 layers at most.
_COPIES = 40
# Nobody reads a stage that names more files than these; a package manager brings them as well.
_NAMED = 400
# Where the loader finds a library by its cache.
_LOCAL_LIBRARY = re.compile(r"usr/local/lib(?:64)?/(?:[^/]+-linux-[^/]+/)?[^/]+\.so[^/]*$")
_EXACT = "What the program needs to run, and nothing else."
_PACKAGED = "What was built, without what it was built with."
# What distroless images stand on, by the Debian release.
_DISTROLESS = "gcr.io/distroless/cc-debian{release}"


@node
class Rung:
    """One ground to try. `name` says to people what it is; `source` is None where it is not tried, and
    `why` says so."""

    kind: str
    name: str
    source: Source | None
    why: str = ""


@node
class Tried:
    """What became of a rung. `fate` is taken, heavier, not proven, breaks it, saves nothing or not tried."""

    rung: Rung
    fate: str
    why: str = ""
    attempt: Attempt | None = None


class Ladder:
    """`find` gives the image of a text of one FROM, or why it cannot be had."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        contents: Contents,
        find: Callable[[str], Image | str],
        lightest: str = SCRATCH,
    ) -> None:
        self.dockerfile = dockerfile
        self.contents = contents
        self.find = find
        self.lightest = lightest
        stage = dockerfile.final_stage
        assert stage is not None
        self.stage: Stage = stage
        self.root: Stage = stage.lineage[-1]

    def rungs(self) -> Iterator[Rung]:
        """The grounds, lightest first; each is worked out when it is asked for."""
        makers: dict[str, Callable[[], Iterator[Rung]]] = {
            SCRATCH: self._scratch,
            DISTROLESS: self._distroless,
            SLIM: self._slim,
            SAME: self._same,
        }
        for kind in ORDER[ORDER.index(self.lightest) :]:
            if kind in makers:
                yield from makers[kind]()

    def _scratch(self) -> Iterator[Rung]:
        if self.root.image == "scratch":
            return
        why = self._uncertain()
        if why:
            yield Rung(SCRATCH, "scratch", None, why)
        else:
            lean = self._exact(SCRATCH, "scratch", None)
            yield lean
            whole = self._exact(SCRATCH, "scratch", None, self.contents.counted())
            if lean.source is not None and whole.source is not None and whole.source.text != lean.source.text:
                yield replace(whole, name="scratch, with the settings and data of packages")

    def _uncertain(self) -> str:
        """Why nothing may be left out but what a package manager can bring back."""
        if self.contents.lacks:
            return f"something is missing already: {self.contents.lacks[0]}"
        if self.contents.gaps:
            return f"files do not tell all it needs: {self.contents.gaps[0]}"
        return ""

    def _distroless(self) -> Iterator[Rung]:
        known = base_image_of(self.root.image or "")
        if known is None or known.distro != "debian" or self._uncertain():
            return
        release = known.release if known.family == "debian" else known.distro_release
        if release is None:
            return
        name = _DISTROLESS.format(release=release.version)
        ground = self.find(f"FROM {name}\n")
        if isinstance(ground, str):
            yield Rung(DISTROLESS, name, None, f"not here: {name}")
        else:
            yield self._exact(DISTROLESS, name, ground)

    def _exact(self, kind: str, name: str, ground: Image | None, more: frozenset[str] = frozenset()) -> Rung:
        """Nothing but what is needed, what the file brought that may be read, and some files `more`."""
        contents = self.contents
        there = View(ground) if ground is not None else None
        wanted = {
            p for p in (*contents.needs, *contents.kept()) if contents.view.entries[p].kind != "directory"
        }
        wanted |= {p for p in more if contents.view.entries[p].kind != "directory"}
        wanted |= {p for p in self._accounts() if p in contents.view.entries}
        pruned, last = self._pruned()
        wanted |= {p for p in pruned if contents.view.entries[p].kind != "directory"}
        if there is not None:
            wanted = {p for p in wanted if not contents.stands_in(p, there)}
        try:
            paths = wholes(contents.view, wanted)
            single = [path.strip("/") for path in paths if not path.endswith("/")]
            whole, links = linked(contents, contents.names(single, frozenset(wanted), linked=True))
            inside = tuple(path.lstrip("/") for path in paths if path.endswith("/"))
            whole = [name for name in whole if not name.startswith(inside)]
            links.update({**contents.folder_links(single), **contents.streams()})
            empty = self._empty(there)
            empty += [p for p in sorted(more - wanted) if p not in empty and contents.view.is_folder(p)]
            place = user_home(contents.view)
            homes = [place] if place is not None else []
            folders = dict.fromkeys((*empty, *homes, *self._odd([*whole, *links], paths)))
            prepared = prepare(contents, links, folders, there)
            if prepared is None:
                whole = contents.names(single, frozenset(wanted))
            count = len(whole) + len(links)
            if count > _NAMED:
                raise Unwritable(f"{count:,} files would have to be named one by one")
            brings = grouped([f"/{name}" for name in whole] + [path for path in paths if path.endswith("/")])
            if prepared is None:
                brings += tuple(Bring((f"/{p}",), f"/{p}") for p in empty)
            config = document_of(ground.config) if ground is not None else {}
            there_now = Ground(
                name,
                config,
                (),
                _compact(self._owned(brings)),
                about=_EXACT,
                last=last,
                prepared=prepared,
            )
            text = with_stage(self.dockerfile, contents.config, there_now)
        except Unwritable as error:
            return Rung(kind, name, None, str(error))
        return Rung(kind, name, text)

    def _odd(self, names: Sequence[str], paths: Sequence[str]) -> list[str]:
        """The folders that what is brought lies in, and the working directory, where COPY would not make them as they
        are; `paths` have a slash at the end where they come as a whole, which gives them an owner."""
        contents = self.contents
        plain = {path.strip("/") for path in paths if path.endswith("/")}
        return [
            folder
            for folder in contents.odd_folders([*names, *plain, *(f"{path}/" for path in plain)])
            if folder not in plain
            or contents.view.entries[folder].mode & 0o7777 != MADE[0]
            or not contents.chown(folder)
        ]

    def _owned(self, brings: tuple[Bring, ...]) -> tuple[Bring, ...]:
        """Folders with whom they belong to: engines give a folder that they make to root."""
        return tuple(
            replace(bring, owner=self.contents.chown(bring.sources[0].strip("/")))
            if bring.sources == (bring.place,)
            else bring
            for bring in brings
        )

    def _accounts(self) -> tuple[str, ...]:
        """Where users have their names."""
        return ("etc/passwd", "etc/group") if self.contents.config.get("User") else ()

    def _empty(self, there: View | None) -> list[str]:
        workdir = str(self.contents.config.get("WorkingDir") or "/").strip("/")
        return [
            p for p in self.contents.folders() if p != workdir and (there is None or not there.is_folder(p))
        ]

    def _slim(self) -> Iterator[Rung]:
        """The plain relative of an image with a toolchain in it, and the slim variant of the base."""
        for name in self._relatives():
            ground = self.find(f"FROM {name}\n")
            if isinstance(ground, str):
                yield Rung(SLIM, name, None, f"not here: {name}")
            else:
                yield self._packaged(SLIM, name, ground)

    def _relatives(self) -> list[str]:
        image = self.root.image or ""
        if "@" in image:
            return []
        found = []
        plain = base_of(self.root).runtime
        if plain is not None:
            found.append(plain)
        known = base_image_of(image)
        slim = next((light for light in known.lighter if light.kind == "slim"), None) if known else None
        if slim is not None and slim.same_libc and " " not in slim.image and slim.image not in found:
            found.append(slim.image)
        return found

    def _same(self) -> Iterator[Rung]:
        if self.root.image == "scratch":
            return
        name = self.root.start.image.raw
        source = self.dockerfile.source
        head = source.text[: self.dockerfile.stages[0].start.span.start]
        ground = self.find(f"{head}{source.slice(self.root.start.span)}\n")
        if isinstance(ground, str):
            yield Rung(SAME, name, None, f"not here: {name}")
            return
        yield self._packaged(SAME, name, ground)

    def _packaged(self, kind: str, name: str, ground: Image) -> Rung:
        """A bare base, the packages that are not for building only, and all that no package brought."""
        contents = self.contents
        there = View(ground)
        packaging = Packaging(contents, self.stage, there)
        if not packaging.manager:
            return Rung(kind, name, None, "its package manager is not one that dockerlint can install with")
        java = self._java(there)
        own = contents.own() if self._uncertain() else contents.kept()
        copied = [
            p
            for p in {*own, *(n for n in contents.needs if contents.owner(n) is None)}
            if contents.view.entries[p].kind in ("file", "symlink")
            and not contents.same(p, there)
            and not contents.serves(p, there)
            and not any(p.startswith(f"{home}/") for home in java)
            and not packaging.makes(p)
            and p not in MERGED
        ]
        if kind == SAME and not packaging.left and self._spared(copied) < _WORTH:
            return Rung(kind, name, None, "nothing in it is only for building")
        pruned, last = self._pruned()
        copied += pruned
        links = [p for p in copied if contents.view.entries[p].kind == "symlink"]
        paths = wholes(contents.view, copied)
        inside = tuple(path for path in paths if path.endswith("/"))
        empty = [p for p in self._empty(there) if not f"/{p}".startswith(inside)]
        alone = [link for link in links if f"/{link}" in paths]
        brings = grouped([p for p in paths if p.lstrip("/") not in alone])
        made = tuple((f"/{link}", contents.view.entries[link].target) for link in alone)
        brings = self._owned(brings + tuple(Bring((f"/{p}",), f"/{p}") for p in empty))
        many = [p for bring in brings if not bring.owner for p in bring.sources]
        prepared = gather(contents, many) if len(brings) > _COPIES else None
        if prepared is not None:
            brings = tuple(bring for bring in brings if bring.owner)
        odd = [f for f in self._odd([p.strip("/") for p in paths], paths) if not there.is_folder(f)]
        make = making(contents.view, odd)
        try:
            if any(not PLAIN.fullmatch(folder) for folder in odd):
                raise Unwritable("a folder has a name that a shell would read differently")
            text = with_stage(
                self.dockerfile,
                self._settings(there, java),
                Ground(
                    name,
                    document_of(ground.config),
                    (*packaging.commands(), *([make] if make else [])),
                    _compact(brings),
                    made,
                    about=_PACKAGED,
                    ldconfig=packaging.manager == "apt" and any(_LOCAL_LIBRARY.match(p) for p in copied),
                    last=last,
                    prepared=prepared,
                ),
            )
        except Unwritable as error:
            return Rung(kind, name, None, str(error))
        return Rung(kind, name, text)

    def _spared(self, copied: Sequence[str]) -> int:
        """The bytes of what the file brought itself and what need not come along, but for what managers left."""
        coming = set(copied)
        entries = self.contents.view.entries
        return sum(entries[path].size for path in self.contents.own() if path not in coming)

    def _pruned(self) -> tuple[list[str], tuple[str, ...]]:
        """Paths of packages that npm and pip can remove at the end of the build, so that the rest comes along as one
        folder, and the commands for that."""
        contents = self.contents
        if self._uncertain() or contents.config.get("User") not in (None, "", "root", "0"):
            return [], ()
        paths: list[str] = []
        commands: list[str] = []
        workdir = str(contents.config.get("WorkingDir") or "/").strip("/")
        for top, gone in contents.developing().items():
            packages = {path.removeprefix(f"{top}/node_modules/").split("/")[0] for path in contents.needs
                        if path.startswith(f"{top}/node_modules/")}  # fmt: skip
            if len(packages) >= _MANY and contents.view.is_file(f"{top}/package-lock.json"):
                paths += gone
                prefix = "" if top == workdir else f" --prefix /{top}"
                commands.append(f"npm{prefix} prune --omit=dev")
        for home, (names, gone) in contents.tooling().items():
            if contents.view.is_file(f"{home}/bin/pip"):
                paths += gone
                commands.append(f"/{home}/bin/python -m pip uninstall -y {' '.join(sorted(names))}")
        return paths, tuple(commands)

    def _java(self, there: View) -> dict[str, str]:
        """The folder of the Java of a base for each that the image starts, where it stands in for that."""
        home, view = home_of(there), self.contents.view
        olds = self.contents.runtimes if home else ()
        return {old.home: home for old in olds if stands_in(view, old, there, home)}

    def _settings(self, there: View, java: dict[str, str]) -> Mapping[str, Any]:
        """The configuration of the image, with where the Java of a base is in place of where its own was."""
        config = self.contents.config
        if not java:
            return config
        one, two = variables(self.contents.view), variables(there)
        env = ((name, moved(name, value, one, two, java), value) for name, value in one.items())
        return {**config, "Env": [f"{name}={old if new is None else new}" for name, new, old in env]}


def _compact(brings: Sequence[Bring]) -> tuple[Bring, ...]:
    """One file that goes where it was is written as a whole path."""
    return tuple(
        Bring(b.sources, b.sources[0]) if len(b.sources) == 1 and b.place.endswith("/") else b for b in brings
    )
