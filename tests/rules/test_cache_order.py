"""What the rewrite of a file whose sources are copied too early looks like; `--fix` never writes it."""

from __future__ import annotations

import pytest

import dockerlint
from dockerlint.config import Config
from dockerlint.fix import splice
from dockerlint.rule import Applicability

CONFIG = Config(select=("DK201",))


def rewritten(text: str) -> str | None:
    (found,) = dockerlint.lint(text, config=CONFIG).found
    assert dockerlint.fix(text, unsafe=True, config=CONFIG).text == text
    if found.fix is None:
        return None
    assert found.applicability == Applicability.DISPLAY
    return splice(text, found.fix.edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm test\n",
            "FROM node:22\nWORKDIR /app\nCOPY package*.json npm-shrinkwrap.json* .npmrc* ./\nRUN npm ci\nCOPY . .\nRUN npm test\n",
        ),
        (
            "FROM golang\nCOPY --chown=1 ./src/ /go/x\nWORKDIR /go/x\nRUN --mount=type=cache,target=/c go mod download \\\n  && go build\n",
            "FROM golang\nCOPY --chown=1 src/go.mod src/go.sum* src/go.work* /go/x/\nWORKDIR /go/x\n"
            "RUN --mount=type=cache,target=/c go mod download\nCOPY --chown=1 ./src/ /go/x\n"
            "RUN --mount=type=cache,target=/c go build\n",
        ),
        (
            "FROM python:3\nWORKDIR /a\nCOPY . ./\n# all of it\nRUN pip install -U pip && pip install -r ./r.txt",
            "FROM python:3\nWORKDIR /a\nCOPY r.txt ./\n# all of it\nRUN pip install -U pip && pip install -r ./r.txt\nCOPY . ./",
        ),
    ],
)
def test_manifests_first_then_the_install_then_the_rest(before: str, after: str) -> None:
    assert rewritten(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "FROM node\nWORKDIR /a\nCOPY . .\nRUN npm ci; npm test\n",
        "FROM node\nWORKDIR /a\nCOPY \\\n  # why\n  . .\nRUN npm ci\n",
        'FROM node\nWORKDIR /a\nCOPY [".", "."]\nRUN npm ci\n',
        "FROM node\nWORKDIR /a\nCOPY . .\nRUN npm ci \\\n  # why\n  --omit=dev\n",
    ],
)
def test_what_cannot_be_rewritten_exactly_is_only_found(text: str) -> None:
    assert rewritten(text) is None
