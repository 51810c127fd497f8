from __future__ import annotations

from dockerlint.hadolint import ARCHIVES, bare, written
from dockerlint.model import Add, Dockerfile
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

REMOTE = ("http://", "https://", "git://", "git@", "ssh://", "ftp://")
# Files that are no archive that ADD could unpack, and folders.
PLAIN = (
    "/", ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf",
    ".cnf", ".config", ".properties", ".env", ".sh", ".bash", ".zsh", ".ps1", ".bat", ".txt", ".md", ".rst", ".rb",
    ".go", ".rs", ".java", ".kt", ".scala", ".groovy", ".gradle", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".php",
    ".pl", ".lua", ".r", ".sql", ".html", ".css", ".scss", ".xml", ".service", ".repo", ".list", ".lock", ".mod",
    ".sum", ".jar", ".war", ".zip", ".whl", ".pem", ".crt", ".key", ".pub", ".patch", ".diff", ".tpl", ".tmpl", ".j2",
    ".template", ".cron", ".asc", ".gpg", "Makefile", "Gemfile", "Pipfile", "Procfile", "Dockerfile", "Rakefile",
    "requirements", "crontab", "sources.list", "entrypoint", ".gemspec", ".csproj", ".sln", ".bashrc", ".vimrc",
)  # fmt: skip
FLAGS = frozenset(("chown", "chmod", "link", "exclude"))


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a source, as it is written, that ends in no suffix of an archive and begins
    with neither http:// nor https://."""
    for add in dockerfile.instructions(Add):
        sources = [bare(written(source, add.exec_form)) for source in add.sources]
        if any(not s.endswith(ARCHIVES) and not s.startswith(("http://", "https://")) for s in sources):
            yield Finding(add.keyword.span, "ADD copies a local path here; use COPY", _fix(add))


@rule(
    code="DL3020",
    summary="`ADD` used where `COPY` would do",
    why="""
        `ADD` copies, downloads and unpacks, and a reader cannot tell which of them was meant. `COPY` does one
        thing, so the line says what it does, and a file that happens to be an archive arrives as it is.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#add-or-copy",
    bad=[
        Bad("FROM busybox\n«ADD» app.py /app/\n", fixed="FROM busybox\nCOPY app.py /app/\n"),
        Bad(
            "FROM busybox\n«add» --chown=1:1 \\\n    # all of it\n    . /app\n",
            fixed="FROM busybox\ncopy --chown=1:1 \\\n    # all of it\n    . /app\n",
        ),
        Bad(
            'FROM busybox\n«ADD» ["a file.txt", "b/", "/app/"]\n',
            fixed='FROM busybox\nCOPY ["a file.txt", "b/", "/app/"]\n',
        ),
        Bad("FROM busybox\n«ADD» app /app\n", fixed="FROM busybox\nCOPY app /app\n"),
        Bad("FROM busybox\n«ADD» --unpack=false app.txt /app\n"),
    ],
    good=[
        Good("FROM busybox\nADD https://example.org/x /x\n"),
        Good("FROM busybox\nADD git@example.org:a/b.git /x\n"),
        Good("FROM busybox\nADD https://example.org/a/b.git#v1 /x\n"),
        Good("FROM busybox\nADD rootfs.tar.gz /\n"),
        Good("FROM busybox\nADD rootfs.tar.zst /\n"),
        Good("FROM busybox\nADD rootfs.tar* /\n"),
        Good("FROM busybox\nARG WHAT\nADD $WHAT /x\n"),
        Good("FROM busybox\nADD app.py rootfs.tar /x/\n"),
        Good("FROM busybox\nCOPY app.py /app/\n"),
    ],
)
def add_for_local_path(dockerfile: Dockerfile) -> Iterator[Finding]:
    for add in dockerfile.instructions(Add):
        if not add.sources or any(_needs_add(source.value) for source in add.sources):
            continue
        yield Finding(add.keyword.span, "ADD copies a local path here; COPY says so", _fix(add))


def _needs_add(path: str | None) -> bool:
    """Whether it is fetched or unpacked, or may be."""
    if path is None or path.startswith(REMOTE):
        return True
    name = path.rpartition("/")[2]
    return (
        path.endswith((*ARCHIVES, ".zst", ".tzst", ".lz4", ".gem", ".apk", ".ova", ".crate"))
        or ".tar" in name
    )


def _fix(add: Add) -> Fix | None:
    if not all(flag.name in FLAGS for flag in add.flags) or any(_needs_add(s.value) for s in add.sources):
        return None
    keyword = add.keyword
    edits = (Edit(keyword.span, "copy" if keyword.text.islower() else "COPY"),)
    doubtful = [s.value for s in add.sources if not _is_plain(s.value or "")]
    if not doubtful:
        return Fix("write COPY", edits)
    reason = f"ADD unpacks {doubtful[0]} if it is a tar archive, whatever its name says; COPY does not"
    return Fix("write COPY", edits, Applicability.UNSAFE, reason)


def _is_plain(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in (".", "..") or path.lower().endswith(tuple(p.lower() for p in PLAIN))
