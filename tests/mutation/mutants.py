"""The mutants of one module: small changes of its source, each of which some test should notice.

Operators: comparison (a bound moved by one, a sense turned round), boolean (an operand left out, ``not``
taken away), arithmetic, constant (one more, one less, the other truth), return value (None instead),
condition negated, statement dropped, exception type (a handler that catches one kind fewer), slice bounds,
item dropped (from a table at the top of the module). Not changed: texts, annotations, docstrings, imports,
and the length to which ``plain`` cuts a name that is shown.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Put = Callable[[ast.AST], None]
Change = tuple[str, str, str, Put]
MOST_ITEMS = 60  # of a table; longer ones are lists of names, which have tests of their own


@dataclass(frozen=True)
class Mutant:
    """``line`` is the text of the source line, ``change`` what was written and what stands there instead."""

    module: str
    line: str
    change: str
    operator: str
    first: int  # line numbers of what changes, counted from 1
    last: int
    function: str  # the outermost function or method by its qualified name, "" for the top of the module
    place: int  # of the node among those that may change
    put: Put  # makes the change

    def tree(self, source: str) -> ast.Module:
        """``source`` with the change, as a tree that keeps the line numbers."""
        tree = ast.parse(source)
        self.put(_places(tree)[self.place][0])
        return ast.fix_missing_locations(tree)


def mutants_of(source: str, module: str) -> Iterator[Mutant]:
    """Every mutant of ``source``, in the order of its lines. Two of the same line never say the same."""
    lines = source.split("\n")
    said: set[tuple[int, str]] = set()
    first = last = 1
    for place, (node, function) in enumerate(_places(ast.parse(source))):
        first = int(getattr(node, "lineno", first))  # a comprehension has none: it is near what it stands in
        last = int(getattr(node, "end_lineno", None) or first)
        for operator, before, after, put in _changes(node, function):
            change = f"{before} -> {after}"
            if (first, change) not in said:
                said.add((first, change))
                line = lines[first - 1].strip()
                yield Mutant(module, line, change, operator, first, last, function, place, put)


def _places(tree: ast.Module) -> list[tuple[ast.AST, str]]:
    """What may change, with the outermost function around it: in the same order for equal trees."""
    found: list[tuple[ast.AST, str]] = []
    waiting: list[tuple[ast.AST, str, str]] = [(tree, "", "")]
    while waiting:
        node, prefix, function = waiting.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            name = f"{prefix}{node.name}"
            inside = function or (name if isinstance(node, FUNCTIONS) else "")
            if isinstance(node, FUNCTIONS):
                # Default values stand in the function's head but are made where it is defined.
                waiting += [(one, prefix, function or f"={name}") for one in node.args.defaults]
                waiting += [(one, prefix, function or f"={name}") for one in node.args.kw_defaults if one]
            below: list[ast.AST] = list(node.body)
            waiting += [(one, f"{name}.", inside) for one in reversed(below)]
            found.append((node, inside))
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr)) or _is_text(node):
            continue
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        found.append((node, function))
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            children = [node.value] if node.value else []
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "plain":
            children = list(node.args[:1])
        waiting += [(one, prefix, function) for one in reversed(children)]
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else text[:60] + " … " + text[-27:]


def _changes(node: ast.AST, function: str) -> Iterator[Change]:
    """(operator, before, after, what changes the same node of a copied tree) for every change of ``node``."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            other = COMPARISONS[type(op)]
            after = copy.deepcopy(node)
            after.ops[place] = other()
            yield "comparison", _short(node), _short(after), _setter("ops", place, other())
    elif isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            after = copy.deepcopy(node)
            del after.values[place]
            shown = after if len(after.values) > 1 else after.values[0]
            yield "boolean", _short(node), _short(shown), _without(place)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "boolean", _short(node), _short(node.operand), _setter("op", None, ast.UAdd(), truth=True)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        texts = (ast.Constant, ast.JoinedStr)
        if isinstance(node, ast.BinOp) and any(
            isinstance(one, texts) and isinstance(getattr(one, "value", ""), str)
            for one in (node.left, node.right)
        ):
            return
        after = copy.deepcopy(node)
        after.op = ARITHMETIC[type(node.op)]()
        yield "arithmetic", _short(node), _short(after), _setter("op", None, after.op)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Slice):
        for name in ("lower", "upper"):
            if getattr(node, name) is not None:
                after = copy.deepcopy(node)
                setattr(after, name, None)
                yield "slice", f"[{_short(node)}]", f"[{_short(after)}]", _setter(name, None, None)
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for place, kind in enumerate(kinds):
            yield "exception", f"except {_short(node.type)}", f"not {_short(kind)}", _uncatch(place)
    elif isinstance(node, ast.comprehension):
        for place, test in enumerate(node.ifs):
            if not isinstance(test, ast.Compare):
                yield "condition", f"if {_short(test)}", f"if not {_short(test)}", _negate("ifs", place)
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        plain_compare = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
        if not plain_compare and not isinstance(node.test, (ast.Constant, ast.UnaryOp)):
            yield "condition", f"if {_short(node.test)}", f"if not {_short(node.test)}", _negate("test", None)
    elif isinstance(node, (ast.Return, ast.Expr, ast.Raise, ast.Continue, ast.Break, ast.Delete)) or (
        isinstance(node, (ast.Assign, ast.AugAssign))
        and isinstance(node.targets[0] if isinstance(node, ast.Assign) else node.target, _STORED)
    ):
        yield from _dropped(node)
    if not function and isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        yield from _items(node)
    if isinstance(node, ast.AugAssign):
        yield "statement", _short(node), "pass", _become_pass


_STORED = (ast.Attribute, ast.Subscript)


def _dropped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return):
        empty = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        if not empty and not isinstance(node.value, ast.Constant):
            yield "return", _short(node), "return None", _setter("value", None, ast.Constant(None))
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, (ast.Yield, ast.YieldFrom)):
        return  # a generator that yields nothing is another kind of function
    yield "statement", _short(node), "pass", _become_pass


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", str(value), str(not value), _setter("value", None, not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1) if value else (1,):
            yield "constant", str(value), str(other), _setter("value", None, other)


def _items(node: ast.Tuple | ast.List | ast.Set | ast.Dict) -> Iterator[Change]:
    items = list(node.keys if isinstance(node, ast.Dict) else node.elts)
    if not 2 <= len(items) <= MOST_ITEMS or isinstance(getattr(node, "ctx", None), ast.Store):
        return
    for place, item in enumerate(items):
        if item is None or not isinstance(item, (ast.Constant, ast.Tuple, ast.Name, ast.Attribute)):
            continue
        lists = ("keys", "values") if isinstance(node, ast.Dict) else ("elts",)
        yield "item", f"item {_short(item)}", "left out", _dropper(*lists, place)


def _setter(name: str, place: int | None, value: object, *, truth: bool = False) -> Put:
    def put(node: ast.AST) -> None:
        if truth:  # ``not x`` becomes the truth of x, so that it stays a bool
            node.op = ast.Not()  # type: ignore[attr-defined]
            inner = node.operand  # type: ignore[attr-defined]
            node.operand = ast.UnaryOp(ast.Not(), inner)  # type: ignore[attr-defined]
        elif place is None:
            setattr(node, name, value)
        else:
            getattr(node, name)[place] = value

    return put


def _dropper(*arguments: str | int) -> Put:
    *names, place = arguments

    def put(node: ast.AST) -> None:
        for name in names:
            del getattr(node, str(name))[place]

    return put


def _without(place: int) -> Put:
    """Leaves one operand of ``and`` or ``or`` out."""

    def put(node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        del node.values[place]
        if len(node.values) == 1:
            rest = node.values[0]
            node.__class__ = rest.__class__  # type: ignore[assignment]
            node.__dict__ = dict(rest.__dict__)

    return put


def _negate(name: str, place: int | None) -> Put:
    def put(node: ast.AST) -> None:
        if place is None:
            setattr(node, name, ast.UnaryOp(ast.Not(), getattr(node, name)))
        else:
            tests = getattr(node, name)
            tests[place] = ast.UnaryOp(ast.Not(), tests[place])

    return put


def _uncatch(place: int) -> Put:
    def put(node: ast.AST) -> None:
        assert isinstance(node, ast.ExceptHandler)
        if isinstance(node.type, ast.Tuple):
            del node.type.elts[place]
        else:
            node.type = ast.Tuple([], ast.Load())

    return put


def _become_pass(node: ast.AST) -> None:
    """Makes a statement ``None``, an expression that does nothing. One that speaks of ``super()`` becomes
    ``__class__``: a function that no longer needs its class could not be put in the place of the other."""
    needs = any(isinstance(one, ast.Name) and one.id == "super" for one in ast.walk(node))
    node.__class__ = ast.Expr  # type: ignore[assignment]
    for name in ("targets", "target", "op", "exc", "cause"):
        if name in node.__dict__:
            delattr(node, name)
    nothing = ast.Name("__class__", ast.Load()) if needs else ast.Constant(None)
    node.value = nothing  # type: ignore[attr-defined]
