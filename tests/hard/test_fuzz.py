"""Whatever a program is mutated to: no crash, no hang, and all that fuzz.py says of it holds."""

from __future__ import annotations

import pytest

from tests.hard.fuzz import campaign
from tests.hard.mutants import KINDS, Mutants

INPUTS = 2_000
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_programs(part: int) -> None:
    size = INPUTS // PARTS
    found = campaign(Mutants(), range(part * size, (part + 1) * size))

    assert found["failures"] == []
    assert found["inputs"] == size
    assert len(found["kinds"]) == len(KINDS)
    assert size / 4 < found["python"] < size


def test_the_same_seed_makes_the_same_input() -> None:
    for seed in range(3 * len(KINDS)):
        assert Mutants().input(seed) == Mutants().input(seed)
