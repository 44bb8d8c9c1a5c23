"""CPU energy from the RAPL counters under /sys/class/powercap: package and DRAM zones, in joules.

The counters cover the whole socket, everybody's work included, and wrap at `max_energy_range_uj`. Zones of
other kinds are never added: core and uncore lie inside the package, psys around it, and `intel-rapl-mmio`
repeats `intel-rapl`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from smelllint.bench.meters.interface import Absent, Level, Meter, Reading

ROOT = Path("/sys/class/powercap")
NAME = "rapl"
COUNTS = "CPU package and DRAM energy of the whole machine"
MOST_WATTS = 1500.0  # per zone; a reading above it is no energy but a counter that was set back
SHORTEST_SECONDS = 0.01  # ten updates of the counter
MICROJOULES = 1e6


@dataclass(frozen=True)
class Zone:
    """One counter: its kind (package or dram), its file, and the value after which it starts again, in µJ."""

    kind: str
    path: Path
    span: int

    def read(self) -> int:
        return int(self.path.read_text())


class Rapl:
    """The sum of the package and DRAM zones, in joules."""

    name = NAME
    counts = COUNTS
    unit = "J"
    level = Level.JOULES
    block_seconds = 1.0
    shared = True
    margin = 0.05

    def __init__(self, zones: list[Zone], clock: Callable[[], float] = time.perf_counter) -> None:
        self.zones = zones
        self.clock = clock

    def mark(self) -> tuple[float, list[int | str]]:
        return self.clock(), [self.look(zone) for zone in self.zones]

    def look(self, zone: Zone) -> int | str:
        """The counter, or why it cannot be read now."""
        try:
            return zone.read()
        except PermissionError:
            return f"the permission to read {zone.path} was lost"
        except (OSError, ValueError) as error:
            return f"{zone.path} cannot be read: {error}"

    def since(self, mark: tuple[float, list[int | str]]) -> Reading:
        began, before = mark
        seconds = self.clock() - began
        if seconds < SHORTEST_SECONDS:
            return Reading(None, f"{seconds * 1000:.1f} ms is shorter than the counter resolves (10 ms)")
        total = 0
        for zone, start in zip(self.zones, before, strict=True):
            spent = zone_spent(zone, start, self.look(zone), seconds)
            if isinstance(spent, str):
                return Reading(None, spent)
            total += spent
        return Reading(total / MICROJOULES)


def zone_spent(zone: Zone, start: int | str, end: int | str, seconds: float) -> int | str:
    """Microjoules between two looks at a zone, one wrap allowed for; or why they mean nothing."""
    if isinstance(start, str):
        return start
    if isinstance(end, str):
        return end
    if seconds * MOST_WATTS * MICROJOULES > 2 * zone.span:
        return f"{zone.path} may have wrapped more than once in {seconds:.0f} s"
    spent = (end - start) % (zone.span + 1)
    if spent == 0:
        return f"{zone.path} stood still for {seconds:.2f} s"
    if spent / MICROJOULES > MOST_WATTS * seconds:
        return f"{zone.path} ran backwards: the counter was set back"
    return spent


def find(root: Path = ROOT) -> Meter | Absent:
    """The meter, or why this machine has none."""
    if not root.is_dir():
        return Absent(
            NAME, COUNTS, f"there is no {root}", "RAPL needs Linux on real hardware; virtual machines hide it"
        )
    zones, denied = readable_zones(root)
    if zones:
        return Rapl(zones)
    if denied:
        return Absent(
            NAME,
            COUNTS,
            f"{denied} may be read by root only",
            f"grant it until the next start: sudo chmod -R a+r {root}/intel-rapl*/",
        )
    return Absent(
        NAME,
        COUNTS,
        f"{root} has no package or DRAM zone",
        "load the driver: sudo modprobe intel_rapl_msr (AMD: Linux 5.8 or newer)",
    )


def readable_zones(root: Path) -> tuple[list[Zone], Path | None]:
    """The zones to add up, each hardware domain once, and one that exists but may not be read."""
    zones: dict[tuple[str, str], Zone] = {}
    denied: Path | None = None
    # The memory-mapped copies of a zone come last: they are taken only where the zone itself is missing.
    for folder in [*sorted(root.glob("intel-rapl:*")), *sorted(root.glob("intel-rapl-mmio:*"))]:
        try:
            name = (folder / "name").read_text().strip()
            span = int((folder / "max_energy_range_uj").read_text())
            zone = Zone(name, folder / "energy_uj", span)
            if name != "dram" and not name.startswith("package"):
                continue
            zone.read()
        except PermissionError:
            denied = folder / "energy_uj"
            continue
        except (OSError, ValueError):
            continue
        zones.setdefault((name, folder.name.split(":")[1]), zone)
    return list(zones.values()), denied
