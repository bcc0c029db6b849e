"""A Hugging Face hub as a source: facts and files of a repository, without downloading its weights.

``source`` opens a repository; ``client`` asks, on the session that ``session`` made steady; ``endpoint``
knows whom and with which token; ``info`` and ``tree`` ask for facts and files; ``facts`` and ``lineage``
read the answers; ``ranged`` reads parts of large files; ``walk`` goes from a repository to its family;
``lookup`` and ``refs`` answer what a name means now, ``moved`` what differs since. ``errors`` has every
sentence.

The names below are imported when they are first asked for: who only wants to know which hub is meant, as the
window does between two key presses, pays for ``endpoint`` alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.sources.hub.facts import Claim, HubFacts, Named, OwnerFacts, RepoFacts
    from inspector.sources.hub.source import HubSource

__all__ = ["Claim", "HubFacts", "HubSource", "Named", "OwnerFacts", "RepoFacts"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from inspector.sources.hub import facts, source

    return getattr(source if name == "HubSource" else facts, name)
