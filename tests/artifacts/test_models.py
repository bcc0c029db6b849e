"""Model formats of single libraries: real files are read, code in them named, broken ones refused."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
MODELS = Path(__file__).parent / "models"

REAL = [
    ("df.rds", "gzip+r-data", Loading.DATA_ONLY, None),
    ("df_a.rds", "gzip+r-data", Loading.DATA_ONLY, None),
    ("lm.rds", "gzip+r-data", Loading.DATA_ONLY, None),
    ("glm.rds", "gzip+r-data", Loading.UNKNOWN_IMPORT, "r-function"),
    ("fun.rds", "gzip+r-data", Loading.UNKNOWN_IMPORT, "r-function"),
    ("active.rds", "gzip+r-data", Loading.RUNS_CODE, "r-active-binding"),
    ("first.RData", "gzip+r-data", Loading.RUNS_CODE, "r-start-up"),
    ("x.ubj", "xgboost", Loading.DATA_ONLY, None),
    ("cat.cbm", "catboost", Loading.DATA_ONLY, None),
    ("nn.mlmodel", "coreml", Loading.DATA_ONLY, None),
    ("program.mlmodel", "coreml", Loading.DATA_ONLY, None),
    ("custom_layer.mlmodel", "coreml", Loading.UNREADABLE, "custom-layer"),
    ("pipe_custom.mlmodel", "coreml", Loading.UNREADABLE, "custom-layer"),
    ("weight.bin", "coreml-weights", Loading.DATA_ONLY, None),
    ("ov.xml", "openvino-ir", Loading.DATA_ONLY, None),
    ("m.msgpack", "msgpack", Loading.DATA_ONLY, None),
    ("saved_model.pb", "tensorflow-saved-model", Loading.DATA_ONLY, None),
    ("fingerprint.pb", "tensorflow-fingerprint", Loading.DATA_ONLY, None),
]
TABLES = [
    ("variables.index", "tensorflow-checkpoint", Loading.DATA_ONLY, None),
    ("dense.tflite", "tflite", Loading.DATA_ONLY, None),
    ("table.parquet", "parquet", Loading.DATA_ONLY, None),
    ("table.arrow", "arrow", Loading.DATA_ONLY, None),
    ("stream.arrow", "arrow", Loading.DATA_ONLY, None),
    ("pickled_type.parquet", "parquet", Loading.RUNS_CODE, "pickled-type"),
    ("pickled_type.arrow", "arrow", Loading.RUNS_CODE, "pickled-type"),
    ("pickled_type_stream.arrow", "arrow", Loading.RUNS_CODE, "pickled-type"),
]


@pytest.mark.parametrize(("name", "word", "loading", "code"), [*REAL, *TABLES])
def test_real_files(name: str, word: str, loading: Loading, code: str | None, judge: Judge) -> None:
    artifact = judge((MODELS / name).read_bytes(), name)
    assert artifact.loading is loading, artifact
    assert artifact.format == word
    assert [reason.code for reason in artifact.reasons[:1]] == ([code] if code else [])


@pytest.mark.parametrize(("name", "word", "loading", "code"), REAL)
def test_a_cut_or_longer_file_is_never_fine(
    name: str, word: str, loading: Loading, code: str | None, judge: Judge
) -> None:
    data = (MODELS / name).read_bytes()
    data = data.rstrip(b"\n") if word == "openvino-ir" else data
    for changed in (data[:-1], data[: len(data) // 2], data + b"\xff\xff\xff"):
        verdict = judge(changed, name).loading
        assert verdict in (Loading.UNREADABLE, Loading.RUNS_CODE, Loading.UNKNOWN_IMPORT), (
            len(changed),
            verdict,
        )


@pytest.mark.parametrize(("name", "word", "loading", "code"), TABLES[2:])
def test_a_cut_table_is_never_read_to_its_end(
    name: str, word: str, loading: Loading, code: str | None, judge: Judge
) -> None:
    data = (MODELS / name).read_bytes()
    for changed in (data[:-1], data[: len(data) // 2], data + b"\xff\xff\xff"):
        assert judge(changed, name).loading in (Loading.NOT_UNDERSTOOD, Loading.RUNS_CODE)


@pytest.mark.parametrize("name", ["x.ubj", "cat.cbm", "nn.mlmodel", "program.mlmodel", "weight.bin"])
def test_content_is_known_without_the_name(name: str, judge: Judge) -> None:
    data = (MODELS / name).read_bytes()
    assert judge(data, "blob.dat").format == judge(data, name).format


def integer(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


def chars(text: bytes) -> bytes:
    return integer(9, len(text)) + text


def symbol(text: bytes) -> bytes:
    return integer(1) + chars(text)


HEADER = b"X\n" + integer(3, 0x40202, 0x30500, 5) + b"UTF-8"
CALL = integer(6) + symbol(b"cat") + integer(2, 16, 1) + chars(b"word") + integer(254)
PROMISE = integer(5 | 0x400, 253, 252) + CALL  # environment, no value yet, expression


@pytest.mark.parametrize(
    "data",
    [
        HEADER + PROMISE,
        HEADER + integer(19, 1) + PROMISE,
        b"RDX3\n" + HEADER + integer(2 | 0x400) + symbol(b"x") + PROMISE + integer(254),
        HEADER + integer(19 | 0x200, 0) + integer(2 | 0x400) + symbol(b"names") + PROMISE + integer(254),
    ],
)
def test_a_promise_in_a_value_runs_code(data: bytes, judge: Judge) -> None:
    artifact = judge(data, "m.rds")
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.reasons[0].code == "r-promise"


@pytest.mark.parametrize(
    "data",
    [
        HEADER + integer(19, 1 << 30),
        HEADER + integer(14, -1, 1 << 20, 0),
        HEADER + integer(99),
        HEADER + integer(254, 254),
        HEADER + integer(19, 1) * 200_000,
        b"A\n3\n262656\n197888\n5\nUTF-8\nword\n",
    ],
)
def test_broken_r_data_is_unreadable(data: bytes, judge: Judge) -> None:
    assert judge(data, "m.rds").loading is Loading.UNREADABLE


PMML = '<?xml version="1.0"?>\n<PMML version="4.4"><Header/>%s</PMML>\n'


@pytest.mark.parametrize(
    ("inside", "loading"),
    [
        ("<TransformationDictionary><Apply function='+'/></TransformationDictionary>", Loading.DATA_ONLY),
        ("<DefineFunction name='twice'><Apply function='*'/></DefineFunction>", Loading.DATA_ONLY),
        ("<Apply function='com.acme.Scorer'/>", Loading.UNREADABLE),
        ("<Extension name='x-script' value='print(1)'/>", Loading.UNREADABLE),
        ("<Extension name='author' value='me'/>", Loading.DATA_ONLY),
        ("<Broken>", Loading.UNREADABLE),
        ("<a>" * 600 + "</a>" * 600, Loading.UNREADABLE),
    ],
)
def test_pmml(inside: str, loading: Loading, judge: Judge) -> None:
    artifact = judge((PMML % inside).encode(), "m.pmml")
    assert artifact.loading is loading, artifact
    assert artifact.format == "pmml"


def test_a_model_that_declares_entities_is_unreadable(judge: Judge) -> None:
    laughs = '<!DOCTYPE PMML [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>'
    outside = '<!DOCTYPE PMML [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for head in (laughs, outside, "<!DOCTYPE PMML SYSTEM 'http://x.test/a.dtd'>"):
        assert judge((head + PMML[22:] % "&a;").encode(), "m.pmml").loading is Loading.UNREADABLE
        net = head.replace("PMML", "net") + '<net name="n" version="11"><layers/></net>'
        assert judge(net.encode(), "m.xml").loading is Loading.UNREADABLE


def test_an_openvino_layer_from_elsewhere_is_named(judge: Judge) -> None:
    text = (
        '<net name="n" version="11"><layers><layer id="0" name="a" type="Own" version="mine"/></layers></net>'
    )
    artifact = judge(text.encode(), "m.xml")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.reasons[0].code == "custom-operator"
    assert judge(b"<project><net>x</net></project>", "pom.xml").loading is Loading.NO_LOADER


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return bytes([number << 3 | 2, len(raw)]) + raw


def graph(*operators: str, functions: tuple[str, ...] = ()) -> bytes:
    nodes = b"".join(field(1, field(1, "n") + field(2, name)) for name in operators)
    library = b"".join(field(1, field(1, field(1, name))) for name in functions)
    return b"\x08\x01" + field(2, field(2, nodes + field(2, library)))


@pytest.mark.parametrize(
    ("data", "loading", "code"),
    [
        (graph("Add", "MatMul", "_FusedMatMul"), Loading.DATA_ONLY, ""),
        (graph("Add", "my_function", functions=("my_function",)), Loading.DATA_ONLY, ""),
        (graph("Add", "ZeroOut"), Loading.UNREADABLE, "custom-operator"),
        (graph("ImmutableConst"), Loading.RUNS_CODE, "graph-operator"),
        (graph("ZeroOut", "TextLineDataset"), Loading.RUNS_CODE, "graph-operator"),
    ],
)
def test_operators_that_tensorflow_does_not_have(
    data: bytes, loading: Loading, code: str, judge: Judge
) -> None:
    artifact = judge(data, "saved_model.pb")
    assert artifact.loading is loading, artifact
    assert [reason.code for reason in artifact.reasons[:1]] == ([code] if code else [])


def test_a_cut_tflite_model_is_unreadable(judge: Judge) -> None:
    data = (MODELS / "dense.tflite").read_bytes()
    ends = [judge(data[:end], "m.tflite").loading for end in range(100, len(data) - 8, 7)]
    assert set(ends) == {Loading.UNREADABLE}


def test_a_checkpoint_is_an_index_and_numbers(judge: Judge) -> None:
    data = (MODELS / "variables.index").read_bytes()
    broken = data[:20] + b"\xff" * 4 + data[24:]
    assert judge(broken, "variables.index").loading in (Loading.DATA_ONLY, Loading.UNREADABLE)
    places = data[:-48] + b"\xff" * 9 + data[-39:]
    assert judge(places, "variables.index").loading is Loading.UNREADABLE
    shard = judge(b"\0\0\x80?" * 9, "variables/variables.data-00000-of-00001")
    assert (shard.format, shard.loading) == ("tensorflow-checkpoint-data", Loading.DATA_ONLY)
    assert [reason.code for reason in shard.reasons] == ["raw-numbers"]
    pickled = judge(b"cos\nsystem\n(S'echo x'\ntR.", "variables.data-00000-of-00001")
    assert pickled.loading is Loading.RUNS_CODE


def test_messagepack_is_read_to_its_end(judge: Judge) -> None:
    assert judge(b"\x82\xa1a\x01\xa1b\xc7\x03\x05xyz", "vectors").loading is Loading.DATA_ONLY
    assert judge(b"\xdf\xff\xff\xff\xff" + bytes(9), "a.msgpack").loading is Loading.UNREADABLE
    assert judge(b"\x82\xa1a\xc1\xa1b\x01\x02\x03", "vectors").loading is Loading.NOT_UNDERSTOOD


def test_lightgbm_texts(judge: Judge) -> None:
    text = (
        b"tree\nversion=v4\nnum_class=1\n\nTree=0\n\nend of trees\n\nparameters:\n[a: 1]\nend of parameters\n"
    )
    assert judge(text, "m.txt").loading is Loading.DATA_ONLY
    assert judge(text[:-30], "m.txt").loading is Loading.UNREADABLE


class Flat:
    """Writes a flatbuffer forwards: children lie behind the place that refers to them."""

    def __init__(self, mark: bytes) -> None:
        self.data = bytearray(struct.pack("<I4s", 0, mark))

    def table(self, fields: dict[int, object]) -> int:
        """Texts, lists of tables and tables by their field numbers; the place of the table."""
        width = max(fields, default=-1) + 1
        vtable = len(self.data)
        self.data += struct.pack(
            f"<HH{width}H",
            4 + 2 * width,
            4 + 4 * width,
            *(4 + 4 * number if number in fields else 0 for number in range(width)),
        )
        place = len(self.data)
        self.data += struct.pack("<i", place - vtable) + bytes(4 * width)
        for number, value in fields.items():
            self.refer(place + 4 + 4 * number, value)
        return place

    def refer(self, at: int, value: object) -> None:
        target = len(self.data)
        if isinstance(value, str):
            self.data += struct.pack("<I", len(value)) + value.encode() + b"\0"
        elif isinstance(value, dict):
            target = self.table(value)
        elif isinstance(value, list):
            self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
            for place, item in enumerate(value):
                self.refer(target + 4 + 4 * place, item)
        struct.pack_into("<I", self.data, at, target - at)


def flat(mark: bytes, root: dict[int, object]) -> bytes:
    out = Flat(mark)
    struct.pack_into("<I", out.data, 0, out.table(root))
    return bytes(out.data)


def program(operator: str = "aten::add", delegate: str | None = None) -> bytes:
    plan: dict[int, object] = {0: "forward", 6: [{0: operator}]}
    return flat(b"ET12", {1: [plan | ({7: [{0: delegate}]} if delegate else {})]})


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (program(), Loading.DATA_ONLY),
        (program(delegate="XnnpackBackend"), Loading.DATA_ONLY),
        (program(delegate="QnnBackend"), Loading.NOT_UNDERSTOOD),
        (program(delegate="CudaBackend"), Loading.RUNS_CODE),
        (program("mine::op"), Loading.UNREADABLE),
        (program()[:60], Loading.UNREADABLE),
        (b"\x10\0\0\0ET12" + b"\xff" * 60, Loading.UNREADABLE),
    ],
)
def test_executorch(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "m.pte")
    assert artifact.loading is loading, artifact
    assert artifact.format == "executorch"


def ort(domain: str, operator: str, *, inside: bool = False) -> bytes:
    node: dict[int, object] = {2: domain, 5: operator}
    nodes = [{5: "If", 10: [{7: {2: [node]}}]}] if inside else [node]
    return flat(b"ORTM", {0: "1.20", 1: {7: {2: nodes}}})


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("domain", "operator", "loading"),
    [
        ("", "Add", Loading.DATA_ONLY),
        ("com.microsoft", "FusedConv", Loading.DATA_ONLY),
        ("mine", "Own", Loading.UNREADABLE),
        ("ai.onnx.contrib", "PyOp", Loading.RUNS_CODE),
    ],
)
def test_onnx_runtime(domain: str, operator: str, loading: Loading, inside: bool, judge: Judge) -> None:
    data = ort(domain, operator, inside=inside)
    assert judge(data, "m.ort").loading is loading
    assert judge(data[:50], "m.ort").loading is Loading.UNREADABLE


GIF_AND_PICKLE = b"GIF87a\x01\x00\x010cos\nsystem\n(S'echo x'\ntR."


def test_a_picture_that_is_a_pickle_as_well_runs_code(judge: Judge) -> None:
    for name in ("a.gif", "a.bin", "a.pkl"):
        artifact = judge(GIF_AND_PICKLE, name)
        assert artifact.loading is Loading.RUNS_CODE
        assert "os.system" in artifact.imports
    assert judge(b"GIF87a\x01\x00\x010" + bytes(60), "a.gif").loading is Loading.NO_LOADER


def test_a_line_of_a_header_may_be_a_text_to_a_pickle_reader(judge: Judge) -> None:
    """The length of this header begins with the opcode that reads a line; the tensors begin with opcodes."""
    payload = b"0cos\nsystem\n(S'echo x'\ntR."
    entry = b'{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(payload), len(payload))
    header = entry.ljust(ord("V") - 1) + b"\n"
    artifact = judge(struct.pack("<Q", len(header)) + header + payload, "model.safetensors")
    assert artifact.loading is Loading.RUNS_CODE
    harmless = struct.pack("<Q", len(header)) + header + bytes(len(payload))
    assert judge(harmless, "model.safetensors").loading is Loading.DATA_ONLY


@pytest.mark.parametrize("name", ["m.gguf", "m.safetensors"])
def test_an_old_pickle_under_the_name_of_data_runs_code(name: str, judge: Judge) -> None:
    assert judge(b"cos\nsystem\n(S'echo x'\ntR.", name).loading is Loading.RUNS_CODE
    assert judge(b"something else", name).loading is Loading.UNREADABLE


@pytest.mark.parametrize(
    ("name", "text", "loading"),
    [
        ("saved_model.pbtxt", 'meta_graphs { graph_def { node { op: "PyFunc" } } }', Loading.RUNS_CODE),
        ("graph.pbtxt", "node {\n op: 'Py' 'Fu\\x6ec'\n}", Loading.RUNS_CODE),
        ("graph.pbtxt", 'node { op: "Add" } # op: "PyFunc"', Loading.DATA_ONLY),
        ("config.pbtxt", 'name: "m"\nbackend: "python"\n', Loading.NO_LOADER),
        (
            "net.prototxt",
            'layer { type: "Python" python_param { module: "m" layer: "L" } }',
            Loading.RUNS_CODE,
        ),
        ("net.prototxt", 'layer { name: "a" type: "Convolution" }', Loading.DATA_ONLY),
    ],
)
def test_texts_of_protocol_buffers(name: str, text: str, loading: Loading, judge: Judge) -> None:
    assert judge(text.encode(), name).loading is loading


def test_models_of_trees_as_json_are_data(judge: Judge) -> None:
    xgboost = b'{"learner":{"attributes":{},"gradient_booster":{"model":{}}},"version":[3,0,0]}'
    catboost = b'{\n "features_info": {},\n "oblivious_trees": []\n}'
    for data, word in ((xgboost, "xgboost"), (catboost, "catboost")):
        assert (judge(data, "model.json").format, judge(data, "model.json").loading.value) == (
            word,
            "data-only",
        )
        assert judge(data[:-2], "model.json").loading is Loading.UNREADABLE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_another_encoding_hides_nothing(encoding: str, judge: Judge) -> None:
    if encoding.startswith("utf-16-"):
        text = "{'a': 1}".replace("'a': 1", '"auto_map": {"AutoModel": "m.M"}')
        assert judge(text.encode(encoding), "config.json").loading is Loading.RUNS_CODE
    else:
        assert judge("a: !!python/name:os.system\n".encode(encoding), "a.yaml").loading is Loading.RUNS_CODE
