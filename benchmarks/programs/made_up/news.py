"""A stand-in for the fetcher of scikit-learn: news of 60 random words, some typical of their group."""

from pathlib import Path

Path("made_up_news.py").write_text("""import numpy
from sklearn.utils import Bunch


def fetch_20newsgroups(subset):
    chance = numpy.random.default_rng(len(subset))
    groups = chance.integers(20, size=3000)
    texts = [
        " ".join(f"word{word}" for word in [*chance.integers(5000, size=50), *typical])
        for typical in chance.integers(20, size=(3000, 10)) + 250 * groups[:, None]
    ]
    return Bunch(data=texts, target=groups)
""")
