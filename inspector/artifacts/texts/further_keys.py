"""Keys of further loaders: mappings in JSON and YAML that have code of the repository imported or run.

Each rule takes one mapping and says what its loader does with it. Sources: PEFT 0.18
(``tuners/lora/tp_layer.py``), sentence-transformers 5 (``models/WordEmbeddings.py``), transformers 4.57
(``tools``, ``hub_kernels``), smolagents 1.23 (``Tool.from_dict``), mmengine 0.10 (``Config._file2dict``),
Ultralytics 8.3 (``check_det_dataset``), vLLM 0.11 (``--tool-parser-plugin``), MLServer 1.7
(``model-settings.json``), fairseq 0.12 (``import_user_module``), monty 2025 (``MontyDecoder``) and
langchain-core 1.0 (``load``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.named_code import judge_target, why_dangerous
from inspector.provenance import Loading, plain

_CODE, _MODULE = "evaluated-text", "custom-module"
_DOTTED = re.compile(r"[A-Za-z_][\w-]*(?:\.\w+)+\Z")
_HUB_KERNEL = re.compile(r"(?:[a-z_]+\|)?[\w.-]+/[\w.-]+(?:[@:][\w./-]+)*\Z")
# Libraries whose classes a configuration may name; anything else is code from elsewhere.
_NAMED_LIBRARIES = """
transformers sentence_transformers torch tokenizers megatron mmcv mmengine mmdet mmseg mmcls mmpretrain mmpose
mmocr mmaction mmdet3d mmrotate mmyolo mmagic mmedit mmtrack mmselfsup mmrazor mmdeploy mmtracking mlserver
mlserver_sklearn mlserver_xgboost mlserver_lightgbm mlserver_mlflow mlserver_huggingface mlserver_catboost
mlserver_mllib mlserver_onnx mlserver_alibi_detect mlserver_alibi_explain
"""
LIBRARIES = frozenset(_NAMED_LIBRARIES.split())
# Modules that nothing but their calls makes worth naming, so that no argument has to stand beside.
_NAMED_BARE = "os posix nt subprocess builtins __builtin__ pickle _pickle runpy pty ctypes importlib sys"
_BARE_MODULES = frozenset(_NAMED_BARE.split())
_MODULE_KEYS = ("module", "module_name", "module_path", "package", "library", "@module")
_MEMBER_KEYS = ("class", "class_name", "function", "function_name", "func", "method", "attr", "@class",
                "@callable", "callable")  # fmt: skip
_PLUGINS = frozenset(
    ("tool-parser-plugin", "tool_parser_plugin", "reasoning-parser-plugin", "reasoning_parser_plugin")
)
_CALLED_IN_LISTS = frozenset(("callbacks", "logits-processors", "logits_processors", "middleware", "plugins"))
_NAMED_KERNEL_KEYS = """
attn_implementation _attn_implementation _attn_implementation_internal experts_implementation
_experts_implementation kernel_mapping
"""
_KERNEL_KEYS = frozenset(_NAMED_KERNEL_KEYS.split())
_LOOK_WORK = 2_000

Mapped = Mapping[str, object]
Rule = Callable[[Mapped, Judgement], None]


def _runs(judgement: Judgement, code: str, message: str) -> None:
    judgement.note(Loading.RUNS_CODE, code, message)


def _is_of_libraries(name: str) -> bool:
    return name.split(".")[0] in LIBRARIES and why_dangerous(name) is None


def _module_and_member(mapping: Mapped, judgement: Judgement) -> None:
    for module_key in _MODULE_KEYS:
        module = mapping.get(module_key)
        for member_key in _MEMBER_KEYS if isinstance(module, str) and module in _BARE_MODULES else ():
            member = mapping.get(member_key)
            if member_key == "class_name" and "config" in mapping:
                _object_of_keras(str(module), str(member), mapping["config"], judgement)
            elif isinstance(member, str) and member.isidentifier():
                judge_target(f"{module}.{member}", judgement, key=f"{module_key}, {member_key}")


def _object_of_keras(module: str, name: str, config: object, judgement: Judgement) -> None:
    """The form in which Keras writes its objects (``keras.saving.serialize_keras_object``). A function stands
    under ``config``; plain types ("builtins", "list") are graded where the whole text is of Keras."""
    if module == "builtins":
        return
    name = config if name == "function" and isinstance(config, str) else name
    why = why_dangerous(f"{module}.{name}")
    if why is not None:
        shown = plain(f"{module}.{name}", 200)
        _runs(
            judgement,
            "custom-object",
            f"The object of Keras has {shown} imported, which is none of Keras': {why}.",
        )


def _kernels(mapping: Mapped, judgement: Judgement) -> None:
    for key, value in mapping.items():
        if key not in _KERNEL_KEYS:
            continue
        names = list(value.values()) if isinstance(value, Mapping) else [value]
        for name in names[:50]:
            inner = list(name.values()) if isinstance(name, Mapping) else [name]
            for text in inner[:50]:
                if isinstance(text, str) and _HUB_KERNEL.match(text):
                    _runs(
                        judgement,
                        "hub-kernel",
                        f"The configuration has native code fetched from the hub ({plain(text, 200)}).",
                    )


def _tools(mapping: Mapped, judgement: Judgement) -> None:
    name = mapping.get("tool_class")
    if isinstance(name, str) and _DOTTED.match(name) and not _is_of_libraries(name):
        shown = plain(name, 200)
        _runs(judgement, _MODULE, f"The tool is a class in Python code of the repository: {shown}.")
    name = mapping.get("custom_tool")
    if isinstance(name, str) and _DOTTED.match(name.rpartition("--")[2]) and not _is_of_libraries(name):
        _runs(
            judgement,
            "auto_map",
            "The configuration names Python code of the repository "
            f"(custom_tool: {plain(name, 200)}); it runs when the tool is loaded with trust_remote_code.",
        )
    tools = mapping.get("tools")
    for tool in tools[:100] if isinstance(tools, list) else ():
        if isinstance(tool, Mapping) and isinstance(tool.get("code"), str) and "name" in tool:
            _runs(judgement, _CODE, "The agent has a tool whose Python code is executed when it is loaded.")


def _parallel(mapping: Mapped, judgement: Judgement) -> None:
    name = mapping.get("megatron_core")
    if isinstance(name, str) and "peft_type" in mapping and name.split(".")[0] != "megatron":
        _runs(
            judgement,
            "auto-mapping",
            f"The adapter has the module {plain(name, 200)} imported (megatron_core), which is of no known "
            "library.",
        )


def _word_tokenizer(mapping: Mapped, judgement: Judgement) -> None:
    name = mapping.get("tokenizer_class")
    if isinstance(name, str) and _DOTTED.match(name) and not _is_of_libraries(name):
        _runs(judgement, _MODULE, f"Loading the model imports {plain(name, 200)} (tokenizer_class).")


def _served(mapping: Mapped, judgement: Judgement) -> None:
    name = mapping.get("implementation")
    if isinstance(name, str) and "name" in mapping and _DOTTED.match(name) and not _is_of_libraries(name):
        is_settings = any(key in mapping for key in ("parameters", "inputs", "platform")) or len(mapping) <= 3
        if is_settings or why_dangerous(name) is not None:
            _runs(judgement, _MODULE, f"The server imports and runs {plain(name, 200)} (implementation).")


def _imports(mapping: Mapped, judgement: Judgement) -> None:
    wanted = mapping.get("custom_imports")
    names = wanted.get("imports") if isinstance(wanted, Mapping) else None
    for name in [names] if isinstance(names, str) else names[:200] if isinstance(names, list) else ():
        if isinstance(name, str) and not _is_of_libraries(name):
            _runs(
                judgement,
                _MODULE,
                f"Reading the configuration imports the module {plain(name, 200)} (custom_imports).",
            )


def _user_folder(mapping: Mapped, judgement: Judgement) -> None:
    common = mapping.get("common")
    folder = common.get("user_dir") if isinstance(common, Mapping) else None
    if isinstance(folder, str) and folder not in ("", "null", "None"):
        _runs(judgement, _MODULE, f"fairseq imports the Python code in the folder {plain(folder, 200)}.")


def _plugins(mapping: Mapped, judgement: Judgement) -> None:
    for key in _PLUGINS & mapping.keys():
        if isinstance(value := mapping[key], str) and value.endswith(".py"):
            _runs(judgement, _MODULE, f"The server runs the Python file {plain(value, 200)} ({key}).")


def _lists(mapping: Mapped, judgement: Judgement) -> None:
    for key in _CALLED_IN_LISTS & mapping.keys():
        value = mapping[key]
        for name in value[:100] if isinstance(value, list) else ():
            if isinstance(name, str) and "." in name:
                judge_target(name, judgement, key=key)


def _constructor(mapping: Mapped, judgement: Judgement) -> None:
    parts = mapping.get("id")
    if "lc" in mapping and isinstance(parts, list) and all(isinstance(part, str) for part in parts):
        judge_target(".".join(str(part) for part in parts[:20]), judgement, key="id")


def _stored_model(mapping: Mapped, judgement: Judgement) -> None:
    """``model.yaml`` of BentoML (1.x): reading the model imports its module (``Model.info.module``)."""
    name = mapping.get("module")
    if isinstance(name, str) and name and ("signatures" in mapping or "api_version" in mapping):
        context = mapping.get("context")
        if isinstance(context, Mapping) and "bentoml_version" in context:
            judge_target(f"{name}.*", judgement, key="module", is_made=True)


def _download(mapping: Mapped, judgement: Judgement) -> None:
    """A dataset of YOLO: ``download`` is an address, a shell command behind "bash ", or Python."""
    script = mapping.get("download")
    if not isinstance(script, str) or not ("names" in mapping or "nc" in mapping):
        return
    if not any(key in mapping for key in ("train", "val", "path")) or not script.strip():
        return
    if not script.strip().startswith(("http://", "https://")):
        _runs(judgement, _CODE, "YOLO executes the text under download as Python or as a shell command.")


_RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (frozenset(_MODULE_KEYS), _module_and_member),
    (_KERNEL_KEYS, _kernels),
    (frozenset(("tool_class", "tools", "custom_tool")), _tools),
    (frozenset(("megatron_core",)), _parallel),
    (frozenset(("tokenizer_class",)), _word_tokenizer),
    (frozenset(("implementation",)), _served),
    (frozenset(("custom_imports",)), _imports),
    (frozenset(("common",)), _user_folder),
    (_PLUGINS, _plugins),
    (_CALLED_IN_LISTS, _lists),
    (frozenset(("lc",)), _constructor),
    (frozenset(("download",)), _download),
    (frozenset(("signatures", "api_version")), _stored_model),
)
_RULE_OF: dict[str, tuple[Rule, ...]] = {}
for _keys, _rule in _RULES:
    for _key in _keys:
        _RULE_OF[_key] = (*_RULE_OF.get(_key, ()), _rule)
# What a text has in which any of these keys stands.
KEY_WORDS = (
    r"attn_implementation|experts_implementation|kernel_mapping|tool_class|custom_tool|megatron_core|tokenizer_class|"
    r"\bimplementation\b|custom_imports|user_dir|(?:tool|reasoning)[-_]parser[-_]plugin|"
    r"\bdownload\b|\blc\b"
)
# The same for a text of JSON, where ordinary words stand in data as well: what follows the quote of a key.
JSON_KEY_QUOTED = (
    r"_?(?:attn|experts)_implementation|kernel_mapping|tool_class|megatron_core|custom_imports|"
    r"(?:tool|reasoning)[-_]parser[-_]plugin|jinja\w{0,40}\"\s*:|chat-?[Tt]emplate|"
    r"implementation\"\s*:|user_dir\"|lc\"\s*:|tokenizer_class\"\s*:\s*\"\w{1,100}\.|"
    r"tools\"\s*:\s*\[\s*\{\s*\"(?:name|code|requirements)\""
)


def judge_keys(mapping: Mapped, judgement: Judgement) -> None:
    """States what the loaders named above run because of one mapping of a configuration."""
    rules = dict.fromkeys(rule for key in mapping for rule in _RULE_OF.get(key, ()))
    for rule in rules:
        spend_work(_LOOK_WORK)
        rule(mapping, judgement)
