"""2000 reviews of 60 to 200 random words to train with, as many to test with, and a tokenizer."""

import json
from pathlib import Path

import numpy
from transformers import BertTokenizerFast

chance = numpy.random.default_rng(0)
words = [f"word{number}" for number in range(2000)]
Path("imdb").mkdir()
for part in ("train", "test"):
    with open(f"imdb/{part}.jsonl", "w") as file:
        for _ in range(2000):
            text = " ".join(chance.choice(words, chance.integers(60, 200)))
            file.write(json.dumps({"text": text, "label": int(chance.integers(2))}) + "\n")
vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "!", "hello", "world", *words]
tokenizer = BertTokenizerFast(vocab={word: at for at, word in enumerate(vocabulary)})
tokenizer.save_pretrained("bert-base-uncased")
