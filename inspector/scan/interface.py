"""What a scan takes and gives: options in, events out.

Events are JSON objects, one a line in ``--format jsonl``. ``event`` is one of file, reference, manifest,
package, dataset, node, edge, finding, progress, verdict, error, done; the other keys are those of the
contract's object of that name. ``progress`` has phase, done, total, bytes and, when the target has been
opened, target; in the phase ``waiting``, which comes about once a second while a hub wants silence, it has
the seconds that are left and the sentence for the reviewer. ``verdict`` comes before the ``file`` of a large
file, which is still to be hashed. ``error`` has path and why (something was not analysed). ``done`` is last
and has all that is not a list of such objects: schema, tool, target, audit, coverage, run, and
``incomplete`` (why exit code 3 would be due, sentences).
A node may come more than once while the scan runs: the later one stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.sources.hub.tokens import TokenStore

SCHEMA = "provenance-inspector/scan/1"

Event = dict[str, Any]

# What a worker does with one file, in this order: what is needed first comes first.
PARTS = ("artifact", "index", "manifest", "imports", "dataset", "hash")

# Up to this many bytes a file is read once, into memory, for its verdict and its hash. A larger one gets its
# verdict first (event ``verdict``) and is hashed when all others have been read.
WHOLE = 16 << 20

# The lists of the contract's result and the event that carries one item of each.
LISTS = {
    "file": "files",
    "reference": "references",
    "manifest": "manifests",
    "package": "packages",
    "dataset": "datasets",
    "node": "nodes",
    "edge": "edges",
    "finding": "findings",
}


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan. ``exclude`` are globs of paths that are left out (and named in the coverage).

    ``index_url`` is the simple API of a package index that is asked about every release; None asks none.
    ``hub_tokens`` holds what the reviewer gave for an endpoint; it is neither shown nor compared.
    ``hub_patience`` are the seconds of silence that a hub may ask for in all before it is given up: few where
    nobody sees the countdown, ``inspector.sources.PATIENT`` where somebody does.
    """

    target: str
    offline: bool = False
    audit: bool = True
    advisories: str | None = None
    index_url: str | None = None
    jobs: int = 2
    use_cache: bool = True
    max_seconds_per_file: float = 20.0
    exclude: tuple[str, ...] = ()
    use_hub_token: bool = False
    hub_tokens: TokenStore | None = field(default=None, repr=False, compare=False)
    hub_patience: float = 10.0
