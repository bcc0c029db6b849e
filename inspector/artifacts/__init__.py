"""Model files read, none of them run: ``read`` gives the verdict on one file from its bytes alone."""

from inspector.artifacts.bytesource import BytesSource, SliceSource
from inspector.artifacts.dispatch import read
from inspector.artifacts.interface import Artifact, Reason
from inspector.artifacts.pickles.listed import allow_list_digest

# Raised whenever the same bytes may get another verdict or other words: cached results of another version
# are not used.
READER_VERSION = "8"

__all__ = ["READER_VERSION", "Artifact", "BytesSource", "Reason", "SliceSource", "allow_list_digest", "read"]
