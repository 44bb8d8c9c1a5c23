"""Score batches of short reviews with a text classifier."""

import numpy
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

SIZES = {"longest": (32, 64, 120)}

WORDS = [f"word{number}" for number in range(1000)]


def prepare(
    device: str, longest: int = 64
) -> tuple[BertForSequenceClassification, PreTrainedTokenizerFast, list[list[str]]]:
    torch.manual_seed(0)
    generator = numpy.random.default_rng(0)
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    splitter = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=256,
        max_position_embeddings=128,
    )
    model = BertForSequenceClassification(config).to(device).eval()
    reviews = [" ".join(generator.choice(WORDS, size=generator.integers(8, longest))) for _ in range(64)]
    return model, tokenizer, [reviews[start : start + 16] for start in range(0, 64, 16)]


@torch.no_grad()
def work(
    model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerFast, batches: list[list[str]]
) -> torch.Tensor:
    scores = []
    for batch in batches:
        inputs = tokenizer(batch, padding="max_length", max_length=128, truncation=True, return_tensors="pt")
        scores.append(model(**inputs.to(model.device)).logits)
    return torch.cat(scores)
