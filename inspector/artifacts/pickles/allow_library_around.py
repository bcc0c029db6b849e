"""The rows of tier two for libraries around training: measures, studies, figures, diffusion, language."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.artifacts.pickles import (
    allow_library_diffusion as diffusion,
)
from inspector.artifacts.pickles import (
    allow_library_spacy as spacy,
)
from inspector.artifacts.pickles import (
    allow_library_tools as tools,
)
from inspector.artifacts.pickles.listed import Row, rows_of


def around_training() -> Iterator[Row]:
    """Libraries around training. Where ``bare`` is missing the libraries pickle with data as arguments."""
    reads = tools.READ_FROM
    measure, part = "a measure of a training run", "a part of a figure"
    yield from rows_of(tools.TORCHMETRICS, "class", measure, reads["torchmetrics"])
    yield from rows_of(tools.TORCHMETRICS_FUNCTIONS, "value", "a kept function", reads["torchmetrics"])
    yield from rows_of(tools.OPTUNA, "class", "a study of settings", reads["optuna"], "no-text")
    yield from rows_of(tools.OPTUNA_ENUMS, "enum", "a state of a study", reads["optuna"])
    yield from rows_of(tools.OPTUNA_FUNCTIONS, "value", "a function that a sampler keeps", reads["optuna"])
    yield from rows_of(tools.MATPLOTLIB, "class", part, reads["matplotlib"], "no-text")
    yield from rows_of(tools.MATPLOTLIB_MAKERS, "function", part, reads["matplotlib"], "class-first")
    yield from rows_of(tools.MATPLOTLIB_ENUMS, "enum", part, reads["matplotlib"])
    yield from rows_of(tools.MATPLOTLIB_FUNCTIONS, "value", "a function of a figure", reads["matplotlib"])
    yield from rows_of(tools.SYMPY, "class", "a term or a matrix of sympy", reads["sympy"], "sympy")
    yield from rows_of(tools.SYMPY_NAMES, "class", "a name in a term of sympy", reads["sympy"])
    yield from rows_of(
        tools.SYMPY_PATTERNS, "class", "a pattern in a term of sympy", reads["sympy"], "sympy-name"
    )
    yield Row("regex._regex_core", "RegexFlag", "enum", "a setting of a pattern", "", "regex 2026.11.15")
    yield from rows_of(tools.POLARS_TYPES, "class", "the type of a column", reads["polars"])
    scheduler, network = "a scheduler of diffusers", "a part of a network of diffusers"
    yield from rows_of(diffusion.SCHEDULERS, "class", scheduler, diffusion.READ_FROM, "bare")
    yield from rows_of(diffusion.NETWORKS, "class", network, diffusion.READ_FROM, "bare")
    text, read = "texts and words as spaCy keeps them", spacy.READ_FROM
    yield from rows_of(spacy.CLASSES, "class", text, read)
    yield from rows_of(spacy.BUILDERS, "function", text, read)
    yield from rows_of(spacy.FUNCTIONS, "value", "a function of words that a vocabulary keeps", read)
    yield Row("spacy.tokenizer", "Tokenizer", "function", text, "tokenizer", read)
    yield Row("spacy.vocab", "unpickle_vocab", "function", text, "nested-vocabulary", read)
    yield Row("spacy.tokens.doc", "unpickle_doc", "function", text, "nested-document", read)
