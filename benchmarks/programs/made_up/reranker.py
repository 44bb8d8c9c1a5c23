"""A Qwen3 of two layers with random weights and a vocabulary of 30 000 words, and 64 random documents."""

import json
from pathlib import Path

import numpy
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

words = ["<pad>", "<unk>", "yes", "no", *(f"word{number}" for number in range(29_996))]
tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>").save_pretrained(
    "qwen"
)

torch.manual_seed(0)
shape = Qwen3Config(
    vocab_size=len(words), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, pad_token_id=0,
)  # fmt: skip
Qwen3ForCausalLM(shape).save_pretrained("qwen")

chance = numpy.random.default_rng(0)
documents = [" ".join(chance.choice(words[4:], 60)) for _ in range(64)]
Path("documents.json").write_text(json.dumps(documents))
