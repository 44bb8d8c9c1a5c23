"""Tell two kinds of measurements apart with a support vector machine."""

import numpy
from sklearn.svm import SVC

SIZES = {"samples": (400, 1000, 2500)}


def prepare(device: str, samples: int = 1000) -> tuple[numpy.ndarray, numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    measurements = generator.normal(size=(samples, 20))
    noise = generator.normal(scale=0.5, size=samples)
    kinds = (measurements[:, 0] * measurements[:, 1] + measurements[:, 2] + noise > 0).astype(int)
    return measurements, kinds


def work(measurements: numpy.ndarray, kinds: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    machine = SVC(C=2.0)
    machine.fit(measurements, kinds)
    return machine.predict(measurements), machine.decision_function(measurements)
