"""What a call calls, and with what: callees made out over the project's modules, arguments put in order."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import Any

from inspector.references.api import find_row
from inspector.references.project import Meaning, Modules, Term
from inspector.references.terms_values import MAX_STEPS, MAX_VALUES, Arguments, Target, Value


class Callees(ABC):
    """The half of an evaluator that asks what is called; what an expression can be, the other half says."""

    modules: Modules
    steps: int
    was_cut: bool
    _nesting: int

    @abstractmethod
    def values(self, term: Term | None, paths: tuple[str, ...]) -> list[Value]:
        """What ``term`` can be."""

    @abstractmethod
    def _values(self, term: Any, paths: tuple[str, ...], depth: int) -> list[Value]:
        """The same inside of one question, with its budget of steps."""

    @abstractmethod
    def _question(self) -> contextlib.AbstractContextManager[None]:
        """One question from outside and all that it leads to share one budget of steps."""

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
        if tag == "a" and find_row(f"?.{name}") is None and find_row(f"?.{base[2]}.{name}") is not None:
            return [Target("api", f"?.{base[2]}.{name}")]  # client.containers.run, whatever the client is
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
