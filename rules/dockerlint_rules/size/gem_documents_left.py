from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.reach import shipped_runs
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import calls, head
from dockerlint.shell.paths import removals
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Run
    from dockerlint.shell import Command, Script

WITHOUT = ("--no-document", "-N", "--no-rdoc", "--no-ri", "--no-doc")
# Releases whose own RubyGems is older than 2.0, which brought --no-document.
OLD = ("ubuntu:12.04", "ubuntu:precise", "debian:7", "debian:wheezy", "centos:6", "centos:5")


@rule(
    code="DK324",
    summary="Documentation of Ruby gems stays in the layer",
    why="""
        `gem install` makes `ri` and HTML documentation of every gem, which takes its time and often more
        room than the gem. Nobody reads it in a container: `--no-document` leaves it out. The official `ruby`
        images do so by default.
    """,
    severity=Severity.INFO,
    fix=safe("*/gems/*/doc/*", "*/ruby/*/doc/*"),
    source="https://guides.rubygems.org/command-reference/#gem-install",
    bad=[
        Bad(
            "FROM debian:12\nRUN «gem install» bundler\n",
            fixed="FROM debian:12\nRUN gem install --no-document bundler\n",
        ),
        Bad(
            "FROM debian:12\nRUN «gem install» \\\n    # the site\n    jekyll \\\n    && «gem update» --system\n",
            fixed="FROM debian:12\nRUN gem install --no-document \\\n    # the site\n    jekyll \\\n"
            "    && gem update --no-document --system\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN <<EOF\n«gem install» jekyll -v 4.3.3\nEOF\n",
            fixed="FROM alpine:3.20\nRUN <<EOF\ngem install --no-document jekyll -v 4.3.3\nEOF\n",
        ),
        Bad("FROM centos:6\nRUN «gem install» bundler\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN gem install -N bundler\n"),
        Good("FROM debian:12\nRUN gem install bundler --no-ri --no-rdoc\n"),
        Good("FROM ruby:3.3\nRUN gem install bundler\n"),
        Good("FROM debian:12\nRUN echo 'gem: --no-document' >> /etc/gemrc && gem install bundler\n"),
        Good("FROM debian:12\nRUN gem install bundler && rm -rf /var/lib/gems/3.1.0/doc\n"),
        Good("FROM debian:12 AS build\nRUN gem install jekyll\nFROM nginx:1.27\n"),
    ],
)
def gem_documents_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "gemrc" in dockerfile.source.text:
        return
    for run in shipped_runs(dockerfile):
        image = _image(dockerfile, run)
        if image.partition(":")[0].endswith(("ruby", "jruby")):
            continue
        for script in scripts(run):
            if any("/doc" in path or "/ri" in path for _, path in removals(script, run.state.workdir)):
                continue
            for command in script.commands:
                if _documents(command):
                    yield Finding(
                        head(command),
                        f"`gem {shown(command.operands[0]) if not command.subcommand else command.subcommand}`"
                        " makes documentation that nobody reads here; use --no-document",
                        _fix(script, command, image),
                    )


def _image(dockerfile: Dockerfile, run: Run) -> str:
    stage = dockerfile.stages[run.stage or 0]
    return (stage.root.image or "").partition("@")[0]


def _documents(command: Command) -> bool:
    if not calls(command, ("gem",), ("install", "i", "update")):
        return False
    return not any(shown(w).startswith(WITHOUT) for w in command.arguments)


def _fix(script: Script, command: Command, image: str) -> Fix | None:
    edit = insert_option(script, command, "--no-document")
    if edit is None or command.subcommand_word is None:
        return None
    if image.startswith(OLD):
        reason = f"the RubyGems of {image} is too old for --no-document; use --no-ri --no-rdoc"
        return Fix("add --no-document", (), Applicability.DISPLAY, reason)
    return Fix("add --no-document", (edit,))
