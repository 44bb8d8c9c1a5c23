"""Score a stream of small batches with a pruned network."""

import torch
from torch import nn
from torch.nn.utils import prune


def build_network(device: str) -> nn.Module:
    """A network whose linear layers have lost half of their weights."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    for layer in network:
        if isinstance(layer, nn.Linear):
            prune.l1_unstructured(layer, "weight", amount=0.5)
            prune.remove(layer, "weight")
    return network.to(device).eval()


def prepare(device: str) -> tuple[nn.Module, torch.Tensor]:
    """The network, and inputs of shape (batches, size, features)."""
    network = build_network(device)
    inputs = torch.rand(150, 8, 512, generator=torch.Generator().manual_seed(1))
    return network, inputs.to(device)


def work(network: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    network.eval()
    with torch.no_grad():
        return torch.stack([network(batch).argmax(dim=1) for batch in inputs])
