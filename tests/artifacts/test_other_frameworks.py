"""Formats of Paddle, MXNet, Caffe, fastText and others that are written down here byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
DATA, RUNS, BROKEN = Loading.DATA_ONLY, Loading.RUNS_CODE, Loading.UNREADABLE


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    key = number << 3 | 2
    head = bytes([key]) if key < 128 else bytes([key & 127 | 128, key >> 7])
    return head + bytes([len(raw)]) + raw


def paddle_program(operator: str) -> bytes:
    return field(1, b"\x08\0\x10\0" + field(4, field(3, operator)))


@pytest.mark.parametrize(
    ("operator", "loading"), [("matmul_v2", DATA), ("py_func", RUNS), ("load_combine", RUNS)]
)
def test_paddle_programs(operator: str, loading: Loading, judge: Judge) -> None:
    data = paddle_program(operator)
    assert judge(data, "inference.pdmodel").loading is loading
    assert judge(data[:-1], "inference.pdmodel").loading is BROKEN
    assert judge(b"", "inference.pdmodel").loading is not DATA


def test_paddle_parameters(judge: Judge) -> None:
    description = b"\x08\x05\x10\x02\x10\x03"  # float32, 2 by 3
    tensor = struct.pack("<IQII", 0, 0, 0, len(description)) + description + bytes(24)
    assert judge(tensor * 2, "m.pdiparams").loading is DATA
    for broken in (tensor[:-1], tensor + b"x", tensor.replace(b"\x08\x05", b"\x08\x63")):
        assert judge(broken, "m.pdiparams").loading is BROKEN


def test_mxnet_parameters(judge: Judge) -> None:
    array = struct.pack("<IIi2QIII", 0xF993FAC9, 0, 2, 2, 3, 1, 0, 0) + bytes(24)
    whole = struct.pack("<QQQ", 0x112, 0, 1) + array + struct.pack("<QQ", 1, 5) + b"arg:w"
    assert judge(whole, "model-0000.params").loading is DATA
    for broken in (whole[:-1], whole + b"x", whole[:40] + b"\xff" * 20):
        assert judge(broken, "model-0000.params").loading is BROKEN


@pytest.mark.parametrize(("kind", "loading"), [("Convolution", DATA), ("Python", RUNS)])
def test_caffe_networks(kind: str, loading: Loading, judge: Judge) -> None:
    data = field(1, "net") + field(100, field(1, "a") + field(2, kind))
    assert judge(data, "net.caffemodel").loading is loading
    assert judge(data[:-1], "net.caffemodel").loading is BROKEN
    assert judge(field(1, "net"), "net.caffemodel").loading is BROKEN


def fasttext(*, quantized: bool = False) -> bytes:
    head = struct.pack("<II12id", 793712314, 12, *range(12), 1e-4)
    words = struct.pack("<IIIqq", 2, 1, 1, 9, -1)
    entries = b"cat\0" + struct.pack("<qb", 5, 0) + b"__label__a\0" + struct.pack("<qb", 4, 1)
    matrix = struct.pack("<qq", 2, 3) + bytes(24)
    if quantized:
        matrix = struct.pack("<?qqI", False, 2, 3, 4) + bytes(4) + struct.pack("<4i", 3, 1, 3, 3)
        matrix += bytes(4 * 256 * 3)
    output = struct.pack("<qq", 1, 3) + bytes(12)
    return head + words + entries + bytes([quantized]) + matrix + b"\0" + output


@pytest.mark.parametrize("quantized", [False, True])
def test_fasttext_models(quantized: bool, judge: Judge) -> None:
    data = fasttext(quantized=quantized)
    assert judge(data, "model.bin").loading is DATA
    for broken in (data[:-1], data + b"x", data[:64] + b"\xff" * 4 + data[68:]):
        assert judge(broken, "model.bin").loading is BROKEN


def old_gguf(template: str) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    pair = text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template)
    array = text("tokens") + struct.pack("<III", 9, 8, 2) + text("a") + text("b")
    tensor = text("w") + struct.pack("<IIIQ", 1, 32, 0, 0)
    head = b"GGUF" + struct.pack("<III", 1, 1, 2) + pair + array + tensor
    return head + bytes(-len(head) % 32) + bytes(128)


def test_the_first_version_of_gguf(judge: Judge) -> None:
    assert judge(old_gguf("{{ messages }}"), "m.gguf").loading is DATA
    assert judge(old_gguf("{{ x.__class__ }}"), "m.gguf").loading is RUNS
    assert judge(old_gguf("{{ messages }}")[:-1], "m.gguf").loading is BROKEN


@pytest.mark.parametrize(
    ("name", "data", "loading"),
    [
        ("model", b"MZqFpD='\n" + bytes(99), RUNS),
        ("kernel.bin", b"\x50\xed\x55\xba" + bytes(60), RUNS),
        ("blob", b"BC\xc0\xde" + bytes(60), RUNS),
        ("blob.dat", b"\xa7\r\r\n" + bytes(60), RUNS),
        ("m.engine", b"ftrt" + bytes(60), BROKEN),
        ("m.plan", b"\x01\x02\x03\xff" * 9, BROKEN),
        ("m.rknn", b"RKNN" + bytes(60), Loading.NOT_UNDERSTOOD),
        ("yolo.weights", b"\0\0\0\0\x02\0\0\0" + b"\xff" * 50, Loading.NOT_UNDERSTOOD),
        ("m.params", b"PARE" + bytes(40), Loading.NOT_UNDERSTOOD),
        ("plan.txt", b"a plan of the house\n", Loading.NO_LOADER),
    ],
)
def test_what_is_known_and_not_read_is_named(name: str, data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, name)
    assert artifact.loading is loading, artifact
