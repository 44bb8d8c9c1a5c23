"""Continue a batch of prompts with a small GPT-2."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

SIZES = {"new_tokens": (8, 32, 96)}


def prepare(device: str, new_tokens: int = 32) -> tuple[GPT2LMHeadModel, torch.Tensor, int]:
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
    prompts = torch.randint(3, 1000, (4, 16), device=device)
    return model, prompts, new_tokens


def work(model: GPT2LMHeadModel, prompts: torch.Tensor, new_tokens: int) -> torch.Tensor:
    return model.generate(
        prompts,
        attention_mask=torch.ones_like(prompts),
        max_new_tokens=new_tokens,
        do_sample=False,
        pad_token_id=0,
    )
