"""Files that graphs of TensorFlow name, graphs as text, and XML in other encodings than UTF-8."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, FINE, BROKEN = Loading.RUNS_CODE, Loading.DATA_ONLY, Loading.UNREADABLE


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    assert len(raw) < 1 << 14
    length = bytes([len(raw)]) if len(raw) < 128 else bytes([len(raw) & 127 | 128, len(raw) >> 7])
    return bytes([number << 3 | 2]) + length + raw


def node(name: str, operator: str, *inputs: str, attr: bytes = b"") -> bytes:
    return field(1, name) + field(2, operator) + b"".join(field(3, one) for one in inputs) + attr


def attribute(key: str, value: bytes) -> bytes:
    return field(5, field(1, key) + field(2, value))


def constant(name: str, held: str, *, packed: bool = False) -> bytes:
    tensor = field(4, bytes([len(held)]) + held.encode()) if packed else field(8, held)
    return node(name, "Const", attr=attribute("value", field(8, tensor)))


def graph(*nodes: bytes) -> bytes:
    return b"".join(field(1, one) for one in nodes)


def saved(inside: bytes, *assets: tuple[str, str]) -> bytes:
    files = b"".join(field(6, field(1, field(1, tensor)) + field(2, file)) for tensor, file in assets)
    return b"\x08\x01" + field(2, field(2, inside) + files)


def table(*inputs: str, operator: str = "InitializeTableFromTextFileV2") -> bytes:
    return node("init", operator, *inputs)


def printing(stream: str) -> bytes:
    return node("p", "PrintV2", attr=attribute("output_stream", field(2, stream)))


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize("place", ["/etc/hostname", "../../x.txt", "a/../../x", "gs://b/x", "C:\\x.txt"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_table_from_a_file_elsewhere_is_told(place: str, packed: bool, judge: Judge) -> None:
    inside = graph(constant("file", place, packed=packed), table("t", "file:0"))
    artifact = judge(saved(inside), "saved_model.pb")
    assert artifact.loading is BROKEN and codes(artifact) == {"external-data"}


@pytest.mark.parametrize("wrap", ["function", "identity", "first", "bare"])
def test_the_place_is_found_wherever_it_stands(wrap: str, judge: Judge) -> None:
    held, taken = constant("file", "/etc/hostname"), table("t", "file:output:0")
    if wrap == "function":
        raw = saved(field(2, field(1, field(1, field(1, "f")) + field(3, held) + field(3, taken))))
    elif wrap == "identity":
        raw = saved(graph(held, node("i", "Identity", "file"), table("t", "i:0")))
    elif wrap == "first":
        raw = saved(graph(taken, held))
    else:
        raw = graph(held, taken)
    assert codes(judge(raw, "frozen.pb" if wrap == "bare" else "saved_model.pb")) == {"external-data"}


def test_a_table_from_an_asset_is_what_saved_models_have(judge: Judge) -> None:
    inside = graph(constant("file", "/home/me/vocab.txt"), table("t", "file"))
    assert judge(saved(inside, ("file:0", "vocab.txt")), "saved_model.pb").loading is FINE
    assert judge(saved(inside, ("other:0", "vocab.txt")), "saved_model.pb").loading is BROKEN
    assert judge(saved(inside, ("file:0", "../../vocab.txt")), "saved_model.pb").loading is BROKEN


def test_constants_that_nothing_reads_and_places_beside_the_model_are_fine(judge: Judge) -> None:
    unread = graph(constant("file", "/etc/hostname"), constant("v", "vocab.txt"), table("t", "v"))
    assert judge(saved(unread), "saved_model.pb").loading is FINE


@pytest.mark.parametrize(("stream", "loading"), [("file:///x", RUNS), ("stdout", FINE), ("log(info)", FINE)])
def test_printing_into_a_file_writes_it(stream: str, loading: Loading, judge: Judge) -> None:
    assert judge(saved(graph(printing(stream))), "saved_model.pb").loading is loading
    body = f'node {{ name: "p" op: "PrintV2" attr {{ key: "output_stream" value {{ s: "{stream}" }} }} }}'
    assert judge(body.encode(), "graph.pbtxt").loading is loading


def test_a_stream_that_a_function_is_handed_counts(judge: Judge) -> None:
    call = node("c", "f", attr=attribute("x", field(2, "file:///x")))
    inner = node("p", "PrintV2", attr=attribute("output_stream", field(9, "x")))
    inside = graph(call) + field(2, field(1, field(1, field(1, "f")) + field(3, inner)))
    assert judge(saved(inside), "saved_model.pb").loading is RUNS


@pytest.mark.parametrize("path", ["graph.pbtxt", "saved_model.pbtxt"])
def test_an_operator_of_nobody_is_told_in_a_text_as_well(path: str, judge: Judge) -> None:
    start, end = ("meta_graphs { graph_def {", "} }") if path[0] == "s" else ("", "")
    artifact = judge(f'{start} node {{ name: "n" op: "Mine" }} {end}'.encode(), path)
    assert artifact.loading is BROKEN and codes(artifact) == {"custom-operator"}
    function = 'library { function { signature { name: "Mine" } node_def { op: "Add" } } }'
    with_function = f'{start} node {{ op: "Mine" }} {function} {end}'
    assert judge(with_function.encode(), path).loading is FINE


@pytest.mark.parametrize("key", ["string_val", "tensor_content"])
def test_a_text_names_files_as_well(key: str, judge: Judge) -> None:
    held = "\\010/etc/abc" if key == "tensor_content" else "/etc/abc"
    value = f'attr {{ key: "value" value {{ tensor {{ dtype: DT_STRING {key}: "{held}" }} }} }}'
    reads = 'node { name: "t" op: "InitializeTableFromTextFileV2" input: "x" input: "f:0" }'
    body = f'node {{ name: "f" op: "Const" {value} }} {reads}'
    assert codes(judge(body.encode(), "graph.pbtxt")) == {"external-data"}
    info = 'asset_file_def { tensor_info { name: "f:0" } filename: "v.txt" }'
    whole = f"meta_graphs {{ graph_def {{ {body} }} {info} }}"
    assert judge(whole.encode(), "saved_model.pbtxt").loading is FINE


ENTITY = '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/hostname">]><PMML version="4.4">&x;</PMML>'
PLAIN = '<PMML version="4.4"><Header/></PMML>'
NETWORK = '<!DOCTYPE net [<!ENTITY x "y">]><net name="m" version="11"><layers><layer/></layers></net>'
WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", [*WIDE, "utf-8", "utf-8-sig"])
@pytest.mark.parametrize(("text", "path"), [(ENTITY, "m.pmml"), (NETWORK, "m.xml"), (ENTITY, "m.xml")])
def test_an_entity_is_told_in_every_encoding(encoding: str, text: str, path: str, judge: Judge) -> None:
    artifact = judge(text.encode(encoding), path)
    assert artifact.loading is BROKEN and codes(artifact) == {"broken-xml"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_a_plain_model_is_read_in_every_encoding_that_the_parser_knows(encoding: str, judge: Judge) -> None:
    artifact = judge(PLAIN.encode(encoding), "m.pmml")
    assert artifact.loading is FINE and artifact.format == "pmml"


@pytest.mark.parametrize("name", ["x-no-such", "utf-7", "big5", "cp037"])
def test_an_encoding_that_the_parser_does_not_know_is_told(name: str, judge: Judge) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?>{ENTITY}'
    artifact = judge(text.encode(), "m.pmml")
    assert artifact.loading is BROKEN and codes(artifact) == {"broken-xml"}


def test_a_long_comment_before_the_model_hides_nothing(judge: Judge) -> None:
    text = f"<!--{'x' * 9000}-->"
    assert judge((text + NETWORK).encode(), "m.xml").loading is BROKEN
    assert judge((text + PLAIN).encode(), "m.xml").format == "pmml"


@pytest.mark.parametrize("between", ["", "  ", "\n", " " * 50_000])
def test_quoted_texts_beside_each_other_are_one(between: str, judge: Judge) -> None:
    body = (
        f"""node {{ op: "M"{between}'ine' }} library {{ function {{ signature {{ name: 'M' "ine" }} }} }}"""
    )
    assert judge(body.encode(), "graph.pbtxt").loading is FINE
    foreign = judge(body.replace("'M' ", "'N' ").encode(), "graph.pbtxt")
    assert "'Mine'" in foreign.reasons[0].message
