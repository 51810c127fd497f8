"""Image references: `[domain[:port]/]path[:tag][@digest]`, by the grammar of distribution/reference."""

from __future__ import annotations

import re

from dockerlint.frozen import record

_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_PART}(?:\.{_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = f"{_COMPONENT}(?:/{_COMPONENT})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}"
_REFERENCE = rf"(?:({_DOMAIN})/)?({_PATH})(?::({_TAG}))?(?:@({_DIGEST}))?"
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HUB = "docker.io"
_LIBRARY = "library/"
_LONGEST_PATH = 255
_LONGEST_TAG = 128


class InvalidReference(ValueError):
    """Not an image reference; the message is BuildKit's."""


@record
class ImageReference:
    """A reference with the defaults of Docker Hub filled in.

    `domain` is `docker.io` when none is written, and `path` then begins with `library/` for a
    single name. `tag` and `digest` are None when not written.
    """

    domain: str
    path: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """Domain and path, without tag and digest: `docker.io/library/debian`."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def familiar(self) -> str:
        """The short name that people use, without tag and digest: `debian`, `user/app`,
        `ghcr.io/user/app`."""
        if self.domain != _HUB:
            return self.name
        short = self.path.removeprefix(_LIBRARY)
        return self.path if "/" in short else short


def parse(text: str) -> ImageReference:
    """The reference that an expanded FROM or `--from` names. Raises InvalidReference."""
    if re.fullmatch("[a-f0-9]{64}", text):
        raise InvalidReference(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    domain, remainder = _split_domain(text)
    remote = remainder.partition(":")[0]
    if remote.lower() != remote:
        raise InvalidReference(f"invalid reference format: repository name ({remote}) must be lowercase")
    plain = _plain(remainder) if domain == _HUB else None
    if plain is not None:
        return ImageReference(domain, *plain, None)
    match = re.fullmatch(_REFERENCE, f"{domain}/{remainder}")
    if match is None:
        if re.fullmatch(_REFERENCE, f"{domain}/{remainder}".lower()):
            raise InvalidReference("invalid reference format: repository name must be lowercase")
        raise InvalidReference("invalid reference format")
    if len(match[2]) > _LONGEST_PATH:
        raise InvalidReference(f"repository name must not be more than {_LONGEST_PATH} characters")
    if match[4]:
        check_digest(match[4])
    return ImageReference(match[1] or "", match[2], match[3], match[4])


def _plain(remainder: str) -> tuple[str, str | None] | None:
    """Path and tag of the commonest form, which is told without the pattern: compiling that takes
    longer than all else that most files need."""
    path, colon, tag = remainder.partition(":")
    if not remainder.isascii() or len(path) > _LONGEST_PATH or len(tag) > _LONGEST_TAG:
        return None
    parts = path.split("/")
    if not all(part.isalnum() and (part.islower() or part.isdigit()) for part in parts):
        return None
    if not colon:
        return path, None
    return (path, tag) if tag[:1].isalnum() and tag.replace(".", "").replace("-", "").isalnum() else None


def parse_or_none(text: str) -> ImageReference | None:
    """The reference, or None where the text is none."""
    try:
        return parse(text)
    except InvalidReference:
        return None


def _split_domain(text: str) -> tuple[str, str]:
    """Domain and remainder, with Docker Hub's defaults."""
    first, slash, rest = text.partition("/")
    if not slash:
        return _HUB, _LIBRARY + text
    if first == "index.docker.io":
        domain, remainder = _HUB, rest
    elif first == "localhost" or "." in first or ":" in first or first.lower() != first:
        domain, remainder = first, rest
    else:
        domain, remainder = _HUB, text
    if domain == _HUB and "/" not in remainder:
        remainder = _LIBRARY + remainder
    return domain, remainder


def check_digest(digest: str) -> None:
    """Refuse what is no `algorithm:hex`. Raises InvalidReference."""
    algorithm, _, encoded = digest.partition(":")
    if not algorithm or not encoded:
        raise InvalidReference("invalid checksum digest format")
    if algorithm not in _HEX_LENGTHS:
        raise InvalidReference("unsupported digest algorithm")
    if len(encoded) != _HEX_LENGTHS[algorithm]:
        raise InvalidReference("invalid checksum digest length")
    if encoded.strip("0123456789abcdef"):
        raise InvalidReference("invalid checksum digest format")
