"""What could be typed at the cursor."""

from __future__ import annotations

import re

from dockerlint.knowledge.bases import base_image_of, image_names, tags_of
from dockerlint.lsp import completion_shell
from dockerlint.lsp.answers import Item
from dockerlint.lsp.hover import instruction_page, stage_page
from dockerlint.lsp.reference import reference
from dockerlint.lsp.typed import typed
from dockerlint.refuse.signals import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.loader import Rules
    from dockerlint.lsp.typed import Typed
    from dockerlint.model import Dockerfile, Stage

_VARIABLE = re.compile(r"(?<!\\)\$(\{?)([A-Za-z_]\w*)?$")
_RULES = re.compile(
    r"#\s*(?:dockerlint\s+(?:file-)?ignore|hadolint\s+(?:global\s+)?ignore)\s*=\s*(?:[^,\s]+,\s*)*([\w-]*)$"
)
_SHELLS = ('["/bin/bash", "-o", "pipefail", "-c"]', '["/bin/sh", "-c"]', '["powershell", "-Command"]')


def completions(dockerfile: Dockerfile, offset: int, rules: Rules) -> list[Item]:
    """What could stand at an offset; those that fit what is there already come through the editor's filter."""
    at = typed(dockerfile, offset)
    if at.comment is not None:
        return list(_comment(dockerfile, at, rules))
    if at.instruction is None or not at.head.strip():
        return list(_keywords(dockerfile, at, at.head)) if re.fullmatch(r"[A-Za-z]*", at.head) else []
    variable = _VARIABLE.search(at.head)
    if variable is not None:
        return list(_variables(dockerfile, at, variable[1], variable[2] or ""))
    if at.word.startswith("--") and _before_arguments(at):
        return list(_flags(dockerfile, at))
    if at.script is not None:
        return list(completion_shell.items(at.script, at.offset))
    return list(_arguments(dockerfile, at))


def _before_arguments(at: Typed) -> bool:
    return all(word.startswith("--") for word in at.words[1:])


def _keywords(
    dockerfile: Dockerfile, at: Typed, written: str, leave_out: tuple[str, ...] = ()
) -> Iterator[Item]:
    """The instructions, in the case that the file is written in."""
    body = [one for one in dockerfile.body if one.keyword.span.end != at.offset]
    lower = written.islower() if written else bool(body) and body[0].keyword.text.islower()
    begun = any(one.span.start < at.offset - len(written) for one in (s.start for s in dockerfile.stages))
    for name, entry in reference().instructions.items():
        if name in leave_out or (not begun and name not in ("FROM", "ARG")):
            continue
        label = name.lower() if lower else name
        rank = 9 if name == "MAINTAINER" else 5
        yield Item(
            label, "keyword", at.span(written), entry.forms[0], instruction_page(name), f"{label} ", rank
        )


def _variables(dockerfile: Dockerfile, at: Typed, brace: str, written: str) -> Iterator[Item]:
    """The variables in force."""
    assert at.instruction is not None
    state = at.instruction.state
    following = dockerfile.source.text[at.offset : at.offset + 1]
    end = "}" if brace and following != "}" else ""
    for name in sorted(state.variables):
        value = state.variables[name]
        kind = "ARG" if name in state.arguments else "ENV"
        detail = kind if value is None else f"{kind} {value}"
        yield Item(name, "variable", at.span(written), detail, insert=f"{name}{end}")


def _flags(dockerfile: Dockerfile, at: Typed) -> Iterator[Item]:
    entry = reference().instructions.get(at.keyword)
    if entry is None:
        return
    name, equals, value = at.word[2:].partition("=")
    if not equals:
        given = {word[2:].partition("=")[0] for word in at.words[1:]}
        for flag, one in entry.flags.items():
            if flag not in given or flag in ("mount", "exclude", "device"):
                insert = f"--{flag}{'=' if one.form else ''}"
                yield Item(f"--{flag}", "flag", at.span(at.word), one.form, one.text, insert)
        return
    if name == "from":
        yield from _stages(dockerfile, at, value)
    elif name == "mount" and ("," in value or "=" in value):
        yield from _mount(dockerfile, at, value)
    elif name in entry.flags:
        for known in entry.flags[name].values:
            text = reference().mounts[known[5:]].text if known.startswith("type=") else ""
            yield Item(known, "value", at.span(value), "", text)


def _mount(dockerfile: Dockerfile, at: Typed, value: str) -> Iterator[Item]:
    """The keys of a mount and their values, behind a comma."""
    *before, current = value.split(",")
    given = dict(part.partition("=")[::2] for part in before)
    key, equals, written = current.partition("=")
    if equals:
        if key == "from":
            yield from _stages(dockerfile, at, written)
        for one in {"sharing": ("shared", "private", "locked"), "type": tuple(reference().mounts)}.get(
            key, ()
        ):
            yield Item(one, "value", at.span(written))
        return
    entry = reference().mounts.get(given.get("type", "bind"))
    for one in entry.keys if entry is not None else ():
        if one not in given:
            bare = one in ("readonly", "readwrite", "required")
            yield Item(
                one, "property", at.span(current), "", reference().mount_keys[one], one if bare else f"{one}="
            )


def _stages(dockerfile: Dockerfile, at: Typed, written: str) -> Iterator[Item]:
    """The named stages above, the nearest first."""
    for stage in reversed(_above(dockerfile, at)):
        if stage.name is not None and stage.start.alias is not None:
            text = stage_page(dockerfile, stage)
            yield Item(stage.start.alias.raw, "stage", at.span(written), stage.start.image.raw, text, rank=1)


def _above(dockerfile: Dockerfile, at: Typed) -> list[Stage]:
    """The stages that may be named at a place. A FROM that is being typed still counts to the one before."""
    own = None if at.instruction is None or at.keyword == "FROM" else at.instruction.stage
    return [s for s in dockerfile.stages if s.start.span.end < at.offset and s.index != own]


def _arguments(dockerfile: Dockerfile, at: Typed) -> Iterator[Item]:
    arguments = [word for word in at.words[1:] if not word.startswith("--")]
    first, word = not arguments, at.word
    match at.keyword:
        case "FROM":
            yield from _from(dockerfile, at, arguments)
        case "ONBUILD" if first:
            yield from _keywords(dockerfile, at, word, ("ONBUILD", "FROM", "MAINTAINER"))
        case "HEALTHCHECK" if first:
            for name, text in (
                ("CMD", "the command that checks"),
                ("NONE", "no check, also not the base image's"),
            ):
                yield Item(name, "keyword", at.span(word), text)
        case "STOPSIGNAL" if first:
            for name in sorted(NAMES):
                if name.isalnum():
                    yield Item(
                        f"SIG{name}", "value", at.span(word), rank=1 if name in ("TERM", "INT", "QUIT") else 5
                    )
        case "EXPOSE" if "/" in word:
            for name in ("tcp", "udp", "sctp"):
                yield Item(name, "value", at.span(word.rpartition("/")[2]))
        case "SHELL" if first:
            for name in _SHELLS:
                yield Item(name, "value", at.span(word))
        case "LABEL" if "=" not in word:
            for name, text in reference().labels.items():
                yield Item(name, "property", at.span(word), text, insert=f"{name}=")
        case "ARG" if first and at.instruction is not None and at.instruction.stage is not None:
            for name in sorted(dockerfile.stages[0].start.state.variables):
                yield Item(name, "variable", at.span(word), "from above the first FROM, or set by the build")


def _from(dockerfile: Dockerfile, at: Typed, arguments: list[str]) -> Iterator[Item]:
    word = at.word
    if len(arguments) == 1:
        lower = at.head.lstrip()[:4].islower()
        yield Item("as" if lower else "AS", "keyword", at.span(word), "a name for the stage")
    if arguments:
        return
    name, colon, written = word.rpartition(":")
    if colon:
        for rank, tag in enumerate(tags_of(name)):
            image = base_image_of(f"{name}:{tag}")
            detail = f"about {image.megabytes} MB" if image is not None else ""
            yield Item(tag, "value", at.span(written), detail, rank=rank)
        return
    yield from _stages(dockerfile, at, word)
    for name in image_names():
        image = base_image_of(name)
        detail = (
            f"{image.distro}, about {image.megabytes} MB" if image is not None and name != "scratch" else ""
        )
        old = image is not None and bool(image.deprecated)
        yield Item(
            name, "image", at.span(word), detail, image.deprecated if image else "", rank=8 if old else 5
        )


def _comment(dockerfile: Dockerfile, at: Typed, rules: Rules) -> Iterator[Item]:
    assert at.comment is not None
    match = _RULES.search(at.comment)
    if match is not None:
        ours = "dockerlint" in at.comment
        for rule in rules.all:
            label = rule.name if ours else rule.code
            if ours or rule.code[:2] in ("DL", "SC"):
                yield Item(label, "rule", at.span(match[1]), rule.code if ours else rule.name, rule.summary)
        return
    word = re.search(r"[\w-]*$", at.comment)
    written = word[0] if word is not None else ""
    if re.fullmatch(r"#\s*dockerlint\s+[a-z-]*", at.comment):
        yield Item("ignore=", "property", at.span(written), "findings of the instruction below")
        yield Item("file-ignore=", "property", at.span(written), "findings of the whole file")
    elif re.fullmatch(r"#\s*\w*", at.comment):
        yield Item(
            "dockerlint",
            "property",
            at.span(written),
            "a comment for dockerlint",
            insert="dockerlint ignore=",
        )
        if not any(one.span.start < at.offset - len(at.comment) for one in dockerfile.body):
            for name, text in reference().directives.items():
                yield Item(name, "property", at.span(written), "a directive", text, f"{name}=", 1)
