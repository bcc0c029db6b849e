"""Text that a template takes up again as a value: the insides of ``set`` blocks, macros and ``call`` blocks.

Jinja gives such text as a string, so ``{% set a %}__class__{% endset %}{{ x[a] }}`` takes an attribute whose
name it does not quote (``jinja2.nodes.AssignBlock``, ``Macro``, ``CallBlock``). Templates of models take up
text all the time, to print it, compare it and hand it on. Here it is followed, whatever the order of the
parts, to the keys and formats it is used for, and only its low lines are looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.jinja_constants import spine
from inspector.artifacts.texts.jinja_syntax import Block, Node, parts_of
from inspector.artifacts.texts.python_names import is_no_name_of_python

_MAX_NODES = 2_000
_MAX_FLOWS = 20_000
_FLOW_WORK = 2_000
_SET_NAME = re.compile(r"\{%[-+]?\s*set\s+(\w+)\s*(?:\.\s*(\w+))?")
_FORMAT_STEP = re.compile(r"\{[^{}]*[.\[]\s*_")
# A name of Python's inside, or a half of one.
_NAME = re.compile(r"__\w+\Z|\w+__\Z")
# Filters and methods that give no text.
_NAMED_OTHERS = """
length count int float round abs wordcount sum startswith endswith find rfind index rindex isdigit isalpha
isspace isalnum isupper islower isnumeric isdecimal isidentifier tojson
"""
_NO_TEXT = frozenset(_NAMED_OTHERS.split())
# Those that hand a text on as it stands but for its edges or its case.
_NAMED_KEEPING = "string safe trim strip lstrip rstrip lower upper escape e forceescape default d"
_KEEPING = frozenset(_NAMED_KEEPING.split())
# Those whose arguments say what is searched for, and do not come into what is given.
_NAMED_SEARCHING = (
    "trim strip lstrip rstrip split rsplit splitlines removeprefix removesuffix get items keys values"
)
_SEARCHING = frozenset(_NAMED_SEARCHING.split())
# Those that give a generator.
_LAZY = frozenset({"select", "reject", "selectattr", "rejectattr", "map", "batch", "slice", "unique"})
_INNER, _EDGE = 1, 2  # a low line inside of words, one where a name may begin
_LOW_LINES_OF_A_NAME = 4


@dataclass(slots=True)
class _Flow:
    """What one value is made of: the low lines of its own texts, the names it draws on, whether it is cut."""

    risk: int = 0
    low_lines: int = 0  # of texts that have one at an edge
    is_cut: bool = False
    is_captured: bool = False
    names: set[str] = field(default_factory=set)

    def text(self, text: str, *, is_first: bool) -> None:
        bare = text.strip()
        if "_" not in bare:
            return
        is_edge = "__" in bare or (is_first and bare.startswith("_")) or _FORMAT_STEP.search(bare) is not None
        self.risk = max(self.risk, _EDGE if is_edge else _INNER)
        if bare.startswith("_") or bare.endswith("_"):
            self.low_lines += bare.count("_")

    def outcome(self) -> int:
        """How much like a name of Python it may come to be."""
        if self.low_lines >= _LOW_LINES_OF_A_NAME or (self.is_cut and self.risk >= _INNER):
            return _EDGE
        return self.risk


class Captured:
    """The names of one template that may hold captured text, found before its parts are judged."""

    def __init__(self, parts: Iterable[Block]) -> None:
        self._flows: dict[str, list[_Flow]] = {}
        self._risks: dict[str, int] = {}
        self._captured: set[str] = set()
        self._macros: set[str] = set()
        self._count = 0
        self.told: dict[int, str] = {}  # by the place of a part, the text before it that is a name
        blocks = list(parts)
        if any(_takes(block) for block in blocks):
            for block in blocks:
                self._learn_macro(block)
            self._read(blocks)
            self._settle()

    def is_name(self, node: Node) -> bool:
        """Whether a key or a format is captured text that may be a name of Python's inside."""
        if not self._captured:
            return False
        flow = self._flow([node])
        if self._captured.isdisjoint(flow.names):
            return False
        flow.risk = max([flow.risk, *(self._risks.get(name, 0) for name in flow.names)])
        return flow.outcome() == _EDGE

    def _learn_macro(self, block: Block) -> None:
        if block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            macro = str(block.expressions[0][1][1])
            self._macros.add(macro)
            # every parameter may be any argument of any call, or any default
            self._draw(f"{macro}()", self._flow([value for _, value in block.expressions[0][3]]))
            for name in ("varargs", "kwargs", *(name for name, _ in block.sets)):
                self._draw(name, _Flow(names={f"{macro}()"}))
        elif block.word == "call" and len(block.expressions) > 1:  # ``call(x) macro()``
            for node in [block.expressions[0], *parts_of(block.expressions[0])]:
                if node[0] == "name":
                    self._draw(str(node[1]), _Flow(names={"caller()"}))

    def _read(self, blocks: list[Block]) -> None:
        """Fills ``_flows``: what each name is set to, and what each body holds."""
        open_bodies: list[tuple[str, _Flow | None]] = []  # open statements, and whose text stands in them
        open_words: Counter[str] = Counter()
        is_first = True  # whether a text here may begin what its body comes to
        for place, block in enumerate(blocks):
            body = open_bodies[-1][1] if open_bodies else None
            bare = block.before.strip() if body is not None else ""
            if body is not None and bare:
                body.text(bare, is_first=is_first)
                if _NAME.match(bare) and not is_no_name_of_python(bare):
                    self.told[place] = bare
            is_first = bool(block.word) or not block.is_parsed
            if not block.word:
                if body is not None:
                    self._add_nodes(body, block.expressions, is_first=True)
                self._pass_on(block.expressions)
                continue
            self._learn_names(block)
            if block.word in ("macro", "call", "for", "filter") or block.is_filled:
                open_bodies.append((block.word, self._body(block, body)))
                open_words[block.word] += 1
            elif block.word.startswith("end") and open_words[block.word[3:]]:
                while (word := open_bodies.pop()[0]) != block.word[3:]:
                    open_words[word] -= 1
                open_words[word] -= 1

    def _body(self, block: Block, outer: _Flow | None) -> _Flow | None:
        """What the text inside of a statement flows into."""
        flow = _Flow(is_captured=True)
        if block.is_filled:
            name = _set_name(block)
            self._add_nodes(flow, block.expressions, is_first=True)
        elif block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            name = str(block.expressions[0][1][1])
            self._add_nodes(flow, [value for _, value in block.expressions[0][3]], is_first=True)
        elif block.word == "call":
            name = "caller"
            if outer is not None:
                self._add_nodes(outer, block.expressions, is_first=True)
        elif block.word == "for" and "recursive" in block.text:
            name = "loop"
        else:
            if block.word == "filter" and outer is not None:
                self._add_nodes(outer, block.expressions, is_first=True)
            return outer
        self._flows.setdefault(name, []).append(flow)
        return flow

    def _learn_names(self, block: Block) -> None:
        if block.word == "set" and len(block.sets) == 1:
            self._set(_set_name(block), block.sets[0][1])
        elif block.word in ("set", "with", "for") and not block.is_filled:
            for name, _ in block.sets:
                self._set(name, ("list", list(block.expressions)))
        self._pass_on(block.expressions if block.word != "macro" else ())

    def _pass_on(self, nodes: Iterable[Node]) -> None:
        """The arguments of calls of own macros, which their parameters stand for."""
        pending = list(nodes)
        for _ in range(_MAX_NODES):
            if not pending:
                return
            spend_work(_FLOW_WORK)
            node = pending.pop()
            pending += parts_of(node)
            match node:
                case ("call", ("attr", ("name", name), "append" | "insert" | "extend"), arguments, _):
                    self._draw(name, self._flow(arguments))
                case ("call", ("name", name), arguments, named) if name in self._macros or name == "caller":
                    if arguments or named:
                        given = self._flow([*arguments, *(value for _, value in named)])
                        self._draw(f"{name}()", given)

    def _set(self, name: str, value: Node | None) -> None:
        match value:
            case None:
                return
            case ("call", ("name", "namespace" | "dict"), _, named):
                for key, part in named:
                    self._set(f"{name}.{key}", ("list", [part]))
            case ("dict", items):
                for key, part in zip(items[::2], items[1::2], strict=False):
                    if key[0] == "const":
                        self._set(f"{name}.{key[1]}", ("list", [part]))
            case _ if self._count < _MAX_FLOWS:
                self._count += 1
                self._draw(name, self._flow([value]))

    def _draw(self, name: str, flow: _Flow) -> None:
        self._flows.setdefault(name, []).append(flow)

    def _flow(self, nodes: Iterable[Node]) -> _Flow:
        flow = _Flow()
        self._add_nodes(flow, nodes, is_first=True)
        return flow

    def _add_nodes(self, flow: _Flow, nodes: Iterable[Node], *, is_first: bool) -> None:
        pending = [(node, is_first) for node in nodes]
        for _ in range(_MAX_NODES):
            if not pending:
                return
            spend_work(_FLOW_WORK)
            node, is_first = pending.pop()
            match node:
                case ("const", str(text)):
                    flow.text(text, is_first=is_first)
                case ("name", str(name)):
                    flow.names.add(name)
                case ("attr", ("name", holder), key) | ("item", ("name", holder), ("const", str(key))):
                    flow.names.add(holder if holder in ("varargs", "kwargs") else f"{holder}.{key}")
                case ("item" | "slice", subject, *_):
                    flow.is_cut = True
                    pending.append((subject, True))
                case ("attr", subject, _):
                    pending.append((subject, is_first))
                case ("bin", "==", *_) | ("test", *_):
                    continue
                case ("bin", *_):
                    first, rest = spine(node)
                    flow.is_cut = flow.is_cut or any(operator in ("*", "%") for operator, _ in rest)
                    pending += [(first, is_first), *((part, operator == "or") for operator, part in rest)]
                case ("cond", _, value, other):
                    pending += [(value, is_first), (other, is_first)]
                case ("list" | "dict", items):
                    pending += [(item, True) for item in items]
                case ("filter", subject, name, arguments, named) | (
                    "call", ("attr", subject, name), arguments, named,
                ):  # fmt: skip
                    if name in _NO_TEXT:
                        continue
                    if name in _LAZY:  # its text names a function of Jinja, with low lines
                        flow.risk = max(flow.risk, _INNER)
                    flow.is_cut = flow.is_cut or name not in _KEEPING
                    pending.append((subject, is_first))
                    given = [*arguments, *(value for _, value in named)]
                    skipped = len(given) if name in _SEARCHING else int(name == "replace")
                    pending += [(value, True) for value in given[skipped:]]
                case ("call", ("name", _) as called, arguments, named):
                    pending.append((called, is_first))
                    if called[1] in self._macros or called[1] in ("caller", "loop", "namespace", "dict"):
                        pending += [(value, True) for value in [*arguments, *(value for _, value in named)]]

    def _settle(self) -> None:
        """Carries risks along the names until nothing changes: each name rises four times at most."""
        users: dict[str, list[tuple[str, _Flow]]] = {}
        pending: list[tuple[str, _Flow]] = []
        for name, flows in self._flows.items():
            for flow in flows:
                pending.append((name, flow))
                for source in flow.names:
                    users.setdefault(source, []).append((name, flow))
        while pending:
            name, flow = pending.pop()
            risk = max(flow.outcome(), self._risks.get(name, 0))
            is_captured = flow.is_captured or name in self._captured
            if (risk, is_captured) == (self._risks.get(name, 0), name in self._captured):
                continue
            self._risks[name] = risk
            if is_captured:
                self._captured.add(name)
            spend_work(_FLOW_WORK * len(users.get(name, ())))
            for user, drawing in users.get(name, ()):
                drawing.risk = max(drawing.risk, risk)
                drawing.is_captured = drawing.is_captured or is_captured
                pending.append((user, drawing))


def _takes(block: Block) -> bool:
    return block.is_filled or block.word in ("macro", "call") or "recursive" in block.text


def _set_name(block: Block) -> str:
    match = _SET_NAME.match(block.text)
    return ".".join(part for part in match.groups() if part) if match else ""
