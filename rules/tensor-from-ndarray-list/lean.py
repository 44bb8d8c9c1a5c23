"""Score the observations of a replay memory with a value network."""

import numpy as np
import torch
from torch import nn

SIZES = {"batch": (32, 128, 512)}


def prepare(device: str, batch: int = 128) -> tuple[nn.Module, list[np.ndarray], int]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1)).to(device)
    rng = np.random.default_rng(0)
    memory = [rng.integers(0, 256, 128, dtype=np.uint8) for _ in range(4096)]
    return network, memory, batch


def work(network: nn.Module, memory: list[np.ndarray], batch: int) -> torch.Tensor:
    device = next(network.parameters()).device
    values = []
    with torch.no_grad():
        for start in range(0, len(memory), batch):
            states = [np.asarray(frame) / 255 for frame in memory[start : start + batch]]
            observed = torch.tensor(np.array(states), dtype=torch.float32).to(device)
            values.append(network(observed))
    return torch.cat(values)
