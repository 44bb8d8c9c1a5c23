"""Score batches of transactions with a stored random forest."""

import tempfile

import joblib
import numpy
from sklearn.ensemble import RandomForestClassifier


def prepare(device: str) -> tuple[tempfile.TemporaryDirectory, list[numpy.ndarray]]:
    generator = numpy.random.default_rng(0)
    features = generator.normal(size=(500, 16))
    labels = features[:, 0] + features[:, 1] ** 2 > 1
    forest = RandomForestClassifier(n_estimators=50, random_state=0).fit(features, labels)
    store = tempfile.TemporaryDirectory()
    joblib.dump(forest, f"{store.name}/forest.joblib")
    batches = [generator.normal(size=(256, 16)) for _ in range(8)]
    return store, batches


def work(store: tempfile.TemporaryDirectory, batches: list[numpy.ndarray]) -> numpy.ndarray:
    scores = []
    for batch in batches:
        forest = joblib.load(f"{store.name}/forest.joblib")
        scores.append(forest.predict_proba(batch)[:, 1])
    return numpy.concatenate(scores)
