"""Model files of any size as (size, pieces): the headers as their writers lay them out, the tensors as holes.

``Sparse(*torch_zip(...))`` of server.py serves them. Nothing in here is ever loaded; the one call that the
hostile ones make would print a word.
"""

from __future__ import annotations

import json
import pickle
import struct
import zlib

Body = tuple[int, dict[int, bytes]]
GIB = 1 << 30


def hostile() -> bytes:
    """A call of ``posix.system('echo')``, whose result is dropped."""
    return b"cposix\nsystem\n" + _text("echo") + b"\x85R0"


def torch_zip(tensors: int = 200, each: int = 16 << 20, calls: bytes = b"") -> Body:
    """An archive as torch.save has written it since 1.6: data.pkl in front, storages on 64-byte bounds."""
    members: list[tuple[str, int, bytes | None]] = [("model/data.pkl", 0, _state(tensors, each, calls))]
    members += [("model/byteorder", 0, b"little")]
    members += [(f"model/data/{number}", each, None) for number in range(tensors)]
    members += [("model/version", 0, b"3\n"), ("model/.data/serialization_id", 0, b"0" * 40)]
    return archive(members)


def archive(members: list[tuple[str, int, bytes | None]]) -> Body:
    """A stored zip archive of (name, size, content or None for a hole of that size), zip64 where needed."""
    pieces: dict[int, bytes] = {}
    central = b""
    at = 0
    for name, hole, content in members:
        size = hole if content is None else len(content)
        checksum = 0 if content is None else zlib.crc32(content)
        raw = name.encode()
        pad = -(at + 30 + len(raw) + 4) % 64
        extra = struct.pack("<2sH", b"FB", pad) + b"Z" * pad
        head = struct.pack(
            "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0x800, 0, 0, 0, checksum, size, size, len(raw), len(extra)
        )
        pieces[at] = head + raw + extra
        wide = struct.pack("<HHQ", 1, 8, at) if at >= 0xFFFFFFFF else b""
        told = min(at, 0xFFFFFFFF)
        central += (
            struct.pack("<4sHHHHHHIII", b"PK\x01\x02", 20, 20, 0x800, 0, 0, 0, checksum, size, size)
            + struct.pack("<HHHHHII", len(raw), len(wide), 0, 0, 0, 0, told)
            + raw
            + wide
        )
        at += len(pieces[at])
        if content:
            pieces[at] = content
        at += size
    start, count = at, len(members)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(central), start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(central), 1)
    end = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(central), min(start, 0xFFFFFFFF), 0
    )
    pieces[start] = central + (end64 + locator if start >= 0xFFFFFFFF else b"") + end
    return start + len(pieces[start]), pieces


def torch_legacy(tensors: int = 100, each: int = 16 << 20, calls: bytes = b"") -> Body:
    """torch.save before 1.6: five pickles and the storages, each behind its count."""
    system = {
        "protocol_version": 1001,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    head = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps(system, 2)
    head += _state(tensors, each, calls, legacy=True)
    head += pickle.dumps([str(number) for number in range(tensors)], 2)
    pieces = {0: head}
    at = len(head)
    for _ in range(tensors):
        pieces[at] = struct.pack("<q", each // 4)
        at += 8 + each
    return at, pieces


def safetensors(tensors: int = 300, each: int = 32 << 20) -> Body:
    header = {
        f"model.layers.{number}.self_attn.q_proj.weight": {
            "dtype": "F32",
            "shape": [each // 4],
            "data_offsets": [number * each, (number + 1) * each],
        }
        for number in range(tensors)
    }
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return 8 + len(raw) + tensors * each, {0: struct.pack("<Q", len(raw)) + raw}


def gguf(tensors: int = 200, each: int = 16 << 20, tokens: int = 32_000, base: str = "") -> Body:
    pairs = [_pair("general.architecture", "llama"), _pair("general.name", "large")]
    if base:
        pairs.append(_pair("general.base_model.0.repo_url", base))
    vocabulary = b"".join(_gguf_text(f"token{number:06}") for number in range(tokens))
    pairs.append(_gguf_text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, tokens) + vocabulary)
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(pairs)) + b"".join(pairs)
    for number in range(tensors):
        head += _gguf_text(f"blk.{number}.weight") + struct.pack("<IQIQ", 1, each // 4, 0, number * each)
    start = -(-len(head) // 32) * 32
    return start + tensors * each, {0: head}


def onnx(tensors: int = 60, each: int = 16 << 20) -> Body:
    """A graph of one operator for each tensor; the tensors lie inside of the file."""
    nodes = b"".join(
        _field(
            1, _field(1, f"x{number}".encode()) + _field(2, f"x{number + 1}".encode()) + _field(4, b"Relu")
        )
        for number in range(tensors)
    )
    tensor_head = _varint(1 << 3) + _varint(each // 4) + _varint(2 << 3) + _varint(1) + _varint(9 << 3 | 2)
    tensor_head += _varint(each)
    length = len(tensor_head) + each
    one = _varint(5 << 3 | 2) + _varint(length) + tensor_head
    graph_size = len(nodes) + tensors * (len(one) + each)
    head = _varint(1 << 3) + _varint(8) + _field(8, _varint(2 << 3) + _varint(17))
    head += _varint(7 << 3 | 2) + _varint(graph_size) + nodes
    pieces = {0: head}
    at = len(head)
    for _ in range(tensors):
        pieces[at] = one
        at += len(one) + each
    return at, pieces


def keras(weights: int = 2 * GIB) -> Body:
    """A .keras archive: two texts and the weights as one HDF5 member."""
    layers = {"class_name": "Sequential", "module": "keras", "config": {"name": "s", "layers": []}}
    size, pieces = archive(
        [
            ("metadata.json", 0, json.dumps({"keras_version": "3.6.0"}).encode()),
            ("config.json", 0, json.dumps(layers).encode()),
            ("model.weights.h5", weights, None),
        ]
    )
    return size, pieces


def npy(elements: int = 1 << 29) -> Body:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({elements},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    raw = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    return len(raw) + 4 * elements, {0: raw}


def joblib(arrays: int = 3, elements: int = 1 << 27, calls: bytes = b"") -> Body:
    """A pickle with the arrays' bytes inside of it, as joblib has written it since 0.10."""
    wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(" + _text("subclass")
    wrapper += b"cnumpy\nndarray\n" + _text("shape") + b"J" + struct.pack("<i", elements) + b"\x85"
    wrapper += (
        _text("order") + _text("C") + _text("dtype") + b"cnumpy\ndtype\n" + _text("f8") + b"\x89\x88\x87R"
    )
    wrapper += b"(K\x03" + _text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    wrapper += _text("allow_mmap") + b"\x88" + _text("numpy_array_alignment_bytes") + b"K\x10ub"
    pieces: dict[int, bytes] = {}
    at = 0
    head = b"\x80\x04}"
    for number in range(arrays):
        raw = head + (calls if not number else b"") + _text(f"a{number}") + wrapper
        pad = 16 - (at + len(raw) + 1) % 16
        pieces[at] = raw + bytes([pad]) + b"\xff" * pad
        at += len(pieces[at]) + 8 * elements
        head = b"s"
    pieces[at] = b"s."
    return at + 2, pieces


def _state(tensors: int, each: int, calls: bytes, legacy: bool = False) -> bytes:
    """The pickle of a state dict, as torch writes it, with ``calls`` in front: what was said once is said
    again by its number (some 125 bytes for each tensor, measured with torch 2.13)."""
    memo: dict[bytes, int] = {}

    def once(raw: bytes) -> bytes:
        if raw in memo:
            return b"h" + bytes([memo[raw]])
        memo[raw] = len(memo)
        return raw + b"q" + bytes([memo[raw]])

    out = b"\x80\x02" + calls + b"}("
    for number in range(tensors):
        out += _text(f"model.layers.{number}.mlp.weight") + b"r" + struct.pack("<I", 256 + 4 * number)
        out += once(b"ctorch._utils\n_rebuild_tensor_v2\n") + b"(("
        out += once(_text("storage")) + once(b"ctorch\nFloatStorage\n") + _text(str(number))
        out += b"r" + struct.pack("<I", 257 + 4 * number) + once(_text("cpu")) + _int(each // 4)
        out += b"N" if legacy else b""
        out += (
            b"tr" + struct.pack("<I", 258 + 4 * number) + b"QK\x00" + _int(each // 4) + b"\x85K\x01\x85\x89"
        )
        out += once(b"ccollections\nOrderedDict\n") + b")RtRr" + struct.pack("<I", 259 + 4 * number)
    return out + b"u."


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def _int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _gguf_text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def _pair(key: str, value: str) -> bytes:
    return _gguf_text(key) + struct.pack("<I", 8) + _gguf_text(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content
