"""The memory of a process that works on one item after the other.

    trim()    give back to the system what is free, where that is much

What LibCST's parser frees stays with the C library: half a kilobyte for each byte of a file, between which
Python puts what lives on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

SLACK = 48 << 20  # bytes that may lie free: they are quick to be used again

_least = 64 << 20  # bytes that this process cannot do without, as far as it is known


def trim() -> None:
    """Give free memory back to the system, where this process has grown by more than a slack."""
    global _least
    now = resident()
    _least = min(_least, now)
    if now - _least > SLACK:
        give_back()(0)
        _least = resident()


def resident() -> int:
    """The bytes of memory that this process takes; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb", buffering=0) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@cache
def give_back() -> Callable[[int], object]:
    """What makes the C library give back what is free, where it can."""
    import ctypes  # takes its time, and is needed only by who has grown

    return getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)
