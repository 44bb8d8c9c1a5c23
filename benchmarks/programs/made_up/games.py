"""200 000 random video games, with the columns of the real table."""

from pathlib import Path

import numpy
import pandas

chance = numpy.random.default_rng(0)
count = 200_000
Path("datasets").mkdir()
sales = {
    f"{region}_Sales": chance.uniform(0, 40, count).round(2)
    for region in ("NA", "EU", "JP", "Other", "Global")
}
pandas.DataFrame({
    "Rank": range(1, count + 1), "Name": [f"Game {number}" for number in range(count)],
    "Platform": chance.choice(["Wii", "NES", "GB", "DS"], count), "Year": chance.integers(1980, 2017, count),
    "Genre": chance.choice(["Sports", "Puzzle", "Racing", "Action"], count), "Publisher": "Nintendo", **sales,
}).to_csv("datasets/vgsales.csv", index=False)  # fmt: skip
