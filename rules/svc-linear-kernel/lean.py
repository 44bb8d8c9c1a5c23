"""Sort measurements into two kinds by a weighted sum of what was measured."""

import numpy
from sklearn.svm import LinearSVC

SIZES = {"samples": (1000, 3000, 6000)}


def prepare(device: str, samples: int = 3000) -> tuple[numpy.ndarray, numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    measurements = generator.normal(size=(samples, 20))
    weights = generator.normal(size=20)
    noise = generator.normal(scale=2.0, size=samples)
    return measurements, (measurements @ weights + noise > 0).astype(int)


def work(measurements: numpy.ndarray, kinds: numpy.ndarray) -> tuple[float, numpy.ndarray]:
    machine = LinearSVC(C=1.0)
    machine.fit(measurements[::2], kinds[::2])
    return machine.score(measurements[1::2], kinds[1::2]), machine.coef_


def quality(result: tuple[float, numpy.ndarray]) -> float:
    return float(result[0])
