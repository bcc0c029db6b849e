"""One Python module as facts: the calls that may matter, what can be called, and what names stand for.

The facts are JSON: ``module``, ``calls`` [[line, end, column, callee, args, keywords, text, written]],
``functions``, ``classes``, ``names`` (of the module), ``options`` (of argument parsers), ``urls``, ``stars``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from typing import Any

from inspector.references.api import find_row, last_names
from inspector.references.python_relevance import SHARED_NAMES, Relevance
from inspector.references.python_scopes import (
    Collected,
    Function,
    Klass,
    Place,
    collect,
    dotted_name,
    end_of_time,
)
from inspector.references.python_slimming import leave_out, without_dead_ends
from inspector.references.python_terms import MAX_CONSTANTS, UNKNOWN, Term, Terms
from inspector.references.substitution import holds_cut

MAX_NAMES = 4_000
TEXT_LIMIT = 300
_FOREIGN = (set(sys.stdlib_module_names) - SHARED_NAMES) | {
    "numpy",
    "np",
    "pandas",
    "matplotlib",
    "scipy",
    "sklearn",
    "tqdm",
    "PIL",
    "cv2",
    "yaml",
    "pytest",
    "requests",
    "torch",
    "tensorflow",
    "tf",
    "jax",
    "flax",
    "transformers",
    "datasets",
    "accelerate",
    "wandb",
    "click",
    "rich",
    "pydantic",
    "fastapi",
    "flask",
    "django",
    "typer",
    "gradio",
    "streamlit",
    "print",
    "len",
    "range",
    "isinstance",
    "int",
    "float",
    "str",
    "list",
    "dict",
    "set",
    "tuple",
    "super",
    "type",
    "zip",
    "map",
    "min",
    "max",
    "sum",
    "any",
    "all",
    "sorted",
    "enumerate",
    "ValueError",
    "RuntimeError",
    "TypeError",
    "KeyError",
    "hasattr",
    "getattr",
    "setattr",
    "bool",
    "abs",
    "round",
    "next",
    "iter",
    "repr",
    "format",
    "open",
    "logger",
    "nn",
    "F",
}
TextOf = Callable[[int, int], str]


def index_module(body: list[ast.stmt], path: str, text_of: TextOf) -> dict[str, Any]:
    """The facts of the module at ``path``; ``text_of(line, end)`` gives the source to show."""
    module, package = module_name(path)
    collected = collect(body, module, package)
    terms = Terms(collected.module, collected.stars)
    facts: dict[str, Any] = {
        "module": module,
        "calls": [],
        "functions": {},
        "classes": {},
        "names": {},
        "options": {},
        "urls": [],
        "stars": collected.stars[:16],
    }
    for function in collected.functions:
        facts["functions"][function.scope.qual] = _function(function, terms)
    for klass in collected.classes:
        facts["classes"][klass.scope.qual] = _class(klass, terms)
    for owner, name, value, place in collected.members:
        if owner in facts["classes"]:
            members = facts["classes"][owner]["members"].setdefault(name, [])
            term = terms.of(value, place)
            if len(members) < 8 and term not in members and term != UNKNOWN:
                members.append(term)
    facts["names"] = _names(collected, terms)
    calls = _options(collected, terms, facts["options"])
    relevance = Relevance(facts, collected)
    found = _calls(calls, terms, relevance, text_of)
    facts["calls"] = without_dead_ends(found, relevance, facts["classes"])
    for node, _place in collected.strings[:2_000]:
        end = node.end_lineno or node.lineno
        facts["urls"].append([node.lineno, end, str(node.value)[:600], text_of(node.lineno, end)])
    from inspector.references.influence_facts import influence_facts

    facts.update(influence_facts(collected, terms, text_of))
    leave_out(facts, relevance)
    if collected.cut:
        facts["cut"] = "The file holds more calls than are read; the rest was left out."
    elif any(holds_cut(call[4:6]) for call in facts["calls"]):
        facts["cut"] = f"A call names more than {MAX_CONSTANTS} things; what stands behind them was left out."
    return facts


def module_name(path: str) -> tuple[str, str]:
    """The dotted name of the module at ``path`` and of the package that its relative imports start in."""
    stem = path.rsplit(".", 1)[0] if path.endswith((".py", ".pyi", ".pyw", ".ipynb")) else path
    parts = [part for part in stem.split("/") if part]
    if parts and parts[-1] == "__init__":
        return ".".join(parts[:-1]), ".".join(parts[:-1])
    return ".".join(parts), ".".join(parts[:-1])


def guessed_dotted(term: Term) -> str:
    """The dotted name of a callee as far as the file alone tells; ``?`` for a base that is not known."""
    suffix: list[str] = []
    for _ in range(24):
        if term[0] in ("r", "a"):
            suffix.append(term[1] if term[0] == "r" else term[2])
            term = (
                term[2] if term[0] == "r" and term[2][0] != "a" else term[1] if term[0] == "a" else term[2][1]
            )
        elif term[0] == "k":
            inner = guessed_dotted(term[1]) if term[1][0] in ("g", "a") else "?"
            if not inner.rsplit(".", 1)[-1][:1].isupper():
                inner = "?"
            return ".".join([inner, *reversed(suffix)])
        elif term[0] == "g":
            return ".".join([term[1], *reversed(suffix)])
        elif term[0] == "s":
            return ".".join([*term[2][:1], term[1], *reversed(suffix)])
        else:
            break
    return ".".join(["?", *reversed(suffix)])


def _options(collected: Collected, terms: Terms, options: dict[str, Term]) -> list[tuple[ast.Call, Place]]:
    """Files the options of argument parsers in ``options``; gives the calls that are none."""
    others: list[tuple[ast.Call, Place]] = []
    for node, place in collected.calls:
        name = _called(node)
        if name == "add_argument":
            _option(node, place, terms, options)
        elif name.startswith("DEFINE_") and len(node.args) >= 2:
            _flag(node, place, terms, options)
        elif node.args or node.keywords or name in last_names() or name[:1].isupper():
            others.append((node, place))  # without arguments too, where the defaults fetch: VGG16()
    return others


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _calls(
    calls: list[tuple[ast.Call, Place]], terms: Terms, relevance: Relevance, text_of: TextOf
) -> list[list[Any]]:
    """The calls of the table, and those of others that may hand something on to one."""
    found: list[list[Any]] = []
    for node, place in calls:
        callee = terms.of(node.func, place)
        in_table = _in_table(callee)
        if not in_table and not (_matters(callee, relevance.own) and relevance.leads(callee)):
            continue
        call_term = terms.of_call(node, place, callee)
        if call_term[0] == "k":
            args, keywords = call_term[2], call_term[3]
        else:  # a call that is folded away, such as str(...): kept with its plain arguments
            args = [terms.of(part, place) for part in node.args[:12]]
            keywords = [[k.arg, terms.of(k.value, place)] for k in node.keywords[:32]]
        if not in_table:
            if not relevance.keeps(callee, args, keywords):
                continue
            callee = relevance.slim_callee(callee)
            args = [relevance.slim(term) for term in args]
            # A ** stays whole: that it holds no more than these keys is worth knowing.
            keywords = [[name, relevance.slim(term) if name else term] for name, term in keywords]
        end = node.end_lineno or node.lineno
        written = (dotted_name(node.func) or _called(node) or "call")[:200]
        found.append(
            [
                node.lineno,
                end,
                node.col_offset + 1,
                callee,
                args,
                keywords,
                text_of(node.lineno, end),
                written,
            ]
        )
    return found


def _in_table(callee: Term) -> bool:
    if callee[0] == "o":
        return any(_in_table(choice) for choice in callee[1:])
    if callee[0] == "partial":
        return True
    return find_row(guessed_dotted(callee)) is not None


def _matters(callee: Term, own: str) -> bool:
    """Whether a call can be one of the table, or one of this project's own functions."""
    if callee[0] in ("o", "partial", "s"):
        return True
    if callee[0] == "g":
        dotted: str = callee[1]
        return dotted.startswith(own) or dotted.split(".", 1)[0] not in _FOREIGN
    if callee[0] in ("a", "r"):
        base = callee[1] if callee[0] == "a" else callee[2]
        while base[0] == "a":
            base = base[1]
        return base[0] in ("self", "super", "p", "o") or (base[0] == "k" and base[1][0] == "g")
    return False


def _option(node: ast.Call, place: Place, terms: Terms, options: dict[str, Term]) -> None:
    """``add_argument``: the name under which the value is had, and its default."""
    names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    keywords = {k.arg: k.value for k in node.keywords if k.arg}
    dest = keywords.get("dest")
    long_names = [name for name in names if name.startswith("--")] or names
    if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
        name = dest.value
    elif long_names:
        name = long_names[0].lstrip("-").replace("-", "_")
    else:
        return
    action = keywords.get("action")
    word = action.value if isinstance(action, ast.Constant) else ""
    if "default" in keywords:
        default = terms.of(keywords["default"], place)
    elif word == "store_true":
        default = ["c", False]
    elif word == "store_false":
        default = ["c", True]
    elif "choices" in keywords and "required" in keywords:
        choices = terms.of(keywords["choices"], place)
        default = ["o", *choices[1:]] if choices[0] == "l" and len(choices) > 1 else UNKNOWN
    elif names and names[0].startswith("-") and "required" not in keywords:
        default = ["c", None]
    else:
        default = UNKNOWN
    if len(options) < MAX_NAMES:
        options.setdefault(name, default)


def _flag(node: ast.Call, place: Place, terms: Terms, options: dict[str, Term]) -> None:
    """absl's ``DEFINE_string("name", default, …)``."""
    first = node.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and len(options) < MAX_NAMES:
        options.setdefault(first.value, terms.of(node.args[1], place))


def _function(function: Function, terms: Terms) -> dict[str, Any]:
    arguments = function.node.args
    positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    defaults: dict[str, Term] = {}
    for name, node in zip(reversed(positional), reversed(arguments.defaults)):
        defaults[name] = _default(node, function.place, terms)
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        if default is not None:
            defaults[item.arg] = _default(default, function.place, terms)
    notes: dict[str, Term] = {}
    for name, annotation in function.scope.params.items():
        if annotation is not None and len(notes) < 40:
            notes[name] = _annotation(annotation, function.place, terms)
    if not isinstance(function.node, ast.Lambda):
        for decorator in function.node.decorator_list:
            _click_default(decorator, function.place, terms, defaults)
    return {
        "params": positional[:64],
        "only": [item.arg for item in arguments.kwonlyargs][:64],
        "rest": arguments.kwarg.arg if arguments.kwarg else None,
        "defaults": defaults,
        "notes": {name: term for name, term in notes.items() if term[0] == "g"},
        "kind": function.kind,
    }


def _annotation(node: ast.expr, place: Place, terms: Terms) -> Term:
    """The class that an annotation names, through ``Optional[...]``, ``X | None`` and quotes."""
    for _ in range(4):
        if isinstance(node, ast.Subscript):
            name = dotted_name(node.value) or ""
            if name.rsplit(".", 1)[-1] not in ("Optional", "Annotated", "Union"):
                return UNKNOWN
            inner = node.slice
            node = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            node = node.left
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[\w.]+", node.value)
        ):
            names = node.value.split(".")
            node = ast.Name(id=names[0], ctx=ast.Load())
            for name in names[1:]:
                node = ast.Attribute(value=node, attr=name, ctx=ast.Load())
        else:
            break
    late = Place(place.scope, end_of_time(), ())
    return terms.of(node, late) if isinstance(node, ast.Name | ast.Attribute) else UNKNOWN


def _default(node: ast.expr, place: Place, terms: Terms) -> Term:
    """A default; those of typer, pydantic and dataclasses stand inside a call."""
    if isinstance(node, ast.Call):
        name = (dotted_name(node.func) or "").rsplit(".", 1)[-1]
        if name in (
            "Option",
            "Argument",
            "Field",
            "field",
            "Query",
            "Form",
            "Body",
            "config_field",
            "ib",
            "attrib",
        ):
            for keyword in node.keywords:
                if keyword.arg == "default":
                    return terms.of(keyword.value, place)
                if keyword.arg == "default_factory" and isinstance(keyword.value, ast.Lambda):
                    return terms.of(keyword.value.body, place)
            if node.args and not (isinstance(node.args[0], ast.Constant) and node.args[0].value is ...):
                return terms.of(node.args[0], place)
            return UNKNOWN
    return terms.of(node, place)


def _click_default(node: ast.expr, place: Place, terms: Terms, defaults: dict[str, Term]) -> None:
    if not isinstance(node, ast.Call):
        return
    if (dotted_name(node.func) or "").rsplit(".", 1)[-1] not in ("option", "argument"):
        return
    names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    plain = [name for name in names if not name.startswith("-")]
    long_names = [name for name in names if name.startswith("--")]
    chosen = (
        plain[0] if plain else long_names[0].lstrip("-").split("/")[0].replace("-", "_") if long_names else ""
    )
    for keyword in node.keywords:
        if keyword.arg == "default" and chosen:
            # The command line may give another value: the same standing as a parsed argument.
            defaults.setdefault(chosen, ["e", None, terms.of(keyword.value, place)])


def _class(klass: Klass, terms: Terms) -> dict[str, Any]:
    fields: dict[str, Term] = {}
    order: list[str] = []
    for statement in klass.node.body[:600]:
        place = Place(klass.scope, (statement.lineno, 0), ())
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            order.append(statement.target.id)
            if statement.value is not None:
                fields[statement.target.id] = _default(statement.value, place, terms)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    fields[target.id] = terms.of(statement.value, place)
    bases = [
        terms.of(base, klass.place) for base in klass.node.bases[:8] if not isinstance(base, ast.Starred)
    ]
    return {"bases": bases, "fields": fields, "order": order[:200], "members": {}}


def _names(collected: Collected, terms: Terms) -> dict[str, Term]:
    """What the names of the module stand for once it was run: what other modules import."""
    late = Place(collected.module, end_of_time(), ())
    names: dict[str, Term] = {}
    for name in list(collected.module.bindings)[:MAX_NAMES]:
        if "." in name:
            continue
        terms.steps = 0
        term = terms.name(name, late, 0)
        if term not in (UNKNOWN, ["g", f"{collected.module.qual}.{name}"]):
            names[name] = term
    return names
