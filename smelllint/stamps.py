"""Stamps: whether a file is as it was, without reading it.

stamp_of(path)     what the system says of a file that changes whenever its bytes do; None where it may not
digest_of(data)    what stands for bytes where stamps do not
"""

from __future__ import annotations

import hashlib
import os
import time

AT_REST = 2.0  # seconds: clocks of file systems are that coarse, and two changes in a tick look like one

Stamp = list[int]


def stamp_of(path: str) -> Stamp | None:
    """The times, size and number of a file; None where there is none, and where it changed just now, or, by
    its clock, in the future."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    if time.time_ns() - last < AT_REST * 1e9:
        return None
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
