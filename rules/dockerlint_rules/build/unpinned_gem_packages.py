from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import head
from dockerlint.shell.pinning import listed, without
from dockerlint.shell.pins import REASON, pins, pins_of_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `gem` with `install` or `i` among its arguments, no option for a version,
    and a gem without a colon; every option swallows the word behind it."""
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "gem"):
        if not call.has_argument("install", "i") or call.has_argument("-v", "--version"):
            continue
        if any(argument.startswith("--version=") for argument in call.arguments):
            continue
        if not all(":" in word for word in _gems(call.arguments)):
            fix = pins_of_call(dockerfile, run, call, "gem", _is_free)
            yield Finding(call.command.name_word.span, "pin versions in gem install: gem:version", fix)


def _gems(arguments: Sequence[str]) -> Iterator[str]:
    swallowed = False
    for argument in arguments:
        if argument == "--":
            return
        if swallowed:
            swallowed = False
        elif argument.startswith("-"):
            swallowed = True
        elif argument not in ("install", "i"):
            yield argument


@rule(
    code="DL3028",
    summary="`gem install` without a version",
    why="""
        Without a version RubyGems takes the newest release of the day, so two builds of one file differ and
        a new major release may break the next one. `gem install name:1.2.3` or `-v 1.2.3` says what was
        tested.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://guides.rubygems.org/command-reference/#gem-install",
    bad=[
        Bad("FROM ruby:3.3\nRUN «gem install» bundler:2.5.11 rake\n"),
        Bad("FROM ruby:3.3\nRUN «/usr/local/bin/gem i» --no-document \\\n    # the server\n    puma\n"),
        Bad(
            "FROM ruby:3.3\nRUN <<EOF\n«gem install» --no-document rake \\\n  puma\nEOF\n",
            fixed="FROM ruby:3.3\nRUN <<EOF\ngem install --no-document rake:13.2.1 \\\n  puma:6.4.2\nEOF\n",
            versions={"gem rake": "13.2.1", "gem puma": "6.4.2"},
        ),
    ],
    good=[
        Good("FROM ruby:3.3\nRUN gem install --no-document bundler:2.5.11 'rake:~>13'\n"),
        Good("FROM ruby:3.3\nRUN gem install bundler -v 2.5.11 && gem install rake --version=13.2\n"),
        Good("FROM ruby:3.3\nRUN gem install ./app.gem $GEMS\n"),
        Good("FROM ruby:3.3\nRUN gem update --system\n"),
        Good("FROM ruby:3.3\nRUN gem install puma:6 -- --with-opt-dir=/usr\n"),
    ],
)
def unpinned_gem_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "gem" not in dockerfile.source.text:
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("gem"):
                if command.subcommand != "install" or command.has("-v", "--version", "-g", "--file"):
                    continue
                operands = [w for w in command.operands if not w.raw.startswith("-")]
                free = without(operands, _is_free)
                if free:
                    yield Finding(
                        head(command),
                        f"no version for {listed([word.text for word in free])}; pin it with gem:version",
                        pins(dockerfile, run, script, "gem", free),
                    )


def _is_free(word: str) -> bool:
    return ":" not in word and not word.endswith(".gem")
