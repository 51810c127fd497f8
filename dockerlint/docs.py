"""`python -m dockerlint.docs [--check] [FOLDER]`: writes docs/rules from the rules themselves.

A page a rule, and an index. `--check` writes nothing and exits 1 when a page is not as the rule
says.
"""

from __future__ import annotations

import os
import sys

from dockerlint.explain import GROUPS, fix_in_short, page
from dockerlint.loader import BUILT_IN, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.rule import Rule


def pages() -> dict[str, str]:
    """The content of every file in docs/rules, by file name."""
    loaded = load(cache=False)
    rules = [rule for rule in loaded.all if rule.check.__module__.startswith(f"{BUILT_IN}.")]
    found = {f"{rule.name}.md": page(rule) for rule in rules}
    found["index.md"] = _index(rules)
    return found


def _index(rules: Sequence[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        "Written by `python -m dockerlint.docs` from the rules; `dockerlint explain RULE` shows the same pages.",
        "",
    ]
    for group in sorted({rule.group for rule in rules}, key=[*GROUPS].index):
        lines += [f"## {group}: {GROUPS[group]}", "", "| code | rule | severity | fix | what it finds |"]
        lines.append("|---|---|---|---|---|")
        for rule in rules:
            if rule.group == group:
                summary = rule.summary.replace("|", "\\|")
                name = f"[{rule.name}]({rule.name}.md)"
                lines.append(f"| {rule.code} | {name} | {rule.severity} | {fix_in_short(rule)} | {summary} |")
        lines.append("")
    return "\n".join(lines)


def stale(folder: str) -> list[str]:
    """The names of files in a folder that are not as the rules say, missing and left over ones too."""
    wanted = pages()
    there = {name for name in os.listdir(folder) if name.endswith(".md")} if os.path.isdir(folder) else set()
    return sorted(
        {name for name, text in wanted.items() if _read(folder, name) != text} | (there - set(wanted))
    )


def _read(folder: str, name: str) -> str | None:
    path = os.path.join(folder, name)
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def main(argv: Sequence[str]) -> int:
    """Write the pages, or check them."""
    from argparse import ArgumentParser

    parser = ArgumentParser("python -m dockerlint.docs", description="Write docs/rules from the rules.")
    parser.add_argument("folder", nargs="?", default=os.path.join("docs", "rules"))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is not fresh")
    options = parser.parse_args(argv)
    old = stale(options.folder)
    if options.check:
        sys.stdout.writelines(f"not fresh: {os.path.join(options.folder, name)}\n" for name in old)
        return 1 if old else 0
    os.makedirs(options.folder, exist_ok=True)
    wanted = pages()
    for name in old:
        path = os.path.join(options.folder, name)
        if name not in wanted:
            os.unlink(path)
            continue
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(wanted[name])
    sys.stdout.write(f"{len(old)} of {len(wanted)} pages written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
