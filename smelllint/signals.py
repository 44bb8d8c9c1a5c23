"""Signals that have to wait a moment.

held_back(name)    let a signal wait while something is done that it would spoil
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back(name: str) -> Iterator[None]:
    """Let a signal (`SIGINT`) wait, as far as this thread and those that it starts are concerned; nothing
    where the system knows no such thing."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {getattr(signal, name)})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
