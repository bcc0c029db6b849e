"""More streams of listed names that do harm together, and more files that hide a payload.

Sources: CPython's object.c (attributes of a class that ``type`` gives), enum.py and typing.py (functional
interfaces that make classes), tokenizers 0.22 (``models.BPE`` takes names of files), joblib/numpy_pickle_utils.py
(the old form ``ZF``), numpy/lib/format.py, zipfile and the readers of the formats named in each row.
"""

# ruff: noqa: E501 - a payload in one row is easier to check than a wrapped one

from __future__ import annotations

import io
import json
import pickle
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from .case import BROKEN, RUNS, Case, hostile
from .chained_cases import made
from .keras_cases import _keras_zip
from .odd_call_cases import computed, listed, mapped, tupled
from .protos import graph_function, graph_node, onnx, onnx_node, saved_model
from .streams import NEW, OLD, bytes8, call, proto, stack_global, text
from .tensor_cases import gguf_template, npy, torch_zip
from .text_cases import TEMPLATES
from .wrappers import gzipped, tarred, zipped, zstd_frame

P = proto(4)
REACH = TEMPLATES["cycler"]


def cases() -> Iterator[Case]:
    yield from _states()
    yield from _calls()
    yield from _checkpoints()
    yield from _members()
    yield from _graphs()
    yield from _texts_inside()


def _odd(name: str, stream: bytes, why: str, word: str = RUNS) -> Case:
    return hostile("pickle-odd", f"late_{name}.pkl", P + stream + b".", why, word)


def _states() -> Iterator[Case]:
    why = "attributes of a class or of an object of the whole program are set"
    kept = stack_global("builtins", "len")
    state = mapped(__reduce__=kept, x=b"K\x01")
    of_type = made("builtins", "type", made("collections", "OrderedDict"))
    yield _odd("state_of_a_type", of_type + state + b"b", why)
    slots = tupled(b"N", mapped(x=kept))
    yield _odd("slots_of_a_type", of_type + slots + b"b", why)
    logger = made("logging", "getLogger", text("root"))
    for name, key in (("handlers", "handlers"), ("disabled", "disabled"), ("manager", "manager")):
        yield _odd(f"logger_{name}", logger + mapped(**{key: b"]"}) + b"b", why)
    member = made("builtins", "getattr", stack_global("re", "RegexFlag"), text("A"))
    yield _odd("state_of_a_member", member + mapped(_value_=b"K\x07") + b"b", why)
    yield _odd("slots_of_a_member", member + tupled(b"N", mapped(_value_=b"K\x07")) + b"b", why)
    status = made("http", "HTTPStatus", b"K\xc8")
    yield _odd("state_of_a_called_member", status + mapped(_value_=b"K\x07") + b"b", why)
    regex = made("re", "_compile", text("a"), b"K\0")
    yield _odd("state_of_a_pattern", regex + mapped(x=b"K\x01") + b"b", why)
    parameter = made(
        "torch._utils",
        "_rebuild_parameter_with_state",
        made("collections", "OrderedDict"),
        b"\x89",
        made("collections", "OrderedDict"),
        mapped(__class__=stack_global("builtins", "dict")),
    )
    yield _odd("parameter_replaces_its_class", parameter, "the state replaces the class")
    plain = made("collections", "OrderedDict")
    for name in ("__class__", "__dict__", "__reduce_ex__", "__getstate__", "__setstate__"):
        yield _odd(
            f"instance_{name.strip('_')}", plain + mapped(**{name: kept}) + b"b", "it replaces a method"
        )
    module = stack_global("torch.nn.modules.linear", "Linear") + b")\x81"
    for name in ("forward", "__call__", "_call_impl"):
        late = mapped(**{name: stack_global("builtins", "eval")})
        yield _odd(f"module_{name.strip('_')}", module + late + b"b", "a method of the module is eval")
    hooks = mapped(_forward_hooks=b"}" + b"K\0" + stack_global("builtins", "exec") + b"s")
    yield _odd("module_hooks", module + hooks + b"b", "a hook of the module is exec")


def _calls() -> Iterator[Case]:
    why = "the call makes a class, opens files or hands on what is called later"
    yield _odd("enum_by_call", made("enum", "Enum", text("X"), text("a b")), why)
    yield _odd("flag_by_call", made("enum", "IntFlag", text("X"), listed(text("a"))), why)
    yield _odd("named_tuple", made("typing", "NamedTuple", text("X"), listed()), why)
    yield _odd("new_type_of_three", made("builtins", "type", text("X"), b")", mapped(__del__=b"N")), why)
    yield _odd("files_of_bpe", made("tokenizers.models", "BPE", text("vocab.json"), text("merges.txt")), why)
    yield _odd("file_of_words", made("tokenizers.models", "WordPiece", text("/etc/passwd")), why)
    yield _odd("file_of_levels", made("tokenizers.models", "WordLevel", text("/etc/passwd")), why)
    pipe = (
        stack_global("spacy.lang.en", "English")
        + b")"
        + mapped(create_tokenizer=stack_global("builtins", "eval"))
    )
    yield _odd("language_with_a_maker", pipe + b"\x92", why)
    later = made("functools", "partial", stack_global("os", "system"), text("echo x"))
    yield _odd("partial_of_system", later, why)
    holder = made("functools", "partial", stack_global("builtins", "getattr"))
    yield _odd("partial_of_getattr", holder, why)
    both = made("functools", "partial", later)
    yield _odd("partial_of_a_partial", both, why)
    default = made("collections", "defaultdict", later)
    yield _odd("default_by_a_partial", default, why)
    chained = made("itertools", "chain", made("builtins", "iter", stack_global("os", "getcwd"), text("x")))
    yield _odd("chain_of_a_caller", chained, why)
    for name in ("map", "filter"):
        yield _odd(
            f"{name}_by_call", made("builtins", name, stack_global("os", "system"), listed(text("x"))), why
        )
    yield _odd("sorted_by_key", made("builtins", "sorted", listed(text("x")), b"N"), why, BROKEN)
    yield _odd("max_by_call", made("builtins", "max", listed(text("x"))), why, BROKEN)
    keywords = (
        stack_global("builtins", "sorted")
        + listed(text("x"))
        + b"\x85"
        + mapped(key=stack_global("os", "system"))
    )
    yield _odd("sorted_by_keyword", keywords + b"\x92", why)
    yield _odd("computed_partial", stack_global("functools", "partial") + computed(stack_global("os", "x")) + b"R",
               why)  # fmt: skip
    numbers = tupled(text("V8"))
    fields = b"}" + text("names") + listed(text("a")) + b"s" + text("formats") + listed(text("O")) + b"s"
    yield _odd("void_of_objects", made("numpy", "void", bytes8(bytes(8)), made("numpy", "dtype", fields)), why,
               BROKEN)  # fmt: skip
    yield _odd("array_over_text", made("numpy", "ndarray", numbers, text("O"), bytes8(bytes(8))), why)
    subclass = made("copyreg", "_reconstructor", stack_global("subprocess", "Popen"),
                    stack_global("builtins", "object"), b"N")  # fmt: skip
    yield _odd("made_instance", subclass + mapped(args=text("x")) + b"b", why)
    for name, module, function in (
        ("graph", "torch.fx.graph_module", "reduce_graph_module"),
        ("packaged_graph", "torch.fx.graph_module", "reduce_package_graph_module"),
        ("deployed_graph", "torch.fx.graph_module", "reduce_deploy_graph_module"),
        ("script", "torch.jit._serialization", "load"),
        ("guards", "torch._dynamo.guards", "GuardBuilder.get"),
        ("evaluate", "torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
        ("codecache", "torch._inductor.codecache", "PyCodeCache.load"),
        ("compile", "torch._inductor.runtime.compile_tasks", "_reload_python_module"),
        ("numba", "numba.core.serialize", "_unpickle__CustomPickled"),
        ("numba_code", "numba.core.serialize", "_rebuild_function"),
        ("joblib", "joblib.externals.loky.backend.spawn", "import_main_path"),
        ("loky", "joblib.externals.cloudpickle.cloudpickle", "_make_function"),
        ("cloudpickle_module", "cloudpickle.cloudpickle", "subimport"),
        ("cloudpickle_dynamic", "cloudpickle.cloudpickle", "dynamic_subimport"),
        ("ray", "ray.cloudpickle.cloudpickle", "_make_function"),
        ("ray_actor", "ray.cloudpickle", "loads"),
        ("dask", "distributed.protocol.pickle", "loads"),
        ("multiprocess", "multiprocess.reduction", "rebuild_connection"),
        ("reduction", "multiprocessing.reduction", "_rebuild_partial"),
        ("managers", "multiprocessing.managers", "RebuildProxy"),
        ("reductions", "torch.multiprocessing.reductions", "rebuild_storage_fd"),
        ("keras_bytes", "keras.src.saving.keras_saveable", "KerasSaveable._unpickle_model"),
        ("marshalled", "keras.src.utils.python_utils", "func_load"),
        ("tensorflow", "tensorflow.python.ops.script_ops", "_internal_py_func"),
        ("lightning", "pytorch_lightning.core.saving", "load_from_checkpoint"),
        ("hydra", "hydra._internal.utils", "_locate"),
        ("mmengine", "mmengine.config.config", "Config._file2dict"),
        ("pandas_pickle", "pandas.io.pickle", "read_pickle"),
        ("pandas_query", "pandas.core.computation.eval", "eval"),
        ("yaml", "yaml", "unsafe_load"),
        ("ruamel", "ruamel.yaml.main", "unsafe_load"),
        ("jsonpickle", "jsonpickle", "decode"),
        ("dill_source", "dill.source", "getsource"),
        ("dill_function", "dill._dill", "_create_function"),
        ("dill_import", "dill._dill", "_import_module"),
        ("jinja", "jinja2.environment", "Template"),
        ("django", "django.utils.module_loading", "import_string"),
        ("werkzeug", "werkzeug.utils", "import_string"),
        ("pkg_resources", "pkg_resources", "run_script"),
        ("setuptools", "setuptools.sandbox", "run_setup"),
        ("transformers", "transformers.dynamic_module_utils", "get_class_from_dynamic_module"),
        ("diffusers", "diffusers.utils.dynamic_modules_utils", "get_cached_module_file"),
        ("datasets", "datasets.load", "import_main_class"),
        ("evaluate_load", "evaluate", "load"),
        ("smolagents", "smolagents.local_python_executor", "evaluate_python_code"),
    ):
        word = RUNS
        yield hostile("pickle-odd", f"late_known_{name}.pkl", call(module, function), "it runs code", word)


def _checkpoints() -> Iterator[Case]:
    plain = proto(2) + b"}."
    base = {"m/data.pkl": plain, "m/version": b"3\n", "m/byteorder": b"little"}
    spots: dict[str, dict[str, bytes]] = {
        "extra_files": {**base, "m/extra/config.pkl": NEW},
        "attributes": {"m/attributes.pkl": OLD, "m/version": b"3\n"},
        "shards": {"__0_0.distcp": torch_zip(NEW), ".metadata": plain},
        "package": {"p/.data/extern_modules": b"", "p/.data/version": b"6", "p/model/model.pkl": NEW},
        "aoti": {"m/data/aotinductor/model/x.so": b"\x7fELF\x02\x01\x01" + bytes(80), "m/version": b"3\n"},
        "aoti_source": {"m/archive_format": b"pt2", "m/data/weights/w.pt": torch_zip(NEW)},
        "upper_case": {"M/DATA.PKL": NEW, "M/version": b"3\n"},
    }
    for name, members in spots.items():
        yield hostile("torch-zip", f"late_{name}.pt", zipped(members), f"a payload in the archive: {name}")
    named = (".metadata", "optimizer.bin", "training_args.bin", "rng_state.pth", "scheduler.pt", "scaler.pt",
             "random_states_0.pkl", "index.pkl", "vectorizer.bin", "python_model.pkl", "model.pickle4", "x.p",
             "mp_rank_00_model_states.pt", "embeddings.pkl.gz", "hparams.pkl", "model.sav", "weights.data-00000",
             "data-00000.arrow", "stats.npy", "vocab.txt", "merges.txt", "tokenizer.model", "README")  # fmt: skip
    for number, name in enumerate(named):
        data = (NEW, OLD, torch_zip(NEW))[number % 3]
        data = gzipped(data) if name.endswith(".gz") else data
        yield hostile("wrong-extension", f"late/{name}", data, "a pickle by its content")


def _members() -> Iterator[Case]:
    old_joblib = b"ZF" + hex(len(NEW)).ljust(19).encode() + zlib.compress(NEW)
    yield hostile("joblib", "late_zf.joblib", old_joblib, "the old compressed form of joblib")
    yield hostile("joblib", "late_zf_20.pkl.z", b"ZF" + hex(len(OLD)).ljust(20).encode() + zlib.compress(OLD),
                  "the old compressed form of joblib", RUNS)  # fmt: skip
    rows = npy("[('a', '|O'), ('b', '<f4')]", NEW)
    files: dict[str, bytes] = {
        "webdataset.tar": tarred({"0.json": b"{}", "0.pickle": NEW, "1.pyd": OLD}),
        "lightning.ckpt": torch_zip(call("mine.callbacks", "x") and NEW),
        "structured.npy": rows,
        "in_npz.npz": zipped({"a.npy": rows}),
        "subarray.npy": npy("('|O', (2,))", NEW),
        "zarr.zip": zipped({".zarray": b'{"filters": [{"id": "pickle"}], "chunks": [1]}', "0": NEW}),
        "numcodecs.json": b'{"zarr_format": 3, "codecs": [{"name": "numcodecs.pickle", "configuration": {}}]}',
        "mar.mar": zipped({"MAR-INF/MANIFEST.json": b'{"model": {"handler": "h.py", "serializedFile": "m.pt"}}',
                           "h.py": b"class H: pass\n", "m.pt": torch_zip(NEW)}),
        "wheel.zip": zipped({"a.zip": zipped({"b.tar": tarred({"c.gz": gzipped(NEW)})})}),
        "spaced.zip": zipped({"model.pkl ": NEW}),
        "dotted.zip": zipped({"./.hidden/.x": NEW}),
        "unicode.zip": zipped({"mod\u0435l.txt": OLD}),
        "zstd_tar.tar.zst": zstd_frame(tarred({"m.bin": NEW})),
        "skops.skops": zipped({"schema.json": json.dumps(
            {"__class__": "method", "__module__": "builtins", "__loader__": "MethodNode", "content": {
                "func": "system", "obj": {"__class__": "x", "__module__": "os", "__loader__": "TypeNode"}}}
        ).encode()}),
        "nemo.nemo": tarred({"model_config.yaml": b"target: os.system\n", "model_weights.ckpt": torch_zip(b"\x80\x02}.")}),
        "pickled_text.txt": pickle.dumps([1, 2], 0)[:-1] + OLD,
        "mojo.tar": tarred({"scorers/x.pkl": OLD}),
    }  # fmt: skip
    for name, data in files.items():
        yield hostile("nested", f"late_{name}", data, f"a payload inside: {name}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("config.json"), b"{}")
        archive.comment = OLD
    yield hostile("polyglot", "late_comment.zip", OLD + out.getvalue(), "a pickle before the archive")
    long = io.BytesIO()
    with tarfile.open(fileobj=long, mode="w", format=tarfile.GNU_FORMAT) as packed:
        info = tarfile.TarInfo("a/" * 90 + "m.pkl")
        info.size = len(NEW)
        packed.addfile(info, io.BytesIO(NEW))
    yield hostile("tar", "late_long_name.tar", long.getvalue(), "a long name")


def _graphs() -> Iterator[Case]:
    why = "the graph calls Python, or reads and writes files: "
    for name in ("PyFuncStateless", "EagerPyFunc", "ReadFile", "WriteFile", "MatchingFiles",
                 "LoadDataset", "SaveSlices", "CSVDatasetV2"):  # fmt: skip
        inside = saved_model(graph_node("Const") + graph_function(name))
        yield hostile("saved-model", f"late_{name}/saved_model.pb", inside, why + name)
    for name, domain in (("PyOp", "ai.onnx.contrib"), ("PyCustomOp", "ai.onnx.contrib"),
                         ("Mine", "evil.domain")):  # fmt: skip
        word = RUNS if domain.startswith("ai.") else BROKEN
        yield hostile(
            "onnx", f"late_{name}.onnx", onnx(onnx_node(name, domain)), "a library's operator", word
        )


def _texts_inside() -> Iterator[Case]:
    for key in ("tokenizer.chat_template.tool_use", "tokenizer.chat_template.x.y", "tokenizer.chat_template"):
        yield hostile("gguf", f"late_{key}.gguf", gguf_template(REACH, key), "a template in the header")
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"activation": {
        "module": "os", "class_name": "function", "config": "system", "registered_name": "system"}}}  # fmt: skip
    model = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    yield hostile("keras-zip", "late_function_of_os.keras", _keras_zip(model), "Keras imports os.system")
    symbol = {"class_name": "TFOpLambda", "config": {"function": "io.write_file"}, "module": None}
    nested = {"module": "keras", "class_name": "Sequential", "config": {"layers": [symbol]}}
    yield hostile("keras-zip", "late_operation.keras", _keras_zip(nested), "a layer that writes files")
    assets = zipped({"config.json": json.dumps({"class_name": "Sequential", "module": "keras", "config": {}}).encode(),
                     "metadata.json": b"{}", "assets/vocabulary.pkl": NEW})  # fmt: skip
    yield hostile("keras-zip", "late_assets.keras", assets, "a pickle among the assets")
    packed = zipped({"chat_templates/tool.jinja": REACH.encode(), "config.json": b"{}"})
    yield hostile("chat-template", "late_packed.zip", packed, "a template in the archive")
    settings = tarred({"conf/x.yaml": b"m: {_target_: os.system}\n", "a.txt": b"x"})
    yield hostile("hydra", "late_packed.tar", settings, "a configuration in the archive")
