"""Chat templates (Jinja): which expressions reach out of the conversation into Python.

A template is code by design; a harmless one walks over messages. What leads out of it is known: attributes
with underscores, taken by name, by subscript, by the filters that take attribute names or by a format text,
and the attributes of Jinja's own functions (CVE-2024-34359; PortSwigger, "Server-side template injection",
2015). Names that are put together out of pieces are put together here as well (jinja_constants).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.texts.jinja_captured import Captured
from inspector.artifacts.texts.jinja_constants import Value, constant, runs, spine
from inspector.artifacts.texts.jinja_data import Data
from inspector.artifacts.texts.jinja_macros import lists_of_macros
from inspector.artifacts.texts.jinja_output import Output, Plain, is_token
from inspector.artifacts.texts.jinja_spelled import Spelled
from inspector.artifacts.texts.jinja_syntax import MAX_DEPTH, Block, Node, blocks, unquoted
from inspector.artifacts.texts.python_names import is_no_name_of_python
from inspector.provenance import plain

MAX_TEMPLATE = 4 << 20
_MAX_FOUND = 5
_MAX_NODES = 200_000
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.S)

_UNDERSCORED = "it takes an attribute whose name begins with an underscore"
_INSIDE = "it names something of Python's inside"
_QUOTED = "a quoted text names an attribute of Python's inside"
_PIECES = "it puts a name of Python's inside together out of pieces"
_FUNCTION = "it takes attributes of a function of Jinja, which lead to Python's modules"
_COMPUTED = "its filter takes attributes by computed names"
_OF_NOTHING = "it takes something by a computed name of a value that holds nothing but attributes"
_CALLED = "it calls what a computed name stands for"
_TEXT_OF_FUNCTION = "it makes a text of a function of Jinja, out of which names can be cut"
_DEEP = "it is nested more deeply than any template, and was not followed"
_CAPTURED = (
    "the text that a block or a macro of it gives is taken for the name of an attribute of Python's inside"
)
_FORMATS = "a format text takes an attribute of Python's inside"

# What an expression must not hold, outside of its quoted texts, and why. The first rows hold for every
# template, the others for templates that a model is loaded with: web pages and generators of source use them.
_ALWAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.\s*(__\w+)"), _UNDERSCORED),
    (
        re.compile(r"\.\s*(mro|popen|gi_frame|func_globals|f_globals|f_builtins|tb_frame|subclasses)\b"),
        "it takes an attribute that leads to Python's inside",
    ),
)
_REACHES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.\s*(_\w*)"), _UNDERSCORED),
    (
        re.compile(r"(?<![\w.])(cycler|lipsum|get_flashed_messages|url_for)\b"),
        "it uses a Jinja global that leads to Python's modules",
    ),
    (re.compile(r"(?<![\w.])(self)\s*[.\[|]"), "it takes attributes of the template itself"),
    (re.compile(r"\.\s*(format_map)\b"), _FORMATS),
    (
        re.compile(
            r"\|\s*(?:attr|map|select(?:attr)?|reject(?:attr)?|groupby|sum|sort|unique|min|max|join)\s*"
            r"\((?:[^()]{0,200},)?\s*\*"
        ),
        _COMPUTED,
    ),
)
_OWN_OR_INSIDE = re.compile(r"(?<![\w.])(__\w+)")
_ATTR_FILTER = re.compile(r"\|\s*attr\b")
# Prompts of programs consist of several files; what a model is loaded with is one.
_OTHERS = re.compile(r"\{%-?\+?\s*(include|import|extends|from)\b")
# Functions that Jinja and the loaders of chat templates bring.
_NAMED_FUNCTIONS = """
namespace range dict joiner cycler lipsum raise_exception strftime_now tojson caller super varargs kwargs
"""
_FUNCTIONS = frozenset(_NAMED_FUNCTIONS.split())
_OF_MACRO = frozenset({"name", "arguments", "catch_kwargs", "catch_varargs", "caller"})
# Filters that take the name of an attribute: which argument it is, and its keyword.
_ATTRIBUTE_FILTERS = {
    "attr": 0, "selectattr": 0, "rejectattr": 0, "groupby": 0, "sum": 0, "sort": 9, "unique": 9, "min": 9,
    "max": 9, "map": 9, "join": 1,
}  # fmt: skip
# Filters that give a generator, whose text names a function of Jinja, and filters that make that text.
_NAMED_LAZY = "select reject selectattr rejectattr map batch slice unique"
_LAZY = frozenset(_NAMED_LAZY.split())
_NAMED_TEXTS = """
string escape e forceescape trim upper lower title capitalize replace striptags urlencode indent
wordwrap truncate center format
"""
_TEXTS = frozenset(_NAMED_TEXTS.split())
# Functions that nobody hands on: they are called where they stand.
_NEVER_HANDED_ON = _FUNCTIONS - {"varargs", "kwargs", "caller", "super", "dict", "range"}
_MAX_ALTERNATIVES = 16
# Values that have no items: whoever takes something of them by a name takes an attribute.
_EMPTY: tuple[Node, ...] = (("const", ""), ("list", []), ("dict", []), ("name", "none"), ("name", "None"))
# What people write in a conversation: no honest template lets them choose an attribute.
_WRITTEN_BY_USERS = ("content", "text", ("const", "content"), ("const", "text"))
# What judging takes, in steps of ``limits``.
_BLOCK_WORK = 20_000
_LETTER_WORK = 1_200
_NODE_WORK = 1_000
_DUNDER = re.compile(r"__[a-zA-Z]\w*__")
_FORMAT_STEP = re.compile(r"\{[^{}]*[.\[]\s*_")
_PIECE = re.compile(r"__\w+\Z|\w+__\Z")


def judge_template(text: str, *, is_chat: bool = True, may_include: bool = False) -> list[str]:
    """Sentences that say what reaches out, at most five; empty for a template that only shows messages.

    ``is_chat`` is false for a template that no model loader is known to read: then only what leads into
    Python's inside counts, not what pages and generators of source do all the time. ``may_include`` is true
    for one that may stand among others of its program."""
    if len(text) > MAX_TEMPLATE:
        return ["The chat template is longer than 4 MB; it is not read, and no template needs that."]
    found: list[str] = []
    parts: list[Block] = []
    for block in blocks(text):
        spend_work(_BLOCK_WORK + len(block.text) * _LETTER_WORK)
        parts.append(block)
    judge = _Judge(is_chat, parts, may_include=may_include)
    what = "chat template" if is_chat else "template"
    for place, block in enumerate(parts):
        for why in judge.reaches(block, place):
            shown = plain(judge.captured.told.get(place, "") + block.text.strip(), 160)
            sentence = f"The {what} reaches out of the conversation, for {why}: {shown}"
            if sentence not in found:
                found.append(sentence)
            if len(found) >= _MAX_FOUND:
                return found
    return found


class _Judge:
    """What the blocks of one template reach for, in their order: what names stand for is kept."""

    def __init__(self, is_chat: bool, parts: list[Block], *, may_include: bool) -> None:
        self._is_chat = is_chat
        self._may_include = may_include
        self._own = lists_of_macros(parts)  # names of lists that hold the template's own macros
        self._known: dict[str, Value] = {}
        self._set: set[str] = set()
        self._namespaces: set[str] = set()
        self._macros: set[str] = set()
        self._functions: set[str] = set()  # other names of Jinja's functions
        self._spelled = Spelled(self._known)
        self.captured = Captured(parts if is_chat else ())
        self._data = Data(parts)
        self._output = Output(self._data.own)
        self._plain = Plain.empty()
        self._left = _MAX_NODES

    def reaches(self, block: Block, place: int) -> Iterator[str]:
        """Why the part at ``place`` reaches out."""
        if place in self.captured.told:
            yield _CAPTURED
        code = _STRING.sub(" '' ", block.text)
        for pattern, why in (*_ALWAYS, *(_REACHES if self._is_chat else ())):
            if pattern.search(code):
                yield why
        for name in _OWN_OR_INSIDE.findall(code):
            if name.endswith("__") or name not in self._data.own:
                yield _INSIDE
                break
        count = len(_ATTR_FILTER.findall(code)) if self._is_chat else 0
        if count and not self._data.takes_only_words(block, count):
            yield _COMPUTED
        if self._is_chat and not self._may_include and _OTHERS.search(code):
            yield "it reads other templates"
        self._plain = self._output.plain(block)
        values = [unquoted(quoted) for quoted in _STRING.findall(block.text)]
        counts = Counter(values)
        data = self._data.texts(block) + self._plain.texts if "__" in "".join(values) else Counter()
        for value in values:
            if self._plain.is_prose(value, counts[value]):
                continue  # it is printed or compared, and goes nowhere from there
            if any(name in value for name in REVEALING_ATTRIBUTES if name.startswith("__")):
                yield _QUOTED
            elif self._is_chat and _FORMAT_STEP.search(value):
                yield _FORMATS
            elif self._is_chat and _PIECE.match(value):
                if is_token(value) and counts[value] <= data[value]:
                    continue
                yield "a quoted text is (a piece of) the name of an attribute of Python's inside"
        if self._is_chat and not block.is_parsed and _openings(code) > MAX_DEPTH // 2:
            yield _DEEP
        self._learn(block)
        self._output.learn(block)
        for expression in block.expressions if self._is_chat else ():
            if block.word == "with" and self._is_handed_on(expression):
                yield _FUNCTION
            yield from self._walk(expression)

    def _learn(self, block: Block) -> None:
        if block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            self._macros.add(str(block.expressions[0][1][1]))
        self._spelled.learn(block)
        for name, value in block.sets:
            if value is not None and value[0] == "name" and self._hands_on(str(value[1])):
                self._functions.add(name)
            if value is not None and value[:2] == ("call", ("name", "namespace")):
                self._namespaces.add(name)
            self._set.add(name)
            self._known[name] = constant(value, self._known) if value is not None else None

    def _hands_on(self, name: str) -> bool:
        return self._is_function(name, "") or (name == "self" and name not in self._set)

    def _walk(self, top: Node) -> Iterator[str]:
        pending = [top]
        while pending and self._left > 0:
            node = pending.pop()
            self._left -= 1
            spend_work(_NODE_WORK)
            yield from self._node(node)
            if node[0] == "bin":  # a chain is judged as one, then its operands
                first, rest = spine(node)
                pending.append(first)
                pending.extend(part for _, part in rest)
                continue
            for part in node[1:]:
                pending.extend(_nodes_in(part))

    def _node(self, node: Node) -> Iterator[str]:
        match node:
            case ("attr", ("name", holder), name) if self._is_function(holder, name):
                yield _FUNCTION
            case ("item", holder, key):
                yield from self._subscript(holder, key)
            case ("list" | "dict", items) if any(self._is_handed_on(item) for item in items):
                yield _FUNCTION
            case ("filter", subject, name, arguments, named):
                yield from self._filter(str(name), subject, arguments, named)
            case ("call", ("item", holder, key), _, _):
                if key[0] != "const" and not (holder[0] == "name" and holder[1] in self._own):
                    yield _CALLED
            case ("call", ("filter", _, name, _, _), _, _) if name in ("attr", "map", "first", "last"):
                yield _CALLED
            case ("call", ("attr", subject, "format"), _, _):
                value = constant(subject, self._known)
                if (isinstance(value, str) and _FORMAT_STEP.search(value)) or self.captured.is_name(subject):
                    yield _FORMATS
            case ("bin", ("~" | "+" | "%"), *_) if self._joins_a_function(node):
                yield _TEXT_OF_FUNCTION
            case ("bin", "%", ("const", str(text)), _) if "%c" in text:
                yield "it builds a text out of character codes"
        made: Value = None
        if node[0] == "bin":
            made = " ".join(runs(node, self._known))
        elif node[0] in ("filter", "call", "slice"):
            made = constant(node, self._known)
        is_name = isinstance(made, str) and (_DUNDER.search(made) or made in REVEALING_ATTRIBUTES)
        is_data = node[0] == "bin" and (
            self._plain.is_token(node, str(made))
            or self._plain.is_prose_chain(node, runs(node, self._known), self._data.tokens)
        )
        is_data = is_data or self._plain.is_made(node, str(made))
        if is_name and not is_data:
            yield _PIECES

    def _is_handed_on(self, node: Node) -> bool:
        return node[0] == "name" and node[1] in _NEVER_HANDED_ON and node[1] not in self._set

    def _shows_its_maker(self, node: Node) -> bool:
        """Whether the text of a node holds a name of Python or Jinja: a generator, a view, a namespace."""
        match node:
            case ("filter", _, name, _, _):
                return name in _LAZY
            case ("call", ("attr", ("dict", _), "items" | "keys" | "values"), _, _):
                return True
            case ("name", name):
                return name in self._namespaces
        return False

    def _joins_a_function(self, node: Node) -> bool:
        first, rest = spine(node)
        return any(self._is_jinjas(part) for part in (first, *(part for _, part in rest)))

    def _is_jinjas(self, node: Node) -> bool:
        """Whether a node is one of Jinja's functions itself, not what it gives."""
        is_name = node[0] == "name" and node[1] not in ("varargs", "kwargs")
        return is_name and self._is_function(str(node[1]), "")

    def _is_function(self, holder: str, name: str) -> bool:
        if holder in self._functions:
            return True
        if holder in self._macros:
            return name not in _OF_MACRO
        return holder in _FUNCTIONS and holder not in self._set

    def _subscript(self, holder: Node, key: Node) -> Iterator[str]:
        is_function = holder[0] == "name" and self._is_function(holder[1], "")
        if is_function and holder[1] not in ("varargs", "kwargs"):
            yield _FUNCTION
        if self.captured.is_name(key):
            yield _CAPTURED
        if holder in _EMPTY and constant(key, self._known) is None:
            yield _OF_NOTHING
        for one in _alternatives(key):
            value = constant(one, self._known)
            if isinstance(value, str):
                if one[0] == "const" and is_no_name_of_python(value):
                    continue
                if value.startswith("__") or value in REVEALING_ATTRIBUTES:
                    yield _UNDERSCORED if one[0] == "const" else _PIECES
            elif value is None and (self._is_pieced(one) or self._spelled.is_made(one)):
                yield _PIECES

    def _filter(
        self, name: str, subject: Node, arguments: list[Node], named: list[tuple[str, Node]]
    ) -> Iterator[str]:
        if name not in ("default", "d", "tojson") and self._is_jinjas(subject):
            yield _TEXT_OF_FUNCTION
        if name in _TEXTS and self._shows_its_maker(subject):
            yield _TEXT_OF_FUNCTION
        if name == "format" and subject[0] == "const" and "%c" in str(subject[1]):
            yield "it builds a text out of character codes"
        if name == "map" and arguments:
            chosen = constant(arguments[0], self._known)
            if chosen == "attr" or (chosen is None and arguments[0][0] != "const"):
                yield _COMPUTED
        place = _ATTRIBUTE_FILTERS.get(name)
        if place is None:
            return
        for key in [*arguments[place : place + 1], *(value for word, value in named if word == "attribute")]:
            value = constant(key, self._known)
            if isinstance(value, str) and any(part.startswith("_") for part in value.split(".")):
                yield _UNDERSCORED
            elif value is None and self._is_pieced(key):
                yield _PIECES
            elif self.captured.is_name(key):
                yield _CAPTURED
            elif key[0] in ("attr", "item") and key[2] in _WRITTEN_BY_USERS:
                yield _COMPUTED

    def _is_pieced(self, key: Node) -> bool:
        """Whether a name that is not known is put together with underscores at its edges, or turned round."""
        if _is_pieced(key):
            return True
        if key[0] != "bin":
            return False
        found = runs(key, self._known)
        return found[0].startswith("__") or found[-1].endswith("__")


def _alternatives(key: Node) -> list[Node]:
    """What an expression may come to: both sides of ``if … else`` and of ``or``."""
    found: list[Node] = []
    pending = [key]
    while pending and len(found) + len(pending) < _MAX_ALTERNATIVES:
        node = pending.pop()
        if node[0] == "cond" or (node[0] == "bin" and node[1] == "or"):
            pending += [node[2], node[3]]
        else:
            found.append(node)
    return [*found, *pending, key]


def _nodes_in(part: object) -> Iterator[Node]:
    """The nodes in one place of a node: the place itself, a list, or named arguments."""
    if isinstance(part, tuple) and part and isinstance(part[0], str):
        is_named_argument = len(part) == 2 and isinstance(part[1], tuple)
        yield part[1] if is_named_argument else part
    elif isinstance(part, list):
        for item in part:
            yield from _nodes_in(item)


def _openings(code: str) -> int:
    return sum(code.count(mark) for mark in "([{")


def _is_pieced(key: Node) -> bool:
    """Whether a name that is not known is put together with underscores at its edges, or turned round."""
    match key:
        case ("bin", ("~" | "+"), _, last):
            first, _ = spine(key)
            begins = str(first[1]) if first[0] == "const" else ""
            ends = str(last[1]) if last[0] == "const" else ""
            return begins.startswith("_") or ends.endswith("__")
        case ("filter", _, ("reverse" | "join" | "format"), _, _):
            return True
        case ("slice", _, _, True):
            return True
    return False
