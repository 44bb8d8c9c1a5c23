"""What every test starts from: no evidence of this machine's user, and an empty cache."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from smelllint import proof

# How long an example takes tells of the machine, which may be busy.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A shell tells what runs in the background to ignore interrupts, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of a user who has measured nothing yet."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("SMELLLINT_DATA_DIR", str(folder))
    monkeypatch.setenv("SMELLLINT_CACHE_DIR", str(folder / "cache"))
    proof.forget()
    yield folder
    proof.forget()
