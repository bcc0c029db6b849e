"""Python files that a loader or the interpreter obeys unasked. All other Python is source text.

Dataset scripts (``datasets.load_dataset`` up to datasets 3), handlers of inference endpoints, custom
pipelines and generation code of the hub, the interpreter's own start-up files, and ``.pth`` path files whose
lines with ``import`` are run at every start (https://docs.python.org/3/library/site.html).
"""

from __future__ import annotations

import re
import unicodedata

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
_USES_DATASETS = re.compile(
    r"(?m)(?:^|;)[ \t]*(?:import|from)\b[^\n;#]{0,500}\bdatasets\b|"
    r"(?:import_module|__import__)\s*\(\s*[\"']datasets\b"
)
# The methods that make a dataset, whatever the class is called and derived from.
_MAKES_DATA = re.compile(r"(?m)^[ \t]+def\s+(?:_split_generators|_generate_examples|_generate_tables)\s*\(")
_CLASS = re.compile(r"(?m)^[ \t]*class\s+\w+\s*\(")
_KEPT_BASE = re.compile(
    r"(?m)^[ \t]*\w+\s*=\s*(?:datasets\.(?:builder\.)?)?"
    r"(?:GeneratorBasedBuilder|ArrowBasedBuilder|BeamBasedBuilder|DatasetBuilder)\b"
)
_HANDLER = re.compile(
    r"(?m)^[^#\n]*(?:\b(?:class|def|import|as)\s+\(?\s*EndpointHandler\b|\bEndpointHandler\s*[=:]|"
    r"import\b[^#\n]*\bEndpointHandler\b|[\"']EndpointHandler[\"']\s*[\],)])"
)
_PIPELINE = re.compile(r"\b(?:[A-Z]\w*)?(?:DiffusionPipeline|Pipeline|PipelineMixin)\b")
_RENAMED_PIPELINE = re.compile(r"\b[A-Z]\w*Pipeline[ \t]+as[ \t]+\w")
_USES_DIFFUSERS = re.compile(r"(?m)^[ \t]*(?:import|from)\s+diffusers\b")
_CUSTOM_PIPELINE = re.compile(r"\bDiffusionPipeline\b")
_RELATIVE = re.compile(r"(?m)^[ \t]*from[ \t]+\.")
_SOURCE_FOLDERS = frozenset({"src", "lib", "test", "tests", "site-packages", "dist-packages"})
_PRETRAINED = re.compile(
    r"(?m)^(?:class\s+PreTrainedPipeline\b|PreTrainedPipeline\s*=|"
    r"[^#\n]*\bimport\b[^#\n]*\bPreTrainedPipeline\b)"
)
_TRITON = re.compile(r"(?m)^(?:class\s+TritonPythonModel\b|TritonPythonModel\s*=)")
_TOOL = re.compile(r"(?m)^class\s+\w+\s*\(\s*(?:smolagents\.|transformers\.)?(?:Pipeline)?Tool\s*[,)]")
# Files that IPython and Jupyter run when they are started in the folder (CVE-2022-21699).
_JUPYTER = re.compile(r"(?:ipython(?:_kernel)?|jupyter_[a-z_]{0,40})_config\.py\Z")
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
    text = _normal(text)
    in_root = "/" not in path
    if name in _START_UP:
        return _runs("start-up-code", "Python runs this file at every start, wherever it is importable.")
    if _JUPYTER.match(name):
        return _runs("start-up-code", "IPython or Jupyter runs this file when it is started in its folder.")
    if _USES_DATASETS.search(text) and _makes_a_builder(text):
        return _runs("dataset-script", "It is a dataset script: loading the dataset by its name runs it.")
    if name == "handler.py" and _HANDLER.search(text):
        return _runs("endpoint-handler", "It is the handler of an inference endpoint: deploying runs it.")
    if name == "model.py" and _TRITON.search(text):
        return _runs("endpoint-handler", "It is a model of the Triton server in Python: serving it runs it.")
    if name == "tool.py" and _TOOL.search(text):
        return _runs("custom-module", "It is a tool of an agent: loading the tool from the hub runs it.")
    if (
        name == "pipeline.py"
        and (in_root or _is_custom_pipeline(text, path))
        and ("DiffusionPipeline" in text or _USES_DIFFUSERS.search(text))
        and (_is_a_base(text, _PIPELINE) or (_CLASS.search(text) and _RENAMED_PIPELINE.search(text)))
    ):
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


def _is_custom_pipeline(text: str, path: str) -> bool:
    """Whether a ``pipeline.py`` below the root is one that diffusers runs where its folder is named
    (``custom_pipeline="folder"``): it derives from diffusers' own class and stands alone. A module
    of a package imports its neighbours, or lies in a tree of sources."""
    return (
        bool(_USES_DIFFUSERS.search(text))
        and _is_a_base(text, _CUSTOM_PIPELINE)
        and not _RELATIVE.search(text)
        and not _SOURCE_FOLDERS.intersection(path.lower().split("/")[:-1])
    )


def _makes_a_builder(text: str) -> bool:
    if _is_a_base(text, _BUILDERS, or_renamed=True):
        return True
    if _FROM_PACKAGED.search(text) and _is_a_base(text, _PACKAGED):
        return True
    return bool(_KEPT_BASE.search(text)) or bool(_CLASS.search(text) and _MAKES_DATA.search(text))


def _normal(text: str) -> str:
    """The text as Python takes its names (NFKC), and with continued lines joined."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.replace("\\\n", " ").replace("\\\r\n", " ")


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
