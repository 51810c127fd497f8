"""Which tag of the Docker Hub names the release that a base image is, as the image itself tells."""

from __future__ import annotations

import re

from dockerlint.inspect import Text
from dockerlint.knowledge.bases import familiar_name, split_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.image import Image

# Distributions: how much of VERSION_ID in os-release is a tag.
_BY_SYSTEM = {
    "debian": r"\d+", "ubuntu": r"\d+\.\d+", "alpine": r"\d+\.\d+", "fedora": r"\d+", "amazonlinux": r"\d+", "almalinux": r"\d+(?:\.\d+)?",
    "rockylinux": r"\d+", "oraclelinux": r"\d+", "opensuse/leap": r"\d+\.\d+",
}  # fmt: skip
# Official images that tell their version in a variable; it is a tag as it is.
_BY_VARIABLE = {
    "python": "PYTHON_VERSION", "node": "NODE_VERSION", "golang": "GOLANG_VERSION", "ruby": "RUBY_VERSION", "php": "PHP_VERSION",
    "nginx": "NGINX_VERSION", "httpd": "HTTPD_VERSION", "redis": "REDIS_VERSION", "tomcat": "TOMCAT_VERSION",
}  # fmt: skip


def release(reference: str, image: Image, facts: Mapping[str, object]) -> tuple[str, str] | None:
    """The name of a base and the tag of the release that it is, for an official image that is named without a
    tag or with `latest`; None where it does not tell.

    `image` is built on it, `facts` are those of its own layers, read by an `Inspector`.
    """
    name, tag, digest = split_reference(reference)
    short = familiar_name(name)
    if tag not in ("", "latest") or digest:
        return None
    found = None
    if short in _BY_SYSTEM:
        found = re.match(_BY_SYSTEM[short], _system(facts).get("VERSION_ID", ""))
    elif short in _BY_VARIABLE:
        found = re.fullmatch(r"\d+(?:\.\d+)+", _variables(image).get(_BY_VARIABLE[short], ""))
    return (short, found[0]) if found is not None else None


def _system(facts: Mapping[str, object]) -> dict[str, str]:
    for path in ("etc/os-release", "usr/lib/os-release"):
        fact = facts.get(path)
        if isinstance(fact, Text):
            pairs = (line.partition("=") for line in fact.text.splitlines())
            return {key: value.strip("\"'") for key, _, value in pairs}
    return {}


def _variables(image: Image) -> dict[str, str]:
    settings = image.config.get("config")
    given = settings.get("Env") if isinstance(settings, dict) else None
    pairs = (item.partition("=") for item in given or () if isinstance(item, str))
    return {name: value for name, _, value in pairs}
