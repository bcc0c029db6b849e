"""Protocol buffers and HDF5, written by hand: the bytes that ONNX, TensorFlow and Keras files are made of."""

from __future__ import annotations

import struct

_UNDEFINED = b"\xff" * 8


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number: int, data: bytes | str) -> bytes:
    """A length-delimited field."""
    raw = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def number_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def onnx_node(operator: str, domain: str = "", inside: bytes = b"") -> bytes:
    return field(1, field(1, "x") + field(2, "y") + field(4, operator) + field(7, domain) + inside)


def onnx(graph: bytes, more: bytes = b"") -> bytes:
    """An ONNX model (onnx.proto3): IR version 9, one graph, operator set 18."""
    return number_field(1, 9) + field(2, "test") + field(7, graph + field(2, "g")) + field(
        8, field(1, "") + number_field(2, 18)) + more  # fmt: skip


def onnx_external(place: str) -> bytes:
    """A model whose one weight lies in another file."""
    entry = field(13, field(1, "location") + field(2, place))
    tensor = number_field(1, 1) + number_field(2, 1) + field(8, "w") + entry + number_field(14, 1)
    return onnx(field(5, tensor) + onnx_node("Add"))


def graph_node(operator: str, name: str = "n") -> bytes:
    """A node of a TensorFlow GraphDef."""
    return field(1, field(1, name) + field(2, operator))


def graph_function(operator: str) -> bytes:
    """A function of the graph's library with one node."""
    return field(2, field(1, field(3, field(1, "n") + field(2, operator))))


def saved_model(graph: bytes) -> bytes:
    return number_field(1, 1) + field(2, field(2, graph))


def hdf5(
    attributes: dict[str, bytes],
    links: tuple[bytes, ...] = (),
    *,
    variable: bool = False,
) -> bytes:
    """An HDF5 file (format specification 3.0): superblock 0, one group with text attributes and links.

    ``variable`` keeps the texts in a global heap, as h5py does for str; else they stand in the header.
    """
    messages = [_message(0x02, bytes(2) + _UNDEFINED * 2), _message(0x0A, bytes(2))]
    heap_at = 96
    heap = b""
    if variable:
        heap = _heap(list(attributes.values()))
    for number, (name, value) in enumerate(attributes.items()):
        title = name.encode() + b"\0"
        if variable:
            kind = b"\x19\x01\x00\x00" + struct.pack("<I", 16) + b"\x13\0\0\0" + struct.pack("<I", 1)
            data = struct.pack("<IQI", len(value), heap_at, number + 1)
        else:
            kind = b"\x13\x01\0\0" + struct.pack("<I", len(value))
            data = value
        head = struct.pack("<BBHHH", 1, 0, len(title), len(kind), 8)
        messages.append(_message(0x0C, head + _padded(title) + _padded(kind) + b"\x01" + bytes(7) + data))
    messages += [_message(0x06, link) for link in links]
    body = b"".join(messages)
    header = struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(body)) + body
    root = heap_at + len(heap)
    end = root + len(header)
    superblock = b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + struct.pack("<HHI", 4, 16, 0)
    superblock += bytes(8) + _UNDEFINED + struct.pack("<Q", end) + _UNDEFINED
    superblock += struct.pack("<QQII16x", 0, root, 0, 0)
    return superblock + heap + header


def external_link(name: str, file: str, target: str) -> bytes:
    """A link message to an object of another file."""
    value = b"\0" + file.encode() + b"\0" + target.encode() + b"\0"
    return b"\x01\x08\x40" + bytes([len(name)]) + name.encode() + struct.pack("<H", len(value)) + value


def soft_link(name: str, target: str) -> bytes:
    return (
        b"\x01\x08\x01"
        + bytes([len(name)])
        + name.encode()
        + struct.pack("<H", len(target))
        + target.encode()
    )


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _message(kind: int, data: bytes) -> bytes:
    data = _padded(data)
    return struct.pack("<HHB3x", kind, len(data), 0) + data


def _heap(values: list[bytes]) -> bytes:
    items = b"".join(
        struct.pack("<HHIQ", number, 1, 0, len(value)) + _padded(value)
        for number, value in enumerate(values, 1)
    )
    size = max(4096, (16 + len(items) + 16 + 7) // 8 * 8)
    free = size - 16 - len(items)
    out = b"GCOL\x01\0\0\0" + struct.pack("<Q", size) + items + struct.pack("<HHIQ", 0, 0, 0, free)
    return out.ljust(size, b"\0")
