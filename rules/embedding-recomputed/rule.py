"""Texts that never change and are embedded again and again.

An embedding of the same text by the same model is the same vector. The documents of a search, or the labels
that a text is compared with, are often embedded beside each query: a run of the model over all of them, or a
request to a service that runs it, for vectors that were there a moment ago. Embedded once, they are a table
in memory or in a vector store.

Leave it when the model is trained in between, or when the vectors do not fit into memory.

The fix is unsafe: what is done to the vectors in one round is still there in the next, and a loop without a
round embeds them all the same. It is given for a statement of its own in a loop; where a handler or a
function is to keep the vectors is for its author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    Call,
    CSTNode,
    Expr,
    For,
    FunctionDef,
    IndentedBlock,
    Name,
    SimpleStatementLine,
    While,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Hot, Kind, Loop, Why

rule = Rule(
    family="inference",
    imports=frozenset(
        {
            "sentence_transformers",
            "openai",
            "langchain",
            "langchain_community",
            "langchain_chroma",
            "langchain_core",
            "langchain_huggingface",
            "langchain_milvus",
            "langchain_ollama",
            "langchain_openai",
            "langchain_pinecone",
            "langchain_postgres",
            "langchain_qdrant",
        }
    ),
    words=frozenset(
        {".encode", ".embed_documents", ".embed_query", ".create", ".from_documents", ".from_texts"}
    ),
    signs=(
        frozenset(
            {
                "def create()",
                "def embed_documents()",
                "def embed_query()",
                "def encode()",
                "def encode_document()",
                "def encode_query()",
                "def from_documents()",
                "def from_texts()",
            }
        ),
    ),
    default=False,
)

LOCAL = ("encode", "encode_query", "encode_document")
HOSTED = ("embed_documents", "embed_query")
STORES = ("from_documents", "from_texts")
TEXTS = (("sentences", 0), ("inputs", None), ("input", None), ("texts", 0), ("documents", 0), ("text", 0))
# What is called on texts to change them.
CHANGES = (
    "append",
    "extend",
    "add",
    "insert",
    "update",
    "remove",
    "pop",
    "clear",
    "sort",
    "reverse",
    "shuffle",
)
CLOCKS = ("time.time", "time.perf_counter", "time.process_time", "time.monotonic")


@rule.on(Call)
def embedded_again(call: Call, facts: Facts) -> Iterator[Smell]:
    text = texts_of(call, facts) if embeds(call, facts) else None
    if text is None or facts.is_trial or isinstance(facts.parent(call), Expr):
        return
    path = facts.hot(call)
    if path is None or path.why is Why.RERUN or not never_changes(text, facts) or is_timed(call, facts):
        return
    if path.loop is not None and (facts.few(path.loop) or may_train(call, path.loop, facts)):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` embeds the same texts anew for every {path.why.value}",
        fix=above_the_loop(call, path, facts),
    )


def embeds(call: Call, facts: Facts) -> bool:
    """Whether a call makes vectors of texts: with a model, by a service, on the way into a vector store."""
    if not isinstance(call.func, Attribute):
        return False
    receiver, method = call.func.value, call.func.attr.value
    if method in LOCAL:
        return facts.kind(receiver) is Kind.SENTENCE_TRANSFORMER
    if method in HOSTED:
        return facts.kind(receiver) is Kind.EMBEDDINGS
    if method in STORES:
        return (facts.name(call.func) or "").startswith("langchain")
    if method != "create" or not isinstance(receiver, Attribute) or receiver.attr.value != "embeddings":
        return facts.in_set("embedding-services", call.func)
    return facts.type_name(receiver.value) in ("openai.OpenAI", "openai.AzureOpenAI")


def texts_of(call: Call, facts: Facts) -> BaseExpression | None:
    given = (facts.argument(call, name, place) for name, place in TEXTS)
    return next((text for text in given if isinstance(text, BaseExpression)), None)


def never_changes(text: BaseExpression, facts: Facts) -> bool:
    """Whether all that the texts are made of is set up once, and left alone."""
    parts = [node for node in facts.within(text) if isinstance(node, (Name, Attribute))]
    return all(is_set_up_once(part, facts) for part in parts)


def is_set_up_once(part: BaseExpression, facts: Facts) -> bool:
    for use in facts.uses(part):
        around = facts.parent(use)
        if isinstance(around, Attribute) and around.value is use and around.attr.value in CHANGES:
            return False
        function = facts.function(use) if facts.stored(use) else None
        if not isinstance(function, FunctionDef) or function.name.value == "__init__":
            continue
        if not isinstance(part, Name) or function is not facts.function(part):
            return False
    return True


def is_timed(call: Call, facts: Facts) -> bool:
    """Whether the same texts are embedded again to see how long that takes."""
    function = facts.function(call)
    inside = facts.within(function.body) if isinstance(function, FunctionDef) else facts.nodes(Call)
    return any(isinstance(node, Call) and facts.calls(node, *CLOCKS) for node in inside)


def may_train(call: Call, loop: Loop, facts: Facts) -> bool:
    """Whether a loop hands the model to somebody who may train it."""
    model = call.func.value if isinstance(call.func, Attribute) else call.func
    inside = [use for use in facts.uses(model) if facts.inside(use, loop)]
    return any(isinstance(facts.parent(use), Arg) for use in inside)


def above_the_loop(call: Call, path: Hot, facts: Facts) -> Fix | None:
    """Move `vectors = model.encode(texts)` above the outermost loop in which nothing about it changes."""
    line, loop = facts.statement(call), path.loop
    if not isinstance(loop, (For, While)) or not isinstance(line, SimpleStatementLine) or len(line.body) != 1:
        return None
    assign = line.body[0]
    if not isinstance(assign, Assign) or assign.value is not call or len(assign.targets) != 1:
        return None
    target = assign.targets[0].target
    bound = [use for use in facts.uses(target) if facts.stored(use)]
    if not isinstance(target, Name) or bound != [target] or not straight(line, loop, facts):
        return None
    return Fix.unsafe("Embed them once, above the loop", facts.hoist(line, loop))


def straight(line: SimpleStatementLine, loop: CSTNode, facts: Facts) -> bool:
    """Whether nothing but loops stands between a statement and the loop around it."""
    for outer in facts.ancestors(line):
        if outer is loop:
            return True
        if not isinstance(outer, (IndentedBlock, For, While)):
            return False
    return False
