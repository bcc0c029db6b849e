"""Which facts of a Python module can matter to a reference, and which can be left out.

Most calls of a project name nothing: tensors, numbers, loggers. Their facts would travel from the worker to
the engine and stay in memory for nothing. A fact is left out only where the module itself shows that it
leads nowhere; what another file might decide is kept.

``bears`` grades a term: 2 where it may carry a name (text, a parameter, an option, what another file
defines), 1 for a switch that may change how a reference is judged, 0 for what can be neither.
``leads`` says whether a callee can be a call of the table or a function of this project that hands on.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.references.api import exact_modules, find_row, last_name, last_names
from inspector.references.python_scopes import Collected
from inspector.references.python_terms import UNKNOWN, Term

MAX_DEPTH = 10
MAX_NAME = 500  # characters of a text that may still be a name
# Standard library modules whose names projects also give to folders of their own.
SHARED_NAMES = frozenset(
    [
        "code",
        "test",
        "types",
        "token",
        "site",
        "profile",
        "platform",
        "resource",
        "statistics",
        "queue",
        "signal",
        "string",
        "copy",
        "calendar",
        "email",
        "secrets",
        "symtable",
        "trace",
        "config",
    ]
)
# Packages that are never a folder of the project, and what of them never names anything.
LIBRARIES = frozenset(set(sys.stdlib_module_names) - SHARED_NAMES) | frozenset(
    [
        "torch",
        "numpy",
        "np",
        "pandas",
        "matplotlib",
        "scipy",
        "PIL",
        "cv2",
        "tqdm",
        "pytest",
        "tensorflow",
        "jax",
    ]
)
# Methods of tensors, loggers and test cases, whoever defines them.
_NEVER = frozenset(
    [
        "to",
        "cpu",
        "cuda",
        "half",
        "backward",
        "zero_grad",
        "register_buffer",
        "register_parameter",
        "skipTest",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "log",
        "startswith",
        "endswith",
        "lower",
        "upper",
        "split",
    ]
)
# Attributes of tensors: no name ever stands there.
_OF_TENSORS = frozenset(
    ["shape", "device", "dtype", "ndim", "size", "T", "grad", "weight", "bias", "data", "in_features"]
)
# Annotations that say "a number, a tensor or a function", and those around them that say nothing more.
_NUMBERS = frozenset(
    [
        "int",
        "float",
        "complex",
        "Tensor",
        "FloatTensor",
        "LongTensor",
        "BoolTensor",
        "IntTensor",
        "Generator",
        "ndarray",
        "dtype",
        "device",
        "Callable",
    ]
)
_AROUND = frozenset(
    [
        "Optional",
        "Union",
        "Tuple",
        "tuple",
        "List",
        "list",
        "Sequence",
        "Iterable",
        "torch",
        "np",
        "numpy",
        "typing",
    ]
)
# Words of parameters whose switch bears on a reference.
_SWITCHES = ("trust", "safe", "weights", "pickle", "pretrain", "check", "hash", "local", "remote", "code")


class Relevance:
    """Grades the terms of one module by what the module says. ``facts`` are those of ``python_index``."""

    def __init__(self, facts: Mapping[str, Any], collected: Collected) -> None:
        self.own = f"{facts['module']}."
        self.functions: Mapping[str, Mapping[str, Any]] = facts["functions"]
        self.classes: Mapping[str, Mapping[str, Any]] = facts["classes"]
        self.names: Mapping[str, Term] = facts["names"]
        self.options: Mapping[str, Term] = facts["options"]
        self._plain = {
            function.scope.qual: {name: _grade(note) for name, note in function.scope.params.items() if note}
            for function in collected.functions
        }

    # --- what may carry a name

    def bears(self, term: Any, depth: int = 0) -> int:
        """2, 1 or 0, see above. Beyond the depth a term is taken for one that may carry a name."""
        if depth > MAX_DEPTH:
            return 2
        tag = term[0]
        if tag == "c":
            return _constant(term[1])
        if tag in ("o", "j", "f", "l"):
            return self._most(term[1:], depth)
        if tag == "d":
            return self._most((pair[1] for pair in term[1]), depth)
        if tag == "m":
            return self._most([term[1], *(pair[1] for pair in term[2])], depth)
        if tag == "p":
            return self._parameter(term)
        if tag == "a":
            return self._attribute(term, depth)
        if tag == "g":
            return self._global(term[1], depth)
        if tag == "x":
            return self._most([term[1], *([term[3]] if term[3] else [])], depth)
        if tag in ("i", "u"):
            return self.bears(term[1], depth + 1)
        if tag == "e":
            return self.bears(term[2], depth + 1) if term[2] else 0
        if tag == "r":
            option = self.options.get(term[1])
            return self.bears(option, depth + 1) if option and option[0] == "c" else 2
        if tag == "k":
            return 2 if self.makes(term) else 0
        return 2 if tag in ("s", "self") else 0

    def _most(self, terms: Iterable[Any], depth: int) -> int:
        most = 0
        for term in terms:
            most = max(most, self.bears(term, depth + 1))
            if most == 2:
                break
        return most

    def _parameter(self, term: Term) -> int:
        grade = self._plain.get(term[1], {}).get(term[2], 2)
        if grade == 2:
            default = self.functions.get(term[1], {}).get("defaults", {}).get(term[2])
            if default and default[0] == "c" and isinstance(default[1], bool | int):
                return 1 if isinstance(default[1], bool) else 0
        return grade

    def _attribute(self, term: Term, depth: int) -> int:
        base, name = term[1], term[2]
        if name in _OF_TENSORS:
            return 0
        if base[0] == "self":
            found = self.member(base[1], name)
            if found is None:
                return 2
            return self._most(found, depth)
        if base[0] == "super":
            return 2
        return self.bears(base, depth + 1)

    def _global(self, dotted: str, depth: int) -> int:
        if dotted.startswith(self.own):
            if dotted in self.functions:
                return 0
            term = self.names.get(dotted.removeprefix(self.own))
            if term is not None and term != ["g", dotted]:
                return self.bears(term, depth + 1)
        return 0 if dotted.partition(".")[0] in LIBRARIES else 2

    def makes(self, term: Term) -> bool:
        """Whether a call may give a downloaded path, or an object of the project or of the table."""
        callee = term[1]
        if callee[0] not in ("g", "s"):
            return callee[0] in ("o", "partial") or (
                callee[0] in ("a", "r") and str(callee[2 if callee[0] == "a" else 1]) in last_names()
            )
        dotted = str(callee[1])
        last = last_name(dotted)
        if last in last_names():
            return True
        if not last[:1].isupper() or dotted.startswith("torch.nn."):
            return False
        root = dotted.partition(".")[0]
        return root not in LIBRARIES or root in exact_modules()

    # --- what may be called

    def leads(self, callee: Term, depth: int = 0) -> bool:
        """Whether ``callee`` may be more than a call that leads nowhere."""
        tag = callee[0]
        if depth > MAX_DEPTH or tag == "s":
            return True
        if tag == "g":
            root = callee[1].partition(".")[0]
            return root not in LIBRARIES or find_row(callee[1]) is not None
        if tag == "o":
            return any(self.leads(choice, depth + 1) for choice in callee[1:])
        if tag == "partial":
            return True
        if tag not in ("a", "r"):
            return False  # a parameter, an element, a result: what it is cannot be told, so neither later
        base, name = (callee[1], callee[2]) if tag == "a" else (callee[2][1], callee[1])
        if name in last_names():
            return True
        return name not in _NEVER and not name.startswith("assert") and self._leads_on(base, name, depth + 1)

    def _leads_on(self, base: Term, name: str, depth: int) -> bool:
        tag = base[0]
        if depth > MAX_DEPTH:
            return True
        if tag == "self":
            found = self.member(base[1], name)
            return found is None or any(self.leads(term, depth) for term in found)
        if tag == "super":
            return any(
                item[0] != "g" or item[1].partition(".")[0] not in LIBRARIES or find_row(item[1]) is not None
                for item in self.classes.get(base[1], {}).get("bases") or [["?"]]
            )
        if tag == "k":
            return base[1][0] in ("g", "s", "o", "a") and self.leads(base[1], depth) and self.makes(base)
        if tag == "o":
            return any(self._leads_on(choice, name, depth) for choice in base[1:])
        if tag == "p":
            info = self.functions.get(base[1], {})
            default = info.get("defaults", {}).get(base[2])
            return default is not None and default[0] != "c"
        if tag == "a" and base[1][0] == "self":
            found = self.member(base[1][1], base[2])
            return found is None or any(self._is_object(term, depth) for term in found)
        if tag == "a" and base[1][0] == "p":
            return base[1][2] in self.functions.get(base[1][1], {}).get("notes", ())
        if tag == "g":
            return self.leads(["g", f"{base[1]}.{name}"], depth)
        return tag in ("a", "x", "i", "r", "m") and self._is_object(base, depth)

    def _is_object(self, term: Term, depth: int) -> bool:
        """Whether a value may be an instance or a class of the project."""
        if depth > MAX_DEPTH:
            return True
        if term[0] == "k":
            return self.makes(term)
        if term[0] == "c":
            return False
        if term[0] == "p":
            info = self.functions.get(term[1], {})
            default = info.get("defaults", {}).get(term[2])
            return term[2] in info.get("notes", ()) or (default is not None and default[0] != "c")
        if term[0] in ("o", "l"):
            return any(self._is_object(part, depth + 1) for part in term[1:])
        return self.bears(term, depth) == 2

    def member(self, owner: str, name: str, depth: int = 0) -> list[Term] | None:
        """What ``self.name`` can be: terms, an own function as ``g``; None where another file decides."""
        info = self.classes.get(owner)
        if info is None or depth > MAX_DEPTH:
            return None
        if f"{owner}.{name}" in self.functions:
            return [["g", f"{owner}.{name}"]]
        found = [*info["members"].get(name, ()), *([info["fields"][name]] if name in info["fields"] else ())]
        if found:
            return found
        for base in info["bases"]:
            if base[0] != "g":
                return None
            if base[1] in self.classes:
                inner = self.member(base[1], name, depth + 1)
                if inner is None or inner:
                    return inner
            elif base[1].partition(".")[0] not in LIBRARIES or find_row(f"{base[1]}.{name}") is not None:
                return None
        return []

    # --- what is kept

    def slim(self, term: Term) -> Term:
        """``term``, or "not to be told" where it can carry neither a name nor a switch."""
        if term[0] == "o":
            parts: list[Term] = []
            for part in term[1:]:
                slim = self.slim(part)
                if slim not in parts:
                    parts.append(slim)
            return ["o", *parts] if len(parts) > 1 else parts[0] if parts else UNKNOWN
        if term[0] == "k" and len(term) == 4:
            return self._slim_call(term) if self.makes(term) else UNKNOWN
        return term if term[0] == "c" or self.bears(term) else UNKNOWN

    def _slim_call(self, term: Term) -> Term:
        args = [self.slim(part) for part in term[2]]
        keywords = [[name, self.slim(part) if name else part] for name, part in term[3]]
        return ["k", self.slim_callee(term[1]), args, keywords]

    def slim_callee(self, callee: Term, depth: int = 0) -> Term:
        """``callee`` without the arguments of calls in it: whose method it is follows without them."""
        if callee[0] == "k" and len(callee) == 4:
            return ["k", self.slim_callee(callee[1], depth + 1), [], []]
        if callee[0] == "a" and depth < MAX_DEPTH:
            return ["a", self.slim_callee(callee[1], depth + 1), callee[2]]
        return callee

    def keeps(self, callee: Term, args: list[Term], keywords: list[list[Any]]) -> bool:
        """Whether a call with these arguments hands something on that can make or change a reference. A
        number does so only where a function puts it into a name; classes take numbers for their sizes."""
        if any(self.bears(term) == 2 for term in args):
            return True
        is_class = callee[0] == "g" and last_name(callee[1])[:1].isupper()
        plain = bool if is_class else int
        if any(term[0] == "c" and isinstance(term[1], plain) for term in args):
            return True
        for name, term in keywords:
            grade = self.bears(term)
            if grade == 2 or (grade == 1 and any(word in str(name) for word in _SWITCHES)):
                return True
        return False

    def function_of(self, callee: Term, depth: int = 0) -> str | None:
        """The own function that a callee certainly is (``""`` for none that hands on); None where more is
        possible."""
        if callee[0] == "a" and callee[1][0] == "self":
            found = self.member(callee[1][1], callee[2])
            return self.function_of(found[0], depth + 1) if found and len(found) == 1 and depth < 4 else None
        if callee[0] != "g" or find_row(callee[1]) is not None:
            return None
        if callee[1] in self.functions:
            return str(callee[1])
        return self._constructor(callee[1]) if callee[1] in self.classes else None

    def _constructor(self, owner: str) -> str | None:
        found = self.member(owner, "__init__")
        if found is None:
            return None
        if found:
            return str(found[0][1]) if found[0][0] == "g" else None
        bases = self.classes[owner]["bases"]
        return None if any(base[0] != "g" or find_row(base[1]) is not None for base in bases) else ""


def _grade(note: ast.expr | None) -> int:
    """What an annotation says of a parameter: 0 a number or a tensor, 1 a switch, 2 anything else."""
    words: set[str] = set()
    todo: list[ast.AST] = [note] if note is not None else []
    for _ in range(40):
        if not todo:
            break
        node = todo.pop()
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Constant):
            if node.value not in (None, ...):
                return 2
        elif isinstance(node, ast.Subscript):
            todo += [node.value, node.slice]
        elif isinstance(node, ast.Tuple):
            todo += node.elts
        elif isinstance(node, ast.BinOp):
            todo += [node.left, node.right]
        else:
            return 2
    words -= _AROUND
    if not words or todo or not words <= _NUMBERS | {"bool"}:
        return 2
    return 1 if words == {"bool"} else 0


def _constant(value: Any) -> int:
    if isinstance(value, str):
        return 2 if len(value) <= MAX_NAME and "\n" not in value else 0
    return 1 if isinstance(value, bool) else 0
