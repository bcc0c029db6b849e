"""The project as one name space: which module, class or function a dotted name means.

Table look-ups over the facts of all files. Every walk (imports that lead to imports, bases of bases) has a
depth, so that facts made to go in circles end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.references.interface import FileIndex

Term = list[Any]
MAX_HOPS = 8
MAX_BASES = 8


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: a ``function`` or ``class`` of the project by its full name, a ``term`` that stands
    in the module at ``path``, or an ``api`` name of some library."""

    kind: str
    name: str = ""
    term: Any = None
    path: str = ""


class Modules:
    """All Python modules of the target. Maps may be hostile: every shape is checked where it is read."""

    def __init__(self, indexes: Iterable[FileIndex]) -> None:
        self.facts: dict[str, Mapping[str, Any]] = {}
        self.functions: dict[str, Mapping[str, Any]] = {}
        self.classes: dict[str, Mapping[str, Any]] = {}
        self.home: dict[str, str] = {}  # function or class to the path of its file
        self._by_suffix: dict[str, list[str]] = {}
        self._module_of: dict[str, str] = {}
        self._cache: dict[tuple[str, str], Meaning | None] = {}
        # What the look-up at hand has asked already: star imports form diamonds and circles, and without
        # this each of their paths would be walked.
        self._asked: dict[tuple[str, str], Meaning | None] = {}
        self._fields: dict[str, list[Term]] | None = None
        self._options: dict[str, list[Term]] | None = None
        for index in indexes:
            facts = index.facts.get("python") if isinstance(index.facts, Mapping) else None
            if isinstance(facts, Mapping):
                self._add(index.path, facts)

    def _add(self, path: str, facts: Mapping[str, Any]) -> None:
        module = str(facts.get("module", ""))
        self.facts[path] = facts
        self._module_of[path] = module
        for table, key in ((self.functions, "functions"), (self.classes, "classes")):
            for name, info in _items(facts.get(key)):
                table.setdefault(name, info)
                self.home.setdefault(name, path)
        parts = module.split(".")
        for start in range(max(len(parts) - 6, 0), len(parts)):
            self._by_suffix.setdefault(".".join(parts[start:]), []).append(path)

    def find(self, dotted: str, near: str) -> Meaning | None:
        """What ``dotted`` means for the file at ``near``; None where the project does not define it."""
        key = (dotted, near.rpartition("/")[0])
        if key not in self._cache:
            self._asked.clear()
            self._cache[key] = self._find(dotted, near, 0)
        return self._cache[key]

    def _find(self, dotted: str, near: str, hops: int) -> Meaning | None:
        if hops > MAX_HOPS or len(dotted) > 300:
            return None
        key = (dotted, near.rpartition("/")[0])
        if key not in self._asked:
            self._asked[key] = None  # while it is being asked, a circle ends here
            self._asked[key] = self._look_up(dotted, near, hops)
        return self._asked[key]

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
        for star in list(facts.get("stars") or ())[:8]:
            meaning = self._find(".".join((str(star), *rest)), path, hops + 1)
            if meaning is not None:
                return meaning
        return None

    def member(self, owner: str, name: str, hops: int = 0) -> Meaning | None:
        """A method or field of the class ``owner`` or of what it derives from, in the project or beyond."""
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
            facts = self.facts.get(path, {})
            options = facts.get("options")
            if isinstance(options, Mapping) and isinstance(options.get(name), list):
                return list(options[name])
            for _, info in _items(facts.get("classes")):
                found = _terms(info, "fields", name)
                if found and name in (info.get("order") or ()):
                    return found[0]
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
