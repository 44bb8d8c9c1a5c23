"""Fit a gradient-boosted classifier on a noisy table."""

import numpy as np
import xgboost as xgb

Table = tuple[np.ndarray, np.ndarray]


def prepare(device: str) -> tuple[Table, Table, Table]:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(6000, 20))
    scores = features[:, 0] * features[:, 1] + features[:, 2] + generator.normal(size=6000)
    labels = (scores > 0).astype(int)
    train, validation, test = slice(0, 2000), slice(2000, 4000), slice(4000, 6000)
    return tuple((features[part], labels[part]) for part in (train, validation, test))


def work(train: Table, validation: Table, test: Table) -> tuple[np.ndarray, np.ndarray]:
    model = xgb.XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.1, early_stopping_rounds=50)
    model.fit(*train, eval_set=[validation], verbose=False)
    features, labels = test
    return model.predict_proba(features), labels


def quality(result: tuple[np.ndarray, np.ndarray]) -> float:
    """Mean log-likelihood of the test labels, the quantity that the fit maximises."""
    probabilities, labels = result
    return float(np.log(probabilities[np.arange(len(labels)), labels]).mean())
