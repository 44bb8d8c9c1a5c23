"""17 000 random hours of a bicycle rental, with the columns of the real table."""

import numpy
import pandas

chance = numpy.random.default_rng(0)
days = pandas.date_range("2011-01-01", periods=17_000, freq="h")
count = len(days)
season, temperature = days.month % 12 // 3 + 1, chance.uniform(0, 1, count)
pandas.DataFrame({
    "instant": range(1, count + 1), "dteday": days.strftime("%Y-%m-%d"), "season": season,
    "yr": days.year - 2011, "mnth": days.month, "hr": days.hour, "holiday": chance.integers(2, size=count),
    "weekday": days.day_of_week, "workingday": (days.day_of_week < 5).astype(int),
    "weathersit": chance.integers(1, 5, count), "temp": temperature, "atemp": temperature,
    "hum": chance.uniform(0, 1, count), "windspeed": chance.uniform(0, 1, count), "casual": 1,
    "registered": 1,
    "cnt": (200 * temperature + 5 * days.hour + chance.normal(0, 30, count)).round(),
}).to_csv("hour.csv", index=False)  # fmt: skip
