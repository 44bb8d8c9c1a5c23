"""What voids a pair of blocks, by rules fixed before anything was measured.

    Watch       looks at the machine around a pair and says why the pair is void, or nothing

Only the circumstances decide, never the value: the hypervisor took more than 5 % of the time, the machine
was suspended, or, under a meter that counts everybody's work, others used more than 20 % of it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

MOST_STEAL = 0.05
MOST_FOREIGN = 0.20
SUSPENDED_SECONDS = 1.0
FOREIGN_AT_START = 0.05

STAT = Path("/proc/stat")


@dataclass(frozen=True)
class Look:
    """The machine at one moment: seconds stolen and busy over all cores, and two clocks."""

    steal: float
    busy: float
    running: float  # stands still while the machine is suspended
    calendar: float


def look() -> Look:
    steal, busy = stolen_and_busy()
    return Look(steal, busy, time.monotonic(), time.time())


def stolen_and_busy() -> tuple[float, float]:
    """Seconds that the hypervisor took and that all cores were at work so far; 0 where not known."""
    try:
        fields = STAT.read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0, 0.0
    tick = os.sysconf("SC_CLK_TCK")
    user, nice, system, _, _, hard, soft, steal = (int(field) / tick for field in fields[:8])
    return steal, user + nice + system + hard + soft


def void_reason(before: Look, after: Look, own_seconds: float, shared: bool) -> str:
    """Why the pair between two looks does not count, or nothing.

    `own_seconds` are the CPU-seconds that the arms account for; `shared`: the meter counts others too.
    """
    seconds = after.running - before.running
    if after.calendar - before.calendar > seconds + SUSPENDED_SECONDS:
        return "suspended"
    capacity = seconds * (os.cpu_count() or 1)
    if after.steal - before.steal > MOST_STEAL * capacity:
        return "stolen"
    if shared and after.busy - before.busy - own_seconds > MOST_FOREIGN * capacity:
        return "foreign"
    return ""
