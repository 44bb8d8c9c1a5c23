"""Questions that come back to themselves."""

from __future__ import annotations

from smelllint.facts.questions import MAX_OPEN, Questions


def test_a_circle_is_gone_round_once_not_on_every_way():
    """Thirty questions that all ask each other: forgotten answers would be found 30! times."""
    questions, found = Questions(), []

    def ask(number: int) -> int:
        return questions.ask(number, lambda: find(number), circular=0, unknown=-1)

    def find(number: int) -> int:
        found.append(number)
        return max([number, *(ask(other) for other in range(30))])

    assert ask(0) == 29
    assert len(found) < 30 * 30


def test_an_answer_that_hangs_on_an_open_question_is_not_kept():
    """Within the question "a" the answer to "b" is cut short; asked for itself it is whole."""
    questions = Questions()

    def ask(key: str) -> frozenset[str]:
        return questions.ask(
            key, lambda: frozenset({key}) | ask({"a": "b", "b": "a"}[key]), frozenset(), frozenset()
        )

    assert ask("a") == {"a", "b"}
    assert ask("b") == {"a", "b"}


def test_too_many_open_questions_are_not_answered():
    questions = Questions()

    def ask(number: int) -> int:
        return questions.ask(number, lambda: ask(number + 1), circular=0, unknown=number)

    assert ask(0) == MAX_OPEN
