"""What changed since a revision: `--changed-since REV`. The one place that starts git.

Compared are the files as they are now with the last commit that REV and HEAD have in common (REV itself
where they have none), as for a pull request: commits that REV got meanwhile do not count. Renamed files keep
their history; files that git does not know have changed wholly. In a submodule the revision is the commit that
its parent had then.
"""

from __future__ import annotations

import os

from dockerlint.errors import UserError
from dockerlint.frozen import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.model import Dockerfile

# A hook is run with these set: they would lead git to another repository.
_OF_ANOTHER_CALL = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
)  # fmt: skip
# Whatever the user has configured: plain output, no programs of others, everything is text.
_DIFF = (
    "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--text", "--no-relative", "--find-renames",
    "--ignore-submodules=all", "--submodule=short", "--diff-filter=d",
)  # fmt: skip
# Names that fit on one command line.
_PART = 100


@record
class Lines:
    """The lines of a file that changed: numbers of new ones, and of those behind which some are gone."""

    new: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    all: bool = False

    def among(self, first: int, last: int) -> bool:
        """Whether a line from the first to the last changed, or one between them is gone."""
        return (
            self.all
            or any(first <= line <= last for line in self.new)
            or any(first <= line < last for line in self.gone)
        )


ALL, NONE = Lines(all=True), Lines()


def only_changed(results: Sequence[Result], revision: str) -> list[Result]:
    """The results with only the findings on lines that changed; the others count as hidden.

    A finding counts when a line of its instruction changed, or, outside instructions, one of its own. Raises
    UserError when there is no git, no repository, or no such revision.
    """
    # A branch cannot begin with a dash, and git would take it for an option.
    if not revision or revision.startswith("-"):
        raise UserError(f"--changed-since {revision} names no revision", "give a branch, a tag or a commit")
    found = {result.path: os.path.realpath(result.path) for result in results if result.source is not None}
    lines = changed(found.values(), revision)
    return [
        _only(result, lines[found[result.path]]) if result.path in found else result for result in results
    ]


def _only(result: Result, lines: Lines) -> Result:
    if lines.all or not result.found:
        return result
    kept: tuple[Found, ...] = ()
    if lines.new or lines.gone:
        from dockerlint.lint import read

        assert result.source is not None
        dockerfile = read(result.source)
        kept = tuple(one for one in result.found if lines.among(*_reach(dockerfile, one)))
    return replace(result, found=kept, hidden=result.hidden + len(result.found) - len(kept))


def _reach(dockerfile: Dockerfile, found: Found) -> tuple[int, int]:
    """The first and the last line that a finding is about."""
    from dockerlint.places import instruction_at

    instruction = instruction_at(dockerfile, found.span.start)
    span = instruction.span if instruction is not None else found.span
    line_of = dockerfile.source.line_of
    return line_of(min(span.start, found.span.start)), line_of(
        max(span.end - 1, found.span.end - 1, span.start)
    )


def changed(paths: Iterable[str], revision: str) -> dict[str, Lines]:
    """The lines that changed in some files, which are given by their real paths."""
    roots: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        roots.setdefault(_root(path), []).append(path)
    found: dict[str, Lines] = {}
    for root, some in roots.items():
        base = _base(root, revision)
        names = {os.path.relpath(path, root).replace(os.sep, "/"): path for path in some}
        lines = _lines(root, base, list(names)) if base else {}
        found |= {path: lines.get(name, NONE) if base else ALL for name, path in names.items()}
    return found


def _root(path: str) -> str:
    """The folder of the repository that holds a file."""
    folder = os.path.dirname(path)
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            raise UserError(
                f"{path} is in no git repository, so nobody knows what changed in it",
                "leave --changed-since out, or name files of a repository",
            )
        folder = above
    return folder


def _base(root: str, revision: str) -> str:
    """The commit to compare with; empty for a submodule that its parent did not have then."""
    parent = _git(root, "rev-parse", "--show-superproject-working-tree").removesuffix("\n")
    if parent:
        base = _base(os.path.realpath(parent), revision)
        name = os.path.relpath(root, os.path.realpath(parent)).replace(os.sep, "/")
        # `160000 commit HASH<tab>NAME` for a submodule.
        row = _git(parent, "ls-tree", "-z", base, "--", name).split() if base else []
        if row[1:2] != ["commit"]:
            return ""
        if _git(root, "cat-file", "-t", row[2], bad="").strip() != "commit":
            raise UserError(
                f"the submodule {name} lacks the commit {row[2][:12]} that it had at {revision}",
                "fetch it: git submodule update --init, then git fetch in the submodule",
            )
        return row[2]
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", bad="").strip()
    if not commit:
        raise UserError(
            f"--changed-since {revision}: there is no such revision in {root}",
            "fetch it first; on a CI server the clone may be shallow (fetch-depth: 0, GIT_DEPTH: 0)",
        )
    return _git(root, "merge-base", commit, "HEAD", bad="").strip() or commit


def _lines(root: str, base: str, names: Sequence[str]) -> dict[str, Lines]:
    """The lines that changed in some files of a repository, by name; those that did not are not in it."""
    before = dict(_renamed(_git(root, *_DIFF, "--raw", "-z", base, "--")))
    found: dict[str, Lines] = {}
    # A merge that is not done yet: nobody can say which lines are whose.
    found |= dict.fromkeys(
        filter(None, _git(root, "diff", "--name-only", "-z", "--diff-filter=U").split("\0")), ALL
    )
    for at in range(0, len(names), _PART):
        part = names[at : at + _PART]
        known = set(_git(root, "ls-files", "-z", "--", *map(_exactly, part)).split("\0"))
        found |= {name: ALL for name in part if name not in known}
        there = [name for name in part if name in known and name in before and name not in found]
        if there:
            both = dict.fromkeys([*there, *(before[name] for name in there)])
            options = ("-U0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/")
            patch = _git(root, *_DIFF, *options, base, "--", *map(_exactly, both))
            lines = hunks(patch)
            found |= {name: lines[name] for name in there if name in lines}
    return found


def _exactly(name: str) -> str:
    """A name as git takes it for itself and for nothing else."""
    return f":(literal,top){name}"


def _renamed(raw: str) -> Iterator[tuple[str, str]]:
    """(name now, name before) of every file in the output of `git diff --raw -z`."""
    parts = iter(raw.split("\0"))
    for part in parts:
        if part.startswith(":"):
            status = part.rpartition(" ")[2]
            before = next(parts, "")
            yield (next(parts, "") if status[:1] in ("R", "C") else before), before


def hunks(patch: str) -> dict[str, Lines]:
    """The lines that a patch without context changes, by the new name of the file.

    Lines of the file have a sign in front, so only `+++ ` could be taken for one of the patch: it counts once for
    each file, before its lines.
    """
    new: dict[str, set[int]] = {}
    gone: dict[str, set[int]] = {}
    name = ""
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            name = ""
        elif line.startswith("+++ ") and not name:
            name = _unquoted(line[4:]).removeprefix("b/")
            new[name], gone[name] = set(), set()
        elif line.startswith("@@ ") and name:
            first, count = _range(line.split(" ")[2])
            if count:
                new[name].update(range(first, first + count))
            else:
                gone[name].add(first)
    return {one: Lines(frozenset(new[one]), frozenset(gone[one])) for one in new}


def _range(text: str) -> tuple[int, int]:
    """First line and number of lines of `-12,3` or `+7`."""
    first, comma, count = text[1:].partition(",")
    return int(first), int(count) if comma else 1


_ESCAPES = {
    "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", '"': '"', "\\": "\\",
}  # fmt: skip


def _unquoted(name: str) -> str:
    """A file name as git quotes it in patches: plain, perhaps with a tab behind it, or as a C string."""
    if not name.startswith('"'):
        return name.removesuffix("\t")
    data = bytearray()
    at = 1
    while at < len(name) and name[at] != '"':
        if name[at] != "\\":
            data += name[at].encode("utf-8", "surrogateescape")
            at += 1
        elif name[at + 1 : at + 2] in _ESCAPES:
            data += _ESCAPES[name[at + 1]].encode()
            at += 2
        else:
            data.append(int(name[at + 1 : at + 4], 8))
            at += 4
    return os.fsdecode(bytes(data))


def _git(folder: str, *arguments: str, bad: str | None = None) -> str:
    """What git prints, undecodable bytes as file names have them. `bad` is the answer when git says no;
    without it that is a UserError with git's own words."""
    from subprocess import DEVNULL, run

    environment: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_CALL},
        "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
    }  # fmt: skip
    command = ["git", "-C", folder, "--no-pager", *arguments]
    try:
        done = run(command, stdin=DEVNULL, capture_output=True, env=environment, check=False)
    except OSError as error:
        raise UserError(
            f"git cannot be started: {error.strerror}", "--changed-since needs it on PATH"
        ) from error
    if done.returncode:
        if bad is not None:
            return bad
        words = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise UserError(f"git failed in {folder}: {words}", "--changed-since needs it to work there")
    return os.fsdecode(done.stdout)
