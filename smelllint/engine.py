"""The engine: one file in, diagnostics out; fixes to a fixpoint.

    lint(path, data, rules, settings)           what smells
    mend(path, data, rules, settings, unsafe)   the same after fixing, with the text before and after

Both are pure functions of their arguments: they write nothing, read nothing but other files of the project
that they are given, and never raise for what a file holds.
The order of events: gate, decode, parse, facts, checks, suppression, positions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smelllint import catalogue, gate, suppress
from smelllint.diagnostic import Diagnostic, FileReport, Trouble
from smelllint.edit import Fix, Safety, apply
from smelllint.rule import Rule, Smell
from smelllint.source import Source, SourceError, code_of, source_of
from smelllint.stopwatch import lap
from smelllint.syntax import ParseError, guard, readable
from smelllint.words import listed

if TYPE_CHECKING:
    from libcst import CSTNode

    from smelllint.facts import Facts
    from smelllint.project import Project
    from smelllint.settings import Settings

MAX_ROUNDS = 10
Keep = Callable[[Diagnostic], bool]


def everything(_: Diagnostic) -> bool:
    """Keep every finding."""
    return True


def lint(
    path: str,
    data: bytes,
    rules: Sequence[Rule],
    settings: Settings,
    *,
    named: bool = False,
    keep: Keep = everything,
    project: Project | None = None,
) -> FileReport:
    """Lint one file; only the findings that `keep` wants are told. A file that cannot smell is not parsed,
    unless somebody named it in person: then it is said where it is no Python."""
    try:
        code = code_of(path, data)
        wanted = gate.candidates(path, data, rules, settings.target)
        source = source_of(path, data)
        if not wanted and suppress.MARK not in code and not named:
            return FileReport(path)
    except SourceError as error:
        return FileReport(path, troubles=(Trouble(path, error.name, str(error), error.location),))
    report = lint_source(source, wanted, settings, {rule.name for rule in rules}, project)
    return replace(report, diagnostics=tuple(filter(keep, report.diagnostics)))


def lint_source(
    source: Source,
    rules: Sequence[Rule],
    settings: Settings,
    active: Collection[str],
    project: Project | None = None,
) -> FileReport:
    """Lint a decoded file with the rules that passed the gate; `active` names all that were asked for."""
    diagnostics: list[Diagnostic] = []
    troubles: list[Trouble] = list(source.troubles)
    try:
        if rules:
            diagnostics = check(source, rules, settings, troubles, project)
        else:
            guard(source.text)
    except ParseError as error:
        cell, location = source.in_cell(error.location) if error.location else (None, None)
        trouble = Trouble(source.path, error.name, error.message, location, cell)
        return FileReport(source.path, troubles=(*troubles, trouble))
    if suppress.MARK in source.data:
        found = suppress.suppressions(source)
        kept, unused = suppress.apply(diagnostics, found, catalogue.names(), source, active)
        unused = unused if settings.reports_unused(source.path) else []
        diagnostics = sorted([*kept, *unused], key=by_place)
    return FileReport(source.path, tuple(diagnostics), tuple(troubles))


def check(
    source: Source,
    rules: Sequence[Rule],
    settings: Settings,
    troubles: list[Trouble],
    project: Project | None = None,
) -> list[Diagnostic]:
    """The findings of the rules, in order. A rule's crash costs that rule on that file, no more."""
    from smelllint.facts import Facts
    from smelllint.project import own_tree

    with lap("parse"):
        tree = own_tree(source)
    with lap("collect names"):
        facts = Facts(source, tree, settings, project=project)
    diagnostics: list[Diagnostic] = []
    for rule in rules:
        facts.options = {**rule.options, **settings.options.get(rule.name, {})}
        try:
            with lap(rule.name):
                diagnostics += run(rule, facts)
        except (ParseError, MemoryError):  # that is told of the file
            raise
        except Exception as error:
            message = f"{rule.name}: {type(error).__name__}: {error}"
            troubles.append(Trouble(source.path, "rule-crashed", message))
    facts.let_go()
    return sorted(diagnostics, key=by_place)


def by_place(diagnostic: Diagnostic) -> tuple[int, str, int]:
    """The order in which findings are told."""
    return diagnostic.start, diagnostic.rule, diagnostic.end


def run(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    """The findings of one rule in the file itself."""
    seen: set[int] = set()
    for type_, check in rule.checks:
        for node in facts.nodes(type_):
            for smell in check(node, facts):
                if id(smell.at) not in seen and facts.tree.own(smell.at):
                    seen.add(id(smell.at))
                    yield diagnostic(rule, smell, facts)


def diagnostic(rule: Rule, smell: Smell, facts: Facts) -> Diagnostic:
    """A smell as plain data. Where the tree does not print back as the text, there is no fix: its offsets may
    be off."""
    source = facts.source
    start, end = facts.tree.span(smell.at)
    cell, location = source.in_cell(source.location(start))
    _, end_location = source.in_cell(source.location(end))
    fix = smell.fix if facts.tree.lossless and source.lossless else None
    return Diagnostic(
        path=source.path,
        rule=rule.name,
        family=rule.family,
        message=one_line(smell.message),
        start=start,
        end=end,
        location=location,
        end_location=end_location,
        fix=fix if fix and source.accepts(fix.edits) else None,
        cell=cell,
        device=device_of(smell.at, facts),
        note=source.note(start),
    )


def device_of(at: CSTNode, facts: Facts) -> str | None:
    """Where the model or tensor that a smell is about is known to be: cpu, cuda, mps."""
    from libcst import Attribute, Call

    from smelllint.facts import Device

    called = at.func if isinstance(at, Call) else at
    found = facts.device(called.value if isinstance(called, Attribute) else called)
    if found is not Device.ACCELERATOR:
        return "cpu" if found is Device.CPU else None
    # The words know accelerators; which one it is, the person says, or the code where it names only Apple's.
    apple = b"mps" in facts.source.data and b"cuda" not in facts.source.data
    target = facts.settings.target
    return target if target in ("cuda", "mps") else "mps" if apple else "cuda"


def one_line(message: str) -> str:
    """A message on one line, its quoted code shortened where it is long."""
    joined = " ".join(message.split())
    head, quote, rest = joined.partition("`")
    code, closing, tail = rest.partition("`")
    if quote and closing and len(code) > 60:
        code = f"{code[:57]}..."
    return f"{head}{quote}{code}{closing}{tail}"


def mend(
    path: str,
    data: bytes,
    rules: Sequence[Rule],
    settings: Settings,
    unsafe: bool,
    *,
    named: bool = False,
    keep: Keep = everything,
    project: Project | None = None,
) -> FileReport:
    """Lint and fix until nothing that `keep` wants is left to fix, ten rounds at most. A round whose result
    does not parse is thrown away and reported as a fault of the rules that wrote it."""
    report = lint(path, data, rules, settings, named=named, keep=keep, project=project)
    if not any(applicable(found.fix, unsafe) for found in report.diagnostics):
        return report
    first = source = source_of(path, data)
    fixed = 0
    past: list[tuple[str, set[str]]] = []  # the file before each round, and the rules that changed it

    def as_it_was(message: str) -> FileReport:
        unfixed = lint(path, data, rules, settings, keep=keep, project=project)
        trouble = Trouble(path, "fix-failed", f"{message}; the file is left as it was")
        return FileReport(path, unfixed.diagnostics, (*unfixed.troubles, trouble))

    for _ in range(MAX_ROUNDS):
        fixes = [found.fix for found in report.diagnostics if found.fix and applicable(found.fix, unsafe)]
        if not fixes:
            break
        meant, applied = apply(source.text, fixes)
        mended = carried_out(source, meant, report, applied)
        if isinstance(mended, Trouble):
            report = FileReport(path, report.diagnostics, (*report.troubles, mended))
            break
        past.append((source.raw, {found.rule for found in report.diagnostics if found.fix in applied}))
        fixed += len(applied)
        source = mended
        circle = undoing(past, source.raw)
        if circle:
            return as_it_was(f"the fixes of {listed(circle)} undo each other")
        report = lint(path, source.data, rules, settings, keep=keep, project=project)
    else:
        left = {found.rule for found in report.diagnostics if applicable(found.fix, unsafe)}
        if left:
            return as_it_was(f"fixes of {listed(sorted(left))} do not converge")
    if source.raw == first.raw:
        return report
    return FileReport(path, report.diagnostics, report.troubles, fixed, first.raw, source.raw)


def undoing(past: Sequence[tuple[str, set[str]]], raw: str) -> list[str]:
    """The rules whose fixes lead back to a text that was there before; none where this one is new."""
    start = next((at for at, (before, _) in enumerate(past) if before == raw), len(past))
    return sorted(set().union(*(rules for _, rules in past[start:])))


def applicable(fix: Fix | None, unsafe: bool) -> bool:
    """Whether a fix may be applied under the safety that was asked for."""
    return fix is not None and (fix.safety is Safety.SAFE or (unsafe and fix.safety is Safety.UNSAFE))


def carried_out(source: Source, meant: str, report: FileReport, applied: Sequence[Fix]) -> Source | Trouble:
    """The file after these fixes; or what is wrong with it, where it cannot be written, does not parse, or
    does not read as it was meant."""
    edits = sorted({edit for fix in applied for edit in fix.edits})
    try:
        mended = source_of(source.path, source.encode(source.mended(edits)))
        if not readable(mended.text):
            raise ValueError("it is no Python any more")
        if mended.text != meant:
            raise ValueError("it would not read as meant")
    except (SourceError, ValueError) as error:
        rules = ", ".join(sorted({found.rule for found in report.diagnostics if found.fix in applied}))
        return Trouble(
            source.path, "fix-failed", f"a fix of {rules} would break the file ({error}); it was not applied"
        )
    return mended
