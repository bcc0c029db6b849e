"""Model files read, none of them run: ``read`` gives the verdict on one file from its bytes alone.

The readers are imported when the first of them is wanted: who only asks for a name or a version of this
package, as the process does that starts the workers, waits for none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.late import late_names

if TYPE_CHECKING:
    from inspector.artifacts.bytesource import BytesSource, SliceSource
    from inspector.artifacts.dispatch import read
    from inspector.artifacts.interface import Artifact, Reason
    from inspector.artifacts.pickles.listed import allow_list_digest

# Raised whenever the same bytes may get another verdict or other words: cached results of another version
# are not used.
READER_VERSION = "23"

_PLACES = {
    "Artifact": "interface",
    "BytesSource": "bytesource",
    "Reason": "interface",
    "SliceSource": "bytesource",
    "allow_list_digest": "pickles.listed",
    "read": "dispatch",
}

__all__ = ["READER_VERSION", "Artifact", "BytesSource", "Reason", "SliceSource", "allow_list_digest", "read"]

__getattr__ = late_names(__name__, _PLACES)
