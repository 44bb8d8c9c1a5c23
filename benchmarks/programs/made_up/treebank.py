"""9000 random words out of 4000, ten a line."""

from pathlib import Path

import numpy

words = [f"word{number}" for number in numpy.random.default_rng(0).integers(0, 4000, 9000)]
Path("data").mkdir()
Path("data/train.txt").write_text("".join(" ".join(words[at : at + 10]) + "\n" for at in range(0, 9000, 10)))
