"""Expressions as terms: small JSON lists that the engine evaluates without ever seeing syntax.

=========================== =====================================================================
``["c", value]``            a constant
``["g", dotted]``           what a dotted name of this module, another module or a library stands for
``["s", name, modules]``    a name that a star import may have brought
``["p", function, name]``   a parameter
``["self", class]``         the instance or class a method is called on; ``["super", class]``
``["a", base, name]``       an attribute
``["x", base, key, other]`` an element, with what ``get`` gives instead (or null)
``["r", option, base]``     an attribute of parsed arguments or of a configuration object
``["e", variable, other]``  an environment variable and its default (or null)
``["u", path]``             the folder that a path stands in
``["j", parts…]``           text joined from parts; ``["f", parts…]`` path joined from parts
``["o", choices…]``         one of several
``["l", items…]``           a list, tuple or set; ``["d", [[key, value]…], whole]`` a map
``["m", base, [[key, value]…]]``  a map with later changes
``["i", base, what, path]`` an element of an iteration: e(lements), k(eys), v(alues), or items
``["k", callee, args, keywords]``  the result of a call
``["partial", callee, args, keywords]``  functools.partial
``["cut"]``                 the rest of a list or map, which was left out
``["?"]``                   not to be told
=========================== =====================================================================
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from inspector.references.python_call_terms import ARGUMENTS, MAX_ITEMS, CallTerms
from inspector.references.python_call_terms import UNKNOWN as UNKNOWN
from inspector.references.python_call_terms import Term as Term
from inspector.references.python_scopes import Binding, Place, Position, Scope, dotted_name, end_of_time

_THIS_FILE: Term = ["c", "./__file__"]
MAX_STEPS = 140
MAX_DEPTH = 14
MAX_CONSTANTS = 500  # of a list or map of plain texts
CUT: Term = ["cut"]  # stands behind the last item of a list or map that goes on
MAX_TEXT = 2_000


class Terms(CallTerms):
    """Turns expressions of one module into terms."""

    def __init__(self, module: Scope, stars: list[str]) -> None:
        self.module = module
        self.stars = stars
        self.steps = 0
        self._known: dict[tuple[Any, ...], Term] = {}

    def of(self, node: ast.expr | None, place: Place) -> Term:
        """The term of ``node`` as seen from ``place``; ``["?"]`` once it grows beyond the limits."""
        self.steps = 0
        return self._term(node, place, 0)

    def _term(self, node: ast.AST | None, place: Place, depth: int) -> Term:
        self.steps += 1
        if node is None or depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return UNKNOWN
        handler = _HANDLERS.get(node.__class__)
        if handler is None:
            return UNKNOWN
        term: Term = handler(self, node, place, depth + 1)
        return term

    def _Constant(self, node: ast.Constant, place: Place, depth: int) -> Term:
        value = node.value
        if isinstance(value, str):
            return ["c", value[:MAX_TEXT]]
        if isinstance(value, bytes):
            return ["?"]
        if value is None or isinstance(value, bool):
            return ["c", value]
        if isinstance(value, int) and abs(value) < 1 << 53:
            return ["c", value]
        return ["c", str(value)[:40]] if isinstance(value, float) else UNKNOWN

    def _Name(self, node: ast.Name, place: Place, depth: int) -> Term:
        return self.name(node.id, place, depth)

    def name(self, name: str, place: Place, depth: int) -> Term:
        """What ``name`` stands for at ``place``: the binding that holds there, or several."""
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return UNKNOWN
        scope: Scope | None = place.scope
        position, branch = place.position, place.branch
        first = True
        while scope is not None:
            if scope.kind != "class" or first:
                # A parameter is what it was passed as until something is assigned to it: p = f(p).
                kept = name in scope.params and name in scope.bindings and not scope.begins(name, position)
                if name in scope.bindings and name not in scope.outer_names and not kept:
                    return self._bound(name, scope, position, branch, depth)
                if name in scope.params:
                    if name == scope.receiver and scope.owner:
                        return ["self", scope.owner]
                    return ["p", scope.qual, name]
            first = False
            scope = scope.parent
            position, branch = end_of_time(), ()
        if name == "__file__":
            return _THIS_FILE
        if self.stars:
            return ["s", name, self.stars[:8]]
        return ["g", name]

    def _bound(
        self, name: str, scope: Scope, position: Position, branch: tuple[tuple[int, int], ...], depth: int
    ) -> Term:
        """The alternatives that may hold: back from the place of use to the first binding that always
        runs. Between two bindings a name stands for one thing: it is made out once.
        """
        until = scope.until(name, position)
        key = (id(scope), name, until, branch, depth)
        term = self._known.get(key)
        if term is None:
            term = self._made_out(name, scope, until, branch, depth)
            if self.steps <= MAX_STEPS:
                self._known[key] = term
        return term

    def _made_out(
        self, name: str, scope: Scope, until: int, branch: tuple[tuple[int, int], ...], depth: int
    ) -> Term:
        bindings = scope.bindings[name]
        choices: list[Term] = []
        changes: list[list[Any]] = []
        settled = False
        arms = dict(branch)
        for number in range(until - 1, max(until - 1 - MAX_ITEMS, -1), -1):
            binding = bindings[number]
            if any(arms.get(at, arm) != arm for at, arm in binding.branch):
                continue  # the other arm of an if that the place of use stands in
            always = all(at in arms for at, _ in binding.branch)
            if binding.how in ("item", "update"):
                changes.extend(self._changes(binding, scope, always, depth))
                continue
            term = self._binding(name, binding, scope, depth)
            if term not in choices:
                choices.append(term)
            if always:
                settled = True
                break
        if not settled and name in scope.params:
            choices.append(["self", scope.owner] if name == scope.receiver else ["p", scope.qual, name])
        base = UNKNOWN if not choices else choices[0] if len(choices) == 1 else ["o", *choices[:16]]
        return ["m", base, changes] if changes else base

    def _binding(self, name: str, binding: Binding, scope: Scope, depth: int) -> Term:
        here = Place(scope, (binding.position[0], max(binding.position[1] - 1, 0)), binding.branch)
        payload = binding.payload
        if binding.how == "term":
            return list(payload)
        if binding.how == "expr":
            return self._term(payload, here, depth)
        if binding.how == "aug":
            start = Place(scope, (payload.lineno, payload.col_offset), binding.branch)
            if isinstance(payload.op, ast.Add):
                return ["j", self.name(name, start, depth + 2), self._term(payload.value, start, depth)]
            return UNKNOWN
        if binding.how == "unpack":
            node, path = payload
            term = self._term(node, here, depth)
            for number in path:
                term = ["x", term, ["c", number], None]
            return term
        if binding.how == "iter":
            node, path = payload
            return self._element(node, list(path), here, depth)
        return UNKNOWN

    def _element(self, node: ast.expr, path: list[int], place: Place, depth: int) -> Term:
        """What a loop over ``node`` binds; ``path`` picks inside an unpacked element."""
        if isinstance(node, ast.Call):
            function = node.func
            name = dotted_name(function) or ""
            if name == "enumerate" and node.args and path[:1] != [0]:
                return self._element(node.args[0], path[1:], place, depth)
            if name == "zip" and path and path[0] < len(node.args):
                return self._element(node.args[path[0]], path[1:], place, depth)
            if (
                name in ("tqdm", "tqdm.tqdm", "trange", "track", "sorted", "list", "set", "reversed")
                and node.args
            ):
                return self._element(node.args[0], path, place, depth)
            if (
                isinstance(function, ast.Attribute)
                and not node.args
                and function.attr in ("items", "keys", "values")
            ):
                base = self._term(function.value, place, depth)
                if function.attr == "items":
                    what = "k" if path[:1] == [0] else "v" if path[:1] == [1] else "e"
                    return ["i", base, what, path[1:]]
                return ["i", base, function.attr[0], path]
        return ["i", self._term(node, place, depth), "e", path]

    def _changes(self, binding: Binding, scope: Scope, always: bool, depth: int) -> list[list[Any]]:
        here = Place(scope, (binding.position[0], max(binding.position[1] - 1, 0)), binding.branch)
        pairs: list[tuple[Term, Term]] = []
        if binding.how == "item":
            key, value = binding.payload
            pairs.append((self._term(key, here, depth), self._term(value, here, depth)))
        elif binding.payload.func.attr == "setdefault":
            args = binding.payload.args
            if len(args) == 2:
                # What stands there already keeps its place.
                before = Place(scope, (binding.payload.lineno, binding.payload.col_offset), binding.branch)
                held = dotted_name(binding.payload.func.value) or ""
                earlier = any(b.position <= before.position for b in scope.bindings.get(held, ())[:50])
                base = self.name(held, before, depth + 2) if earlier else UNKNOWN
                if not earlier and held in scope.params:
                    base = ["p", scope.qual, held]
                key_term = self._term(args[0], here, depth)
                pairs.append((key_term, ["x", base, key_term, self._term(args[1], here, depth)]))
        else:
            for part in binding.payload.args[:2]:
                term = self._term(part, here, depth)
                if term[0] == "d":
                    pairs.extend((key, value) for key, value in term[1])
            for keyword in binding.payload.keywords[:MAX_ITEMS]:
                if keyword.arg:
                    pairs.append((["c", keyword.arg], self._term(keyword.value, here, depth)))
        return [[key, value if always else ["o", value, ["c", None]]] for key, value in pairs]

    def _Attribute(self, node: ast.Attribute, place: Place, depth: int) -> Term:
        whole = dotted_name(node) if place.scope.has_dotted else None
        if whole and whole in place.scope.bindings:
            return self._bound(whole, place.scope, place.position, place.branch, depth)
        base = self._term(node.value, place, depth)
        if base[0] == "g" and base[1].endswith("flags.FLAGS"):
            return ["r", node.attr, ["g", f"{base[1]}.{node.attr}"]]  # absl
        if node.attr == "parent" and (base[0] == "u" or base == _THIS_FILE):
            return ["u", base]
        if node.attr == "__dict__":
            return base
        if base[0] == "g":
            dotted = f"{base[1]}.{node.attr}"
            return ["g", dotted] if len(dotted) <= 300 else UNKNOWN
        if base[0] == "o" and all(choice[0] == "g" for choice in base[1:]):
            return ["o", *(["g", f"{choice[1]}.{node.attr}"] for choice in base[1:])]
        inner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        term: Term = ["a", base, node.attr]
        return ["r", node.attr, term] if ARGUMENTS.match(inner) else term

    def _Call(self, node: ast.Call, place: Place, depth: int) -> Term:
        owner = super_of(node, place.scope)
        if owner:
            return ["super", owner]
        return self._call(node, place, depth, self._term(node.func, place, depth))

    def of_call(self, node: ast.Call, place: Place, callee: Term) -> Term:
        """The term of a call whose ``callee`` is known already."""
        self.steps = 0
        return self._call(node, place, 1, callee)

    def _JoinedStr(self, node: ast.JoinedStr, place: Place, depth: int) -> Term:
        return ["j", *(self._term(part, place, depth) for part in node.values[:24])]

    def _FormattedValue(self, node: ast.FormattedValue, place: Place, depth: int) -> Term:
        return UNKNOWN if node.format_spec is not None else self._term(node.value, place, depth)

    def _BinOp(self, node: ast.BinOp, place: Place, depth: int) -> Term:
        if isinstance(node.op, ast.Add):
            return ["j", self._term(node.left, place, depth), self._term(node.right, place, depth)]
        if isinstance(node.op, ast.Div):
            return ["f", self._term(node.left, place, depth), self._term(node.right, place, depth)]
        if isinstance(node.op, ast.BitOr):
            left, right = self._term(node.left, place, depth), self._term(node.right, place, depth)
            if left[0] == right[0] == "d":
                return ["d", [*left[1], *right[1]], left[2] and right[2]]
        if isinstance(node.op, ast.Mod):
            return self._percent(node, place, depth)
        return UNKNOWN

    def _percent(self, node: ast.BinOp, place: Place, depth: int) -> Term:
        left = self._term(node.left, place, depth)
        if left[0] != "c" or not isinstance(left[1], str):
            return UNKNOWN
        pieces = re.split(r"(%[sd])", left[1])[:40]
        right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        values = [self._term(part, place, depth) for part in right[:12]]
        parts: list[Term] = []
        for piece in pieces:
            if piece in ("%s", "%d"):
                parts.append(values.pop(0) if values else UNKNOWN)
            elif "%(" in piece:
                return UNKNOWN
            elif piece:
                parts.append(["c", piece])
        return ["j", *parts]

    def _BoolOp(self, node: ast.BoolOp, place: Place, depth: int) -> Term:
        parts = node.values if isinstance(node.op, ast.Or) else node.values[-1:]
        return ["o", *(self._term(part, place, depth) for part in parts[:8])]

    def _IfExp(self, node: ast.IfExp, place: Place, depth: int) -> Term:
        return ["o", self._term(node.body, place, depth), self._term(node.orelse, place, depth)]

    def _Subscript(self, node: ast.Subscript, place: Place, depth: int) -> Term:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            return self._parents(node.value, node.slice, place, depth)
        base = self._term(node.value, place, depth)
        key = self._term(node.slice, place, depth)
        if base[0] == "g" and base[1].endswith("environ"):
            return ["e", key[1] if key[0] == "c" else None, None]
        term: Term = ["x", base, key, None]
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if key[0] == "c" and isinstance(key[1], str) and ARGUMENTS.match(name):
            return ["r", key[1], term]
        return term

    def _parents(self, node: ast.Attribute, number: ast.expr, place: Place, depth: int) -> Term:
        """``Path(__file__).parents[1]``."""
        term = self._term(node.value, place, depth)
        if not (isinstance(number, ast.Constant) and isinstance(number.value, int) and 0 <= number.value < 8):
            return UNKNOWN
        for _ in range(number.value + 1):
            term = ["u", term]
        return term

    def _List(self, node: ast.List | ast.Tuple | ast.Set, place: Place, depth: int) -> Term:
        parts = node.elts
        if len(parts) > MAX_ITEMS and all(part.__class__ is ast.Constant for part in parts):
            items = [self._Constant(part, place, depth) for part in parts[:MAX_CONSTANTS]]  # type: ignore[arg-type]  # told by its class
        else:
            items = [self._term(part, place, depth) for part in parts[:MAX_ITEMS]]
        return ["l", *items, CUT] if len(parts) > len(items) else ["l", *items]

    _Tuple = _List
    _Set = _List

    def _Dict(self, node: ast.Dict, place: Place, depth: int) -> Term:
        pairs: list[list[Any]] = []
        plain = all(part.__class__ is ast.Constant for part in (*node.keys, *node.values))
        if plain:
            self.steps -= 2 * min(len(node.keys), MAX_CONSTANTS)  # constants cost next to nothing
        limit = MAX_CONSTANTS if plain else MAX_ITEMS
        whole = len(node.keys) <= limit
        for key, value in list(zip(node.keys, node.values))[:limit]:
            if key is None:
                inner = self._term(value, place, depth)
                if inner[0] == "d":
                    pairs.extend(inner[1])
                    whole = whole and inner[2]
                else:
                    whole = False
            else:
                pairs.append([self._term(key, place, depth), self._term(value, place, depth)])
        if len(node.keys) > limit:
            pairs.append([["c", "\0"], CUT])
        return ["d", pairs, whole]

    def _NamedExpr(self, node: ast.NamedExpr, place: Place, depth: int) -> Term:
        return self._term(node.value, place, depth)

    def _Await(self, node: ast.Await, place: Place, depth: int) -> Term:
        return self._term(node.value, place, depth)

    def _ListComp(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, place: Place, depth: int
    ) -> Term:
        return UNKNOWN

    def _Starred(self, node: ast.Starred, place: Place, depth: int) -> Term:
        return self._term(node.value, place, depth)

    def _Lambda(self, node: ast.Lambda, place: Place, depth: int) -> Term:
        return ["g", f"{place.scope.qual}.<lambda:{node.lineno}:{node.col_offset}>"]


_HANDLERS: dict[type, Callable[..., Term]] = {
    getattr(ast, name[1:]): handler
    for name, handler in vars(Terms).items()
    if name[:1] == "_" and name[1:2].isupper()
}


def super_of(node: ast.expr, scope: Scope) -> str | None:
    """The class whose base is meant by ``super()`` in a method, else None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
        inner: Scope | None = scope
        while inner is not None and inner.owner is None:
            inner = inner.parent
        return inner.owner if inner is not None else None
    return None
