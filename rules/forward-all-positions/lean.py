"""Judge many documents by the word that a small language model would say next: yes or no."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

SIZES = {"length": (32, 96, 192)}


def prepare(device: str, length: int = 96) -> tuple[GPT2LMHeadModel, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=16000,
        n_positions=256,
        n_embd=128,
        n_layer=4,
        n_head=4,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = GPT2LMHeadModel(config).to(device).eval()
    documents = torch.randint(16000, (16, length), device=device)
    yes_or_no = torch.tensor([500, 700], device=device)
    return model, documents, yes_or_no


@torch.no_grad()
def work(model: GPT2LMHeadModel, documents: torch.Tensor, yes_or_no: torch.Tensor) -> torch.Tensor:
    answers = []
    for batch in documents.split(4):
        scores = model(batch, use_cache=False, logits_to_keep=1).logits[:, -1]
        answers.append(scores[:, yes_or_no])
    return torch.cat(answers)
