"""Train a small encoder against a slowly moving teacher for a few steps."""

import copy

import torch
from torch import nn
from torch.nn import functional as F


def encoder(width: int = 64, layers: int = 3) -> nn.Module:
    layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=256, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, num_layers=layers)


def prepare(device: str) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    model = encoder().to(device)
    views = torch.randn(24, 2, 4, 8, 64, device=device)
    return model, views


def work(model: nn.Module, views: torch.Tensor) -> torch.Tensor:
    student, teacher = copy.deepcopy(model), copy.deepcopy(model)
    optimizer = torch.optim.SGD(student.parameters(), lr=0.01)
    momentum = 0.99
    for one, other in views:
        with torch.no_grad():
            target = teacher(other)
        loss = F.mse_loss(student(one), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for param, average in zip(student.parameters(), teacher.parameters()):
            average.data = momentum * average.data + (1 - momentum) * param.data
    return torch.cat([weights.detach().flatten() for weights in teacher.parameters()])
