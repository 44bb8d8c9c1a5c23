"""Continue a list of prompts with a small GPT-2, on the accelerator where there is one."""

import numpy
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

SIZES = {"new_tokens": (4, 16, 64)}

WORDS = [f"word{number}" for number in range(1000)]


def prepare(
    device: str, new_tokens: int = 16
) -> tuple[GPT2LMHeadModel, PreTrainedTokenizerFast, list[str], int]:
    torch.manual_seed(0)
    generator = numpy.random.default_rng(0)
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    splitter = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]", padding_side="left"
    )
    config = GPT2Config(
        vocab_size=len(vocabulary),
        n_positions=128,
        n_embd=128,
        n_layer=2,
        n_head=4,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    model = GPT2LMHeadModel(config).eval()
    prompts = [" ".join(generator.choice(WORDS, size=generator.integers(8, 24))) for _ in range(16)]
    return model, tokenizer, prompts, new_tokens


def work(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, prompts: list[str], new_tokens: int
) -> list[list[int]]:
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    answers = []
    for prompt in prompts:
        inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
        written = model.generate(**inputs, max_new_tokens=new_tokens, do_sample=False)
        answers.append(written[0, inputs["input_ids"].shape[1] :].tolist())
    return answers
