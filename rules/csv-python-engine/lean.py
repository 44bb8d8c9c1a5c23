"""Add up the columns of a file of measurements that semicolons part."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {"rows": (100, 1000, 10_000)}


def prepare(device: str, rows: int = 10_000) -> tuple[Path]:
    generator = np.random.default_rng(0)
    columns = [f"sensor_{i}" for i in range(8)]
    measurements = pd.DataFrame(generator.integers(0, 10_000, (rows, 8)), columns=columns)
    path = Path(tempfile.mkdtemp()) / "measurements.csv"
    measurements.to_csv(path, sep=";", index=False)
    return (path,)


def work(path: Path) -> np.ndarray:
    measurements = pd.read_csv(path, sep=";")
    return measurements.sum().to_numpy()
