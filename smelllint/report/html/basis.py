"""What the page's savings rest on: how they were measured, what is not proven, what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from smelllint.proof import UNPROVEN, Proof
from smelllint.report.findings import trouble_message, troubles
from smelllint.report.html.elements import section, table, tag, words
from smelllint.report.html.groups import RuleGroup, Standing
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome

HOW = (
    "Each rule has a pair of small programs: one with the smell, one as its fix leaves it. Both are run in "
    "turns, in random order, in several sets of fresh processes, and a meter reads what each run takes. The "
    "saving is the share of energy that the mended program does without, with its 95 % interval in brackets. "
    "Every run checks itself: a program against itself has to come out as equal, and twice the work as twice "
    "the cost."
)
MEANING = (
    "A saving is that of the rule's pair on the machine named here. In your program it holds for the work "
    "around the smell, not for the whole, and savings of several findings do not add up. `smelllint prove` "
    "measures the mends on a program of yours, `smelllint bench` a rule on your machine."
)
DOUBT = (
    "These findings rest on how the libraries work. That mending them saves energy where this code runs was "
    "not shown."
)
LEVELS = {
    "measured-joules": "joules, read from an energy counter",
    "cpu-seconds": "CPU-seconds, which stand for energy where a machine has no counter (ratios hold, joules "
    "do not follow)",
    "deterministic-proxy": "counts, which say nothing of joules",
}
AGREEMENTS = {
    "identical": "both programs gave identical results",
    "close": "the results agree but for the last digits",
}


def measured(groups: Sequence[RuleGroup]) -> Element | None:
    """The measurements that speak of the findings."""
    if not groups:
        return None
    rows = [(group.name, proof) for group in groups for proof in group.proofs]
    if not rows:
        return section(
            "How savings are measured",
            tag("p", HOW),
            tag("p", "Nothing was measured of what was found here."),
        )
    levels = sorted({proof.level for _, proof in rows})
    return section(
        "How savings are measured",
        tag("p", HOW),
        tag("p", words(MEANING)),
        tag("p", "The meters of this page: ", "; ".join(LEVELS.get(level, level) for level in levels), "."),
        table(
            "What was measured of the rules that found something",
            ("Rule", "Result", "Machine and day"),
            (proof_row(name, proof) for name, proof in rows),
        ),
    )


def proof_row(name: str, proof: Proof) -> Element:
    agreement = AGREEMENTS.get(proof.agreement, "the quality of the results was compared")
    return tag(
        "tr",
        tag("th", tag("a", tag("code", name), href=f"#{name}"), scope="row"),
        tag("td", f"{proof.words}; {agreement}"),
        tag("td", f"{proof.machine}, {proof.device}, by {proof.meter}, {proof.taken}"),
    )


def unproven(groups: Sequence[RuleGroup]) -> Element | None:
    """The findings that no measurement speaks for."""
    items = [item for group in groups for item in doubts(group)]
    if not items:
        return None
    return section(
        "What is not proven",
        tag("p", DOUBT),
        tag("ul", items),
    )


def doubts(group: RuleGroup) -> Iterator[Element]:
    doubted = [one for one in group.findings if Standing.of(one) is not Standing.SAVES]
    if doubted:
        link = tag("a", tag("code", group.name), href=f"#{group.name}")
        told = sorted({one.diagnostic.proven.words if one.diagnostic.proven else UNPROVEN for one in doubted})
        yield tag("li", link, f": {counted(len(doubted), 'finding')}, {'; '.join(told)}")


def troubles_met(outcomes: Sequence[Outcome]) -> Element | None:
    """The files of which nothing is known."""
    items = [
        tag("li", tag("code", f"{path}:{at.row}"), f" {trouble.name}: {trouble_message(trouble)}")
        for trouble, path, at in troubles(outcomes)
    ]
    return section("What could not be checked", tag("ul", items)) if items else None
