"""Continue prompts with a small GPT-2, choosing the likeliest word that was not used before."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

SIZES = {"new_tokens": (16, 48, 96)}


def prepare(device: str, new_tokens: int = 48) -> tuple[GPT2LMHeadModel, torch.Tensor, int]:
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=1000,
        n_positions=128,
        n_embd=128,
        n_layer=4,
        n_head=4,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = GPT2LMHeadModel(config).to(device).eval()
    prompts = torch.randint(1000, (4, 16), device=device)
    return model, prompts, new_tokens


@torch.no_grad()
def work(model: GPT2LMHeadModel, prompts: torch.Tensor, new_tokens: int) -> torch.Tensor:
    words = prompts
    for _ in range(new_tokens):
        scores = model(words, logits_to_keep=1).logits[:, -1]
        scores = scores.scatter(1, words, float("-inf"))
        best = scores.argmax(dim=-1, keepdim=True)
        words = torch.cat([words, best], dim=1)
    return words
