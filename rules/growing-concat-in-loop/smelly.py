"""Collect the embeddings of a data set."""

import torch
from torch import nn

SIZES = {"batches": (25, 100, 400, 1600)}


def prepare(device: str, batches: int = 400) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 256)).to(device)
    features = torch.randn(batches, 16, 32, device=device)
    return encoder.eval(), features.unbind()


def work(encoder: nn.Module, batches: tuple[torch.Tensor, ...]) -> torch.Tensor:
    embeddings = torch.empty(0, 256, device=batches[0].device)
    with torch.no_grad():
        for batch in batches:
            embeddings = torch.cat([embeddings, encoder(batch)])
    return embeddings
