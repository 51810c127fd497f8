from __future__ import annotations

import re

from dockerlint.model import Arg, Dockerfile, Env
from dockerlint.presumed import presumed
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET = frozenset((
    "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
))  # fmt: skip
_HARMLESS = frozenset(("public", "file", "version"))


@rule(
    code="SecretsUsedInArgOrEnv",
    summary="A secret in `ARG` or `ENV`",
    why="""
        The value of an `ENV` is in the image for everybody who has it, and that of an `ARG` in its history. What
        a name like `API_TOKEN` holds belongs in a file that is there for one step only:
        `RUN --mount=type=secret,id=token`. Names with `public`, `file` or `version` in them are taken for
        harmless.
    """,
    severity=Severity.WARNING,
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
    bad=[
        Bad("FROM busybox\nARG «NPM_TOKEN»\nENV USER=me «PASSWORD»=x\n"),
        Bad("FROM busybox\nENV «my_api_key_2» x\n"),
        Bad("FROM busybox\nENV A=1 «AUTH»=1 AUTH=2\n"),
    ],
    good=[
        Good("ARG NPM_TOKEN\nFROM busybox\n"),
        Good("FROM busybox\nENV PUBLIC_KEY=x PASSWORD_FILE=/run/x KEY_VERSION=1\n"),
        Good("FROM busybox\nENV TOKENIZER=x KEYBOARD=de\nLABEL key=x\n"),
        Good("FROM busybox\nRUN --mount=type=secret,id=token cat /run/secrets/token\n"),
    ],
)
def secrets_used_in_arg_or_env(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in presumed(dockerfile).body:
        if not isinstance(instruction, Env | Arg) or instruction.stage is None:
            continue
        seen: set[str] = set()
        for pair in instruction.pairs:
            name = pair.name.value
            if name is None or name in seen:
                continue
            seen.add(name)
            words = set(re.split("_", name.lower()))
            if words & _SECRET and not words & _HARMLESS:
                yield Finding(
                    pair.name.span,
                    f"{name} looks like a secret and stays in the image; use RUN --mount=type=secret",
                )
