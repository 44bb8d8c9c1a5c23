"""Clean up the film reviews of a data set that is stored on disk."""

import re
import tempfile

import numpy
from datasets import Dataset, load_from_disk

SIZES = {"reviews": (500, 2000, 8000)}

WORDS = [f"Word{number}" for number in range(1000)]


def prepare(device: str, reviews: int = 2000) -> tuple[tempfile.TemporaryDirectory]:
    generator = numpy.random.default_rng(0)
    texts = ["<br />".join(generator.choice(WORDS, size=generator.integers(40, 200))) for _ in range(reviews)]
    folder = tempfile.TemporaryDirectory()
    Dataset.from_dict({"text": texts}).save_to_disk(folder.name)
    return (folder,)


def clean(review):
    text = re.sub(r"<[^>]+>", " ", review["text"])
    return {"text": text.lower(), "words": len(text.split())}


def work(folder: tempfile.TemporaryDirectory) -> list[int]:
    reviews = load_from_disk(folder.name)
    cleaned = reviews.map(clean, load_from_cache_file=False)
    return cleaned["words"][:]
