"""What is shown about the place under the cursor."""

from __future__ import annotations

from dockerlint.explain import address, fix_in_short
from dockerlint.knowledge.bases import as_of, base_image_of
from dockerlint.lsp.answers import Hovered
from dockerlint.lsp.reference import reference
from dockerlint.lsp.symbols import STAGE, symbols
from dockerlint.model import Onbuild, User, Workdir
from dockerlint.places import instruction_at
from dockerlint.report.comparison import human
from dockerlint.resolve import joined
from dockerlint.rule import explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockerlint.knowledge.bases import Release
    from dockerlint.lint import Found
    from dockerlint.loader import Rules
    from dockerlint.lsp.symbols import Occurrence
    from dockerlint.measured_store import Bytes
    from dockerlint.model import Dockerfile, Flag, From, Instruction, Stage
    from dockerlint.source import Span

_RULE = "\n\n---\n\n"


def hover(
    dockerfile: Dockerfile,
    offset: int,
    found: Iterable[Found],
    rules: Rules,
    measured: Mapping[Instruction, Bytes],
) -> Hovered | None:
    """All there is to say about an offset: what it is first, then the findings there. None for nothing."""
    texts: list[str] = []
    spans: list[Span] = []
    for one in (_thing(dockerfile, offset, measured), *_findings(found, offset, rules)):
        if one is not None:
            texts.append(one.text)
            spans.append(one.span)
    return Hovered(_RULE.join(texts), min(spans, key=len)) if texts else None


def _thing(dockerfile: Dockerfile, offset: int, measured: Mapping[Instruction, Bytes]) -> Hovered | None:
    """What stands at an offset."""
    for directive in dockerfile.directives:
        text = reference().directives.get(directive.name)
        if text and directive.span.start <= offset <= directive.span.end:
            return Hovered(f"**{directive.name}**\n\n{text}", directive.span)
    named = symbols(dockerfile).at(offset)
    if named is not None:
        return Hovered(_symbol(dockerfile, named), named.span)
    top = instruction_at(dockerfile, offset)
    if top is None:
        return None
    instruction = top.inner if isinstance(top, Onbuild) and offset >= top.inner.span.start else top
    if _holds(instruction.keyword.span, offset):
        text = instruction_page(instruction.keyword.name)
        if text and top in measured:
            text += f"\n\n{weight(measured[top])}"
        return Hovered(text, instruction.keyword.span) if text else None
    for flag in instruction.flags:
        if _holds(flag.span, offset):
            text = _flag(instruction, flag)
            return Hovered(text, flag.span) if text else None
    stage = dockerfile.stage_of(top)
    if stage is not None and top is stage.start and _holds(stage.start.image.span, offset):
        return Hovered(_image(stage.start, stage), stage.start.image.span)
    return None


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def instruction_page(name: str) -> str:
    """The reference of an instruction; nothing for one that does not exist."""
    entry = reference().instructions.get(name)
    if entry is None:
        return ""
    lines = ["```dockerfile", *entry.forms, "```", "", entry.text]
    if entry.flags:
        lines += [
            "",
            *(
                f"- `--{flag}{'=' if one.form else ''}{one.form}`: {one.text}"
                for flag, one in entry.flags.items()
            ),
        ]
    return "\n".join(lines)


def weight(size: Bytes) -> str:
    """The bytes of an instruction in words."""
    text = f"Last measured: **{human(size.count)}** in the image"
    return f"{text}, before the file was changed" if size.stale else text


def _flag(instruction: Instruction, flag: Flag) -> str:
    entry = reference().instructions.get(instruction.keyword.name)
    one = entry.flags.get(flag.name) if entry is not None else None
    if one is None:
        return ""
    lines = [f"**--{flag.name}**{f'={one.form}' if one.form else ''}", "", one.text]
    if one.values:
        lines += ["", "Values: " + ", ".join(f"`{value}`" for value in one.values)]
    if flag.name == "mount":
        kind = next(
            (part[5:].lower() for part in (flag.value or "").split(",") if part.lower().startswith("type=")),
            "bind",
        )
        mount = reference().mounts.get(kind)
        if mount is not None:
            keys = reference().mount_keys
            lines += [
                "",
                f"`type={kind}`: {mount.text}",
                "",
                *(f"- `{key}`: {keys[key]}" for key in mount.keys),
            ]
    return "\n".join(lines)


def _symbol(dockerfile: Dockerfile, named: Occurrence) -> str:
    symbol = named.symbol
    if symbol.kind == STAGE:
        stage = dockerfile.stages[min(index for index in symbol.stages if index is not None)]
        return stage_page(dockerfile, stage)
    return _variable(dockerfile, named)


def stage_page(dockerfile: Dockerfile, stage: Stage) -> str:
    """What a stage is, in short."""
    start = dockerfile.source.line_of(stage.start.span.start)
    end = dockerfile.source.line_of(stage.span.end)
    workdir, user = _end(stage)
    lines = [f"**stage {stage.name or stage.index}** (number {stage.index}, lines {start} to {end})", ""]
    lines.append(f"- on {_code(stage.start.image.raw)}{'' if stage.base is None else ', an earlier stage'}")
    if stage.root is not stage:
        lines.append(f"- begins with {_code(stage.root.start.image.raw)}")
    if workdir:
        lines.append(f"- working directory {_code(workdir)}")
    if user:
        lines.append(f"- user {_code(user)}")
    lines.append(f"- {len(stage.instructions)} instruction{'' if len(stage.instructions) == 1 else 's'}")
    users = [s for s in dockerfile.stages if s.base is stage]
    if users:
        lines.append("- stages on it: " + ", ".join(f"`{s.name or s.index}`" for s in users))
    if stage is dockerfile.final_stage:
        lines.append("- what a build without a target makes")
    return "\n".join(lines)


def _end(stage: Stage) -> tuple[str | None, str | None]:
    """Working directory and user at the end of a stage; None for one that the base image decides."""
    if not stage.instructions:
        return None, None
    last = stage.instructions[-1]
    workdir, user = last.state.workdir, last.state.user
    if isinstance(last, Workdir):
        workdir = joined(workdir, last.path.value)
    return workdir, last.user.raw if isinstance(last, User) else user


def _code(text: str) -> str:
    """A text as it is, in Markdown."""
    text = " ".join(text.split("\n"))
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _variable(dockerfile: Dockerfile, named: Occurrence) -> str:
    symbol, source = named.symbol, dockerfile.source
    lines = [f"**{symbol.kind} {symbol.name}**", ""]
    top = instruction_at(dockerfile, named.span.start)
    if top is not None:
        lines.append(_value(dockerfile, top, named))
    places = [source.line_of(span.start) for span in symbol.declarations]
    lines.append(
        f"- set in line{'' if len(places) == 1 else 's'} {', '.join(map(str, dict.fromkeys(places)))}"
    )
    lines.append(f"- used {len(symbol.uses)} time{'' if len(symbol.uses) == 1 else 's'} in this file")
    if symbol.kind == "ARG":
        given = dockerfile.build_args.get(symbol.name)
        lines.append(
            "- not in the environment of containers; `--build-arg` sets it"
            if given is None
            else f"- the configuration sets it to {_code(given)}"
        )
    return "\n".join(lines)


def _value(dockerfile: Dockerfile, top: Instruction, named: Occurrence) -> str:
    """The value that a variable has at a place, or that it is given there."""
    value: str | None
    variables = top.state.variables
    if named.declares:
        # Its value is what the next instruction sees.
        body = dockerfile.body
        at = body.index(top) + 1
        same = at < len(body) and body[at].stage == top.stage
        variables = body[at].state.variables if same else variables
        value = _written(top, named.symbol.name) if not same else variables.get(named.symbol.name)
    else:
        value = variables.get(named.symbol.name)
    return f"- here {_code(value)}" if value is not None else "- its value is only known when it is built"


def _written(top: Instruction, name: str) -> str | None:
    for pair in getattr(top, "pairs", ()):
        if name in (pair.name.value, pair.name.raw):
            return pair.value.value if pair.value is not None else None
    return None


def _image(start: From, stage: Stage) -> str:
    """What is known of a base image."""
    if stage.base is not None:
        return f"**{start.image.raw}**: the earlier stage {stage.base.name or stage.base.index}"
    reference_text = stage.image
    if reference_text == "scratch":
        return "**scratch**: no files at all"
    image = base_image_of(reference_text) if reference_text else None
    if image is None:
        return f"**{start.image.raw}**" + (
            f": `{reference_text}`" if reference_text != start.image.raw else ""
        )
    lines = [
        f"**{reference_text}**: {image.distro}, {image.libc}, about {image.megabytes} MB uncompressed",
        "",
    ]
    lines += [f"- {label}" for label in _releases(image.releases)]
    if image.package_manager:
        lines.append(f"- packages: {image.package_manager}")
    if image.shells:
        lines.append(f"- shells: {', '.join(image.shells)}")
    lines.append(f"- starts as {image.user}")
    if image.deprecated:
        lines.append(f"- deprecated: {image.deprecated}")
    for lighter in image.lighter[:3]:
        size = f", about {lighter.megabytes} MB" if lighter.megabytes else ""
        lines.append(
            f"- lighter: `{lighter.image}`{size}"
            + (f" ({'; '.join(lighter.breaks)})" if lighter.breaks else "")
        )
    return "\n".join(lines)


def _releases(releases: Iterable[Release]) -> Iterator[str]:
    for release in releases:
        if release.ends is None:
            yield release.label
        elif release.ended(as_of()):
            yield f"{release.label}: updates ended {release.ends}"
        else:
            yield f"{release.label}: updates until {release.ends}"


def _findings(found: Iterable[Found], offset: int, rules: Rules) -> Iterator[Hovered]:
    """The rules of the findings at an offset, each once."""
    seen: set[str] = set()
    for one in found:
        if not _holds(one.span, offset) or one.code in seen:
            continue
        seen.add(one.code)
        link = f"[{one.code}]({address(one.name, one.code)})"
        rule = next((r for r in rules.names.get(one.name, ()) if r.name == one.name), None)
        if rule is None:
            yield Hovered(f"**{one.message}**\n\n{link}", one.span)
            continue
        fix = fix_in_short(rule)
        lines = [f"**{one.message}**", "", f"{link} {rule.name}: {rule.summary}", "", explanation(rule)]
        if fix != "none":
            lines += ["", f"Fix: {fix}" + (f". {one.reason}" if one.reason else "")]
        yield Hovered("\n".join(lines), one.span)
