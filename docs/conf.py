"""The site: `sphinx-build -W -b html docs docs/_build/html`, after `pip install -e '.[docs]'`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pygments.lexers.configs import DockerLexer
from pygments.token import Generic, _TokenType
from sphinx.application import Sphinx

import dockerlint

project = "dockerlint"
author = "the dockerlint authors"
project_copyright = author
release = version = dockerlint.__version__
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
# Examples hold mistakes on purpose.
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "furo"
html_title = f"dockerlint {version}"
html_static_path = ["_static"]
html_css_files = ["dockerlint.css"]
html_copy_source = False
html_show_sphinx = False
_HOME = "https://github.com/dockerlint/dockerlint/blob/main"
html_theme_options = {
    "source_repository": "https://github.com/dockerlint/dockerlint/",
    "source_branch": "main",
    "source_directory": "docs/",
}


class Marked(DockerLexer):
    """A Dockerfile in which « and » mark what a rule points at: shown as a mark, without the signs."""

    name = "Dockerfile with marks"
    aliases = ("dockerfile",)

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        plain, inside = "", set()
        marked = False
        for character in text:
            if character in "«»":
                marked = character == "«"
                continue
            if marked:
                inside.add(len(plain))
            plain += character
        for start, kind, value in super().get_tokens_unprocessed(plain):
            at = 0
            for end in range(1, len(value) + 1):
                here = start + at in inside
                if end == len(value) or (start + end in inside) != here:
                    yield start + at, Generic.Error if here else kind, value[at:end]
                    at = end


def _prepared(_: Sphinx, name: str, source: list[str]) -> None:
    """What files on GitHub need no word about: links out of docs/, and pages that no other one lists."""
    text = re.sub(r"\]\(\.\./((?!rules/)[\w./-]+)(#[\w-]+)?\)", rf"]({_HOME}/\1\2)", source[0])
    text = text.replace("It points at what stands between « and ».", "What it points at is marked.")
    if name == "index":
        known = text.split("\n")
        pages = sorted(path.stem for path in Path(__file__).parent.glob("*.md"))
        new = [page for page in pages if page not in (*known, "index")]
        text = text.replace(
            "\narchitecture\n", "".join(f"\n{page}" for page in ("architecture", *new)) + "\n"
        )
    elif name.startswith("rules/") and name != "rules/index":
        # 160 rules in the navigation of every page help nobody: the index lists them.
        text = f"---\norphan: true\n---\n{text}"
    source[0] = text


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("source-read", _prepared)
    app.add_lexer("dockerfile", Marked)
