"""3000 random messages of 30 words; every sixth is spam, and a fifth of its words say so."""

import numpy
import pandas

chance = numpy.random.default_rng(0)
spam = chance.integers(6, size=3000) == 0
texts = [
    " ".join(
        [
            *(f"word{word}" for word in chance.integers(3000, size=24)),
            *(f"{kind}{word}" for word in chance.integers(20, size=6)),
        ]
    )
    for kind in numpy.where(spam, "prize", "dinner")
]
nothing = {f"Unnamed: {number}": "" for number in (2, 3, 4)}
table = pandas.DataFrame({"v1": numpy.where(spam, "spam", "ham"), "v2": texts, **nothing})
table.to_csv("spam.csv", index=False, encoding="ISO-8859-1")
