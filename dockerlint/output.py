"""Where reports go: formats and outputs in pairs, colours, what services need to know."""

from __future__ import annotations

import os
import sys

from dockerlint.discover import STDIN
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.report import About, View, renderer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from dockerlint.arguments import Options
    from dockerlint.config import Config
    from dockerlint.lint import Result
    from dockerlint.loader import Rules

# Formats for services, which know files by their place in the repository.
_FOR_SERVICES = (
    "sarif",
    "github",
    "gitlab",
    "gitlab_codeclimate",
    "codeclimate",
    "sonarqube",
    "codacy",
    "rdjson",
)
_ROOTS = (".git", ".hg", ".svn")
_PAGES = "https://github.com/dockerlint/dockerlint/blob/main/docs/rules"


def formats(options: Options, config: Config) -> list[str]:
    """The formats that are asked for. As hadolint does it, in its profile those of the configuration and
    those of the command line; elsewhere the command line comes first."""
    asked = options.format or []
    if config.profile == "hadolint":
        return [*config.formats, *asked] or ["tty"]
    return asked or list(config.formats) or ["text"]


def report(
    results: Sequence[Result], options: Options, config: Config, rules: Rules | None, seconds: float
) -> None:
    """Write every report: the first format to the first output, and so on; to standard output where
    there are more formats, in the default format where there are more outputs."""
    asked = formats(options, config)
    outputs = options.output or []
    rest = "tty" if config.profile == "hadolint" else "text"
    # Standard output then holds the fixed file.
    stream = sys.stderr if STDIN in options.paths and options.fix and not options.diff else sys.stdout
    for number in range(max(len(asked), len(outputs))):
        format = asked[number] if number < len(asked) else rest
        output = outputs[number] if number < len(outputs) else None
        color = _color(options, config, None if output else stream)
        full = color or (output is None and _is_terminal(stream))
        view = View(color, full, seconds, options.stats, options.quiet, label=options.file_path_in_report)
        if format in _FOR_SERVICES or format == "junit":
            from time import time

            view = replace(view, places=_places(results), rules=_about(results, rules), moment=time())
        text = _diff(results, color) if options.diff and format == "text" else ""
        text += renderer(format, config.profile == "hadolint")(results, view)
        if output is None:
            say(text, stream)
        else:
            write(output, text)


def _diff(results: Sequence[Result], color: bool) -> str:
    text = "".join(result.diff for result in results)
    if text and color:
        from dockerlint.diff import colored

        return colored(text)
    return text


def write(path: str, text: str) -> None:
    """Write a text to a file. Raises UserError when that does not work."""
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def say(text: str, stream: TextIO) -> None:
    """Write to a stream; what its encoding lacks is written as an escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _is_terminal(stream: TextIO) -> bool:
    return bool(getattr(stream, "isatty", bool)())


def _color(options: Options, config: Config, stream: TextIO | None) -> bool:
    """Colour only on a terminal, unless asked: https://no-color.org, https://force-color.org.
    hadolint colours always, also what goes to a file."""
    if config.color is False or options.color == "never":
        return False
    if options.color == "always":
        return stream is not None
    if os.environ.get("NO_COLOR"):
        return False
    if config.profile == "hadolint":
        return True
    if stream is None:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (_is_terminal(stream) and os.environ.get("TERM") != "dumb")


def _places(results: Sequence[Result]) -> dict[str, str]:
    """The path of each file in its repository, symbolic links resolved, with slashes."""
    found: dict[str, str] = {}
    here = os.path.realpath(os.getcwd())
    for result in results:
        path = os.path.realpath(result.path)
        if result.path == STDIN or not os.path.exists(path):
            found[result.path] = result.path
            continue
        root = _root(os.path.dirname(path)) or here
        inside = os.path.commonpath((root, path)) == root if root[:2] == path[:2] else False
        found[result.path] = (os.path.relpath(path, root) if inside else path).replace(os.sep, "/")
    return found


def _root(folder: str) -> str | None:
    while not any(os.path.exists(os.path.join(folder, mark)) for mark in _ROOTS):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _about(results: Sequence[Result], rules: Rules | None) -> Mapping[str, About]:
    """What there is to tell of the rules that found something, by code as it is shown."""
    from dockerlint.rule import explanation

    found: dict[str, About] = {}
    for one in (one for result in results for one in result.found):
        if one.code in found:
            continue
        if one.name == "shellcheck":
            url = f"https://www.shellcheck.net/wiki/{one.code}"
            what = f"A finding of ShellCheck ({one.code})"
            found[one.code] = About(one.code, one.code.lower(), what, f"{what}; see {url}", one.severity, url)
            continue
        known = [rule for rule in rules.names.get(one.name, ()) if rule.name == one.name] if rules else []
        for rule in known:
            url = f"{_PAGES}/{rule.name}.md"
            found[one.code] = About(one.code, rule.name, rule.summary, explanation(rule), rule.severity, url)
    return found
