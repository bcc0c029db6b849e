"""Python files that a loader or the interpreter obeys unasked. All other Python is source text.

Dataset scripts (``datasets.load_dataset`` up to datasets 3), handlers of inference endpoints, custom
pipelines and generation code of the hub, the interpreter's own start-up files, and ``.pth`` path files whose
lines with ``import`` are run at every start (https://docs.python.org/3/library/site.html).
"""

from __future__ import annotations

import re

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.artifacts.limits import spend_work
from inspector.provenance import Loading, plain

# Classes that ``datasets`` looks for in a script, at any depth and under any name.
_BUILDERS = re.compile(r"\b(?:GeneratorBasedBuilder|ArrowBasedBuilder|BeamBasedBuilder|DatasetBuilder)\b")
_PACKAGED = re.compile(
    r"\b(?:Csv|Json|Text|Parquet|ImageFolder|AudioFolder|FolderBasedBuilder|Arrow|Sql|WebDataset|Xml)\b"
)
_BASES = re.compile(r"\bclass\s+\w+\s*\(|\btype\s*\(")
_RENAMED = re.compile(r"\s+as\s+\w")
_FROM_PACKAGED = re.compile(r"(?m)^[ \t]*from\s+datasets\.packaged_modules\b")
_USES_DATASETS = re.compile(r"(?m)^\s*(?:import|from)\s+datasets\b")
_HANDLER = re.compile(
    r"(?m)^[ \t]*(?:class\s+EndpointHandler\b|EndpointHandler\s*=|.*\bas\s+EndpointHandler\b)"
)
_PIPELINE = re.compile(r"\bDiffusionPipeline\b")
_PRETRAINED = re.compile(r"(?m)^class\s+PreTrainedPipeline\b")
# Functions that SageMaker's inference containers call in code/inference.py.
_SERVED = re.compile(r"(?m)^(?:async\s+)?def\s+(?:model_fn|predict_fn|input_fn|output_fn|transform_fn)\s*\(")
_IMPORT_LINE = re.compile(r"(?m)^import[ \t].*$")
_START_UP = frozenset({"sitecustomize.py", "usercustomize.py"})
_BEFORE = 500  # letters between the name of a class and its last base
_LOOK_WORK = 4_000
_SITES = re.compile(r"(?:^|/)(?:site|dist)-packages/[^/]+\Z")


def read_python(text: str, path: str) -> Artifact:
    """The verdict on a Python source file: ``no-loader``, save where a loader runs it by name or class."""
    name = path.rsplit("/", 1)[-1].lower()
    in_root = "/" not in path
    if name in _START_UP:
        return _runs("start-up-code", "Python runs this file at every start, wherever it is importable.")
    if _USES_DATASETS.search(text) and _makes_a_builder(text):
        return _runs("dataset-script", "It is a dataset script: loading the dataset by its name runs it.")
    if name == "handler.py" and _HANDLER.search(text):
        return _runs("endpoint-handler", "It is the handler of an inference endpoint: deploying runs it.")
    if name == "pipeline.py" and in_root and _is_a_base(text, _PIPELINE):
        return _runs(
            "custom-pipeline",
            "It is a pipeline in Python: loading the repository as a custom pipeline runs it.",
        )
    if name == "pipeline.py" and _PRETRAINED.search(text):
        return _runs(
            "endpoint-handler", "It is the pipeline of an inference endpoint of the hub: deploying runs it."
        )
    if path.lower().endswith("code/inference.py") and _SERVED.search(text):
        return _runs(
            "endpoint-handler", "It is the script of an inference container (SageMaker): deploying runs it."
        )
    if path.lower().endswith("custom_generate/generate.py"):
        return _runs(
            "custom-generate", "It is generation code of a model: generating with it runs this file."
        )
    return Artifact("python", Loading.NO_LOADER)


def _makes_a_builder(text: str) -> bool:
    if _is_a_base(text, _BUILDERS, or_renamed=True):
        return True
    return bool(_FROM_PACKAGED.search(text)) and _is_a_base(text, _PACKAGED)


def _is_a_base(text: str, names: re.Pattern[str], *, or_renamed: bool = False) -> bool:
    """Whether a class is made of one of the names: they are looked for, and what stands shortly before."""
    for found in names.finditer(text):
        spend_work(_LOOK_WORK)
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        if _BASES.search(before[before.rfind(")") + 1 :]):
            return True
        if or_renamed and _RENAMED.match(text, found.end()):
            return True
    return False


def _runs(code: str, message: str) -> Artifact:
    return single("python", Loading.RUNS_CODE, code, message)


def read_path_file(text: str, path: str) -> Artifact | None:
    """The verdict on a ``.pth`` file of Python's ``site`` module; None where the text is none."""
    line = _IMPORT_LINE.search(text)
    if line is not None:
        return single(
            "python-path-file",
            Loading.RUNS_CODE,
            "site-import",
            f"Python runs this line at every start: {plain(line.group(), 200)}",
            offset=len(text[: line.start()].encode("utf-8", "replace")),
        )
    return Artifact("python-path-file", Loading.NO_LOADER) if _SITES.search(path) else None
