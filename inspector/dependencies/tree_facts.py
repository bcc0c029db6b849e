"""The tree of packages in numbers: how large, how deep, what brings what."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from inspector.dependencies.interface import Package

MAX_SHOWN = 200  # names in a list of the answer; the counts are whole
MAX_WAY = 8  # packages on a way that says what pulls one in
MAX_STEPS = 2_000_000  # edges gone along to weigh direct packages; what is left then is not weighed

Key = tuple[str, str]  # ecosystem and name
# Whose packages may answer for a need of whose: a Python package may be there from a conda channel.
_ANSWERING = {"PyPI": ("PyPI", "conda"), "conda": ("conda", "PyPI"), "npm": ("npm",)}


class Tree:
    """Packages with what each pulls in. Versions of one package count as one; packages of one name in two
    ecosystems are two."""

    def __init__(self, packages: Sequence[Package]) -> None:
        self._packages = packages
        self._versions: dict[Key, list[Package]] = {}
        for one in packages:
            self._versions.setdefault(self.key(one), []).append(one)

    @staticmethod
    def key(package: Package) -> Key:
        """What tells the package from others in ``ways``."""
        return (package.ecosystem, package.name)

    def required(self, package: Package) -> list[Package]:
        """The packages of the tree, in all their versions, that ``package`` pulls in."""
        found = (self._answer(package.ecosystem, need) for need in package.requires)
        return [one for key in found if key is not None for one in self._versions[key]]

    def _answer(self, ecosystem: str, need: str) -> Key | None:
        asked = ((one, need) for one in _ANSWERING.get(ecosystem, (ecosystem,)))
        return next((key for key in asked if key in self._versions), None)

    @cached_property
    def _pulls(self) -> dict[Key, list[Key]]:
        pulls: dict[Key, list[Key]] = {}
        for key, many in self._versions.items():
            needs = {self._answer(key[0], need) for one in many for need in one.requires}
            pulls[key] = sorted(need for need in needs if need is not None)
        return pulls

    @cached_property
    def _direct(self) -> list[Key]:
        return sorted(key for key, many in self._versions.items() if any(one.direct for one in many))

    @cached_property
    def _shortest(self) -> tuple[dict[Key, Key | None], dict[Key, int]]:
        """For each package that is reached: which one pulls it in, and how many steps it is away."""
        before: dict[Key, Key | None] = dict.fromkeys(self._direct)
        depth = dict.fromkeys(self._direct, 1)
        waiting = deque(self._direct)
        while waiting:
            key = waiting.popleft()
            for need in self._pulls[key]:
                if need not in before:
                    before[need], depth[need] = key, depth[key] + 1
                    waiting.append(need)
        return before, depth

    def ways(self) -> dict[Key, tuple[int, list[str]]]:
        """For each package that is reached, how many steps away it is (1: direct) and one shortest way by
        which it comes in: the last MAX_WAY names of it, itself last."""
        before, depth = self._shortest
        return {key: (steps, _names(before, key, MAX_WAY)) for key, steps in depth.items()}

    def facts(self) -> dict[str, Any]:
        """See ``tree_facts``; without ``reasons``."""
        before, depth = self._shortest
        furthest = max(depth, key=lambda key: (depth[key], key), default=None)
        lost = sorted(key for key in self._versions if key not in depth)
        return {
            "packages": len(self._packages),
            "direct": len(self._direct),
            "transitive": len(self._versions) - len(self._direct),
            "by_ecosystem": _counts(one.ecosystem for one in self._packages),
            "by_pin": _counts(one.pin.value for one in self._packages),
            "edges": sum(map(len, self._pulls.values())),
            "depth": depth[furthest] if furthest else 0,
            "deepest": _names(before, furthest, MAX_SHOWN) if furthest else [],
            "unreached": {"total": len(lost), "names": [label(key) for key in lost[:MAX_SHOWN]]},
            "heaviest": self._heaviest(),
        }

    def _heaviest(self) -> list[dict[str, Any]]:
        brought: dict[Key, int] = {}
        steps = 0
        for key in sorted(self._direct, key=lambda key: (-len(self._pulls[key]), key)):
            if steps > MAX_STEPS:
                break
            reached = _reached(self._pulls, [key])
            steps += sum(len(self._pulls[one]) for one in reached)
            brought[key] = len(reached) - 1
        whole = _reached(self._pulls, self._direct)
        found = []
        for key in sorted((key for key in brought if brought[key]), key=lambda key: (-brought[key], key))[
            :10
        ]:
            others = [one for one in self._direct if one != key]
            alone = len(whole) - len(_reached(self._pulls, others))
            found.append({"name": label(key), "brings": brought[key], "alone": alone})
        return found


def tree_facts(packages: Sequence[Package]) -> dict[str, Any]:
    """The tree in numbers, for the project's node and the report:

    ``{"packages", "direct", "transitive", "by_ecosystem", "by_pin", "edges", "depth", "deepest", "unreached",
    "heaviest", "reasons"}``. ``depth`` is the longest of the shortest ways from a direct package (1: direct),
    ``deepest`` one such way (its last packages where it is very long); ``unreached`` are packages that
    nothing is known to pull in; ``heaviest`` are the direct packages that bring the most others (``{"name",
    "brings", "alone"}``; without it, ``alone`` packages would go); ``reasons`` gives for each package that is
    pulled in one way by which it comes. Names of other ecosystems than the Python Package Index are written
    "npm:NAME".
    """
    tree = Tree(packages)
    reasons = {label(key): way for key, (steps, way) in sorted(tree.ways().items()) if steps > 1}
    return {**tree.facts(), "reasons": reasons}


def label(key: Key) -> str:
    """The name of a package in lists that hold several ecosystems."""
    ecosystem, name = key
    return name if ecosystem == "PyPI" else f"{ecosystem}:{name}"


def _names(before: Mapping[Key, Key | None], key: Key, most: int) -> list[str]:
    """The last ``most`` packages of the way to ``key``, ``key`` last."""
    way: list[str] = []
    at: Key | None = key
    while at is not None and len(way) < most:
        way.append(label(at))
        at = before[at]
    return way[::-1]


def _reached(pulls: Mapping[Key, Sequence[Key]], start: Sequence[Key]) -> set[Key]:
    seen = set(start)
    waiting = list(start)
    while waiting:
        for need in pulls[waiting.pop()]:
            if need not in seen:
                seen.add(need)
                waiting.append(need)
    return seen


def _counts(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))
