"""Group points around the centres that are nearest to them, over and over, as k-means does."""

import numpy as np
import torch

SIZES = {"count": (5_000, 20_000, 80_000)}


def prepare(device: str, count: int = 20_000) -> tuple[torch.Tensor, int]:
    torch.manual_seed(0)
    points = torch.randn(count, 16)
    return points.to(device), 64


@torch.no_grad()
def work(points: torch.Tensor, groups: int) -> torch.Tensor:
    centres = points[:groups].clone()
    for _ in range(10):
        distances = torch.cdist(points, centres)
        nearest = np.argmin(distances.cpu().numpy(), axis=1)
        members = torch.from_numpy(nearest).to(points.device)
        sums = torch.zeros_like(centres).index_add_(0, members, points)
        counts = torch.bincount(members, minlength=groups).clamp(min=1)
        centres = sums / counts.unsqueeze(1)
    return centres
