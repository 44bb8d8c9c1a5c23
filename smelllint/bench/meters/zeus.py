"""Energy through zeus, where it is installed: AMD GPUs, Apple silicon, Jetson, RAPL through its daemon.

An optional back end: it brings thirty packages. Its approximation of short windows is never switched on, and
its zero for a window that was too short is a missing reading here.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from typing import Any

from smelllint.bench.meters.interface import Absent, Level, Meter, Reading

NAME = "zeus"
COUNTS = "energy of GPU, CPU or SoC as zeus reads it"


class Zeus:
    """All devices that a zeus monitor sees, in joules."""

    name = NAME
    counts = COUNTS
    unit = "J"
    level = Level.JOULES
    block_seconds = 5.0
    shared = True
    margin = 0.05

    def __init__(self, monitor: Any) -> None:
        self.monitor = monitor
        self.names = (f"smelllint-{number}" for number in itertools.count())

    def mark(self) -> str:
        window = next(self.names)
        self.monitor.begin_window(window, sync_execution=False)
        return window

    def since(self, mark: str) -> Reading:
        try:
            measured = self.monitor.end_window(mark, sync_execution=False)
        except Exception as error:  # zeus passes on whatever its many back ends raise
            return Reading(None, f"zeus no longer answers: {error}")
        joules = joules_of(measured)
        if joules <= 0:
            return Reading(None, f"zeus read no energy in {measured.time:.2f} s: the window was too short")
        return Reading(joules)


def joules_of(measured: Any) -> float:
    """The sum over the devices of a zeus measurement; on an SoC the parts of one chip."""
    soc = getattr(measured, "soc_energy", None)
    if soc is not None:
        parts = ("cpu_total_mj", "gpu_mj", "dram_mj", "ane_mj")
        return sum(getattr(soc, part, None) or 0 for part in parts) / 1000
    tables = (measured.gpu_energy, measured.cpu_energy, measured.dram_energy)
    return float(sum(sum((table or {}).values()) for table in tables))


def find(load: Callable[[], Any] | None = None) -> Meter | Absent:
    """The meter, or why there is none."""
    try:
        module = (load or load_zeus)()
    except ModuleNotFoundError:
        return Absent(NAME, COUNTS, "zeus is not installed", "pip install zeus")
    try:
        monitor = module.ZeusMonitor(approx_instant_energy=False)
    except Exception as error:  # zeus passes on whatever its many back ends raise
        return Absent(NAME, COUNTS, f"zeus sees no device ({error})", "see `python -m zeus.show_env`")
    if not (monitor.gpu_indices or monitor.cpu_indices or monitor.soc_is_present):
        return Absent(NAME, COUNTS, "zeus sees no device that counts energy", "see `python -m zeus.show_env`")
    return Zeus(monitor)


def load_zeus() -> Any:
    return importlib.import_module("zeus.monitor")
