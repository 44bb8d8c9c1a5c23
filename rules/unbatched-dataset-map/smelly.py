"""Tokenise a data set of short reviews."""

import numpy
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

SIZES = {"reviews": (100, 400, 1600)}

WORDS = [f"word{number}" for number in range(1000)]


def prepare(device: str, reviews: int = 400) -> tuple[Dataset, PreTrainedTokenizerFast]:
    generator = numpy.random.default_rng(0)
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    splitter = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]")
    texts = [" ".join(generator.choice(WORDS, size=generator.integers(10, 80))) for _ in range(reviews)]
    labels = generator.integers(0, 2, reviews).tolist()
    return Dataset.from_dict({"text": texts, "label": labels}), tokenizer


def work(reviews: Dataset, tokenizer: PreTrainedTokenizerFast) -> list[list[int]]:
    def tokenize(review):
        return tokenizer(review["text"], truncation=True, max_length=128)

    tokenized = reviews.map(tokenize, remove_columns=["text"])
    return tokenized["input_ids"][:]
