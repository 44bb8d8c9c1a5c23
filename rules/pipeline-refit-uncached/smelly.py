"""Look for the strength of regularisation with which texts are sorted best."""

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

SIZES = {"texts": (50, 100, 300)}

WORDS = [f"word{number}" for number in range(4000)]


def prepare(device: str, texts: int = 100) -> tuple[list[str], numpy.ndarray]:
    generator = numpy.random.default_rng(0)
    topics = generator.integers(0, 2, texts)
    documents = []
    for topic in topics:
        common = generator.choice(WORDS, size=400)
        special = generator.choice(WORDS[topic * 200 : topic * 200 + 200], size=20)
        documents.append(" ".join([*common, *special]))
    return documents, topics


def work(documents: list[str], topics: numpy.ndarray) -> tuple[float, numpy.ndarray]:
    steps = [
        ("words", TfidfVectorizer(ngram_range=(1, 2), max_features=5000)),
        ("sort", SGDClassifier(random_state=0)),
    ]
    settings = {"sort__alpha": [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]}
    search = GridSearchCV(Pipeline(steps), settings, cv=3)
    search.fit(documents, topics)
    return search.best_score_, search.cv_results_["mean_test_score"]
