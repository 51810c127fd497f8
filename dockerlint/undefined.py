"""Variables that an instruction expands and nothing sets, as BuildKit's check counts them."""

from __future__ import annotations

from dockerlint.expand import variables_in
from dockerlint.frozen import record
from dockerlint.model import Add, Arg, Copy, Env, Label, Run, Stopsignal, User, Volume, Word, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction

# BuildKit looks these up itself.
_EXEMPT = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"))
_FLAGS = ("chown", "chmod", "checksum", "mount")


@record
class Unset:
    """A name in a word that no ENV or ARG above sets. A base image may set it all the same."""

    name: str
    word: Word


def unset_in(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Unset]:
    """The names that an instruction of a stage expands and nothing sets, once for each word.

    EXPOSE is left out: BuildKit does not look at it.
    """
    known = instruction.state.variables
    if isinstance(instruction, Arg):
        yield from _in_arguments(dockerfile, instruction)
        return
    for word in words_of(instruction, dockerfile.escape):
        for name in word.variables:
            if name not in known and name not in _EXEMPT:
                yield Unset(name, word)


def _in_arguments(dockerfile: Dockerfile, instruction: Arg) -> Iterator[Unset]:
    """Each word of an ARG sees the ones before it; a build argument replaces the default."""
    known = instruction.state.variables
    above: set[str] = set()
    for pair in instruction.pairs:
        if pair.value is not None and pair.name.raw not in dockerfile.build_args:
            for name in pair.value.variables:
                if name not in known and name not in above and name not in _EXEMPT:
                    yield Unset(name, pair.value)
        above.add(pair.name.raw)


def words_of(instruction: Instruction, escape: str) -> Iterator[Word]:
    """The words of an instruction below FROM in which BuildKit replaces variables and looks for unset ones."""
    if isinstance(instruction, Env | Label):
        for pair in instruction.pairs:
            yield pair.name
            if pair.value is not None:
                yield pair.value
    elif isinstance(instruction, Copy | Add):
        yield from instruction.sources
        yield instruction.destination
        for heredoc in instruction.heredocs:
            if heredoc.expand:
                names = variables_in(heredoc.content.replace("'", " ").replace('"', " "))
                yield Word(heredoc.body, heredoc.content, None, names)
    elif isinstance(instruction, Workdir):
        yield instruction.path
    elif isinstance(instruction, User):
        yield instruction.user
    elif isinstance(instruction, Volume):
        yield from instruction.paths
    elif isinstance(instruction, Stopsignal):
        yield instruction.signal
    if isinstance(instruction, Copy | Add | Run):
        for flag in instruction.flags:
            if flag.name in _FLAGS and flag.value is not None and "$" in flag.value:
                names = variables_in(flag.value, escape)
                yield Word(flag.value_span, flag.value, None, names)
