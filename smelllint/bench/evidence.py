"""Evidence: what was measured, in a file that can be judged later. Standard library only, quick to load.

    Evidence     one record: raw samples, machine, meter, agreement, and what follows from them
    summarise    the intervals, from the raw samples: the only place where they are made
    read, write  a JSON file, written whole or not at all, sealed against later change

A verdict is never stored. It follows from the interval and the margin whenever it is asked for; the interval
follows from the samples (`summarise`), and a seal over the record says that nothing was typed in afterwards.
Evidence belongs to a pair by hash: when smelly.py or lean.py changes, it is stale and counts for nothing.
What the linter reads of it is in `smelllint.proof`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from smelllint.bench.statistics import (
    Interval,
    Verdict,
    hodges_lehmann,
    interval,
    log_ratios,
    unsteady,
    verdict,
)
from smelllint.proof import local_folder, seal
from smelllint.write import write_whole

SCHEMA = 1
SELF_CHECK_MARGIN = 0.03  # lean against lean must lie within it
DOUBLE_TOLERANCE = 0.05  # twice the work must read as 2.0 within this share
MEMORY_MARGIN = 0.05
TELLS_NOTHING = 0.25  # half-width of an interval that is only shown as information
LEAST_MEMORY = 2 * 1024 * 1024  # below this, allocators and page sizes speak

Record = dict[str, Any]


class EvidenceError(Exception):
    """An evidence file cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Evidence:
    """One rule measured on one device; `record` is the file's content, `local` says it is the user's own."""

    record: Record
    local: bool = False

    @property
    def rule(self) -> str:
        return str(self.record["rule"])

    @property
    def device(self) -> str:
        return str(self.record["device"])

    @property
    def pair(self) -> str:
        """The hash of the two files that were measured."""
        return str(self.record["pair"])

    @property
    def taken(self) -> str:
        """The day, as YYYY-MM-DD."""
        return str(self.record["taken"])

    @property
    def effort(self) -> str:
        return str(self.record["effort"])

    @property
    def meter(self) -> str:
        return str(self.record["meter"]["name"])

    @property
    def unit(self) -> str:
        return str(self.record["meter"]["unit"])

    @property
    def level(self) -> str:
        """measured-joules, cpu-seconds or deterministic-proxy."""
        return str(self.record["meter"]["level"])

    @property
    def margin(self) -> float:
        return float(self.record["meter"]["margin"])

    @property
    def machine(self) -> str:
        """The hardware that did the work, in a few words."""
        libraries = self.record["libraries"]
        return str(libraries.get("gpu") or self.record["environment"]["cpu"])

    @property
    def agreement(self) -> Record:
        return dict(self.record["agreement"])

    @property
    def energy(self) -> Interval:
        """The ratio smelly / lean by the meter."""
        return Interval(**self.record["summary"]["energy"])

    @property
    def time(self) -> Interval:
        """The ratio smelly / lean by the clock on the wall."""
        return Interval(**self.record["summary"]["time"])

    @property
    def as_found(self) -> Interval | None:
        """The ratio in the environment as it was found: all threads, its own allocator. Information only.

        None where it was not measured, or too unsteadily to tell anything.
        """
        found = self.record["summary"].get("as_found")
        ratio = None if found is None else Interval(**found)
        return ratio if ratio is not None and ratio.half_width <= TELLS_NOTHING else None

    @property
    def curve(self) -> list[tuple[str, int, Interval]]:
        """The ratio at other sizes: a parameter of `prepare`, its value, the interval. Information only."""
        points = self.record["summary"].get("curve", [])
        return [(point["parameter"], point["value"], Interval(**point["interval"])) for point in points]

    @property
    def unsteady(self) -> bool:
        """Whether the ratio drifted while it was measured."""
        return bool(self.record["summary"]["unsteady"])

    @property
    def same(self) -> Interval:
        """Lean against lean, by the same design in the same run."""
        return Interval(**self.record["summary"]["same"])

    @property
    def double(self) -> Interval:
        """Twice the work against once, by the same design in the same run."""
        return Interval(**self.record["summary"]["double"])

    @property
    def faults(self) -> list[str]:
        """What the run found wrong with itself; empty when it is valid."""
        return self_check_faults(self.same, self.double)

    @property
    def valid(self) -> bool:
        return not self.faults

    @property
    def verdict(self) -> Verdict:
        """What the meter says of the mend; inconclusive when the run failed its own check."""
        return verdict(self.energy, self.margin) if self.valid else Verdict.INCONCLUSIVE

    @property
    def memory(self) -> Memory | None:
        """Peak memory of both arms; None where the system keeps no account of it."""
        return memory_of(self.record.get("memory"), self.device)

    @property
    def memory_verdict(self) -> Verdict:
        return Verdict.INCONCLUSIVE if self.memory is None else self.memory.verdict

    def seconds(self, arm: str) -> float:
        """Median seconds on the wall of one call of an arm ("smelly" or "lean")."""
        return self.middle(arm, "wall")

    def amount(self, arm: str) -> float:
        """Median amount by the meter, in its unit, of one call of an arm."""
        return self.middle(arm, "amount")

    def middle(self, arm: str, column: str) -> float:
        blocks = [process["blocks"][arm] for process in self.record["processes"]]
        return float(median(value for block in blocks for value in block[column]))

    def absolute(self, arm: str) -> Interval:
        """What one call of an arm costs by the meter, with its interval over processes."""
        blocks = [process["blocks"][arm]["amount"] for process in self.record["processes"]]
        return interval([[math.log(value) for value in amounts] for amounts in blocks])

    def ratios(self) -> list[list[float]]:
        """The log-ratios smelly / lean by process: what a picture shows."""
        return compared(self.record["processes"], "smelly", "lean", "amount")


@dataclass(frozen=True)
class Memory:
    """Peak bytes of each arm over what the imports took; several readings of each, smallest and largest."""

    smelly: tuple[int, int]
    lean: tuple[int, int]
    smelly_rise: int
    lean_rise: int

    @property
    def ratio(self) -> float:
        return sum(self.smelly) / max(1, sum(self.lean))

    @property
    def verdict(self) -> Verdict:
        """By the worst reading of one arm against the best of the other, both in share and in bytes."""
        if clearly_more(self.smelly[0], self.lean[1]):
            return Verdict.SAVES
        if clearly_more(self.lean[0], self.smelly[1]):
            return Verdict.COSTS
        apart = clearly_more(self.smelly[1], self.lean[0]) or clearly_more(self.lean[1], self.smelly[0])
        return Verdict.INCONCLUSIVE if apart else Verdict.EQUIVALENT


def clearly_more(more: int, less: int) -> bool:
    return more > less * (1 + MEMORY_MARGIN) and more - less >= LEAST_MEMORY


def memory_of(raw: Mapping[str, Any] | None, device: str) -> Memory | None:
    """The readings of the memory pass as peaks; on the host, what `prepare` made counts with it."""
    if raw is None:
        return None
    place = "host" if device == "cpu" else "device"
    rises = {arm: raw[arm][place] for arm in ("smelly", "lean")}
    held = {arm: max(0, raw[arm]["held"] or 0) if place == "host" else 0 for arm in rises}
    if any(value is None for values in rises.values() for value in values):
        return None
    peaks = {arm: [held[arm] + value for value in rises[arm]] for arm in rises}
    return Memory(
        smelly=(min(peaks["smelly"]), max(peaks["smelly"])),
        lean=(min(peaks["lean"]), max(peaks["lean"])),
        smelly_rise=int(median(rises["smelly"])),
        lean_rise=int(median(rises["lean"])),
    )


def self_check_faults(same: Interval, double: Interval) -> list[str]:
    """Why a run cannot be trusted: the same work looked different, or twice the work not like twice."""
    faults = []
    if verdict(same, SELF_CHECK_MARGIN) is not Verdict.EQUIVALENT:
        faults.append(f"lean against itself reads {same}, not 1 within {SELF_CHECK_MARGIN:.0%}")
    if abs(double.ratio / 2 - 1) > DOUBLE_TOLERANCE:
        faults.append(f"twice the work reads {double}, not 2 within {DOUBLE_TOLERANCE:.0%}")
    return faults


def compared(processes: Sequence[Record], one: str, other: str, column: str) -> list[list[float]]:
    """The log-ratios of two blocks by process."""
    return [log_ratios(p["blocks"][one][column], p["blocks"][other][column]) for p in processes]


def summarise(record: Mapping[str, Any]) -> Record:
    """Everything that follows from the raw samples of a record."""
    energy = compared(record["processes"], "smelly", "lean", "amount")
    checked = record["self_check"] or record["processes"]
    summary: Record = {
        "energy": vars(interval(energy)),
        "time": vars(interval(compared(record["processes"], "smelly", "lean", "wall"))),
        "same": vars(interval(compared(checked, "again", "lean", "amount"))),
        "double": vars(interval(compared(checked, "double", "lean", "amount"))),
        "unsteady": unsteady(energy),
        "process_ratios": [hodges_lehmann(values) for values in energy],
    }
    if record.get("as_found"):
        summary["as_found"] = vars(interval(compared(record["as_found"], "smelly", "lean", "amount")))
    summary["curve"] = [
        {**point_of(one), "interval": vars(interval(compared(one["processes"], "smelly", "lean", "amount")))}
        for one in record.get("curve", [])
    ]
    return summary


def point_of(sampled: Record) -> Record:
    """Where a part of the curve was measured: the parameter of `prepare` and its value."""
    return {"parameter": sampled["parameter"], "value": sampled["value"]}


def finish(record: Record) -> Evidence:
    """Evidence from a record of raw samples: summarised and sealed."""
    whole = {"schema": SCHEMA, **record}
    whole["summary"] = summarise(whole)
    whole = json.loads(json.dumps(whole))
    whole["seal"] = seal(whole)
    return Evidence(whole, local=True)


def read(path: Path, local: bool = False) -> Evidence:
    """The evidence in a file; EvidenceError when it is none, is of another schema, or was changed by hand."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path}: cannot be read as evidence: {error}") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise EvidenceError(f"{path}: is not evidence of schema {SCHEMA}: run `smelllint bench` again")
    if record.get("seal") != seal(record):
        raise EvidenceError(f"{path}: was changed after it was measured: run `smelllint bench` again")
    return Evidence(record, local)


def write(path: Path, evidence: Evidence) -> None:
    """Write the file whole or not at all."""
    text = json.dumps(evidence.record, indent=1)
    numbers_on_one_line = re.sub(r"\[\s+([-\d.e+,\s]+?)\s+\]", lambda found: joined(found[1]), text)
    write_whole(path, numbers_on_one_line + "\n")


def joined(numbers: str) -> str:
    return "[" + ", ".join(number.strip() for number in numbers.split(",")) + "]"


def local_path(rule: str, device: str) -> Path:
    return local_folder() / rule / f"{device}.json"


def shipped_path(folder: Path, device: str) -> Path:
    """Where the evidence of a rule's folder lies."""
    return folder / "evidence" / f"{device}.json"
