"""Calls of a configuration that unpickle only where an argument of theirs says so, as ``numpy.load`` does.

Hydra hands a mapping's other keys to what ``_target_`` names, and ``_args_`` before them; Lightning hands
``init_args`` to ``class_path`` (hydra.utils.instantiate of Hydra 1.3, jsonargparse 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.named_code import CALLED
from inspector.provenance import Loading, plain


class Switch(NamedTuple):
    """The argument that turns unpickling on: its name, its place, and what it is where nobody sets it."""

    name: str
    place: int


_LOAD = Switch("allow_pickle", 2)
# Read from numpy 2.4.6 and 1.26: all of these refuse pickles unless they are told otherwise.
SWITCHES: dict[str, Switch] = {
    "numpy.load": _LOAD,
    "numpy.lib.npyio.load": _LOAD,
    "numpy.lib._npyio_impl.load": _LOAD,
    "numpy.lib.format.read_array": Switch("allow_pickle", 1),
    "numpy.lib.npyio.NpzFile": Switch("allow_pickle", 2),
    "numpy.lib._npyio_impl.NpzFile": Switch("allow_pickle", 2),
}
# What YAML 1.1 and OmegaConf take for false, nothing or zero where it stands without quotes.
_FALSE = re.compile(r"(?:[Ff]alse|FALSE|[Nn]o|NO|[Oo]ff|OFF|[Nn]ull|NULL|~|[-+]?0+(?:\.0*)?|0[xb]0+|)\Z")
_MAX_EVENTS = 100_000
_MAX_MERGED = 64


class Nothing(NamedTuple):
    """A scalar that is false, zero or nothing."""


def judge_switched(call: Mapping[str, object], judgement: Judgement) -> None:
    """States it where the mapping ``call`` of a configuration has something called that unpickles by its
    arguments."""
    for key in CALLED:
        name = call.get(key)
        switch = SWITCHES.get(name) if isinstance(name, str) else None
        if not isinstance(name, str) or switch is None or not _is_on(call, switch):
            continue
        judgement.note(
            Loading.RUNS_CODE,
            "hydra-target",
            f"The configuration has {plain(name, 200)} called ({key}) with {switch.name} on: it unpickles "
            "the file it reads.",
        )


def _is_on(call: Mapping[str, object], switch: Switch) -> bool:
    inner = call.get("init_args")
    holders = [holder for holder in (call, inner) if isinstance(holder, Mapping)]
    given = [holder[switch.name] for holder in holders if switch.name in holder]
    positional = call.get("_args_")
    if isinstance(positional, list) and len(positional) > switch.place:
        given.append(positional[switch.place])
    elif isinstance(positional, str):
        given.append(positional)  # an interpolation: the list stands somewhere else
    return any(not (isinstance(value, Nothing) or not value) for value in given)


def yaml_mappings(text: str) -> Iterator[Mapping[str, object]]:
    """Every mapping of a YAML text, inner ones first, up to the first mistake of the text. Aliases and merge
    keys are followed, nothing is constructed; scalars are texts or ``Nothing``."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    anchors: dict[str, object] = {}
    open_parts: list[_Part] = [_Part([])]
    try:
        for place, event in enumerate(yaml.parse(text, Loader=loader)):
            if place > _MAX_EVENTS:
                return
            value: object
            if isinstance(event, yaml.ScalarEvent):
                value = Nothing() if event.implicit[0] and _FALSE.match(event.value) else event.value
                is_key = open_parts[-1].put(event.value, value)
            elif isinstance(event, yaml.AliasEvent):
                value = anchors.get(event.anchor or "")
                open_parts[-1].put(value if isinstance(value, str) else None, value)
                continue
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                part = _Part({} if isinstance(event, yaml.MappingStartEvent) else [])
                value = part.value
                open_parts[-1].put(None, value)
                open_parts.append(part)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                done = open_parts.pop().value
                if isinstance(done, dict):
                    _merge(done)
                    yield done
                continue
            else:
                continue
            if event.anchor is not None and len(anchors) < 10_000:
                anchors[event.anchor] = (
                    event.value if isinstance(event, yaml.ScalarEvent) and is_key else value
                )
    except (yaml.YAMLError, RecursionError, ValueError):
        return


class _Part:
    """A collection that is being read. ``key`` waits for its value; None where a key is expected."""

    __slots__ = ("key", "value")

    def __init__(self, value: dict[str, object] | list[object]) -> None:
        self.value = value
        self.key: str | None = None

    def put(self, text: str | None, value: object) -> bool:
        """Takes the next value. True where it was a key."""
        if isinstance(self.value, list):
            self.value.append(value)
            return False
        if self.key is None:
            self.key = text or ""
            return True
        if self.key == "<<" and isinstance(self.value.get("<<"), list):
            self.value["<<"] = [*self.value["<<"], value][:_MAX_MERGED]  # type: ignore[misc]
        else:
            self.value[self.key] = [value] if self.key == "<<" else value
        self.key = None
        return False


def _merge(mapping: dict[str, object]) -> None:
    """Takes in what the merge keys name. What they name is finished before, so one step is enough."""
    merged = mapping.pop("<<", None)
    for item in merged if isinstance(merged, list) else []:
        for part in (item if isinstance(item, list) else [item])[:_MAX_MERGED]:
            if isinstance(part, dict):
                for key in list(part)[:1000]:
                    mapping.setdefault(key, part[key])
