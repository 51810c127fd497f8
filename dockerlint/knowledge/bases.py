"""Base images: what they hold, what is lighter, and until when they are maintained.

The facts and their sources are in `bases.toml`. Sizes are rounded classes, never a promise.
"""

from __future__ import annotations

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

_HUBS = (
    "docker.io/", "index.docker.io/", "registry.hub.docker.com/", "registry-1.docker.io/", "mirror.gcr.io/",
    "public.ecr.aws/docker/",
)  # fmt: skip
_DATED = ("debian", "ubuntu")
_MOVING = frozenset(("", "latest", "lts", "stable", "current", "rolling", "devel", "edge"))


@record
class Release:
    """One release of a product and the day its free updates end (`YYYY-MM-DD`, or None when
    the table has no day for it). `tag` is how image tags spell the version; `successor` is
    the tag of a maintained release and `successor_name` its code name, empty when the product
    has none; `advice` says what to do then."""

    product: str
    version: str
    tag: str
    ends: str | None
    successor: str
    successor_name: str
    successor_ends: str | None
    advice: str

    @property
    def label(self) -> str:
        """Product and version as people write them."""
        return f"{self.product} {self.version}".strip()

    def ended(self, today: str) -> bool:
        """Whether updates had ended before a day (`YYYY-MM-DD`)."""
        return self.ends is not None and self.ends < today


@record
class Lighter:
    """A smaller image that does the same work.

    `image` is a reference to write, or words where the choice is a person's; `same_libc` is
    False where programs built for one do not run on the other; `exact` tells that it is the
    same repository with a tag that is known to exist beside the old one; `breaks` says what
    is missing or different there; `megabytes` is its rounded uncompressed size.
    """

    image: str
    kind: str
    same_libc: bool
    exact: bool
    breaks: tuple[str, ...]
    megabytes: int


@record
class BaseImage:
    """What is known of an image.

    `variant` is full, slim, alpine, jre, chiseled or windows; `purpose` is run, build or
    develop; `provides` holds what the image has beyond its distribution's bare base
    (compilers, headers, git, curl, python, ca-certificates, jdk, sdk); `megabytes` and
    `size_class` (tiny, small, medium, large) are rounded figures for the uncompressed image
    on amd64; `user` is the one it starts as; `lighter` is in the order of preference.
    """

    name: str
    family: str
    tag: str
    variant: str
    purpose: str
    release: Release | None
    distro: str
    distro_release: Release | None
    libc: str
    shells: tuple[str, ...]
    package_manager: str
    user: str
    provides: frozenset[str]
    lacks: tuple[str, ...]
    tools: tuple[str, ...]
    megabytes: int
    size_class: str
    deprecated: str
    lighter: tuple[Lighter, ...]

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases it stands on: its own product's first, then its distribution's."""
        return tuple(r for r in (self.release, self.distro_release) if r is not None)


@record
class _Tag:
    """A tag as it was read: the version at its head, the other parts, and what they mean."""

    version: str
    rest: tuple[str, ...]
    variant: str


def as_of() -> str:
    """The day (`YYYY-MM-DD`) against which the table decides what has ended."""
    day: str = _bases()["as_of"]
    return day


def split_reference(reference: str) -> tuple[str, str, str]:
    """(name, tag, digest) of an image reference; tag and digest are empty when not given."""
    rest, _, digest = reference.partition("@")
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        return rest, "", digest
    return name, tag, digest


def familiar_name(name: str) -> str:
    """The name as people write it: `docker.io/library/python` is `python`."""
    for hub in _HUBS:
        if name.startswith(hub):
            name = name[len(hub) :]
            break
    return name[len("library/") :] if name.startswith("library/") else name


def base_image_of(reference: str) -> BaseImage | None:
    """What is known of the image a reference names."""
    name, tag, _ = split_reference(reference)
    return base_image(name, tag)


def base_image(name: str, tag: str = "") -> BaseImage | None:
    """What is known of a repository and tag; None for a repository that is not in the table.

    An empty tag means `latest`. A digest has no say: what the tag tells is taken as true.
    """
    short = familiar_name(name)
    spec = _spec(short)
    if spec is None:
        return None
    tokens = [t for t in tag.split("-") if t]
    version, rest = _version(tokens)
    on, distro_release = _distro(spec, rest)
    variant = _variant(rest, on)
    release = _own_release(spec, version, rest, on)
    if spec["life"] in _DATED and on == spec["life"]:
        distro_release = None
    distro = _bases()["distro"][on]
    megabytes: int = spec["mb"]
    provides = spec.get("provides", ())
    if variant in ("slim", "alpine"):
        megabytes = spec.get(f"{variant}_mb", megabytes)
        provides = spec.get("slim_provides", ()) if variant == "slim" else _of_alpine(provides)
    if variant == "jre" or "jre" in rest:
        megabytes = spec.get("jre_mb", megabytes)
        provides = tuple(p for p in provides if p != "jdk")
    held = frozenset(provides)
    return BaseImage(
        name=short,
        family=spec["family"],
        tag=tag,
        variant=variant,
        purpose=spec.get("purpose", "run"),
        release=release,
        distro=on,
        distro_release=distro_release,
        libc=distro["libc"],
        shells=tuple(distro["shells"]) if variant != "chiseled" else (),
        package_manager=distro["packages"] if variant != "chiseled" else "",
        user=spec.get("user", "root"),
        provides=held,
        lacks=tuple(lack for lack in distro["lacks"] if lack not in held),
        tools=tuple(spec.get("tools", ())),
        megabytes=megabytes,
        size_class=_class_of(megabytes),
        deprecated=spec.get("deprecated", ""),
        lighter=tuple(_lighter(spec, name, tag, _Tag(version, rest, variant))),
    )


def image_names() -> tuple[str, ...]:
    """The names of the images in the table that are written as they stand there."""
    images: dict[str, Any] = _bases()["images"]
    found = [name for key, spec in images.items() for name in spec.get("names", (key,))]
    return tuple(dict.fromkeys(found))


def tags_of(name: str) -> tuple[str, ...]:
    """Tags of an image that stand for maintained releases, newest first, each with the slimmer ones that are
    known to exist beside it; empty for an image without a life cycle in the table."""
    spec = _spec(familiar_name(name))
    life = _bases()["life"].get(spec["life"]) if spec is not None else None
    if life is None:
        return ()
    found: list[str] = []
    names = {version: codename for codename, version in life["codenames"].items()}
    for version in reversed([v for v, end in life["end"].items() if end >= as_of()]):
        tags = [version, *([names[version]] if version in names else [])]
        for tag in tags:
            image = base_image(name, tag)
            lighter = () if image is None else image.lighter
            found += [tag, *(one.image.rpartition(":")[2] for one in lighter if one.exact)]
    return tuple(dict.fromkeys(found))


def programs_of_full_variant() -> frozenset[str]:
    """Programs that the full Debian variant of a language image has and the slim one has not."""
    programs = _bases()["programs"]
    return frozenset((*programs["buildpack"], *programs["buildpack_runtimes"]))


def release_of(product: str, version: str) -> Release | None:
    """The release of a product of the table that a version belongs to: `3.12.4` of python is
    3.12. None for a product or version that is not known."""
    life = _bases()["life"].get(product)
    if life is None or not version:
        return None
    end: Mapping[str, str] = life["end"]
    wanted = life["codenames"].get(version, version)
    parts = wanted.split(".")
    for count in range(len(parts), 0, -1):
        known = ".".join(parts[:count])
        if known in end:
            supported = life["supported"]
            return Release(
                life["label"],
                known,
                known,
                end[known],
                *_successor(life),
                end.get(supported),
                life.get("advice", ""),
            )
    return None


def supported_release(name: str) -> Release | None:
    """A release of an image's product that is still maintained, for use in advice."""
    spec = _spec(familiar_name(name))
    life = _bases()["life"].get(spec["life"]) if spec is not None else None
    if life is None or not life["supported"]:
        return None
    version = life["supported"]
    tag, name = _successor(life)
    ends = life["end"].get(version)
    return Release(life["label"], version, tag, ends, tag, name, ends, "")


def _successor(life: Mapping[str, Any]) -> tuple[str, str]:
    """Tag and code name of the release to move to."""
    version: str = life["supported"]
    names = [name for name, of in life["codenames"].items() if of == version]
    return life.get("tag", version), names[-1] if names else ""


def _bases() -> dict[str, Any]:
    from dockerlint.knowledge.tables import BASES

    found: dict[str, Any] = BASES
    return found


def _codenames(product: str) -> dict[str, str]:
    found: dict[str, str] = _bases()["life"][product]["codenames"]
    return found


def _spec(name: str) -> dict[str, Any] | None:
    images: dict[str, Any] = _bases()["images"]
    spec = images.get(name)
    if spec is not None and name in spec.get("names", (name,)):
        return dict(spec)
    for candidate in images.values():
        if name in candidate.get("names", ()) or name.startswith(tuple(candidate.get("prefixes", ()))):
            return dict(candidate)
    return None


def _version(tokens: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The version at the head of a tag (`3.12.4` of `v3.12.4_1-slim`) and the other parts."""
    if not tokens:
        return "", ()
    head = tokens[0]
    for prefix in ("centos", "v"):
        if head.startswith(prefix) and head[len(prefix) : len(prefix) + 1].isdigit():
            head = head[len(prefix) :]
    end = 0
    while end < len(head) and (head[end].isdigit() or head[end] == "."):
        end += 1
    version = head[:end].rstrip(".")
    return (version, tuple(tokens[1:])) if version else ("", tuple(tokens))


def _distro(spec: Mapping[str, Any], rest: Sequence[str]) -> tuple[str, Release | None]:
    for token in rest:
        if token.startswith("alpine"):
            return "alpine", release_of("alpine", token[len("alpine") :])
        if token.startswith(("windowsservercore", "nanoserver")):
            return "windows", None
        for distro in _DATED:
            if token in _codenames(distro):
                return distro, release_of(distro, token)
    return spec["distro"], None


def _variant(rest: Sequence[str], distro: str) -> str:
    if distro in ("alpine", "windows"):
        return distro
    for variant in ("slim", "chiseled", "jre"):
        if variant in rest:
            return variant
    return "full"


def _own_release(spec: Mapping[str, Any], version: str, rest: Sequence[str], distro: str) -> Release | None:
    product = spec["life"]
    if not product:
        return None
    if version:
        return release_of(product, version)
    named = next((token for token in rest if token in _codenames(product)), None)
    return release_of(product, named) if named else None


def _of_alpine(provides: Sequence[str]) -> tuple[str, ...]:
    kept = ("ca-certificates", "jdk", "sdk")
    return tuple(p for p in provides if p in kept)


def _class_of(megabytes: int) -> str:
    classes: dict[str, int] = _bases()["size_classes"]
    for name, most in classes.items():
        if megabytes <= most:
            return name
    return "large"


def _lighter(spec: Mapping[str, Any], name: str, tag: str, read: _Tag) -> Iterator[Lighter]:
    version, rest = read.version, read.rest
    words = {"name": name, "version": version or "latest", "major": version.partition(".")[0]}
    words["debian"] = next((t for t in rest if t in _codenames("debian")), "stable")
    words["java"] = next((t for t in rest if t.isdigit()), "21")
    glibc = read.variant in ("full", "slim")
    breaks: tuple[str, ...] = tuple(spec.get("slim_lacks", ()))
    if read.variant == "full" and spec["slim"]:
        slim = _slim_tag(spec, tag, rest)
        if slim:
            exact = version != "" or (spec["family"] == "debian" and tag not in _MOVING)
            yield Lighter(f"{name}:{slim}", "slim", True, exact, breaks, spec["slim_mb"])
    if "jdk" in spec.get("provides", ()) and "jre" not in rest and glibc:
        jre = _jre(spec, words, rest)
        if jre:
            breaks = ("javac, jar, jlink and the other tools of the JDK",)
            same = jre.startswith(f"{name}:")
            yield Lighter(jre, "jre", True, same, breaks, spec["jre_mb"])
    if spec.get("runtime") and glibc:
        yield Lighter(spec["runtime"].format(**words), "runtime", True, False, tuple(spec["breaks"]), 0)
    for other in spec.get("lighter", ()):
        if read.variant == "full" and version:
            image = other["image"].format(**words)
            yield Lighter(image, "minimal", True, False, tuple(other["breaks"]), other["mb"])
    if "alpine_mb" in spec and glibc:
        musl = f"{name}:{version}-alpine" if version else f"{name}:alpine"
        breaks = ("musl in place of glibc: no glibc binaries or wheels", "no bash, git or compilers")
        yield Lighter(musl, "alpine", False, False, breaks, spec["alpine_mb"])


def _slim_tag(spec: Mapping[str, Any], tag: str, rest: tuple[str, ...]) -> str:
    """The tag of the slim variant, or nothing where the tag has a part that slim may not have."""
    style: str = spec["slim"]
    if tag in ("", "latest"):
        return "stable-slim" if spec["family"] == "debian" else "slim"
    allowed = _MOVING | {"testing", "unstable", "sid", "oldstable", *_codenames("debian")}
    if spec["life"]:
        allowed |= set(_codenames(spec["life"]))
    for token in rest:
        if token not in allowed and not (style == "after" and token.isdigit() and len(token) == 8):
            return ""
    if style == "before" and rest and rest[-1] in _codenames("debian"):
        head = tag[: len(tag) - len(rest[-1])]
        return f"{head}slim-{rest[-1]}"
    return f"{tag}-slim"


def _jre(spec: Mapping[str, Any], words: Mapping[str, str], rest: tuple[str, ...]) -> str:
    if words["major"] not in spec.get("jre", ()):
        return ""
    on = [t for t in rest if t not in ("jdk", "slim", "oracle")]
    if any(t not in _codenames("ubuntu") for t in on) and "{rest}" in spec["jre_image"]:
        return ""
    made: str = spec["jre_image"].format(**words, rest="".join(f"-{t}" for t in on))
    return made
