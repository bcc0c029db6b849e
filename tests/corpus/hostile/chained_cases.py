"""Listed names put together so that they would run something, and payloads in smaller formats.

Nothing here imports what a list of dangerous names would hold, save the payloads that an outer format
carries: the trick is in who calls what. Sources: the constructors and ``__iter__`` methods of the libraries
named.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator

from .case import BROKEN, RUNS, UNKNOWN, UNLISTED, Case, hostile
from .protos import field, number_field
from .streams import bytes8, call, proto, stack_global, text
from .wrappers import gzipped, tarred, zipped

P = proto(4)
SIN = stack_global("sympy.functions.elementary.trigonometric", "sin")


def made(module: str, name: str, *arguments: bytes) -> bytes:
    """A call whose arguments are pieces of a stream."""
    return stack_global(module, name) + b"(" + b"".join(arguments) + b"tR"


def new(module: str, name: str, state: bytes = b"") -> bytes:
    """An instance without arguments, and its state."""
    return stack_global(module, name) + b")\x81" + (state + b"b" if state else b"")


def looked_up(holder: bytes, name: str) -> bytes:
    return made("builtins", "getattr", holder, text(name))


FRAME = new("pandas.core.frame", "DataFrame")
LOADER = new("torch.utils.data.dataloader", "DataLoader", b"}" + text("dataset") + b"](" + text("x") + b"es")
# Who goes through its argument, and thereby has a loader call its function for each row.
_GOERS = """
builtins:list builtins:tuple builtins:set builtins:frozenset builtins:dict builtins:bytes builtins:bytearray
builtins:iter builtins:enumerate builtins:zip builtins:reversed collections:OrderedDict collections:Counter
collections:deque collections:UserList collections:ChainMap itertools:chain itertools:cycle itertools:islice
itertools:product itertools:repeat array:array
"""
_ACTING = """
query eval apply pipe agg to_pickle to_csv to_hdf to_sql to_json save save_model load load_model
load_word2vec_format read_csv write dump open run export register from_pretrained from_file
"""
_CLASSES_WITH_METHODS = (
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.series", "Series"),
    ("gensim.models.keyedvectors", "KeyedVectors"),
    ("xgboost.core", "Booster"),
)
# Functions of libraries that make what they are handed with keywords of the stream.
_MAKERS = (
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
    ("pandas.core.indexes.period", "_new_PeriodIndex"),
    ("pandas.core.indexes.interval", "_new_IntervalIndex"),
)
_MADE = (
    ("numpy", "ndarray"), ("numpy", "recarray"), ("sympy.integrals.integrals", "Integral"),
    ("joblib.memory", "Memory"), ("lightgbm.basic", "Booster"),
    ("transformers.training_args", "TrainingArguments"),
)  # fmt: skip
_EVALUATING = """
sympy.core.add:Add sympy.core.mul:Mul sympy.core.power:Pow sympy.core.numbers:Rational
sympy.core.relational:Equality sympy.core.containers:Tuple sympy.functions.elementary.exponential:exp
sympy.functions.elementary.trigonometric:cos sympy.integrals.integrals:Integral sympy.core.function:Lambda
sympy.polys.polytools:Poly sympy.matrices.immutable:ImmutableDenseMatrix sympy.sets.sets:FiniteSet
sympy.logic.boolalg:And sympy.concrete.summations:Sum
"""


def cases() -> Iterator[Case]:
    yield from _goers()
    yield from _methods()
    yield from _makers()
    yield from _terms()
    yield from _unpicklers()
    yield from _carried()
    yield from _descriptions()
    yield from _configurations()


def _trick(name: str, stream: bytes, why: str, word: str = RUNS) -> Case:
    return hostile("pickle-chain", f"{name}.pkl", P + stream + b".", why, word)


def _goers() -> Iterator[Case]:
    for entry in _GOERS.split():
        module, _, name = entry.partition(":")
        lead = (text("d"),) if name == "array" else ()
        why = f"{name} goes through a loader of data, which calls its functions for each row"
        yield _trick(f"loader_through_{name}", made(module, name, *lead, LOADER), why, BROKEN)


def _methods() -> Iterator[Case]:
    for method in _ACTING.split():
        for module, name in _CLASSES_WITH_METHODS:
            bound = looked_up(stack_global(module, name), method)
            why = f"a schedule of torch calls what it is handed, here {name}.{method}"
            yield _trick(
                f"schedule_by_{name}_{method}",
                made("torch.optim.lr_scheduler", "LambdaLR", b"N", bound),
                why,
            )
        state = b"}" + text("collate_fn") + looked_up(FRAME, method) + b"s"
        why = f"a loader of data keeps {method} of a table to call it for each row"
        yield _trick(f"loader_with_{method}", new("torch.utils.data.dataloader", "DataLoader", state), why)


def _makers() -> Iterator[Case]:
    for module, maker in _MAKERS:
        for holder, name in _MADE:
            stream = made(module, maker, stack_global(holder, name), b"}" + text("x") + text("y") + b"s")
            yield _trick(f"{maker}_of_{name}", stream, f"{maker} makes a {name} with any keywords")


def _terms() -> Iterator[Case]:
    for entry in _EVALUATING.split():
        module, _, name = entry.partition(":")
        why = f"sympy.{name} evaluates a text as Python"
        payload = text("__import__('os').getcwd()")
        yield _trick(f"text_in_{name}", made(module, name, payload), why)
        yield _trick(f"text_in_a_list_in_{name}", made(module, name, b"K\x01", b"](" + payload + b"e"), why)
        joined = made("builtins", "str", bytes8(b"exit()"), text("ascii"))
        yield _trick(f"made_text_in_{name}", made(module, name, joined), why)
    yield _trick("term_in_a_tokenizer", made("spacy.tokenizer", "Tokenizer", b"N", b"}", SIN),
                 "spaCy calls the functions of a tokenizer with its words")  # fmt: skip
    yield _trick(
        "term_in_a_partial", made("functools", "partial", SIN), "the partial is called later with a text"
    )
    for name, kept in {"state": b"}" + text("f") + SIN + b"s", "list": b"](" + SIN + b"e"}.items():
        stream = new("networkx.classes.coreviews", "FilterAtlas", b"}" + text("a") + kept + b"s")
        why = "an object keeps a function that evaluates texts"
        path = f"unknown/term_kept_in_a_{name}.pkl"
        yield Case(path, P + stream + b".", UNKNOWN, UNLISTED, "pickle-unknown", why)


def _unpicklers() -> Iterator[Case]:
    inner = call("os", "system")
    plain = P + b"N."
    load = stack_global("torch.storage", "_load_from_bytes")
    state = b"}" + text("collate_fn") + load + b"\x94sb0h\0"
    yield _trick(
        "unpickler_called_once_and_kept",
        new("torch.utils.data.dataloader", "DataLoader") + state + bytes8(plain) + b"\x85R",
        "a loader of data keeps the unpickler and has its rows unpickled",
    )
    vocabulary = (
        stack_global("spacy.vocab", "unpickle_vocab") + b"(" + stack_global("spacy.strings", "StringStore")
        + b"]\x85RNNN%bNNtR"
    )  # fmt: skip
    document = (
        stack_global("spacy.tokens.doc", "unpickle_doc") + b"(" + vocabulary + b"%b" + bytes8(b"") + b"tR"
    )
    yield _trick("spacy_vocabulary", vocabulary % bytes8(inner), "spaCy unpickles the functions of words")
    yield _trick(
        "spacy_document", document % (bytes8(plain), bytes8(inner)), "spaCy unpickles what it carries"
    )
    yield _trick(
        "spacy_words", document % (bytes8(inner), bytes8(plain)), "spaCy unpickles the words' functions"
    )
    computed = made("builtins", "bytes", b"](K\x80K\x04e")
    yield _trick("spacy_made_bytes", vocabulary % computed, "the bytes to be unpickled are made by a call")
    yield _trick(
        "records_over_bytes",
        made("numpy", "recarray", b"K\x01\x85", made("numpy", "dtype", text("O8")), bytes8(bytes(8))),
        "numpy takes the bytes for addresses of objects",
    )
    keywords = b"}" + text("dtype") + text("O") + text("buf") + bytes8(bytes(8))
    by_new = stack_global("numpy", "recarray") + b"K\x01\x85\x85" + keywords.replace(b"}", b"}(") + b"u\x92"
    yield _trick("records_by_keywords", by_new, "numpy takes the bytes for addresses of objects", BROKEN)


def _old_joblib(data: bytes) -> bytes:
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


def _packed_array(data: bytes) -> bytes:
    """An array of objects as msgpack-numpy writes it."""
    return b"\x83\xa2nd\xc3\xa4kind\xc4\x01O\xa4data\xc5" + struct.pack(">H", len(data)) + data


def _exported(parts: dict[str, bytes]) -> bytes:
    """An archive as torch.export.save writes it."""
    out = io.BytesIO()
    plain = {"archive_format": b"pt2", "archive_version": b"6", "models/model.json": b"{}"}
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**plain, **parts}.items():
            archive.writestr(zipfile.ZipInfo(f"net/{name}"), data)
    return out.getvalue()


def _carried() -> Iterator[Case]:
    """One payload in every form that a loader of its format unpickles."""
    payloads = {
        "system": call("os", "system"), "old": call("posix", "system", protocol=0),
        "popen": call("subprocess", "Popen"), "eval": call("builtins", "eval", "1"),
        "two_streams": P + b"N." + call("os", "system"),
        "loader": P + LOADER + b"0" + call("pty", "spawn")[2:],
    }  # fmt: skip
    for name, payload in payloads.items():
        why = f"the loader of the format unpickles it: {name}"
        yield hostile("joblib", f"before_0_10_{name}.joblib", _old_joblib(payload), why)
        yield hostile("joblib", f"before_0_10_{name}.pkl.z", _old_joblib(payload), why)
        if payload[:1] == b"\x80":
            yield hostile("msgpack", f"{name}.msgpack", _packed_array(payload), why)
            yield hostile("msgpack", f"{name}_in_list", b"\x92\x01" + _packed_array(payload), why)
        for place in ("data/constants/custom_obj_0", "data/sample_inputs/model.pt", "data/weights/weight_0"):
            file = place.rpartition("/")[2].replace(".", "_")
            yield hostile("torch-export", f"{name}_as_{file}.pt2", _exported({place: payload}), why)
        yield hostile("torch-export", f"{name}_extra.pt2", _exported({"extra/x.pkl": payload}), why)
        yield hostile("nested", f"{name}_joblib_in_tar.tar", tarred({"m.joblib": _old_joblib(payload)}), why)
        yield hostile("nested", f"{name}_joblib_gz.gz", gzipped(_old_joblib(payload)), why)
    compiled = _exported({"data/aotinductor/m/x.so": b"\x7fELF" + bytes(60)})
    yield hostile("torch-export", "native.pt2", compiled, "a compiled library that torch loads")
    for name, term in {
        "call": "__import__('os').getcwd()", "attribute": "(1).__class__", "index": "[1][0]", "name": "exit",
        "lambda": "lambda: 1", "walrus": "(x:=1)", "text": "'a'", "comment": "1#",
    }.items():  # fmt: skip
        program = json.dumps({"graph_module": {"as_int": {"as_expr": {"expr_str": term}}}}).encode()
        why = f"torch has sympy evaluate the sizes of an exported program: {name}"
        yield hostile("torch-export", f"size_{name}.pt2", _exported({"models/model.json": program}), why)


def _descriptions() -> Iterator[Case]:
    array = {"zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "order": "C", "fill_value": None}
    pickled = {"id": "pickle", "protocol": 5}
    grid = {"name": "regular", "configuration": {"chunk_shape": [1]}}
    third = {"zarr_format": 3, "node_type": "array", "shape": [1], "chunk_grid": grid}
    forms = {
        "filter/.zarray": {**array, "filters": [pickled], "compressor": None},
        "compressor/.zarray": {**array, "filters": None, "compressor": {"id": "pickle"}},
        "second_filter/.zarray": {**array, "filters": [{"id": "delta", "dtype": "i4"}, pickled]},
        "consolidated/.zmetadata": {"zarr_consolidated_format": 1, "metadata": {
            "a/.zarray": {**array, "filters": [pickled]}}},
        "third/zarr.json": {**third, "codecs": [{"name": "numcodecs.pickle", "configuration": {}}]},
        "third_group/zarr.json": {"zarr_format": 3, "consolidated_metadata": {"metadata": {"a": {
            **third, "codecs": [{"name": "numcodecs.pickle", "configuration": {"protocol": 5}}]}}}},
    }  # fmt: skip
    for path, value in forms.items():
        raw = json.dumps(value).encode()
        yield hostile("zarr", path, raw, "zarr unpickles every chunk of the array")
        folder, _, file = path.partition("/")
        archive = zipped({f"a/{file}": raw, "a/0": bytes(8)})
        yield hostile("zarr", f"{folder}.zip", archive, "zarr unpickles every chunk of the array")
    for operator in ("Custom", "_Native", "_NDArray", "_CustomFunction"):
        graph = {
            "nodes": [{"op": operator, "name": "x", "attrs": {"op_type": "x"}, "inputs": []}],
            "heads": [],
        }
        why = f"the operator {operator} calls Python code"
        yield hostile("mxnet", f"{operator}-symbol.json", json.dumps(graph).encode(), why)
    tensor = number_field(1, 1) + number_field(2, 1)
    for name, place in {"up": "../w", "root": "/etc/passwd", "drive": "C:\\w", "home": "~/w"}.items():
        entry = field(13, field(1, "location") + field(2, place))
        why = f"the tensor lies outside of its folder: {name}"
        yield hostile("onnx", f"value_outside_{name}.pb", tensor + entry + number_field(14, 1), why, BROKEN)


_PIPELINE = '[nlp]\nlang = "en"\npipeline = []\n\n[components]\n\n'


def _configurations() -> Iterator[Case]:
    for place in ("nlp.before_creation", "nlp.after_creation", "nlp.after_pipeline_creation",
                  "initialize.before_init", "initialize.after_init", "training.before_to_disk"):  # fmt: skip
        raw = f'{_PIPELINE}[{place}]\n@callbacks = "acme.start.v1"\n'.encode()
        name = place.replace(".", "_")
        yield hostile("spacy", f"{name}/config.cfg", raw, f"spaCy calls a function of the maker: {place}")
    for tag in ("new", "name", "apply", "applyref", "obj"):
        for called in ("os.system", "subprocess.Popen", "builtins.eval", "pickle.loads"):
            raw = f"model: !{tag}:{called} ['echo x']\n".encode()
            file = f"{tag}_{called.replace('.', '_')}.yaml"
            yield hostile("yaml", f"tags/{file}", raw, f"HyperPyYAML or pylearn2 makes it of the tag !{tag}")
    yield hostile("yaml", "tags/module.yaml", b"m: !module:os\n", "HyperPyYAML imports the module")
    yield hostile("yaml", "tags/pkl.yaml", b"m: !pkl: model.pkl\n", "pylearn2 unpickles the file")
    for called in ("os.system", "subprocess.call", "builtins.exec", "shutil.rmtree", "runpy.run_path"):
        name = called.replace(".", "_")
        raw = f"model:\n  target: {called}\n  params:\n    x: 1\n".encode()
        yield hostile("hydra", f"target_{name}.yaml", raw, "instantiate_from_config calls the target")
        yield hostile("hydra", f"target_{name}.json", json.dumps({"model": {"target": called}}).encode(),
                      "instantiate_from_config calls the target")  # fmt: skip
    for name, entry in {
        "import": "__import__('os').system('x')", "exec": "exec('x')", "eval": "eval('x')",
        "os": "os.system('x')",
    }.items():  # fmt: skip
        raw = f"nc: 1\nbackbone:\n  - [-1, 1, {entry}, [64]]\nhead: []\n".encode()
        yield hostile("yaml", f"yolo/{name}.yaml", raw, "YOLO evaluates the entries of a network")
    for name, value in {
        "dense": {"in_features": 1, "activation_function": "acme.run"},
        "dense_system": {"in_features": 1, "activation_function": "os.abort"},
        "cross_encoder": {"model_type": "bert", "sentence_transformers": {"activation_fn": "acme.run"}},
        "old_cross_encoder": {"model_type": "bert", "sbert_ce_default_activation_function": "acme.run"},
        "router": {"types": {"query_0_X": "acme.Module"}, "structure": {"query": ["query_0_X"]}},
    }.items():
        raw = json.dumps(value).encode()
        yield hostile("custom-code", f"sentence_{name}/config.json", raw, "sentence-transformers imports it")
    for name, text_ in {
        "list": "d: {_target_: numpy.load, _args_: [x.npy, null, true]}\n",
        "merge": "b: &b {allow_pickle: yes}\nd: {<<: *b, _target_: numpy.load}\n",
        "alias": "f: &f numpy.load\nd: {_target_: *f, allow_pickle: 1}\n",
        "quoted": "d: {_target_: numpy.load, allow_pickle: 'no'}\n",
        "class_path": "class_path: numpy.load\ninit_args: {allow_pickle: true}\n",
        "internal": "d: {_target_: numpy.lib._npyio_impl.load, allow_pickle: true}\n",
    }.items():
        yield hostile("hydra", f"switched_{name}.yaml", text_.encode(), "numpy.load unpickles by an argument")
