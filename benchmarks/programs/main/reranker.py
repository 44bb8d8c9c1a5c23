"""Rank the documents for a question."""

import json

from reranker import QwenRerankerScorer

with open("documents.json") as file:
    documents = json.load(file)
for score, index in QwenRerankerScorer("qwen").rank("word1 word2 word3", documents):
    print(f"{score:.6f} {index}")
