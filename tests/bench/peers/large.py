"""Two files of 2 GB that take no room on the disk: a safetensors file and a torch archive."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

SIZE = 2 << 30


def safetensors(path: Path) -> None:
    """One tensor of zeros behind a right header."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [SIZE // 4], "data_offsets": [0, SIZE]}}).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + SIZE)


def torch_zip(path: Path) -> None:
    """A state dict of one float tensor, stored, with right checksums."""
    stream = (
        b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
        b"X\x01\0\0\x000X\x03\0\0\0cpuJ" + struct.pack("<i", SIZE // 4) + b"tQK\0J"
        + struct.pack("<i", SIZE // 4) + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs."
    )  # fmt: skip
    zeros = 0
    block = bytes(1 << 20)
    for _ in range(SIZE >> 20):
        zeros = zlib.crc32(block, zeros)
    members = [
        (b"m/data.pkl", stream, len(stream), zlib.crc32(stream)),
        (b"m/data/0", b"", SIZE, zeros),
        (b"m/version", b"3\n", 2, zlib.crc32(b"3\n")),
    ]
    directory = b""
    with path.open("wb") as file:
        for name, data, size, crc in members:
            at = file.tell()
            head = struct.pack("<5HL", 20, 0, 0, 0, 0x21, crc) + struct.pack(
                "<2L2H", size, size, len(name), 0
            )
            file.write(b"PK\x03\x04" + head + name + data)
            if not data:
                file.seek(size, 1)
            directory += b"PK\x01\x02\x14\x03" + head + struct.pack("<3H2L", 0, 0, 0, 0, at) + name
        start = file.tell()
        file.write(directory)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(directory), start, 0))
