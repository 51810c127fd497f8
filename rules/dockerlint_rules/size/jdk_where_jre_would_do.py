from __future__ import annotations

from dockerlint.knowledge.bases import Lighter, base_image_of, programs_of_full_variant
from dockerlint.model import Dockerfile, From
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell.installs import installs
from dockerlint.shell.starts import root_of, run_scripts, standing_on, starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Stage
    from dockerlint.shell.script import Command

_WRAPPERS = frozenset(("tini", "dumb-init", "exec", "gosu", "su-exec", "echo", "curl", "wget", "test", "["))
_HARMLESS = frozenset((
    "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "mkdir", "chmod", "chown", "rm", "cp", "mv", "ln", "echo", "cat",
    "set", "useradd", "groupadd", "adduser", "addgroup", "cd", "curl", "wget", "tar", "unzip", "sed", "touch", "keytool",
    "java", "sha256sum", "true", "ls", "export", "apt-key", "locale-gen", "tee", "find", "usermod", "test", "[", "install",
))  # fmt: skip


@rule(
    code="DK351",
    summary="A whole JDK to run a jar",
    why="""
        A container that only runs `java -jar` needs no compiler, no `jar` and no `jlink`: the runtime image
        (JRE) is some 200 MB smaller. The image `openjdk` is deprecated besides and has had no updates since
        July 2022; its place is taken by `eclipse-temurin` and others.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "the tools of the JDK are missing; eclipse-temurin in place of openjdk is another build of Java on Ubuntu,"
        " with JAVA_HOME in /opt/java/openjdk",
        config=("Env",),
        closure=True,
    ),
    source="https://hub.docker.com/_/eclipse-temurin, https://github.com/docker-library/openjdk/issues/505",
    bad=[
        Bad(
            'FROM «eclipse-temurin:17-jdk-jammy»\nCOPY app.jar /\nENTRYPOINT ["java", "-jar", "/app.jar"]\n',
            fixed='FROM eclipse-temurin:17-jre-jammy\nCOPY app.jar /\nENTRYPOINT ["java", "-jar", "/app.jar"]\n',
        ),
        Bad(
            "ARG V=21\nFROM «eclipse-temurin:$V»\nCOPY app.jar /\nCMD exec java $OPTS -jar /app.jar\n",
            fixed="ARG V=21\nFROM eclipse-temurin:$V-jre\nCOPY app.jar /\nCMD exec java $OPTS -jar /app.jar\n",
        ),
        Bad(
            "FROM maven:3.9 AS build\nRUN mvn package\nFROM «openjdk:17-jdk-slim»\nCOPY --from=build /app.jar /\n"
            'CMD ["java", "-jar", "/app.jar"]\n',
            fixed="FROM maven:3.9 AS build\nRUN mvn package\nFROM eclipse-temurin:17-jre\n"
            'COPY --from=build /app.jar /\nCMD ["java", "-jar", "/app.jar"]\n',
        ),
        Bad(
            "FROM «openjdk:11»\nRUN apt-get update && apt-get install -y libfoo3\nCOPY app.jar /\n"
            'CMD ["java", "-jar", "/app.jar"]\n'
        ),
        Bad(
            "FROM «eclipse-temurin:17»\nRUN apt-get update && apt-get install -y wget && wget https://example.org/a.jar\n"
            "CMD echo starting && java -jar /a.jar\n",
            fixed="FROM eclipse-temurin:17-jre\n"
            "RUN apt-get update && apt-get install -y wget && wget https://example.org/a.jar\n"
            "CMD echo starting && java -jar /a.jar\n",
        ),
        Bad("FROM «openjdk:11»\nENV PATH=$JAVA_HOME/bin:$PATH\nCMD java -jar /app.jar\n"),
        Bad("ARG BASE=eclipse-temurin:17\nFROM «$BASE»\nCMD java -jar /app.jar\n"),
        Bad("ARG V=17-jdk\nFROM «eclipse-temurin:$V»\nCMD java -jar /app.jar\n"),
        Bad("FROM «eclipse-temurin:17@sha256:0a12e9»\nCMD java -jar /app.jar\n"),
        Bad("FROM «eclipse-temurin:17»\nRUN wget https://example.org/app.jar\nCMD java -jar /app.jar\n"),
    ],
    good=[
        Good('FROM eclipse-temurin:17-jre\nCOPY app.jar /\nCMD ["java", "-jar", "/app.jar"]\n'),
        Good('FROM eclipse-temurin:17\nCOPY . /\nRUN javac App.java\nCMD ["java", "App"]\n'),
        Good('FROM eclipse-temurin:17\nCOPY . /\nRUN ./mvnw package\nCMD ["java", "-jar", "/app.jar"]\n'),
        Good('FROM eclipse-temurin:17\nCOPY start.sh /\nCMD ["/start.sh"]\n'),
        Good('FROM eclipse-temurin:17\nCMD ["jshell"]\n'),
        Good("FROM eclipse-temurin:17\n"),
        Good('FROM eclipse-temurin:22\nCMD ["java", "-jar", "/app.jar"]\n'),
    ],
)
def jdk_where_jre_would_do(dockerfile: Dockerfile) -> Iterator[Finding]:
    final = dockerfile.final_stage
    root = root_of(final) if final is not None else None
    base = base_image_of(root.image) if root is not None and root.image is not None else None
    if final is None or root is None or root.image is None or base is None:
        return
    jre = next((light for light in base.lighter if light.kind == "jre"), None)
    if jre is None:
        return
    started = starts(final)
    programs = [c.name for c in started if c.name not in _WRAPPERS]
    stages = standing_on(dockerfile, root)
    commands = [c for _, script in run_scripts(stages) for c in script.commands]
    if not programs or any(name != "java" for name in programs) or not all(_harmless(c) for c in commands):
        return
    yield Finding(
        root.start.image.span,
        f"only `java` runs here, and {base.name}:{base.tag or 'latest'} holds a whole JDK; use {jre.image}",
        _fix(dockerfile, root.start, root.image, jre, stages),
    )


def _harmless(command: Command) -> bool:
    return command.name in _HARMLESS


def _fix(dockerfile: Dockerfile, start: From, image: str, jre: Lighter, stages: Sequence[Stage]) -> Fix:
    title = f"use {jre.image}"
    edit = _edit(start, image, jre.image)
    if edit is None:
        return Fix(title, (), Applicability.DISPLAY, "the tag, or the digest behind it, is not written here")
    packages = {n for _, s in run_scripts(stages) for i in installs(s) for n in i.names}
    program = next((p for p in _programs(stages) if p not in packages), None)
    if program is not None:
        return Fix(title, (edit,), Applicability.DISPLAY, f"{program} may be missing there")
    if not jre.exact and (packages or _names_the_folder(dockerfile)):
        reason = (
            f"another distribution and JAVA_HOME there: look at {', '.join(sorted(packages)) or 'JAVA_HOME'}"
        )
        return Fix(title, (edit,), Applicability.DISPLAY, reason)
    return Fix(title, (edit,))


def _programs(stages: Sequence[Stage]) -> list[str]:
    """What the RUNs call that only a fuller image may have."""
    missing = programs_of_full_variant()
    return [c.name for _, s in run_scripts(stages) for c in s.commands if c.name in missing]


def _names_the_folder(dockerfile: Dockerfile) -> bool:
    text = dockerfile.source.text
    return "JAVA_HOME" in text or "/usr/local/openjdk" in text or "/usr/lib/jvm" in text


def _edit(start: From, old: str, new: str) -> Edit | None:
    raw, span = start.image.raw, start.image.span
    if "@" in old:
        return None
    if raw == old:
        return Edit(span, new)
    if ":" in raw.partition("$")[0] and new.startswith(old) and raw[-1] not in "\"'":
        return Edit(Span(span.end, span.end), new[len(old) :])
    return None
