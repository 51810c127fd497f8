"""Findings to text in one format each: `render(results, view) -> str`, no I/O."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockerlint.lint import Result

    Render = Callable[[Sequence[Result], "View"], str]

# The modules for what hadolint writes; the other formats stay ours in its profile.
AS_HADOLINT = {
    "tty": "lines", "gnu": "gnu", "json": "json", "checkstyle": "checkstyle", "codeclimate": "codeclimate",
    "gitlab_codeclimate": "gitlab", "codacy": "codacy", "sonarqube": "sonarqube", "sarif": "sarif", "junit": "junit",
}  # fmt: skip


def renderer(format: str, as_hadolint: bool = False) -> Render:
    """What renders a format by name; in hadolint's own shape where that is asked for and it has one."""
    from importlib import import_module

    place = "report"
    name = "gitlab" if format == "gitlab_codeclimate" else format
    if as_hadolint and format in AS_HADOLINT:
        place, name = "report.as_hadolint", AS_HADOLINT[format]
    made: Render = import_module(f"dockerlint.{place}.{name}").render
    return made


@record
class About:
    """What a report tells of a rule."""

    code: str
    name: str
    summary: str
    why: str
    severity: str
    url: str


@record
class View:
    """How to show results: with colours, with excerpts of the source (`full`) or one line a
    finding; `seconds` is how long it took, negative when nobody wants to know; `statistics`
    asks for counts by rule in place of the findings. `places` maps the path of a file to the one
    that services know it by (relative to the root of the repository, with slashes), `rules` a code to
    what there is to tell of it. `label` is the path that hadolint's formats show in place of a file's own,
    `moment` the time of the report (seconds since 1970, UTC)."""

    color: bool = False
    full: bool = False
    seconds: float = -1.0
    statistics: bool = False
    quiet: bool = False
    places: Mapping[str, str] = {}
    rules: Mapping[str, About] = {}
    label: str = ""
    moment: float = 0.0

    def place(self, path: str) -> str:
        """The path that a service knows a file by."""
        return self.places.get(path, path)


def counts(results: Sequence[Result]) -> dict[str, int]:
    """The number of findings of each severity, worst first; none left out."""
    found = dict.fromkeys(Severity.ORDER, 0)
    for result in results:
        for one in result.found:
            found[one.severity] = found.get(one.severity, 0) + 1
    return found
