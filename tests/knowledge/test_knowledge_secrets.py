"""Secrets told by their shape: what is one, what is not, and that no message repeats one."""

from __future__ import annotations

import re

import pytest

import dockerlint
from dockerlint.knowledge.secrets import secrets_in
from dockerlint.knowledge.tables import SECRETS, TLS_OFF, UNSIGNED_PACKAGES
from dockerlint.loader import load

LETTERS = "q7WzR4tYpK9mBvXc2LsD8fGhJ3nVw6"
SECRETS_MADE = [
    "AKIA" + "QWERTYUIOPASDFGH",
    "ghp_" + (LETTERS * 2)[:36],
    "glpat-" + LETTERS[:20],
    "npm_" + (LETTERS * 2)[:36],
    "xoxb-" + LETTERS,
    "AIza" + (LETTERS * 2)[:35],
    "sk_live_" + LETTERS[:24],
    "postgres://shop:" + LETTERS[:12] + "@db",
]


@pytest.mark.parametrize("secret", SECRETS_MADE)
def test_no_message_repeats_a_secret(secret: str) -> None:
    dockerfile = dockerlint.parse(f"FROM debian:12\nENV VALUE={secret}\nRUN echo {secret} x\n")
    messages = [
        finding.message for rule in load().all if rule.group == "security" for finding in rule.run(dockerfile)
    ]
    assert len(messages) >= 2
    hidden = secret.removesuffix("@db")[-10:]
    assert not [message for message in messages if hidden in message]


@pytest.mark.parametrize("secret", SECRETS_MADE)
def test_a_secret_is_found_once_at_its_place(secret: str) -> None:
    (found,) = secrets_in(f"a='{secret}';")
    assert found[1] == 3
    assert secret.startswith(f"a='{secret}';"[found[1] : found[2]])


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "https://example.org:8080/@scope/name",
        "https://$USER:$TOKEN@example.org/",
        "https://user:password@db/",
        "https://app:app@db/",
        "npm_config_registry",
        "sha256:AKIA0123456789abcdef",
    ],
)
def test_what_only_resembles_a_secret_is_none(text: str) -> None:
    assert list(secrets_in(text)) == []


def test_every_pattern_of_the_tables_is_one() -> None:
    patterns = list(SECRETS["shapes"].values())
    for table in (TLS_OFF, UNSIGNED_PACKAGES):
        patterns += [pattern for found in table["words"].values() for pattern in found]
        patterns += [*table["variables"].values(), *table["texts"]["patterns"]]
    assert all(re.compile(pattern) for pattern in patterns)


def test_every_option_of_the_tables_has_a_mark_that_lets_it_be_seen() -> None:
    for table in (TLS_OFF, UNSIGNED_PACKAGES):
        for tool, options in table["options"].items():
            for option in options:
                line = f"{tool} {option}".lower()
                assert any(mark in line for mark in table["marks"]), line
        for name, value in table["variables"].items():
            line = f"{name}={value}".lower()
            assert any(mark in line for mark in table["marks"]), line
