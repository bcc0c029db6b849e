"""The filters of HDF5: what a data set's chunks are packed with, and whose code unpacks them.

Numbers below 256 belong to the library. All others are found among the plug-ins of the reading machine, which
HDF5 loads as shared libraries; the registered ones are known programs (the HDF Group's list of registered
filters), an unregistered number is whatever that machine has under it.
"""

from __future__ import annotations

import zlib

from inspector.artifacts.formats.hdf5_file import BadHdf5
from inspector.artifacts.formats.hdf5_values import Filter

DEFLATE, SHUFFLE, FLETCHER32 = 1, 2, 3
BUILT_IN = {1: "deflate", 2: "shuffle", 3: "Fletcher-32", 4: "szip", 5: "n-bit", 6: "scale-offset"}
LZF = 32000  # part of h5py itself
REGISTERED = {
    257: "hzip", 258: "fpzip", 305: "LZO", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32002: "MAFISC",
    32003: "Snappy", 32004: "LZ4", 32005: "APAX", 32006: "CBF", 32007: "JPEG-XR", 32008: "bitshuffle",
    32009: "SPDP", 32010: "LPC-Rice", 32011: "CCSDS-123", 32012: "JPEG-LS", 32013: "zfp", 32014: "fpzip",
    32015: "Zstandard", 32016: "B3D", 32017: "SZ", 32018: "FCIDECOMP", 32019: "JPEG", 32020: "VBZ",
    32021: "FAPEC", 32022: "BitGroom", 32023: "Granular BitRound", 32024: "SZ3", 32025: "Delta-Rice",
    32026: "Blosc2", 32027: "FLAC", 32028: "H5Z-SPERR", 32029: "TERSE/PROLIX", 32030: "FFmpeg",
}  # fmt: skip


def unpacked_chunk(data: bytes, filters: list[Filter], mask: int, size: int) -> bytes:
    """The bytes of one chunk before its filters were applied. Raises BadHdf5 where that is not possible
    with what the library itself has."""
    for place in reversed(range(len(filters))):
        one = filters[place]
        if mask >> place & 1:
            continue
        if one.number == DEFLATE:
            engine = zlib.decompressobj()
            try:
                data = engine.decompress(data, size + 64)
            except zlib.error:
                raise BadHdf5("A chunk of a data set is broken.") from None
        elif one.number == SHUFFLE:
            data = _unshuffled(data, one.values[0] if one.values else 1)
        elif one.number == FLETCHER32:
            data = data[:-4]
        else:
            raise BadHdf5(f"A chunk of a data set is packed by the filter {one.number}, which is not read.")
    if len(data) != size:
        raise BadHdf5("A chunk of a data set has another size than is stated.")
    return data


def _unshuffled(data: bytes, width: int) -> bytes:
    count = len(data) // width if width else 0
    if count < 2 or width < 2:
        return data
    out = bytearray(data)
    for byte in range(width):
        out[byte : count * width : width] = data[byte * count : (byte + 1) * count]
    return bytes(out)
