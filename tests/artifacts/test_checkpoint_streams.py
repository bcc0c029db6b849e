"""What the conversion takes from a checkpoint's pickle, opcode by opcode, and what it will not convert."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from inspector.artifacts import BytesSource
from inspector.artifacts.conversion.convert import plan_conversion, write_safetensors
from inspector.provenance import UnreadableInput

TEXT = b"X"


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def storage(key: str = "0", count: int = 2, cls: str = "torch\nFloatStorage", last: bytes = b"") -> bytes:
    return (
        b"("
        + text("storage")
        + b"c"
        + cls.encode()
        + b"\n"
        + text(key)
        + text("cpu")
        + b"K%c" % count
        + last
        + b"tQ"
    )


def tensor(
    held: bytes = b"", shape: bytes = b"K\x02\x85", strides: bytes = b"K\x01\x85", more: bytes = b"\x89}"
) -> bytes:
    """A call of _rebuild_tensor_v2 in protocol 2."""
    return (
        b"ctorch._utils\n"
        b"_rebuild_tensor_v2\n(" + (held or storage()) + b"K\x00" + shape + strides + more + b"tR"
    )


W = tensor()


def archive(stream: bytes, **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("m/data.pkl", stream)
        made.writestr("m/data/0", struct.pack("<ff", 1.0, 2.0))
        for name, data in members.items():
            made.writestr(f"m/{name}", data)
    return out.getvalue()


def named(stream: bytes, **members: bytes) -> tuple[list[str], dict[str, str]]:
    plan = plan_conversion(BytesSource(archive(stream, **members)))
    return sorted(plan.tensors), dict(plan.refused)


STREAMS = [
    # the same dict of one tensor in the opcodes of every protocol
    b"\x80\x02}" + text("w") + W + b"s.",
    b"\x80\x02}(" + text("w") + W + b"u.",
    b"(" + text("w") + W + b"d.",
    b"(S'w'\n" + W + b"d.",
    b"(Vw\n" + W + b"d.",
    b"(U\x01w" + W + b"d.",
    b"(T\x01\0\0\0w" + W + b"d.",
    b"\x80\x04\x95" + bytes(8) + b"}\x94\x8c\x01w\x94" + W + b"s.",
    b"\x80\x04}\x8d\x01\0\0\0\0\0\0\0w" + W + b"s.",
    b"}p0\n0g0\n" + text("w") + W + b"s.",
    b"}q\x000h\x00" + text("w") + W + b"s.",
    b"}r\0\0\0\0" + b"0j\0\0\0\0" + text("w") + W + b"s.",
    b"}2" + b"0" + text("w") + W + b"s.",
    b"(1}" + text("w") + W + b"s.",
    b"(0}" + text("w") + W + b"s.",
    b"ccollections\nOrderedDict\n)R(" + text("w") + W + b"u.",
    b"ccollections\nOrderedDict\n(]](" + text("w") + W + b"eatR.",
    b"\x80\x04\x8c\x0bcollections\x8c\x0bOrderedDict\x93)R" + text("w") + W + b"s.",
    b"\x80\x04ccollections\nOrderedDict\n)}\x92" + text("w") + W + b"s.",
]


@pytest.mark.parametrize("stream", STREAMS)
def test_every_way_to_write_one_dict_gives_its_tensor(stream: bytes) -> None:
    assert named(stream) == (["w"], {})


NAMES = [
    (b"](" + W + tensor(storage("0")) + b"e.", ["0", "1"]),
    (b"]" + W + b"a.", ["0"]),
    (b"(" + W + b"l.", ["0"]),
    (b"(" + W + b"t.", ["0"]),
    (W + b"\x85.", ["0"]),
    (b"\x8f(" + W + b"\x90.", ["0"]),
    (b"(" + W + b"\x91.", ["0"]),
    (W + b".", ["tensor"]),
    (b"(I1\n" + W + b"d.", ["1"]),
    (b"(I01\n" + W + b"d.", ["True"]),
    (b"(L5L\n" + W + b"d.", ["5"]),
    (b"(F1.5\n" + W + b"d.", ["1.5"]),
    (b"(G" + struct.pack(">d", 2.5) + W + b"d.", ["2.5"]),
    (b"(\x8a\x01\x07" + W + b"d.", ["7"]),
    (b"(\x8b\x01\0\0\0\x07" + W + b"d.", ["7"]),
    (b"(K\x01K\x02\x86" + W + b"d.", ["(1, 2)"]),
    (b"(N" + W + b"d.", ["None"]),
    (b"(]" + W + b"d.", ["?"]),
    (b"(" + text("w") + W + text("b") + b"C\x01x" + text("c") + b"B\x01\0\0\0x" + b"d.", ["w"]),
    (
        b"("
        + text("w")
        + W
        + text("b")
        + b"\x8e\x01\0\0\0\0\0\0\0x"
        + text("c")
        + b"\x96\x01\0\0\0\0\0\0\0xd.",
        ["w"],
    ),
]


@pytest.mark.parametrize(("stream", "names"), NAMES)
def test_a_tensor_is_called_by_where_it_stands(stream: bytes, names: list[str]) -> None:
    assert named(stream)[0] == names


BROKEN = [
    (b"\xff.", "is no pickle"),
    (b"}", "cut off"),
    (b"X\xff\xff\xff\x7fw", "cut off"),
    (b"T\xff\xff\xff\xffw", "cut off"),
    (b"\x85.", "is broken"),
    (b"}(" + text("w") + b"u.", "is broken"),
    (b"N(" + W + b"e.", "is broken"),
    (b"N" + W + b"a.", "is broken"),
    (b"h\x07.", "is broken"),
    (b"Ix\n.", "is broken"),
    (b"t.", "is broken"),
    (b"\x82\x01.", "which torch does not write"),
    (b"(cos\nsystem\no.", "which torch does not write"),
    (b"}." + b"more", "Bytes follow the STOP"),
    (b"(" + b"]" * 1200 + b"a" * 1199 + b"t.", "nested more than"),
]


@pytest.mark.parametrize(("stream", "words"), BROKEN)
def test_what_no_pickler_of_torch_writes_is_refused(stream: bytes, words: str) -> None:
    with pytest.raises(UnreadableInput, match=words):
        named(stream)


REFUSED = [
    (tensor(more=b"\x89}}" + text("conj") + b"\x88s"), "conjugated or negated"),
    (tensor(shape=b"J\xff\xff\xff\xff\x85"), "shape is not that of a tensor"),
    (tensor(shape=text("x")), "shape is not that of a tensor"),
    (tensor(strides=b")"), "shape is not that of a tensor"),
    (tensor(held=b"N"), "no storage of its own"),
    (tensor(held=b"NQ"), "storage is of an unknown kind"),
    (tensor(held=b"P0\n"), "storage is of an unknown kind"),
    (b"ctorch._utils\n_rebuild_tensor_v2\n)R", "no storage of its own"),
    (b"ctorch.ao.nn.quantized\nLinear\n)R", "quantized layer"),
    (b"ctorch.nn.parameter\nUninitializedParameter\n)R", "has no shape yet"),
    (b"ctorch._tensor\n_rebuild_from_type_v2\n(NNNtR", "a function that the file computes"),
    (tensor(held=storage(count=1), shape=b"K\x63\x85"), "beyond the end"),
]


@pytest.mark.parametrize(("made", "words"), REFUSED)
def test_a_tensor_that_cannot_be_carried_is_named_with_the_reason(made: bytes, words: str) -> None:
    names, refused = named(b"(" + text("w") + W + text("x") + made + b"d.")
    assert names == ["w"] and list(refused) == ["x"]
    assert words in refused["x"]


@pytest.mark.parametrize(
    "made",
    [
        tensor(shape=b"ctorch\nSize\n(K\x02\x85tR"),
        b"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n("
        + storage()
        + b"K\x00K\x02\x85K\x01\x85\x89}tNtR",
        b"ctorch._utils\n_rebuild_parameter\n(" + W + b"\x89}tR",
    ],
)
def test_other_ways_to_rebuild_a_tensor_are_followed(made: bytes, tmp_path: Path) -> None:
    data = archive(b"(" + text("x") + made + b"d.")
    plan = plan_conversion(BytesSource(data))
    assert sorted(plan.tensors) == ["x"]
    write_safetensors(plan, tmp_path / "out")
    assert (tmp_path / "out").read_bytes().endswith(struct.pack("<ff", 1.0, 2.0))


def test_big_endian_numbers_and_names_that_are_no_text_are_refused() -> None:
    assert named(b"(" + text("w") + W + b"d.", byteorder=b"big") == (
        [],
        {"w": "Its numbers are stored in big-endian order."},
    )
    names, refused = named(b"(V\\ud800\n" + W + b"d.")
    assert names == [] and list(refused.values()) == ["safetensors does not allow this name."]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(**{"m/other": b"x"}), "holds no data.pkl"),
        (zipped(**{"a/data.pkl": b"}.", "b/data.pkl": b"}."}), "more than one data.pkl"),
        (zipped(**{"m/data.pkl": b"}.", "m/code/x.py": b""}), "TorchScript program"),
        (pickle.dumps({}), "no checkpoint that torch.save wrote"),
    ],
)
def test_an_archive_that_is_no_checkpoint_of_tensors(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableInput, match=words):
        plan_conversion(BytesSource(data))


def test_a_member_that_cannot_be_unpacked_is_told_by_its_name() -> None:
    data = bytearray(archive(b"(" + text("w") + W + b"d."))
    for header, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):  # the method, in both places
        at = [place for place in range(len(data)) if data[place : place + 4] == header][1]
        data[at + offset] = 99
    plan = plan_conversion(BytesSource(bytes(data)))
    assert plan.tensors == {} and plan.refused["w"].startswith("data/0: ")


# --- Checkpoints of the first form -----------------------------------------------------------------------

MAGIC, PROTOCOL, SYSTEM = 0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}


def legacy(value: bytes, keys: Any, rest: bytes, *, protocol: Any = PROTOCOL, system: Any = SYSTEM) -> bytes:
    parts = [pickle.dumps(one, 2) for one in (MAGIC, protocol, system)]
    return b"".join(parts) + value + pickle.dumps(keys, 2) + rest


NUMBERS = struct.pack("<q", 2) + struct.pack("<ff", 1.0, 2.0)
VALUE = b"(" + text("w") + W + b"d."
VIEW = b"(" + text("w") + tensor(storage("1", 2, last=b"(" + text("v") + b"K\x01K\x01t")) + b"d."


def test_a_checkpoint_of_the_first_form_is_read() -> None:
    assert sorted(plan_conversion(BytesSource(legacy(VALUE, ["0"], NUMBERS))).tensors) == ["w"]


def test_a_view_of_a_storage_begins_where_the_view_says() -> None:
    small = (
        b"("
        + text("w")
        + tensor(storage("0", 2, last=b"(" + text("v") + b"K\x01K\x01t"), shape=b"K\x01\x85")
        + b"d."
    )
    plan = plan_conversion(BytesSource(legacy(small, ["0"], NUMBERS)))
    assert sorted(plan.tensors) + sorted(plan.refused) == ["w"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (legacy(VALUE, ["0"], NUMBERS, protocol=7), "unknown version"),
        (legacy(VALUE, ["0"], NUMBERS, system=[]), "unknown version"),
        (legacy(VALUE, {}, NUMBERS), "does not list its storages"),
        (legacy(VALUE, ["9"], NUMBERS), "a storage that no tensor uses"),
        (legacy(VALUE, [7], NUMBERS), "a storage that no tensor uses"),
        (legacy(VALUE, ["0"], NUMBERS[:-1]), "cut off or of another size"),
        (legacy(VALUE, ["0"], struct.pack("<q", 3) + NUMBERS[8:]), "cut off or of another size"),
        (legacy(VALUE, ["0"], NUMBERS + b"x"), "Bytes follow the last storage"),
    ],
)
def test_a_checkpoint_of_the_first_form_that_contradicts_itself(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableInput, match=words):
        plan_conversion(BytesSource(data))


def test_big_endian_numbers_of_the_first_form_are_refused() -> None:
    plan = plan_conversion(BytesSource(legacy(VALUE, ["0"], NUMBERS, system={"little_endian": False})))
    assert plan.refused == {"w": "Its numbers are stored in big-endian order."}


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    plan = plan_conversion(BytesSource(archive(VALUE)))
    with pytest.raises(UnreadableInput, match="is no file"):
        write_safetensors(plan, tmp_path)
