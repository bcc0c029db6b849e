"""A small YAML file of a store as plain maps, lists and texts; nothing of Python's is ever constructed.

Only the parser's events are asked for (YAML 1.1). Aliases and tags are refused: no store writes them, and an
alias is how a few bytes become gigabytes.
"""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 16
MAX_EVENTS = 200_000


class Broken(ValueError):
    """The text is no YAML of a kind that a store writes."""


def read_block_yaml(text: str) -> Any:
    """The first document of ``text``: maps with text keys, lists, texts. Raises Broken."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: list[Any] = []
    open_ones: list[Any] = [root]
    keys: list[str | None] = [None]
    try:
        for number, event in enumerate(yaml.parse(text, Loader=loader)):
            if number > MAX_EVENTS or len(open_ones) > MAX_DEPTH:
                raise Broken("too large or too deep")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                raise Broken("an alias or a tag")
            if isinstance(event, yaml.ScalarEvent):
                _put(open_ones[-1], keys, event.value)
            elif isinstance(event, yaml.CollectionStartEvent):
                made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                _put(open_ones[-1], keys, made)
                open_ones.append(made)
                keys.append(None)
            elif isinstance(event, yaml.CollectionEndEvent):
                open_ones.pop()
                keys.pop()
            elif isinstance(event, yaml.DocumentEndEvent):
                break
    except (yaml.YAMLError, RecursionError, MemoryError) as error:
        raise Broken(type(error).__name__) from None
    return root[0] if root else None


def _put(place: Any, keys: list[str | None], value: Any) -> None:
    """Adds ``value`` to the innermost open collection; in a map keys and values take turns."""
    if isinstance(place, list):
        place.append(value)
    elif keys[-1] is None:
        if not isinstance(value, str) or value in place:
            raise Broken("a key that is no text, or stands twice")
        keys[-1] = value
    else:
        place[keys[-1]] = value
        keys[-1] = None
