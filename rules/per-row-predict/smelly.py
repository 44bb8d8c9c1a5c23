"""Classify a test set with a random forest."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier

SIZES = {"rows": (1, 10, 100, 300)}


def prepare(device: str, rows: int = 100) -> tuple[RandomForestClassifier, np.ndarray]:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(1000, 16))
    labels = (features[:, 0] * features[:, 1] > 0).astype(int)
    model = RandomForestClassifier(n_estimators=50, random_state=0)
    model.fit(features, labels)
    return model, generator.normal(size=(rows, 16))


def work(model: RandomForestClassifier, samples: np.ndarray) -> np.ndarray:
    predictions = []
    for sample in samples:
        predictions.append(model.predict([sample])[0])
    return np.array(predictions)
