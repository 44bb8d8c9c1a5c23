"""Train a small convolutional network on batches of images."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SIZES = {"images": (256, 1024, 4096)}


def prepare(device: str, images: int = 256) -> tuple[nn.Module, torch.Tensor, str]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return network.to(device), torch.rand(images, 3, 64, 64), device


def work(network: nn.Module, images: torch.Tensor, device: str) -> torch.Tensor:
    loader = DataLoader(TensorDataset(images), batch_size=64, pin_memory=torch.cuda.is_available())
    network.zero_grad()
    losses = []
    for (batch,) in loader:
        loss = network(batch.to(device, non_blocking=True)).square().mean()
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses)
