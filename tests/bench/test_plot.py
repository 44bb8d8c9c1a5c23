"""The pictures: well-formed, true to the numbers, readable on light and on dark."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from smelllint.bench import evidence, plot

from .test_evidence import memory, record

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_every_pair_of_blocks_is_a_point() -> None:
    found = evidence.finish(record(1.5))
    points = [one for one in drawn(plot.of_rule(found)).iter(f"{SVG}circle") if one.get("class") == "point"]
    assert len(points) == found.energy.pairs == 100


def test_a_picture_says_its_numbers_in_words() -> None:
    found = evidence.finish(record(1.5))
    said = " ".join(one.text or "" for one in drawn(plot.of_rule(found)).iter(f"{SVG}text"))
    assert str(found.energy) in said
    assert "saves 33%" in said
    assert "CPU-seconds on cpu" in said


def test_the_curve_is_drawn_with_its_sizes_and_numbers() -> None:
    sizes = [{"parameter": "rows", "value": rows, "processes": record(rows)["processes"]} for rows in (2, 20)]
    found = evidence.finish(record(1.5, curve=sizes))
    said = [one.text or "" for one in drawn(plot.of_rule(found)).iter(f"{SVG}text")]
    assert {"rows = 2", "rows = 20", *(str(ratio) for _, _, ratio in found.curve)} <= set(said)
    plain = drawn(plot.of_rule(evidence.finish(record(1.5))))
    assert float(drawn(plot.of_rule(found)).get("height", "0")) > float(plain.get("height", "0"))


def test_the_scale_is_true_and_holds_one() -> None:
    scale = plot.Scale([2.0, 8.0], 0, 600)
    assert scale(1) < scale(2) < scale(4) < scale(8) <= 600
    assert scale(4) - scale(2) == pytest.approx(scale(8) - scale(4), abs=0.2)
    assert 1.0 in scale.ticks()


@pytest.mark.parametrize("values", [[0.99, 1.01], [0.5, 2.0], [1.0, 20_000.0], [0.02, 1.0]])
def test_ticks_lie_inside_and_apart(values: list[float]) -> None:
    scale = plot.Scale(values, 16, 744)
    places = [scale(tick) for tick in scale.ticks()]
    assert 1.0 in scale.ticks()
    assert all(16 <= place <= 744 for place in places)
    assert all(later - sooner >= 45 for sooner, later in itertools.pairwise(places))


def test_the_overview_orders_rules_by_their_saving_and_names_memory() -> None:
    greatest = evidence.finish(record(4.0, rule="a-great-smell"))
    memory_only = evidence.finish(record(1.0, rule="a-hungry-smell", memory=memory([90], [20])))
    costly = evidence.finish(record(0.7, rule="no-smell <at all>", memory=None))
    picture = plot.overview([costly, greatest, memory_only])
    said = [one.text or "" for one in drawn(picture).iter(f"{SVG}text")]

    rules = [text for text in said if "smell" in text and "(cpu)" in text]
    assert rules == ["a-great-smell (cpu)", "a-hungry-smell (cpu)", "no-smell <at all> (cpu)"]
    assert "equivalent, less memory" in said
    assert "saves 75%" in said


def test_an_overview_of_nothing_is_a_picture_too() -> None:
    assert drawn(plot.overview([])).tag == f"{SVG}svg"


def test_pictures_serve_both_colour_schemes_and_repeat() -> None:
    found = evidence.finish(record(1.5))
    assert "prefers-color-scheme: dark" in plot.of_rule(found)
    assert plot.of_rule(found) == plot.of_rule(found)
