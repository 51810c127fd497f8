from __future__ import annotations

import subprocess
import sys


def run(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_reading_a_script_imports_neither_typing_nor_importlib_resources() -> None:
    bare = run("import sys, re; print(*sys.modules)")
    read = run(
        "import sys, re; from dockerlint.shell import scripts_of; from dockerlint.model import CommandLine;"
        "from dockerlint.source import Mapped, Span;"
        "line = CommandLine(Span(0, 1), Mapped('a', ((0, 0),)), None);"
        "assert scripts_of(line, None)[0].commands; print(*sys.modules)"
    )
    assert "tree_sitter_bash._binding" in read
    assert not {"typing", "importlib.resources", "pathlib", "json", "dataclasses", "tree_sitter"} & (
        read - bare
    )


def test_nothing_is_loaded_until_there_is_a_script() -> None:
    loaded = run("import sys, dockerlint.shell; print(*sys.modules)")
    assert not {m for m in loaded if m.startswith(("tree_sitter", "dockerlint.knowledge"))}


def test_the_packages_still_import_as_usual_afterwards() -> None:
    code = "from dockerlint.shell.treesitter import parse; parse(b'a'); import tree_sitter, tree_sitter_bash; print(tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language())).parse(b'b').root_node.type)"
    assert run(code) == {"program"}
