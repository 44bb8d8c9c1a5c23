"""The engine: one file in, diagnostics out; fixes to a fixpoint.

    lint(path, data, rules, settings)           what smells
    mend(path, data, rules, settings, unsafe)   the same after fixing, with the text before and after

Both are pure functions of their arguments: they read and write nothing, and never raise for what a file holds.
The order of events: gate, decode, parse, facts, checks, suppression, positions.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint import catalogue, gate, suppress
from smelllint.diagnostic import Diagnostic, FileReport, Trouble
from smelllint.edit import Fix, Safety, apply
from smelllint.rule import Rule, Smell
from smelllint.source import Source, SourceError

if TYPE_CHECKING:
    from smelllint.facts import Facts
    from smelllint.settings import Settings

MAX_ROUNDS = 10


def lint(path: str, data: bytes, rules: Sequence[Rule], settings: Settings) -> FileReport:
    """Lint one file."""
    wanted = gate.possible(data, rules)
    has_suppressions = suppress.MARK in data
    if not wanted and not has_suppressions:
        return FileReport(path)
    try:
        source = Source(path, data)
    except SourceError as error:
        return FileReport(path, troubles=(Trouble(path, "undecodable-file", str(error)),))
    return lint_source(source, wanted, settings, {rule.name for rule in rules})


def lint_source(
    source: Source, rules: Sequence[Rule], settings: Settings, active: Collection[str]
) -> FileReport:
    """Lint a decoded file with the rules that passed the gate; `active` names all that were asked for."""
    from smelllint.tree import ParseError, parse

    diagnostics: list[Diagnostic] = []
    troubles: list[Trouble] = []
    if rules:
        try:
            tree = parse(source.text)
        except ParseError as error:
            trouble = Trouble(source.path, error.name, error.message, error.location)
            return FileReport(source.path, troubles=(trouble,))
        from smelllint.facts import Facts

        facts = Facts(source, tree, settings)
        for rule in rules:
            facts.options = {**rule.options, **settings.options.get(rule.name, {})}
            try:
                diagnostics += run(rule, facts)
            except Exception as error:  # a rule's crash costs that rule on that file, no more
                troubles.append(
                    Trouble(source.path, "rule-crashed", f"{rule.name}: {type(error).__name__}: {error}")
                )
    diagnostics.sort(key=lambda diagnostic: (diagnostic.start, diagnostic.rule, diagnostic.end))
    if suppress.MARK in source.data:
        found = suppress.suppressions(source)
        kept, unused = suppress.apply(diagnostics, found, catalogue.names(), source, active)
        unused = unused if settings.reports_unused(source.path) else []
        diagnostics = sorted(
            [*kept, *unused], key=lambda diagnostic: (diagnostic.start, diagnostic.rule, diagnostic.end)
        )
    return FileReport(source.path, tuple(diagnostics), tuple(troubles))


def run(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    """The findings of one rule."""
    seen: set[int] = set()
    for type_, check in rule.checks:
        for node in facts.nodes(type_):
            for smell in check(node, facts):
                if id(smell.at) not in seen:
                    seen.add(id(smell.at))
                    yield diagnostic(rule, smell, facts)


def diagnostic(rule: Rule, smell: Smell, facts: Facts) -> Diagnostic:
    """A smell as plain data. Where the tree does not print back as the text, offsets cannot be trusted to edit."""
    source = facts.source
    start, end = facts.tree.span(smell.at)
    fix = smell.fix if facts.tree.lossless and source.lossless else None
    return Diagnostic(
        path=source.path,
        rule=rule.name,
        family=rule.family,
        message=one_line(smell.message),
        start=start,
        end=end,
        location=source.location(start),
        end_location=source.location(end),
        fix=fix,
    )


def one_line(message: str) -> str:
    """A message on one line, its quoted code shortened where it is long."""
    joined = " ".join(message.split())
    head, quote, rest = joined.partition("`")
    code, closing, tail = rest.partition("`")
    if quote and closing and len(code) > 60:
        code = f"{code[:57]}..."
    return f"{head}{quote}{code}{closing}{tail}"


def mend(path: str, data: bytes, rules: Sequence[Rule], settings: Settings, unsafe: bool) -> FileReport:
    """Lint and fix until nothing is left to fix, ten rounds at most. A round whose result does not parse is thrown
    away and reported as a fault of the rules that wrote it."""
    report = lint(path, data, rules, settings)
    if not any(applicable(found.fix, unsafe) for found in report.diagnostics):
        return report
    source = Source(path, data)
    before = source.text
    fixed = 0
    for _ in range(MAX_ROUNDS):
        fixes = [found.fix for found in report.diagnostics if found.fix and applicable(found.fix, unsafe)]
        if not fixes:
            break
        after, applied = apply(source.text, fixes)
        trouble = broken(source, after, report, applied)
        if trouble is not None:
            report = FileReport(path, report.diagnostics, (*report.troubles, trouble))
            break
        fixed += len(applied)
        source = Source(path, source.encode(after))
        report = lint(path, source.data, rules, settings)
    else:
        if any(applicable(found.fix, unsafe) for found in report.diagnostics):
            culprits = ", ".join(
                sorted({found.rule for found in report.diagnostics if applicable(found.fix, unsafe)})
            )
            trouble = Trouble(
                path, "fix-failed", f"fixes of {culprits} do not converge; the file is left as it was"
            )
            first = lint(path, data, rules, settings)
            return FileReport(path, first.diagnostics, (*first.troubles, trouble))
    if source.text == before:
        return report
    return FileReport(path, report.diagnostics, report.troubles, fixed, before, source.text)


def applicable(fix: Fix | None, unsafe: bool) -> bool:
    """Whether a fix may be applied under the safety that was asked for."""
    return fix is not None and (fix.safety is Safety.SAFE or (unsafe and fix.safety is Safety.UNSAFE))


def broken(source: Source, after: str, report: FileReport, applied: Sequence[Fix]) -> Trouble | None:
    """What is wrong with a fixed text, None where it parses and can be written in the file's encoding."""
    try:
        source.encode(after)
        ast.parse(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        rules = ", ".join(sorted({found.rule for found in report.diagnostics if found.fix in applied}))
        return Trouble(
            source.path, "fix-failed", f"a fix of {rules} would break the file ({error}); it was not applied"
        )
    return None
