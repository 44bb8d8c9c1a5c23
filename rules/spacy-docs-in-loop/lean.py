"""Rate the praise in a list of sentences."""

import numpy
import spacy
from spacy.language import Language
from spacy.util import fix_random_seed

SIZES = {"sentences": (8, 32, 128)}

WORDS = [f"word{number}" for number in range(1000)]


def prepare(device: str, sentences: int = 32) -> tuple[Language, list[str]]:
    fix_random_seed(0)
    generator = numpy.random.default_rng(0)
    nlp = spacy.blank("en")
    rater = nlp.add_pipe("textcat")
    rater.add_label("PRAISE")
    rater.add_label("BLAME")
    nlp.initialize()
    return nlp, [" ".join(generator.choice(WORDS, size=generator.integers(8, 40))) for _ in range(sentences)]


def work(nlp: Language, sentences: list[str]) -> list[float]:
    ratings = []
    for doc in nlp.pipe(sentences):
        ratings.append(doc.cats["PRAISE"])
    return ratings
