"""`dockerlint new-rule NAME`: a rule that works, to be changed into the one that is wanted."""

from __future__ import annotations

import os
import sys

from dockerlint.errors import UserError
from dockerlint.explain import GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from dockerlint.loader import Rules

_NUMBERS = {"build": 1, "cache": 2, "size": 3, "security": 4, "clarity": 5}

_SKELETON = '''\
"""{title}."""

from __future__ import annotations

from dockerlint.model import Stopsignal
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile


@rule(
    code="{code}",
    summary="Say in one line what the fault is",
    why="""
        Say what goes wrong because of it, and for whom.
    """,
    severity=Severity.WARNING,
    fix=unsafe("say how the image may differ; or use safe() when it cannot, display(...) when only a person can do it"),
    bad=[
        Bad(
            "FROM busybox\\nSTOPSIGNAL «9»\\n",
            fixed="FROM busybox\\nSTOPSIGNAL SIGKILL\\n",
        ),
    ],
    good=[Good("FROM busybox\\nSTOPSIGNAL SIGTERM\\n")],
)
def {function}(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stop in dockerfile.instructions(Stopsignal):
        if stop.signal.value == "9":
            yield Finding(
                stop.signal.span,
                "Say what is wrong; say what to do",
                Fix("write the name", (Edit(stop.signal.span, "SIGKILL"),)),
            )
'''


def skeleton(name: str, code: str) -> str:
    """The text of a module with a rule in it that passes its own examples."""
    words = name.replace("-", " ")
    return _SKELETON.format(title=words[:1].upper() + words[1:], code=code, function=name.replace("-", "_"))


def next_code(rules: Rules, group: str) -> str:
    """The first free code of a group."""
    first = _NUMBERS[group] * 100
    taken = {rule.code for rule in rules.all}
    return next(f"DK{n}" for n in range(first + 1, first + 1000) if f"DK{n}" not in taken)


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint new-rule", description="Write a rule that works, to be changed.")
    made.add_argument("name", metavar="NAME", help="names the fault, with hyphens: add-for-local-path")
    made.add_argument("--group", choices=tuple(GROUPS), help="of the built-in rules")
    made.add_argument(
        "--folder", metavar="FOLDER", help="where to write (default: the rules of this project)"
    )
    made.add_argument("--code", metavar="CODE", help="default: the first free one of the group")
    return made


def main(argv: Sequence[str]) -> int:
    """Write the skeleton and say what to do next."""
    from dockerlint.explain import loaded

    options = parser().parse_args(argv)
    name = options.name.replace("_", "-").lower()
    if not all(part.isalnum() and part.isascii() for part in name.split("-")) or "-" not in name:
        raise UserError(
            f"{options.name} is no name for a rule", "use two or more words with hyphens that name the fault"
        )
    rules = loaded()
    if rules.find(name):
        raise UserError(f"there is a rule named {name} already", f"see `dockerlint explain {name}`")
    ours = os.path.join("rules", "dockerlint_rules")
    folder = options.folder or (
        os.path.join(ours, options.group or "clarity") if os.path.isdir(ours) else "dockerlint_rules"
    )
    code = options.code or (
        next_code(rules, options.group) if options.group else _own_code(rules, folder, ours)
    )
    path = os.path.join(folder, f"{name.replace('-', '_')}.py")
    if os.path.exists(path):
        raise UserError(f"{path} is there already", "choose another name, or remove it")
    os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(skeleton(name, code))
    sys.stdout.write(f"{path} is written: rule {name}, code {code}\n\nNext\n{_next(folder, name, ours)}")
    return 0


def _own_code(rules: Rules, folder: str, ours: str) -> str:
    if folder.startswith(ours):
        return next_code(rules, os.path.basename(folder))
    taken = {rule.code for rule in rules.all}
    return next(f"XX{n}" for n in range(100, 1000) if f"XX{n}" not in taken)


def _next(folder: str, name: str, ours: str) -> str:
    if folder.startswith(ours):
        return (
            "  1. change the examples into the fault you mean, then the check until they hold\n"
            f"  2. dockerlint test-rules --rule {name}\n"
            "  3. python -m dockerlint.docs\n"
        )
    return (
        f"  1. change the examples into the fault you mean, then the check until they hold\n"
        f"  2. dockerlint test-rules {folder}\n"
        f'  3. plugins = ["{folder}"] in dockerlint.toml or [tool.dockerlint]; or, to share it, a package with the\n'
        '     entry point group "dockerlint.rules"\n'
    )
