from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.leftover import Left, cleaned, first_user, head, left, starts
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

REPOSITORY = ("~/.m2/repository", "/usr/share/maven/ref/repository")
GOALS = (
    "package", "install", "verify", "compile", "test", "deploy", "validate", "test-compile", "integration-test",
    "clean", "site",
)  # fmt: skip


@rule(
    code="DK328",
    summary="Repository of Maven stays in the image",
    why="""
        Maven keeps every plugin and library that a build needs in `~/.m2/repository`, often several hundred
        MB. In a build stage that does no harm. In a stage that becomes the image it does: build in a stage
        of its own and copy the archive that it makes, or remove the repository in the same RUN.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "what is started from Maven, or with a class path into ~/.m2, finds no libraries any more",
        closure=True,
    ),
    source="https://maven.apache.org/guides/introduction/introduction-to-repositories.html",
    bad=[
        Bad(
            "FROM maven:3.9\nCOPY . .\nRUN «mvn» -B package\n",
            fixed="FROM maven:3.9\nCOPY . .\nRUN mvn -B package && rm -rf ~/.m2/repository\n",
        ),
        Bad(
            "FROM maven:3.9\nRUN cd /src && \\\n    # no tests\n    «mvn» clean install -DskipTests\n",
            fixed="FROM maven:3.9\nRUN cd /src && \\\n    # no tests\n    mvn clean install -DskipTests && \\\n"
            "    rm -rf ~/.m2/repository\n",
        ),
        Bad(
            "FROM maven:3.9\nRUN <<EOF\nset -e\n«mvn» package\nEOF\n",
            fixed="FROM maven:3.9\nRUN <<EOF\nset -e\nmvn package\nrm -rf ~/.m2/repository\nEOF\n",
        ),
        Bad("FROM maven:3.9\nRUN «mvn» dependency:go-offline\nCOPY . .\nRUN mvn package && rm -r ~/.m2\n"),
    ],
    good=[
        Good("FROM maven:3.9 AS build\nRUN mvn package\nFROM eclipse-temurin:21-jre\n"),
        Good("FROM maven:3.9\nRUN mvn package && rm -rf ~/.m2\n"),
        Good("FROM maven:3.9\nRUN --mount=type=cache,target=/root/.m2 mvn package\n"),
        Good('FROM maven:3.9\nRUN mvn compile\nCMD ["mvn", "exec:java"]\n'),
        Good("FROM maven:3.9\nRUN mvn --version\n"),
    ],
)
def maven_repository_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if starts(dockerfile, ("mvn", "mvnw")):
        return
    for found in left(dockerfile, _fills, REPOSITORY, lambda command: False):
        yield Finding(
            head(found.made[0]),
            "Maven's repository stays in this image; build in a stage of its own, or remove it in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    goals = [w for w in words if w in GOALS or (":" in w and not w.startswith("-"))]
    return command.name in ("mvn", "mvnw") and bool(goals) and goals != ["clean"]


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    if any("maven.repo.local" in shown(w) for c in found.made for w in c.arguments):
        return None
    title = "remove Maven's repository in the same RUN"
    other = first_user(dockerfile, found.run, _fills)
    if other is not None:
        reason = f"the RUN in line {other.first_line} would download it all again; merge the two"
        return Fix(title, (), Applicability.DISPLAY, reason)
    if "sudo" in found.made[-1].wrappers:
        return None
    return cleaned(dockerfile, found, "rm -rf ~/.m2/repository", title)
