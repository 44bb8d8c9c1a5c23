"""Train a small convolutional network on pictures that lie in files."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

SIZES = {"pictures": (64, 256, 1024)}


class Pictures(Dataset):
    def __init__(self, files: list[Path]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> torch.Tensor:
        picture = np.asarray(Image.open(self.files[index]).resize((64, 64)), dtype=np.float32)
        return torch.from_numpy(picture).permute(2, 0, 1) / 255


def prepare(device: str, pictures: int = 64) -> tuple[list[Path], str]:
    folder = Path(tempfile.mkdtemp())
    pixels = np.random.default_rng(0).integers(0, 256, (pictures, 128, 128, 3), dtype=np.uint8)
    files = [folder / f"{place}.png" for place in range(pictures)]
    for file, picture in zip(files, pixels, strict=True):
        Image.fromarray(picture).save(file)
    return files, device


def work(files: list[Path], device: str) -> torch.Tensor:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network.to(device)
    loader = DataLoader(Pictures(files), batch_size=32, pin_memory=torch.cuda.is_available())
    losses = []
    for epoch in range(2):
        for batch in loader:
            loss = network(batch.to(device)).square().mean()
            loss.backward()
            losses.append(loss.detach())
    return torch.stack(losses)
