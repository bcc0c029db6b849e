"""HDF5: files by h5py, Keras, PyTables and pandas, and files that none of them would write."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, BytesSource
from inspector.artifacts.formats.hdf5_file import Hdf5File, hdf5_base, lookup3
from inspector.artifacts.formats.hdf5_headers import read_messages
from inspector.artifacts.formats.hdf5_links import read_links
from inspector.artifacts.formats.hdf5_values import read_attributes
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
Fixture = Callable[[str], bytes]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize(
    "name",
    [
        "hdf5_earliest.h5",
        "hdf5_latest.h5",
        "hdf5_matlab.mat",
        "keras_dense.h5",
        "keras_dense.weights.h5",
    ],
)
@pytest.mark.parametrize("path", ["model.h5", "model.bin", "data", "model.pt"])
def test_plain_files_are_data_only(name: str, path: str, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file(name), path)
    assert artifact.loading is Loading.DATA_ONLY, artifact
    assert artifact.format == "hdf5"
    assert not artifact.reasons and not artifact.is_pickle
    assert artifact.facts["objects"] > 1


@pytest.mark.parametrize(
    ("name", "code", "named"),
    [
        ("hdf5_external_link.h5", "external-data", "/a of the file /etc/passwd"),
        ("hdf5_external_link_latest.h5", "external-data", "/a of the file other.h5"),
        ("hdf5_external_file.h5", "external-data", "/etc/passwd"),
        ("hdf5_virtual.h5", "external-data", "other.h5"),
        ("hdf5_filter_40000.h5", "hdf5-filter", "unregistered filter 40000"),
    ],
)
def test_what_leads_out_of_the_file_is_unreadable_and_named(
    name: str, code: str, named: str, judge: Judge, fixture_file: Fixture
) -> None:
    artifact = judge(fixture_file(name), "a.h5")
    assert artifact.loading is Loading.UNREADABLE
    assert codes(artifact) == {code}
    assert named in artifact.reasons[0].message


def test_a_registered_filter_is_told_and_no_objection(judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file("hdf5_filter_32015.h5"), "a.h5")
    assert artifact.loading is Loading.DATA_ONLY
    assert "Zstandard" in artifact.reasons[0].message


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("hdf5_pickled_string.h5", "kept"),
        ("hdf5_pickled_void.h5", "kept"),
        ("hdf5_pickled_data.h5", "/kept"),
        ("hdf5_rows_calling.h5", "/rows, row 1"),
    ],
)
def test_pickles_inside_are_judged(name: str, place: str, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file(name), "a.h5")
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.is_pickle
    assert artifact.imports in (("os.system",), ("posix.system",))
    assert place in (artifact.reasons[0].member or "")


@pytest.mark.parametrize("name", ["hdf5_rows.h5", "hdf5_frame.h5"])
def test_what_pandas_and_pytables_pickle_is_called_a_pickle(
    name: str, judge: Judge, fixture_file: Fixture
) -> None:
    artifact = judge(fixture_file(name), "frame.h5")
    assert artifact.loading is Loading.ALLOW_LISTED, artifact
    assert artifact.is_pickle


def test_a_lambda_layer_runs_code_and_what_it_names_is_shown(judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file("keras_lambda.h5"), "model.h5")
    assert artifact.loading is Loading.RUNS_CODE
    assert codes(artifact) == {"lambda-layer", "lambda-code"}
    shown = next(reason.message for reason in artifact.reasons if reason.code == "lambda-code")
    assert "__import__" in shown and "getpid" in shown


def test_a_configuration_in_dense_storage_is_found(judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file("hdf5_huge_attribute.h5"), "model.h5")
    assert artifact.loading is Loading.RUNS_CODE
    assert "lambda-layer" in codes(artifact)


def test_weights_in_a_keras_archive_are_data(judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file("keras_dense.keras"), "model.keras")
    assert artifact.loading is Loading.DATA_ONLY, artifact


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new) and old in data
    return data.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"class_name": "Dense"', b'"class_name":"Lambda"', "lambda-layer"),
        (b'"module": "keras.initializers"', b'"module": "os.path.initialize"', "custom-object"),
    ],
)
def test_the_rules_of_keras_archives_hold_for_hdf5(
    old: bytes, new: bytes, code: str, judge: Judge, fixture_file: Fixture
) -> None:
    artifact = judge(replaced(fixture_file("keras_dense.h5"), old, new), "model.h5")
    assert artifact.loading is Loading.RUNS_CODE
    assert code in codes(artifact)


def test_a_broken_configuration_is_unreadable(judge: Judge, fixture_file: Fixture) -> None:
    data = replaced(
        fixture_file("keras_dense.h5"), b'"class_name": "Sequential"', b'"class_name": "Sequential\n'
    )
    assert judge(data, "model.h5").loading is Loading.UNREADABLE


def walked(data: bytes) -> tuple[set[bytes], dict[bytes, list[bytes]]]:
    """The names of all links and the values of all attributes."""
    file = Hdf5File(BytesSource(data), hdf5_base(BytesSource(data), ".h5") or 0)
    names: set[bytes] = set()
    values: dict[bytes, list[bytes]] = {}
    pending, seen = [file.root], {file.root}
    while pending:
        messages = read_messages(file, pending.pop())
        values.update({item.name: item.values for item in read_attributes(file, messages)})
        for link in read_links(file, messages):
            names.add(link.name)
            if link.address is not None and link.address not in seen:
                seen.add(link.address)
                pending.append(link.address)
    return names, values


@pytest.mark.parametrize("word", ["earliest", "latest"])
def test_every_link_and_attribute_is_met(word: str, fixture_file: Fixture) -> None:
    names, values = walked(fixture_file(f"hdf5_{word}.h5"))
    own = b"numbers group inner up soft type typed text list packed lzf many".split()
    assert names == {*own, *(b"a_name_of_some_length_%03d" % number for number in range(30))}
    numbered = {b"attribute_%d" % number for number in range(30)}
    assert set(values) == {b"title", b"fixed", b"several", b"nothing", *numbered}
    assert values[b"several"] == [b"a.", b"b.", b"c."]
    assert values[b"title"] == [b"This ends in a full stop."]
    assert values[b"attribute_7"] == [struct.pack("<q", 7)]


def test_the_checksum_is_that_of_the_specification(fixture_file: Fixture) -> None:
    data = fixture_file("hdf5_latest.h5")
    assert lookup3(data[:44]) == int.from_bytes(data[44:48], "little")
    assert lookup3(b"") == 0xDEADBEEF
    assert lookup3(b"Four score and seven years ago") == 0x17770551


@pytest.mark.parametrize("name", ["hdf5_latest.h5", "hdf5_external_link_latest.h5"])
def test_new_files_are_held_to_their_checksums(name: str, judge: Judge, fixture_file: Fixture) -> None:
    data = fixture_file(name)
    for at in range(12, 200):
        changed = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        assert judge(changed, "a.h5").loading is Loading.UNREADABLE, at


def test_bytes_behind_the_end_and_cuts_are_unreadable(judge: Judge, fixture_file: Fixture) -> None:
    for name in ("hdf5_earliest.h5", "hdf5_latest.h5", "hdf5_matlab.mat"):
        data = fixture_file(name)
        assert codes(judge(data + b"more", "a.h5")) == {"bytes-after-end"}
        assert judge(data + bytes(5000), "a.h5").loading is Loading.DATA_ONLY
        for cut in (1, 100, len(data) // 2, len(data) - 1500):
            assert judge(data[:-cut], "a.h5").loading is Loading.UNREADABLE, (name, cut)


def test_what_stands_in_the_user_block_is_judged(judge: Judge, fixture_file: Fixture) -> None:
    data = fixture_file("hdf5_matlab.mat")
    hostile = SYSTEM.ljust(512, b" ") + data[512:]
    assert judge(hostile, "a.mat").loading in (Loading.RUNS_CODE, Loading.UNREADABLE)
    program = b"\x7fELF".ljust(512, b"\1") + data[512:]
    assert judge(program, "a.mat").loading is Loading.RUNS_CODE
    assert judge(bytes(512) + data[512:], "a.mat").loading is Loading.DATA_ONLY


def test_a_user_block_of_any_size_is_stepped_over(judge: Judge, fixture_file: Fixture) -> None:
    plain_file = fixture_file("hdf5_external_link.h5")
    for size in (512, 1024, 2048, 4096, 1 << 20):
        artifact = judge(bytes(size) + plain_file, "a.h5")
        assert artifact.loading is Loading.UNREADABLE
        assert "external-data" in codes(artifact), size


def test_objects_of_matlab_are_not_understood(judge: Judge, fixture_file: Fixture) -> None:
    data = replaced(fixture_file("hdf5_matlab.mat"), b"double", b"handle")
    artifact = judge(data, "a.mat")
    assert artifact.loading is Loading.NOT_UNDERSTOOD
    assert "handle" in artifact.reasons[0].message


def test_a_message_of_an_unknown_type_is_unreadable(judge: Judge, fixture_file: Fixture) -> None:
    data = bytearray(fixture_file("hdf5_pickled_string.h5"))
    at = data.index(b"kept") - 8 - 8
    assert data[at : at + 2] == b"\x0c\0"
    data[at] = 0x55
    assert "hdf5-message" in codes(judge(bytes(data), "a.h5"))


def test_circles_end(judge: Judge, fixture_file: Fixture) -> None:
    data = fixture_file("hdf5_earliest.h5")
    tree = data.index(b"TREE")
    node = data.index(b"SNOD")
    looped = data.replace(struct.pack("<Q", node), struct.pack("<Q", tree))
    assert judge(looped, "a.h5").loading is Loading.UNREADABLE


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.bounded
def test_changed_files_end_in_a_verdict_and_hostile_ones_are_never_fine(
    seed: int, judge: Judge, fixture_file: Fixture
) -> None:
    noise = random.Random(seed)
    names = ("hdf5_external_link_latest.h5", "hdf5_virtual.h5", "hdf5_filter_40000.h5")
    files = {name: fixture_file(name) for name in (*names, "hdf5_earliest.h5", "hdf5_rows_calling.h5")}
    for _ in range(250):
        name = noise.choice(sorted(files))
        data = bytearray(files[name])
        for _ in range(noise.choice((1, 2, 5))):
            at = noise.randrange(8, min(len(data), 3000))
            data[at] = noise.choice((0, 1, 0xFF, noise.randrange(256)))
        artifact = judge(bytes(data), "a.h5")
        assert "reader-failed" not in codes(artifact), bytes(data)
        if name in names[:2]:
            assert artifact.loading is not Loading.DATA_ONLY or bytes(data) == files[name]
