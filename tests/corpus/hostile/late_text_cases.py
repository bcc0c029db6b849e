"""More texts that loaders obey: one row per file, by the loader that obeys it.

Sources: PEFT 0.18 (``megatron_core``),
sentence-transformers 5 (``tokenizer_class``), transformers' agents and smolagents, mmengine 0.10
(``custom_imports``, names with dots), Ultralytics 8 (``download``), vLLM, MLServer, fairseq 0.12, lm-eval,
monty, LangChain, ``logging.config.fileConfig``, gin-config, Triton, js-yaml, Symfony, Ray Serve.
"""

# ruff: noqa: E501 - a payload in one row is easier to check than a wrapped one

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import Case, hostile


def _json(value: Any) -> bytes:
    return (json.dumps(value) + "\n").encode()


def cases() -> Iterator[Case]:
    yield from _by_name()
    yield from _jsons()
    yield from _yamls()
    yield from _encodings()
    yield from _sources()
    yield from _texts()


def _by_name() -> Iterator[Case]:
    why = "the loader imports and calls what the configuration names: "
    names = """builtins.getattr operator.methodcaller torch.package.PackageImporter pydoc.locate
    site.addsitedir code.InteractiveConsole builtins.open types.ModuleType marshal.loads
    tensorflow.load_op_library tensorflow.load_library ctypes.CDLL pathlib.Path.write_text
    keras.config.enable_unsafe_deserialization omegaconf.OmegaConf.register_new_resolver
    os.path.os.system torch.utils.cpp_extension.load_inline.x pandas.core.computation.eval.eval
    builtins.exec.__call__ hydra._internal.utils.os.system transformers.utils.import_utils.os.popen
    runpy._run_code importlib.util.spec_from_file_location sys.modules sys.settrace
    torch.jit.unsupported_tensor_ops.execWrapper numpy.distutils.exec_command.exec_command
    IPython.core.interactiveshell.InteractiveShell.system fsspec.implementations.local.os.remove
    builtins.__build_class__ smtplib.SMTP xmlrpc.client.ServerProxy gc.get_objects
    paramiko.SSHClient.exec_command torch._C._import_ir_module functools.partial.__call__.os.system"""
    for number, name in enumerate(names.split()):
        if number % 2:
            raw, path = _json({"m": {"_target_": name, "_args_": ["x"]}}), f"{name}.json"
        else:
            raw, path = f"m:\n  _target_: {name}\n  _args_: [x]\n".encode(), f"{name}.yaml"
        yield hostile("hydra", f"late_target/{path}", raw, why + name)
    forms: dict[str, bytes] = {
        "mmengine.yaml": b"hook:\n  type: os.system\n  command: echo x\n",
        "mmengine.json": _json({"model": {"type": "subprocess.Popen", "args": "x"}}),
        "custom_imports.yaml": b"custom_imports:\n  imports: [evil_module]\n  allow_failed_imports: false\n",
        "custom_imports.json": _json({"custom_imports": {"imports": ["evil"], "allow_failed_imports": False}}),
        "module_class.yaml": b"model:\n  module: os\n  class: system\n  args: [echo x]\n",
        "module_class.json": _json({"model": {"module": "subprocess", "class": "Popen", "args": ["x"]}}),
        "module_name.json": _json({"module_name": "builtins", "function_name": "exec", "args": ["1"]}),
        "module_path.yaml": b"step: {module_path: runpy, class_name: run_path, kwargs: {path_name: x}}\n",
        "package.yaml": b"step: {package: subprocess, function: check_output, args: [x]}\n",
        "ray.yaml": b"applications:\n- name: a\n  import_path: os:system\n",
        "gym.json": _json({"entry_point": "subprocess:Popen", "kwargs": {"args": "x"}}),
        "gym.yaml": b"env:\n  entry_point: os:system\n  kwargs: {command: x}\n",
        "colon.yaml": b"m: {_target_: 'os:system', _args_: [x]}\n",
        "double_target.yaml": b"m: {__target__: os.system, command: x}\n",
        "object.yaml": b"m: {_obj_: os.system, command: x}\n",
        "call.yaml": b"m: {_call_: os.system, command: x}\n",
        "class.json": _json({"_class_": "subprocess.Popen", "args": "x"}),
        "upper.json": _json({"__class__": "subprocess.Popen", "args": "x"}),
        "monty.json": _json({"@module": "subprocess", "@class": "Popen", "args": "x"}),
        "monty_callable.json": _json({"@module": "os", "@callable": "system", "@bound": None}),
        "gluonts.json": _json({"__kind__": "instance", "class": "subprocess.Popen", "args": ["x"]}),
        "langchain_id.json": _json({"lc": 1, "type": "constructor", "id": ["os", "system"], "kwargs": {}}),
        "eval_resolver.yaml": b"""a: ${eval:'__import__("os").system("x")'}\n""",
        "py_resolver.yaml": b"a: ${py:exec('1')}\n",
        "python_resolver.yaml": b"a: ${python:open('x').read()}\n",
        "quoted_key.yaml": b"'_target_' : 'os.system'\n",
        "question_key.yaml": b"? _target_\n: os.system\n",
        "tabbed.yaml": b"_target_:\tos.system\n",
        "next_line.yaml": b"_target_:\n  os.system\n",
        "anchored.yaml": b"_target_: &a os.system\n",
        "comment_before.yaml": b"_target_: # what is called\n  os.system\n",
        "hash_in_text.yaml": b"a: {b: 'x # y', _target_: os.system}\n",
        "many_documents.yaml": b"---\na: 1\n...\n---\n_target_: os.system\n",
        "list_target.yaml": b"callbacks:\n- - - _target_: subprocess.Popen\n",
        "instantiate_list.json": _json([[{"_target_": "os.system"}]]),
        "jsonargparse.json": _json({"class_path": "os.system", "init_args": {"command": "x"}}),
        "lightning_dict.yaml": b"model:\n  class_path: subprocess.Popen\n  dict_kwargs: {args: x}\n",
        "fairseq.yaml": b"common:\n  user_dir: ./user_code\n  fp16: true\ntask: {_name: x}\n",
        "vllm_plugin.yaml": b"model: x\ntool-parser-plugin: ./parser.py\n",
        "vllm_worker.yaml": b"model: x\nworker-cls: os.system\n",
        "vllm_processors.yaml": b"model: x\nlogits-processors: [os.system]\n",
        "lm_eval.yaml": b"task: x\nprocess_docs: !function utils.process_docs\n",
        "callbacks.yaml": b"callbacks:\n- os.system\n- subprocess.Popen\n",
        "unquoted_alias.yaml": b"x: &t _target_\ny: {*t : os.system}\n",
    }  # fmt: skip
    for name, raw in forms.items():
        yield hostile("hydra", f"late_{name}", raw, why + name)


def _jsons() -> Iterator[Case]:
    why = "the loader runs Python code of the repository, or what the file names: "
    llama = {"model_type": "llama", "hidden_size": 64}
    module = "sentence_transformers.models"
    forms: dict[str, tuple[str, Any]] = {
        "attention_by_part": ("config.json", {**llama, "_attn_implementation": {"text_config": "me/attn"}}),
        "attention_inside": ("config.json", {**llama, "_attn_implementation_internal": "me/attn@v1"}),
        "experts": ("config.json", {**llama, "_experts_implementation": "me/moe-kernels"}),
        "kernel_mapping": (
            "config.json",
            {**llama, "kernel_config": {"kernel_mapping": {"RMSNorm": "me/kernels:RMSNorm"}}},
        ),
        "auto_map_as_text": ("config.json", {**llama, "auto_map": "me/x--modeling.Model"}),
        "auto_map_tokenizer": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": [None, "t.Fast"]}}),
        "auto_map_image": ("preprocessor_config.json", {"auto_map": {"AutoImageProcessor": "p.P"}}),
        "auto_map_inner": ("config.json", {"text_config": {"vision": [{"auto_map": {"AutoConfig": "c.C"}}]}}),
        "auto_map_scheduler": ("scheduler/scheduler_config.json", {"auto_map": {"X": "s.S"}}),
        "tool_class": ("tool_config.json", {"tool_class": "tool.Evil", "description": "x", "name": "x"}),
        "custom_tools": ("config.json", {**llama, "custom_tools": {"x": {"tool_class": "tool.Evil"}}}),
        "agent": ("agent.json", {"class": "CodeAgent", "tools": [{"name": "x", "code": "import os\n"}]}),
        "megatron": ("adapter_config.json", {"peft_type": "LORA", "megatron_core": "evil"}),
        "megatron_set": (
            "adapter_config.json",
            {"peft_type": "LORA", "megatron_config": {"a": 1}, "megatron_core": "os"},
        ),
        "word_embeddings": (
            "0_WordEmbeddings/wordembedding_config.json",
            {"tokenizer_class": "os.system", "max_seq_length": 1},
        ),
        "word_tokenizer": (
            "0_BoW/config.json",
            {"tokenizer_class": "evil.Tokenizer", "update_embeddings": False},
        ),
        "module_function": ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": f"{module}.os.system"}]),
        "module_util": (
            "modules.json",
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.util.import_from_string"}],
        ),
        "module_relative": ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": ".custom.Model"}]),
        "asym": ("config.json", {"types": {"a": "mine.Dense"}, "structure": {"query": ["a"]}, "parameters": {}}),
        "component_load": ("model_index.json", {"_class_name": "X", "unet": ["torch", "load"]}),
        "component_deep": (
            "model_index.json",
            {"_class_name": "X", "unet": ["transformers.utils.import_utils", "os"]},
        ),
        "component_hub": ("model_index.json", {"_class_name": "X", "unet": ["torch.hub", "load"]}),
        "component_three": ("model_index.json", {"_class_name": "X", "unet": ["mine", "U", "extra"]}),
        "pipelines": (
            "config.json",
            {**llama, "custom_pipelines": {"x": {"impl": "p.P", "pt": ["AutoModel"], "tf": []}}},
        ),
        "mlserver": ("model-settings.json", {"name": "x", "implementation": "model.Evil"}),
        "mlserver_system": ("model-settings.json", {"name": "x", "implementation": "subprocess.Popen"}),
        "comment": ("config.json", {"_comment": "x", "//": "y", **llama, "auto_map": {"AutoModel": "a.B"}}),
    }  # fmt: skip
    for name, (path, value) in forms.items():
        yield hostile("custom-code", f"late_{name}/{path}", _json(value), why + name)
    reduce = {"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["echo x"]}]}
    for path in (
        "model.jsonpickle",
        "state.jp",
        "pipeline",
        "model.txt",
        "graph.config",
        "x.params",
        "m.jsn",
    ):
        yield hostile("jsonpickle", f"late/{path}", _json(reduce), "jsonpickle under an odd name")
    text = _json(reduce).decode()
    yield hostile("jsonpickle", "late/slash.json", text.replace("py/", "py\\/").encode(), "an escaped slash")
    spelled = text.replace("py/reduce", "\\u0070\\u0079\\u002f\\u0072educe").replace("py/", "p\\u0079/")
    yield hostile("jsonpickle", "late/spelled.json", spelled.encode(), "spelled by escapes")
    yield hostile("jsonpickle", "late/mark.json", b"\xef\xbb\xbf" + _json(reduce), "a mark at the beginning")
    odd: dict[str, Any] = {
        "keras_free": {"module": "mine.layers", "class_name": "Cell", "config": {}, "registered_name": None},
        "no_library": {"class_name": "Sequential", "config": {"layers": [
            {"module": "os", "class_name": "system", "config": {}, "registered_name": "x"}]}},
        "of_losses": {"module": "keras.losses", "class_name": "function", "config": "deserialize"},
        "of_activations": {"module": "keras.activations", "class_name": "function", "config": "os.system"},
        "tf_lambda": {"class_name": "TFOpLambda", "module": "keras.layers",
                      "config": {"name": "w", "function": "io.write_file"}},
        "tf_python": {"class_name": "TFOpLambda", "config": {"function": "numpy_function", "keras": 1}},
        "tf_raw": {"class_name": "TFOpLambda", "config": {"function": "raw_ops.ReadFile", "keras": 1}},
        "tf_node": {"class_name": "TensorFlowOpLayer", "config": {
            "node_def": '{"name": "x", "op": "WriteFile", "input": []}', "keras": 1}},
        "tf_class": {"class_name": "ClassMethod", "config": {"cls_symbol": "io.gfile.GFile", "method_name": "x",
                                                             "keras": 1}},
        "serializable": {"class_name": "Custom>Lambda", "module": None, "registered_name": "os>system",
                         "config": {"function": {"class_name": "__lambda__", "config": {"code": "4wE="}}}},
    }  # fmt: skip
    for name, value in odd.items():
        yield hostile("keras-json", f"late_{name}.json", _json(value), f"Keras imports or runs it: {name}")
    architecture = "backend: tensorflow\nclass_name: Sequential\nconfig:\n- class_name: Lambda\n  config:\n"
    architecture += "    function: !!python/tuple [4wEAAAA=, null, null]\nkeras_version: 2.0.8\n"
    yield hostile("keras-json", "late_model.yaml", architecture.encode(), "model_from_yaml runs the layer")


def _yamls() -> Iterator[Case]:
    forms: dict[str, bytes] = {
        "prefix_whole": b"%TAG !p! tag:yaml.org,2002:\n---\na: !p!python/object/apply:os.system [x]\n",
        "prefix_cut": b"%TAG !p! tag:yaml.org,2002:pyth\n---\na: !p!on/object/apply:os.system [x]\n",
        "prefix_encoded": b"%TAG !p! tag:yaml.org,2002:%70ython/\n---\na: !p!object/apply:os.system [x]\n",
        "prefix_two": b"%TAG !! tag:yaml.org,2002:python/\n---\na: !!object/apply:os.system [x]\n",
        "prefix_one": b"%TAG ! tag:yaml.org,2002:python/object/\n---\na: !apply:os.system [x]\n",
        "encoded": b"a: !!%70ython/object/apply:os.system [x]\n",
        "encoded_name": b"a: !!python/object/apply:%6fs.system [x]\n",
        "verbatim_encoded": b"a: !<tag:yaml.org,2002:p%79thon/object/apply:os.system> [x]\n",
        "in_a_key": b"? !!python/object/apply:os.system [x]\n: 1\n",
        "in_flow": b"{a: [1, {b: !!python/object/apply:os.system [x]}]}\n",
        "behind_hash": b"a: 'x # y' \nb: [ '# z', !!python/object/apply:os.system [x] ]\n",
        "on_its_own": b"!!python/object/apply:os.system\n- x\n",
        "state": b"!!python/object/new:type\nargs: [z, !!python/tuple [], {extend: !!python/name:exec }]\n"
        b"listitems: 1\n",
        "name": b"a: !!python/name:os.system ''\n",
        "module": b"a: !!python/module:antigravity ''\n",
        "java": b"a: !!com.mchange.v2.c3p0.JndiRefForwardingDataSource {jndiName: x}\n",
        "java_deep": b"a: !!ch.qos.logback.core.db.JNDIConnectionSource {jndiLocation: x}\n",
        "java_sun": b"a: !!sun.rmi.server.UnicastRef []\n",
        "perl": b"a: !!perl/hash:Foo {x: 1}\n",
        "perl_code": b"a: !!perl/code: '{ exit }'\n",
        "php": b"a: !php/object 'O:1:\"A\":0:{}'\n",
        "php_old": b"a: !!php/object:O:1:\"A\":0:{}\n",
        "javascript": b"a: !!js/function 'function () { return 1 }'\n",
        "ruby": b"--- !ruby/object:Gem::Installer\ni: x\n",
        "ruby_hash": b"a: !ruby/hash-with-ivars:Foo {}\n",
        "dotnet": b"a: !System.Diagnostics.Process {StartInfo: x}\n",
        "evaluated": b"a: !eval \"__import__('os').system('x')\"\n",
        "python_tag": b"a: !py \"__import__('os')\"\n",
        "shell_tag": b"a: !shell echo x\n",
        "import_tag": b"a: !import os.system\n",
        "call_tag": b"a: !call:os.system {command: x}\n",
        "yolo_download": b"path: ../x\ntrain: a\nval: b\nnames: {0: a}\ndownload: |\n  import os\n  os.system('x')\n",
        "yolo_bash": b"train: a\nval: b\nnc: 1\nnames: [a]\ndownload: bash x.sh\n",
        "yolo_short": b"train: a\nval: b\nnames: [a]\ndownload: print(1)\n",
        "yolo_activation": b"nc: 1\nactivation: __import__('os').system('x')\nbackbone:\n- [-1, 1, Conv, [64]]\n",
        "yolo_flow": b"{backbone: [[-1, 1, \"__import__('os').getcwd()\", []]], head: []}\n",
        "yolo_attributes": b"backbone:\n- [-1, 1, \"().__class__.__base__.__subclasses__()\", []]\nhead: []\n",
    }  # fmt: skip
    for name, raw in forms.items():
        yield hostile(
            "yaml", f"late_{name}.yaml", raw, f"an unsafe loader makes objects or runs code: {name}"
        )
    tagged = b"a: !!python/object/apply:os.system [x]\n"
    for path in (
        "params",
        "settings.conf",
        "model.dvc",
        "hparams.cfg",
        "x.yaml.txt",
        "x.yaml.bak",
        "x.config",
    ):
        yield hostile("yaml", f"late_named/{path}", tagged, "YAML with Python tags under an odd name")


def _encodings() -> Iterator[Case]:
    why = "the same text in another encoding, which loaders detect"
    mapped = _json({"auto_map": {"AutoModel": "a.B"}}).decode()
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"):
        yield hostile("config", f"late_{name}/config.json", mapped.encode(name), why, "runs-code")
    tagged = "a: !!python/object/apply:os.system [x]\n"
    yield hostile("yaml", "late_utf_16.yaml", tagged.encode("utf-16"), why)
    yield hostile("yaml", "late_utf_16_be.yaml", b"\xfe\xff" + tagged.encode("utf-16-be"), why)
    yield hostile("yaml", "late_utf_8_mark.yaml", tagged.encode("utf-8-sig"), why)
    yield hostile("yaml", "late_latin.yaml", b"# caf\xe9\n" + tagged.encode(), why)
    yield hostile("yaml", "late_next_line.yaml", ("b: 1\x85" + tagged).encode(), why)
    yield hostile("yaml", "late_separator.yaml", ("# b\u2028" + tagged).encode(), why)
    yield hostile("yaml", "late_return.yaml", ("# b\r" + tagged).encode(), why)


_BUILDER = "class T(datasets.%s):\n    def _split_generators(self, m):\n        return []\n"


def _sources() -> Iterator[Case]:
    why = "datasets runs the script that makes the dataset: "
    plain = "import datasets\n\n\n" + _BUILDER % "GeneratorBasedBuilder"
    scripts = {
        "by_import": plain.replace("import datasets", "datasets = __import__('datasets')"),
        "by_star": "from datasets import *\n\n\nclass T(GeneratorBasedBuilder):\n    pass\n",
        "by_getattr": "import datasets\n\nB = getattr(datasets, 'Generator' + 'BasedBuilder')\n\n\n"
        "class T(B):\n    def _split_generators(self, m):\n        return []\n",
        "wide_letters": "import datasets\n\n\n" + _BUILDER % "\uff27eneratorBasedBuilder",
        "two_imports": "import os, datasets\n\n\n" + _BUILDER % "GeneratorBasedBuilder",
        "one_line": "import os; import datasets\n" + _BUILDER % "GeneratorBasedBuilder",
        "continued": plain.replace("import datasets", "import \\\n    datasets"),
        "builder_module": "from datasets.builder import GeneratorBasedBuilder\n\n\nclass T("
        "GeneratorBasedBuilder):\n    pass\n",
        "metaclass": "import datasets\n\n\nclass T(metaclass=type, *[datasets.GeneratorBasedBuilder]):\n    pass\n",
        "bases_kept": "import datasets\n\nBASE = datasets.GeneratorBasedBuilder\n\n\nclass T(BASE):\n    pass\n",
        "folder_builder": "from datasets.packaged_modules.folder_based_builder import folder_based_builder\n\n\n"
        "class T(folder_based_builder.FolderBasedBuilder):\n    pass\n",
    }
    for name, text in scripts.items():
        yield hostile("dataset-script", f"late_{name}/{name}.py", text.encode(), why + name)
    why = "it is run by its name: "
    files = {
        "handler_def/handler.py": "def EndpointHandler(path=''):\n    return print\n",
        "handler_import/handler.py": "from run import EndpointHandler\n",
        "handler_typed/handler.py": "EndpointHandler: type = print\n",
        "handler_globals/handler.py": "globals()['EndpointHandler'] = print\n",
        "handler_wide/handler.py": "class \uff25ndpointHandler:\n    pass\n",
        "pre/pipeline.py": "from run import PreTrainedPipeline\n",
        "triton/1/model.py": "class TritonPythonModel:\n    def execute(self, requests):\n        return []\n",
        "ipython_config.py": "c = get_config()\nc.InteractiveShellApp.exec_lines = ['1']\n",
        "x/ipython_kernel_config.py": "c = get_config()\n",
        "jupyter_notebook_config.py": "c = get_config()\n",
        "jupyter_server_config.py": "import os\n",
        ".Rprofile": "system('echo x')\n",
        "r/.Rprofile": "cat('x')\n",
        "tool.py": "from smolagents import Tool\n\n\nclass Evil(Tool):\n    def forward(self):\n        return 1\n",
    }
    for path, text in files.items():
        yield hostile("handler", f"late/{path}", text.encode(), why + path)


def _texts() -> Iterator[Case]:
    handlers = "[handlers]\nkeys=a\n[handler_a]\nclass=StreamHandler\nargs=%s\n"
    logs = {
        "import.ini": handlers % "(__import__('os').system('x'),)",
        "module.conf": handlers % "(os.system('x'),)",
        "subclass.cfg": handlers % "(().__class__.__base__.__subclasses__(),)",
        "open.ini": handlers % "(open('x', 'w'),)",
        "keywords.ini": handlers % "()" + "kwargs={'a': exec('1')}\n",
        "class.ini": handlers.replace("StreamHandler", "subprocess.Popen") % "('x',)",
        "over_lines.ini": handlers % "(\n  'x',\n  __import__('os').getcwd(),\n )",
        "long.ini": handlers % ("(" + "'x', " * 4000 + "exit())"),
        "colon.conf": (handlers % "(__import__('os'),)").replace("=", ": "),
    }
    for name, text in logs.items():
        yield hostile("hydra", f"late_logging/{name}", text.encode(), "logging evaluates the arguments")
    gins = {
        "imported": "from __gin__ import dynamic_registration\nimport subprocess\nsubprocess.Popen.args = 'x'\n",
        "called": "from __gin__ import dynamic_registration\nimport os\ntrain.x = @os.system()\n",
        "renamed": "from __gin__ import dynamic_registration\nfrom os import system\nsystem.command = 'x'\n",
    }
    for name, text in gins.items():
        yield hostile("hydra", f"late_{name}.gin", text.encode(), "gin imports and calls what it names")
    graphs = {
        "hash_in_a_text.pbtxt": 'node { name: "a #" op: "PyFunc" }\n',
        "hash_in_a_text_2.pbtxt": "node { name: 'x # y' op: 'WriteFile' }\n",
        "library.pbtxt": 'node { op: "Const" }\nlibrary { function { node_def { op: "EagerPyFunc" } } }\n',
        "escaped.pbtxt": 'node { op: "\\120yFunc" }\n',
        "over_lines.pbtxt": 'node {\n  op:\n    "Py"\n    # more\n    "Func"\n}\n',
        "angle.pbtxt": 'node < name: "a" op: "PyFunc" >\n',
    }
    for name, text in graphs.items():
        yield hostile("saved-model", f"late_{name}", text.encode(), "the graph calls Python or writes files")
    networks = {
        "pieces": 'layer { name: "a" type: "Py" "thon" }\n',
        "escaped": 'layer { name: "a" type: "\\x50ython" }\n',
        "hash": 'layer { name: "a #" type: "Python" python_param { module: "x" } }\n',
        "old": "layers { name: 'a' type: PYTHON }\n",
    }
    for name, text in networks.items():
        yield hostile("custom-code", f"late_{name}.prototxt", text.encode(), "Caffe imports a Python layer")
    server = 'name: "x"\nbackend: "tensorflow"\nmodel_operations { op_library_filename: "libx.so" }\n'
    yield hostile("custom-code", "late_server/config.pbtxt", server.encode(), "the server loads a library")
    flavor = "flavors:\n  python_function: {%s}\n"
    for name, inner in {
        "notebook": "loader_module: mlflow.langchain, model_code_path: chain.ipynb",
        "agent": "loader_module: mlflow.pyfunc.loaders.other_agent",
        "list_of_code": "loader_module: mlflow.sklearn, code: [src, lib]",
        "relative": "loader_module: .mlflow.x",
        "inner": "loader_module: mlflow_evil.x",
    }.items():
        yield hostile("mlflow", f"late_{name}/MLmodel", (flavor % inner).encode(), f"MLflow runs it: {name}")
