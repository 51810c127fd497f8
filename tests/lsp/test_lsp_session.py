"""A real client speaks with the server as editors do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from editor import Editor, at, changed, edits_of, play, started, until
from lsprotocol import types

GOOD = f'FROM debian:13-slim@sha256:{"0" * 64}\nHEALTHCHECK NONE\nUSER 1000\nCMD ["true"]\n'
BROKEN = 'FROM debian:12\nRUN\nCOPY --form=x a\nCMD ["a",\n'
ADD = "FROM debian:12\nADD a.txt /a.txt\n"


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Whatever happens, the server writes nothing on standard error."""
    yield
    assert capfd.readouterr().err == ""


def codes(found: list[types.Diagnostic]) -> list[str]:
    return [str(one.code) for one in found]


def find(found: list[types.Diagnostic], code: str) -> types.Diagnostic:
    return next(one for one in found if one.code == code)


def test_a_finding_is_pushed_with_its_place_its_level_and_the_page_of_its_rule(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            found = find(await editor.pushed(editor.open(ADD)), "DL3020")
            assert found.range == at(1, 0, 3)
            assert found.severity == types.DiagnosticSeverity.Error
            assert found.source == "dockerlint"
            assert found.code_description is not None
            assert found.code_description.href.endswith("/docs/rules/add-for-local-path.md")

    play(scene)


def test_columns_count_utf_16_units_also_behind_emoji_and_with_crlf(tmp_path: Path) -> None:
    text = '# 🐋🐋\r\nFROM debian:12\r\nENV A="🐋é" MY_PASSWORD=x\r\nRUN echo 🐋 && cd /x && apt install -y curl\r\n'

    async def scene() -> None:
        async with started(tmp_path) as editor:
            found = await editor.pushed(editor.open(text))
            line = text.split("\r\n")[3]
            column = line.index("apt") + 1
            assert find(found, "DL3027").range == at(3, column, column + 3)
            secret = text.split("\r\n")[2]
            assert find(found, "DL3064").range.start.character == secret.index("MY_") + 1

    play(scene)


@pytest.mark.parametrize(("encoding", "extra"), [("utf-8", 3), ("utf-32", 0), ("utf-16", 1)])
def test_columns_are_in_the_encoding_that_the_editor_offers(
    tmp_path: Path, encoding: str, extra: int
) -> None:
    async def scene() -> None:
        async with started(tmp_path, encodings=["utf-7", encoding]) as editor:
            assert editor.capabilities.position_encoding == encoding
            uri = editor.open("FROM debian:12\nRUN echo 🐋 && apt install -y curl\n")
            column = 14 + extra
            found = await editor.pushed(uri, lambda found: "DL3027" in codes(found))
            assert find(found, "DL3027").range == at(1, column, column + 3)
            editor.change(uri, (at(1, column, column + 3), "apt-get"))
            await editor.pushed(uri, lambda found: "DL3027" not in codes(found))

    play(scene)


def test_a_broken_file_has_its_errors_and_a_good_one_none(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            broken, good = editor.open(BROKEN), editor.open(GOOD, "good.Dockerfile")
            assert "DL1000" in codes(await editor.pushed(broken))
            assert await editor.pushed(good) == []

    play(scene)


def test_an_editor_that_asks_gets_answers_and_nothing_is_pushed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, "neovim@0.11.0") as editor:
            uri = editor.open(ADD)
            assert "DL3020" in codes(await editor.pulled(uri))
            which = types.TextDocumentIdentifier(uri)
            first = await editor.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(which))
            again = types.DocumentDiagnosticParams(which, previous_result_id=first.result_id)
            same = await editor.client.text_document_diagnostic_async(again)
            assert same.kind == "unchanged"
            editor.change(uri, (at(1, 0, 3), "COPY"))
            other = await editor.client.text_document_diagnostic_async(again)
            assert other.kind == "full"
            assert uri not in editor.client.diagnostics

    play(scene)


def test_closing_a_file_takes_its_diagnostics_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(ADD)
            await editor.pushed(uri, bool)
            params = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
            editor.client.text_document_did_close(params)
            assert await editor.pushed(uri, lambda found: not found) == []

    play(scene)


def test_what_is_of_no_use_is_tagged(tmp_path: Path) -> None:
    text = "FROM debian:12\nMAINTAINER me\nCMD true\nCMD false\n"

    async def scene() -> None:
        async with started(tmp_path) as editor:
            found = await editor.pushed(editor.open(text))
            assert find(found, "DL4000").tags == (types.DiagnosticTag.Deprecated,)
            assert find(found, "DL4003").tags == (types.DiagnosticTag.Unnecessary,)

    play(scene)


def test_a_safe_fix_is_preferred_and_an_unsafe_one_says_why(tmp_path: Path) -> None:
    text = "FROM debian:12\nADD a.txt /a.txt\nCMD true\n"

    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(text)
            (safe,) = [a for a in await editor.actions(uri, at(1, 1), ["quickfix"]) if a.is_preferred]
            assert changed(text, edits_of(safe.edit, uri)) == text.replace("ADD", "COPY")
            assert safe.diagnostics is not None
            assert safe.diagnostics[0].code == "DL3020"
            unsafe = [a for a in await editor.actions(uri, at(2, 1), ["quickfix"]) if "unsafe: " in a.title]
            assert unsafe
            assert not any(a.is_preferred for a in unsafe)

    play(scene)


def test_unsafe_fixes_are_not_offered_where_they_are_not_wanted(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, options={"unsafeFixes": False}) as editor:
            uri = editor.open("FROM debian:12\nCMD true\n")
            found = await editor.actions(uri, at(1, 1), ["quickfix"])
            assert [a.title for a in found if "unsafe" in a.title] == []
            assert [a.title for a in found if a.title.startswith("ignore ")]

    play(scene)


def test_a_finding_is_ignored_where_it_is(tmp_path: Path) -> None:
    text = "FROM debian:12\r\nADD a.txt /a.txt\r\n"

    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(text)
            found = await editor.actions(uri, at(1, 1), ["quickfix"])
            (ignore,) = [a for a in found if a.title == "ignore add-for-local-path here"]
            new = changed(text, edits_of(ignore.edit, uri))
            assert new == "FROM debian:12\r\n# dockerlint ignore=add-for-local-path\r\nADD a.txt /a.txt\r\n"
            editor.change(uri, (None, new))
            await editor.pushed(uri, lambda found: "DL3020" not in codes(found))

    play(scene)


MESSY = "from debian:12 as base\nADD a.txt /a.txt\nRUN apt install -y curl \\\n\n  git\nMAINTAINER me\n"


def test_fix_all_writes_the_safe_fixes_and_no_others(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(MESSY)
            (action,) = await editor.actions(uri, at(0, 0), ["source.fixAll"])
            assert action.kind == "source.fixAll.dockerlint"
            new = changed(MESSY, edits_of(action.edit, uri))
            assert "COPY a.txt" in new
            assert "apt-get install" in new
            assert "MAINTAINER me" in new
            editor.change(uri, (None, new))
            assert await editor.actions(uri, at(0, 0), ["source.fixAll.dockerlint"]) == []

    play(scene)


def test_fix_all_is_listed_as_a_command_that_applies_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(MESSY)
            (wanted,) = await editor.actions(uri, at(0, 0), ["source.fixAll"])
            context = types.CodeActionContext([])
            params = types.CodeActionParams(types.TextDocumentIdentifier(uri), at(0, 0), context)
            titles = [a.title for a in await editor.client.text_document_code_action_async(params) or []]
            assert "fix all that is safe to fix" in titles
            call = types.ExecuteCommandParams("dockerlint.server.fixAll", arguments=[uri])
            await editor.client.workspace_execute_command_async(call)
            applied = await until(lambda: editor.applied or None)
            assert edits_of(applied[0], uri) == edits_of(wanted.edit, uri)

    play(scene)


def test_formatting_changes_how_it_is_written_and_nothing_else(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(MESSY)
            options = types.FormattingOptions(tab_size=4, insert_spaces=True)
            params = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), options)
            edits = await editor.client.text_document_formatting_async(params)
            new = changed(MESSY, list(edits or []))
            assert new == MESSY.replace("from debian:12 as", "FROM debian:12 AS").replace("\\\n\n", "\\\n")

    play(scene)


async def _reloaded(editor: Editor, uri: str) -> None:
    event = types.FileEvent(editor.uri("dockerlint.toml"), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await editor.pushed(uri, lambda found: "DL3020" not in codes(found))


def test_a_changed_configuration_file_counts_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(ADD)
            await editor.pushed(uri, lambda found: "DL3020" in codes(found))
            (tmp_path / "dockerlint.toml").write_text('ignore = ["DL3020"]\n')
            await _reloaded(editor, uri)

    play(scene)


def test_a_faulty_configuration_is_told_once_and_the_rules_still_run(tmp_path: Path) -> None:
    (tmp_path / "dockerlint.toml").write_text("ignroe = []\n")

    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open(ADD)
            await editor.pushed(uri, lambda found: "DL3020" in codes(found))
            editor.change(uri, (at(1, 0, 0), "# x\n"))
            await editor.pushed(uri, lambda found: find(found, "DL3020").range.start.line == 2)
            (message,) = editor.client.messages
            assert "ignroe" in message.message
            assert "did you mean ignore?" in message.message

    play(scene)


def test_settings_come_at_the_start_when_asked_for_and_when_they_change(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, options={"dockerlint": {"ignore": ["DL3020"]}}) as editor:
            uri = editor.open(ADD)
            first = await editor.pushed(uri, bool)
            assert "DL3020" not in codes(first)
            editor.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"dockerlint": {"ignore": [], "select": ["DL3020"]}})
            )
            assert codes(await editor.pushed(uri, lambda found: codes(found) == ["DL3020"])) == ["DL3020"]
        async with started(tmp_path, "visual_studio_code@1.65.2", settings={"select": ["DL3020"]}) as editor:
            uri = editor.open(ADD)
            await editor.pushed(uri, lambda found: codes(found) == ["DL3020"])

    play(scene)


def test_a_setting_that_is_taken_away_is_the_one_of_the_start_again(tmp_path: Path) -> None:
    async def scene() -> None:
        given = {"select": ["DL3020"]}
        async with started(tmp_path, "visual_studio_code@1.65.2", settings=given) as editor:
            uri = editor.open(ADD)
            await editor.pushed(uri, lambda found: codes(found) == ["DL3020"])
            editor.client.set_configuration({"dockerlint": {}})
            editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            await editor.pushed(uri, lambda found: len(found) > 1)

    play(scene)


def test_options_that_are_no_object_do_no_harm(tmp_path: Path) -> None:
    async def scene() -> None:
        for options in ("x", ["x"], {"dockerlint": None}, 7):
            async with started(tmp_path, options=options) as editor:
                assert "DL3020" in codes(await editor.pushed(editor.open(ADD), bool))

    play(scene)


def test_a_setting_that_is_not_known_is_told(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, options={"ignor": ["DL3020"]}) as editor:
            await editor.pushed(editor.open(ADD))
            assert "did you mean ignore?" in editor.client.messages[0].message

    play(scene)


def test_what_was_typed_right_before_the_end_is_no_bug(tmp_path: Path) -> None:
    async def scene() -> None:
        for wait in (0, 0.002, 0.004):
            async with started(tmp_path) as editor:
                uri = editor.open(ADD)
                await editor.pushed(uri, bool)
                editor.change(uri, (at(1, 0, 0), "# x\n"))
                await asyncio.sleep(wait)
                await editor.client.shutdown_async(None)
                # The session is not to be ended once more.
                editor.client.capabilities = None
                await asyncio.sleep(0.1)
                editor.client.exit(None)
                assert [m.message for m in editor.client.log_messages] == []

    play(scene)


def test_a_question_that_is_taken_back_is_answered_as_cancelled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            uri = editor.open("FROM debian:12\n" + "RUN apt install -y curl && cd /x\nADD a b\n" * 300)
            context = types.CodeActionContext([], ["source.fixAll"])  # type: ignore[list-item]
            params = types.CodeActionParams(types.TextDocumentIdentifier(uri), at(0, 0), context)
            future = editor.client.protocol.send_request("textDocument/codeAction", params, msg_id="mine")
            editor.client.cancel_request(types.CancelParams("mine"))
            with pytest.raises(Exception, match="cancel"):
                await asyncio.wrap_future(future)
            editor.change(uri, (None, ADD))
            await editor.pushed(uri, lambda found: "DL3020" in codes(found))

    play(scene)


def test_rules_of_a_plugin_run_where_the_project_is_the_one_the_editor_stands_in(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / ".git", project / "rules", elsewhere):
        folder.mkdir(parents=True)
    (project / "dockerlint.toml").write_text('plugins = ["rules"]\nextend-select = ["no-debian"]\n')
    (project / "rules" / "no_debian.py").write_text(
        "from dockerlint.model import From\n"
        "from dockerlint.rule import Bad, Finding, Good, Severity, rule\n"
        "@rule(code='ACME1', summary='x', why='x', severity=Severity.ERROR, bad=[Bad('«FROM debian»')],\n"
        "      good=[Good('FROM alpine')])\n"
        "def no_debian(dockerfile):\n"
        "    for start in dockerfile.instructions(From):\n"
        "        yield Finding(start.span, 'no')\n"
    )

    async def scene() -> None:
        async with started(project) as editor:
            await editor.pushed(editor.open(ADD), lambda found: "ACME1" in codes(found))
        async with started(project, options={"plugins": False}) as editor:
            assert "ACME1" not in codes(await editor.pushed(editor.open(ADD), bool))
            assert not editor.client.messages
        async with started(project, cwd=elsewhere) as editor:
            assert "ACME1" not in codes(await editor.pushed(editor.open(ADD), bool))
            assert "plugins" in editor.client.messages[0].message

    play(scene)


def test_shellcheck_comes_later_where_it_is_asked_for(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, options={"shellcheck": True}) as editor:
            uri = editor.open("FROM debian:12\nRUN echo $1\nADD a b\n")
            found = await editor.pushed(uri, lambda found: "SC2086" in codes(found))
            one = find(found, "SC2086")
            assert one.source == "shellcheck"
            assert one.code_description is not None
            assert one.code_description.href == "https://www.shellcheck.net/wiki/SC2086"
        async with started(tmp_path) as editor:
            found = await editor.pushed(editor.open("FROM debian:12\nRUN echo $1\nADD a b\n"), bool)
            await asyncio.sleep(0.6)
            assert "SC2086" not in codes(list(editor.client.diagnostics[editor.uri()]))

    play(scene)
