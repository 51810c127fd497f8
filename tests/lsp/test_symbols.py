"""What refers to what, and what has another name after a rename."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import cursor, read, spans

from dockerlint.errors import UserError
from dockerlint.fix import splice
from dockerlint.lsp.rename import rename, target
from dockerlint.lsp.symbols import symbols
from dockerlint.resolve import parse

# Each file has one symbol marked everywhere it is meant.
MEANT = {
    "a stage in FROM, COPY, ADD and a mount, in any case": (
        "FROM debian AS «build»\nFROM «build» AS two\nCOPY --from=«Build» /a /b\nADD --from=\"«build»\" a b\n"
        "RUN --mount=type=bind,from=«build»,target=/x true\nRUN echo build --from=build\nCOPY build /x\n"
    ),
    "the later of two stages of one name": (
        "FROM debian AS a\nFROM alpine AS «a»\nFROM scratch\nCOPY --from=«a» / /\n"
    ),
    "a global ARG in FROM and where stages take it over": (
        "ARG «V»=1\nFROM debian:$«V» AS a\nARG «V»\nRUN echo ${«V»:-2}\nFROM --platform=$«V» x:${«V»}\n"
        "RUN echo $V\n"
    ),
    "an ARG of a stage with its own default is another one": (
        "ARG V=1\nFROM debian:$V\nARG «V»=2\nRUN echo $«V» && echo \"${«V»}\"\n"
    ),
    "an ENV hides the ARG that it is made of": (
        "FROM debian\nARG V\nENV «V»=${V}\nRUN echo $«V»\nCMD echo $«V»\n"
    ),
    "and the ARG is what stands before it": (
        "FROM debian\nARG «V»\nRUN echo $«V»\nENV V=${«V»}\nRUN echo $V\n"
    ),
    "an ENV that is set again, also in a stage that builds on it": (
        "FROM debian AS a\nENV «P»=1\nENV «P»=$«P»:2\nFROM a\nENV «P»=3\nWORKDIR /$«P»\nFROM debian\nENV P=4\n"
    ),
    "variables in every kind of word": (
        "FROM debian\nARG «D»=/d\nARG E=$«D»\nENV A=$«D» B=\"${«D»}\"\nLABEL x=$«D»\nCOPY --chown=$«D» $«D» $«D»/\n"
        "ADD $«D» /\nUSER $«D»\nVOLUME $«D»\nEXPOSE $«D»\nSTOPSIGNAL $«D»\nWORKDIR $«D»\n"
        "RUN --mount=type=cache,target=$«D» true\nCOPY <<EOF /x\n$«D»\nEOF\n"
    ),
    "a variable that the script sets itself is its own from there on": (
        "FROM debian\nENV «X»=1\nRUN echo $«X» && X=${«X»}2 && echo $X\nRUN for X in 1; do echo $X; done; X=3 env\n"
        "RUN read X && echo $X\n"
    ),
    "behind a dash, where the grammar of the shell does not see it": (
        "FROM debian\nENV «V»=1\nRUN curl x/a-$«V».tar b$«V»-$«V»/c \"d-$«V»\" e-${«V»}-$V2\n"
    ),
    "scripts in here-documents and in exec form": (
        "FROM debian\nENV «X»=1\nRUN <<EOF\necho $«X»\nEOF\nRUN [\"sh\", \"-c\", \"echo $«X»\"]\n"
        "RUN cat <<'EOF' > /x && echo $«X»\nhello\nEOF\nHEALTHCHECK CMD curl $«X»\n"
    ),
    "across continuations and comments": (
        "FROM debian\nENV A=1 \\\n  # $X\n  «X»=2\nRUN echo \\\n  $«X» \\\n# $X\n  $«X»\n"
    ),
    "what an ARG is set to sees the ones before it": "FROM debian\nARG «A»=1 B=$«A»\nRUN echo $B\n",
}  # fmt: skip


@pytest.mark.parametrize("marked", MEANT.values(), ids=MEANT.keys())
def test_every_place_is_found_from_every_place(marked: str) -> None:
    text, wanted = spans(marked)
    found = symbols(parse(text))
    for span in wanted:
        one = found.at(span.start)
        assert one is not None
        assert one.symbol.spans() == wanted


@pytest.mark.parametrize("marked", MEANT.values(), ids=MEANT.keys())
def test_a_rename_changes_every_place_and_no_other(marked: str) -> None:
    text, wanted = spans(marked)
    new = "other" if "AS «" in marked else "OTHER"
    renamed = marked
    for span in wanted:
        renamed = renamed.replace(f"«{text[span.start : span.end]}»", new)
    for span in wanted:
        assert splice(text, rename(parse(text), span.end, new, read)) == renamed


REFUSED = {
    "a name with a blank": ("FROM debian AS ⌖a\n", "b c", "is no name of a stage"),
    "a stage in upper case": ("FROM debian AS ⌖a\n", "B", "is no name of a stage"),
    "a reserved stage": ("FROM debian AS ⌖a\n", "scratch", "is reserved"),
    "a variable with a dash": ("FROM debian\nENV ⌖A=1\n", "A-B", "is no name of a variable"),
    "nothing": ("FROM debian\nENV ⌖A=1\n", "", "is no name of a variable"),
    "the name of another variable": ("FROM debian\nENV ⌖A=1\nENV B=2\nRUN echo $A$B\n", "B", "already"),
    "a name that a script uses": ("FROM debian\nENV ⌖A=1\nRUN B=1; echo $A $B\n", "B", "already"),
    "the name of another stage": (
        "FROM x AS ⌖a\nFROM y AS b\nFROM z\nCOPY --from=a / /\nCOPY --from=b / /\n", "b", "already",
    ),
    "the name of an image": ("FROM debian AS ⌖a\nFROM alpine\nCOPY --from=a / /\n", "alpine", "already"),
    "what stands in quotes, where it is not sure who reads it": (
        "FROM x\nENV ⌖A=1\nRUN awk '{print $A}' x\n", "B", "line 3",
    ),
    "what the build sets": ("FROM debian\nARG ⌖TARGETARCH\n", "A", "has a meaning of its own"),
    "to what the build sets": ("FROM debian\nARG ⌖A\n", "TARGETARCH", "has a meaning of its own"),
    "what a shell we cannot read may use": (
        "FROM x\nENV ⌖A=1\nSHELL [\"powershell\"]\nRUN Write-Host $env:a\n", "B", "line 4",
    ),
    "a stage whose name comes out of a variable": ("ARG B=a\nFROM x AS ⌖a\nFROM $B\n", "b", "line 3"),
    "a stage by its number": ("FROM x AS a\nFROM y\nCOPY --from=⌖0 / /\n", "b", "by its number"),
    "no name at all": ("FROM ⌖debian\n", "b", "there is no stage and no variable here"),
}  # fmt: skip


@pytest.mark.parametrize(("marked", "new", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_rename_is_refused_with_the_reason(marked: str, new: str, why: str) -> None:
    text, at = cursor(marked)
    with pytest.raises(UserError, match=why):
        rename(parse(text), at, new, read)


def test_what_can_be_renamed_is_told_before() -> None:
    text, at = cursor("FROM debian AS bu⌖ild\n")
    found = target(parse(text), at)
    assert found is not None
    assert (found.name, text[found.span.start : found.span.end]) == ("build", "build")
    text, at = cursor("FROM deb⌖ian AS build\n")
    assert target(parse(text), at) is None
    text, at = cursor("FROM debian\nENV PA⌖TH=/x\n")
    with pytest.raises(UserError):
        target(parse(text), at)


def test_the_same_name_is_no_change() -> None:
    assert rename(parse("FROM debian\nENV A=1\n"), 16, "A", read) == ()


PIECES = st.lists(
    st.sampled_from(
        ["FROM a AS b\n", "FROM b\n", "ARG X\n", "ENV X=$X\n", "RUN echo $X ${X} '$X'\n", "COPY --from=b $X /\n",
         "RUN X=1; $X\n", "ARG X=1 Y=$X\n", "ENV \\\n X=1\n", "🐋", "RUN <<E\n$X\nE\n", "${", '"', "\\\n", "--from=b "]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(PIECES)
def test_any_text_can_be_read_and_occurrences_bear_the_name(text: str) -> None:
    for one in symbols(parse(text)).occurrences:
        written = text[one.span.start : one.span.end]
        assert one.by_number or written.lower() == one.symbol.name.lower()
