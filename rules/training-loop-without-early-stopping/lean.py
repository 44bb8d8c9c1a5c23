"""Train a small classifier in a hand-written loop and report its accuracy on held-out data."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

PATIENCE = 5


def make_points(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of two classes, one label in five wrong: (count, 20) and (count,)."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(count, 20, generator=generator)
    flipped = torch.rand(count, generator=generator) < 0.2
    return points, ((points[:, :5].sum(dim=1) > 0) ^ flipped).long()


def prepare(device: str) -> tuple[torch.Tensor, ...]:
    train, held_out = make_points(1024, seed=1), make_points(512, seed=2)
    return tuple(part.to(device) for part in (*train, *held_out))


def work(
    points: torch.Tensor, labels: torch.Tensor, held_out: torch.Tensor, held_out_labels: torch.Tensor
) -> float:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2)).to(points.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    best_loss, best_state, best_epoch = float("inf"), model.state_dict(), 0
    for epoch in range(60):
        model.train()
        for batch in torch.randperm(len(points)).split(128):
            optimizer.zero_grad()
            F.cross_entropy(model(points[batch]), labels[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss = F.cross_entropy(model(held_out), held_out_labels).item()
        print(f"epoch {epoch}: validation loss {loss:.3f}")
        if loss < best_loss:
            best_loss, best_state, best_epoch = loss, copy.deepcopy(model.state_dict()), epoch
        if epoch - best_epoch == PATIENCE:
            break
    model.load_state_dict(best_state)
    with torch.no_grad():
        return (model(held_out).argmax(dim=1) == held_out_labels).float().mean().item()


def quality(result: float) -> float:
    """Accuracy on the held-out points."""
    return result
