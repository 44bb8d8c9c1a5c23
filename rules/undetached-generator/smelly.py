"""Train a generator of small images against a discriminator for a few steps."""

import torch
from torch import nn
from torch.nn import functional as F


def generator(width: int = 32) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose2d(64, 2 * width, 4, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )


def discriminator(width: int = 32) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 4),
        nn.Flatten(0),
    )


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    images = torch.rand(256, 1, 16, 16, device=device) * 2 - 1
    noise = torch.randn(256, 64, 1, 1, device=device)
    return images, noise


def work(images: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    make, judge = generator().to(images.device), discriminator().to(images.device)
    make_better = torch.optim.SGD(make.parameters(), lr=0.02, momentum=0.5)
    judge_better = torch.optim.SGD(judge.parameters(), lr=0.02, momentum=0.5)
    for real, z in zip(images.split(32), noise.split(32)):
        fake = make(z)
        judged = F.softplus(-judge(real)).mean() + F.softplus(judge(fake)).mean()
        judge_better.zero_grad()
        judged.backward(retain_graph=True)
        judge_better.step()

        fooled = F.softplus(-judge(fake)).mean()
        make_better.zero_grad()
        fooled.backward()
        make_better.step()
    return make[0].weight.detach()
