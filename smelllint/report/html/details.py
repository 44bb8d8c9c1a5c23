"""Each finding with its code and its mend, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from smelllint.edit import Safety
from smelllint.report.excerpt import Row, excerpt, left_out
from smelllint.report.findings import Finding
from smelllint.report.full import tabless
from smelllint.report.html.charts import kind
from smelllint.report.html.elements import LINE_END, Child, section, tag, words
from smelllint.report.html.groups import RuleGroup, Standing
from smelllint.report.hunks import Line, hunks
from smelllint.words import counted

MOST = 500  # findings with code: what comes after them is listed by its place
WIDTH = 300  # characters of a row; what is longer is machine-made
SIGNS = {" ": "same", "-": "removed", "+": "added"}
APPLIED = {
    Safety.SAFE: "safe: --fix applies it",
    Safety.UNSAFE: "unsafe, results may change: --fix --unsafe-fixes applies it",
    Safety.SHOWN: "to be done by hand",
}


def findings_by_rule(groups: Sequence[RuleGroup]) -> Element | None:
    """All findings, the first `MOST` with their code."""
    if not groups:
        return None
    left = MOST
    parts = []
    for group in groups:
        parts.append(rule_part(group, max(0, left)))
        left -= len(group.findings)
    return section("Findings", controls(), parts)


def controls() -> Element:
    """What needs the script, which shows it."""
    options = [
        tag("option", "all", value=""),
        *(tag("option", one.value, value=kind(one)) for one in Standing),
    ]
    return tag(
        "form",
        tag("label", "Filter by text ", tag("input", type="search", name="text")),
        tag("label", "and by proof ", tag("select", *options, name="standing")),
        tag("output", name="count", aria_live="polite"),
        hidden="",
        class_="controls",
    )


def rule_part(group: RuleGroup, most: int) -> Element:
    """The findings of a rule, so many with their code."""
    doc = group.doc
    shown, listed = group.findings[:most], group.findings[most:]
    return tag(
        "section",
        tag("h3", tag("code", group.name), " ", tag("span", counted(len(group.findings), "smell"))),
        tag("p", tag("strong", words(doc.title)), " ", words(" ".join(doc.why))),
        (tag("p", words(part)) for part in (doc.leave, doc.fix) if part),
        map(article, shown),
        rest(listed),
        id=group.name,
        class_="rule",
    )


def rest(listed: Sequence[Finding]) -> Element | None:
    if not listed:
        return None
    items = (
        tag("li", tag("code", place(finding)), " ", words(finding.diagnostic.message)) for finding in listed
    )
    return tag(
        "div",
        tag("p", f"{counted(len(listed), 'smell')} without code, to keep the page short:"),
        tag("ul", items),
    )


def article(finding: Finding) -> Element:
    standing, note = Standing.of(finding), finding.diagnostic.note
    return tag(
        "article",
        tag("h4", tag("code", place(finding))),
        tag("p", words(finding.diagnostic.message)),
        tag("p", "Note: ", words(note)) if note else None,
        tag("p", tag("span", finding.evidence, class_=f"badge {kind(standing)}")),
        tag("div", code(finding), mend(finding), class_="panels"),
        data_standing=kind(standing),
    )


def place(finding: Finding) -> str:
    """`path:row`, in a notebook `path, cell 3, row 1`."""
    row = finding.diagnostic.location.row
    cell = finding.diagnostic.cell
    return f"{finding.path}:{row}" if cell is None else f"{finding.path}, cell {cell}, row {row}"


def code(finding: Finding) -> Element:
    diagnostic, source = finding.diagnostic, finding.file.source
    more = left_out(diagnostic)
    return panel(
        "Code",
        *(code_row(row) for row in excerpt(diagnostic, source)),
        line("row skip", f"and {more} more rows") if more else None,
    )


def code_row(row: Row) -> Element:
    if row.start is None or row.end is None:
        return line("row", number(row.number), tabless(row.text[:WIDTH]))
    cut = max(0, row.start - WIDTH // 2) if len(row.text) > WIDTH else 0
    last = cut + WIDTH
    before, inside, after = (
        row.text[cut : row.start],
        row.text[row.start : min(row.end, last)],
        row.text[row.end : last],
    )
    return line("row", number(row.number), tabless(before), tag("mark", tabless(inside)), tabless(after))


def mend(finding: Finding) -> Element:
    fix = finding.diagnostic.fix
    if fix is None:
        return tag("figure", tag("figcaption", "Mend"), tag("p", "By hand: see what is said of the rule."))
    rows: list[Element] = []
    for hunk in hunks(finding.file.source, fix.edits):
        rows += [line("row skip", "\u22ef")] if rows else []
        rows += map(diff_row, hunk.lines)
    return panel(f"Mend: {fix.title} ({APPLIED[fix.safety]})", *rows)


def panel(caption: str, *rows: Child) -> Element:
    return tag("figure", tag("figcaption", words(caption)), tag("pre", tag("code", rows)))


def diff_row(changed: Line) -> Element:
    sign = tag("span", changed.sign, class_="sign")
    return line(f"row {SIGNS[changed.sign]}", number(changed.number), sign, tabless(changed.text[:WIDTH]))


def line(class_: str, *children: Child) -> Element:
    return tag("span", *children, LINE_END, class_=class_)


def number(row: int | None) -> Element:
    return tag("span", "" if row is None else str(row), class_="number", aria_hidden="true")
