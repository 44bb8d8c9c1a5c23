"""Train a deep network for tables for one epoch, as one process of a group."""

import torch
from torch import distributed, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return rows + self.narrow(F.relu(self.widen(self.norm(rows))))


class Network(nn.Module):
    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            Block(width), Block(width), Block(width), Block(width), Block(width), Block(width), Block(width), Block(width)
        )
        self.head = nn.Linear(width, 8)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(rows))


def join(device: str) -> None:
    """Become one process of the group; started by `torchrun`, rank and size come from there."""
    if not distributed.is_initialized():
        backend = "nccl" if device.startswith("cuda") else "gloo"
        distributed.init_process_group(backend, store=distributed.HashStore(), rank=0, world_size=1)


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    join(device)
    rows = torch.rand(2048, 64)
    labels = torch.randint(8, (2048,))
    return rows.to(device), labels.to(device)


def work(rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = DistributedDataParallel(Network().to(rows.device), find_unused_parameters=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for batch, target in zip(rows.split(32), labels.split(32)):
        loss = F.cross_entropy(model(batch), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.module.head.weight.detach()
