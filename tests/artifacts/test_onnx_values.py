"""Single ONNX tensors and sequences in .pb files, and messages of kinds that nobody here knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
DATA, BROKEN, FOREIGN = Loading.DATA_ONLY, Loading.UNREADABLE, Loading.NOT_UNDERSTOOD


def number(place: int, value: int) -> bytes:
    return bytes([place << 3, value])


def field(place: int, data: bytes) -> bytes:
    return bytes([place << 3 | 2, len(data)]) + data


FLOATS = number(1, 2) + number(1, 3) + number(2, 1) + field(8, b"x") + field(9, bytes(24))
INTEGERS = number(1, 3) + number(2, 7) + field(7, b"\x01\x02\x03")
SCALAR = number(2, 1) + field(9, bytes(4))
SEQUENCE = field(1, b"s") + number(2, 1) + field(3, FLOATS) + field(3, SCALAR)


@pytest.mark.parametrize(
    "data",
    [
        FLOATS,
        INTEGERS,
        SCALAR,
        number(1, 1) + number(2, 8) + field(6, b"text"),
        SEQUENCE,
        number(2, 1) + field(3, FLOATS),
        number(2, 2) + field(5, SEQUENCE),
        number(1, 3) + number(2, 22) + field(9, bytes(2)),
    ],
)
def test_a_value_is_data(data: bytes, judge: Judge) -> None:
    artifact = judge(data, "test_data_set_0/input_0.pb")
    assert (artifact.format, artifact.loading) == ("onnx-tensor", DATA), artifact


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (FLOATS[:-1], BROKEN),
        (number(1, 2) + number(2, 1) + field(9, bytes(24)), FOREIGN),  # more bytes than the shape asks for
        (number(1, 2) + number(2, 99) + field(9, bytes(8)), FOREIGN),  # no type has this number
        (SEQUENCE[:-2], BROKEN),
        (field(1, b"a message") + field(2, b"of somebody") + number(9, 1), BROKEN),
        (field(11, b"a message") + field(12, b"of somebody") + number(9, 1), FOREIGN),
        (bytes(range(256)), BROKEN),
    ],
)
def test_what_is_no_value_is_not_called_one(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "output_0.pb")
    assert artifact.loading is loading, artifact
    assert artifact.reasons


def test_a_saved_model_without_operators_stays_unreadable(judge: Judge) -> None:
    assert judge(field(11, b"x" * 20), "saved_model.pb").loading is BROKEN


def test_a_tensor_that_lies_outside_of_its_folder_is_told(judge: Judge) -> None:
    place = field(13, field(1, b"location") + field(2, b"../../etc/passwd"))
    artifact = judge(number(1, 1) + number(2, 1) + place + number(14, 1), "input_0.pb")
    assert [reason.code for reason in artifact.reasons] == ["external-data"]
    beside = place.replace(b"../../etc/passwd", b"weights_of_all.b")
    assert judge(number(1, 1) + number(2, 1) + beside + number(14, 1), "input_0.pb").loading is DATA
