"""MLflow model folders: the file ``MLmodel`` says what loading the folder imports (MLflow 2 and 3).

``mlflow.pyfunc.load_model`` puts the folder that ``code`` names on the import path, imports
``loader_module`` and has it load the data beside (mlflow/pyfunc/__init__.py; CVE-2024-37052 to -37061).
"""

from __future__ import annotations

import re

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.switched_calls import yaml_mappings
from inspector.artifacts.texts.yaml_files import is_parsed, pairs, read_yaml
from inspector.provenance import Loading, plain

# Flavours whose own data is Python code or a pickle of any object.
_PYTHON_MODELS = {
    "mlflow.pyfunc.model": "a Python model: a pickle of any class, or source code",
    "mlflow.pyfunc.loaders.code_model": "a Python model in source code",
    "mlflow.pyfunc.loaders.chat_agent": "a Python model in source code",
    "mlflow.pyfunc.loaders.chat_model": "a Python model in source code",
    "mlflow.pyfunc.loaders.responses_agent": "a Python model in source code",
}
_KEYS = frozenset({"flavors", "model_uuid", "artifact_path", "mlflow_version", "python_function", "run_id"})


_CODE_LIST = re.compile(r"\bcode[\"']?\s*:\s*[\[\n-]")


def is_mlmodel(name: str) -> bool:
    """Whether a file of this name is the description of an MLflow model."""
    return name == "mlmodel"


def read_mlmodel(text: str) -> Artifact:
    """The verdict on an MLmodel file; what its flavours load has verdicts of its own."""
    judgement = Judgement()
    judgement.merge(read_yaml(text))
    if not is_parsed(text):
        judgement.note(
            Loading.UNREADABLE, "over-limit", "The MLmodel file is too long or too deep to be read."
        )
        return judgement.artifact("mlflow-model", Loading.DATA_ONLY)
    seen: set[str] = set()
    for key, value in pairs(text):
        seen.add(key)
        if key == "loader_module" and value:
            _loader(value, judgement)
        elif key == "code" and value not in ("", "null", "~"):
            _note(judgement, f"the folder {plain(value, 200)!r} is put on the import path")
        elif key in ("model_code_path", "model_config_path") and value.endswith((".py", ".ipynb")):
            _note(judgement, f"the source file {plain(value, 200)!r} is run")
    is_deep = "*" in text or _CODE_LIST.search(text)  # aliases and merges, and lists of folders
    for mapping in yaml_mappings(text) if is_deep else ():
        loader = mapping.get("loader_module")
        if isinstance(loader, str):
            _loader(loader, judgement)
        folders = mapping.get("code")
        if isinstance(folders, list) and folders:
            _note(judgement, "folders of it are put on the import path")
    if not seen & _KEYS and "flavors" not in text and not judgement.has_reasons:
        judgement.note(Loading.UNREADABLE, "broken-mlmodel", "The MLmodel file cannot be read as YAML.")
    return judgement.artifact("mlflow-model", Loading.DATA_ONLY)


def _loader(module: str, judgement: Judgement) -> None:
    if module.startswith("mlflow.pyfunc.loaders."):
        _note(judgement, "it is a Python model in source code")
    elif module in _PYTHON_MODELS:
        _note(judgement, f"it is {_PYTHON_MODELS[module]}")
    elif not module.startswith("mlflow."):
        _note(judgement, f"the module {plain(module, 200)!r} is imported and called")


def _note(judgement: Judgement, what: str) -> None:
    judgement.note(
        Loading.RUNS_CODE, "mlflow-code", f"Loading this MLflow model runs code of its folder: {what}."
    )
