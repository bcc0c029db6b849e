"""A Hugging Face hub as a source: facts and files of a repository, without downloading its weights.

``source`` opens a repository; ``client`` asks, on the session that ``session`` made steady; ``endpoint``
knows whom and with which token; ``info`` and ``tree`` ask for facts and files; ``facts`` and ``lineage``
read the answers; ``ranged`` reads
parts of large files; ``walk`` goes from a repository to its family. ``errors`` has every sentence.
"""

from inspector.sources.hub.facts import Claim, HubFacts, Named, OwnerFacts, RepoFacts
from inspector.sources.hub.source import HubSource

__all__ = ["Claim", "HubFacts", "HubSource", "Named", "OwnerFacts", "RepoFacts"]
