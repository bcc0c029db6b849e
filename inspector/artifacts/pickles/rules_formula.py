"""Formulas in pickled data of statsmodels, which are evaluated as Python when the data is unpickled.

``ModelData.__setstate__`` hands the formula to patsy or formulaic as soon as the state has one of two
keys (statsmodels 0.14 and 0.15, ``statsmodels/base/data.py``). What a modeller writes is names, arithmetic
and a few known functions; a call of anything else is code.
"""

from __future__ import annotations

import re

from inspector.artifacts.pickles.symbols import LongText, Mapped, Objection, shown
from inspector.provenance import Loading

# Functions that patsy and formulaic bring, and those of numpy that transform a column.
_NAMED_TRANSFORMS = """
C I Q bs cc center cr hashed lag lags log poly scale standardize te Treatment Sum Diff Helmert Poly
contr.treatment contr.sum contr.poly contr.helmert contr.diff contr.sas
"""
_NAMED_UFUNCS = """
abs absolute arccos arcsin arctan cbrt clip cos cosh exp exp2 expm1 fabs floor ceil log log10 log1p log2
maximum minimum power reciprocal round sign sin sinh sqrt square tan tanh where isnan
"""
_UFUNCS = frozenset(_NAMED_UFUNCS.split())
_CALLABLE = frozenset(
    (*_NAMED_TRANSFORMS.split(), *(f"{module}.{name}" for module in ("np", "numpy") for name in _UFUNCS))
)
_TOKEN = re.compile(
    r"\s+|(?P<name>[^\W\d]\w*(?:\.\w+)*)(?P<call>\s*\()?|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+*/:~|%^,=<>!&().]|"
    r"'[^'\\\n]*'|\"[^\"\\\n]*\""
)
_CONSTANTS = frozenset(("np.pi", "np.e", "np.inf", "np.nan"))
_WORDS = frozenset(("True", "False", "None", "and", "or", "not"))
_MAX = 64 * 1024


def formula_state(state: object) -> Objection | None:
    """Whether the state of pickled data has nothing but a modeller's formula evaluated."""
    if not isinstance(state, Mapped):
        return (
            Loading.UNREADABLE,
            "odd-state",
            f"the data of a statistical model gets {shown(state)} as its state, which is no dictionary",
        )
    formula = state.items.get("formula")
    if not state.is_whole and formula is None:
        return (
            Loading.RUNS_CODE,
            "evaluated-text",
            "the data of a statistical model has so many entries that its formula, which statsmodels "
            "evaluates as Python, cannot be told",
        )
    if formula is None or (isinstance(formula, str) and is_plain_formula(formula)):
        return None
    what = formula.head if isinstance(formula, LongText) else formula
    return (
        Loading.RUNS_CODE,
        "evaluated-text",
        f"statsmodels evaluates the formula {shown(what)} as Python, and it is no plain one",
    )


def is_plain_formula(text: str) -> bool:
    """Whether ``text`` is made of names, arithmetic, and calls of known transformations alone."""
    if len(text) > _MAX:
        return False
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return False
        name = found["name"]
        if name is not None and not _is_plain_name(name, found["call"] is not None):
            return False
        if name is None and found.group() == "(" and text[:at].rstrip()[-1:] in (")", "'", '"', "]"):
            return False  # a call of a call's result
        if found.group() == "." and not text[at - 1 : at].isspace():
            return False  # an attribute of a value
        at = found.end()
    return True


def _is_plain_name(name: str, is_called: bool) -> bool:
    if any(part.startswith("_") for part in name.split(".")):
        return False
    if is_called:
        return name in _CALLABLE or name in _WORDS
    if "." in name:
        return name in _CONSTANTS
    return name not in ("lambda", "for", "if", "else", "in", "is", "await", "yield", "import")
