"""Configurations, templates and scripts that a loader obeys in places where nobody looks for them.

Sources: the loaders of mlx-lm (``model_file``), pyannote.audio and Haystack (classes by name), jsonpickle 4
(``json://`` keys), LangChain (prompts with Jinja), diffusers' modular pipelines, the inference containers of
SageMaker, ``logging.config`` and Keras' ``model_from_json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import BROKEN, Case, hostile
from .keras_cases import _BYTE_CODE, _DENSE, _META, _keras_zip, _model
from .protos import field, graph_node, hdf5
from .text_cases import TEMPLATES
from .wrappers import tarred, zipped

REACH = TEMPLATES["cycler"]


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def cases() -> Iterator[Case]:
    yield from _templates()
    yield from _templates_elsewhere()
    yield from _called_by_name()
    yield from _of_repositories()
    yield from _jsonpickle()
    yield from _keras()
    yield from _scripts()


# Templates that write none of the names that they reach for.
_SPELLED = {
    "centered": "{{ messages['class'.center(9, '_')] }}",
    "justified": "{% set a = 'class'.ljust(7, '_').rjust(9, '_') %}{{ messages[a] }}",
    "entities": "{{ messages['&#95;&#95;class&#95;&#95;'|striptags] }}",
    "string_of_a_function": "{% set u = (strftime_now|string)[9:10] %}{{ messages[u~u~'class'~u~u] }}",
    "string_of_a_namespace": "{% set u = (namespace|string)[20] %}{{ messages[u ~ u ~ 'init' ~ u ~ u] }}",
    "list_of_a_function": "{% set c = (range|string|list) %}{{ messages[c[3]~c[3]~'class'~c[3]~c[3]] }}",
    "joined_to_a_function": "{% set t = raise_exception ~ '' %}{{ messages[t[15]*2 ~ 'class' ~ t[15]*2] }}",
    "translated": "{{ messages['--class--'.translate({45: 95})] }}",
    "encoded": "{{ messages['class'.join(['\\x5f'*2, '\\x5f'*2])] }}",
    "expanded": "{{ messages['\\tclass\\t'.expandtabs(2).replace(' ', '_')] }}",
    "dictionary": "{{ messages[{'a': '_' ~ '_class_' ~ '_'}['a']] }}",
    "dictionary_keys": "{{ messages[(dict(class=1)|list)[0].center(9, '_')] }}",
    "times": "{{ messages['_' * 2 ~ 'class' ~ '_' * 2] }}",
    "in_a_namespace": "{% set n = namespace(a='class'.center(9, '_')) %}{{ messages[n.a] }}",
    "in_a_macro": "{% macro k() %}{{ 'class'.center(9, '_') }}{% endmacro %}{{ messages[k()] }}",
    "in_a_block": "{% set k %}{{ 'class'.center(9, '_') }}{% endset %}{{ messages[k] }}",
    "in_a_loop": "{% for k in ['class'.center(9, '_')] %}{{ messages[k] }}{% endfor %}",
    "sliced_word": "{% set u = 'tool_calls'[4:5] %}{{ messages[u~u~'class'~u~u] }}",
    "split_word": "{% set u = 'a_b'.split('a')[1][:1] %}{{ messages[u~u~'class'~u~u] }}",
    "stripped": "{{ messages['.__class__.'.strip('.')] }}",
    "removed": "{{ messages['x__class__'.removeprefix('x')] }}",
    "partitioned": "{{ messages['x__class__'.partition('x')[2]] }}",
    "truncated": "{{ messages['__class__zz'|truncate(9, True, '')] }}",
    "wrapped_filter": "{{ messages | map('attr', '__class__') | list }}",
    "rejected": "{{ messages | rejectattr('__class__') | list }}",
    "summed": "{{ messages | sum(attribute='__class__') }}",
    "sorted": "{{ messages | sort(attribute='__class__') }}",
    "called_filter": "{% set f = 'attr' %}{{ messages | map(f, 'x') | list }}",
    "filter_block": "{% filter map('attr', 'x') %}x{% endfilter %}",
    "import_context": "{% from 'x' import y with context %}",
    "ternary": "{{ messages['__class__' if true else 'a'] }}",
    "whitespace": "{{ messages . __class__ }}",
    "trim_marks": "{%- set x = messages.__class__ -%}",
}


def _templates() -> Iterator[Case]:
    why = "the template spells the name of an attribute of Python's inside: "
    for number, (name, template) in enumerate(_SPELLED.items()):
        file = ("tokenizer_config.json", "chat_template.json", "processor_config.json")[number % 3]
        yield hostile(
            "chat-template", f"spelled_{name}/{file}", _json({"chat_template": template}), why + name
        )
        if number % 4 == 0:
            path = f"spelled_{name}/chat_template.jinja"
            yield hostile("chat-template", path, template.encode(), why + name)


def _templates_elsewhere() -> Iterator[Case]:
    why = "a template that a loader renders, in another place"
    named = [{"name": "default", "template": "{{ messages }}"}, {"name": "rag", "template": REACH}]
    yield hostile("chat-template", "lists/tokenizer_config.json", _json({"chat_template": named}), why)
    by_name = {"default": "{{ messages }}", "tool_use": REACH}
    yield hostile(
        "chat-template", "maps/chat_template.json", _json(by_name | {"chat_template": by_name}), why
    )
    deep = {"tokenizer": {"init_kwargs": {"chat_template": [[named[1]]]}}}
    yield hostile("chat-template", "deep/tokenizer_config.json", _json(deep), why)
    prompt = {"_type": "prompt", "input_variables": ["x"], "template_format": "jinja2", "template": REACH}
    yield hostile(
        "chat-template", "prompt/prompt.json", _json(prompt), "LangChain renders the prompt by Jinja"
    )
    few = {"_type": "few_shot", "template_format": "jinja2", "prefix": "a", "suffix": REACH, "examples": []}
    yield hostile(
        "chat-template", "few_shot/prompt.json", _json(few), "LangChain renders the suffix by Jinja"
    )
    text = f'_type: prompt\ninput_variables: [x]\ntemplate_format: jinja2\ntemplate: "{REACH}"\n'
    yield hostile(
        "chat-template", "prompt/prompt.yaml", text.encode(), "LangChain renders the prompt by Jinja"
    )
    text = f'chat_template: "{REACH}"\nmodel: x\n'
    yield hostile("chat-template", "server/settings.yaml", text.encode(), "a server renders the template")
    text = f"chat_template: |\n  {{% for m in messages %}}\n  {REACH}\n  {{% endfor %}}\n"
    yield hostile("chat-template", "server/block.yaml", text.encode(), "a server renders the template")
    archive = zipped({"a/tokenizer_config.json": _json({"chat_template": REACH})})
    yield hostile("chat-template", "packed.zip", archive, "the config lies in an archive")
    yield hostile("chat-template", "packed.tar", tarred({"chat_template.jinja": REACH.encode()}), "in a tar")
    yield hostile(
        "chat-template", "vicuna.jinja", ("{# messages #}" + REACH).encode(), "a template of its own"
    )


def _called_by_name() -> Iterator[Case]:
    why = "the loader imports and calls what the configuration names: "
    yamls = {
        "pyannote": "pipeline:\n  name: subprocess.Popen\n  params:\n    args: [echo, x]\n",
        "pyannote_flow": "pipeline: {name: os.system, params: {command: echo x}}\n",
        "haystack": "components:\n  a:\n    type: os.system\n    init_parameters: {command: echo x}\n",
        "haystack_popen": "components:\n  a:\n    init_parameters: {args: x}\n    type: subprocess.Popen\n",
        "logging_factory": "version: 1\nhandlers:\n  a:\n    (): os.system\n    command: echo x\n",
        "logging_quoted": "version: 1\nformatters:\n  a:\n    '()': subprocess.Popen\n    args: x\n",
        "logging_class": "version: 1\nhandlers:\n  a:\n    class: subprocess.Popen\n    args: x\n",
        "class_args": "trainer:\n  class_name: os.system\n  args: [echo x]\n",
        "func": "step:\n  func: builtins.exec\n  kwargs: {source: '1'}\n",
        "callable": "step:\n  callable: runpy.run_path\n  args: [x.py]\n",
        "function": "step:\n  function: subprocess.check_output\n  args: [x]\n",
        "hydra_joblib": "m: {_target_: joblib.numpy_pickle.load, filename: x}\n",
        "hydra_pandas": "m: {_target_: pandas.io.pickle.read_pickle, filepath_or_buffer: x}\n",
        "hydra_serialization": "m: {_target_: torch.serialization.load, f: x}\n",
        "hydra_shell": "m: {_target_: asyncio.create_subprocess_shell, cmd: x}\n",
        "hydra_logging": "m: {_target_: logging.config.dictConfig, config: {}}\n",
        "hydra_extension": "m: {_target_: torch.ops.load_library, path: x.so}\n",
        "hydra_numpy_f2py": "m: {_target_: numpy.f2py.compile, source: x}\n",
        "hydra_pool": "m: {_target_: multiprocessing.Process, target: x}\n",
        "hydra_ipython": "m: {_target_: IPython.utils.process.system, cmd: x}\n",
        "hydra_setup": "m: {_target_: setuptools.sandbox.run_setup, setup_script: x}\n",
        "hydra_sympy": "m: {_target_: sympy.core.sympify.sympify, a: exit()}\n",
        "hydra_inner": "m: {_target_: hydra.utils.call, config: {_target_: os.system}}\n",
        "hydra_get_method": "m: {_target_: hydra.utils.get_method, path: os.system}\n",
        "hydra_psutil": "m: {_target_: psutil.Popen, args: x}\n",
        "hydra_tag": "m: {_target_: !!str os.system, _args_: [x]}\n",
        "hydra_folded": "m:\n  _target_: >-\n    os.system\n",
        "hydra_escaped": 'm: {"\\x5ftarget\\x5f": "os.system"}\n',
        "hydra_dots": "m: {_target_: .os.system}\n",
        "hydra_json_in_yaml": '{"m": {"_target_": "o\\u0073.system", "_args_": ["x"]}}\n',
        "resolver_alias": "a: &n os.system\nm: {_target_: *n}\n",
        "lightning_class_path": "model:\n  class_path: subprocess.Popen\n  init_args: {args: x}\n",
    }
    for name, raw in yamls.items():
        yield hostile("hydra", f"named_{name}.yaml", raw.encode(), why + name)
    jsons: dict[str, Any] = {
        "haystack": {"components": {"a": {"type": "subprocess.Popen", "init_parameters": {"args": "x"}}}},
        "logging": {"version": 1, "handlers": {"a": {"()": "os.system", "command": "x"}}},
        "pyannote": {"pipeline": {"name": "os.system", "params": {"command": "x"}}},
        "func": {"func": "builtins.exec", "args": ["1"]},
        "class_path": {"model": {"class_path": "runpy.run_path", "init_args": {}}},
        "joblib": {"_target_": "joblib.numpy_pickle.load"},
    }
    for name, value in jsons.items():
        yield hostile("hydra", f"named_{name}.json", _json(value), why + name)


def _of_repositories() -> Iterator[Case]:
    model = {"model_type": "llama", "hidden_size": 64}
    why = "the loader runs Python code of the repository: "
    forms: dict[str, tuple[str, Any]] = {
        "mlx": ("config.json", {**model, "model_file": "model.py"}),
        "mlx_deep": ("config.json", {**model, "text_config": {}, "model_file": "code/net.py"}),
        "modular": (
            "modular_model_index.json",
            {
                "_class_name": "ModularPipeline",
                "unet": ["my_unet", "Unet", {"repo": "a/b", "type_hint": ["my_unet", "Unet"]}],
            },
        ),
        "modular_hint": (
            "modular_model_index.json",
            {
                "_class_name": "ModularPipeline",
                "unet": [None, None, {"repo": "a/b", "type_hint": ["my_unet", "Unet"]}],
            },
        ),
        "modular_map": ("modular_config.json", {"auto_map": {"ModularPipelineBlocks": "block.Mine"}}),
        "list_in_map": ("config.json", {**model, "auto_map": {"AutoModel": [["a.B"], None]}}),
        "map_in_a_list": ("config.json", {**model, "parts": [{"auto_map": {"AutoModel": "a.B"}}]}),
        "video": ("video_preprocessor_config.json", {"auto_map": {"AutoVideoProcessor": "p.P"}}),
        "feature": (
            "feature_extractor/preprocessor_config.json",
            {"auto_map": {"AutoFeatureExtractor": "p.P"}},
        ),
        "pipeline_path": ("model_index.json", {"_class_name": "X", "unet": ["../unet", "Unet"]}),
        "pipeline_cache": (
            "model_index.json",
            {"_class_name": "X", "unet": ["diffusers_modules.local.x", "Y"]},
        ),
        "pipeline_os": ("model_index.json", {"_class_name": "X", "unet": ["os", "system"]}),
        "pipeline_custom": ("model_index.json", {"_class_name": "X", "custom_pipeline": "a/b"}),
        "sentence_deep": (
            "modules.json",
            [{"idx": 0, "name": "0", "path": "", "type": "transformers_modules.a.b.custom.Model"}],
        ),
        "sentence_loader": ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "torch.load"}]),
        "router": ("router_config.json", {"types": {"a": "os.system"}, "structure": {"query": ["a"]}}),
        "dense_load": ("2_Dense/config.json", {"in_features": 1, "activation_function": "torch.load"}),
        "parent_library": (
            "adapter_config.json",
            {
                "peft_type": "LORA",
                "auto_mapping": {"base_model_class": "X", "parent_library": "transformers_modules.a.b"},
            },
        ),
        "kernels": ("config.json", {**model, "_attn_implementation": "kernels-community/flash-attn"}),
        "kernels_pinned": ("config.json", {**model, "attn_implementation": "me/attn@main:fn"}),
    }
    for name, (path, value) in forms.items():
        yield hostile("custom-code", f"odd_{name}/{path}", _json(value), why + name)
    yaml = "flavors:\n  python_function: {%s}\n"
    for name, inner in {
        "flow": "loader_module: my_loader, data: x",
        "quoted": '"loader_module": "my_loader"',
        "escaped": '"\\x6coader_module": my_loader',
        "code_paths": "loader_module: mlflow.sklearn, code: src",
        "os": "loader_module: os",
        "code_model": "loader_module: mlflow.pyfunc.loaders.code_model",
        "tagged": "loader_module: !!str my_loader",
        "dotted": "loader_module: a.b.c",
    }.items():
        yield hostile("mlflow", f"odd_{name}/MLmodel", (yaml % inner).encode(), why + name)
    for name, raw in {
        "langchain": "flavors:\n  langchain:\n    model_code_path: chain.py\n",
        "alias": "x: &l my_loader\nflavors:\n  python_function:\n    loader_module: *l\n",
        "merged": "x: &l {loader_module: my_loader}\nflavors:\n  python_function:\n    <<: *l\n",
        "second_document": "a: 1\n---\nflavors: {python_function: {loader_module: mine}}\n",
        "tag": "flavors: !!python/object/apply:os.system [x]\n",
    }.items():
        yield hostile("mlflow", f"odd_{name}/MLmodel", raw.encode(), why + name)


def _jsonpickle() -> Iterator[Case]:
    inner = json.dumps({"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["echo x"]}]})
    forms: dict[str, Any] = {
        "in_a_key": {f"json://{inner}": 1},
        "in_a_deep_key": {"a": [{"b": {f"json://{inner}": 1}}]},
        "state": {"py/object": "collections.OrderedDict", "py/state": {"a": {"py/type": "os.system"}}},
        "sequence": {"py/object": "collections.deque", "py/seq": [{"py/function": "os.system"}]},
        "iterator": {"py/iterator": [{"py/object": "subprocess.Popen"}]},
        "set": {"py/set": [{"py/object": "subprocess.Popen"}]},
        "builtin": {"py/function": "builtins.eval"},
        "python_2": {"py/function": "__builtin__.eval"},
        "module": {"py/mod": "os/os"},
        "method": {"py/method": [{"py/object": "a.B"}, "run"]},
        "factory": {"py/object": "collections.defaultdict", "default_factory": {"py/type": "os.abort"}},
        "bytes": {"py/bytes_eval": "exit()"},
    }
    for name, value in forms.items():
        yield hostile("jsonpickle", f"odd_{name}.json", _json(value), "decoding it imports and calls a name")


def _keras() -> Iterator[Case]:
    def named(module: Any, name: Any, config: Any = None) -> dict[str, Any]:
        return {"module": module, "class_name": name, "config": config or {}, "registered_name": None}

    code = {"class_name": "__lambda__", "config": {"code": _BYTE_CODE, "defaults": None, "closure": None}}
    dense = {**_DENSE, "config": {"name": "d", "units": 2}}
    forms: dict[str, Any] = {
        "initializer": _model({**dense, "config": {"kernel_initializer": code}}),
        "regularizer": _model({**dense, "config": {"kernel_regularizer": named("os", "system")}}),
        "constraint": _model({**dense, "config": {"bias_constraint": named("builtins", "function", "exec")}}),
        "wrapper": _model(
            named("keras.layers", "TimeDistributed", {"layer": named("keras.layers", "Lambda")})
        ),
        "bidirectional": _model(
            named("keras.layers", "Bidirectional", {"layer": named("subprocess", "Popen")})
        ),
        "cell": _model(named("keras.layers", "RNN", {"cell": named("mine", "Cell")})),
        "functional": {
            **named("keras.src.models.functional", "Functional"),
            "config": {
                "layers": [
                    {**named("keras", "Functional"), "config": {"layers": [named("keras.layers", "Lambda")]}}
                ]
            },
        },
        "metric": {**_model(dense), "compile_config": {"metrics": [[named("builtins", "function", "eval")]]}},
        "optimizer": {**_model(dense), "compile_config": {"optimizer": named("os", "system")}},
        "schedule": {
            **_model(dense),
            "compile_config": {
                "optimizer": named(
                    "keras.optimizers", "Adam", {"learning_rate": named("mine.schedules", "Warm")}
                )
            },
        },
        "build_config": _model({**dense, "build_config": {"input_shape": named("os", "system")}}),
        "unsafe_switch": _model(named("keras.config", "enable_unsafe_deserialization")),
        "by_api_name": _model(named("keras", "layers.Lambda")),
        "loader": _model(named("keras.src.saving.saving_lib", "load_model")),
        "dotted_class": _model(named("keras.layers", "Dense.from_config")),
        "legacy_module": _model(named("keras.src.legacy.saving.serialization", "deserialize_keras_object")),
        "tensorflow": _model(named("tensorflow.python.ops.script_ops", "EagerFunc")),
        "upper_case_module": _model(named("Keras.layers", "Dense")),
        "kernel_method": _model(named("keras.utils", "PyDataset")),
        "backend": _model(named("keras.backend", "set_image_data_format")),
        "deserialize": _model(named("keras.layers", "deserialize")),
        "typespec": _model({**named("os", "__typespec__"), "spec_name": "system"}),
        "jax": _model(named("keras.layers", "JaxLayer")),
        "saved_model": _model(named("keras.layers", "TFSMLayer", {"filepath": "x"})),
    }
    for name, value in forms.items():
        yield hostile(
            "keras-zip", f"odd_{name}.keras", _keras_zip(value), f"Keras imports or runs code: {name}"
        )
        raw = json.dumps(value).encode()
        if name in (
            "regularizer",
            "bidirectional",
            "optimizer",
            "cell",
            "loader",
            "unsafe_switch",
            "deserialize",
        ):
            yield hostile(
                "keras-json", f"odd_{name}.json", raw, f"model_from_json imports or runs code: {name}"
            )
            yield hostile("keras-h5", f"odd_{name}.h5", hdf5({"model_config": raw}), f"in HDF5: {name}")
    lookup = named("keras.layers", "TextVectorization", {"vocabulary": "../../etc/passwd"})
    yield hostile(
        "keras-zip", "odd_text_vectorization.keras", _keras_zip(_model(lookup)), "it reads a file", BROKEN
    )
    whole = named("keras.layers", "IntegerLookup", {"vocabulary": "/etc/passwd"})
    yield hostile(
        "keras-zip", "odd_integer_lookup.keras", _keras_zip(_model(whole)), "it reads a file", BROKEN
    )
    alone = zipped({"config.json": json.dumps(_model(named("os", "system"))).encode()})
    yield hostile("keras-zip", "odd_only_the_config.keras", alone, "Keras reads the config first")
    numbers = zipped(
        {
            "config.json": json.dumps(forms["cell"]).encode(),
            "metadata.json": _META,
            "model.weights.npz": zipped({}),
        }
    )
    yield hostile("keras-zip", "odd_weights_as_npz.keras", numbers, "the weights are an npz archive")
    escaped = json.dumps({"class_name": "Lambda", "config": {"function": _BYTE_CODE}})
    escaped = escaped.replace("Lambda", "L\\u0061mbda")
    metadata = field(1, field(4, escaped))
    yield hostile(
        "saved-model", "odd_escaped/keras_metadata.pb", metadata, "Keras metadata with a Lambda layer"
    )
    metadata = field(1, field(4, escaped.replace("class_name", "cl\\u0061ss_name")))
    yield hostile("saved-model", "odd_key/keras_metadata.pb", metadata, "Keras metadata with a Lambda layer")
    meta = field(1, field(5, "test")) + field(2, graph_node("Placeholder", "x") + graph_node("PyFunc"))
    yield hostile("saved-model", "odd/model.ckpt-1.meta", meta, "import_meta_graph makes a PyFunc")
    meta = field(1, field(5, "test")) + field(2, graph_node("Const") + graph_node("WriteFile"))
    yield hostile("saved-model", "odd_files/model.meta", meta, "import_meta_graph makes a WriteFile")


_SCRIPT = "import datasets\n\n\nclass Texts(%s):\n    def _generate_examples(self):\n        yield 0, {}\n"


def _scripts() -> Iterator[Case]:
    why = "datasets runs the script that makes the dataset: "
    for name, text in {
        "over_lines": _SCRIPT % "\n    datasets.GeneratorBasedBuilder,\n",
        "alias": _SCRIPT.replace("import datasets", "import datasets as ds") % "ds.GeneratorBasedBuilder",
        "renamed": "from datasets import GeneratorBasedBuilder as Base\n\n\nclass Texts(Base):\n    pass\n",
        "by_type": "import datasets\n\nTexts = type('Texts', (datasets.GeneratorBasedBuilder,), {})\n",
        "builder": _SCRIPT % "datasets.DatasetBuilder",
        "of_csv": "from datasets.packaged_modules.csv.csv import Csv\n\n\nclass Texts(Csv):\n    pass\n",
        "in_a_try": "try:\n    import datasets\n\n    class T(datasets.ArrowBasedBuilder):\n        pass\n"
        "except ImportError:\n    pass\n",
        "beam": _SCRIPT % "datasets.builder.BeamBasedBuilder",
    }.items():
        yield hostile("dataset-script", f"odd/{name}.py", text.encode(), why + name)
    why = "an inference container runs this file by its name: "
    for name, text in {
        "assigned": "from pipeline import Run\n\nEndpointHandler = Run\n",
        "imported": "from src.serve import Run as EndpointHandler\n",
        "indented": "if True:\n    class EndpointHandler:\n        pass\n",
    }.items():
        yield hostile("handler", f"odd_{name}/handler.py", text.encode(), why + name)
    serve = b"def model_fn(model_dir):\n    return None\n\n\ndef predict_fn(data, model):\n    return data\n"
    yield hostile("handler", "sagemaker/code/inference.py", serve, why + "SageMaker")
    yield hostile("handler", "sagemaker/model.tar", tarred({"code/inference.py": serve}), why + "SageMaker")
    transform = b"def transform_fn(model, data, content_type, accept):\n    return data\n"
    yield hostile("handler", "sagemaker_2/code/inference.py", transform, why + "SageMaker")
    pipeline = b"class PreTrainedPipeline:\n    def __init__(self, path):\n        pass\n"
    yield hostile("handler", "generic/pipeline.py", pipeline, why + "the hub's generic inference")
    generate = b"from .own import generate\n"
    yield hostile("custom-code", "odd/custom_generate/generate.py", generate, "generate runs this file")
    diffusion = (
        "from diffusers import DiffusionPipeline\n\n\nclass P(\n    DiffusionPipeline,\n):\n    pass\n"
    )
    yield Case("pipeline.py", diffusion.encode(), "hostile", "runs-code", "custom-code", "a custom pipeline")
    shell = b"#!/bin/sh\nexec sh -c 'echo x'\n"
    yield hostile("program", "shell.llamafile", shell, "a llamafile is a program, whatever it is made of")
