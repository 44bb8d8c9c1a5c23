"""Go through a data set of measurements that lie in one file."""

import tempfile
from pathlib import Path

import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset

SIZES = {"rows": (50, 200, 800)}


class Measurements(Dataset):
    def __init__(self, path: Path, rows: int) -> None:
        self.table = pd.read_csv(path)
        self.rows = rows

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.tensor(self.table.iloc[index].to_list())


def prepare(device: str, rows: int = 200) -> tuple[Path, int, str]:
    path = Path(tempfile.mkdtemp()) / "measurements.csv"
    numbers = torch.rand(rows, 8, generator=torch.Generator().manual_seed(0))
    pd.DataFrame(numbers.numpy()).to_csv(path, index=False)
    return path, rows, device


def work(path: Path, rows: int, device: str) -> torch.Tensor:
    loader = DataLoader(Measurements(path, rows), batch_size=32)
    return torch.cat([batch.to(device).log1p() for batch in loader])
