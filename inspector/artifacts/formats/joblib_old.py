"""The packed pickles of joblib before 0.10: a mark, the length as text, then zlib.

joblib/numpy_pickle_compat.py, ``read_zfile`` of joblib 1.6, still reads them.
"""

from __future__ import annotations

from dataclasses import replace

from inspector.artifacts.bytesource import SliceSource, head
from inspector.artifacts.containers.compressed_file import read_compressed
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_HEADER = 21  # the mark and a number of up to 64 bits in hexadecimal, with 19 characters


def read_old_joblib(source: ByteSource, path: str, context: Context) -> Artifact:
    """The verdict on what is packed, which ``joblib.load`` unpickles."""
    start = head(source, _HEADER + 1)
    try:
        length = int(start[2:_HEADER], 16)
    except ValueError:
        return _broken("The packed pickle does not say how long it is.")
    at = _HEADER + start[_HEADER:].startswith(b" ")
    if source.size <= at + 2:
        return _broken("The packed pickle is cut off.")
    artifact = read_compressed(SliceSource(source, at, source.size - at), path, "zlib", context)
    if artifact.loading is Loading.NO_LOADER or length == 0:
        return _broken("What is packed is no pickle.")
    return replace(artifact, format="joblib")


def _broken(message: str) -> Artifact:
    return single("joblib", Loading.UNREADABLE, "broken-compression", message, is_pickle=True)
