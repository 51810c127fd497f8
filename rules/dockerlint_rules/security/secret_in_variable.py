from __future__ import annotations

import re

from dockerlint.knowledge.secrets import secrets_in
from dockerlint.model import Arg, Dockerfile, Env
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Pair

_NAME = "(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|passwd|pword|secret|token)(?:_|$)"
# Words that turn a secret into something about it: a path, a limit, something public.
_HARMLESS = (
    "(?i)public|file|path|dir|version|url|host|type|length|name|gpg|pgp|ids?$|fingerprint|ttl|expir|timeout"
)
# What hadolint looks for anywhere in a name in lower case.
_PARTS = ("api_key", "client_key", "password", "private", "secret", "token", "username")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: parts of names, wherever they stand, in ARG before FROM too."""
    found: Iterator[Arg | Env] = dockerfile.instructions(Arg, Env, onbuild=True)
    for instruction in found:
        for pair in instruction.pairs:
            name = pair.name.raw
            if name == "AWS_ACCESS_KEY_ID" or any(part in name.lower() for part in _PARTS):
                yield Finding(pair.name.span, f"{name} may be a secret; use RUN --mount=type=secret")


@rule(
    code="DL3064",
    summary="A secret in `ARG` or `ENV`",
    why="""
        The value of an `ENV` is in the image's configuration, that of an `ARG` in its history: whoever can
        pull the image can read both, also after a later instruction unset them. A secret mount gives a
        value to one `RUN` and leaves no trace.
    """,
    severity=Severity.WARNING,
    aliases=("SecretsUsedInArgOrEnv",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/secrets/",
    bad=[
        Bad("FROM busybox\nENV A=1 «DB_PASSWORD»=hunter2\n"),
        Bad("FROM busybox\nARG «NPM_TOKEN»\nRUN npm ci\n"),
        Bad("FROM busybox\nONBUILD ENV «api_key» x\n"),
        Bad("FROM busybox\nARG «AWS_ACCESS_KEY_ID»\n"),
    ],
    good=[
        Good("FROM busybox\nENV GITHUB_TOKEN=ghp_16C7e42F292c6912E7710c838347Ae178B4a\n"),
        Good("FROM busybox\nENV TOKENIZERS_PARALLELISM=false MONKEY=1 KEYBOARD=us\n"),
        Good("FROM busybox\nENV DB_PASSWORD_FILE=/run/secrets/db\n"),
        Good("FROM busybox\nENV PUBLIC_KEY=x GPG_KEY=0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D\n"),
        Good("FROM busybox\nENV AWS_ACCESS_KEY_ID= SESSION_KEY=5\n"),
        Good("FROM busybox\nENV RELEASE_PGP_KEY=x ACCESS_KEY_ID=y TRUSTED_KEY_IDS=z\n"),
        Good("FROM busybox\nENV SIGNING_KEY=/run/secrets/key AUTH=false DB_PASSWORD=\n"),
        Good("ARG NPM_TOKEN\nFROM busybox\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\n"),
    ],
)
def secret_in_variable(dockerfile: Dockerfile) -> Iterator[Finding]:
    found: Iterator[Arg | Env] = dockerfile.instructions(Arg, Env, onbuild=True)
    for instruction in found:
        if instruction.stage is None:
            # seen by FROM only, which keeps nothing of it
            continue
        for pair in instruction.pairs:
            if _is_secret(pair) and not _is_written_out(pair):
                yield Finding(
                    pair.name.span,
                    f"{pair.name.raw} looks like a secret, and stays readable in the image; "
                    "use RUN --mount=type=secret",
                )


def _is_written_out(pair: Pair) -> bool:
    """Whether the value can be told for a secret by its shape: then it is out already, a worse fault."""
    return pair.value is not None and any(True for _ in secrets_in(pair.value.raw))


def _is_secret(pair: Pair) -> bool:
    name = pair.name.raw
    if name != "AWS_ACCESS_KEY_ID" and (not re.search(_NAME, name) or re.search(_HARMLESS, name)):
        return False
    value = pair.value.value if pair.value is not None else None
    if value is None:
        return True
    return value.lower() not in ("", "true", "false", "yes", "no", "on", "off", "none") and not (
        value.startswith("/") or value.isdigit()
    )
