"""Sort short texts into two topics by the words in them."""

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import SVC

SIZES = {"texts": (300, 800, 2000)}

WORDS = [f"word{number}" for number in range(4000)]


def prepare(device: str, texts: int = 800) -> tuple[list[str], numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    topics = generator.integers(0, 2, texts)
    documents = []
    for topic in topics:
        common = generator.choice(WORDS, size=30)
        special = generator.choice(WORDS[topic * 300 : topic * 300 + 300], size=8)
        documents.append(" ".join([*common, *special]))
    return documents, topics


def work(documents: list[str], topics: numpy.ndarray) -> tuple[float, numpy.ndarray]:
    features = TfidfVectorizer().fit_transform(documents)
    machine = SVC(kernel="linear", C=1.0)
    machine.fit(features[::2], topics[::2])
    return machine.score(features[1::2], topics[1::2]), machine.predict(features)


def quality(result: tuple[float, numpy.ndarray]) -> float:
    return float(result[0])
