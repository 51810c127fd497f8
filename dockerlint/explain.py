"""What a rule is about, as a page: for the terminal, and for docs/rules."""

from __future__ import annotations

import sys

from dockerlint.config import annotations_of, of_shellcheck
from dockerlint.errors import UserError
from dockerlint.fix import Applicability
from dockerlint.rule import explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence

    from dockerlint.loader import Rules
    from dockerlint.rule import Bad, Good, Rule

GROUPS = {
    "build": "what a build needs to work, today and next year",
    "cache": "what lets a rebuild skip work",
    "size": "what makes an image larger than it needs to be",
    "security": "what an attacker could use",
    "clarity": "what a reader could misunderstand",
}
# Where the pages of the rules and of ShellCheck's findings stand.
_PAGES = "https://github.com/dockerlint/dockerlint/blob/main/docs/rules"
_WIKI = "https://www.shellcheck.net/wiki"


def address(name: str, code: str) -> str:
    """The address of the page on a rule, or on a code of ShellCheck."""
    return f"{_WIKI}/{code}" if of_shellcheck(code) else f"{_PAGES}/{name}.md"


def page(rule: Rule) -> str:
    """A page in Markdown: what, why, how far its fix goes, examples, options."""
    lines = [f"# {rule.name} ({rule.code})", "", f"{_sentence(rule.summary)}", ""]
    lines += [f"| severity | {rule.severity} |", "|---|---|", f"| group | {rule.group or '-'} |"]
    lines.append(f"| profiles | {', '.join(sorted(rule.profiles)) or 'none: it is off until selected'} |")
    if rule.aliases:
        lines.append(f"| also known as | {', '.join(rule.aliases)} |")
    lines += [f"| fix | {fix_in_short(rule)} |", "", "## Why", "", explanation(rule), ""]
    if rule.fix is not None:
        lines += ["## Fix", "", *_promise(rule), ""]
    if rule.options is not None:
        lines += ["## Options", "", *_options(rule), ""]
    lines += ["## What is found", "", "It points at what stands between « and ».", ""]
    for bad in rule.bad:
        lines += _example(bad)
    lines += ["## What is not", ""]
    for good in rule.good:
        lines += [*_block(good.text, good), ""]
    lines += ["## Leave it out", "", *_leaving_out(rule), ""]
    if rule.source:
        lines += ["## Source", "", _link(rule.source), ""]
    return "\n".join(lines)


def fix_in_short(rule: Rule) -> str:
    """Whether a rule fixes, in a few words for a table."""
    if rule.fix is None:
        return "none"
    return {
        Applicability.SAFE: "safe",
        Applicability.UNSAFE: "unsafe",
        Applicability.DISPLAY: "shown only",
    }[rule.fix.applicability]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _promise(rule: Rule) -> Iterator[str]:
    fix = rule.fix
    assert fix is not None
    if fix.applicability == Applicability.SAFE:
        yield "Safe: `--fix` writes it. The image keeps its configuration and its files."
        if fix.paths:
            yield f"Only these may be missing from it: {', '.join(f'`{path}`' for path in fix.paths)}."
    elif fix.applicability == Applicability.UNSAFE:
        yield f"Unsafe: `--fix --unsafe` writes it. {_sentence(fix.reason)}"
    else:
        yield f"It is shown and never written. {_sentence(fix.reason)}"


def _options(rule: Rule) -> Iterator[str]:
    assert rule.options is not None
    if rule.options.__doc__ and not rule.options.__doc__.startswith(f"{rule.options.__name__}("):
        yield " ".join(rule.options.__doc__.split())
        yield ""
    yield f"In `[tool.dockerlint.rules.{rule.name}]`:"
    yield ""
    yield "| option | type | default |"
    yield "|---|---|---|"
    defaults: dict[str, object] = rule.options._defaults  # type: ignore[attr-defined]
    for name, annotation in annotations_of(rule.options).items():
        yield f"| `{name.replace('_', '-')}` | {_type(annotation)} | {_toml(defaults.get(name))} |"


def _type(annotation: str) -> str:
    plain = annotation.replace(" ", "").removesuffix("|None")
    names = {"str": "string", "int": "number", "float": "number", "bool": "true or false"}
    if plain.startswith(("tuple[", "frozenset[")):
        return "list of strings" if "[str" in plain else "list of numbers"
    return "table of strings" if plain.startswith("Mapping[") else names.get(plain, plain)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, tuple | frozenset):
        items = sorted(value) if isinstance(value, frozenset) else value
        return "`[" + ", ".join(_toml(item).strip("`") for item in items) + "]`"
    if isinstance(value, str):
        return f'`"{value}"`'
    if isinstance(value, dict):
        return "`{" + ", ".join(f"{k} = {_toml(v).strip('`')}" for k, v in value.items()) + "}`"
    return "none" if value is None else f"`{value}`"


def _example(bad: Bad) -> list[str]:
    lines = [*_block(bad.text, bad), ""]
    if bad.fixed is not None:
        lines += ["becomes", "", *_block(bad.fixed), ""]
    return lines


def _block(text: str, example: Bad | Good | None = None) -> list[str]:
    fence = "````" if "```" in text else "```"
    lines: list[str] = []
    if example is not None and example.options:
        told = ", ".join(
            f"{k.replace('_', '-')} = {_toml(_plain(v)).strip('`')}" for k, v in example.options.items()
        )
        lines += [f"(with `{told}`)", ""]
    if example is not None and example.build_args:
        told = " ".join(f"--build-arg {k}={v}" for k, v in example.build_args.items())
        lines += [f"(with `{told}`)", ""]
    if example is not None and example.versions:
        told = ", ".join(f"{k} {v}" for k, v in example.versions.items())
        lines += [f"(with `{told}` in `dockerlint.lock`)", ""]
    if example is not None and example.ignore is not None:
        lines += ["`.dockerignore`:", "", "```", *example.ignore.rstrip("\n").split("\n"), "```", ""]
    body = text.rstrip("\n").replace("\r", "␍").split("\n")
    return [*lines, f"{fence}dockerfile", *body, fence]


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _leaving_out(rule: Rule) -> Iterator[str]:
    yield f'`# dockerlint ignore={rule.name} -- reason` above the instruction, or `ignore = ["{rule.name}"]` in'
    yield "`[tool.dockerlint]`."


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("http") and " " not in source else source


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint explain", description="What a rule is about.")
    made.add_argument("rule", nargs="+", metavar="RULE", help="a name, code or alias")
    return made


def main(argv: Sequence[str]) -> int:
    """`dockerlint explain RULE ...`: the pages of rules."""
    from dockerlint.loader import unknown

    options = parser().parse_args(argv)
    rules = loaded()
    for word in options.rule:
        if of_shellcheck(word):
            sys.stdout.write(_of_shellcheck(word))
            continue
        found = rules.find(word, "default")
        if not found:
            raise UserError(
                f"no rule is named {word}", unknown(word, rules) or "`dockerlint rules` lists them all"
            )
        for rule in found:
            sys.stdout.write(_for_terminal(page(rule)))
    return 0


def _of_shellcheck(word: str) -> str:
    """Where a finding of ShellCheck is explained."""
    code = word.upper() if word[2:].isdigit() else ""
    return (
        f"{code or 'ShellCheck'}: a finding of ShellCheck, which checks the scripts of a Dockerfile\n"
        f"{_WIKI}/{code}\n"
    )


def loaded() -> Rules:
    """All rules, with the plugins of the project that the user stands in."""
    from dockerlint.config_files import Finder
    from dockerlint.loader import load

    return load(Finder(None, False, lambda _: None).of("-").plugins)


def _for_terminal(text: str) -> str:
    if not getattr(sys.stdout, "isatty", bool)():
        return text
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    # In the terminal's own colours, whatever its background is.
    console = Console(theme=Theme({"markdown.code": "bold cyan"}))
    with console.capture() as captured:
        console.print(Markdown(text, code_theme="ansi_dark"))
    return captured.get()
