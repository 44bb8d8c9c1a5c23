"""What `smelllint bench` says: a line while it goes, then a table as text, Markdown or JSON.

text, markdown, as_json   the results of a run
verdict_words             a verdict in words that a reader cannot mistake
meters_text               what this machine has, what it lacks, and how to get it
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from smelllint.bench import sci
from smelllint.bench.evidence import Evidence, Memory
from smelllint.bench.meters import Absent, Level, Meter
from smelllint.bench.statistics import Interval, Verdict
from smelllint.proof import percent

MEBI = 1024 * 1024
COLUMNS = ("rule", "energy ratio", "verdict", "time ratio", "memory", "outputs", "meter")
UNIT_WORDS = {"cpu-s": "CPU-seconds", "J": "joules"}

Failure = tuple[str, str]


def verdict_words(evidence: Evidence) -> str:
    """The verdict with the saving, and a warning where the run is not to be trusted."""
    if not evidence.valid:
        return "invalid"
    words = verdict_text(evidence.energy, evidence.verdict)
    return words + (" (unsteady)" if evidence.unsteady else "")


def verdict_text(energy: Interval, verdict: Verdict) -> str:
    """A verdict with the number that goes with it."""
    match verdict:
        case Verdict.SAVES:
            return f"saves {percent(energy.saving)}%"
        case Verdict.COSTS:
            return f"costs {1 / energy.ratio - 1:.0%} more"
        case _:
            return str(verdict.value)


def memory_words(memory: Memory | None) -> str:
    if memory is None:
        return "not known"
    smelly, lean = (sum(readings) / 2 / MEBI for readings in (memory.smelly, memory.lean))
    return f"{memory.verdict.value}: {smelly:.0f} -> {lean:.0f} MiB"


def agreement_words(agreement: dict[str, Any]) -> str:
    match agreement["kind"]:
        case "close":
            return f"within {agreement['difference']:.0e}"
        case "quality":
            return f"quality {agreement['smelly_quality']:.4g} -> {agreement['lean_quality']:.4g}"
        case kind:
            return str(kind)


def row(evidence: Evidence) -> tuple[str, ...]:
    return (
        evidence.rule,
        str(evidence.energy),
        verdict_words(evidence),
        str(evidence.time),
        memory_words(evidence.memory),
        agreement_words(evidence.agreement),
        f"{evidence.meter} on {evidence.device}",
    )


def notes(results: Sequence[Evidence], carbon: sci.Inputs | None) -> list[str]:
    """What must be read with the table: how it was judged, what failed its check, carbon with its inputs."""
    said = []
    if results:
        first = results[0]
        unit = UNIT_WORDS[first.unit]
        said.append(
            f"Ratios are smelly / lean with a 95 % interval, in {unit} ({first.level}); "
            f"within {first.margin:.0%} counts as equivalent."
        )
        if first.unit == "cpu-s":
            said.append("No energy counter was read: CPU-seconds of the whole process tree stand for energy.")
    for evidence in results:
        said += [f"{evidence.rule}: INVALID: {fault}" for fault in evidence.faults]
        if evidence.as_found is not None:
            said.append(f"{evidence.rule}: with all threads and the default allocator {evidence.as_found}")
        if evidence.curve:
            said.append(f"{evidence.rule}: {curve_words(evidence)}")
        if carbon is not None:
            said.append(f"{evidence.rule}: {carbon_words(evidence, carbon)}")
    if results and carbon is not None:
        said.append(f"SCI = (E x I) + M per R: {carbon}")
        if results[0].unit == "cpu-s":
            said.append(f"E: {sci.POWER_MODEL}")
    return said


def curve_words(evidence: Evidence) -> str:
    """The ratio at other sizes, in one line."""
    return "; ".join(f"{parameter} {value}: {ratio}" for parameter, value, ratio in evidence.curve)


def carbon_words(evidence: Evidence, carbon: sci.Inputs) -> str:
    before, after = (carbon_score(evidence, arm, carbon) for arm in ("smelly", "lean"))
    return f"SCI {before} before, {after} after"


def carbon_score(evidence: Evidence, arm: str, carbon: sci.Inputs) -> sci.Score:
    """The score of one call of an arm, with the interval of its own amounts."""
    return sci.score(evidence.absolute(arm), evidence.unit, evidence.seconds(arm), carbon)


def text(results: Sequence[Evidence], failures: Sequence[Failure], carbon: sci.Inputs | None) -> str:
    """Columns for a terminal."""
    rows = [COLUMNS, *map(row, results)] if results else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    ]
    return "\n".join([*lines, "", *notes(results, carbon), *(f"{name}: {why}" for name, why in failures)])


def markdown(results: Sequence[Evidence], failures: Sequence[Failure], carbon: sci.Inputs | None) -> str:
    """The same as a Markdown table."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(row, results)] if results else []
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    said = [*notes(results, carbon), *(f"{name}: {why}" for name, why in failures)]
    return "\n".join([*lines, "", *(f"- {line}" for line in said)])


def as_json(results: Sequence[Evidence], failures: Sequence[Failure], carbon: sci.Inputs | None) -> str:
    """One object: results with the whole record, and failures."""
    return json.dumps(
        {
            "results": [one_as_json(evidence, carbon) for evidence in results],
            "failures": [{"rule": name, "message": why} for name, why in failures],
        },
        indent=1,
    )


def one_as_json(evidence: Evidence, carbon: sci.Inputs | None) -> dict[str, Any]:
    memory = evidence.memory
    said: dict[str, Any] = {
        "rule": evidence.rule,
        "device": evidence.device,
        "verdict": evidence.verdict.value,
        "memory_verdict": evidence.memory_verdict.value,
        "saving": evidence.energy.saving,
        "energy": vars(evidence.energy),
        "time": vars(evidence.time),
        "memory": None if memory is None else {"smelly": memory.smelly, "lean": memory.lean},
        "agreement": evidence.agreement,
        "level": evidence.level,
        "meter": evidence.meter,
        "faults": evidence.faults,
        "unsteady": evidence.unsteady,
        "record": evidence.record,
    }
    if carbon is not None:
        said["sci"] = {
            "inputs": vars(carbon),
            "power_model": sci.POWER_MODEL if evidence.unit == "cpu-s" else None,
            "before": vars(carbon_score(evidence, "smelly", carbon)),
            "after": vars(carbon_score(evidence, "lean", carbon)),
        }
    return said


FORMATS = {"text": text, "json": as_json, "markdown": markdown}


def meters_text(found: Sequence[Meter | Absent]) -> str:
    """One paragraph for each meter: there and what it gives, or missing, why, and how to get it."""
    lines = []
    for meter in found:
        if isinstance(meter, Absent):
            lines += [
                f"- {meter.name}: absent ({meter.counts})",
                f"    why: {meter.reason}",
                f"    how: {meter.remedy}",
            ]
        else:
            lines += [
                f"+ {meter.name}: {meter.counts}",
                f"    {level_words(meter.level)}; "
                f"blocks of {meter.block_seconds:g} s; margin {meter.margin:.0%}",
            ]
    return "\n".join(lines)


def level_words(level: Level) -> str:
    return {
        Level.JOULES: "measured joules",
        Level.CPU_SECONDS: "a ratio of CPU-seconds; joules only as an estimate",
        Level.PROXY: "a deterministic count, no evidence of joules",
    }[level]


def meters_json(found: Sequence[Meter | Absent]) -> str:
    said = [
        {
            "name": meter.name,
            "counts": meter.counts,
            "present": False,
            "reason": meter.reason,
            "remedy": meter.remedy,
        }
        if isinstance(meter, Absent)
        else {
            "name": meter.name,
            "counts": meter.counts,
            "present": True,
            "unit": meter.unit,
            "level": meter.level.value,
            "block_seconds": meter.block_seconds,
            "margin": meter.margin,
        }
        for meter in found
    ]
    return json.dumps(said, indent=1)
