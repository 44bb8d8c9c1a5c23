"""Train a small classifier of feature vectors for a few epochs and score it."""

import torch
from torch import nn
from torch.nn import functional as F

SIZES = {"width": (128, 256, 512)}


class Classifier(nn.Module):
    def __init__(self, width: int, classes: int = 10) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(F.relu(self.hidden(x))))


def prepare(device: str, width: int = 256) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    labels = torch.randint(10, (1024,))
    centres = torch.randn(10, width)
    features = centres[labels] + torch.randn(1024, width)
    return features.to(device), labels.to(device)


def work(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    model = Classifier(features.shape[1]).to(features.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        for batch, target in zip(features.split(32), labels.split(32)):
            loss = F.cross_entropy(model(batch), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return model(features).argmax(dim=1), labels


def quality(result: tuple[torch.Tensor, torch.Tensor]) -> float:
    predicted, labels = result
    return (predicted == labels).float().mean().item()
