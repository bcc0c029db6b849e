"""Formulas that are evaluated with a model's data: each known word, and the bound of what is looked at."""

from __future__ import annotations

import pytest

from inspector.artifacts.pickles.rules_formula import formula_state, is_plain_formula
from inspector.artifacts.pickles.symbols import LongText, Mapped, Tup

LONGEST = 64 * 1024


@pytest.mark.parametrize(
    "text",
    [
        *(f"y ~ {module}.{name}(x)" for module in ("np", "numpy") for name in ("log", "exp", "isnan")),
        *(f"y ~ x * {name}" for name in ("np.pi", "np.e", "np.inf", "np.nan")),
        *(f"y ~ x {name} (z)" for name in ("and", "or", "not", "True", "False", "None")),
        *("y ~ (x + z)", "y ~ (x) + 'a'", "(x)", "", "y ~ contr.sum(x)"),
        "x" * LONGEST,
    ],
)
def test_what_is_plain(text: str) -> None:
    assert is_plain_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        *("y ~ numpy.load(x)", "y ~ nump.log(x)", "y ~ np.newaxis", "y ~ exp(x)", "y ~ np.core.log(x)"),
        *("y ~ (x)(z)", "y ~ (x) (z)", "y ~ 'x'(z)", 'y ~ "x" (z)', "(x)\n(z)"),
        *(f"y ~ x {word} z" for word in ("lambda", "for", "if", "else", "in", "is", "await", "yield")),
        "x" * (LONGEST + 1),
    ],
)
def test_what_is_not(text: str) -> None:
    assert not is_plain_formula(text)


def data(*items: object) -> Mapped:
    made = Mapped()
    made.extend(list(items))
    return made


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (data(), None),
        (data("endog", 1), None),
        (data("formula", None), None),
        (data("formula", "y ~ x"), None),
        (data("formula", "y ~ f(x)"), "evaluated-text"),
        (data("formula", 5), "evaluated-text"),
        (data("formula", b"y ~ x"), "evaluated-text"),
        (data("formula", LongText("y ~ x")), "evaluated-text"),
        (data(1, 2), "evaluated-text"),
        (data(1, 2, "formula", None), "evaluated-text"),
        (data(1, 2, "formula", "y ~ x"), None),
        (data(1, 2, "formula", "y ~ f(x)"), "evaluated-text"),
        (None, "odd-state"),
        (Tup([]), "odd-state"),
    ],
)
def test_what_a_state_has_evaluated(state: object, said: str | None) -> None:
    found = formula_state(state)
    assert (None if found is None else found[1]) == said
