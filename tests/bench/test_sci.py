"""Carbon: the score is the standard's formula, and its inputs are never hidden."""

from __future__ import annotations

import csv

import pytest

from smelllint.bench import sci
from smelllint.bench.sci import CarbonError, Inputs
from smelllint.bench.statistics import Interval

ONE_KWH = Interval(3.6e6, 3.3e6, 3.9e6, 5, 60)


def test_the_score_is_energy_times_intensity_plus_the_making() -> None:
    inputs = Inputs(intensity=400, source="as given", embodied=50)
    score = sci.score(ONE_KWH, "J", seconds=1800, inputs=inputs)
    assert score.grams == pytest.approx(400 + 25)


def test_the_interval_is_carried_through() -> None:
    score = sci.score(ONE_KWH, "J", seconds=0, inputs=Inputs(400, "as given"))
    assert (score.low, score.high) == pytest.approx((400 * 3.3 / 3.6, 400 * 3.9 / 3.6))


def test_cpu_seconds_become_joules_by_the_stated_model() -> None:
    assert sci.joules(2.0, "cpu-s") == 2.0 * sci.WATTS_PER_CPU
    assert sci.joules(2.0, "J") == 2.0
    assert "estimate" in sci.POWER_MODEL
    assert str(sci.WATTS_PER_CPU) in sci.POWER_MODEL


def test_there_is_no_number_without_an_intensity() -> None:
    assert sci.inputs(None, None, None, None) is None
    with pytest.raises(CarbonError, match="needs --carbon-intensity"):
        sci.inputs(None, None, 20.0, None)


@pytest.mark.parametrize("region", ["DEU", "deu", "Germany"])
def test_a_region_brings_its_year_and_source(region: str) -> None:
    inputs = sci.inputs(None, region, None, "1000 inferences")
    assert inputs is not None
    assert str(inputs) == (
        "I = 381 g/kWh (Germany 2023, Our World in Data from Ember, CC BY 4.0), "
        "M left out, R = 1000 inferences"
    )


def test_an_unknown_region_gets_a_suggestion() -> None:
    with pytest.raises(CarbonError, match="did you mean Germany"):
        sci.inputs(None, "Germani", None, None)


def test_the_table_is_sound_and_names_its_source() -> None:
    lines = sci.TABLE.read_text(encoding="utf-8").splitlines()
    assert "Source: " in lines[1]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len({row["region"] for row in rows}) == len(rows) > 200
    assert all(0 < float(row["g_per_kwh"]) < 1500 for row in rows)
    assert all(2009 <= int(row["year"]) <= 2025 for row in rows)
