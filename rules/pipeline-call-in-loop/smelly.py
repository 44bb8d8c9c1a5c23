"""Label a list of reviews with a text-classification pipeline."""

import numpy
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast, pipeline

WORDS = [f"word{number}" for number in range(1000)]


def prepare(device: str) -> tuple[BertForSequenceClassification, PreTrainedTokenizerFast, list[str]]:
    torch.manual_seed(0)
    generator = numpy.random.default_rng(0)
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    splitter = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=512,
    )
    model = BertForSequenceClassification(config).to(device).eval()
    reviews = [" ".join(generator.choice(WORDS, size=generator.integers(16, 32))) for _ in range(64)]
    return model, tokenizer, reviews


def work(
    model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerFast, reviews: list[str]
) -> list[float]:
    classifier = pipeline(
        "text-classification",
        model=model,
        tokenizer=tokenizer,
        device=0 if model.device.type == "cuda" else -1,
    )
    results = [classifier(review)[0] for review in reviews]
    return [result["score"] for result in results]
