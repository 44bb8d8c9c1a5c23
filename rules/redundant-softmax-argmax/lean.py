"""Label every pixel of a set of photographs with a small segmentation network."""

import torch
from torch import nn

SIZES = {"side": (64, 128, 256)}


def prepare(device: str, side: int = 128) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 16, kernel_size=3, stride=4, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 21, kernel_size=1),
        nn.Upsample(scale_factor=4, mode="bilinear"),
    )
    photographs = torch.randn(32, 3, side, side)
    return model.eval().to(device), photographs.to(device)


@torch.no_grad()
def work(model: nn.Module, photographs: torch.Tensor) -> torch.Tensor:
    labels = []
    for batch in photographs.split(8):
        labels.append(model(batch).argmax(dim=1))
    return torch.cat(labels)
