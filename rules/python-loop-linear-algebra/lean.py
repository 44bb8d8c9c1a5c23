"""Compare all pairs of documents by the products of their vectors."""

import numpy as np

SIZES = {"documents": (10, 50, 200)}


def prepare(device: str, documents: int = 200) -> tuple[np.ndarray]:
    generator = np.random.default_rng(0)
    return (generator.standard_normal((documents, 64)),)


def work(vectors: np.ndarray) -> np.ndarray:
    return vectors @ vectors.T
