"""The members of a shell list, out of the tree's nested nodes.

The grammar nests `a && b && c` and `a | b > f | c` to the left and puts a redirect of the
last command around everything before it. Here such a node becomes a flat list of members,
in the order of the text, without recursion to the left: chains may be long.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_BODY = ("heredoc_body", "heredoc_end", "heredoc_start")


class Part:
    """One member of a pipeline: its node, the redirects around it, the operator before it."""

    __slots__ = ("before", "node", "redirects")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.redirects: list[Node] = []
        self.before: str | None = None


class Member:
    """One member of a list: a pipeline (of one part, mostly) and the operators around it."""

    __slots__ = ("after", "before", "parts")

    def __init__(self, node: Node) -> None:
        self.parts = [Part(node)]
        self.before: str | None = None
        self.after: str | None = None

    def range(self) -> tuple[int, int]:
        """From the first byte of the first part to behind the last part and its redirects."""
        nodes = [node for part in self.parts for node in (part.node, *part.redirects)]
        return min(n.start_byte for n in nodes), max(end_of(n) for n in nodes)


def end_of(node: Node) -> int:
    """Where a node ends; a here-document's redirect ends with its word, not its body."""
    if node.type == "heredoc_redirect":
        start = next((c for c in node.children if c.type == "heredoc_start"), None)
        return start.end_byte if start is not None else node.end_byte
    return node.end_byte


def members_of(node: Node, comments: list[Node]) -> list[Member]:
    """The members that a statement's node holds, at least one; comments on the way are added
    to the list."""
    around: list[list[Node]] = []
    while node.type in ("list", "pipeline", "redirected_statement"):
        children = node.children
        comments.extend(c for c in children if c.type == "comment")
        children = [c for c in children if c.type != "comment"]
        first = next((c for c in children if c.is_named and c.type not in REDIRECTS), None)
        if first is None or first is not children[0]:
            break
        around.append(children[1:])
        node = first
    found = [Member(node)]
    for behind in reversed(around):
        _extend(found, behind, comments)
    return found


def _extend(found: list[Member], nodes: list[Node], comments: list[Node]) -> None:
    """Carry on with operators and what follows them, and with redirects of the last part."""
    operator: str | None = None
    for node in nodes:
        kind = node.type
        if kind in ("&&", "||", "|", "|&"):
            operator = kind
        elif kind in REDIRECTS:
            found[-1].parts[-1].redirects.append(node)
            if kind == "heredoc_redirect":
                _extend(found, [c for c in node.children if c.type not in _BODY], comments)
        elif kind == "pipeline" and not operator:
            # Behind `<<EOF`: a pipeline node that begins with its operator.
            _extend(found, node.children, comments)
        elif kind == "comment":
            comments.append(node)
        elif operator and node.is_named:
            _join(found, operator, members_of(node, comments))
            operator = None


def _join(found: list[Member], operator: str, members: list[Member]) -> None:
    if operator in ("&&", "||"):
        found[-1].after = members[0].before = operator
        found.extend(members)
    else:
        members[0].parts[0].before = operator
        found[-1].parts.extend(members[0].parts)
        found[-1].after = members[0].after
        found.extend(members[1:])
