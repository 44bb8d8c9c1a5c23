"""Score feature vectors on the CPU with a multilayer perceptron."""

import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(512, 1024),
            nn.ReLU(),
            nn.Linear(1024, 1024),
            nn.ReLU(),
            nn.Linear(1024, 16),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.layers(features)


def prepare(device: str) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    model = Scorer().to("cpu")
    model.eval()
    model = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    features = torch.randn(16, 64, 512)
    return model, features


def work(model: nn.Module, features: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.stack([model(batch).softmax(dim=-1) for batch in features])
