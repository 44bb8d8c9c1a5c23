"""Tell two kinds of short texts apart, with the architecture of a small published model."""

import tempfile
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, BertConfig, BertForSequenceClassification

NAME = "models--prajjwal1--bert-tiny"


def texts(count: int, seed: int, first: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Texts of 24 words, (count, 24), and which of two words is the more frequent in each, (count,)."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 2, (count,), generator=generator)
    words = torch.randint(10, 60, (count, 24), generator=generator)
    said = torch.rand((count, 24), generator=generator) < 0.25
    return torch.where(said, first + labels[:, None], words), labels


def learn(model: torch.nn.Module, words: torch.Tensor, labels: torch.Tensor, rounds: int, enough: float) -> None:
    """Train until the loss is small enough, for at most so many rounds."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(rounds):
        optimizer.zero_grad()
        loss = model(words, labels=labels).loss
        loss.backward()
        optimizer.step()
        if loss.item() < enough:
            break


def prepare(device: str) -> tuple[str, torch.Tensor, torch.Tensor]:
    """A folder of downloads with a model that was trained on other texts, and the texts to be told apart."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=64, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=256
    )
    published = BertForSequenceClassification(config)
    learn(published, *texts(64, seed=1, first=4), rounds=80, enough=0.02)
    home = Path(tempfile.mkdtemp()) / NAME
    published.save_pretrained(home / "snapshots" / "main")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("main")
    words, labels = texts(64, seed=2, first=6)
    return str(home.parent), words.to(device), labels.to(device)


def work(downloads: str, words: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    name = "prajjwal1/bert-tiny"
    model = AutoModelForSequenceClassification.from_pretrained(name, cache_dir=downloads)
    model.to(words.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(80):
        optimizer.zero_grad()
        loss = model(words, labels=labels).loss
        loss.backward()
        optimizer.step()
        if loss.item() < 0.1:
            break
    model.eval()
    with torch.no_grad():
        return (model(words).logits.argmax(dim=-1) == labels).float().mean()


def quality(told: torch.Tensor) -> float:
    """The share of texts that are told apart."""
    return float(told)
