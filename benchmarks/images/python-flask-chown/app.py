import pathlib

import markdown
from flask import Flask

app = Flask(__name__)
PAGES = pathlib.Path(__file__).parent / "pages"


@app.get("/<name>")
def page(name):
    return markdown.markdown((PAGES / f"{name}.md").read_text())
