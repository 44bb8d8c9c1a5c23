"""Turn a collection of short reviews into token identifiers."""

import numpy
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

SYLLABLES = ["ba", "lo", "mi", "ren", "tok", "sha", "ver", "na", "ple", "gri", "dun", "es"]


def prepare(device: str) -> tuple[PreTrainedTokenizerFast, list[str]]:
    generator = numpy.random.default_rng(0)
    words = ["".join(generator.choice(SYLLABLES, size=generator.integers(1, 5))) for _ in range(2000)]
    reviews = [" ".join(generator.choice(words, size=generator.integers(5, 40))) for _ in range(1000)]
    splitter = Tokenizer(BPE(unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    splitter.train_from_iterator(reviews, BpeTrainer(vocab_size=1000, special_tokens=["[UNK]"]))
    return PreTrainedTokenizerFast(tokenizer_object=splitter, unk_token="[UNK]"), reviews


def work(tokenizer: PreTrainedTokenizerFast, reviews: list[str]) -> list[list[int]]:
    return [tokenizer(review)["input_ids"] for review in reviews]
