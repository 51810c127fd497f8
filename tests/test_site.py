"""The site is built from docs/ without a warning, and its pages lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

pytest.importorskip("sphinx", reason="pip install -e '.[docs]'")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(folder / "trees"),
         str(ROOT / "docs"), str(folder / "html")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


class Links(HTMLParser):
    """The addresses that a page leads to, and the places in it that have a name."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.to: list[str] = []
        self.names: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.to.append(given["href"] or "")
        if given.get("id"):
            self.names.add(given["id"] or "")


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    pages = {page.resolve(): Links(page) for page in site.rglob("*.html")}
    assert len(pages) > 150
    lost = []
    for page, links in pages.items():
        for link in links.to:
            if re.match(r"[a-z]+:", link):
                # Links out of docs/ lead to the repository.
                assert "../" not in link
                continue
            path, _, name = link.partition("#")
            target = (page.parent / unquote(path)).resolve() if path else page
            if not target.exists() or (name and target in pages and unquote(name) not in pages[target].names):
                lost.append(f"{page.name}: {link}")
    assert lost == []


def test_what_a_rule_points_at_is_marked_in_its_examples(site: Path) -> None:
    text = (site / "rules" / "apt-lists-left.html").read_text()
    marked = re.search(r'<span class="gr">([^<]*)</span>', text)
    assert marked is not None
    examples = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    assert not [example for example in examples if "«" in example]


def test_every_page_is_in_the_navigation(site: Path) -> None:
    index = Links(site / "index.html")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.stem == "index" or f"{page.stem}.html" in index.to
