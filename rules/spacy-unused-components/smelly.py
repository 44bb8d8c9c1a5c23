"""Count the different words in each of a list of sentences."""

import tempfile

import numpy
import spacy
from spacy.language import Language
from spacy.util import fix_random_seed

SIZES = {"sentences": (4, 16, 64)}

WORDS = [f"Word{number}" for number in range(1000)]


def save_pipeline(folder: str) -> None:
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger").add_label("NOUN")
    nlp.add_pipe("ner").add_label("PLACE")
    nlp.initialize()
    nlp.to_disk(folder)


def prepare(device: str, sentences: int = 16) -> tuple[Language, list[str]]:
    generator = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        save_pipeline(folder)
        nlp = spacy.load(folder)
    return nlp, [" ".join(generator.choice(WORDS, size=generator.integers(8, 40))) for _ in range(sentences)]


def work(nlp: Language, sentences: list[str]) -> list[int]:
    counts = []
    for sentence in sentences:
        words = {word.lower_ for word in nlp(sentence) if not word.is_punct}
        counts.append(len(words))
    return counts
