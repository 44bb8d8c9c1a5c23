"""Fit a ridge regression for several strengths of the penalty."""

import numpy as np

SIZES = {"rows": (200, 600, 2000)}


def prepare(device: str, rows: int = 2000) -> tuple[np.ndarray, np.ndarray, list[float]]:
    generator = np.random.default_rng(0)
    features = generator.standard_normal((rows, 300))
    targets = features @ generator.standard_normal(300) + generator.standard_normal(rows)
    return features, targets, [0.1, 0.3, 1.0, 3.0, 10.0]


def work(features: np.ndarray, targets: np.ndarray, penalties: list[float]) -> list[np.ndarray]:
    weights = []
    for penalty in penalties:
        ridge = penalty * np.eye(features.shape[1])
        weights.append(np.linalg.solve(features.T @ features + ridge, features.T @ targets))
    return weights
