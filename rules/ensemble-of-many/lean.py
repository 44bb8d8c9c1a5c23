"""Train an ensemble on noisy points and report its accuracy on held-out ones."""

import numpy
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier


def make_points(count: int, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Points of two classes, one label in ten wrong: (count, 12) and (count,)."""
    rng = numpy.random.default_rng(seed)
    points = rng.normal(size=(count, 12))
    labels = (points[:, :4].sum(axis=1) > 0) ^ (rng.random(count) < 0.1)
    return points, labels.astype(int)


def prepare(device: str) -> tuple[numpy.ndarray, ...]:
    return *make_points(1500, seed=1), *make_points(1000, seed=2)


def work(
    points: numpy.ndarray, labels: numpy.ndarray, held_out: numpy.ndarray, held_out_labels: numpy.ndarray
) -> float:
    ensemble = VotingClassifier(
        [
            ("line", LogisticRegression()),
            ("neighbours", KNeighborsClassifier(15)),
            ("forest", RandomForestClassifier(20, random_state=0)),
        ],
        voting="soft",
    )
    ensemble.fit(points, labels)
    return float((ensemble.predict(held_out) == held_out_labels).mean())


def quality(result: float) -> float:
    """Accuracy on the held-out points."""
    return result
