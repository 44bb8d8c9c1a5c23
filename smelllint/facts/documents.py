"""Documents: what is read of the texts that go through a pipeline of spaCy.

is_pipeline(expr)   whether it is a pipeline that has trained parts, or may be thought to have them
words_only(call)    whether of the documents that a call of a pipeline makes nothing but the words is read
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from smelllint.facts.kinds import Kinds
from smelllint.facts.names import Names
from smelllint.facts.values import Values

Reads = Callable[[cst.CSTNode], bool]

LOADED = ("spacy.load", "spacy.language.Language", "spacy.Language")
BLANK = "spacy.blank"
# Parts that are networks; the others look at one word after the other.
TRAINED = frozenset(
    {
        *("entity_linker", "morphologizer", "ner", "parser", "senter", "spancat", "spancat_singlelabel"),
        *("span_finder", "tagger", "textcat", "textcat_multilabel", "tok2vec", "trainable_lemmatizer"),
        *("curated_transformer", "transformer"),
    }
)
# What the tokenizer alone knows of a word.
OF_A_WORD = frozenset(
    {
        *(
            "text",
            "text_with_ws",
            "whitespace_",
            "lower",
            "lower_",
            "orth",
            "orth_",
            "shape",
            "shape_",
            "prefix_",
        ),
        *("suffix_", "i", "idx", "is_alpha", "is_ascii", "is_digit", "is_lower", "is_upper", "is_title"),
        *("is_punct", "is_left_punct", "is_right_punct", "is_space", "is_bracket", "is_quote", "is_currency"),
        *("is_stop", "is_oov", "like_url", "like_num", "like_email"),
    }
)
ASKERS = ("builtins.str", "builtins.len")


class Documents:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, values: Values) -> None:
        self.names = names
        self.tree = names.tree
        self.kinds = kinds
        self.values = values

    def is_pipeline(self, nlp: cst.BaseExpression) -> bool:
        """Whether it is a pipeline of spaCy with trained parts: one that is loaded, or a blank one to which
        the file adds a trained part."""
        made = self.kinds.origins.type_name(self.values.resolve(nlp))
        return made in LOADED or (made == BLANK and self._adds_trained_part())

    def _adds_trained_part(self) -> bool:
        return any(self._adds(call) for call in self.tree.nodes(cst.Call))

    def _adds(self, call: cst.Call) -> bool:
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "add_pipe":
            return False
        name = self.values.argument(call, "factory_name", 0)
        return isinstance(name, cst.BaseExpression) and self.values.value(name) in TRAINED

    def words_only(self, call: cst.Call) -> bool:
        """Whether of the documents that `nlp(text)` or `nlp.pipe(texts)` gives only the words are read:
        `[word.text for word in nlp(text)]`. False where a document goes where this file cannot follow."""
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "pipe":
            return self._handed_out(call, self._reads_words)
        return self._reads_words(call)

    def _reads_words(self, node: cst.CSTNode) -> bool:
        """Whether a mention of a document asks for its words, its text or its length alone."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value == "text"
        if isinstance(parent, cst.Arg):
            return self._asks(parent)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            return self._all_uses(parent.targets[0].target, self._reads_words)
        return self._handed_out(node, self._reads_word)

    def _reads_word(self, node: cst.CSTNode) -> bool:
        """Whether a mention of a word asks for what the tokenizer knows of it."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute):
            return parent.value is node and parent.attr.value in OF_A_WORD
        return isinstance(parent, cst.Arg) and self._asks(parent)

    def _asks(self, arg: cst.Arg) -> bool:
        call = self.tree.parent(arg)
        return isinstance(call, cst.Call) and self.names.name(call.func) in ASKERS

    def _handed_out(self, node: cst.CSTNode, reads: Reads) -> bool:
        """Whether a loop goes over it and all that it hands out is read so."""
        parent = self.tree.parent(node)
        if not isinstance(parent, (cst.For, cst.CompFor)) or parent.iter is not node:
            return False
        return self._all_uses(parent.target, reads)

    def _all_uses(self, target: cst.CSTNode, reads: Reads) -> bool:
        """Whether all mentions that see what a variable is given here read it so, one at least."""
        if not isinstance(target, cst.Name):
            return False
        seen = [use for use in self.names.followed(target) if use is not target]
        return bool(seen) and all(reads(use) for use in seen)
