"""Train a classifier of points once a day."""

import numpy
import schedule
from sklearn.linear_model import LogisticRegression

# What a kilowatt-hour is expected to weigh, in grams, by when it is taken.
FORECAST = {"01:00": 310, "05:00": 270, "13:00": 120, "19:00": 420}


def train(results: list[numpy.ndarray], points: numpy.ndarray, labels: numpy.ndarray) -> None:
    model = LogisticRegression(max_iter=500).fit(points, labels)
    results.append(model.coef_)


def prepare(device: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    rng = numpy.random.default_rng(0)
    points = rng.normal(size=(4000, 30))
    return points, (points[:, :5].sum(axis=1) + rng.normal(size=4000) > 0).astype(int)


def work(points: numpy.ndarray, labels: numpy.ndarray) -> numpy.ndarray:
    results: list[numpy.ndarray] = []
    schedule.every().day.at(min(FORECAST, key=FORECAST.__getitem__)).do(train, results, points, labels)
    schedule.run_all()
    schedule.clear()
    return results[0]
