"""Look up the mean price of each district in a file of house sales."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {"rows": (100, 1000, 10_000)}
DISTRICTS = 20


def prepare(device: str, rows: int = 10_000) -> tuple[Path, list[int]]:
    generator = np.random.default_rng(0)
    sales = pd.DataFrame(generator.integers(0, 1000, (rows, 6)), columns=list("abcdef"))
    sales["district"] = generator.integers(0, DISTRICTS, rows)
    sales["price"] = generator.uniform(1e5, 1e6, rows)
    path = Path(tempfile.mkdtemp()) / "sales.csv"
    sales.to_csv(path, index=False)
    return path, list(range(DISTRICTS))


def work(path: Path, districts: list[int]) -> list[float]:
    prices = []
    sales = pd.read_csv(path)
    for district in districts:
        prices.append(sales[sales["district"] == district]["price"].mean())
    return prices
