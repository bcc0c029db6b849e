"""Model formats with very many keys, nodes, links and tensors."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], None]


def _gguf_text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _gguf(pairs: list[bytes], tensors: list[bytes]) -> Maker:
    return lambda path: _write(
        path, (b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(pairs)), *pairs, *tensors)
    )


def _write(path: Path, parts: tuple[bytes, ...]) -> None:
    with path.open("wb") as file:
        for part in parts:
            file.write(part)


def _gguf_keys(path: Path) -> None:
    _gguf([_gguf_text(b"k%d" % n) + struct.pack("<IB", 0, 1) for n in range(3_000_000)], [])(path)


def _gguf_tensors(path: Path) -> None:
    rows = [_gguf_text(b"t%d" % n) + struct.pack("<IQIQ", 1, 1, 0, 0) for n in range(1_000_000)]
    _gguf([], rows)(path)


def _gguf_texts(path: Path) -> None:
    texts = _gguf_text(b"token") * 5_000_000
    _gguf([_gguf_text(b"tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 5_000_000) + texts], [])(path)


def _gguf_nested(path: Path) -> None:
    _gguf([_gguf_text(b"a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 2_000_000], [])(path)


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _onnx(graph: bytes) -> bytes:
    return b"\x08\x08" + _field(2, b"pytorch") + _field(7, graph) + _field(8, b"\x10\x11")


def _onnx_nodes(path: Path) -> None:
    node = _field(1, _field(1, b"a") + _field(2, b"b") + _field(4, b"Add"))
    path.write_bytes(_onnx(node * 3_000_000))


def _onnx_tensors(path: Path) -> None:
    tensor = _field(5, b"\x08\x01\x10\x01" + _field(8, b"w") + _field(9, bytes(4)))
    path.write_bytes(_onnx(tensor * 2_000_000))


def _onnx_nested(path: Path) -> None:
    """Sub-graphs in attributes of nodes, as deep as there is room."""
    graph = _field(1, _field(4, b"Add"))
    for _ in range(2_000):
        graph = _field(1, _field(4, b"If") + _field(5, _field(1, b"then_branch") + _field(6, graph)))
    path.write_bytes(_onnx(graph))


def _graph_def(path: Path) -> None:
    node = _field(1, _field(1, b"name") + _field(2, b"Add"))
    path.write_bytes(node * 2_500_000)


def _safetensors(path: Path) -> None:
    header = json.dumps(
        {f"t{n}": {"dtype": "U8", "shape": [1], "data_offsets": [n, n + 1]} for n in range(1_000_000)}
    )
    raw = header.encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(1_000_000))


def _safetensors_metadata(path: Path) -> None:
    raw = json.dumps({"__metadata__": {f"k{n}": "v" for n in range(3_000_000)}}).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw)


def _hdf5(kind: str) -> Maker:
    def make(path: Path) -> None:
        import h5py

        with h5py.File(path, "w", libver="latest" if kind == "new links" else "earliest") as file:
            if kind == "attributes":
                for number in range(5_000):
                    group = file.create_group(f"g{number}")
                    for place in range(10):
                        group.attrs[f"a{place}"] = "text"
                return
            group = file.create_group("g")
            for number in range(100_000):
                if kind == "datasets":
                    group.create_dataset(f"d{number}", data=1)
                else:
                    group[f"l{number}"] = h5py.SoftLink("/g")

    return make


def _messagepack(path: Path) -> None:
    path.write_bytes(b"\xdd" + struct.pack(">I", 20_000_000) + b"\x81\xa1a\x01" * 20_000_000)


def _ubjson(path: Path) -> None:
    path.write_bytes(b"{L" + struct.pack(">q", 7) + b"learner{" + b"i\1ai\1" * 8_000_000 + b"}}")


def _r_data(path: Path) -> None:
    path.write_bytes(
        b"RDX3\nX\n\0\0\0\3\0\4\0\0\0\3\5\0\0\0\0\5UTF-8"
        + b"\0\0\4\2" * 10
        + b"\0\0\0\x0d\0\0\0\1\0\0\0\1" * 5_000_000
    )


def _executable(path: Path) -> None:
    path.write_bytes(b"\xfe\xdc\xba" + bytes(200_000_000))


SHAPES: dict[str, tuple[str, Maker]] = {
    "gguf of 3 million keys": (".gguf", _gguf_keys),
    "gguf of 1 million tensors": (".gguf", _gguf_tensors),
    "gguf of 5 million tokens": (".gguf", _gguf_texts),
    "gguf of nested arrays": (".gguf", _gguf_nested),
    "onnx of 3 million nodes": (".onnx", _onnx_nodes),
    "onnx of 2 million tensors": (".onnx", _onnx_tensors),
    "onnx of nested graphs": (".onnx", _onnx_nested),
    "graph of 2.5 million nodes": (".pb", _graph_def),
    "safetensors of 1 million tensors": (".safetensors", _safetensors),
    "safetensors of 3 million notes": (".safetensors", _safetensors_metadata),
    "hdf5 of 100,000 datasets": (".h5", _hdf5("datasets")),
    "hdf5 of 100,000 links": (".h5", _hdf5("links")),
    "hdf5 of 100,000 new links": (".h5", _hdf5("new links")),
    "hdf5 of 50,000 attributes": (".h5", _hdf5("attributes")),
    "messagepack of 20 million maps": (".msgpack", _messagepack),
    "ubjson of 8 million keys": (".ubj", _ubjson),
    "r data of 5 million values": (".rds", _r_data),
    "unknown data of 200 MB": (".dat", _executable),
}
