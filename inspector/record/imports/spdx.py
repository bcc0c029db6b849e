"""What the readers of SPDX 2 and SPDX 3 say alike: the document that comes of one, and its digests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from inspector.record.imports.interface import MOST_COMPONENTS, Component, Document, some, text_of, too_many
from inspector.review.proposals import Origin

_HEX = re.compile(r"[0-9a-fA-F]{64}\Z")


def document_of(
    components: list[Component], name: str, digest: str, *, version: str, tool: str, created: Any
) -> Document:
    """One SPDX document, titled by its version and the tool that made it.

    UnreadableInput where it lists more components than are read.
    """
    if len(components) > MOST_COMPONENTS:
        raise too_many("packages and files", MOST_COMPONENTS)
    title = f"SPDX {version}" + (f" by {tool}" if tool else "")
    return Document(Origin("spdx", digest, name, title, text_of(created)), tuple(components))


def sha256_of(values: Iterable[Any]) -> tuple[str, ...]:
    """Those of ``values`` that are a SHA-256 in hex, in small letters."""
    return some(text_of(one).lower() for one in values if _HEX.match(text_of(one)))
