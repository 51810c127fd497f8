"""`python -m dockerlint`."""

from dockerlint.cli import entry

if __name__ == "__main__":
    entry()
