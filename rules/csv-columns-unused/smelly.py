"""Compare the delays of carriers in a file of flights."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {"rows": (200, 2000, 20_000)}


def prepare(device: str, rows: int = 20_000) -> tuple[Path]:
    generator = np.random.default_rng(0)
    flights = pd.DataFrame(generator.normal(0, 30, (rows, 16)), columns=[f"sensor_{i}" for i in range(16)])
    flights["carrier"] = generator.choice(["north", "south", "west"], rows)
    flights["delay"] = generator.normal(10, 20, rows)
    path = Path(tempfile.mkdtemp()) / "flights.csv"
    flights.to_csv(path, index=False)
    return (path,)


def work(path: Path) -> np.ndarray:
    flights = pd.read_csv(path)
    flights = flights[["carrier", "delay"]]
    return flights.groupby("carrier")["delay"].mean().to_numpy()
