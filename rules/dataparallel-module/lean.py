"""Train a small network for tables for one epoch, on every accelerator that there is."""

import atexit

import torch
from torch import distributed, nn
from torch.nn import functional as F


def build() -> nn.Module:
    return nn.Sequential(
        nn.Linear(64, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 8),
    )


def join(device: str) -> None:
    """Become one process of the group; started by `torchrun`, rank and size come from there."""
    if not distributed.is_initialized():
        backend = "nccl" if device.startswith("cuda") else "gloo"
        distributed.init_process_group(backend, store=distributed.HashStore(), rank=0, world_size=1)
        atexit.register(distributed.destroy_process_group)


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    join(device)
    rows = torch.rand(4096, 64)
    labels = torch.randint(8, (4096,))
    return rows.to(device), labels.to(device)


def work(rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = nn.parallel.DistributedDataParallel(build().to(rows.device))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch, target in zip(rows.split(64), labels.split(64)):
        loss = F.cross_entropy(model(batch), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.module[0].weight.detach()
