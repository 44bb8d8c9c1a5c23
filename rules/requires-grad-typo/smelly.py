"""Train a tagger on top of an encoder that is meant to stay as it is."""

import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, vocabulary: int = 1000, width: int = 64, tags: int = 8) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=256, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.head = nn.Linear(width, tags)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(self.embed(tokens)))


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    tokens = torch.randint(1000, (256, 32), device=device)
    tags = torch.randint(8, (256, 32), device=device)
    return tokens, tags


def work(tokens: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = Tagger().to(tokens.device)
    for part in (model.embed, model.encoder):
        for weight in part.parameters():
            weight.require_grad = False
    optimizer = torch.optim.AdamW(model.head.parameters(), lr=1e-2)
    for batch, target in zip(tokens.split(16), tags.split(16)):
        loss = F.cross_entropy(model(batch).flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.head.weight.detach()
