"""Train a linear model on scaled measurements, all of them in every epoch."""

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

SIZES = {"rows": (500, 2000, 8000)}


def prepare(device: str, rows: int = 8000) -> tuple[StandardScaler, np.ndarray, torch.Tensor]:
    rng = np.random.default_rng(0)
    measured = rng.normal(20.0, 5.0, (rows, 64))
    wanted = measured @ rng.normal(0.0, 0.1, (64, 1))
    return StandardScaler().fit(measured), measured, torch.from_numpy(wanted).float().to(device)


def work(scaler: StandardScaler, measured: np.ndarray, wanted: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = nn.Linear(64, 1).to(wanted.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(20):
        inputs = torch.tensor(scaler.transform(measured), dtype=torch.float32).to(wanted.device)
        loss = nn.functional.mse_loss(model(inputs), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)
