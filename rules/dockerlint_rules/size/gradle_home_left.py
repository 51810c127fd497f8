from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.leftover import Left, cleaned, first_user, head, left, starts
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

HOME = ("~/.gradle", "~/.gradle/caches")
TOOLS = ("gradle", "gradlew")


@rule(
    code="DK329",
    summary="Downloads of Gradle stay in the image",
    why="""
        Gradle keeps every library, and `gradlew` the whole of Gradle, in `~/.gradle`: often several hundred
        MB. In a build stage that does no harm. In a stage that becomes the image it does: build in a stage
        of its own and copy the archive that it makes, or remove the folder in the same RUN.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "what is started from Gradle, or with a class path into ~/.gradle, finds no libraries any more",
        closure=True,
    ),
    source="https://docs.gradle.org/current/userguide/directory_layout.html",
    bad=[
        Bad(
            "FROM eclipse-temurin:21\nCOPY . .\nRUN «./gradlew» --no-daemon build\n",
            fixed="FROM eclipse-temurin:21\nCOPY . .\nRUN ./gradlew --no-daemon build && rm -rf ~/.gradle\n",
        ),
        Bad(
            "FROM eclipse-temurin:21\nRUN cd /src && \\\n    # no tests\n    «gradle» --no-daemon assemble\n",
            fixed="FROM eclipse-temurin:21\nRUN cd /src && \\\n    # no tests\n    gradle --no-daemon assemble && \\\n"
            "    rm -rf ~/.gradle\n",
        ),
        Bad(
            "FROM eclipse-temurin:21\nRUN <<EOF\nset -e\n«./gradlew» --no-daemon jar\nEOF\n",
            fixed="FROM eclipse-temurin:21\nRUN <<EOF\nset -e\n./gradlew --no-daemon jar\nrm -rf ~/.gradle\nEOF\n",
        ),
        Bad("FROM eclipse-temurin:21\nRUN «./gradlew» build\n"),
    ],
    good=[
        Good("FROM gradle:8 AS build\nRUN gradle build\nFROM eclipse-temurin:21-jre\n"),
        Good("FROM eclipse-temurin:21\nRUN ./gradlew build && rm -rf ~/.gradle/caches\n"),
        Good("FROM eclipse-temurin:21\nRUN --mount=type=cache,target=/root/.gradle ./gradlew build\n"),
        Good('FROM eclipse-temurin:21\nRUN ./gradlew build\nCMD ["./gradlew", "run"]\n'),
        Good("FROM gradle:8\nRUN gradle --version\n"),
    ],
)
def gradle_home_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if starts(dockerfile, (*TOOLS, "./gradlew")):
        return
    for found in left(dockerfile, _fills, HOME, lambda command: False):
        own = found.run.state.variables.get("GRADLE_USER_HOME")
        if own and mounted(found.run, (own,)):
            continue
        yield Finding(
            head(found.made[0]),
            "Gradle's downloads stay in this image; build in a stage of its own, or remove them in the same RUN",
            _fix(dockerfile, found, own),
        )


def _fills(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name in TOOLS and not any(
        w in ("--version", "-v", "--help", "-h", "wrapper") for w in words
    )


def _fix(dockerfile: Dockerfile, found: Left, own: str | None) -> Fix | None:
    daemon = not all(any(shown(w) == "--no-daemon" for w in c.arguments) for c in found.made)
    elsewhere = own or any(c.has("-g", "--gradle-user-home") for c in found.made)
    # A daemon that still runs writes to the folder while it is removed.
    if daemon or elsewhere or "sudo" in found.made[-1].wrappers:
        return None
    title = "remove Gradle's downloads in the same RUN"
    other = first_user(dockerfile, found.run, _fills)
    if other is not None:
        reason = f"the RUN in line {other.first_line} would download it all again; merge the two"
        return Fix(title, (), Applicability.DISPLAY, reason)
    return cleaned(dockerfile, found, "rm -rf ~/.gradle", title)
