"""What every meter answers, and how absence is said.

Meter      two marks around the work, then a reading
Reading    an amount, or the reason why there is none: never a made-up 0
Absent     a meter that this machine lacks, why, and how to get it
Together   several meters read as one, where a device's work costs on both sides
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol


class Level(Enum):
    """How good the evidence is that a meter gives, best first."""

    JOULES = "measured-joules"
    CPU_SECONDS = "cpu-seconds"
    PROXY = "deterministic-proxy"


@dataclass(frozen=True)
class Reading:
    """What was spent between two marks, in the meter's unit; None with a reason where that is unknown."""

    amount: float | None
    reason: str = ""


@dataclass(frozen=True)
class Absent:
    """A meter that cannot be read here: why, and what the user can do about it."""

    name: str
    counts: str
    reason: str
    remedy: str


class Meter(Protocol):
    """A counter that is there.

    name            short and stable: it is written into the evidence
    counts          what it counts, in words
    unit            "J" or "cpu-s"
    level           how good its evidence is
    block_seconds   how long a block must last for the meter's update interval to fade
    shared          whether it also counts what other processes do
    margin          ratios within 1 / (1 + margin) and 1 + margin count as equivalent
    """

    name: str
    counts: str
    unit: str
    level: Level
    block_seconds: float
    shared: bool
    margin: float

    def mark(self) -> Any:
        """The state of the counter now."""
        ...

    def since(self, mark: Any) -> Reading:
        """What was spent since a mark."""
        ...


class Together:
    """Several joule meters as one: a reading is their sum, and missing as soon as one is."""

    unit = "J"
    level = Level.JOULES

    def __init__(self, meters: Sequence[Meter]) -> None:
        self.meters = tuple(meters)
        self.name = "+".join(meter.name for meter in meters)
        self.counts = " and ".join(meter.counts for meter in meters)
        self.block_seconds = max(meter.block_seconds for meter in meters)
        self.shared = any(meter.shared for meter in meters)
        self.margin = max(meter.margin for meter in meters)

    def mark(self) -> list[Any]:
        return [meter.mark() for meter in self.meters]

    def since(self, mark: list[Any]) -> Reading:
        total = 0.0
        for meter, start in zip(self.meters, mark, strict=True):
            reading = meter.since(start)
            if reading.amount is None:
                return Reading(None, f"{meter.name}: {reading.reason}")
            total += reading.amount
        return Reading(total)
