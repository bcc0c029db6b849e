"""What a Python file binds where: scopes, assignments, functions, classes, calls and URL literals.

One pass over the syntax tree with a stack of its own (hostile nesting costs memory, not the interpreter's
stack). Nothing is evaluated here; ``python_terms`` turns expressions into terms on demand.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

Position = tuple[int, int]
Branch = tuple[tuple[int, int], ...]  # (statement, arm) of every if, loop and try around a place
MAX_CALLS = 20_000
MAX_BINDINGS = 60_000
_FAR = (1 << 30, 0)
_POSITION = attrgetter("position")


@dataclass(slots=True)
class Binding:
    """One way a name got its value. ``how`` is expr, unpack, iter, aug, term, item or update."""

    position: Position
    branch: Branch
    how: str
    payload: Any


@dataclass(slots=True)
class Scope:
    """A module, class, function or lambda, with the names bound in it."""

    kind: str
    qual: str
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    params: dict[str, ast.expr | None] = field(default_factory=dict)
    receiver: str | None = None  # the name of self or cls
    owner: str | None = None  # the class a method belongs to
    outer_names: set[str] = field(default_factory=set)  # global and nonlocal
    has_dotted: bool = False  # whether any bound name is one like ``self.x``

    def bind(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)
        self.has_dotted = self.has_dotted or "." in name

    def settle(self) -> None:
        """Puts the bindings of each name in the order of their places: a search expects that."""
        for bindings in self.bindings.values():
            if len(bindings) > 1:
                bindings.sort(key=_POSITION)

    def begins(self, name: str, position: Position) -> bool:
        """Whether a binding of ``name`` stands at or before ``position``."""
        return any(binding.position <= position for binding in self.bindings[name][:1])

    def until(self, name: str, position: Position) -> int:
        """How many of the bindings of ``name`` stand at or before ``position``; all where none does."""
        bindings = self.bindings[name]
        if len(bindings) == 1:
            return 1
        return bisect_right(bindings, position, key=_POSITION) or len(bindings)


@dataclass(slots=True)
class Place:
    """Where an expression stands: what a name in it means depends on this."""

    scope: Scope
    position: Position
    branch: Branch


@dataclass(slots=True)
class Function:
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    place: Place
    kind: str  # function, instance, class, static


@dataclass(slots=True)
class Klass:
    node: ast.ClassDef
    scope: Scope
    place: Place


@dataclass(slots=True)
class Collected:
    """Everything the pass met, in the order it met it."""

    module: Scope
    calls: list[tuple[ast.Call, Place]] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    classes: list[Klass] = field(default_factory=list)
    members: list[tuple[str, str, ast.expr, Place]] = field(default_factory=list)  # class, name, value
    strings: list[tuple[ast.Constant, Place]] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    cut: bool = False


def collect(body: list[ast.stmt], module: str, package: str) -> Collected:
    """Walks ``body`` of the module called ``module`` in ``package`` (for relative imports)."""
    walk = _Walk(module, package)
    walk.run(body)
    for scope in walk.scopes:
        scope.settle()
    return walk.out


class _Walk:
    def __init__(self, module: str, package: str) -> None:
        self.out = Collected(Scope("module", module, None))
        self.package = package
        self.count = 0
        self.scopes = [self.out.module]
        self.stack: list[tuple[ast.AST, Scope, Branch]] = []

    def run(self, body: list[ast.stmt]) -> None:
        self.push(body, self.out.module, ())
        while self.stack:
            node, scope, branch = self.stack.pop()
            self.statement(node, scope, branch)

    def push(self, nodes: Iterable[ast.AST], scope: Scope, branch: Branch) -> None:
        self.stack.extend((node, scope, branch) for node in reversed(list(nodes)))

    def bind(self, scope: Scope, name: str, at: ast.AST, branch: Branch, how: str, payload: Any) -> None:
        self.count += 1
        if self.count > MAX_BINDINGS:
            self.out.cut = True
            return
        if name in scope.outer_names:
            scope = self.out.module
        position = (getattr(at, "end_lineno", 0) or 0, getattr(at, "end_col_offset", 0) or 0)
        scope.bind(name, Binding(position, branch, how, payload))

    def statement(self, node: ast.AST, scope: Scope, branch: Branch) -> None:
        handler = _STATEMENTS.get(node.__class__)
        if handler is not None:
            handler(self, node, scope, branch)
            return
        self.expressions(ast.iter_child_nodes(node), scope, branch)

    def arm(self, node: ast.AST, number: int, branch: Branch) -> Branch:
        return (*branch, (id(node), number)) if len(branch) < 40 else branch

    # --- statements that hold statements

    def on_If(self, node: ast.If, scope: Scope, branch: Branch) -> None:
        self.expressions([node.test], scope, branch)
        self.push(node.orelse, scope, self.arm(node, 1, branch))
        self.push(node.body, scope, self.arm(node, 0, branch))

    def on_While(self, node: ast.While, scope: Scope, branch: Branch) -> None:
        self.on_If(node, scope, branch)  # type: ignore[arg-type]  # the same three fields

    def on_For(self, node: ast.For | ast.AsyncFor, scope: Scope, branch: Branch) -> None:
        self.expressions([node.iter], scope, branch)
        inner = self.arm(node, 0, branch)
        self.target(node.target, scope, branch, "iter", (node.iter, ()), node.iter)
        self.push(node.orelse, scope, branch)
        self.push(node.body, scope, inner)

    on_AsyncFor = on_For

    def on_With(self, node: ast.With | ast.AsyncWith, scope: Scope, branch: Branch) -> None:
        for item in node.items:
            self.expressions([item.context_expr], scope, branch)
            if item.optional_vars is not None:
                self.target(item.optional_vars, scope, branch, "expr", item.context_expr, item.context_expr)
        self.push(node.body, scope, branch)

    on_AsyncWith = on_With

    def on_Try(self, node: ast.Try, scope: Scope, branch: Branch) -> None:
        self.push(node.finalbody, scope, branch)
        self.push(node.orelse, scope, branch)
        for number, handler in enumerate(node.handlers):
            self.push(handler.body, scope, self.arm(node, number + 1, branch))
        self.push(node.body, scope, branch)

    on_TryStar = on_Try

    def on_Match(self, node: ast.Match, scope: Scope, branch: Branch) -> None:
        self.expressions([node.subject], scope, branch)
        for number, case in enumerate(node.cases):
            self.push(case.body, scope, self.arm(node, number, branch))

    def on_FunctionDef(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, branch: Branch
    ) -> None:
        self.expressions(node.decorator_list, scope, branch)
        qual = f"{scope.qual}.{node.name}"
        names = {_decorator(item) for item in node.decorator_list}
        kind = "function"
        if scope.kind == "class":
            kind = "static" if "staticmethod" in names else "class" if "classmethod" in names else "instance"
        inner = self.function(node, qual, scope, branch, kind)
        self.bind(scope, node.name, node, branch, "term", ["g", qual])
        self.push(node.body, inner, ())

    on_AsyncFunctionDef = on_FunctionDef

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        qual: str,
        scope: Scope,
        branch: Branch,
        kind: str,
    ) -> Scope:
        inner = Scope("function", qual, scope)
        self.scopes.append(inner)
        arguments = node.args
        for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.params[item.arg] = item.annotation
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                inner.params[extra.arg] = None
        if kind in ("instance", "class"):
            inner.owner = scope.qual
            inner.receiver = next(iter(inner.params), None)
        elif scope.kind == "function":
            inner.owner = scope.owner
        self.expressions([*arguments.defaults, *(d for d in arguments.kw_defaults if d)], scope, branch)
        place = Place(scope, (node.lineno, node.col_offset), branch)
        self.out.functions.append(Function(node, inner, place, kind))
        return inner

    def on_ClassDef(self, node: ast.ClassDef, scope: Scope, branch: Branch) -> None:
        self.expressions(
            [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)], scope, branch
        )
        qual = f"{scope.qual}.{node.name}"
        inner = Scope("class", qual, scope)
        self.scopes.append(inner)
        self.out.classes.append(Klass(node, inner, Place(scope, (node.lineno, node.col_offset), branch)))
        self.bind(scope, node.name, node, branch, "term", ["g", qual])
        self.push(node.body, inner, ())

    # --- statements that bind

    def on_Import(self, node: ast.Import, scope: Scope, branch: Branch) -> None:
        for alias in node.names:
            if alias.asname:
                self.bind(scope, alias.asname, node, branch, "term", ["g", alias.name])
            else:
                root = alias.name.split(".", 1)[0]
                self.bind(scope, root, node, branch, "term", ["g", root])

    def on_ImportFrom(self, node: ast.ImportFrom, scope: Scope, branch: Branch) -> None:
        base = node.module or ""
        if node.level:
            parts = self.package.split(".") if self.package else []
            kept = parts[: max(len(parts) - (node.level - 1), 0)]
            base = ".".join([*kept, base] if base else kept)
        for alias in node.names:
            if alias.name == "*":
                self.out.stars.append(base)
            else:
                dotted = f"{base}.{alias.name}" if base else alias.name
                self.bind(scope, alias.asname or alias.name, node, branch, "term", ["g", dotted])

    def on_Assign(self, node: ast.Assign, scope: Scope, branch: Branch) -> None:
        self.expressions([node.value], scope, branch)
        for target in node.targets:
            self.target(target, scope, branch, "expr", node.value, node)

    def on_AnnAssign(self, node: ast.AnnAssign, scope: Scope, branch: Branch) -> None:
        if node.value is not None:
            self.expressions([node.value], scope, branch)
            self.target(node.target, scope, branch, "expr", node.value, node)

    def on_AugAssign(self, node: ast.AugAssign, scope: Scope, branch: Branch) -> None:
        self.expressions([node.value], scope, branch)
        if isinstance(node.target, ast.Name):
            self.bind(scope, node.target.id, node, branch, "aug", node)

    def on_Global(self, node: ast.Global | ast.Nonlocal, scope: Scope, branch: Branch) -> None:
        scope.outer_names.update(node.names)

    on_Nonlocal = on_Global

    def on_Expr(self, node: ast.Expr, scope: Scope, branch: Branch) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring, or a string that serves as a comment
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in ("update", "append", "setdefault")
        ):
            name = dotted_name(call.func.value)
            if name and call.func.attr in ("update", "setdefault"):
                self.bind(scope, name, node, branch, "update", call)
        self.expressions([node.value], scope, branch)

    def target(
        self, target: ast.expr, scope: Scope, branch: Branch, how: str, payload: Any, at: ast.AST
    ) -> None:
        """Binds what stands on the left of an assignment, a loop or a with."""
        todo: list[tuple[ast.expr, str, Any]] = [(target, how, payload)]
        while todo:
            item, way, value = todo.pop()
            if isinstance(item, ast.Name):
                self.bind(scope, item.id, at, branch, way, value)
            elif isinstance(item, ast.Tuple | ast.List):
                for number, part in enumerate(item.elts):
                    todo.append((part, *_part(way, value, number, len(item.elts))))
            elif isinstance(item, ast.Subscript):
                name = dotted_name(item.value)
                if name and way == "expr":
                    self.bind(scope, name, at, branch, "item", (item.slice, value))
            elif isinstance(item, ast.Attribute) and way == "expr":
                name = dotted_name(item)
                if name:
                    self.bind(scope, name, at, branch, "expr", value)
                    owner = scope.owner
                    if owner and isinstance(item.value, ast.Name) and item.value.id == scope.receiver:
                        place = Place(scope, (item.lineno, item.col_offset), branch)
                        self.out.members.append((owner, item.attr, value, place))

    # --- expressions

    def expressions(self, nodes: Iterable[ast.AST], scope: Scope, branch: Branch) -> None:
        """Finds calls, lambdas, comprehensions, walrus bindings and URL literals below ``nodes``."""
        pending: list[tuple[list[ast.AST], Scope]] = [(list(nodes), scope)]
        while pending:
            todo, here = pending.pop()
            todo.reverse()
            while todo:
                node = todo.pop()
                kind = node.__class__
                if kind is ast.Constant:
                    self.literal(node, here, branch)  # type: ignore[arg-type]  # told by its class
                    continue
                if kind is ast.Lambda:
                    pending.append(self.anonymous(node, here, branch))  # type: ignore[arg-type]  # the same
                    continue
                if kind in _TELLING_KINDS:
                    self.telling(node, here, branch)
                for name in _CHILDREN.get(kind, ()):
                    child = getattr(node, name)
                    if child.__class__ is list:
                        todo += [item for item in reversed(child) if item.__class__ not in _LEAVES]
                    elif child.__class__ not in _LEAVES:
                        todo.append(child)

    def literal(self, node: ast.Constant, scope: Scope, branch: Branch) -> None:
        if isinstance(node.value, str) and "://" in node.value[:12]:
            self.out.strings.append((node, Place(scope, (node.lineno, node.col_offset), branch)))

    def anonymous(self, node: ast.Lambda, scope: Scope, branch: Branch) -> tuple[list[ast.AST], Scope]:
        qual = f"{scope.qual}.<lambda:{node.lineno}:{node.col_offset}>"
        return [node.body], self.function(node, qual, scope, branch, "function")

    def telling(self, node: ast.AST, scope: Scope, branch: Branch) -> None:
        if isinstance(node, ast.Call):
            if len(self.out.calls) < MAX_CALLS:
                self.out.calls.append((node, Place(scope, (node.lineno, node.col_offset), branch)))
            else:
                self.out.cut = True
        elif isinstance(node, ast.NamedExpr):
            self.bind(scope, node.target.id, node, branch, "expr", node.value)
        elif isinstance(node, ast.comprehension):
            self.target(node.target, scope, branch, "iter", (node.iter, ()), node.iter)


_STATEMENTS: dict[type, Callable[..., None]] = {
    getattr(ast, name.removeprefix("on_")): handler
    for name, handler in vars(_Walk).items()
    if name.startswith("on_")
}
# Nodes below which nothing is looked for, and of the others the fields that hold nodes, last first.
_LEAVES: frozenset[type] = frozenset(
    [
        *(ast.Name, ast.Load, ast.Store, ast.Del, ast.And, ast.Or, type(None), str, int, bool),
        *ast.operator.__subclasses__(),
        *ast.unaryop.__subclasses__(),
        *ast.cmpop.__subclasses__(),
    ]
)
_PLAIN_FIELDS = frozenset(("ctx", "op", "ops", "lineno", "type_comment", "kind", "conversion", "is_async"))
_TELLING_KINDS = frozenset((ast.Call, ast.NamedExpr, ast.comprehension))


def _all_kinds() -> Iterable[type[ast.AST]]:
    todo: list[type[ast.AST]] = [ast.AST]
    while todo:
        kind = todo.pop()
        yield kind
        todo += kind.__subclasses__()


_CHILDREN = {
    kind: tuple(name for name in reversed(kind._fields) if name not in _PLAIN_FIELDS)
    for kind in _all_kinds()
    if kind not in _LEAVES
}


def _part(how: str, payload: Any, number: int, total: int) -> tuple[str, Any]:
    """How element ``number`` of an unpacked value is had."""
    if how == "expr" and isinstance(payload, ast.Tuple | ast.List) and len(payload.elts) == total:
        return "expr", payload.elts[number]
    if how == "expr":
        return "unpack", (payload, (number,))
    node, path = payload
    return how, (node, (*path, number))


def _decorator(node: ast.expr) -> str:
    name = dotted_name(node.func if isinstance(node, ast.Call) else node)
    return (name or "").rsplit(".", 1)[-1]


def dotted_name(node: ast.AST) -> str | None:
    """``a.b.c`` for a chain of names, else None. At most 12 parts."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 12:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def end_of_time() -> Position:
    """A position behind every statement: what a function sees of the module when it is called."""
    return _FAR
