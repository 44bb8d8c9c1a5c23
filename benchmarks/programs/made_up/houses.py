"""20 000 houses in 2500 places, with the columns of the real table."""

import numpy
import pandas

chance = numpy.random.default_rng(0)
count = 20_000
rooms = chance.integers(1, 6, count)
size = (rooms * chance.uniform(350, 700, count)).round()
pandas.DataFrame({
    "area_type": chance.choice(["Super built-up Area", "Plot Area"], count),
    "availability": "Ready To Move",
    "location": [f"Place {number}" for number in chance.integers(2500, size=count)],
    "size": [f"{number} BHK" for number in rooms],
    "society": "None",
    "total_sqft": [f"{feet} - {feet + 100}" if feet % 50 == 0 else f"{feet}" for feet in size],
    "bath": rooms,
    "balcony": 1,
    "price": (size * chance.uniform(0.04, 0.09, count)).round(2),
}).to_csv("bengaluru_house_prices.csv", index=False)  # fmt: skip
