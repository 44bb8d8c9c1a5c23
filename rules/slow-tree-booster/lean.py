"""Predict a number from measurements with boosted trees."""

import numpy
from xgboost import XGBRegressor

SIZES = {"samples": (4000, 15000, 40000)}


def prepare(device: str, samples: int = 15000) -> tuple[numpy.ndarray, numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    measurements = generator.uniform(-2, 2, size=(samples, 20))
    noise = generator.normal(scale=0.3, size=samples)
    return measurements, numpy.sin(measurements[:, 0]) + measurements[:, 1] * measurements[:, 2] + noise


def work(measurements: numpy.ndarray, numbers: numpy.ndarray) -> float:
    model = XGBRegressor(n_estimators=50, max_depth=5, tree_method="hist", n_jobs=1)
    model.fit(measurements[::2], numbers[::2])
    return model.score(measurements[1::2], numbers[1::2])


def quality(result: float) -> float:
    return float(result)
