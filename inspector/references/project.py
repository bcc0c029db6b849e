"""The project as one name space: which module, class or function a dotted name means.

Table look-ups over the facts of all files. Every walk (imports that lead to imports, bases of bases) has a
depth, so that facts made to go in circles end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.references.interface import FileIndex
from inspector.references.packing import unpack

Term = list[Any]
MAX_HOPS = 40  # imports that lead to imports; each takes six frames of the interpreter's stack
MAX_BASES = 8
MAX_STARS = 16
MAX_LOOK_UPS = 1_500_000  # in all: a few seconds; the largest trial projects need a tenth of it


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: a ``function`` or ``class`` of the project by its full name, a ``term`` that stands
    in the module at ``path``, or an ``api`` name of some library."""

    kind: str
    name: str = ""
    term: Any = None
    path: str = ""


class Modules:
    """All Python modules of the target. Maps may be hostile: every shape is checked where it is read.

    Star imports form diamonds and circles. Each (name, folder) is therefore looked up once and remembered;
    only an answer that a circle cut short is asked again. ``steps`` counts the look-ups of the whole life;
    beyond ``MAX_LOOK_UPS`` nothing more is found and ``is_exhausted`` says so.
    """

    def __init__(self, indexes: Iterable[FileIndex]) -> None:
        self.facts: dict[str, Mapping[str, Any]] = {}
        self.functions: dict[str, Mapping[str, Any]] = {}
        self.classes: dict[str, Mapping[str, Any]] = {}
        self.home: dict[str, str] = {}  # function or class to the path of its file
        self.steps = 0
        self._known_names: set[str] = set()  # what any module defines or imports at its top
        self._by_suffix: dict[str, list[str]] = {}
        self._module_of: dict[str, str] = {}
        self._cache: dict[tuple[str, str], Meaning | None] = {}
        # What the look-up at hand has asked already, and how often it met a circle or a limit.
        self._asked: dict[tuple[str, str], Meaning | None] = {}
        self._cut_short = 0
        self._near: dict[tuple[str, str], str] = {}
        self._bases: dict[str, list[Meaning]] = {}
        self._members: dict[tuple[str, str], Meaning | None] = {}
        self._fields: dict[str, list[Term]] | None = None
        self._options: dict[str, list[Term]] | None = None
        self._by_path: dict[tuple[str, str], Term | None] = {}
        self.unread: list[str] = []  # paths of files whose facts did not arrive whole
        for index in indexes:
            packed = index.facts.get("packed") if isinstance(index.facts, Mapping) else None
            try:
                if isinstance(packed, str):
                    self._add(index.path, unpack(packed))
            except ValueError:
                self.unread.append(index.path)

    @property
    def is_exhausted(self) -> bool:
        """Whether look-ups were given up: what was found until then stands, more may be there."""
        return self.steps > MAX_LOOK_UPS

    def _add(self, path: str, facts: Mapping[str, Any]) -> None:
        module = str(facts.get("module", ""))
        self.facts[path] = facts
        self._module_of[path] = module
        for table, key in ((self.functions, "functions"), (self.classes, "classes")):
            for name, info in _items(facts.get(key)):
                table.setdefault(name, info)
                self.home.setdefault(name, path)
                self._known_names.add(name.removeprefix(f"{module}.").partition(".")[0])
        names = facts.get("names")
        if isinstance(names, Mapping):
            self._known_names.update(map(str, names))
        parts = module.split(".")
        for start in range(max(len(parts) - 6, 0), len(parts)):
            self._by_suffix.setdefault(".".join(parts[start:]), []).append(path)
        if len(parts) > 6:  # what a relative import deep in the tree names
            self._by_suffix.setdefault(module, []).append(path)

    def find(self, dotted: str, near: str) -> Meaning | None:
        """What ``dotted`` means for the file at ``near``; None where the project does not define it."""
        key = (dotted, near.rpartition("/")[0])
        if key not in self._cache:
            self._asked.clear()
            meaning = self._find(dotted, near, 0)
            self._cache[key] = meaning
            if meaning is None and self.steps <= MAX_LOOK_UPS:
                # Everything that can be reached was asked and knows nothing, circles included.
                self._cache.update(self._asked)
        return self._cache[key]

    def _find(self, dotted: str, near: str, hops: int) -> Meaning | None:
        if len(dotted) > 300:
            return None
        key = (dotted, near.rpartition("/")[0])
        return self._once(key, hops, lambda: self._look_up(dotted, near, hops))

    def _once(self, key: tuple[str, str], hops: int, ask: Callable[[], Meaning | None]) -> Meaning | None:
        """The answer to ``key``, asked for once. It is kept for good unless a circle or a limit shaped it."""
        if key in self._cache:
            return self._cache[key]
        if key in self._asked:
            self._cut_short += 1
            return self._asked[key]
        self.steps += 1
        if hops > MAX_HOPS or self.steps > MAX_LOOK_UPS:
            self._cut_short += 1
            return None
        self._asked[key] = None  # while it is being asked, a circle ends here
        before = self._cut_short
        meaning = ask()
        self._asked[key] = meaning
        if meaning is not None or self._cut_short == before:
            self._cache[key] = meaning
        return meaning

    def _look_up(self, dotted: str, near: str, hops: int) -> Meaning | None:
        if dotted in self.functions:
            return Meaning("function", dotted, path=self.home[dotted])
        if dotted in self.classes:
            return Meaning("class", dotted, path=self.home[dotted])
        owner, _, last = dotted.rpartition(".")
        if owner in self.classes:
            return self.member(owner, last, hops)
        parts = dotted.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            path = self._nearest(".".join(parts[:cut]), near)
            if path is not None:
                meaning = self._inside(path, parts[cut:], hops)
                if meaning is not None:
                    return meaning
        return None

    def _inside(self, path: str, rest: list[str], hops: int) -> Meaning | None:
        """What ``rest`` means in the module at ``path``: defined, assigned or imported there."""
        key = (".".join(rest), f"\0{path}")  # no folder is called so: these keys stand beside the others
        return self._once(key, hops, lambda: self._defined(path, rest, hops))

    def _defined(self, path: str, rest: list[str], hops: int) -> Meaning | None:
        full = ".".join((self._module_of[path], *rest))
        if full in self.functions or full in self.classes:
            return self._find(full, path, hops + 1)
        facts = self.facts[path]
        head = f"{self._module_of[path]}.{rest[0]}"
        if len(rest) > 1 and head in self.classes:
            tail = rest[1:-1] if rest[-1] in ("value", "name") and len(rest) > 2 else rest[1:]
            return self.member(head, tail[0], hops) if len(tail) == 1 else None
        names = facts.get("names")
        term = names.get(rest[0]) if isinstance(names, Mapping) else None
        if isinstance(term, list) and term:
            if term[0] == "g":
                onward = ".".join((str(term[1]), *rest[1:]))
                return self._find(onward, path, hops + 1) or Meaning("api", onward, path=path)
            for name in rest[1:]:
                term = ["a", term, name]
            return Meaning("term", term=term, path=path)
        if rest[0] not in self._known_names:
            return None  # no module defines it, so no star brings it
        for star in list(facts.get("stars") or ())[:MAX_STARS]:
            # The star is a module as it stands. Were it cut anew like other dotted names, names would grow
            # from star to star.
            module = self._nearest(str(star), path)
            meaning = self._inside(module, rest, hops + 1) if module is not None else None
            if meaning is not None:
                return meaning
        return None

    def member(self, owner: str, name: str, hops: int = 0) -> Meaning | None:
        """A method or field of the class ``owner`` or of what it derives from, in the project or beyond."""
        key = (owner, name)
        if key not in self._members:
            before = self._cut_short
            meaning = self._member(owner, name, hops)
            if self._cut_short != before and hops:
                return meaning
            self._members[key] = meaning
        return self._members[key]

    def _member(self, owner: str, name: str, hops: int) -> Meaning | None:
        todo = [owner]
        seen: set[str] = set()
        foreign: Meaning | None = None
        while todo and len(seen) < MAX_BASES * 4:
            current = todo.pop(0)
            if current in seen or current not in self.classes:
                continue
            seen.add(current)
            path = self.home[current]
            method = f"{current}.{name}"
            if method in self.functions:
                return Meaning("function", method, path=path)
            if method in self.classes:
                return Meaning("class", method, path=path)
            info = self.classes[current]
            choices = [*_terms(info, "members", name), *_terms(info, "fields", name)]
            if choices:
                return Meaning("term", term=choices[0] if len(choices) == 1 else ["o", *choices], path=path)
            for base in self.bases(current, hops):
                if base.kind == "class":
                    todo.append(base.name)
                elif foreign is None:
                    foreign = Meaning(
                        "api", base.name if name == "__init__" else f"{base.name}.{name}", path=path
                    )
        return foreign

    def bases(self, owner: str, hops: int = 0) -> list[Meaning]:
        """The bases of a class: classes of the project, or names of a library (``?`` where not known)."""
        if owner not in self._bases:
            before = self._cut_short
            found = self._base_meanings(owner, hops)
            if self._cut_short != before and hops:
                return found
            self._bases[owner] = found
        return self._bases[owner]

    def _base_meanings(self, owner: str, hops: int) -> list[Meaning]:
        found: list[Meaning] = []
        path = self.home.get(owner, "")
        for base in list(self.classes.get(owner, {}).get("bases") or ())[:MAX_BASES]:
            if isinstance(base, list) and len(base) == 2 and base[0] == "g":
                meaning = self._find(str(base[1]), path, hops + 1)
                if meaning is None:
                    found.append(Meaning("api", str(base[1]), path=path))
                elif meaning.kind in ("class", "api"):
                    found.append(meaning)
            elif isinstance(base, list) and base and base[0] == "s":
                found.extend(self._star_base(base, path, hops))
            else:
                found.append(Meaning("api", "?", path=path))
        return found

    def _star_base(self, base: Term, path: str, hops: int) -> list[Meaning]:
        for module in list(base[2])[:8]:
            meaning = self._find(f"{module}.{base[1]}", path, hops + 1)
            if meaning is not None:
                return [meaning]
        return [Meaning("api", f"{base[2][0]}.{base[1]}", path=path)] if base[2] else []

    def _nearest(self, module: str, near: str) -> str | None:
        """The file that ``module`` means for ``near``: a sibling, else the one with the most path in
        common.
        """
        candidates = self._by_suffix.get(module)
        if not candidates:
            return None
        if len(candidates) == 1:
            return candidates[0]
        key = (module, near.rpartition("/")[0])
        if key not in self._near:
            self._near[key] = self._closest(candidates, near)
        return self._near[key]

    @staticmethod
    def _closest(candidates: list[str], near: str) -> str:
        here = near.split("/")[:-1]

        def distance(path: str) -> tuple[int, int, str]:
            common = 0
            for one, other in zip(here, path.split("/")[:-1]):
                if one != other:
                    break
                common += 1
            return (-common, path.count("/"), path)

        return min(candidates[:200], key=distance)

    def option(self, name: str, paths: Iterable[str]) -> Term | None:
        """The default of a command-line option or configuration field called ``name``: from the files at
        ``paths``, else from the whole project where all that define it agree."""
        for path in paths:
            key = (path, name)
            if key not in self._by_path:
                self._by_path[key] = self._option_of_file(path, name)
            term = self._by_path[key]
            if term is not None:
                return term
        if self._fields is None or self._options is None:
            self._fields, self._options = {}, {}
            for facts in self.facts.values():
                options = facts.get("options")
                if isinstance(options, Mapping):
                    for key, term in options.items():
                        self._options.setdefault(key, []).append(term)
                for _, info in _items(facts.get("classes")):
                    for key in list(info.get("order") or ()):
                        self._fields.setdefault(key, []).extend(_terms(info, "fields", key))
        for table in (self._options, self._fields):
            found = table.get(name, [])
            if found and all(term == found[0] for term in found[:64]):
                return found[0]
        return None

    def _option_of_file(self, path: str, name: str) -> Term | None:
        facts = self.facts.get(path, {})
        options = facts.get("options")
        if isinstance(options, Mapping) and isinstance(options.get(name), list):
            return list(options[name])
        for _, info in _items(facts.get("classes")):
            if name in (info.get("order") or ()):
                found = _terms(info, "fields", name)
                # A field without a default: no other file's default speaks for it.
                return found[0] if found else ["?"]
        return None


def _items(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, Mapping):
        return []
    return [(str(name), info) for name, info in value.items() if isinstance(info, Mapping)]


def _terms(info: Mapping[str, Any], table: str, name: str) -> list[Term]:
    """The terms that ``info`` has for ``name``: one of a field, several of a member."""
    values = info.get(table)
    term = values.get(name) if isinstance(values, Mapping) else None
    if not isinstance(term, list) or not term:
        return []
    if table == "members":
        return [item for item in term[:8] if isinstance(item, list) and item]
    return [term]
