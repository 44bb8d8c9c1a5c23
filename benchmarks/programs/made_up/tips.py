"""A stand-in for seaborn: 244 random tips, as `load_dataset` hands them out."""

from pathlib import Path

Path("seaborn.py").write_text("""import numpy
import pandas


def load_dataset(name):
    chance = numpy.random.default_rng(0)
    bill = chance.uniform(3, 51, 244).round(2)
    return pandas.DataFrame({"total_bill": bill, "tip": (bill * chance.uniform(0.08, 0.25, 244)).round(2)})
""")
