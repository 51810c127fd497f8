"""The grammars of the Dockerfile language: `*.lark` are the source, `tables.py` is made from them."""
