"""Sort short texts into topics by the words in them."""

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

SIZES = {"texts": (300, 1000, 3000)}

WORDS = [f"word{number}" for number in range(4000)]


def prepare(device: str, texts: int = 1000) -> tuple[list[str], numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    topics = generator.integers(0, 4, texts)
    documents = []
    for topic in topics:
        common = generator.choice(WORDS, size=30)
        special = generator.choice(WORDS[topic * 200 : topic * 200 + 200], size=15)
        documents.append(" ".join([*common, *special]))
    return documents, topics


def work(documents: list[str], topics: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    features = TfidfVectorizer().fit_transform(documents).toarray()
    classifier = LogisticRegression(max_iter=50)
    classifier.fit(features, topics)
    return classifier.coef_, classifier.predict_proba(features)
