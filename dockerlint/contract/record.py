"""The values that a judgement is made of."""

from __future__ import annotations

from dockerlint.frozen import node, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Ran(Protocol):
        """What came of a command in a container, as `dockerlint.engine.Ran` has it."""

        @property
        def code(self) -> int: ...
        @property
        def out(self) -> bytes: ...
        @property
        def err(self) -> bytes: ...
        @property
        def timed_out(self) -> bool: ...


class Verdict:
    """What is said of two images, best first."""

    PROVEN = "proven"
    LISTED = "proven with listed differences"
    UNPROVEN = "not proven"
    DIFFERS = "differs"
    UNBUILT = "could not build"
    GOOD = (PROVEN, LISTED)


@record
class Promise:
    """What may differ. `paths` are globs of container paths, with leading slash (`*` stands for slashes
    too); `reasons` what unsafe rules say may differ; `closure`: files may go as long as all that the
    container runs is whole; `config` are keys of the configuration (`Labels`)."""

    paths: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    closure: bool = False
    config: tuple[str, ...] = ()


@record
class Difference:
    """One difference. `kind` is config, file, need or smoke; `where` the key, the path (one that ends with
    a slash stands for all below it) or the command; `allowed` says why it may be, empty when it may not."""

    kind: str
    where: str
    text: str
    allowed: str = ""


@node
class Judgement:
    """A verdict, all that differs, what was looked at, and what could not be told. `rewritten` are paths
    (without leading slash) with nothing but other bytes, for which nothing says why: a second build of the
    first may."""

    verdict: str
    differences: tuple[Difference, ...]
    checked: tuple[str, ...]
    unproven: tuple[str, ...]
    rewritten: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the contract is kept: proven, with listed differences or without."""
        return self.verdict in Verdict.GOOD


@record
class Smoke:
    """A command that ran in both images; with `exit_only` its output is not compared."""

    command: str
    before: Ran
    after: Ran
    exit_only: bool = False
