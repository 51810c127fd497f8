from __future__ import annotations

from shell_reading import dockerfile

from dockerlint.model import Dockerfile, Run
from dockerlint.shell import Script, scripts

FILE = """\
# escape=\\
FROM debian
RUN --mount=type=cache,target=/x apt-get update \\
    # why
 && apt-get \\

    install --no-install-recommends -y "lib x" 'y'\\
z \\
 && echo é "ü $X" > /tmp/ö
"""


def both(text: str) -> tuple[Dockerfile, Script]:
    model = dockerfile(text)
    return model, scripts(next(model.instructions(Run)))[0]


def test_spans_cross_continuations_comments_and_blank_lines() -> None:
    model, found = both(FILE)
    install = found.commands[1]
    cut = model.source.slice
    assert cut(install.span).startswith("apt-get \\\n\n    install")
    assert cut(install.span).endswith("'y'\\\nz")
    assert install.subcommand_word is not None
    assert cut(install.subcommand_word.span) == "install"
    assert [cut(w.span) for w in install.operands] == ['"lib x"', "'y'\\\nz"]
    assert [w.text for w in install.operands] == ["lib x", "yz"]
    assert [cut(o.word.span) for o in install.options] == ["--no-install-recommends", "-y"]


def test_offsets_count_characters_not_bytes() -> None:
    model, found = both(FILE)
    echo = found.commands[2]
    cut = model.source.slice
    assert [cut(w.span) for w in echo.arguments] == ["é", '"ü $X"']
    assert [w.value for w in echo.arguments] == ["é", None]
    assert [cut(r.span) for r in echo.redirects] == ["> /tmp/ö"]
    assert found.text.text[echo.start : echo.end] == 'echo é "ü $X" > /tmp/ö'


def test_statement_spans_end_where_the_statement_ends() -> None:
    model, found = both("FROM a\nRUN a 'b' \\\n | c > d; (e) &\n")
    assert [model.source.slice(s.span) for s in found.statements] == ["a 'b' \\\n | c > d", "(e)"]
    assert [found.text.text[s.start : s.end] for s in found.statements] == ["a 'b'  | c > d", "(e)"]


def test_lines_may_end_in_crlf() -> None:
    model, found = both("FROM a\r\nRUN apt-get \\\r\n  install \\\r\n # no\r\n  x\r\nUSER b\r\n")
    assert found.ok
    assert [model.source.slice(w.span) for w in found.commands[0].operands] == ["x"]


def test_a_heredoc_script_with_crlf_reads_like_one_without() -> None:
    model, found = both("FROM a\r\nRUN <<EOF\r\napt-get update\r\nif b; then\r\nc d\r\nfi\r\nEOF\r\n")
    assert found.ok
    assert [c.name for c in found.commands] == ["apt-get", "b", "c"]
    assert [model.source.slice(c.span) for c in found.commands] == ["apt-get update", "b", "c d"]


def test_spans_lead_into_quoted_scripts() -> None:
    text = (
        "FROM a\nRUN bash -c \"apt-get \\\n install -y \\\"a b\\\" 'c' \\$X\" && sh -c 'rm '\\''x'\\'' y'\n"
    )
    model, found = both(text)
    cut = model.source.slice
    inner = [c for c in found.commands if c.within == ("shell-c",)]
    assert [c.name for c in inner] == ["apt-get", "rm"]
    assert [cut(w.span) for w in inner[0].operands] == ['\\"a b\\"', "'c'", "\\$X"]
    assert [w.value for w in inner[0].operands] == ["a b", "c", None]
    assert cut(inner[0].name_word.span) == "apt-get"
    assert [w.value for w in inner[1].operands] == ["x", "y"]
    assert cut(inner[1].operands[1].span) == "y"
    assert found.text.text[inner[1].start : inner[1].end].startswith("rm ")


def test_a_bom_and_bytes_that_are_no_utf8_do_not_shift_spans() -> None:
    from dockerlint.resolve import parse
    from dockerlint.source import Source

    source = Source.of(b"\xef\xbb\xbfFROM a\nRUN echo \xff\xfe x \xc3\xa9 && y\n")
    found = scripts(next(parse(source).instructions(Run)))[0]
    assert found.ok
    assert [source.slice(w.span) for w in found.commands[0].arguments][1:] == ["x", "é"]
    assert source.slice(found.commands[1].span) == "y"


def test_the_escape_directive_does_not_change_the_shells_quoting() -> None:
    model, found = both("# escape=`\nFROM a\nRUN a `\n b\\ c `\n && d\n")
    assert [w.value for w in found.commands[0].arguments] == ["b c"]
    assert model.source.slice(found.commands[0].arguments[0].span) == "b\\ c"
    assert found.commands[1].before == "&&"
