"""Score token sequences on the CPU with a small language model."""

import tempfile

import torch
from transformers import GPT2Config, GPT2LMHeadModel


def prepare(device: str) -> tuple[GPT2LMHeadModel, torch.Tensor]:
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=1000, n_positions=64, n_embd=192, n_layer=2, n_head=4)
    with tempfile.TemporaryDirectory() as folder:
        GPT2LMHeadModel(config).save_pretrained(folder)
        model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float16).to("cpu")
    model.eval()
    tokens = torch.randint(0, 1000, (8, 32))
    return model, tokens


def work(model: GPT2LMHeadModel, tokens: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        logits = model(tokens).logits.float()
    chances = logits[:, :-1].log_softmax(dim=-1)
    return chances.gather(-1, tokens[:, 1:, None]).mean(dim=(1, 2))
