"""The contract between two images: what a running container can tell, and what rules may change of it.

`judge` compares two images under a `Promise`. Whatever differs is listed, with the reason why it may, or
without one: then the images differ. What cannot be told from the files is "not proven", never passed over.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from dockerlint.contract.config import config_changes
from dockerlint.contract.files import Change, changes, summed
from dockerlint.contract.record import Difference, Judgement, Promise, Smoke, Verdict
from dockerlint.inspect import Bundle
from dockerlint.knowledge.running import volatile
from dockerlint.rule import Applicability
from dockerlint.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockerlint.image import Image
    from dockerlint.rule import Rule

__all__ = ["Difference", "Judgement", "Promise", "Smoke", "Verdict", "judge", "promise", "unbuilt"]


def promise(rules: Iterable[Rule]) -> Promise:
    """What the fixes of some rules may change."""
    paths: dict[str, None] = {}
    reasons: dict[str, None] = {}
    config: dict[str, None] = {}
    closure = False
    for rule in rules:
        if rule.fix is None:
            continue
        paths.update(dict.fromkeys(rule.fix.paths))
        config.update(dict.fromkeys(rule.fix.config))
        closure = closure or rule.fix.closure
        if rule.fix.applicability == Applicability.UNSAFE:
            reasons[f"{rule.name}: {rule.fix.reason}"] = None
    return Promise(tuple(paths), tuple(reasons), closure, tuple(config))


def judge(
    before: Image,
    after: Image,
    promise: Promise,
    smoke: Sequence[Smoke] = (),
    base: int = 0,
    twice: Image | None = None,
    installed: frozenset[str] = frozenset(),
) -> Judgement:
    """Whether the second image does what the first does, as far as the promise goes.

    Read both with an `Inspector` where `promise.closure` is set. `smoke` are commands that ran in both;
    `base` is how many layers of the first its base image brought; `twice` is another cold build of the
    first: what differs between the two is no fault of the second. `installed` are paths (without leading slash)
    of the first that only installing packages made, though no package owns them.
    """
    one, two = View(before), View(after)
    unstable = _unstable(one, twice)
    listed: list[Difference] = list(config_changes(before, after, promise, two))
    left: list[Change] = []
    excused: list[tuple[Change, str]] = []
    for change in changes(one, two):
        why = _excuse(change, one, two, promise, unstable)
        if why:
            excused.append((change, why))
        else:
            left.append(change)
    checked = [
        f"configuration: {len(_keys(before))} settings",
        f"files: {len(one.entries):,} paths before, {len(two.entries):,} after",
    ]
    unproven: tuple[str, ...] = ()
    if left and promise.closure:
        from dockerlint.contract.kept import Keeper

        # What smoke commands need is told by running them, not by reading them.
        keeper = Keeper(one, two, base, installed)
        verdicts, unproven = keeper.judge(left)
        listed = [keeper.javas.setting(one) for one in listed] + verdicts
        checked.append(keeper.checked)
    else:
        excused += [(change, "") for change in left]
    listed += summed(excused, one, two)
    for each in smoke:
        checked.append(f"smoke command: {each.command}{' (exit code only)' if each.exit_only else ''}")
        listed += _smoked(each)
    refused = any(not difference.allowed for difference in listed)
    if unproven and smoke and not refused:
        # The commands ran the same: what files do not tell is said beside what they do.
        why = "not told by files; the smoke commands did the same in both"
        listed += [Difference("need", "", text, why) for text in unproven]
        unproven = ()
    return Judgement(
        Verdict.DIFFERS
        if refused
        else Verdict.UNPROVEN
        if unproven
        else Verdict.LISTED
        if listed
        else Verdict.PROVEN,
        tuple(listed),
        tuple(checked),
        unproven,
        tuple(change.path for change in left if change.only_content),
    )


def unbuilt(why: str) -> Judgement:
    """The judgement on an image that could not be built."""
    return Judgement(Verdict.UNBUILT, (), (), (why,))


def _keys(image: Image) -> dict[str, object]:
    settings = image.config.get("config")
    return settings if isinstance(settings, dict) else {}


def _unstable(one: View, twice: Image | None) -> frozenset[str]:
    if twice is None:
        return frozenset()
    again = View(twice)
    # Where only times differ in a second build, other members of an archive are no such difference.
    return frozenset(
        change.path for change in changes(one, again) if not _same_members(change.path, one, again)
    )


def _excuse(change: Change, one: View, two: View, promise: Promise, unstable: frozenset[str]) -> str:
    """Why a change of a path is allowed whatever the container runs; empty when it is not."""
    path = f"/{change.path}"
    if _matches(path, promise.paths) or _held_only(change, one, two, promise.paths):
        return "a rule that was applied says so"
    for kind in volatile():
        if _matches(path, kind.paths) and (kind.always or change.kind == "changed"):
            return kind.why
    if change.only_content and _is_compiled(change.path, one, two):
        return "compiled from a source that is the same, with the time of that in it"
    if change.only_content and _same_members(change.path, one, two):
        return "an archive with the same members; only their times differ"
    if change.path in unstable:
        return "two builds of the file as it is differ here, too"
    return ""


def _matches(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(path, glob) for glob in globs)


def _held_only(change: Change, one: View, two: View, globs: tuple[str, ...]) -> bool:
    """Whether it is a directory that held nothing but what may go."""
    if not globs or change.type != "directory" or change.kind == "changed":
        return False
    view = one if change.kind == "gone" else two
    below = list(view.below(change.path))
    if below:
        return all(_matches(f"/{path}", globs) for path in below)
    return _matches(f"/{change.path}/", globs)


def _is_compiled(path: str, one: View, two: View) -> bool:
    folder, _, name = path.rpartition("/")
    if not name.endswith(".pyc") or not folder.endswith("__pycache__"):
        return False
    source = f"{folder.removesuffix('__pycache__')}{name.split('.')[0]}.py"
    return source in one.entries and one.entries[source] == two.entries.get(source)


def _same_members(path: str, one: View, two: View) -> bool:
    old, new = one.facts.get(path), two.facts.get(path)
    return isinstance(old, Bundle) and old == new


def _smoked(smoke: Smoke) -> Iterator[Difference]:
    """How a command did otherwise in the second image."""
    old, new = smoke.before, smoke.after
    if old.timed_out or new.timed_out:
        which = (
            "in both images"
            if old.timed_out and new.timed_out
            else "in the first image"
            if old.timed_out
            else "in the second image"
        )
        yield Difference("smoke", smoke.command, f"it did not end in time {which}")
        return
    if old.code != new.code:
        yield Difference("smoke", smoke.command, f"exit code {old.code} -> {new.code}{_tail(new.err)}")
    if smoke.exit_only:
        return
    for name, first, second in (("output", old.out, new.out), ("error output", old.err, new.err)):
        if first != second:
            yield Difference("smoke", smoke.command, f"its {name} differs{_first_difference(first, second)}")


def _tail(err: bytes) -> str:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1][:200]})" if lines else ""


def _first_difference(old: bytes, new: bytes) -> str:
    for number, (one, two) in enumerate(zip(old.split(b"\n"), new.split(b"\n")), 1):
        if one != two:
            return f" from line {number}: {_shown(one)} -> {_shown(two)}"
    return f": {len(old)} bytes -> {len(new)} bytes"


def _shown(line: bytes) -> str:
    return repr(line[:80].decode("utf-8", "replace"))
