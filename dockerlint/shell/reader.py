"""A shell script's tree -> its commands and statements, with offsets into the script."""

from __future__ import annotations

from dockerlint.shell.calls import Place, made, script_word
from dockerlint.shell.members import REDIRECTS, Member, Part, end_of, members_of
from dockerlint.shell.quoting import COMMANDS, is_plain, through, unquoted, value_of
from dockerlint.shell.script import Command, Redirect, ShellWord, Statement
from dockerlint.shell.treesitter import parse
from dockerlint.shell.wrappers import unwrapped
from dockerlint.source import Mapped, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

_WORDS = frozenset((
    "word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation",
    "simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion",
    "brace_expression", "extglob_pattern", "regex", "variable_name", "special_variable_name", "test_operator",
    "subscript", "array", "string_content", "variable_assignment",
))  # fmt: skip
_LITERAL = frozenset(
    ("word", "number", "raw_string", "ansi_c_string", "variable_name", "comment", "test_operator")
)
_COMMANDS = frozenset(("command", "declaration_command", "unset_command", "test_command"))
_LOOSE = _WORDS - {"variable_assignment"} | REDIRECTS | {"heredoc_body"}
_CLAUSES = frozenset(("do_group", "elif_clause", "else_clause", "case_item", "ERROR"))
_SEPARATORS = frozenset((";", "&", "\n"))
_WITHIN = {
    "subshell": "subshell", "compound_statement": "group", "if_statement": "if", "for_statement": "for",
    "c_style_for_statement": "for", "while_statement": "while", "case_statement": "case",
    "function_definition": "function", "negated_command": "negation",
}  # fmt: skip
# How deep constructs may nest, and how much a script inside a script counts: far below
# Python's limit of 1,000 frames.
_DEEPEST = 60
_NESTED = 5


def masked(text: str) -> bytes:
    """The script in ASCII of the same length: other characters are but parts of words to a
    shell. The CR of a CRLF becomes a blank."""
    if text.isascii() and "\r" not in text and "\0" not in text:
        return text.encode("ascii")
    plain = "".join(c if "\0" < c < "\x80" else "." for c in text)
    return plain.replace("\r\n", " \n").replace("\r", ".").encode("ascii")


def separated(source: bytes) -> bytes:
    """The script with `;` between keywords that may follow each other without one (`done fi`), of the
    same length; the grammar does not know that. As it is where a keyword is one too many."""
    import re

    words = re.findall(rb"\b(?:do|done|if|fi|case|esac)\b", source)
    for opens, closes in ((b"do", b"done"), (b"if", b"fi"), (b"case", b"esac")):
        if words.count(opens) != words.count(closes):
            return source
    pattern = rb"\b(done|fi|esac)[ \t](?=[ \t]*(?:fi|done|then|else|elif|do|esac)\b)"
    return re.sub(pattern, rb"\1;", source)


class Reader:
    """Reads one script. `places` leads from offsets of a script inside a script (`sh -c '…'`)
    to offsets of the outermost one; `heredocs` holds the offsets at which a here-document of
    the Dockerfile was masked as a redirect from a file."""

    def __init__(self, text: Mapped, heredocs: frozenset[int] = frozenset()) -> None:
        self.file = text
        self.heredocs = heredocs
        self.text = text.text
        self.whole = text.text
        self.places: Mapped | None = None
        self.commands: list[Command] = []
        self.statements: list[Statement] = []
        self.comments: list[Span] = []
        self.bodies: list[tuple[Command, int]] = []
        self.statement = 0
        self.depth = 0
        self.ok = True

    def read(self, source: bytes) -> None:
        """Fill the lists from the script's masked text."""
        root = parse(source).root_node
        if root.has_error:
            again = parse(separated(source)).root_node
            root = root if again.has_error else again
        self.ok = not root.has_error
        members = self._members(root.children, ())
        for member in members:
            first = member.parts[0].node.type
            start, end = member.range()
            kind = "pipeline" if len(member.parts) > 1 else _kind(member.parts[0].node)
            if first == "negated_command":
                kind = "negation"
            self.statement = len(self.statements)
            self.statements.append(
                Statement(self._span(start, end), start, end, kind, member.before, member.after)
            )
            self._visit(member, ())
        self.commands.sort(key=lambda c: c.start)

    def _nested(self, text: Mapped, within: tuple[str, ...]) -> None:
        """Read a script that is an argument of a command. `text` leads to this script."""
        outer = (self.text, self.places, self.depth)
        self.text = text.text
        self.places = text if self.places is None else through(text, self.places)
        self.depth += _NESTED
        root = parse(masked(text.text)).root_node
        if not root.has_error:
            self._list(root.children, within)
        self.text, self.places, self.depth = outer

    def _outermost(self, start: int, end: int) -> tuple[int, int]:
        """A range of the script at hand as one of the outermost script; the backslash of an
        escaped first character belongs to it."""
        if self.places is None:
            return start, end
        inside = self.places.span(start, end)
        first = inside.start
        before = self.places.offset(start - 1) if start else -1
        if before < first - 1 and self.whole[first - 1 : first] == "\\":
            first -= 1
        return first, inside.end

    def _span(self, start: int, end: int) -> Span:
        return self.file.span(*self._outermost(start, end))

    # Lists

    def _list(self, nodes: Iterable[Node], within: tuple[str, ...]) -> None:
        if self.depth >= _DEEPEST:
            self.ok = False
            return
        self.depth += 1
        for member in self._members(nodes, within):
            self._visit(member, within)
        self.depth -= 1

    def _members(self, nodes: Iterable[Node], within: tuple[str, ...]) -> list[Member]:
        """The members of a list, in order. Clauses among the nodes (`do … done`, `else …`) are
        lists of their own and read at once."""
        found: list[Member] = []
        run = 0
        operator: str | None = None
        for node in nodes:
            kind = node.type
            if not node.is_named:
                if kind not in _SEPARATORS:
                    if kind == ";;" and self.depth == 0 and not within:
                        self.ok = False
                    run, operator = len(found), None
                elif len(found) > run:
                    operator = found[-1].after = kind
            elif kind == "comment":
                self.comments.append(self._span(node.start_byte, node.end_byte))
            elif kind in _CLAUSES:
                self._list(node.children, within)
                run, operator = len(found), None
            elif kind in _LOOSE:
                self._substitutions(node, within)
            else:
                members = self._flat(node)
                if len(found) > run:
                    found[-1].after = members[0].before = operator or "\n"
                found.extend(members)
                operator = None
        return found

    def _flat(self, node: Node) -> list[Member]:
        comments: list[Node] = []
        found = members_of(node, comments)
        self.comments.extend(self._span(c.start_byte, c.end_byte) for c in comments)
        return found

    # Members

    def _visit(self, member: Member, within: tuple[str, ...]) -> None:
        parts = member.parts
        if len(parts) > 1:
            within = (*within, "pipeline")
        for index, part in enumerate(parts):
            before = part.before if index else member.before
            after = parts[index + 1].before if index + 1 < len(parts) else member.after
            self._part(part, before, after, within)

    def _part(self, part: Part, before: str | None, after: str | None, within: tuple[str, ...]) -> None:
        node = part.node
        kind = node.type
        if kind in _COMMANDS and not _is_arithmetic(node):
            self._command(node, part.redirects, before, after, within)
            return
        for redirect in part.redirects:
            self._substitutions(redirect, within)
        construct = _WITHIN.get(kind)
        if _is_arithmetic(node):
            self._substitutions(node, within)
        elif kind == "negated_command":
            inner = (*within, "negation")
            for child in node.children:
                if child.is_named and self.depth < _DEEPEST:
                    self.depth += 1
                    for member in self._flat(child):
                        member.before, member.after = member.before or before, member.after or after
                        self._visit(member, inner)
                    self.depth -= 1
        elif construct is not None:
            if kind == "while_statement" and node.children[0].type == "until":
                construct = "until"
            self._list(node.children, (*within, construct))
        else:
            self._substitutions(node, within)

    def _substitutions(self, node: Node, within: tuple[str, ...]) -> None:
        """Read the commands inside the substitutions of a word or an expression."""
        stack = [node]
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in ("command_substitution", "process_substitution"):
                self._list(node.children, (*within, "substitution"))
            elif kind not in _LITERAL:
                stack.extend(reversed(node.children))

    # Commands

    def _word(self, start: int, end: int) -> ShellWord:
        raw = self.text[start:end]
        value = raw if is_plain(raw) else value_of(raw)
        if "\\\n" in raw:
            raw = raw.replace("\\\n", "")
        start, end = self._outermost(start, end)
        return ShellWord(self.file.span(start, end), start, end, raw, value)

    def _command(
        self, node: Node, around: list[Node], before: str | None, after: str | None, within: tuple[str, ...]
    ) -> None:
        assignments: list[ShellWord] = []
        redirects: list[Redirect] = []
        ranges: list[list[int]] = []
        holders: list[Node] = []
        bodies: list[int] = []
        start, end = node.start_byte, node.end_byte
        declares = node.type == "declaration_command"
        for child in [*_leaves(node), *around]:
            kind = child.type
            if kind in REDIRECTS:
                start, end = min(start, child.start_byte), max(end, end_of(child))
                redirect, extra = self._redirect(child)
                if child.start_byte in self.heredocs and self.places is None:
                    bodies.append(child.start_byte)
                redirects.append(redirect)
                ranges.extend(extra)
                holders.append(child)
            elif kind == "comment":
                self.comments.append(self._span(child.start_byte, child.end_byte))
            elif kind == "variable_assignment" and not ranges and not declares:
                assignments.append(self._word(child.start_byte, child.end_byte))
                holders.append(child)
            else:
                if ranges and ranges[-1][1] == child.start_byte:
                    ranges[-1][1] = child.end_byte
                else:
                    ranges.append([child.start_byte, child.end_byte])
                if kind not in _LITERAL:
                    holders.append(child)
        if not ranges:
            return
        words = [self._word(a, b) for a, b in ranges]
        start, end = self._outermost(start, end)
        place = Place(self.file.span(start, end), start, end, before, after, within, self.statement)
        command = self._made(words, tuple(assignments), tuple(redirects), place)
        self.commands.append(command)
        for at in bodies:
            self.bodies.append((command, at))
        for holder in holders:
            self._substitutions(holder, within)
        script = script_word(command)
        if script is not None and self.depth < _DEEPEST:
            self._script_of(script, ranges, words, within)

    def _made(
        self,
        words: list[ShellWord],
        assignments: tuple[ShellWord, ...],
        redirects: tuple[Redirect, ...],
        place: Place,
    ) -> Command:
        return made(unwrapped(words), words, assignments, redirects, place)

    def _script_of(
        self, script: ShellWord, ranges: list[list[int]], words: list[ShellWord], within: tuple[str, ...]
    ) -> None:
        start, end = ranges[words.index(script)]
        value, expands = unquoted(self.text[start:end])
        if expands == COMMANDS or not value.text.strip():
            return
        pieces = tuple((logical, at + start) for logical, at in value.pieces)
        self._nested(Mapped(value.text, pieces), (*within, "shell-c"))

    def _redirect(self, node: Node) -> tuple[Redirect, list[list[int]]]:
        """A redirect, and the ranges of words that the grammar took for further targets."""
        span = self._span(node.start_byte, end_of(node))
        operator = ""
        targets: list[Node] = []
        for child in node.children:
            if child.type == "file_descriptor":
                operator += self.text[child.start_byte : child.end_byte]
            elif not child.is_named:
                operator += child.type
                if node.type == "heredoc_redirect":
                    break
            else:
                targets.append(child)
        if node.type == "heredoc_redirect":
            extra = [
                [c.start_byte, c.end_byte]
                for c in node.children
                if c.type in _WORDS and not c.type.startswith("heredoc")
            ]
            return Redirect(span, operator, None), extra
        if node.start_byte in self.heredocs and self.places is None:
            first = targets[0].end_byte if targets else node.end_byte
            return (
                Redirect(self._span(node.start_byte, first), operator + "<", None),
                [[t.start_byte, t.end_byte] for t in targets[1:]],
            )
        if not targets:
            return Redirect(span, operator, None), []
        target = self._word(targets[0].start_byte, targets[0].end_byte)
        span = self._span(node.start_byte, targets[0].end_byte)
        return Redirect(span, operator, target), [[t.start_byte, t.end_byte] for t in targets[1:]]


def _leaves(node: Node) -> list[Node]:
    """The words of a command's node; a test's expression is taken apart into its words."""
    if node.type != "test_command":
        return node.children
    found: list[Node] = []
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in _WORDS or not child.children:
            found.append(child)
        else:
            stack.extend(reversed(child.children))
    return found[:-1] if found and found[-1].type in ("]", "]]") else found


def _is_arithmetic(node: Node) -> bool:
    """Whether it is `((…))`: a compound statement, or a test to older grammars."""
    if node.type not in ("compound_statement", "test_command"):
        return False
    return bool(node.children) and node.children[0].type == "(("


def _kind(node: Node) -> str:
    if _is_arithmetic(node):
        return "other"
    match node.type:
        case "command" | "declaration_command" | "unset_command":
            return "command"
        case "variable_assignment" | "variable_assignments":
            return "assignment"
        case "test_command":
            return "test"
        case "compound_statement":
            return "group"
        case "while_statement":
            return "until" if node.children[0].type == "until" else "while"
        case kind:
            return _WITHIN.get(kind, "other")
