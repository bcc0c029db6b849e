"""Operators of TensorFlow that reach files or servers, by family, and those that do so only when told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.formats.tensorflow_graph import OPERATORS
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, FINE, BROKEN = Loading.RUNS_CODE, Loading.DATA_ONLY, Loading.UNREADABLE

FILES = """DatasetToTFRecord ExperimentalDatasetToTFRecord GenerateVocabRemapping LoadAndRemapMatrix
SnapshotDatasetReader SnapshotNestedDatasetReader SnapshotChunkDataset ListSnapshotChunksDataset Save Restore
RestoreSlice SaveSlices DumpTensor CalibrationStatisticsSaver DebugNanCount DebugNumericSummary RecordInput
Skipgram"""
SERVERS = """DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset
RegisterDatasetV2"""
# What every honest SavedModel has, and what only looks as if it reached out.
CALCULATING = """SaveV2 RestoreV2 MergeV2Checkpoints ShardedFilename StringJoin DebugNumericSummaryV2
Snapshot IdentityReader CheckNumericsV2 WriteSummary BatchDataset RangeDataset XlaCallModule RaggedRange"""


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    assert len(raw) < 1 << 14
    length = bytes([len(raw)]) if len(raw) < 128 else bytes([len(raw) & 127 | 128, len(raw) >> 7])
    return bytes([number << 3 | 2]) + length + raw


def node(name: str, operator: str, *inputs: str, attr: bytes = b"") -> bytes:
    return field(1, field(1, name) + field(2, operator) + b"".join(field(3, one) for one in inputs) + attr)


def attribute(key: str, value: bytes) -> bytes:
    return field(5, field(1, key) + field(2, value))


def constant(name: str, held: str, before: bytes = b"") -> bytes:
    return node(name, "Const", attr=before + attribute("value", field(8, field(8, held))))


def saved(*nodes: bytes) -> bytes:
    return b"\x08\x01" + field(2, field(2, b"".join(nodes)))


def function(*nodes: bytes) -> bytes:
    inside = b"".join(b"\x1a" + one[1:] for one in nodes)  # nodes stand in field 3 of a function
    return field(2, field(1, field(1, field(1, "f")) + inside))


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize("name", [*FILES.split(), *SERVERS.split(), "DatasetFromGraph", "XlaCustomCallV2"])
def test_an_operator_that_reaches_out_is_told(name: str, judge: Judge) -> None:
    artifact = judge(saved(node("n", name)), "saved_model.pb")
    assert artifact.loading is RUNS and codes(artifact) == {"graph-operator"}
    assert ("server" in artifact.reasons[0].message) == (name in SERVERS.split())
    text = f'node {{ name: "n" op: "{name}" }}'
    assert judge(text.encode(), "graph.pbtxt").loading is RUNS


@pytest.mark.parametrize("name", CALCULATING.split())
def test_an_operator_that_calculates_is_fine(name: str, judge: Judge) -> None:
    assert name not in OPERATORS
    assert judge(saved(node("n", name)), "saved_model.pb").loading is FINE


@pytest.mark.parametrize("name", ["CacheDataset", "CacheDatasetV2"])
@pytest.mark.parametrize("wrap", ["graph", "function"])
def test_a_cache_in_memory_is_fine_and_one_in_files_is_told(name: str, wrap: str, judge: Judge) -> None:
    def verdict(*nodes: bytes) -> Artifact:
        inside = function(*nodes) if wrap == "function" else b"".join(nodes)
        return judge(saved(inside, node("a", "Add")), "saved_model.pb")

    cache = node("c", name, "rows", "place:0", "handle")
    assert verdict(constant("place", ""), cache).loading is FINE
    assert verdict(cache, constant("first", ""), node("place", "Identity", "first")).loading is FINE
    for nodes in (
        (constant("place", "/tmp/x"), cache),
        (constant("place", "rows"), cache),
        (constant("place", "", attribute("_other", field(2, "x"))), cache),
        (node("place", "Placeholder"), cache),
        (constant("other", ""), cache),
        (constant("rows", ""), node("c", name)),
    ):
        artifact = verdict(*nodes)
        assert artifact.loading is RUNS and codes(artifact) == {"graph-operator"}


@pytest.mark.parametrize(
    ("name", "key", "value", "loading"),
    [
        ("FixedUnigramCandidateSampler", "vocab_file", "/etc/hostname", BROKEN),
        ("FixedUnigramCandidateSampler", "vocab_file", "../../x", BROKEN),
        ("FixedUnigramCandidateSampler", "vocab_file", "", FINE),
        ("FixedUnigramCandidateSampler", "vocab_file", "vocab.txt", FINE),
        ("FixedUnigramCandidateSampler", "_class", "loc:@embedding", FINE),
        ("DecodeProtoV2", "descriptor_source", "local://", FINE),
        ("DecodeProtoV2", "descriptor_source", "bytes://abc", FINE),
        ("DecodeProtoV2", "message_type", "tensorflow.Example", FINE),
        ("DecodeProtoV2", "descriptor_source", "/etc/hostname", BROKEN),
        ("EncodeProto", "descriptor_source", "gs://b/x", BROKEN),
    ],
)
def test_an_attribute_that_names_a_file(
    name: str, key: str, value: str, loading: Loading, judge: Judge
) -> None:
    artifact = judge(saved(node("n", name, attr=attribute(key, field(2, value)))), "saved_model.pb")
    assert artifact.loading is loading
    text = f'node {{ name: "n" op: "{name}" attr {{ key: "{key}" value {{ s: "{value}" }} }} }}'
    assert judge(text.encode(), "graph.pbtxt").loading is loading


def test_nothing_before_a_place_hides_it(judge: Judge) -> None:
    reads = node("t", "InitializeTableFromTextFileV2", "h", "place")
    one = attribute("_a", field(2, "x"))
    many = attribute("_a", field(1, b"".join(field(2, "x") for _ in range(300))))
    for before in (b"", one, many):
        artifact = judge(saved(constant("place", "/etc/hostname", before), reads), "saved_model.pb")
        assert artifact.loading is BROKEN and codes(artifact) == {"external-data"}


def long_field(number: int, raw: bytes) -> bytes:
    length, rest = b"", len(raw)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return bytes([number << 3 | 2]) + length + bytes([rest]) + raw


def test_neither_a_long_way_nor_a_crowd_hides_a_place(judge: Judge) -> None:
    way = b"".join(node(f"i{at}", "Identity", f"i{at - 1}") for at in range(1, 60))
    crowd = b"".join(node(f"t{at}", "InitializeTableFromTextFileV2", "h", "v") for at in range(300))
    held = constant("i0", "/etc/hostname") + constant("v", "vocab.txt")
    graph = held + way + crowd + node("t", "InitializeTableFromTextFileV2", "h", "i59")
    artifact = judge(b"\x08\x01" + long_field(2, long_field(2, graph)), "saved_model.pb")
    assert artifact.loading is BROKEN and codes(artifact) == {"external-data"}
    ring = node("a", "Identity", "b") + node("b", "Identity", "a")
    reads = node("t", "InitializeTableFromTextFileV2", "h", "a")
    assert judge(saved(ring, reads), "saved_model.pb").loading is FINE


def test_the_operators_of_tf_trt_are_told_by_their_name(judge: Judge) -> None:
    artifact = judge(saved(node("n", "TRTEngineOp")), "saved_model.pb")
    assert artifact.loading is BROKEN and codes(artifact) == {"custom-operator"}
    assert "TF-TRT" in artifact.reasons[0].message and "none of TensorFlow" not in artifact.reasons[0].message


def test_a_number_where_a_name_belongs_hides_no_reader(judge: Judge) -> None:
    read = field(1, "t") + field(2, "InitializeTableFromTextFileV2") + field(3, "h") + field(3, "place")
    graph = constant("place", "/etc/hostname") + field(1, read + b"\x10\x01\x08\x01")
    assert codes(judge(saved(graph), "saved_model.pb")) == {"external-data"}
