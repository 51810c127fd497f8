from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, head, left, verb
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("/usr/local/bundle/cache", "~/.bundle/cache", "$GEM_HOME/cache", "${GEM_HOME}/cache")


@rule(
    code="DK325",
    summary="Downloaded gems of Bundler stay in the layer",
    why="""
        `bundle install` keeps the archive of every gem in `cache` of the folder that it installs to, beside
        the unpacked gem. Removing the archives in the same RUN keeps them out of the layer.
    """,
    severity=Severity.INFO,
    fix=safe("/usr/local/bundle/cache/*", "*/ruby/*/cache/*"),
    source="https://bundler.io/man/bundle-cache.1.html",
    bad=[
        Bad(
            "FROM ruby:3.3\nCOPY Gemfile Gemfile.lock ./\nRUN «bundle install»\n",
            fixed="FROM ruby:3.3\nCOPY Gemfile Gemfile.lock ./\n"
            "RUN bundle install && rm -rf /usr/local/bundle/cache/*.gem\n",
        ),
        Bad(
            "FROM ruby:3.3\nENV BUNDLE_PATH=/gems\nRUN «bundle install» --jobs 4 \\\n    # and check\n    && bundle check\n",
            fixed="FROM ruby:3.3\nENV BUNDLE_PATH=/gems\nRUN bundle install --jobs 4 \\\n    # and check\n"
            "    && bundle check \\\n    && rm -rf /gems/ruby/*/cache\n",
        ),
        Bad(
            "FROM ruby:3.3\nRUN <<EOF\nset -e\n«bundle install»\nEOF\n",
            fixed="FROM ruby:3.3\nRUN <<EOF\nset -e\nbundle install\nrm -rf /usr/local/bundle/cache/*.gem\nEOF\n",
        ),
        Bad("FROM debian:12\nRUN «bundle install»\n"),
    ],
    good=[
        Good("FROM ruby:3.3\nRUN bundle install && rm -rf /usr/local/bundle/cache/*.gem\n"),
        Good(
            "FROM ruby:3.3\nENV BUNDLE_PATH=/usr/local/bundle\n"
            'RUN bundle install && rm -rf ~/.bundle/ "${BUNDLE_PATH}"/ruby/*/cache\n'
        ),
        Good("FROM ruby:3.3\nRUN bundle exec rake\n"),
        Good("FROM ruby:3.3 AS build\nRUN bundle install\nFROM ruby:3.3-slim\n"),
    ],
)
def bundle_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        if any(m.type in ("cache", "tmpfs") and "bundle" in m.target for m in found.run.mounts):
            continue
        yield Finding(
            head(found.made[0]),
            "Bundler keeps the archive of every gem in this layer; remove them in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("bundle", "bundler"), ("install", "update", "")) and not command.has(
        "--version", "-v"
    )


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    if command.name in ("rm", "find"):
        return any("cache" in w or "BUNDLE_PATH" in w or ".gem" in w for w in words)
    return command.name == "bundle" and verb(command) == "clean"


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    script = found.script.text.text
    if (
        any(c.has("--path", "--deployment", "--local") for c in found.made)
        or "bundle config" in dockerfile.source.text
    ):
        return None
    path = found.run.state.variables.get("BUNDLE_PATH")
    stage = dockerfile.stages[found.run.stage or 0]
    image = (stage.root.image or "").partition("@")[0].partition(":")[0]
    if path and path.startswith("/") and path.strip("/") and not any(c in path for c in " $*\"'"):
        target = f"{path.rstrip('/')}/ruby/*/cache"
    elif (
        "BUNDLE_PATH" not in script
        and "BUNDLE_PATH" not in found.run.state.variables
        and image
        in (
            "ruby",
            "docker.io/library/ruby",
        )
    ):
        # GEM_HOME of the official image
        target = "/usr/local/bundle/cache/*.gem"
    else:
        return None
    return cleaned(dockerfile, found, f"rm -rf {target}", "remove the archives of the gems in the same RUN")
