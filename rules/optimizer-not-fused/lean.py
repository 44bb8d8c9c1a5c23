"""Train a small recommender for one epoch."""

import torch
from torch import nn
from torch.nn import functional as F


class Recommender(nn.Module):
    def __init__(self, users: int = 4000, items: int = 2000, width: int = 32) -> None:
        super().__init__()
        self.users = nn.Embedding(users, width)
        self.items = nn.Embedding(items, width)
        self.rate = nn.Sequential(nn.Linear(2 * width, 128), nn.ReLU(), nn.Linear(128, 1))

    def forward(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        return self.rate(torch.cat([self.users(users), self.items(items)], dim=1)).squeeze(1)


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    users = torch.randint(4000, (16_384,), device=device)
    items = torch.randint(2000, (16_384,), device=device)
    ratings = torch.rand(16_384, device=device)
    return users, items, ratings


def work(users: torch.Tensor, items: torch.Tensor, ratings: torch.Tensor) -> float:
    torch.manual_seed(0)
    model = Recommender().to(users.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    batches = zip(users.split(256), items.split(256), ratings.split(256))
    total = 0.0
    for user, item, rating in batches:
        loss = F.mse_loss(model(user, item), rating)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total
