"""1000 complaints about five products, of 40 words each out of 3000, some of them typical of the product."""

import numpy
import pandas

chance = numpy.random.default_rng(0)
products = chance.integers(5, size=1000)
texts = [
    " ".join(
        f"word{word}"
        for word in [*chance.integers(3000, size=35), *chance.integers(600 * product, 600 * product + 60, 5)]
    )
    for product in products
]
pandas.DataFrame({
    "Product": [f"Product {number}" for number in products],
    "Consumer complaint narrative": texts,
    "Company": "Company",
}).to_csv("Consumer_Complaints.csv", index=False)  # fmt: skip
