from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, head, left, program
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.composer/cache", "~/.cache/composer", "/tmp/cache")
TOOLS = ("composer", "composer.phar")
FILLS = ("install", "i", "update", "u", "upgrade", "require", "r", "create-project", "global", "reinstall")
PLACES = ("COMPOSER_CACHE_DIR", "COMPOSER_HOME")


@rule(
    code="DK322",
    summary="Cache of Composer stays in the layer",
    why="""
        Composer keeps every archive that it downloads a second time in its cache. After the install nothing
        reads it: `composer clear-cache` in the same RUN, or a cache mount, keeps it out of the layer.
    """,
    severity=Severity.INFO,
    fix=safe("*/.composer/cache/*", "*/.cache/composer/*", "/tmp/cache/*"),
    source="https://getcomposer.org/doc/03-cli.md#clear-cache-clearcache-cc",
    bad=[
        Bad(
            "FROM composer:2\nCOPY composer.json composer.lock ./\nRUN «composer install» --no-dev\n",
            fixed="FROM composer:2\nCOPY composer.json composer.lock ./\n"
            "RUN composer install --no-dev && composer clear-cache\n",
        ),
        Bad(
            "FROM composer:2\nRUN cd /app && \\\n    # libraries\n    «composer require» monolog/monolog\n",
            fixed="FROM composer:2\nRUN cd /app && \\\n    # libraries\n    composer require monolog/monolog && \\\n"
            "    composer clear-cache\n",
        ),
        Bad(
            "FROM composer:2\nRUN <<EOF\n«composer install»\nEOF\n",
            fixed="FROM composer:2\nRUN <<EOF\ncomposer install && composer clear-cache\nEOF\n",
        ),
    ],
    good=[
        Good("FROM composer:2\nRUN composer install && composer clear-cache\n"),
        Good("FROM composer:2\nRUN composer install --no-cache\n"),
        Good("FROM composer:2\nENV COMPOSER_CACHE_DIR=/dev/null\nRUN composer install\n"),
        Good("FROM composer:2\nRUN --mount=type=cache,target=/tmp/cache composer install\n"),
        Good("FROM composer:2 AS vendor\nRUN composer install\nFROM php:8.3\nCOPY --from=vendor /app /app\n"),
    ],
)
def composer_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        places = [found.run.state.variables.get(name) for name in PLACES]
        if any(place and (place == "/dev/null" or mounted(found.run, (place,))) for place in places):
            continue
        yield Finding(
            head(found.made[0]),
            "Composer leaves its cache in this layer; run `composer clear-cache` in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, TOOLS, FILLS) and not command.has("--no-cache", "--version", "-V")


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    names = ("clear-cache", "clearcache", "cc")
    return any(w in names for w in words) and (command.name in TOOLS or "composer" in " ".join(words))


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None:
        return None
    title = "clear Composer's cache in the same RUN"
    return cleaned(dockerfile, found, f"{name} clear-cache", title, "composer")
