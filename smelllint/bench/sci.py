"""Software Carbon Intensity (ISO/IEC 21031): SCI = (E x I) + M per R, with every input beside the number.

    Inputs      I, M and R as the user gave them, or I from the table of grid.csv
    joules      E of an amount: measured joules as they are, CPU-seconds by the stated power model
    score       grams for one R, with the interval of E carried through
    intensity   a region's yearly average from the table, with its year and source

Without a carbon intensity there is no carbon number. M is what the machine's making weighs on the time that
one R keeps it busy, so that a quicker run carries less of it; without an embodied figure it is left out.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from pathlib import Path

from smelllint.bench.statistics import Interval
from smelllint.errors import MistakeError

JOULES_PER_KWH = 3.6e6
SECONDS_PER_HOUR = 3600.0

# Watts that one busy virtual CPU draws: SPECpower results of server CPUs lie between 1.5 and 8.
WATTS_PER_CPU = 3.5
WATTS_RANGE = (1.5, 8.0)
POWER_MODEL = (
    f"estimate (no meter): {WATTS_PER_CPU} W per busy CPU assumed, "
    f"{WATTS_RANGE[0]} to {WATTS_RANGE[1]} W likely"
)

TABLE = Path(__file__).with_name("grid.csv")
TABLE_SOURCE = "Our World in Data from Ember, CC BY 4.0"


class CarbonError(MistakeError):
    """An input of the score makes no sense; the message says which and what would."""


@dataclass(frozen=True)
class Inputs:
    """I in g/kWh with its source in words; M in grams for each hour of use, or None; R in words."""

    intensity: float
    source: str
    embodied: float | None = None
    unit: str = "one run"

    def __str__(self) -> str:
        making = "M left out" if self.embodied is None else f"M = {self.embodied:g} g per hour of use"
        return f"I = {self.intensity:g} g/kWh ({self.source}), {making}, R = {self.unit}"


@dataclass(frozen=True)
class Score:
    """Grams of CO2 equivalent for one R, and its 95 % interval."""

    grams: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.grams:.3g} g [{self.low:.3g}, {self.high:.3g}]"


def joules(amount: float, unit: str) -> float:
    """Joules of an amount in a meter's unit; CPU-seconds by the power model, which is printed with it."""
    return amount * WATTS_PER_CPU if unit == "cpu-s" else amount


def score(amount: Interval, unit: str, seconds: float, inputs: Inputs) -> Score:
    """The score of one R from the amount it costs, given as an interval, and the time it takes."""
    making = (inputs.embodied or 0.0) * seconds / SECONDS_PER_HOUR

    def grams(value: float) -> float:
        return joules(value, unit) / JOULES_PER_KWH * inputs.intensity + making

    return Score(grams(amount.ratio), grams(amount.low), grams(amount.high))


def inputs(
    intensity: float | None, region: str | None, embodied: float | None, unit: str | None
) -> Inputs | None:
    """What the user gave; None without a carbon intensity. CarbonError for a region or sign that is none."""
    if intensity is None and region is None:
        if embodied is not None or unit is not None:
            raise CarbonError("a score needs --carbon-intensity G_PER_KWH or --region CODE")
        return None
    if intensity is not None and region is not None:
        raise CarbonError("give --carbon-intensity or --region, not both")
    if any(value is not None and value < 0 for value in (intensity, embodied)):
        raise CarbonError("carbon figures cannot be negative")
    source = "as given"
    if intensity is None and region is not None:
        intensity, source = intensity_of(region)
    assert intensity is not None
    return Inputs(intensity, source, embodied, unit or "one run")


def intensity_of(region: str, table: Path = TABLE) -> tuple[float, str]:
    """Grams per kWh of a region by its three-letter code or its name, and where the figure comes from."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for row in rows:
        if region.casefold() in (row["region"].casefold(), row["name"].casefold()):
            return float(row["g_per_kwh"]), f"{row['name']} {row['year']}, {TABLE_SOURCE}"
    known = [row["region"] for row in rows] + [row["name"] for row in rows]
    near = difflib.get_close_matches(region, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "use a three-letter code such as DEU, FRA or USA"
    raise CarbonError(f"there is no region {region} in the table: {hint}")
