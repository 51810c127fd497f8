"""Runs the examples of rules as tests, for ours and for anybody's.

`faults(rule)` is what `dockerlint test-rules` and our own test-suite call; a rule is right
when nothing comes back.
"""

from __future__ import annotations

import re

from dockerlint.config import Active, options_of
from dockerlint.errors import UserError
from dockerlint.fix import Applicability
from dockerlint.frozen import record
from dockerlint.lint import check, read
from dockerlint.loader import Origin, Rules
from dockerlint.rule import Bad, Severity
from dockerlint.settle import Look, settle
from dockerlint.source import Source, Span
from dockerlint.versions import Versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence

    from dockerlint.lint import Found
    from dockerlint.model import Dockerfile
    from dockerlint.rule import Good, Rule
    from dockerlint.versions import Key

OPEN, CLOSE = "«", "»"
LONGEST_MESSAGE = 160
LONGEST_SUMMARY = 100


def unmarked(text: str) -> tuple[str, list[Span]]:
    """A text without its «marks», and the spans they mark, in order. Raises ValueError when the marks
    do not pair."""
    plain: list[str] = []
    spans: list[Span] = []
    opened: list[int] = []
    for character in text:
        if character == OPEN:
            opened.append(len(plain))
        elif character == CLOSE:
            if not opened:
                raise ValueError(f"a {CLOSE} has no {OPEN} before it")
            spans.append(Span(opened.pop(), len(plain)))
        else:
            plain.append(character)
    if opened:
        raise ValueError(f"a {OPEN} has no {CLOSE} behind it")
    return "".join(plain), sorted(spans, key=lambda span: (span.start, span.end))


def marked(text: str, spans: Sequence[Span]) -> str:
    """A text with marks around some spans."""
    places = [(s.end, 0 if s.start < s.end else 2, CLOSE) for s in spans] + [
        (s.start, 1, OPEN) for s in spans
    ]
    for at, _, mark in sorted(places, reverse=True):
        text = text[:at] + mark + text[at:]
    return text


def faults(rule: Rule) -> list[str]:
    """What is wrong with a rule: its examples, its wording. Empty when all is well."""
    found = [*_wording(rule)]
    if not rule.bad:
        found.append("it has no bad example: add a Bad(...)")
    if not rule.good:
        found.append("it has no good example: add a Good(...)")
    writable = rule.fix is not None and rule.fix.applicability != Applicability.DISPLAY
    if writable and not any(bad.fixed is not None for bad in rule.bad):
        found.append("it promises a fix, but no bad example has `fixed`")
    for number, bad in enumerate(rule.bad, 1):
        found += [f"bad example {number}: {fault}" for fault in _bad(rule, bad)]
    for number, good in enumerate(rule.good, 1):
        found += [f"good example {number}: {fault}" for fault in _good(rule, good)]
    return found


def _look(rule: Rule, example: Bad | Good, source: Source) -> Look:
    options = options_of(rule, example.options or {}, {}, "the example")
    active = Active(rule, options, rule.severity, rule.code, False)
    dockerfile = _model(example, source)
    return Look(dockerfile, check(dockerfile, (active,)))


def _model(example: Bad | Good, source: Source) -> Dockerfile:
    from dockerlint.ignorefile import read_patterns

    patterns = None if example.ignore is None else read_patterns(example.ignore)
    return read(source, example.build_args, None, patterns, _versions(example))


def _versions(example: Bad | Good) -> Versions | None:
    """The versions of an example, as if each of its bases had been built with them."""
    given = example.versions
    if given is None:
        return None

    def load(dockerfile: Dockerfile) -> dict[Key, str]:
        bases = {stage.image for stage in dockerfile.stages if stage.image is not None}
        return {(base, *key.split(" ", 1)): version for base in bases for key, version in given.items()}  # type: ignore[misc]

    return Versions(load)


def _bad(rule: Rule, bad: Bad) -> Iterator[str]:
    try:
        text, spans = unmarked(bad.text)
    except ValueError as error:
        yield str(error)
        return
    if not spans:
        yield f"nothing is marked: put {OPEN} and {CLOSE} around what the finding points at"
    source = Source.of_text(text)
    look = _look(rule, bad, source)
    got = sorted((found.span for found in look.found), key=lambda span: (span.start, span.end))
    if got != spans:
        yield f"the findings are not where the marks are; found:\n{marked(text, got)}"
    for found in look.found:
        yield from _message(rule, found)
    settled = settle(source, lambda at: _look(rule, bad, at), unsafe=True)
    yield from settled.refused
    result = settled.look.source.text
    wanted = text if bad.fixed is None else bad.fixed
    if result != wanted:
        what = (
            "the fixes write this, but `fixed` is not given"
            if bad.fixed is None
            else "the fixes write this instead of `fixed`"
        )
        yield f"{what}:\n{result}"
    elif bad.fixed is not None and bad.fixed == text:
        yield "`fixed` is the example itself: leave it out"
    if any(found.fixable for found in settled.look.found) and not settled.refused:
        yield "findings with a fix are left behind the fixes"


def _good(rule: Rule, good: Good) -> Iterator[str]:
    if OPEN in good.text or CLOSE in good.text:
        yield "it has marks, but nothing is to be found in it"
        return
    for found in _look(rule, good, Source.of_text(good.text)).found:
        yield f"found in it: {found.message}\n{marked(good.text, [found.span])}"


def _message(rule: Rule, found: Found) -> Iterator[str]:
    message = found.message
    if not message.strip() or "\n" in message:
        yield f"the message must be one line: {message!r}"
    if message.rstrip().endswith("."):
        yield f"the message ends with a full stop: {message!r}"
    if len(message) > LONGEST_MESSAGE:
        yield f"the message has {len(message)} characters, at most {LONGEST_MESSAGE} are read: {message!r}"
    if found.fix is None:
        return
    if rule.fix is None:
        yield "a finding has a fix, but the rule promises none: give @rule(fix=safe(...), unsafe(...) or display(...))"
    title = found.fix.title
    if not title.strip() or title.endswith(".") or "\n" in title:
        yield f"the title of the fix must be one line without a full stop: {title!r}"


_ADVICE = re.compile(r"(no|use|avoid|prefer|always|never|do-not|dont|should|must|require|ensure|check)-")


def _wording(rule: Rule) -> Iterator[str]:
    if _ADVICE.match(rule.name):
        yield f"the name {rule.name} gives advice; name the fault, so that ignore={rule.name} reads well"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule.name):
        yield f"the name {rule.name} must be several lower-case words: rename the function"
    if not re.fullmatch(r"[A-Z]{2,}\d{3,4}|[A-Z][A-Za-z]+", rule.code):
        yield f"the code {rule.code} must be letters and three or four digits, or BuildKit's CamelCase name"
    if rule.severity not in Severity.ORDER:
        yield f"the severity {rule.severity!r} is none of {', '.join(Severity.ORDER)}"
    summary = rule.summary
    if not summary.strip() or "\n" in summary or summary.endswith("."):
        yield "the summary must be one line without a full stop"
    if len(summary) > LONGEST_SUMMARY:
        yield f"the summary has {len(summary)} characters, at most {LONGEST_SUMMARY} fit a table"
    if not rule.why.strip():
        yield "`why` is empty: say what goes wrong because of the fault"


@record
class Verdict:
    """The faults of one rule."""

    rule: Rule
    origin: Origin
    faults: tuple[str, ...]


def verdicts(rules: Rules, names: Sequence[str] = ()) -> Iterator[Verdict]:
    """The faults of every rule, or of those named. Raises UserError for a name that is none."""
    from dockerlint.loader import unknown

    for name in names:
        if not rules.find(name):
            raise UserError(f"no rule is named {name}", unknown(name, rules))
    chosen = {rule.name for name in names for rule in rules.find(name)}
    for rule in rules.all:
        if not names or rule.name in chosen:
            yield Verdict(rule, rules.origins[rule.name], tuple(faults(rule)))


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint test-rules", description="Run the examples of rules as tests.")
    made.add_argument("path", nargs="*", metavar="PATH", help="plugin folders or modules: only their rules")
    made.add_argument(
        "--rule", action="append", default=[], metavar="NAME", help="only this rule; repeatable"
    )
    made.add_argument("--quiet", action="store_true", help="only what fails")
    return made


def main(argv: Sequence[str]) -> int:
    """`dockerlint test-rules`: 0 when every example holds, else 1."""
    import sys

    from dockerlint.config_files import Finder
    from dockerlint.loader import load, load_only

    options = parser().parse_args(argv)
    if options.path:
        rules = load_only(options.path)
    else:
        rules = load(Finder(None, False, lambda _: None).of("-").plugins)
    failed = total = 0
    for verdict in verdicts(rules, options.rule):
        total += 1
        rule = verdict.rule
        if verdict.faults:
            failed += 1
            sys.stdout.write(f"FAIL {rule.code} {rule.name} ({verdict.origin.path})\n")
            for fault in verdict.faults:
                sys.stdout.write("".join(f"  {line}\n" for line in fault.splitlines()))
        elif not options.quiet:
            count = len(rule.bad) + len(rule.good)
            sys.stdout.write(f"ok   {rule.code} {rule.name} ({count} examples)\n")
    sys.stdout.write(f"{total - failed} of {total} rules are right\n")
    if not total:
        raise UserError("there are no rules to test", "a plugin is a folder of modules that use @rule")
    return 1 if failed else 0
