"""Find the nearest of some documents for each of a list of questions."""

import tempfile

import numpy
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SIZES = {"documents": (8, 32, 128)}

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


def prepare(device: str, documents: int = 32) -> tuple[SentenceTransformer, list[str], list[str]]:
    torch.manual_seed(0)
    generator = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        save_encoder(folder)
        encoder = SentenceTransformer(folder, device=device)
    texts = [" ".join(generator.choice(WORDS, size=generator.integers(16, 40))) for _ in range(documents)]
    questions = [" ".join(generator.choice(WORDS, size=8)) for _ in range(24)]
    return encoder, texts, questions


def work(encoder: SentenceTransformer, texts: list[str], questions: list[str]) -> list[int]:
    nearest = []
    for asked in encoder.encode(questions):
        vectors = encoder.encode(texts)
        nearest.append(int((vectors @ asked).argmax()))
    return nearest
