"""400 000 random ratings to train with and 100 000 to validate with."""

from pathlib import Path

import numpy

folder = Path("data_folder/my/LightGCN-training-folder")
folder.mkdir(parents=True)
chance = numpy.random.default_rng(0)
for part, count in {"train": 400_000, "valid": 100_000}.items():
    table = numpy.column_stack([chance.integers(90_000, size=(count, 2)), numpy.ones(count, int)])
    numpy.savetxt(
        folder / f"lightgcn_{part}_small.txt", table, "%d", header="userID itemID rating", comments=""
    )
