"""Whether the Java of another image stands in for that of the first one, and the settings that say where it is."""

from __future__ import annotations

import re

from dockerlint.contract.record import Difference
from dockerlint.frozen import replace
from dockerlint.inspect import Text
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure import Closure
    from dockerlint.closure.runtimes import Runtime
    from dockerlint.view import View

# Modules with the tools of a JDK, which images of a JRE leave out.
_TOOLS = frozenset((
    "jdk.attach", "jdk.compiler", "jdk.editpad", "jdk.hotspot.agent", "jdk.internal.ed", "jdk.internal.jvmstat", "jdk.internal.le",
    "jdk.internal.opt", "jdk.jartool", "jdk.javadoc", "jdk.jcmd", "jdk.jconsole", "jdk.jdeps", "jdk.jdi", "jdk.jlink", "jdk.jpackage",
    "jdk.jshell", "jdk.jstatd",
))  # fmt: skip
_FIELD = re.compile(r'^([A-Z_]+)="([^"]*)"', re.MULTILINE)
_NUMBER = re.compile(r"(?:jdk-?|jre-?)?(?:1\.)?([0-9]+)(?![0-9])")


class Javas:
    """The Javas that two images start, and which of the second stands in for each of the first."""

    def __init__(self, one: View, two: View, before: Closure, after: Closure) -> None:
        self._one, self._two = one, two
        self._pairs: dict[str, str] = {}
        for old in before.runtimes:
            new = next((n.home for n in after.runtimes if stands_in(one, old, two, n.home)), None)
            if new is not None:
                self._pairs[old.home] = new

    def reason(self, path: str) -> str:
        """Why a path of a Java may differ; empty where it is of none, or none stands in for that."""
        home = next((home for home in self._pairs if f"{path}/".startswith(f"{_whole(home)}/")), None)
        if home is None:
            return ""
        number = _number(_release(self._one, home).get("JAVA_VERSION", ""))
        return f"another Java {number} is there, with all modules but those of the tools for building"

    def setting(self, difference: Difference) -> Difference:
        """A difference of the configuration, allowed where it says where the other Java is, or which it is."""
        name = difference.where.removeprefix("Env ")
        if difference.allowed or difference.kind != "config" or name == difference.where:
            return difference
        one, two = variables(self._one), variables(self._two)
        if moved(name, one.get(name, ""), one, two, self._pairs) == two.get(name):
            return replace(
                difference, allowed="it tells of the Java, and another one of that number is there"
            )
        return difference


def stands_in(one: View, old: Runtime, two: View, home: str) -> bool:
    """Whether the Java in a folder of the second image does all that the first image's is needed for: the
    same number, and all modules but those of tools."""
    first, second = _release(one, old.home), _release(two, home)
    number = _number(first.get("JAVA_VERSION", ""))
    if not number or number != _number(second.get("JAVA_VERSION", "")):
        return False
    if old.tools and not two.is_file(f"{home}/bin/javac"):
        return False
    missing = set(first.get("MODULES", "").split()) - set(second.get("MODULES", "").split())
    return not missing if old.tools else missing <= _TOOLS


def moved(
    name: str, value: str, one: dict[str, str], two: dict[str, str], pairs: dict[str, str]
) -> str | None:
    """What a variable of the first image is to be in the second one, where `pairs` gives the folder of the
    Java there; None where it is not about that."""
    if name == "JAVA_VERSION" and pairs and _number(value) == _number(two.get(name, "")) != "":
        return two.get(name)
    if name == "JAVA_HOME":
        home = pairs.get(value.strip("/"))
        return two.get(name, f"/{home}") if home is not None else None
    if name == "PATH":
        old, new = one.get("JAVA_HOME", ""), two.get("JAVA_HOME", "")
        if old and pairs.get(old.strip("/")) == new.strip("/"):
            return ":".join(f"{new}/bin" if p == f"{old}/bin" else p for p in value.split(":"))
    return None


def variables(view: View) -> dict[str, str]:
    """The variables of an image."""
    settings = view.image.config.get("config")
    env = settings.get("Env") if isinstance(settings, dict) else None
    items = (str(item).partition("=") for item in env) if isinstance(env, list) else ()
    return {name: value for name, _, value in items}


def home_of(view: View) -> str:
    """The folder that JAVA_HOME leads to (without leading slash); empty for none."""
    value = variables(view).get("JAVA_HOME", "")
    return absolute(value, "/") if value and view.is_folder(absolute(value, "/")) else ""


def _release(view: View, home: str) -> dict[str, str]:
    """What the file `release` of a Java says of it."""
    # That of a JDK 8 is above the folder with the Java in it.
    places = (f"{home}/release", f"{_whole(home)}/release")
    fact = next((f for p in places if (f := view.facts.get(view.real(p) or "")) is not None), None)
    return dict(_FIELD.findall(fact.text)) if isinstance(fact, Text) else {}


def _whole(home: str) -> str:
    """The folder of the JDK that a Java is a part of, or its own."""
    return home.removesuffix("/jre")


def _number(version: str) -> str:
    match = _NUMBER.match(version)
    return match[1] if match is not None else ""
