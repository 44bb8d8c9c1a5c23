"""Find the documents nearest to each query by the products of their vectors."""

import numpy as np

SIZES = {"documents": (100, 1000, 10_000, 100_000)}


def prepare(device: str, documents: int = 100_000) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((documents, 16), dtype=np.float32)
    queries = generator.standard_normal((16, 16), dtype=np.float32)
    return vectors, queries


def work(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    nearest = []
    for query in queries:
        scores = vectors @ query
        best = np.argsort(scores)[-10:][::-1]
        nearest.append(best)
    return np.stack(nearest)
