"""Every question an editor may ask, asked by a real client, which checks the answers against the protocol."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from editor import Editor, at, changed, edits_of, offset, play, started
from lsprotocol import types

from dockerlint.measured_store import remember
from dockerlint.resolve import parse

TEXT = (
    "# syntax=docker/dockerfile:1\n"
    "ARG V=12\n"
    "FROM debian:$V AS base\n"
    'ENV NAME="🐋" OTHER=$V\n'
    "RUN apt-get update \\\n"
    '  && echo "🐋 $NAME" \\\n'
    "  && rm -rf /x\n"
    "FROM base\n"
    "COPY --from=base /a /b\n"
)
LIKE = ["visual_studio_code@1.65.2", "neovim@0.11.0", "neovim@0.6.1", "emacs@29.1"]


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Whatever happens, the server writes nothing on standard error."""
    yield
    assert capfd.readouterr().err == ""


def place(editor: Editor, line: int, column: int) -> dict[str, object]:
    return {"text_document": editor.document(), "position": types.Position(line, column)}


@pytest.mark.parametrize("like", LIKE)
def test_all_questions_have_answers(tmp_path: Path, like: str) -> None:
    async def scene() -> None:
        async with started(tmp_path, like, encodings=["utf-16"]) as editor:
            uri = editor.open(TEXT)
            client, document = editor.client, editor.document()
            hover = await client.text_document_hover_async(types.HoverParams(**place(editor, 5, 16)))
            assert hover is not None
            assert "**ENV NAME**" in hover.contents.value
            assert hover.range == at(5, 15, 19)

            where = types.DefinitionParams(**place(editor, 5, 17))
            found = await client.text_document_definition_async(where)
            assert list(found or []) == [types.Location(uri, at(3, 4, 8))]

            context = types.ReferenceContext(include_declaration=False)
            wanted = types.ReferenceParams(context=context, **place(editor, 2, 19))
            found = await client.text_document_references_async(wanted)
            assert [one.range for one in found or []] == [at(7, 5, 9), at(8, 12, 16)]

            marked = types.DocumentHighlightParams(**place(editor, 8, 13))
            assert len(await client.text_document_document_highlight_async(marked) or []) == 3

            items = await client.text_document_completion_async(
                types.CompletionParams(**place(editor, 8, 12))
            )
            assert [one.label for one in items or []] == ["base"]

            outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
            assert [one.name for one in outline or []][1] == "base"

            folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
            assert (4, 6) in [(one.start_line, one.end_line) for one in folds or []]

            links = await client.text_document_document_link_async(types.DocumentLinkParams(document))
            assert [one.target for one in links or []][1] == "https://hub.docker.com/_/debian"

            colours = await client.text_document_semantic_tokens_full_async(
                types.SemanticTokensParams(document)
            )
            assert colours is not None
            assert len(colours.data) % 5 == 0
            assert len(colours.data) > 100
            part = types.SemanticTokensRangeParams(document, at(7, 0, 9))
            some = await client.text_document_semantic_tokens_range_async(part)
            assert some is not None
            assert list(some.data[:2]) == [7, 0]

    play(scene)


def test_columns_of_colours_are_those_of_the_editor(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            editor.open(TEXT)
            document = editor.document()
            colours = await editor.client.text_document_semantic_tokens_full_async(
                types.SemanticTokensParams(document)
            )
            assert colours is not None
            line = column = 0
            texts = []
            for n in range(0, len(colours.data), 5):
                down, right, length = colours.data[n : n + 3]
                line, column = line + down, right + (0 if down else column)
                row = TEXT.split("\n")[line].encode("utf-16-le")
                texts.append(row[2 * column : 2 * (column + length)].decode("utf-16-le"))
            assert '"🐋 ' in texts
            assert texts.count("NAME") == 2

    play(scene)


def test_a_stage_is_renamed_and_the_file_means_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path, "neovim@0.11.0") as editor:
            uri = editor.open(TEXT)
            where = types.PrepareRenameParams(**place(editor, 7, 6))
            may = await editor.client.text_document_prepare_rename_async(where)
            assert may == types.PrepareRenamePlaceholder(at(7, 5, 9), "base")
            params = types.RenameParams(new_name="deps", **place(editor, 7, 6))
            edit = await editor.client.text_document_rename_async(params)
            new = changed(TEXT, edits_of(edit, uri))
            assert new == TEXT.replace("AS base", "AS deps").replace("FROM base", "FROM deps").replace(
                "=base", "=deps"
            )

    play(scene)


def test_a_rename_that_cannot_be_is_refused_with_the_reason_and_is_no_bug(tmp_path: Path) -> None:
    async def scene() -> None:
        async with started(tmp_path) as editor:
            editor.open(TEXT)
            params = types.RenameParams(new_name="No Good", **place(editor, 7, 6))
            with pytest.raises(Exception, match="is no name of a stage"):
                await editor.client.text_document_rename_async(params)
            where = types.PrepareRenameParams(**place(editor, 2, 7))
            assert await editor.client.text_document_prepare_rename_async(where) is None

    play(scene)


def test_measured_bytes_stand_beside_instructions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    dockerfile = parse(TEXT)
    path = os.fspath(tmp_path / "Dockerfile")
    remember(path, dockerfile, [(i, 1_500_000) for i in dockerfile.body[1:]], 0.0)

    async def hints(editor: Editor) -> list[tuple[int, str]]:
        params = types.InlayHintParams(
            editor.document(), types.Range(types.Position(0, 0), types.Position(99, 0))
        )
        found = await editor.client.text_document_inlay_hint_async(params)
        return [(one.position.line, str(one.label)) for one in found or []]

    async def scene() -> None:
        async with started(tmp_path, "neovim@0.11.0") as editor:
            uri = editor.open(TEXT)
            assert (4, "1.5 MB") in await hints(editor)
            editor.change(uri, (at(3, 0, 3), "env"))
            assert (4, "was 1.5 MB") in await hints(editor)
        async with started(tmp_path, "neovim@0.11.0", options={"inlayHints": False}) as editor:
            editor.open(TEXT)
            assert await hints(editor) == []

    play(scene)


PIECES = (
    "", "\n", "\r\n", "\r", "🐋", "é", "FROM a AS b\n", "RUN echo $X && apt install -y x\n", "\\\n", "<<EOF\n", "EOF\n", '"', "'", "${",
    "# dockerlint ignore=", "COPY --from=b a b\n", "ENV X=1\n", " ", "\t", "\u2028", "\x0c", "\x85", "ADD a b\n", "--mount=type=cache,",
    "\ufeff", "e\u0301", "# escape=`\n", "ONBUILD ", "HEALTHCHECK ", "[\"a\", ",
)  # fmt: skip


def spot(random: random.Random, text: str) -> types.Position:
    """A place somewhere in a text, now and then behind the end of a line or of the text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = random.randint(0, len(lines))
    width = len(lines[line].encode("utf-16-le", "surrogatepass")) // 2 if line < len(lines) else 0
    column = random.randint(0, width + (random.random() < 0.1))
    # An editor never points into the middle of a character.
    if line < len(lines):
        unit = lines[line].encode("utf-16-le", "surrogatepass")[2 * column : 2 * column + 2]
        if len(unit) == 2 and 0xDC <= unit[1] <= 0xDF:
            column -= 1
    return types.Position(line, column)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_thousand_random_edits_the_server_has_the_text_of_the_editor(
    tmp_path: Path, seed: int
) -> None:
    async def same(editor: Editor, uri: str, text: str) -> None:
        params = {"textDocument": {"uri": uri}}
        assert await editor.client.protocol.send_request_async("dockerlint/text", params) == text

    async def scene() -> None:
        dice = random.Random(seed)
        async with started(tmp_path) as editor:
            text = TEXT
            uri = editor.open(text)
            for number in range(1, 1001):
                changes: list[tuple[types.Range | None, str]] = []
                for _ in range(dice.choice((1, 1, 1, 2, 3))):
                    one, two = spot(dice, text), spot(dice, text)
                    if dice.random() < 0.5:
                        two = one
                    if (one.line, one.character) > (two.line, two.character):
                        one, two = two, one
                    if two.line - one.line > 3:
                        two = one
                    piece = dice.choice(PIECES)
                    text = text[: offset(text, one)] + piece + text[offset(text, two) :]
                    changes.append((types.Range(one, two), piece))
                if dice.random() < 0.01:
                    text = TEXT
                    changes.append((None, text))
                editor.change(uri, *changes)
                if number % 50 == 0:
                    await same(editor, uri, text)
                    await editor.client.text_document_hover_async(types.HoverParams(**place(editor, 3, 2)))
                    await editor.client.text_document_semantic_tokens_full_async(
                        types.SemanticTokensParams(editor.document())
                    )
                    options = types.FormattingOptions(4, True)
                    await editor.client.text_document_formatting_async(
                        types.DocumentFormattingParams(editor.document(), options)
                    )
                    await editor.actions(uri, types.Range(types.Position(0, 0), types.Position(50, 0)))
            await same(editor, uri, text)

    play(scene)
