"""How much memory a call needs at its highest, on the host and on the device.

On Linux the kernel keeps the high-water mark of the resident set (`VmHWM`) and lets a process reset it. The
memory pass runs with an allocator that returns every large block at once, so the mark follows live bytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
RESET = Path("/proc/self/clear_refs")
RESET_HIGH_WATER_MARK = "5"


def peaks(call: Callable[[], Any], device: str) -> tuple[int | None, int | None]:
    """Peak bytes of a call: on the host over what was there before, on the device in all; None: not known."""
    gc.collect()
    return_free_memory()
    resettable = reset_high_water_mark()
    before = status_bytes("VmRSS")
    reset_device_mark(device)
    call()
    peak = status_bytes("VmHWM")
    host = peak - before if resettable and peak is not None and before is not None else None
    return host, device_mark(device)


def resident() -> int | None:
    """Bytes resident now, with free memory given back first."""
    gc.collect()
    return_free_memory()
    return status_bytes("VmRSS")


def return_free_memory() -> None:
    """Have glibc give back what is free; other allocators keep it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def reset_high_water_mark() -> bool:
    try:
        RESET.write_text(RESET_HIGH_WATER_MARK)
    except OSError:
        return False
    return True


def status_bytes(field: str) -> int | None:
    """A field of the kernel's account of this process, in bytes; None where there is no such account."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return None


def reset_device_mark(device: str) -> None:
    if device == "cuda":
        sys.modules["torch"].cuda.reset_peak_memory_stats()


def device_mark(device: str) -> int | None:
    """The most bytes that were allocated on the device since the mark was reset; None where nobody counts."""
    return int(sys.modules["torch"].cuda.max_memory_allocated()) if device == "cuda" else None
