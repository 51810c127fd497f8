from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Word


@rule(
    code="DK407",
    summary="A file that holds a secret is copied",
    why="""
        Keys, `.netrc`, `.npmrc`, `.env` and cloud credentials that are copied stay in a layer, also after a later
        `RUN rm`, and whoever can pull the image can read them. A secret mount
        (`RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci`) or `--mount=type=ssh` gives them to
        one step and leaves nothing behind; what the program needs when it runs comes in as a volume or a secret
        of the orchestrator. Copies from other stages are left alone, and so are templates (`.env.example`).
    """,
    severity=Severity.WARNING,
    source="https://docs.docker.com/build/building/secrets/",
    bad=[
        Bad("FROM node:22\nCOPY package.json «.npmrc» ./\nRUN npm ci\n"),
        Bad("FROM debian:12\nCOPY «keys/id_rsa» /root/.ssh/\nADD «.ssh/» /root/.ssh\n"),
        Bad('FROM debian:12\nCOPY «.aws/credentials» /root/.aws/\nCOPY [«"conf/.env"», "/app/"]\n'),
        Bad("FROM nginx:1.29\nCOPY «tls/server-key.pem» «shop.p12» /etc/ssl/private/\n"),
        Bad("FROM debian:12\nCOPY «.env.production» /app/.env\n"),
    ],
    good=[
        Good("FROM debian:12\nADD https://example.org/id_rsa /a\n"),
        Good(
            "FROM node:22\nCOPY package.json ./\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n"
        ),
        Good("FROM debian:12\nCOPY id_rsa.pub authorized_keys .env.example .env.sample ca.pem cert.pem /\n"),
        Good("FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a /root/.npmrc /root/\n"),
        Good("FROM debian:12\nCOPY . .\nCOPY environment /\n"),
    ],
)
def secret_file_copied(dockerfile: Dockerfile) -> Iterator[Finding]:
    found: Iterator[Copy | Add] = dockerfile.instructions(Copy, Add, onbuild=True)
    for copy in found:
        if copy.flag("from") is None:
            for source in copy.sources:
                if _is_secret(source):
                    name = (source.value or "").rstrip("/")
                    yield Finding(
                        source.span,
                        f"{name} stays readable in the image; give it to one RUN with --mount=type=secret",
                    )


# What is written behind the name of a file with settings that is there to be filled in.
_TEMPLATES = ("example", "sample", "template", "dist", "tpl", "defaults", "default", "test", "ci", "docker")


def _is_secret(word: Word) -> bool:
    from dockerlint.knowledge.tables import SECRETS

    path = (word.value or "").lower().rstrip("/")
    if "://" in path or not path:
        return False
    name = path.rpartition("/")[2]
    if name.startswith(".env."):
        return name.rpartition(".")[2] not in _TEMPLATES
    if name in SECRETS["folders"] or name in SECRETS["files"]:
        return True
    whole = f"/{path}"
    return name.endswith((*SECRETS["endings"], *SECRETS["private"])) or any(
        "/" in one and whole.endswith(f"/{one}") for one in SECRETS["files"]
    )
