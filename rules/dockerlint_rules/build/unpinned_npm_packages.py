from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import head
from dockerlint.shell.pinning import listed, npm_pinned, without
from dockerlint.shell.pins import REASON, pins, pins_of_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `npm` with `install`, spelled out, as its first plain argument, and a
    package without a version behind it."""
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "npm"):
        words = call.plain("loglevel", "registry")
        if words[:1] == ["install"]:
            while words[:1] == ["install"]:
                del words[0]
            if not all(npm_pinned(word) for word in words):
                fix = pins_of_call(dockerfile, run, call, "npm", _is_free)
                yield Finding(
                    call.command.name_word.span, "pin versions in npm install: package@version", fix
                )


@rule(
    code="DL3016",
    summary="`npm install` of packages without a version",
    why="""
        Without a version npm takes the newest release of the day, so two builds of one file differ and a
        new major release may break the next one. `package@1.2.3` says what was tested; for the packages
        of a project `npm ci` takes exactly those of its lock file.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://docs.npmjs.com/cli/commands/npm-install",
    bad=[
        Bad("FROM node:22\nRUN «npm install» -g pnpm@9 typescript\n"),
        Bad("FROM node:22\nRUN «npm i» \\\n    # for builds\n    @scope/tool\n"),
        Bad("FROM node:22\nRUN «npm add» git+https://example.org/app.git\n"),
        Bad("FROM node:22\nRUN «npm install» -g npm@latest\n"),
        Bad(
            "FROM node:22\nRUN «npm install» -g npm@latest '@scope/tool' \"typescript\" ./lib\n",
            fixed="FROM node:22\nRUN npm install -g npm@10.8.2 '@scope/tool@1.2.3' \"typescript@5.5.4\" ./lib\n",
            versions={"npm npm": "10.8.2", "npm @scope/tool": "1.2.3", "npm typescript": "5.5.4"},
        ),
    ],
    good=[
        Good("FROM node:22\nRUN npm install -g pnpm@9 @scope/tool@1.2 npm@$NPM_VERSION\n"),
        Good("FROM node:22\nRUN npm install && npm ci\n"),
        Good("FROM node:22\nRUN npm install ./lib /app ../x app.tgz https://example.org/app.tar.gz .\n"),
        Good("FROM node:22\nRUN npm install --prefix /app --loglevel warn tool@1\n"),
        Good("FROM node:22\nRUN npm install git+ssh://git@example.org/app.git#v1 user/app#v2 $TOOLS\n"),
        Good("FROM node:22\nRUN npm run install tool\n"),
    ],
)
def unpinned_npm_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "npm" not in dockerfile.source.text:
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("npm"):
                if command.tool != "npm" or command.subcommand != "install":
                    continue
                free = without(command.operands, _is_free)
                if free:
                    yield Finding(
                        head(command),
                        f"no version for {listed([word.text for word in free])}; pin it with package@version",
                        pins(dockerfile, run, script, "npm", free),
                    )


def _is_free(word: str) -> bool:
    if word in (".", "..") or ("#" in word and "/" in word):
        return False
    return not npm_pinned(word) or word.endswith(("@latest", "@next"))
