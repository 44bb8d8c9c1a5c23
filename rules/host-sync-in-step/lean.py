"""Train a small network for text for one epoch, and report the mean loss."""

import torch
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, vocabulary: int = 2000, width: int = 64, classes: int = 4) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.hidden = nn.Linear(width, 128)
        self.head = nn.Linear(128, classes)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(F.relu(self.hidden(self.embed(tokens).mean(dim=1))))


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    tokens = torch.randint(2000, (4096, 32))
    labels = torch.randint(4, (4096,))
    return tokens.to(device), labels.to(device)


def work(tokens: torch.Tensor, labels: torch.Tensor) -> tuple[str, torch.Tensor]:
    torch.manual_seed(0)
    model = Classifier().to(tokens.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    total_loss = 0.0
    for start in range(0, len(tokens), 32):
        logits = model(tokens[start : start + 32])
        loss = F.cross_entropy(logits, labels[start : start + 32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.detach()
    return f"mean loss {32 * total_loss / len(tokens):.3f}", model.head.weight
