"""A small LALR driver over the tables that Lark made of the grammars.

It reads as Lark's contextual lexer and LALR parser do, and keeps offsets; Lark itself is not
imported (47 ms, and 104 more to build the grammars). Its stack is a list, so that deep
nesting costs memory only.
"""

from __future__ import annotations

import re

from dockerlint_grammar.tables import TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from dockerlint.tree import Branch, Token


class Grammar:
    """One grammar. Terminals are compiled when a state first wants them."""

    def __init__(self, name: str) -> None:
        self._patterns, self._states, self._tries, self._rules, self._starts = TABLES[name]
        self._compiled: dict[str, Any] = {}
        self._matchers: dict[int, tuple[tuple[str, Any], ...]] = {}

    def parse(self, start: str, text: str, at: int, end: int) -> Branch | None:
        """The tree of a range of text, or None where the text is not of the grammar.

        Offsets in the tree are offsets into the text.
        """
        return self._run(start, text, at, end, False)

    def prefix(self, start: str, text: str, at: int, end: int) -> Branch | None:
        """The tree of as much of the text as the terminals reach."""
        return self._run(start, text, at, end, True)

    def _run(self, start: str, text: str, at: int, end: int, prefix: bool) -> Branch | None:
        states, rules, matchers = self._states, self._rules, self._matchers
        state, accepting = self._starts[start]
        stack = [state]
        values: list[Any] = []
        while True:
            symbol = "$END"
            if at < end:
                for name, match in matchers.get(state) or self._prepare(state):
                    found = match(text, at, end)
                    if found:
                        symbol = name
                        break
                else:
                    if not prefix:
                        return None
                    end = at
            while True:
                action = states[state].get(symbol)
                if action is None:
                    return None
                if action >= 0:
                    break
                origin, length, shown, expand = rules[~action]
                children = _children(values, length)
                values.append(
                    children
                    if shown is None
                    else children[0]
                    if expand and len(children) == 1
                    else (shown, children)
                )
                del stack[len(stack) - length :]
                state = states[stack[-1]][origin]
                stack.append(state)
                if state == accepting and symbol == "$END":
                    result: Branch = values[-1]
                    return result
            stop = found.end()
            token: Token = (symbol, at, stop)
            values.append(token)
            stack.append(action)
            state, at = action, stop

    def _prepare(self, state: int) -> tuple[tuple[str, Any], ...]:
        """The terminals that a state tries, in order, ready to match."""
        compiled = self._compiled
        for name in self._tries[state]:
            if name not in compiled:
                compiled[name] = re.compile(self._patterns[name]).match
        made = self._matchers[state] = tuple((name, compiled[name]) for name in self._tries[state])
        return made


def _children(values: list[Any], length: int) -> list[Any]:
    """Take the last values off the stack; what an inlined rule made is spliced in (it is a list)."""
    if not length:
        return []
    taken = values[-length:]
    del values[-length:]
    # The list of a left-recursive rule grows in place: copying it would cost quadratic time.
    children: list[Any] = taken[0] if type(taken[0]) is list else [taken[0]]
    for value in taken[1:]:
        if type(value) is list:
            children.extend(value)
        else:
            children.append(value)
    return children
