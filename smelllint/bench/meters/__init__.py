"""What this machine can measure with, best first, and the choice for a device.

    nvml           GPU energy counter         joules
    rapl           CPU package and DRAM       joules
    zeus           AMD, Apple, Jetson         joules, optional
    cpu-seconds    the process tree           the fallback that is always there

A meter that is missing is an object too (`Absent`), with its reason and its remedy.
"""

from __future__ import annotations

from collections.abc import Callable

from smelllint.bench.meters import nvml, rapl, zeus
from smelllint.bench.meters.cpu_seconds import CpuSeconds
from smelllint.bench.meters.interface import Absent, Level, Meter, Reading, Together

__all__ = ["Absent", "CpuSeconds", "Level", "Meter", "Reading", "Together", "by_name", "choose", "survey"]


def survey() -> list[Meter | Absent]:
    """Every meter that is known, present or absent."""
    return [nvml.find(), rapl.find(), zeus.find(), CpuSeconds()]


def choose(device: str, found: list[Meter | Absent]) -> Meter | Absent:
    """The best meter for work on a device ("cpu", "cuda" or "mps"); Absent where none can see it.

    On a GPU the host works too, so its package energy is added where it can be read. CPU-seconds see nothing
    of a GPU: they are never its meter.
    """
    present = {meter.name: meter for meter in found if not isinstance(meter, Absent)}
    if device == "cpu":
        return present.get("rapl") or present["cpu-seconds"]
    if device == "cuda" and "nvml" in present:
        host = [present["rapl"]] if "rapl" in present else []
        return Together([present["nvml"], *host]) if host else present["nvml"]
    if "zeus" in present:
        return present["zeus"]
    wanted = {"cuda": ("nvml", "zeus")}.get(device, ("zeus",))
    missing = [meter for meter in found if isinstance(meter, Absent) and meter.name in wanted]
    reasons = "; ".join(f"{meter.name}: {meter.reason}" for meter in missing)
    remedies = " or ".join(meter.remedy for meter in missing)
    return Absent(device, f"energy on {device}", f"no meter sees {device} ({reasons})", remedies)


def by_name(name: str) -> Meter | Absent:
    """The meter that `choose` named, found anew in a worker process; parts are joined by "+"."""
    finders: dict[str, Callable[[], Meter | Absent]] = {
        "nvml": nvml.find,
        "rapl": rapl.find,
        "zeus": zeus.find,
        "cpu-seconds": CpuSeconds,
    }
    parts: list[Meter] = []
    for part in name.split("+"):
        meter = finders[part]()
        if isinstance(meter, Absent):
            return meter
        parts.append(meter)
    return parts[0] if len(parts) == 1 else Together(parts)
