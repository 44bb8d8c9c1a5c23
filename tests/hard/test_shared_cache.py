"""Many processes on one cache, whatever happens meanwhile: each says what is so. See cache.py."""

from __future__ import annotations

from tests.hard.cache import rounds


def test_rounds_of_processes_on_one_cache() -> None:
    found = rounds(5, processes=4, seed=2)

    assert found["wrong"] == []
    assert found["left"] == []
    assert found["runs"] == 20
    assert found["recalled"] > found["asked"] / 10
    assert sum(found["spoilt"].values()) > 0
    assert sum(found["changes"].values()) > 5
