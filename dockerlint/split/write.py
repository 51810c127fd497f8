"""The two stages as edits of the file."""

from __future__ import annotations

from dockerlint.fix import Edit
from dockerlint.model import Env, User, Workdir
from dockerlint.source import Span
from dockerlint.split.names import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.split.runtime import Runtime


class Writer:
    """Writes the runtime stage behind the last build, and takes out of the build stage what moved."""

    def __init__(self, dockerfile: Dockerfile, runtime: Runtime) -> None:
        self.dockerfile = dockerfile
        self.source = dockerfile.source
        self.runtime = runtime
        self.stage = runtime.stage
        self.base = runtime.base
        self.named = ""

    def edits(self) -> tuple[Edit, ...]:
        """The edits that make the two stages."""
        start = self.stage.start
        alias, taken = names(self.dockerfile, self.stage)
        self.named = "" if taken is None else f" {self._as()} {taken}"
        found: list[Edit] = []
        if start.alias is None:
            end = start.image.span.end
            found.append(Edit(Span(end, end), f" {self._as()} {alias}"))
        elif taken is not None:
            found.append(Edit(start.alias.span, alias))
        newline = self.source.newline
        end = self.stage.instructions[self.runtime.last].span.end
        found.append(Edit(Span(end, end), newline + newline + newline.join(self._lines(alias))))
        found += self._deletions()
        return tuple(sorted(found, key=lambda e: e.span.start))

    def _as(self) -> str:
        return "AS" if self.stage.start.keyword.text.isupper() else "as"

    def _lines(self, alias: str) -> list[str]:
        """The runtime stage up to what comes over."""
        start = self.stage.start
        flags = "".join(f"{self.source.slice(f.span)} " for f in start.flags)
        lines = [f"{start.keyword.text} {flags}{self.base.runtime or start.image.raw}{self.named}"]
        if self.runtime.added:
            lines.append(self._adding())
        lines += [f"ENV {name}=" for name in self._unset()]
        if self.base.runtime is not None and self.base.workdir != "/" and not any(self.stage.of(Workdir)):
            lines.append(f"WORKDIR {self.base.workdir}")
        taking = self._taking(alias)
        previous: Instruction | None = None
        for index in sorted(self.runtime.pieces):
            instruction = self.stage.instructions[index]
            if isinstance(instruction, User) and len(taking) and taking[-1] == "RUN ldconfig":
                # the cache of the linker is root's
                lines += taking
                taking = []
            if (
                previous is not None
                and self._gap_above(instruction)
                and not isinstance(instruction, type(previous))
            ):
                lines.append("")
            if index in self.runtime.moved:
                lines += self._doc_lines(instruction)
            lines.append(self.runtime.pieces[index])
            previous = instruction
        return [*lines, *taking]

    def _taking(self, alias: str) -> list[str]:
        """The instructions that bring what was built."""
        taker = self.runtime.taker
        lines = [f"COPY --from={alias} {source} {place}" for source, place in taker.takes.items()]
        libraries = [
            p for trait, paths in self.base.libraries.items() if trait in self.runtime.traits for p in paths
        ]
        if libraries:
            lines.append(f"COPY --from={alias} {' '.join(libraries)} /usr/local/lib/")
        if taker.ldconfig or libraries:
            lines.append("RUN ldconfig")
        return lines

    def _unset(self) -> list[str]:
        """Variables that the runtime image sets, the build image does not, and the file leaves alone."""
        own = {p.name.value for i in self.stage.of(Env) for p in i.pairs}
        return [] if own & set(self.base.unsets) else list(self.base.unsets[:1])

    def _adding(self) -> str:
        """A RUN for the packages that stand in for what the toolchain image held."""
        names = " ".join(self.runtime.added)
        if self.base.manager == "apk":
            return f"RUN apk add --no-cache {names}"
        joint = f" {self.dockerfile.escape}{self.source.newline}    && "
        install = f"apt-get install -y --no-install-recommends {names}"
        return joint.join(("RUN apt-get update", install, "rm -rf /var/lib/apt/lists/*"))

    def _gap_above(self, instruction: Instruction) -> bool:
        """Whether a blank line stands above an instruction (or above its comment)."""
        line = self._first_line(instruction)
        return line > 1 and not self.source.slice(self.source.line_span(line - 1)).strip()

    def _first_line(self, instruction: Instruction) -> int:
        """The first line of an instruction, with the comments right above it."""
        source = self.source
        line = source.line_of(instruction.span.start)
        comments = {source.line_of(c.span.start) for c in instruction.doc}
        while line - 1 in comments:
            line -= 1
        return line

    def _doc_lines(self, instruction: Instruction) -> list[str]:
        source = self.source
        first, last = self._first_line(instruction), source.line_of(instruction.span.start)
        return [source.slice(source.line_span(line)) for line in range(first, last)]

    def _deletions(self) -> list[Edit]:
        source = self.source
        spans: list[Span] = []
        for index in (*self.runtime.moved, *self.runtime.dropped):
            instruction = self.stage.instructions[index]
            first = (
                self._first_line(instruction)
                if index in self.runtime.moved
                else source.line_of(instruction.span.start)
            )
            last = source.line_of(max(instruction.span.start, instruction.span.end - 1))
            start = source.line_starts[first - 1]
            end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
            blank_above = first == 1 or not source.slice(source.line_span(first - 1)).strip()
            if (
                blank_above
                and last < len(source.line_starts)
                and not source.slice(source.line_span(last + 1)).strip()
            ):
                end = source.line_starts[last + 1] if last + 1 < len(source.line_starts) else len(source.text)
            spans.append(Span(start, end))
        spans.sort(key=lambda s: s.start)
        joined: list[Span] = []
        for span in spans:
            if joined and joined[-1].end >= span.start:
                joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
            else:
                joined.append(span)
        return [Edit(span, "") for span in joined]
