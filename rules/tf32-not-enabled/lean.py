"""Train a small transformer for sequences for one epoch."""

import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, vocabulary: int = 500, width: int = 256, tags: int = 8) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=512, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.head = nn.Linear(width, tags)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(self.embed(tokens)))


def prepare(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    tokens = torch.randint(500, (128, 32))
    tags = tokens % 8
    return tokens.to(device), tags.to(device)


def work(tokens: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = Tagger().to(tokens.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    torch.set_float32_matmul_precision("high")
    for batch, target in zip(tokens.split(32), tags.split(32)):
        loss = F.cross_entropy(model(batch).flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.head.weight.detach()


if __name__ == "__main__":
    work(*prepare("cuda" if torch.cuda.is_available() else "cpu"))
