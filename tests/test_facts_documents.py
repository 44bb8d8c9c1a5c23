"""What is read of the texts that go through a pipeline of spaCy."""

from __future__ import annotations

import textwrap

import pytest

from tests.facts_helpers import facts_of, find, find_call

LOADED = 'import spacy\nfrom spacy.language import Language\nnlp = spacy.load("en_core_web_sm")\n'


def facts_with(code: str):
    return facts_of(LOADED + textwrap.dedent(code))


@pytest.mark.parametrize(
    ("code", "pipeline"),
    [
        ("nlp(text)", True),
        ("def f(nlp: Language):\n    nlp(text)", True),
        ("nlp = spacy.blank('en')\nnlp(text)", False),
        ("nlp = spacy.blank('en')\nnlp.add_pipe('sentencizer')\nnlp(text)", False),
        ("nlp = spacy.blank('en')\nnlp.add_pipe('ner')\nnlp(text)", True),
        ("def f(nlp):\n    nlp(text)", False),
    ],
)
def test_a_pipeline_is_one_with_trained_parts(code, pipeline):
    facts = facts_with(code)

    assert facts.is_pipeline(find_call(facts, "nlp(text)").func) is pipeline


def test_a_pipeline_is_known_through_an_attribute():
    facts = facts_with(
        """
        class Tagger:
            def __init__(self, pipeline: Language):
                self.pipeline = pipeline

            def read(self, text):
                return self.pipeline(text)
        """
    )

    assert facts.is_pipeline(find(facts, "self.pipeline", 1)) is True


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("[word.text for word in nlp(text)]", True),
        ("[word.text.lower() for word in nlp(text) if word.is_alpha and not word.is_stop]", True),
        ("[str(word) for word in nlp(text)]", True),
        ("n = len(nlp(text))", True),
        ("doc = nlp(text)\nn = len(doc)\nfor word in doc:\n    print(word.lower_)", True),
        ("for word in nlp(text):\n    use(word.text)", True),
        ("[word.lemma_ for word in nlp(text)]", False),
        ("[word for word in nlp(text)]", False),
        ("[word.text for word in nlp(text) if word.pos_ == 'NOUN']", False),
        ("[word.nbor().text for word in nlp(text)]", False),
        ("[word.text for number, word in enumerate(nlp(text))]", False),
        ("[place.text for place in nlp(text).ents]", False),
        ("doc = nlp(text)\nn = len(doc)\nshow(doc)", False),
        ("doc = nlp(text)\nn = doc[0].text", False),
        ("doc = nlp(text)", False),
        ("def f():\n    return nlp(text)", False),
    ],
)
def test_words_alone_are_read_where_nothing_else_is_asked_for(code, words):
    facts = facts_with(code)

    assert facts.words_only(find_call(facts, "nlp(text)")) is words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("[[word.text for word in doc] for doc in nlp.pipe(texts)]", True),
        ("for doc in nlp.pipe(texts):\n    n = len(doc)", True),
        ("docs = nlp.pipe(texts)\nfor doc in docs:\n    n = len(doc)", False),
        ("[doc.ents for doc in nlp.pipe(texts)]", False),
        ("docs = list(nlp.pipe(texts))", False),
    ],
)
def test_words_alone_are_read_of_many_documents(code, words):
    facts = facts_with(code)

    assert facts.words_only(find_call(facts, "nlp.pipe(texts)")) is words
