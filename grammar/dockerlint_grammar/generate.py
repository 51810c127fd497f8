"""Build `tables.py` from the `.lark` files.

    python -m dockerlint_grammar.generate [--check]

With `--check` nothing is written; exit code 1 says that the tables are stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from pprint import pformat
from typing import Any

from lark import Lark
from lark.parsers.lalr_analysis import Shift

FOLDER = Path(__file__).parent
STARTS = {
    "flags": ("flags",),
    "words": ("from", "copy", "add", "volume", "expose", "words"),
    "pairs": ("env", "label", "arg", "legacy"),
    "exec": ("exec", "document"),
    "text": ("shell", "string", "healthcheck"),
}
HEADER = '''\
"""LALR tables of the grammars. Made by `python -m dockerlint_grammar.generate`: do not edit."""

from __future__ import annotations

# grammar -> terminals {name: pattern}, for each state {symbol: shift to a state, or ~rule},
# for each state the terminals to try in order, rules (symbol, length, name in the tree or
# None for one that is inlined, whether a single child stands for it), start states, and
# for each start the state that accepts.
Rules = tuple[tuple[str, int, "str | None", bool], ...]
Table = tuple[
    dict[str, str], tuple[dict[str, int], ...], tuple[tuple[str, ...], ...], Rules, dict[str, tuple[int, int]]
]
TABLES: dict[str, Table] = '''


def engine(name: str) -> Lark:
    """Lark itself for one of the grammars: what the tables are made from, and tested against."""
    return Lark(
        (FOLDER / f"{name}.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=list(STARTS[name]),
        keep_all_tokens=True,
        maybe_placeholders=False,
        source_path=str(FOLDER / f"{name}.lark"),
        import_paths=[str(FOLDER)],
    )


def tables(name: str) -> tuple[Any, ...]:
    """The tables of one grammar as plain literals."""
    lark = engine(name)
    frontend: Any = lark.parser
    table = frontend.parser._parse_table
    # Lark numbers rules and states by hash order: number them anew, so that the file is stable.
    ordered = sorted(lark.rules, key=lambda rule: (rule.origin.name, [s.name for s in rule.expansion]))
    numbers = {rule: index for index, rule in enumerate(ordered)}
    places: dict[int, int] = {}
    waiting = [table.start_states[start] for start in STARTS[name]]
    while waiting:
        state = waiting.pop(0)
        if state not in places:
            places[state] = len(places)
            actions = sorted(table.states[state].items(), key=lambda item: str(item[0]))
            waiting.extend(argument for _, (action, argument) in actions if action is Shift)
    states: list[dict[str, int]] = []
    tries: list[tuple[str, ...]] = []
    for state in places:
        found = {
            str(symbol): places[argument] if action is Shift else ~numbers[argument]
            for symbol, (action, argument) in table.states[state].items()
        }
        states.append(dict(sorted(found.items())))
        lexer = frontend.lexer.lexers.get(state)
        tries.append(tuple(str(terminal.name) for terminal in lexer.terminals) if lexer else ())
    rules = tuple(
        (
            str(rule.origin.name),
            len(rule.expansion),
            None if rule.origin.name.startswith("_") else str(rule.alias or rule.origin.name),
            bool(rule.options.expand1) and not rule.alias,
        )
        for rule in ordered
    )
    used = {terminal for names in tries for terminal in names}
    patterns = {str(t.name): t.pattern.to_regexp() for t in lark.terminals if t.name in used}
    starts = {
        start: (places[table.start_states[start]], places[table.end_states[start]]) for start in STARTS[name]
    }
    return dict(sorted(patterns.items())), tuple(states), tuple(tries), rules, starts


def rendered() -> str:
    """The text of `tables.py`."""
    every = {name: tables(name) for name in STARTS}
    return HEADER + pformat(every, width=110, sort_dicts=False) + "\n"


def main(argv: list[str]) -> int:
    """Write the tables, or with `--check` compare them; the exit code."""
    target = FOLDER / "tables.py"
    text = rendered()
    if "--check" in argv:
        fresh = target.exists() and target.read_text(encoding="utf-8") == text
        if not fresh:
            print("tables.py is stale; run python -m dockerlint_grammar.generate")
        return 0 if fresh else 1
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
