"""Train a small convolutional network on images that workers prepare."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, RandomSampler


class Scans(Dataset):
    def __init__(self, scans: torch.Tensor, labels: torch.Tensor) -> None:
        self.scans = scans
        self.labels = labels

    def __len__(self) -> int:
        return len(self.scans)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        scan = self.scans[index].float()
        return (scan - scan.mean()) / scan.std(), self.labels[index]


def prepare(device: str) -> tuple[Scans, str]:
    generator = torch.Generator().manual_seed(0)
    scans = torch.randint(0, 256, (256, 1, 32, 32), dtype=torch.uint8, generator=generator)
    return Scans(scans, torch.randint(0, 2, (256,), generator=generator)), device


def work(scans: Scans, device: str) -> torch.Tensor:
    torch.manual_seed(0)
    order = RandomSampler(scans, generator=torch.Generator().manual_seed(0))
    loader = DataLoader(scans, batch_size=32, sampler=order, num_workers=2, persistent_workers=True)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(1800, 2)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(6):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    return torch.stack(losses)
