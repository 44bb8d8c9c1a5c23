"""GPU energy from NVML's counter (NVIDIA, Volta and newer), in joules.

The counter steps about every 100 ms, so a block lasts seconds and a window below half a second says nothing.
Power times time is never used in its place: on recent cards the sensor sees a quarter of the time.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from typing import Any

from smelllint.bench.meters.interface import Absent, Level, Meter, Reading

NAME = "nvml"
COUNTS = "energy of the NVIDIA GPU"
MILLIJOULES = 1000.0
SHORTEST_SECONDS = 0.5  # five updates of the counter


class Nvml:
    """The energy counter of one GPU, in joules."""

    name = NAME
    counts = COUNTS
    unit = "J"
    level = Level.JOULES
    block_seconds = 5.0
    shared = True
    margin = 0.05

    def __init__(self, nvml: Any, handle: Any, clock: Callable[[], float] = time.perf_counter) -> None:
        self.nvml = nvml
        self.handle = handle
        self.clock = clock

    def mark(self) -> tuple[float, int | str]:
        return self.clock(), self.look()

    def look(self) -> int | str:
        """Millijoules since the driver was loaded, or why they cannot be read now."""
        try:
            return int(self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle))
        except self.nvml.NVMLError as error:
            return f"NVML no longer answers: {error}"

    def since(self, mark: tuple[float, int | str]) -> Reading:
        began, start = mark
        seconds, end = self.clock() - began, self.look()
        if isinstance(start, str):
            return Reading(None, start)
        if isinstance(end, str):
            return Reading(None, end)
        if seconds < SHORTEST_SECONDS:
            return Reading(
                None, f"{seconds:.2f} s is shorter than the counter resolves ({SHORTEST_SECONDS} s)"
            )
        if end < start:
            return Reading(None, "the GPU's energy counter ran backwards: the driver was loaded anew")
        if end == start:
            return Reading(None, f"the GPU's energy counter stood still for {seconds:.1f} s")
        return Reading((end - start) / MILLIJOULES)


def find(load: Callable[[], Any] | None = None) -> Meter | Absent:
    """The meter of the first visible GPU, or why there is none."""
    try:
        nvml = (load or load_nvml)()
    except ModuleNotFoundError:
        return Absent(NAME, COUNTS, "nvidia-ml-py is not installed", "pip install 'smelllint[bench]'")
    try:
        nvml.nvmlInit()
        handle = visible_device(nvml, os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    except nvml.NVMLError as error:
        return Absent(
            NAME, COUNTS, f"no NVIDIA GPU answers ({error})", "it needs an NVIDIA GPU and its driver"
        )
    try:
        nvml.nvmlDeviceGetTotalEnergyConsumption(handle)
    except nvml.NVMLError as error:
        return Absent(
            NAME, COUNTS, f"this GPU has no energy counter ({error})", "it takes a Volta card or a newer one"
        )
    return Nvml(nvml, handle)


def load_nvml() -> Any:
    return importlib.import_module("pynvml")


def visible_device(nvml: Any, visible: str) -> Any:
    """The handle of the GPU that the workload will call number 0."""
    first = visible.split(",")[0].strip()
    if first.startswith(("GPU-", "MIG-")):
        return nvml.nvmlDeviceGetHandleByUUID(first)
    return nvml.nvmlDeviceGetHandleByIndex(int(first) if first.isdigit() else 0)
