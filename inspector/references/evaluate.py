"""Terms to values: what an expression can be, as far as the project's own text says.

Nothing of the project runs here: the values come from constants, defaults and tables, by a fixed set of
rules, with a bound on steps, depth and the number of alternatives.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.references.api import find_row
from inspector.references.project import Meaning, Modules, Term
from inspector.references.substitution import substitute

MAX_VALUES = 500
MAX_STEPS = 2_500
MAX_DEPTH = 24
MAX_ITEMS = 64  # of lists that are no plain texts
HOLE = "\0"  # an unknown piece inside a text


@dataclass(frozen=True, slots=True)
class Value:
    """One thing an expression can be.

    ``tag``: ``const``; ``text`` (known in part, holes are NUL); ``object`` (no text: a model, a class);
    ``download`` (a path that a known call gives; ``value`` is (row, args)); ``map`` and ``list`` (terms);
    ``unknown``. ``open`` says that the environment or the command line may put something else there.
    """

    tag: str
    value: Any = None
    open: bool = False


UNKNOWN = Value("unknown")


@dataclass(frozen=True, slots=True)
class Target:
    """What a call calls: ``function`` (by full name), ``class`` or ``api``; with arguments that a partial
    has bound already, and whether the receiver is passed by the call itself."""

    kind: str
    name: str
    args: tuple[Any, ...] = ()
    keywords: tuple[Any, ...] = ()


@dataclass(slots=True)
class Arguments:
    """The arguments of a call. ``whole`` is false where a ``**`` of unknown content may bring more."""

    positional: list[Term]
    named: dict[str, Term]
    whole: bool = True

    def get(self, place: int | None, names: Sequence[str]) -> Term | None:
        """The argument at ``place`` or under one of ``names``; None where it is absent."""
        for name in names:
            if name in self.named:
                return self.named[name]
        if place is not None and place < len(self.positional):
            return self.positional[place]
        return None


class Evaluator:
    """Evaluates terms over the project's modules."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.steps = 0
        self.was_short = False  # whether names were left out: set here, cleared by who asks
        self.was_cut = False  # whether a callee was given up: set here, cleared by who asks
        self._nesting = 0

    @contextlib.contextmanager
    def _question(self) -> Iterator[None]:
        """One question from outside and all that it leads to share one budget of steps."""
        if not self._nesting:
            self.steps = 0
        self._nesting += 1
        try:
            yield
        finally:
            self._nesting -= 1

    def values(self, term: Term | None, paths: tuple[str, ...]) -> list[Value]:
        """What ``term`` can be, seen from the files at ``paths``; never empty, at most 500."""
        if isinstance(term, list) and len(term) == 2 and term[0] == "c":
            return self._const(term, paths, 0)
        with self._question():
            return self._values(term, paths, 0)[:MAX_VALUES] or [UNKNOWN]

    def _values(self, term: Any, paths: tuple[str, ...], depth: int) -> list[Value]:
        self.steps += 1
        if not isinstance(term, list) or not term or depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return [UNKNOWN]
        handler = _HANDLERS.get(term[0]) if isinstance(term[0], str) else None
        if handler is None:
            return [UNKNOWN]
        try:
            found = handler(self, term, paths, depth + 1)
        except (IndexError, TypeError, ValueError, KeyError, AttributeError):
            return [UNKNOWN]  # facts that are not of our making
        return found[:MAX_VALUES] or [UNKNOWN]

    def _const(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        value = term[1]
        return [Value("const", value)] if value is None or isinstance(value, str | bool | int) else [UNKNOWN]

    def _global(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        meaning = self.modules.find(str(term[1]), paths[0])
        return self._meant(meaning, str(term[1]), paths, depth)

    def _meant(self, meaning: Meaning | None, dotted: str, paths: tuple[str, ...], depth: int) -> list[Value]:
        if meaning is None or meaning.kind == "api":
            last = (meaning.name if meaning else dotted).rsplit(".", 1)[-1]
            camel = last[:1].isupper() and not last.isupper()
            return [Value("object", meaning.name if meaning else dotted) if camel else UNKNOWN]
        if meaning.kind == "term":
            return self._values(meaning.term, (meaning.path, *paths), depth)
        return [Value("object", meaning.name)]

    def _star(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        for module in list(term[2])[:8]:
            meaning = self.modules.find(f"{module}.{term[1]}", paths[0])
            if meaning is not None:
                return self._meant(meaning, "", paths, depth)
        return [UNKNOWN]

    def _parameter(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        info = self.modules.functions.get(str(term[1]), {})
        default = info.get("defaults", {}).get(term[2])
        if default is None:
            return [UNKNOWN]
        return self._values(default, (self.modules.home.get(term[1], paths[0]), *paths), depth)

    def _self(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        return [Value("object", term[1])]

    def _attribute(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        base, name = term[1], str(term[2])
        tag = base[0]
        if tag in ("self", "super"):
            return self._field(str(base[1]), name, paths, depth)
        if tag == "k":
            for target in self.targets(base[1], paths):
                if target.kind == "class":
                    return self._field_of_call(target.name, name, base, paths, depth)
                if target.kind == "api" and target.name.rsplit(".", 1)[-1][:1].isupper():
                    # A configuration of some library: what is passed under a name is had under it.
                    passed = self.arguments(base[2], base[3], paths, target).named.get(name)
                    if passed is not None:
                        return self._values(passed, paths, depth)
        if tag == "p":
            info = self.modules.functions.get(str(base[1]), {})
            note = info.get("notes", {}).get(base[2])
            if note:
                meaning = self.modules.find(str(note[1]), self.modules.home.get(base[1], paths[0]))
                if meaning is not None and meaning.kind == "class":
                    return [
                        Value(v.tag, v.value, True) for v in self._field(meaning.name, name, paths, depth)
                    ]
        found: list[Value] = []
        for value in self._values(base, paths, depth):
            if value.tag == "object" and isinstance(value.value, str) and value.value in self.modules.classes:
                found.extend(self._field(value.value, name, paths, depth))
            elif value.tag == "map" and name in ("path", "name"):
                found.append(UNKNOWN)
        return found or [UNKNOWN]

    def _field(self, owner: str, name: str, paths: tuple[str, ...], depth: int) -> list[Value]:
        meaning = self.modules.member(owner, name)
        if meaning is None or meaning.kind != "term":
            return [UNKNOWN]
        return self._values(meaning.term, (meaning.path, *paths), depth)

    def _field_of_call(
        self, owner: str, name: str, call: Term, paths: tuple[str, ...], depth: int
    ) -> list[Value]:
        """A field of an instance: what the constructor call passes, else the class's own default."""
        arguments = self.arguments(call[2], call[3], paths)
        info = self.modules.classes.get(owner, {})
        if f"{owner}.__init__" not in self.modules.functions:
            order = list(info.get("order") or ())
            passed = arguments.get(order.index(name) if name in order else None, (name,))
            if passed is not None:
                return self._values(passed, paths, depth)
        meaning = self.modules.member(owner, name)
        if meaning is None or meaning.kind != "term":
            return [UNKNOWN]
        bound = self.bind(f"{owner}.__init__", arguments)
        term = substitute(meaning.term, f"{owner}.__init__", bound)
        return self._values(term, (meaning.path, *paths), depth)

    def _option(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        """An attribute of parsed arguments: by its own way first, then by the option of that name."""
        inner = [v for v in self._values(term[2], paths, depth) if v.tag != "unknown"]
        if inner:
            return inner
        default = self.modules.option(str(term[1]), paths)
        if default is None:
            return [UNKNOWN]
        return [Value(v.tag, v.value, True) for v in self._values(default, paths, depth)]

    def _environment(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        if term[2] is None:
            return [Value("unknown", None, True)]
        return [Value(v.tag, v.value, True) for v in self._values(term[2], paths, depth)]

    def _join(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        return self._pieces(term[1:25], paths, depth, "")

    def _folder(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        """The folder of a path; that of a file of the project is where the file stands."""
        found: list[Value] = []
        for value in self._values(term[1], paths, depth):
            if value.tag not in ("const", "text") or not isinstance(value.value, str):
                found.append(UNKNOWN)
                continue
            text = value.value.rstrip("/")
            if text in (".", "..") or text.endswith("/.."):
                text = "../" + text if text != "." else ".."
            else:
                text = text.rpartition("/")[0] or "."
            found.append(Value("text" if HOLE in text else "const", text, value.open))
        return found

    def _path(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        return self._pieces(term[1:13], paths, depth, "/")

    def _pieces(self, parts: Sequence[Term], paths: tuple[str, ...], depth: int, glue: str) -> list[Value]:
        choices = [self._values(part, paths, depth)[:4] for part in parts]
        found: list[Value] = []
        for combination in itertools.islice(itertools.product(*choices), MAX_VALUES):
            text = ""
            for value in combination:
                known = value.tag == "const" and value.value is not None
                piece = str(value.value) if known or value.tag == "text" else HOLE
                if glue and (piece.startswith("/") or not text):
                    text = piece
                elif glue:
                    text = f"{text.rstrip('/')}/{piece.removeprefix('./')}"
                else:
                    text += piece
                if len(text) > 2_000:
                    return [UNKNOWN]
            is_open = any(value.open for value in combination)
            if text.strip(HOLE + "/") == "":
                found.append(UNKNOWN)
            else:
                found.append(Value("text" if HOLE in text else "const", text, is_open))
        return found

    def _choice(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        found: list[Value] = []
        for part in term[1:17]:
            for value in self._values(part, paths, depth):
                if value not in found:
                    found.append(value)
        return found

    def _list(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        return [Value("list", term[1 : MAX_VALUES + 2])]

    def _cut(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        self.was_short = True
        return [UNKNOWN]

    def _map(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        return [Value("map", term)]

    def _element(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        key = self._values(term[2], paths, depth)
        wanted = key[0].value if len(key) == 1 and key[0].tag == "const" else HOLE
        found: list[Value] = []
        for base in self._values(term[1], paths, depth):
            if base.tag == "map":
                pairs, whole = self.pairs(base.value, paths)
                if wanted == HOLE:
                    for item in list(pairs.values())[: MAX_VALUES + 1]:
                        found.extend(self._values(item, paths, depth))
                elif wanted in pairs:
                    found.extend(self._values(pairs[wanted], paths, depth))
                elif whole and term[3] is not None:
                    found.extend(self._values(term[3], paths, depth))
            elif base.tag == "list":
                if isinstance(wanted, int) and -len(base.value) <= wanted < len(base.value):
                    found.extend(self._values(base.value[wanted], paths, depth))
                elif wanted == HOLE:
                    for item in base.value[: MAX_VALUES + 1]:
                        found.extend(self._values(item, paths, depth))
            elif base.tag == "unknown" and term[3] is not None and term[3] != ["c", None]:
                found.extend(Value(v.tag, v.value, True) for v in self._values(term[3], paths, depth))
        return found

    def _iterated(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        found: list[Value] = []
        for base in self._values(term[1], paths, depth):
            items: list[Term] = []
            if base.tag == "list":
                items = base.value
            elif base.tag == "map":
                pairs, _ = self.pairs(base.value, paths)
                self.was_short = self.was_short or pairs.pop("\0", None) is not None
                items = list(pairs.values()) if term[2] == "v" else [["c", key] for key in pairs]
            for item in items[: MAX_VALUES + 1]:
                for number in list(term[3])[:4]:
                    item = ["x", item, ["c", number], None] if item != ["cut"] else item
                found.extend(self._values(item, paths, depth))
            self.was_short = self.was_short or (len(items) > MAX_ITEMS and self.steps > MAX_STEPS)
        return found

    def _call(self, term: Term, paths: tuple[str, ...], depth: int) -> list[Value]:
        for target in self.targets(term[1], paths):
            if target.kind == "class":
                return [Value("object", target.name)]
            if target.kind == "api":
                row = find_row(target.name)
                last = target.name.rsplit(".", 1)[-1]
                if (
                    row is not None
                    and row.reading in _DOWNLOADS
                    and (not last.startswith("load") or last == "load_from_hub")
                ):
                    return [Value("download", (row, term[2], term[3], target.name))]
                if row is not None or last[:1].isupper() or last in _GIVE_OBJECTS:
                    return [Value("object", target.name)]
        return [UNKNOWN]

    # --- what a call calls, and with what

    def targets(self, callee: Any, paths: tuple[str, ...], depth: int = 0) -> list[Target]:
        """What ``callee`` can be: at most six."""
        self.steps += 1
        if depth > 8 or not isinstance(callee, list) or not callee:
            return []
        if self._nesting and self.steps > MAX_STEPS:
            self.was_cut = True
            return []
        try:
            with self._question():
                return self._targets(callee, paths, depth)[:6]
        except (IndexError, TypeError, ValueError, KeyError, AttributeError):
            return []

    def _targets(self, callee: Term, paths: tuple[str, ...], depth: int) -> list[Target]:
        tag = callee[0]
        if tag == "g":
            return self._target_of(self.modules.find(str(callee[1]), paths[0]), str(callee[1]), paths, depth)
        if tag == "s":
            for module in list(callee[2])[:8]:
                name = f"{module}.{callee[1]}"
                meaning = self.modules.find(name, paths[0])
                if meaning is not None or find_row(name) is not None:
                    return self._target_of(meaning, name, paths, depth)
            return []
        if tag == "o":
            found: list[Target] = []
            for choice in callee[1:7]:
                found.extend(item for item in self.targets(choice, paths, depth + 1) if item not in found)
            return found
        if tag == "partial":
            return [
                Target(t.kind, t.name, (*t.args, *callee[2]), (*t.keywords, *map(tuple, callee[3])))
                for t in self.targets(callee[1], paths, depth + 1)
            ]
        if tag in ("a", "r"):
            base, name = (callee[1], callee[2]) if tag == "a" else (callee[2][1], callee[1])
            return self._method(base, str(name), paths, depth)
        if tag == "x":
            return self.targets(["a", callee, "?"], paths, 8)
        return []

    def _target_of(
        self, meaning: Meaning | None, dotted: str, paths: tuple[str, ...], depth: int
    ) -> list[Target]:
        if meaning is None:
            return [Target("api", dotted)]
        if meaning.kind == "function":
            return [Target("function", meaning.name)]
        if meaning.kind == "class":
            return self._constructor(meaning.name)
        if meaning.kind == "api":
            return [Target("api", meaning.name)]
        return self.targets(meaning.term, (meaning.path, *paths), depth + 1)

    def _constructor(self, owner: str) -> list[Target]:
        inner = self.modules.member(owner, "__init__")
        if inner is not None and inner.kind == "api" and find_row(inner.name) is not None:
            return [Target("api", inner.name)]
        return [Target("class", owner)]

    def _method(self, base: Term, name: str, paths: tuple[str, ...], depth: int) -> list[Target]:
        tag = base[0]
        if tag == "self":
            return self._member_target(str(base[1]), name, paths, depth)
        if tag == "super":
            found: list[Target] = []
            for meaning in self.modules.bases(str(base[1])):
                if meaning.kind == "class":
                    found.extend(self._member_target(meaning.name, name, paths, depth))
                elif name == "__init__":
                    found.append(Target("api", meaning.name))
                else:
                    found.append(Target("api", f"{meaning.name}.{name}"))
            return found
        if tag == "o":
            several: list[Target] = []
            for choice in base[1:7]:
                several.extend(t for t in self._method(choice, name, paths, depth + 1) if t not in several)
            return several
        if depth < 6 and tag == "k":
            inner = self.targets(base[1], paths, depth + 1)
            if inner and inner[0].kind == "class":
                return self._member_target(inner[0].name, name, paths, depth)
            if inner and inner[0].kind == "api":
                last = inner[0].name.rsplit(".", 1)[-1]
                return [Target("api", f"{inner[0].name}.{name}" if last[:1].isupper() else f"?.{name}")]
        if depth < 6 and tag in ("a", "p", "x", "i", "r", "m"):
            for value in self.values(base, paths):
                if value.tag == "object" and isinstance(value.value, str):
                    if value.value in self.modules.classes:
                        return self._member_target(value.value, name, paths, depth)
                    return [Target("api", f"{value.value}.{name}")]
        if tag == "g":
            return self.targets(["g", f"{base[1]}.{name}"], paths, depth + 1)
        return [Target("api", f"?.{name}")]

    def _member_target(self, owner: str, name: str, paths: tuple[str, ...], depth: int) -> list[Target]:
        meaning = self.modules.member(owner, name)
        return self._target_of(meaning, f"?.{name}", paths, depth) if meaning is not None else []

    def arguments(
        self, args: Any, keywords: Any, paths: tuple[str, ...], target: Target | None = None
    ) -> Arguments:
        """The arguments of a call, ``**`` maps opened as far as they are known."""
        if not self._nesting:
            self.steps = 0
        positional = [*(target.args if target else ()), *(args if isinstance(args, list) else [])]
        named: dict[str, Term] = {}
        whole = True
        given = keywords if isinstance(keywords, list | tuple) else []
        for name, term in [*(target.keywords if target else ()), *given][:96]:
            if isinstance(name, str):
                named[name] = term
            else:
                pairs, all_of_it = self.pairs(term, paths)
                for key, value in pairs.items():
                    named.setdefault(str(key), value)
                whole = whole and all_of_it
        return Arguments(positional, named, whole)

    def pairs(self, term: Any, paths: tuple[str, ...], depth: int = 0) -> tuple[dict[Any, Term], bool]:
        """The entries of a map term, and whether those are all of them."""
        if not isinstance(term, list) or not term or depth > 8:
            return {}, False
        try:
            return self._pairs(term, paths, depth)
        except (IndexError, TypeError, ValueError, KeyError, AttributeError):
            return {}, False

    def _pairs(self, term: Term, paths: tuple[str, ...], depth: int) -> tuple[dict[Any, Term], bool]:
        tag = term[0]
        if tag == "d":
            found: dict[Any, Term] = {}
            whole = bool(term[2])
            for key, value in term[1][: MAX_VALUES + 1]:
                if key[0] != "c":
                    key = next((["c", v.value] for v in self._values(key, paths, 8) if v.tag == "const"), key)
                if key[0] == "c" and isinstance(key[1], str | int | bool | None):
                    found[key[1]] = value
                else:
                    whole = False
            return found, whole
        if tag == "m":
            found, whole = self.pairs(term[1], paths, depth + 1)
            for key, value in term[2][:64]:
                if key[0] == "c":
                    found = {**found, key[1]: value}
                else:
                    whole = False
            return found, whole
        if tag == "o":
            merged: dict[Any, Term] = {}
            whole = True
            parts = [self.pairs(part, paths, depth + 1) for part in term[1:9] if part != ["c", None]]
            for found, all_of_it in parts:
                whole = whole and all_of_it
                for key, value in found.items():
                    merged[key] = value if key not in merged else ["o", merged[key], value]
            for key in merged:
                if any(key not in found for found, _ in parts):
                    merged[key] = ["o", merged[key], ["c", None]]
            return merged, whole
        for value in self._values(term, paths, 8)[:1]:
            if value.tag == "map" and value.value != term:
                return self.pairs(value.value, paths, depth + 1)
        return {}, False

    def bind(self, function: str, arguments: Arguments) -> dict[str, Term]:
        """The parameters of ``function`` with what a call passes for them. Those not passed are absent."""
        info = self.modules.functions.get(function, {})
        names = list(info.get("params") or ())
        if info.get("kind") in ("instance", "class"):
            names = names[1:]
        bound: dict[str, Term] = dict(zip(names, arguments.positional))
        known = {*names, *(info.get("only") or ())}
        extra: list[list[Any]] = []
        for name, term in arguments.named.items():
            if name in known:
                bound[name] = term
            else:
                extra.append([["c", name], term])
        rest = info.get("rest")
        if rest:
            bound[rest] = ["d", extra, arguments.whole]
        return bound


_DOWNLOADS = frozenset(("repo-type", "versioned", "fetch", "drive", "checked-url"))
_GIVE_OBJECTS = frozenset(
    (
        "load",
        "from_pretrained",
        "from_config",
        "get_peft_model",
        "create_model",
        "to",
        "eval",
        "compile",
        "prepare_model_for_kbit_training",
        "from_dict",
        "read_csv",
    )
)

_HANDLERS = {
    "c": Evaluator._const,
    "g": Evaluator._global,
    "s": Evaluator._star,
    "p": Evaluator._parameter,
    "self": Evaluator._self,
    "a": Evaluator._attribute,
    "r": Evaluator._option,
    "e": Evaluator._environment,
    "j": Evaluator._join,
    "f": Evaluator._path,
    "u": Evaluator._folder,
    "o": Evaluator._choice,
    "l": Evaluator._list,
    "cut": Evaluator._cut,
    "d": Evaluator._map,
    "m": Evaluator._map,
    "x": Evaluator._element,
    "i": Evaluator._iterated,
    "k": Evaluator._call,
}
