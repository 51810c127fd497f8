"""`--changed-since`: only what changed since a revision counts, in real git repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint import changes
from dockerlint.changes import Lines, hunks
from running import Ran, run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ODD = [
    "a b",
    "ü",
    "tab\there",
    'quo"te',
    "back\\slash",
    "-dash",
    "new\nline",
    "[x]*?",
    ":(top)x",
    "b",
    "x\u202ey",
]


class Repository:
    """A git repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "protocol.file.allow=always"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, check=True, capture_output=True, text=True
        )  # fmt: skip
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--allow-empty")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "repo")
    monkeypatch.chdir(made.folder)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    return made


def lint(revision: str, *words: str) -> Ran:
    return run(
        *(words or (".",)), "--isolated", "--select", "DL3027", "-f", "json", "--changed-since", revision
    )


def lines(ran: Ran) -> list[tuple[str, int]]:
    assert ran.err == ""
    return [(row["file"], row["line"]) for row in json.loads(ran.out)]


TWO = "FROM debian:12\nRUN apt install a\nRUN apt install b\n"


def test_only_findings_on_changed_lines_are_left(repository: Repository) -> None:
    repository.write("Dockerfile", TWO)
    repository.write("other/Dockerfile", TWO)
    first = repository.commit()
    assert lines(lint(first)) == []
    assert lint(first).code == 0
    repository.write("Dockerfile", TWO.replace("install b", "install c"))
    assert lines(lint(first)) == [("Dockerfile", 3)]
    repository.git("commit", "-qam", "x")
    assert lines(lint(first)) == [("Dockerfile", 3)]
    assert lint(first).code == 1
    assert lines(lint("HEAD")) == []


def test_an_instruction_changed_when_any_of_its_lines_did(repository: Repository) -> None:
    long = "FROM debian:12\nRUN apt install \\\n    a \\\n    b \\\n    c\nRUN apt install d\n"
    repository.write("Dockerfile", long)
    first = repository.commit()
    repository.write("Dockerfile", long.replace("    c\n", "    e\n"))
    assert lines(lint(first)) == [("Dockerfile", 2)]
    # A line that is gone from between its lines changes it too, one that is gone behind it does not.
    repository.write("Dockerfile", long.replace("    b \\\n", ""))
    assert lines(lint(first)) == [("Dockerfile", 2)]
    repository.write("Dockerfile", long + "# end\n")
    repository.commit()
    repository.write("Dockerfile", long)
    assert lines(lint("HEAD")) == []
    here = "FROM debian:12\nRUN <<EOF\napt install a\necho\nEOF\n"
    repository.write("Dockerfile", here)
    second = repository.commit()
    repository.write("Dockerfile", here.replace("echo", "echo x"))
    assert lines(lint(second)) == [("Dockerfile", 3)]


def test_files_that_git_does_not_know_count_wholly(repository: Repository) -> None:
    repository.write(".gitignore", "ignored*\n")
    first = repository.commit()
    repository.write("Dockerfile", TWO)
    repository.write("ignored.Dockerfile", TWO)
    repository.write("added/Dockerfile", TWO)
    repository.git("add", "added")
    assert len(lines(lint(first))) == 6


def test_a_file_that_was_renamed_keeps_its_history(repository: Repository) -> None:
    text = TWO + "".join(f"RUN echo {n}\n" for n in range(20))
    repository.write("Dockerfile", text)
    first = repository.commit()
    repository.git("mv", "Dockerfile", "new.Dockerfile")
    assert lines(lint(first)) == []
    repository.write("new.Dockerfile", text.replace("install b", "install c"))
    repository.commit()
    assert lines(lint(first)) == [("new.Dockerfile", 3)]


@pytest.mark.parametrize("name", ODD)
def test_names_are_taken_as_they_are(repository: Repository, name: str) -> None:
    repository.write(f"{name}/Dockerfile", TWO)
    repository.write("x/Dockerfile", TWO)
    first = repository.commit()
    repository.write(f"{name}/Dockerfile", TWO.replace("install b", "install c"))
    assert lines(lint(first)) == [(f"{name}/Dockerfile", 3)]


def test_a_name_that_is_not_utf8_is_taken_as_it_is(repository: Repository) -> None:
    name = b"\xff.Dockerfile"
    path = os.path.join(os.fsencode(repository.folder), name)
    with open(path, "w") as file:
        file.write(TWO)
    first = repository.commit()
    with open(path, "w") as file:
        file.write(TWO.replace("install b", "install c"))
    ran = lint(first)
    assert [row["line"] for row in json.loads(ran.out)] == [3]


def test_line_ends_do_not_matter(repository: Repository) -> None:
    crlf = TWO.replace("\n", "\r\n")
    repository.write("Dockerfile", crlf)
    first = repository.commit()
    repository.write("Dockerfile", crlf.replace("install b", "install c"))
    assert lines(lint(first)) == [("Dockerfile", 3)]
    repository.write("Dockerfile", TWO)
    assert len(lines(lint(first))) == 2
    # Where git converts line ends, they are no change.
    repository.commit()
    repository.git("config", "core.autocrlf", "true")
    repository.write("Dockerfile", crlf)
    assert lines(lint("HEAD")) == []


def test_what_the_other_branch_did_meanwhile_does_not_count(repository: Repository) -> None:
    repository.write("Dockerfile", TWO)
    repository.commit()
    repository.git("checkout", "-qb", "work")
    repository.write("Dockerfile", TWO.replace("install b", "install c"))
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("Dockerfile", TWO.replace("install a", "install x"))
    repository.commit()
    repository.git("checkout", "-q", "work")
    assert lines(lint("main")) == [("Dockerfile", 3)]


def test_histories_without_a_common_commit_are_compared_as_they_are(repository: Repository) -> None:
    repository.write("Dockerfile", TWO)
    repository.commit()
    repository.git("checkout", "-q", "--orphan", "other")
    repository.write("Dockerfile", TWO.replace("install b", "install c"))
    repository.commit()
    assert lines(lint("main")) == [("Dockerfile", 3)]


def test_a_submodule_is_compared_with_the_commit_it_had(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.write("Dockerfile", TWO)
    inner.commit()
    before = repository.commit()
    repository.git("submodule", "add", "-q", str(inner.folder), "deep/sub module")
    first = repository.commit()
    sub = repository.folder / "deep" / "sub module" / "Dockerfile"
    assert lines(lint(first)) == []
    assert len(lines(lint(before))) == 2
    sub.write_text(TWO.replace("install b", "install c"))
    assert lines(lint(first)) == [("deep/sub module/Dockerfile", 3)]


def test_a_link_stands_for_the_file_it_leads_to(repository: Repository) -> None:
    repository.write("real", TWO)
    (repository.folder / "Dockerfile").symlink_to("real")
    first = repository.commit()
    assert lines(lint(first)) == []
    repository.write("real", TWO.replace("install b", "install c"))
    assert lines(lint(first)) == [("Dockerfile", 3)]


def test_what_the_user_has_configured_changes_nothing(repository: Repository) -> None:
    repository.write("Dockerfile", TWO)
    repository.write(".gitattributes", "Dockerfile -diff\n")
    first = repository.commit()
    for key, value in (
        ("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("color.ui", "always"), ("diff.external", "false"),
        ("core.quotePath", "false"), ("diff.context", "9"), ("diff.interHunkContext", "9"), ("diff.renames", "false"),
        ("core.pager", "false"), ("diff.relative", "true"),
    ):  # fmt: skip
        repository.git("config", key, value)
    repository.write("Dockerfile", TWO.replace("install b", "install c"))
    assert lines(lint(first)) == [("Dockerfile", 3)]


def test_it_does_not_matter_where_one_stands_nor_whose_hook_it_is(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("sub/Dockerfile", TWO)
    first = repository.commit()
    repository.write("sub/Dockerfile", TWO.replace("install b", "install c"))
    monkeypatch.chdir(repository.folder / "sub")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert lines(lint(first)) == [("Dockerfile", 3)]
    assert lines(lint(first, "../sub/Dockerfile")) == [("../sub/Dockerfile", 3)]


def test_the_baseline_and_the_cache_go_with_it(repository: Repository) -> None:
    for number in range(10):
        repository.write(f"{number}/Dockerfile", TWO)
    first = repository.commit()
    repository.write("3/Dockerfile", TWO.replace("install b", "install c"))
    assert lines(lint(first)) == lines(lint(first)) == [("3/Dockerfile", 3)]
    run(".", "--isolated", "--select", "DL3027", "--baseline", "known.json", "--update-baseline")
    assert lines(lint(first, ".", "--baseline", "known.json")) == []


@pytest.mark.parametrize(
    "revision", ["nothing", "", "-x", "--output=owned", "HEAD~99", "HEAD:Dockerfile", "a b"]
)
def test_a_revision_that_does_not_exist_is_an_error(repository: Repository, revision: str) -> None:
    repository.write("Dockerfile", TWO)
    repository.commit()
    ran = run("Dockerfile", "--isolated", f"--changed-since={revision}")
    assert ran.code == 2
    assert "revision" in ran.err
    assert "\n  " in ran.err
    assert sorted(os.listdir()) == [".git", "Dockerfile"]


def test_outside_a_repository_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TWO)
    ran = run(str(tmp_path / "Dockerfile"), "--isolated", "--changed-since", "HEAD")
    assert ran.code == 2
    assert "is in no git repository" in ran.err


def test_without_git_it_is_an_error(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("Dockerfile", TWO)
    monkeypatch.setenv("PATH", "/nowhere")
    ran = lint("HEAD")
    assert ran.code == 2
    assert "git cannot be started" in ran.err


@pytest.mark.parametrize("words", [("-",), ("Dockerfile", "--fix"), ("Dockerfile", "--diff")])
def test_what_does_not_go_with_it_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert run(*words, "--changed-since", "HEAD").code == 2


def test_lines_of_a_file_that_look_like_a_patch_are_no_patch() -> None:
    patch = (
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n--- b\n+++ b/z\n+@@ -9 +9 @@\n"
        "\\ No newline at end of file\n@@ -7 +6,0 @@\n-diff --git a/q b/q\n"
    )
    assert hunks(patch) == {"x": Lines(frozenset((1, 2)), frozenset((6,)))}


@settings(max_examples=25, deadline=None)
@given(
    before=st.lists(st.sampled_from(["a", "b", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "\\ x", ""]), max_size=8),
    after=st.lists(
        st.sampled_from(["a", "b", "-- c", "++ b/x", "@@ -1 +1 @@", "diff --git a/q b/q"]), max_size=8
    ),
)
def test_every_line_that_is_new_is_in_the_hunks(
    before: list[str], after: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "a").write_text("\n".join(before))
    (folder / "b").write_text("\n".join(after))
    done = subprocess.run(
        ["git", "diff", "--no-index", "--text", "-U0", "a", "b"], cwd=folder, capture_output=True, text=True, check=False
    )  # fmt: skip
    for found in hunks(done.stdout).values():
        kept = [line for number, line in enumerate(after, 1) if number not in found.new]
        # What did not change stands in both, in the same order.
        rest = iter(before)
        assert all(line in rest for line in kept)


def test_only_this_option_starts_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("Dockerfile", TWO)

    def refuse(*_: object, **__: object) -> str:
        raise AssertionError("git was started")

    monkeypatch.setattr(changes, "_git", refuse)
    assert run(".", "--isolated").code == 1


def test_in_a_merge_that_is_not_done_a_file_counts_wholly(repository: Repository) -> None:
    repository.write("Dockerfile", TWO)
    first = repository.commit()
    repository.git("checkout", "-qb", "work")
    repository.write("Dockerfile", TWO.replace("install b", "install c"))
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("Dockerfile", TWO.replace("install b", "install d"))
    repository.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "work")
    repository.write("Dockerfile", TWO.replace("install b", "install e"))
    assert lines(lint(first)) == [("Dockerfile", 2), ("Dockerfile", 3)]
