"""Bars as SVG, as wide as the place that they are given; what they show stands beside them as text, too.

legend      what the colours mean
stacked     how many findings are proven how far, as one bar
interval    what a mend saves, and how sure that is
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from smelllint.proof import Proof, percent, saved
from smelllint.report.html.elements import tag
from smelllint.report.html.groups import Standing

LEAST = 0.004  # of the width: what is there has to be seen


def legend(numbers: Mapping[Standing, int]) -> Element:
    items = (
        tag("li", swatch(one), f" {numbers[one]} {one.value}") for one in Standing if numbers.get(one, 0)
    )
    return tag("ul", items, class_="legend")


def swatch(standing: Standing) -> Element:
    square = tag("rect", width="100%", height="100%", class_=kind(standing))
    return tag("svg", square, class_="swatch", aria_hidden="true")


def stacked(numbers: Mapping[Standing, int], whole: int, label: str) -> Element:
    """A bar of which `whole` findings would take all the width."""
    bars, at = [], 0.0
    for standing in Standing:
        share = numbers.get(standing, 0) / whole
        if share:
            width = max(share, LEAST)
            bars.append(rect(at, width, kind(standing)))
            at += width
    return picture(label, *bars, class_="bar")


def interval(proof: Proof) -> Element:
    """The share that is saved, from nothing to all, as a bar, with its interval as a line over the end."""
    low, value, high = (min(1.0, max(0.0, saved(ratio))) for ratio in (proof.low, proof.ratio, proof.high))
    label = f"{percent(value)} per cent, with an interval from {percent(low)} to {percent(high)} per cent"
    return picture(
        label,
        rect(0, value, "saves" if proof.verdict == "saves" else "measured"),
        tag("line", x1=share(low), x2=share(high), y1="50%", y2="50%", class_="whisker"),
        *(
            tag("line", x1=share(end), x2=share(end), y1="20%", y2="80%", class_="whisker")
            for end in (low, high)
        ),
        class_="bar track",
    )


def picture(label: str, *shapes: Element, class_: str) -> Element:
    return tag("svg", tag("title", label), *shapes, class_=class_, role="img", aria_label=label)


def rect(at: float, width: float, class_: str) -> Element:
    return tag("rect", x=share(at), y="0", width=share(width), height="100%", class_=class_)


def kind(standing: Standing) -> str:
    return standing.name.lower()


def share(part: float) -> str:
    return f"{100 * part:.2f}%"
