"""The transformer of DETR in its usual shape, on sixteen random maps of features."""

import torch
from transformer import Transformer

model = Transformer(d_model=256, dim_feedforward=512, return_intermediate_dec=True).eval()
queries = torch.randn(100, 256)
for _ in range(16):
    features, position = torch.randn(2, 1, 256, 20, 25)
    mask = torch.zeros(1, 20, 25, dtype=torch.bool)
    with torch.no_grad():
        states, memory = model(features, mask, queries, position)
    print(*(f"{number:.5f}" for number in [*states[-1, 0, :3, 0], *memory[0, :3, 0, 0]]))
