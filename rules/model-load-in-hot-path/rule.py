"""A model that is loaded again for every request, item or round of a loop.

Loading reads the weights from disk, unpacks them, allocates the memory a second time and may copy everything
to the accelerator: seconds of work in front of milliseconds of use. What comes out is the same every time, so
it can be loaded once and kept.

Leave it when the model must not stay in memory between two uses, or when every round needs untouched weights.

The fix is unsafe: what is loaded once is shared, its file is not read again when it changes, and a loop
without a round loads it all the same. A statement in a loop moves above it; a function without parameters
that gives back what it loads keeps it. A handler that does more than load is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Assign,
    BaseExpression,
    BaseStatement,
    Call,
    CSTNode,
    For,
    FunctionDef,
    IndentedBlock,
    Module,
    Name,
    SimpleStatementLine,
    While,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Hot, Kind, Why

LIBRARIES = frozenset({
    "clip", "cloudpickle", "diffusers", "dill", "easyocr", "fasttext", "faster_whisper", "gensim",
    "joblib", "keras", "langchain", "langchain_community", "langchain_huggingface", "llama_cpp",
    "onnxruntime", "open_clip", "peft", "pickle", "sentence_transformers", "spacy", "stanza", "tensorflow",
    "tensorflow_hub", "tf_keras", "timm", "torch", "torchvision", "transformers", "ultralytics", "vllm",
    "whisper",
})  # fmt: skip
WORDS = frozenset({
    "Encoder", "Embeddings", "LLM", "Llama", "Model", "Pipeline", "Reader", "Session", "Transformer",
    "YOLO", "create", "load", "models", "pipeline", "pretrained",
})  # fmt: skip

rule = Rule(
    family="serving",
    imports=LIBRARIES,
    words=WORDS,
    signs=(
        frozenset(
            {
                "def from_pretrained()",
                "def pipeline()",
                "def SentenceTransformer()",
                "def CrossEncoder()",
                "def HuggingFaceEmbeddings()",
                "def load()",
                "def load_model()",
                "def Pipeline()",
                "def WhisperModel()",
                "def Reader()",
                "def YOLO()",
                "def LLM()",
                "def Llama()",
                "def InferenceSession()",
                "def create_model()",
                "def create_model_and_transforms()",
                "gensim",
                "streamlit",
                "pretrained=",
                "weights=",
            }
        ),
    ),
)

# What is asked of a model, tokenizer or pipeline without changing it.
QUESTIONS = frozenset({
    "apply_chat_template", "batch_decode", "batch_encode_plus", "chat", "convert_ids_to_tokens",
    "convert_tokens_to_ids", "decision_function", "decode", "detect", "embed_documents", "embed_query",
    "encode", "encode_document", "encode_plus", "encode_query", "forward", "generate",
    "get_image_features", "get_inputs", "get_outputs", "get_text_features", "kneighbors", "pipe",
    "predict", "predict_log_proba", "predict_proba", "rank", "readtext", "run", "score_samples",
    "similarity", "tokenize", "transcribe", "transform",
})  # fmt: skip
# What tells a saved model from any other saved object.
OF_A_MODEL = frozenset({"__call__", "predict", "predict_proba", "decision_function", "transform", "eval"})


@rule.on(Call)
def loaded_again(call: Call, facts: Facts) -> Iterator[Smell]:
    if not loads_model(call, facts):
        return
    path = facts.hot(call)
    if path is None or not facts.only_asked(call, QUESTIONS):
        return
    fix = (
        above_the_loop(call, path, facts) if path.loop is not None else keep_what_it_loads(call, path, facts)
    )
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` is loaded anew for every {path.why.value}",
        fix=fix,
    )


def loads_model(call: Call, facts: Facts) -> bool:
    """Whether a call reads a model from disk or from a hub, or a part of one such as its tokenizer."""
    if facts.in_set("model-loaders", call.func):
        return facts.kind(call) is not Kind.CONFIG
    if facts.in_set("model-factories", call.func):
        given = (facts.argument(call, name) for name in ("pretrained", "weights"))
        return any(isinstance(arg, BaseExpression) and facts.value(arg) not in (False, None) for arg in given)
    if not facts.in_set("object-loaders", call.func):
        return False
    makers = [call, *(facts.callers(loader) if (loader := loader_around(call, facts)) is not None else [])]
    return any(handled.method in OF_A_MODEL for made in makers for handled in facts.handled(made))


def loader_around(call: Call, facts: Facts) -> FunctionDef | None:
    """The function that gives back what a call loads, and nothing else."""
    function = facts.function(call)
    given = facts.returns(function) if isinstance(function, FunctionDef) else []
    loads = len(given) == 1 and facts.origin(given[0]) is call
    return function if isinstance(function, FunctionDef) and loads else None


def above_the_loop(call: Call, path: Hot, facts: Facts) -> Fix | None:
    """Move `model = load(...)` above the outermost loop in which nothing about it changes."""
    line, loop = facts.statement(call), path.loop
    if not isinstance(loop, (For, While)) or not isinstance(line, SimpleStatementLine) or len(line.body) != 1:
        return None
    assign = line.body[0]
    if not isinstance(assign, Assign) or len(assign.targets) != 1:
        return None
    target = assign.targets[0].target
    bound = [use for use in facts.uses(target) if facts.stored(use)]
    if not isinstance(target, Name) or bound != [target]:
        return None
    if not facts.invariant(assign.value, loop) or not straight(line, loop, facts):
        return None
    return Fix.unsafe("Load it once, above the loop", facts.hoist(line, loop))


def straight(line: BaseStatement, loop: CSTNode, facts: Facts) -> bool:
    """Whether nothing but loops stands between a statement and the loop around it."""
    around: list[CSTNode] = []
    for outer in facts.ancestors(line):
        if outer is loop:
            break
        around.append(outer)
    return all(isinstance(outer, (IndentedBlock, For, While)) for outer in around)


def keep_what_it_loads(call: Call, path: Hot, facts: Facts) -> Fix | None:
    """Cache a function that takes nothing and gives back what it loads."""
    function = loader_around(call, facts)
    if function is None or not is_simple(function, facts):
        return None
    if path.why is Why.RERUN:
        streamlit = facts.import_name("streamlit", function)
        return Fix.unsafe(
            "Let Streamlit keep it", facts.decorate(function, f"@{streamlit.name}.cache_resource")
        )
    bound = facts.bound("functools.lru_cache", function)
    imported = facts.import_name("functools", function)
    decorator = f"@{bound or f'{imported.name}.lru_cache'}(maxsize=1)"
    edits = () if bound else imported.edits
    return Fix.unsafe("Load it once and keep it", edits, facts.decorate(function, decorator))


def is_simple(function: FunctionDef, facts: Facts) -> bool:
    """Whether it takes nothing, stands at the top level, and goes straight to its last line."""
    top_level = isinstance(facts.parent(function), Module) and function.asynchronous is None
    parameters = len(facts.within(function.params)) > 1
    straight_on = all(isinstance(line, SimpleStatementLine) for line in function.body.body)
    return top_level and straight_on and not parameters and not function.decorators
