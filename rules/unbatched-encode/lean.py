"""Embed a collection of short documents with a small sentence encoder."""

import tempfile

import numpy
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SIZES = {"longest": (10, 40, 120)}

WORDS = [f"word{number}" for number in range(1000)]


def save_encoder(folder: str) -> None:
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    splitter = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]", model_max_length=128
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=512,
    )
    BertModel(config).save_pretrained(folder)


def prepare(device: str, longest: int = 40) -> tuple[SentenceTransformer, list[str]]:
    torch.manual_seed(0)
    generator = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        save_encoder(folder)
        encoder = SentenceTransformer(folder, device=device)
    documents = [" ".join(generator.choice(WORDS, size=generator.integers(8, longest))) for _ in range(64)]
    return encoder, documents


def work(encoder: SentenceTransformer, documents: list[str]) -> numpy.ndarray:
    vectors = list(encoder.encode(documents))
    return numpy.stack(vectors)
