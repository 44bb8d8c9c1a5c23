"""What every test starts from: no evidence of this machine's user, and an empty cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smelllint import proof


@pytest.fixture(autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of a user who has measured nothing yet."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("SMELLLINT_DATA_DIR", str(folder))
    monkeypatch.setenv("SMELLLINT_CACHE_DIR", str(folder / "cache"))
    proof.forget()
    yield folder
    proof.forget()
