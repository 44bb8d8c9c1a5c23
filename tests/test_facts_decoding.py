"""Decoding: which forward passes read, each round, a text that grows by their own answers."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tests.facts_helpers import facts_of, find_call

HEAD = "import torch\nwords, ids = [1], torch.zeros(1, 1)\n"


def regrown_in(code: str) -> cst.CSTNode | None:
    facts = facts_of(HEAD + textwrap.dedent(code))
    calls = [call for call in facts.nodes(cst.Call) if facts.text(call.func) == "model"]
    assert len(calls) == 1
    return facts.regrown(calls[0])


@pytest.mark.parametrize(
    "code",
    [
        """
        for _ in range(9):
            ids = torch.cat([ids, model(ids).argmax(-1)], dim=1)
        """,
        """
        for _ in range(9):
            scores = model(ids)[:, -1]
            best = scores.argmax(-1, keepdim=True)
            ids = torch.cat((ids, best), dim=-1)
        """,
        """
        while len(words) < 9:
            batch = torch.tensor([words])
            words.append(model(batch)[0, -1].argmax().item())
        """,
        """
        for _ in range(9):
            answer = model(torch.tensor([words]))
            words += [answer.argmax().item()]
        """,
        """
        for _ in range(9):
            answer = model(source, decoder_input_ids=ids)
            ids = torch.cat([ids, answer.argmax(-1)], dim=-1)
        """,
    ],
)
def test_a_text_that_grows_by_the_answers_to_itself_is_regrown(code: str) -> None:
    assert isinstance(regrown_in(code), (cst.For, cst.While))


@pytest.mark.parametrize(
    "code",
    [
        # A window slides over the text.
        "for _ in range(9):\n    ids = torch.cat([ids, model(ids[:, -8:])], dim=1)\n",
        # The window is cut where the text is too long.
        """
        for _ in range(9):
            window = ids if len(ids) < 8 else ids[-8:]
            ids = torch.cat([ids, model(window)], dim=1)
        """,
        # What grows is not what the model is given.
        "for x in xs:\n    answers = torch.cat([answers, model(x)])\n",
        # What is taken in does not come from the model.
        "for x in xs:\n    model(ids)\n    ids = torch.cat([ids, x], dim=1)\n",
        # One token goes in at a time.
        "for _ in range(9):\n    step = model(step).argmax(-1)\n    ids = torch.cat([ids, step], dim=1)\n",
        # The answer stands in front: no prefix stays the same.
        "for _ in range(9):\n    ids = torch.cat([model(ids), ids], dim=1)\n",
        "ids = torch.cat([ids, model(ids)], dim=1)\n",
        # Each round begins anew.
        "for _ in range(9):\n    text = [1]\n    text.append(model(torch.tensor([text])).item())\n",
    ],
)
def test_other_loops_are_not(code: str) -> None:
    assert regrown_in(code) is None


def test_it_is_the_loop_of_the_tokens_not_that_of_the_prompts() -> None:
    facts = facts_of("""
        import torch
        for prompt in prompts:
            ids = prompt
            for _ in range(9):
                ids = torch.cat([ids, model(ids)], dim=1)
    """)

    loop = facts.regrown(find_call(facts, "model(ids)"))

    assert loop is facts.loop(find_call(facts, "model(ids)"))
