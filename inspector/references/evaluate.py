"""Terms to values: what an expression can be, as far as the project's own text says.

Nothing of the project runs here: the values come from constants, defaults and tables, by a fixed set of
rules, with a bound on steps, depth and the number of alternatives.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from inspector.references.api import find_row
from inspector.references.callees import Callees
from inspector.references.project import Meaning, Modules, Term
from inspector.references.substitution import substitute
from inspector.references.terms_values import HOLE, MAX_STEPS, MAX_VALUES, UNKNOWN, Value

MAX_DEPTH = 24
MAX_ITEMS = 64  # of lists that are no plain texts


class Evaluator(Callees):
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
