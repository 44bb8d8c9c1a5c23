"""Predict the next token of many sequences with a small causal transformer."""

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, vocabulary: int = 1000, width: int = 64, context: int = 256) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.place = nn.Embedding(context, width)
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=128, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, num_layers=1)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        length = tokens.size(1)
        positions = torch.arange(length, device=tokens.device)
        mask = torch.full((length, length), float("-inf"), device=tokens.device).triu(1)
        hidden = self.layers(self.embed(tokens) + self.place(positions), mask=mask)
        return self.head(hidden[:, -1])


def prepare(device: str) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    tokens = torch.randint(1000, (64, 256))
    return Decoder().eval().to(device), tokens.to(device)


@torch.no_grad()
def work(model: nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    predicted = []
    for batch in tokens.split(4):
        predicted.append(model(batch).argmax(dim=1))
    return torch.cat(predicted)
