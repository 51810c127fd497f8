"""Fixing to a point of rest, the check of every step, and writing."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockerlint.api import settled_source
from dockerlint.config import Config
from dockerlint.job import Setup
from dockerlint.lint import Found, run_rule
from dockerlint.loader import Origin, gather
from dockerlint.model import Dockerfile, Maintainer, Run, Stopsignal, User, Workdir
from dockerlint.rule import Edit, Finding, Fix, Rule, Span, display, rule, safe, unsafe
from dockerlint.settle import Settled
from dockerlint.source import Source
from dockerlint.write import WriteError, write
from running import run

HEAD = "FROM busybox\n"


def make(name: str, check: object, fix: object = None) -> Rule:
    check.__name__ = name.replace("-", "_")  # type: ignore[attr-defined]
    return rule(code=f"X{abs(hash(name)) % 10000:04}", summary="s", why="w", severity="warning", bad=[], good=[],
                fix=fix or safe())(check)  # type: ignore[arg-type]  # fmt: skip


def replacing(name: str, old: str, new: str, fix: object = None) -> Rule:
    """A rule that wants one text in place of another, wherever it stands."""

    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        text = dockerfile.source.text
        at = text.find(old)
        while at >= 0:
            span = Span(at, at + len(old))
            yield Finding(span, "m", Fix("replace", (Edit(span, new),)))
            at = text.find(old, at + len(old))

    return make(name, check, fix)


def settle(
    text: str, *rules: Rule, unsafe: bool = False, choose: Callable[[Found, int], bool] | None = None
) -> Settled:
    setup = Setup.of(Config(), gather((one, Origin("here", "")) for one in rules))
    return settled_source(Source.of_text(text), setup, run_rule, unsafe, None, choose)


def result(text: str, *rules: Rule, unsafe: bool = False) -> tuple[str, str]:
    settled = settle(text, *rules, unsafe=unsafe)
    return settled.look.source.text, "\n".join(settled.refused)


def test_a_fix_goes_in_and_is_counted_by_rule() -> None:
    settled = settle(HEAD + "RUN a\nRUN a\n", replacing("a-for-b", "RUN a", "RUN b"))
    assert settled.look.source.text == HEAD + "RUN b\nRUN b\n"
    assert settled.fixed == {"a-for-b": 2}
    assert settled.refused == ()
    assert settled.look.found == ()


def test_what_one_fix_brings_up_is_fixed_in_the_next_pass() -> None:
    rules = replacing("one-two", "RUN one", "RUN two"), replacing("two-three", "RUN two", "RUN three")
    assert result(HEAD + "RUN one\n", *rules) == (HEAD + "RUN three\n", "")


def test_fixes_that_touch_each_other_wait_for_the_next_pass() -> None:
    rules = replacing("left-part", "one", "1"), replacing("right-part", "two", "2")
    settled = settle(HEAD + "RUN onetwo\n", *rules)
    assert settled.look.source.text == HEAD + "RUN 12\n"
    assert settled.fixed == {"left-part": 1, "right-part": 1}


def test_unsafe_fixes_wait_for_a_word_and_display_fixes_are_never_written() -> None:
    careful = replacing("a-for-b", "RUN a", "RUN b", unsafe("b is not a"))
    shown = replacing("c-for-d", "RUN c", "RUN d", display("who knows"))
    text = HEAD + "RUN a\nRUN c\n"
    assert result(text, careful, shown) == (text, "")
    assert result(text, careful, shown, unsafe=True) == (HEAD + "RUN b\nRUN c\n", "")


def test_a_finding_may_lower_what_the_rule_promises_but_not_raise_it() -> None:
    def lowered(dockerfile: Dockerfile) -> Iterator[Finding]:
        for one in dockerfile.instructions(Run):
            yield Finding(one.span, "m", Fix("t", (Edit(one.span, "USER x"),), "unsafe", "it may differ"))

    def raised(dockerfile: Dockerfile) -> Iterator[Finding]:
        for one in dockerfile.instructions(Run):
            yield Finding(one.span, "m", Fix("t", (Edit(one.span, "USER x"),), "safe"))

    text = HEAD + "RUN a\n"
    for name, check, promise in (("low-one", lowered, safe()), ("high-one", raised, unsafe("it may differ"))):
        assert result(text, make(name, check, promise)) == (text, "")
        assert result(text, make(name, check, promise), unsafe=True)[0] == HEAD + "USER x\n"


def test_rules_that_undo_each_other_are_both_left_out_and_the_others_go_in() -> None:
    rules = (
        replacing("to-b", "RUN a", "RUN b"),
        replacing("to-a", "RUN b", "RUN a"),
        replacing("c-d", "RUN c", "RUN d"),
    )
    text, refused = result(HEAD + "RUN a\nRUN c\n", *rules)
    assert text == HEAD + "RUN a\nRUN d\n"
    assert refused.splitlines() == [
        "fixes of to-a are left out: they go round in a circle (to-a, to-b)",
        "fixes of to-b are left out: they go round in a circle (to-a, to-b)",
    ]


def test_a_rule_that_never_comes_to_rest_is_left_out() -> None:
    text, refused = result(
        HEAD + "RUN a\nRUN c\n", replacing("grows-on", "RUN a", "RUN ab"), replacing("c-d", "RUN c", "RUN d")
    )
    assert text == HEAD + "RUN a\nRUN d\n"
    assert refused == "fixes of grows-on are left out: they do not come to rest within 10 passes"


def test_a_fix_that_changes_nothing_is_left_out() -> None:
    assert "they change nothing" in result(HEAD + "RUN a\n", replacing("same-again", "RUN a", "RUN a"))[1]


def test_a_file_that_would_not_build_is_not_written() -> None:
    text, refused = result(HEAD + "RUN a\n", replacing("bad-one", "RUN a", "RNU a"))
    assert text == HEAD + "RUN a\n"
    assert "the file would not build: unknown instruction: RNU" in refused


def test_only_the_guilty_fix_is_left_out() -> None:
    rules = replacing("bad-one", "RUN a", "RNU a"), replacing("good-one", "RUN b", "RUN c")
    text, refused = result(HEAD + "RUN a\nRUN b\nRUN b\n", *rules)
    assert text == HEAD + "RUN a\nRUN c\nRUN c\n"
    assert "bad-one" in refused
    assert "good-one" not in refused


def test_of_one_rule_only_the_fixes_that_fail_are_left_out() -> None:
    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        for workdir in dockerfile.instructions(Workdir):
            new = "" if workdir.path.raw == "/a" else "/c"
            if workdir.path.raw != "/c":
                yield Finding(workdir.path.span, "m", Fix("t", (Edit(workdir.path.span, new),)))

    text, refused = result(HEAD + "WORKDIR /a\nWORKDIR /b\n", make("some-paths", check))
    assert text == HEAD + "WORKDIR /a\nWORKDIR /c\n"
    assert "WORKDIR requires exactly one argument" in refused


def test_what_is_refused_at_first_goes_in_when_another_fix_has_made_room() -> None:
    @rule(code="X0002", summary="s", why="w", severity="error", bad=[], good=[])
    def user_before_three(dockerfile: Dockerfile) -> Iterator[Finding]:
        if "RUN 3" not in dockerfile.source.text:
            for user in dockerfile.instructions(User):
                yield Finding(user.span, "m")

    chain = replacing("one-two", "RUN 1", "RUN 2"), replacing("two-three", "RUN 2", "RUN 3")
    rules = replacing("adds-user", "STOPSIGNAL 9", "USER x"), *chain, user_before_three
    text, refused = result(HEAD + "STOPSIGNAL 9\nRUN 1\n", *rules)
    assert text == HEAD + "USER x\nRUN 3\n"
    assert refused == ""
    assert result(text, *rules)[0] == text


def test_an_instruction_that_no_edit_touches_must_stay_as_it_is() -> None:
    text = HEAD + "RUN a\nUSER x\n"
    after, refused = result(text, replacing("eats-next", "RUN a", "RUN a \\"))
    assert after == text
    assert "USER on line 3 would be read differently" in refused


def test_an_instruction_must_not_appear_out_of_nothing() -> None:
    text = HEAD + "COPY <<E /x\nRUN echo hello\nE\nUSER y\n"
    assert "would" in result(text, replacing("opens-up", "<<E /x", "/a /x"))[1]
    assert result(text, replacing("opens-up", "<<E /x", "/a /x"))[0] == text


def test_a_comment_must_not_be_lost() -> None:
    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        for one in dockerfile.instructions(Run):
            if one.comments:
                yield Finding(one.span, "m", Fix("t", (Edit(one.span, "RUN a"),)))

    text = HEAD + "RUN a \\\n# why\n && b\n"
    after, refused = result(text, make("drops-comment", check))
    assert after == text
    assert "the comment on line 3 would be lost" in refused


def test_a_comment_in_a_script_must_not_be_lost() -> None:
    text = HEAD + "RUN <<EOF\na\n# why\nb\nEOF\n"
    after, refused = result(text, replacing("drops-comment", "# why\n", ""), unsafe=True)
    assert "RUN <<EOF\na\nb" in after
    whole = replacing("drops-more", "a\n# why\nb", "a\nb")
    after, refused = result(text, whole)
    assert after == text
    assert "the comment on line 4 would be lost" in refused


def test_a_fix_about_a_comment_may_take_it_away() -> None:
    assert result("# old\n" + HEAD, replacing("old-comment", "# old\n", "")) == (HEAD, "")


def test_a_script_that_parsed_must_still_parse() -> None:
    text = HEAD + "RUN if a; then b; fi\n"
    after, refused = result(text, replacing("drops-fi", "; fi", ""))
    assert after == text
    assert "the script of RUN on line 2 would not parse" in refused


def test_a_fix_that_brings_an_error_of_another_rule_is_left_out() -> None:
    @rule(code="X0001", summary="s", why="w", severity="error", bad=[], good=[])
    def user_is_root(dockerfile: Dockerfile) -> Iterator[Finding]:
        for user in dockerfile.instructions(User):
            yield Finding(user.span, "m")

    text = HEAD + "STOPSIGNAL 9\n"
    after, refused = result(text, replacing("adds-user", "STOPSIGNAL 9", "USER root"), user_is_root)
    assert after == text
    assert "user-is-root would be found on line 2" in refused
    more = "USER root\n" + text.removeprefix(HEAD)
    assert result(HEAD + more, replacing("adds-user", "STOPSIGNAL 9", "USER root"), user_is_root)[1] == ""


def test_silenced_findings_are_not_fixed() -> None:
    text = HEAD + "# dockerlint ignore=a-for-b\nRUN a\n"
    assert result(text, replacing("a-for-b", "RUN a", "RUN b")) == (text, "")


def test_inserted_lines_end_as_those_of_the_file() -> None:
    text = "FROM busybox\r\nRUN a\r\n"
    assert (
        result(text, replacing("adds-line", "RUN a", "USER x\nRUN b"))[0]
        == "FROM busybox\r\nUSER x\r\nRUN b\r\n"
    )


def test_bytes_that_are_not_utf_8_and_a_bom_stay() -> None:
    setup = Setup.of(Config(), gather([(replacing("a-for-b", "RUN a", "RUN b"), Origin("here", ""))]))
    source = Source.of(b"\xef\xbb\xbfFROM busybox\nLABEL a=\xff\xfe\nRUN a\n")
    settled = settled_source(source, setup, run_rule, False, None)
    now = settled.look.source
    assert (
        Source.of_text(now.text, bom=now.bom).data == b"\xef\xbb\xbfFROM busybox\nLABEL a=\xff\xfe\nRUN b\n"
    )


def test_an_instruction_can_be_removed_with_its_line() -> None:
    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        for one in dockerfile.instructions(Maintainer, Stopsignal):
            yield Finding(one.span, "m", Fix("t", (Edit(Span(one.span.start, one.span.end + 1), ""),)))

    assert (
        result(HEAD + "MAINTAINER x\nSTOPSIGNAL 9\nRUN a\n", make("not-needed", check))[0] == HEAD + "RUN a\n"
    )


FAULTY, FIXED = b"FROM debian:12\nRUN apt update\n", b"FROM debian:12\nRUN apt-get update\n"


def fix(path: Path) -> tuple[int, str]:
    ran = run(str(path), "--fix", "--isolated", "--select", "DL3027")
    return ran.code, ran.err


def test_writing_keeps_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(FAULTY)
    path.chmod(0o640)
    assert fix(path) == (0, "")
    assert path.read_bytes() == FIXED
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["Dockerfile"]


def test_a_symlink_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(FAULTY)
    (tmp_path / "Dockerfile").symlink_to("real")
    assert fix(tmp_path / "Dockerfile") == (0, "")
    assert (tmp_path / "Dockerfile").is_symlink()
    assert (tmp_path / "real").read_bytes() == FIXED


def test_hard_links_stay_one_file(tmp_path: Path) -> None:
    path, other = tmp_path / "Dockerfile", tmp_path / "other"
    path.write_bytes(FAULTY)
    os.link(path, other)
    assert fix(path) == (0, "")
    assert other.read_bytes() == FIXED
    assert path.samefile(other)


def test_a_file_that_may_not_be_written_is_an_error_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(FAULTY)
    path.chmod(0o444)
    if os.geteuid() == 0:  # root may write it, as root may with any tool
        monkeypatch.setattr(os, "access", lambda file, mode: bool(Path(file).stat().st_mode & 0o222))
    code, err = fix(path)
    assert code == 2
    assert "is read-only" in err
    assert path.read_bytes() == FAULTY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write a file without a write bit")
def test_root_may_fix_a_file_without_a_write_bit_and_the_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(FAULTY)
    path.chmod(0o444)
    assert fix(path) == (0, "")
    assert path.read_bytes() == FIXED
    assert path.stat().st_mode & 0o777 == 0o444


def test_a_file_that_changed_or_went_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"other")
    with pytest.raises(WriteError, match="has changed since it was read"):
        write(str(path), FAULTY, FIXED)
    assert path.read_bytes() == b"other"
    path.unlink()
    with pytest.raises(WriteError, match="has gone"):
        write(str(path), FAULTY, FIXED)
    assert not path.exists()


def test_what_is_no_regular_file_is_not_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match="is no regular file"):
        write(str(tmp_path / "pipe"), FAULTY, FIXED)


def test_an_error_while_writing_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(FAULTY)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write(str(path), FAULTY, FIXED)
    assert path.read_bytes() == FAULTY
    assert [p.name for p in tmp_path.iterdir()] == ["Dockerfile"]


def test_line_ends_and_bom_are_kept_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"\xef\xbb\xbf" + FAULTY.replace(b"\n", b"\r\n"))
    assert fix(path)[0] == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace(b"\n", b"\r\n")


def test_hundreds_of_fixes_that_break_the_file_are_not_tried_one_by_one() -> None:
    looks = 0

    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        nonlocal looks
        looks += 1
        for stop in dockerfile.instructions(Stopsignal):
            yield Finding(stop.span, "m", Fix("break", (Edit(stop.keyword.span, f"X{stop.first_line}"),)))

    text = HEAD + "".join(f"STOPSIGNAL {number}\n" for number in range(1, 400))
    assert result(text, make("breaks", check))[0] == text
    assert looks < 300


def test_fixes_that_are_not_chosen_stay_out() -> None:
    settled = settle(
        HEAD + "RUN a\nRUN a\n",
        replacing("a-for-b", "RUN a", "RUN b"),
        choose=lambda found, line: line == 3,
    )
    assert settled.look.source.text == HEAD + "RUN a\nRUN b\n"
    assert [(one.rule, one.line) for one in settled.applied] == [("a-for-b", 3)]


def test_a_fix_is_known_by_the_line_it_had_whatever_others_moved() -> None:
    longer = replacing("longer", "FROM busybox", "# one\n# two\nFROM busybox AS x")
    later = replacing("later", "RUN b", "RUN c")
    settled = settle(HEAD + "RUN a\nRUN a\n", longer, replacing("sooner", "RUN a", "RUN b"), later)
    assert [(one.rule, one.line) for one in settled.applied] == [
        ("longer", 1), ("sooner", 2), ("sooner", 3), ("later", 2), ("later", 3),
    ]  # fmt: skip
    assert settled.lines == (1, 1, 1, 2, 3, 4)


def test_lines_that_go_do_not_shift_those_behind_them() -> None:
    settled = settle(HEAD + "RUN a \\\n  && x\nRUN a\n", replacing("shorter", "RUN a \\\n  && x", "RUN x"))
    assert settled.lines == (1, 2, 4, 5)
