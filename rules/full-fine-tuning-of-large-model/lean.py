"""Teach a language model that was trained on other texts to write in a new pattern."""

import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, OPTConfig, OPTForCausalLM

SIZES = {"width": (128, 256, 384)}


def texts(step: int) -> torch.Tensor:
    """Texts of 16 words in which every word follows from the one before: (8, 48)."""
    return (torch.arange(8)[:, None] + step * torch.arange(48)) % 16 + 3


def stand_in(width: int) -> str:
    """A folder of downloads in which a small model, trained on other texts, stands in for the large one."""
    config = OPTConfig(
        vocab_size=64,
        hidden_size=width,
        word_embed_proj_dim=width,
        ffn_dim=4 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        dropout=0.0,
    )
    model = OPTForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(30):
        optimizer.zero_grad()
        model(texts(1), labels=texts(1)).loss.backward()
        optimizer.step()
    folder = Path(tempfile.mkdtemp())
    home = folder / "models--facebook--opt-6.7b"
    model.save_pretrained(home / "snapshots" / "main")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("main")
    return str(folder)


def prepare(device: str, width: int = 256) -> tuple[str, torch.Tensor]:
    torch.manual_seed(0)
    return stand_in(width), texts(3).to(device)


def work(downloads: str, words: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained("facebook/opt-6.7b", cache_dir=downloads)
    model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj", "fc1", "fc2"]))
    model.to(words.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(20):
        optimizer.zero_grad()
        model(words, labels=words).loss.backward()
        optimizer.step()
    with torch.no_grad():
        return (model(words).logits[:, :-1].argmax(dim=-1) == words[:, 1:]).float().mean()


def quality(told: torch.Tensor) -> float:
    """The share of next words that are told right."""
    return float(told)
