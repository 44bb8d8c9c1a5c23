"""Embed short texts with a sentence transformer, on the accelerator where there is one."""

import tempfile
from pathlib import Path

import numpy
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizerFast

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"word{number}" for number in range(500))]


def write_encoder(folder: Path) -> None:
    """A BERT with random weights, stored as a person would store a trained one."""
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024
    )
    BertModel(config).save_pretrained(folder / "bert")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    encoder = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[encoder, Pooling(256)]).save(str(folder / "encoder"))


def prepare(device: str) -> tuple[SentenceTransformer, list[str]]:
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        write_encoder(Path(folder))
        model = SentenceTransformer(
            f"{folder}/encoder",
            device="cuda" if torch.cuda.is_available() else "cpu",
        )
    picks = numpy.random.default_rng(0).integers(5, len(WORDS), (64, 24))
    texts = [" ".join(WORDS[pick] for pick in row) for row in picks]
    return model, texts


def work(model: SentenceTransformer, texts: list[str]) -> numpy.ndarray:
    vectors = model.encode(texts, batch_size=32, normalize_embeddings=True)
    return vectors.astype("float32")
