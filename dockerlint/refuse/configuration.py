"""Phase A: the file as a whole, before its lines are read."""

from __future__ import annotations

from dockerlint.expand import WHITE
from dockerlint.go import parse_bool, quote
from dockerlint.model import Problem
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile


def configuration_problems(dockerfile: Dockerfile) -> Iterator[Problem]:
    """An empty file, and a `# check=` that cannot be read."""
    if not dockerfile.source.data:
        yield Problem(Span(0, 0), 1, "A", "the Dockerfile cannot be empty: file with no instructions")
        return
    override = dockerfile.build_args.get("BUILDKIT_DOCKERFILE_CHECK")
    if override is not None:
        message = check_fault(override)
        if message:
            yield Problem(Span(0, 0), 1, "A", message)
        return
    for directive in dockerfile.directives:
        if directive.name == "check":
            message = check_fault(directive.value.partition(" ")[0])
            if message:
                line = dockerfile.source.line_of(directive.span.start)
                yield Problem(directive.span, line, "A", message)
            return


def check_fault(value: str) -> str | None:
    """What BuildKit says of a `check` value that it cannot read; None when it can."""
    value = value.strip(WHITE)
    for part in value.split(";", 2) if value else ():
        key, equals, said = part.partition("=")
        key = key.strip(WHITE)
        if not equals:
            return f"failed to parse check options: invalid check option {quote(part)}"
        if key not in ("skip", "experimental", "error"):
            return f"failed to parse check options: invalid check option {quote(key)}"
        said = said.strip(WHITE)
        if key == "error" and parse_bool(said) is None:
            return (
                f"failed to parse check options: failed to parse check option {quote(part)}: "
                f"strconv.ParseBool: parsing {quote(said)}: invalid syntax"
            )
    return None
