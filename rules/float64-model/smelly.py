"""Train a small classifier for a few steps."""

import torch
from torch import nn


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    inputs = torch.randn(512, 256, device=device).double()
    labels = torch.randint(0, 10, (512,), device=device)
    return inputs, labels


def work(inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 10)).to(inputs.device).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_of = nn.CrossEntropyLoss()
    for _ in range(10):
        optimizer.zero_grad()
        loss_of(model(inputs), labels).backward()
        optimizer.step()
    with torch.no_grad():
        return model(inputs)
