"""Leaves out of a module's facts what, by its grades (``python_relevance``), matters to no reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from inspector.references.api import exact_modules, last_names
from inspector.references.python_relevance import LIBRARIES, Relevance
from inspector.references.python_terms import UNKNOWN, Term
from inspector.references.substitution import functions_in

MAX_ROUNDS = 12


def without_dead_ends(
    calls: list[list[Any]], relevance: Relevance, classes: Mapping[str, Any]
) -> list[list[Any]]:
    """``calls`` without those of own functions that hand no parameter on to any call that is kept."""
    fixed = functions_in_all([info["members"] for info in classes.values()])
    certain = [(call, relevance.function_of(call[3])) for call in calls]
    mentioned = [functions_in_all([call[4], call[5]]) for call in calls]
    alive = [True] * len(calls)
    for _ in range(MAX_ROUNDS):
        relevant = set(fixed)
        for number, functions in enumerate(mentioned):
            if alive[number]:
                relevant |= functions
        changed = False
        for number, (_, function) in enumerate(certain):
            if alive[number] and function is not None and function not in relevant:
                alive[number] = False
                changed = True
        if not changed:
            break
    return [call for call, lives in zip(calls, alive) if lives]


def leave_out(facts: dict[str, Any], relevance: Relevance) -> None:
    """Reduces the facts of a module to what its kept calls, and other modules, can ask for."""
    names: dict[str, Term] = facts["names"]
    facts["names"] = {name: slim for name, term in names.items() if (slim := _named(name, term, relevance))}
    for info in facts["classes"].values():
        info["fields"] = {name: _kept(term, relevance) for name, term in info["fields"].items()}
        members = {
            name: [term for each in terms if (term := _kept(each, relevance)) != UNKNOWN]
            for name, terms in info["members"].items()
        }
        info["members"] = {
            name: terms or [UNKNOWN] for name, terms in members.items() if terms or name in last_names()
        }
    held = [facts["calls"], facts["names"], facts["options"], facts.get("uses", [])]
    for info in facts["classes"].values():
        held += [info["fields"], info["members"]]
    asked = functions_in_all(held)
    for name, info in facts["functions"].items():
        if name not in asked:
            facts["functions"][name] = {}  # that it is there keeps the name from meaning a library's
        else:
            info["defaults"] = {key: _kept(term, relevance) for key, term in info["defaults"].items()}


def _kept(term: Term, relevance: Relevance) -> Term:
    if term[0] == "k":
        return relevance.slim(term)
    return term if term[0] in ("c", "partial") or relevance.bears(term) or relevance.leads(term) else UNKNOWN


def _named(name: str, term: Term, relevance: Relevance) -> Term | None:
    """What other modules may import: None for what none of them could use."""
    if term[0] == "g":
        root = term[1].partition(".")[0]
        return term if root not in LIBRARIES or root in exact_modules() else None
    slim = _kept(term, relevance)
    if slim[0] == "c" and not isinstance(slim[1], str | bool):
        slim = UNKNOWN
    return slim if slim != UNKNOWN or name in last_names() else None


def functions_in_all(terms: Iterable[Any]) -> set[str]:
    """The functions whose parameters any of ``terms`` (lists, or maps of them) mentions."""
    found: set[str] = set()
    for term in terms:
        if isinstance(term, Mapping):
            found |= functions_in_all(term.values())
        elif isinstance(term, list) and term and isinstance(term[0], list):
            found |= functions_in_all(term)
        else:
            found |= functions_in(term)
    return found
