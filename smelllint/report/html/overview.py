"""What was found, before any code: in all, by rule, by folder, and what a change took away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from smelllint.edit import Safety
from smelllint.report.findings import Finding, repository_path
from smelllint.report.html.charts import interval, legend, stacked
from smelllint.report.html.elements import section, table, tag, words
from smelllint.report.html.groups import RuleGroup, Standing, by_folder
from smelllint.report.style import Style
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def summary(outcomes: Sequence[Outcome], found: Sequence[Finding], style: Style) -> Element:
    """The figures to remember."""
    looked_at = counted(len(outcomes), "file")
    if not found:
        nothing = "No smells were added" if style.compared else "No smells"
        return section("At a glance", tag("p", f"{nothing} in {looked_at}.", class_="clean"))
    standings = Counter(map(Standing.of, found))
    fixes = Counter(finding.diagnostic.fix.safety for finding in found if finding.diagnostic.fix)
    files = len({finding.path for finding in found})
    noun = ("smell" if len(found) == 1 else "smells") + " added" * bool(style.compared)
    return section(
        "At a glance",
        tag(
            "dl",
            figure(len(found), noun, f"in {files} of {looked_at}"),
            figure(standings[Standing.SAVES], "proven", "mending saves energy, by measurement"),
            figure(fixes[Safety.SAFE], "with a safe fix", "results stay bit-identical"),
            figure(fixes[Safety.UNSAFE], "with an unsafe fix", "results may change"),
            class_="figures",
        ),
        tag(
            "figure",
            stacked(standings, len(found), said(standings)),
            tag("figcaption", legend(standings)),
        ),
    )


def figure(number: int, noun: str, remark: str) -> Element:
    return tag(
        "div",
        tag("dt", noun),
        tag("dd", f"{number:,}", class_="number"),
        tag("dd", remark, class_="remark"),
    )


def said(standings: Counter[Standing]) -> str:
    return ", ".join(f"{standings[one]} {one.value}" for one in Standing if standings[one])


def rules(groups: Sequence[RuleGroup]) -> Element | None:
    """The rules, with their smells and savings as bars."""
    if not groups:
        return None
    most = max(len(group.findings) for group in groups)
    return section(
        "By rule",
        table(
            "Rules that found something, the largest proven saving first",
            ("Rule", "Smells", "Saving"),
            (rule_row(group, most) for group in groups),
            class_="sortable",
        ),
    )


def rule_row(group: RuleGroup, most: int) -> Element:
    title = tag("span", words(group.doc.title.removesuffix(".")), class_="title")
    return tag(
        "tr",
        tag("th", tag("a", tag("code", group.name), href=f"#{group.name}"), " ", title, scope="row"),
        count_cell(group.standings, most, ", ".join(mends(group))),
        tag("td", savings(group), data_value=f"{group.saving:.4f}"),
    )


def count_cell(standings: Counter[Standing], most: int, remark: str) -> Element:
    number = standings.total()
    bar = stacked(standings, most, said(standings))
    remarked = tag("span", remark, class_="remark")
    return tag("td", tag("strong", str(number)), bar, remarked, data_value=number, class_="count")


def mends(group: RuleGroup) -> Iterator[str]:
    """`2 safe`, `1 unsafe`, `3 by hand`."""
    safe, unsafe = group.mends[Safety.SAFE], group.mends[Safety.UNSAFE]
    numbers = {"safe": safe, "unsafe": unsafe, "by hand": len(group.findings) - safe - unsafe}
    return (f"{number} {kind}" for kind, number in numbers.items() if number)


def savings(group: RuleGroup) -> Iterator[Element]:
    for proof in group.proofs:
        saves = "saves" in (proof.verdict, proof.memory_verdict)
        yield tag("p", proof.short, class_=None if saves else "faint")
        if proof.verdict == "saves":
            yield interval(proof)
    for unproven in group.unproven:
        yield tag("p", unproven, class_="faint")


def folders(found: Sequence[Finding]) -> Element | None:
    """The folders, with their smells as bars."""
    if not found:
        return None
    groups = by_folder(found)
    most = max(map(len, groups.values()))
    return section(
        "By folder",
        table(
            "Folders with smells, the most first",
            ("Folder", "Smells", "The largest saving"),
            (folder_row(folder, findings, most) for folder, findings in groups.items()),
            class_="sortable",
        ),
    )


def folder_row(folder: str, findings: Sequence[Finding], most: int) -> Element:
    standings = Counter(map(Standing.of, findings))
    largest = max(findings, key=lambda finding: finding.saving)
    files = counted(len({finding.path for finding in findings}), "file")
    if largest.saving:
        saving = tag("p", f"{largest.evidence}, by ", tag("code", largest.rule))
    else:
        saving = tag("p", "nothing proven", class_="faint")
    return tag(
        "tr",
        tag("th", tag("code", folder or "."), scope="row"),
        count_cell(standings, most, f"in {files}"),
        tag("td", saving, data_value=f"{largest.saving:.4f}"),
    )


def gone(outcomes: Sequence[Outcome]) -> Element | None:
    """What was known before and is there no more."""
    told = [
        (repository_path(outcome.report.path), one) for outcome in outcomes for one in outcome.report.gone
    ]
    if not told:
        return None
    rows = (
        tag(
            "tr",
            tag("th", tag("code", one.rule), scope="row"),
            tag("td", tag("code", path)),
            tag("td", tag("code", one.scope) if one.scope else "the module itself"),
        )
        for path, one in told
    )
    return section("Fixed", table("Smells that were there before", ("Rule", "File", "In"), rows))
