"""Holds the table of calls against the libraries that are installed, by their signatures alone.

    python tests/references/check_api_table.py

Run it with an interpreter in whose environment some of the libraries are installed; what is missing is
named and passed over. Nothing is loaded and nothing is fetched: modules are imported, ``inspect.signature``
is asked. Prints one line for each callable with the library's version; exit status 1 where a row is wrong.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from inspector.references.api import Row, find_row

# dotted name; the parameter that names the model (or None); parameters that must exist (with ** as proof of
# passing on); a parameter with the default that the table assumes.
CHECKS: tuple[tuple[str, str | None, tuple[str, ...], tuple[str, Any] | None], ...] = (
    (
        "transformers.PreTrainedModel.from_pretrained",
        "pretrained_model_name_or_path",
        ("revision", "use_safetensors", "weights_only"),
        None,
    ),
    ("transformers.AutoModel.from_pretrained", None, ("trust_remote_code", "code_revision"), None),
    ("transformers.AutoTokenizer.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    ("transformers.AutoConfig.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    ("transformers.AutoProcessor.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    ("transformers.GenerationConfig.from_pretrained", "pretrained_model_name", ("revision",), None),
    ("transformers.pipeline", "model", ("revision", "trust_remote_code", "tokenizer"), ("model", None)),
    ("transformers.utils.cached_file", "path_or_repo_id", ("revision",), None),
    (
        "diffusers.DiffusionPipeline.from_pretrained",
        "pretrained_model_name_or_path",
        ("revision", "custom_pipeline", "custom_revision", "use_safetensors", "trust_remote_code"),
        None,
    ),
    ("diffusers.UNet2DConditionModel.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    (
        "diffusers.StableDiffusionPipeline.from_single_file",
        "pretrained_model_link_or_path",
        ("revision",),
        None,
    ),
    (
        "diffusers.StableDiffusionPipeline.load_lora_weights",
        "pretrained_model_name_or_path_or_dict",
        ("revision", "weight_name"),
        None,
    ),
    (
        "diffusers.StableDiffusionPipeline.load_textual_inversion",
        "pretrained_model_name_or_path",
        ("revision",),
        None,
    ),
    (
        "diffusers.StableDiffusionPipeline.load_ip_adapter",
        "pretrained_model_name_or_path_or_dict",
        ("revision",),
        None,
    ),
    ("peft.PeftModel.from_pretrained", "model_id", ("revision",), None),
    ("peft.PeftMixedModel.from_pretrained", "model_id", ("revision",), None),
    ("peft.AutoPeftModelForCausalLM.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    ("peft.PeftConfig.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    ("peft.PeftModel.load_adapter", "model_id", ("revision",), None),
    ("datasets.load_dataset", "path", ("revision", "data_files", "data_dir"), ("revision", None)),
    ("datasets.load_dataset_builder", "path", ("revision",), None),
    ("datasets.get_dataset_config_names", "path", ("revision",), None),
    ("datasets.get_dataset_split_names", "path", ("revision",), None),
    ("datasets.load_from_disk", "dataset_path", (), None),
    ("datasets.Dataset.from_json", "path_or_paths", (), None),
    ("huggingface_hub.hf_hub_download", "repo_id", ("revision", "repo_type"), ("revision", None)),
    ("huggingface_hub.snapshot_download", "repo_id", ("revision", "repo_type"), ("revision", None)),
    ("huggingface_hub.hf_hub_url", "repo_id", ("revision", "repo_type"), None),
    ("huggingface_hub.HfApi.list_repo_files", "repo_id", ("revision",), None),
    ("huggingface_hub.HfApi.model_info", "repo_id", ("revision",), None),
    ("huggingface_hub.ModelHubMixin.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    (
        "sentence_transformers.SentenceTransformer",
        "model_name_or_path",
        ("revision", "trust_remote_code"),
        ("trust_remote_code", False),
    ),
    (
        "sentence_transformers.CrossEncoder",
        "model_name_or_path",
        ("revision", "trust_remote_code"),
        ("trust_remote_code", False),
    ),
    ("sentence_transformers.SparseEncoder", "model_name_or_path", ("revision",), None),
    ("sentence_transformers.models.Transformer", "model_name_or_path", (), None),
    ("setfit.SetFitModel.from_pretrained", "pretrained_model_name_or_path", ("revision",), None),
    (
        "optimum.onnxruntime.ORTModelForSequenceClassification.from_pretrained",
        "model_id",
        ("revision",),
        None,
    ),
    ("timm.create_model", "model_name", ("pretrained",), ("pretrained", False)),
    ("open_clip.create_model_and_transforms", "model_name", ("pretrained",), None),
    ("open_clip.create_model", "model_name", ("pretrained",), None),
    ("open_clip.create_model_from_pretrained", "model_name", ("pretrained",), None),
    ("open_clip.get_tokenizer", "model_name", (), None),
    ("ultralytics.YOLO", "model", (), None),
    ("ultralytics.SAM", "model", (), None),
    ("whisper.load_model", "name", (), None),
    ("faster_whisper.WhisperModel", "model_size_or_path", ("revision",), None),
    ("spacy.load", "name", (), None),
    ("spacy.cli.download", "model", (), None),
    ("mlflow.pyfunc.load_model", "model_uri", (), None),
    ("mlflow.artifacts.download_artifacts", "artifact_uri", (), None),
    ("modelscope.snapshot_download", "model_id", ("revision",), None),
    ("kagglehub.model_download", "handle", (), None),
    ("kagglehub.dataset_download", "handle", (), None),
    ("kagglehub.dataset_load", "handle", (), None),
    ("keras_hub.models.Backbone.from_preset", "preset", (), None),
    ("keras.models.load_model", "filepath", ("safe_mode",), ("safe_mode", True)),
    ("keras.utils.get_file", "origin", ("file_hash",), None),
    ("keras.applications.ResNet50", None, ("weights",), ("weights", "imagenet")),
    ("tensorflow_hub.load", "handle", (), None),
    ("gdown.download", "url", (), None),
    ("gdown.download_folder", "url", (), None),
    ("gdown.cached_download", "url", ("hash",), None),
    ("torchvision.models.resnet50", None, ("weights",), ("weights", None)),
    ("torchvision.models.get_model", "name", (), None),
    ("easyocr.Reader", "lang_list", (), None),
    ("flair.models.SequenceTagger.load", "model_path", (), None),
    ("flair.embeddings.TransformerWordEmbeddings", "model", (), None),
    ("flair.embeddings.WordEmbeddings", "embeddings", (), None),
    ("stanza.Pipeline", "lang", (), None),
    ("stanza.download", "lang", (), None),
    ("nltk.download", "info_or_id", (), None),
    ("gensim.downloader.load", "name", (), None),
    ("gensim.models.KeyedVectors.load", "fname", (), None),
    ("trl.SFTTrainer", "model", (), None),
    ("trl.DPOTrainer", "model", (), None),
    ("llama_index.embeddings.huggingface.HuggingFaceEmbedding", "model_name", (), None),
    ("langchain_huggingface.HuggingFaceEmbeddings", None, (), None),
    ("langchain_community.vectorstores.FAISS.load_local", "folder_path", (), None),
    (
        "haystack.components.embedders.SentenceTransformersTextEmbedder",
        "model",
        ("revision", "trust_remote_code"),
        None,
    ),
    ("haystack.components.rankers.TransformersSimilarityRanker", "model", (), None),
    ("bertopic.BERTopic.load", "path", (), None),
    ("bertopic.BERTopic", "embedding_model", (), None),
    ("keybert.KeyBERT", "model", (), None),
    ("fastembed.TextEmbedding", "model_name", (), None),
    (
        "chromadb.utils.embedding_functions.SentenceTransformerEmbeddingFunction",
        "model_name",
        (),
        ("model_name", "all-MiniLM-L6-v2"),
    ),
    ("pyannote.audio.Pipeline.from_pretrained", "checkpoint", (), None),
    ("pyannote.audio.Model.from_pretrained", "checkpoint", (), None),
    ("speechbrain.inference.interfaces.Pretrained.from_hparams", "source", ("revision",), None),
    ("speechbrain.inference.interfaces.foreign_class", "source", ("revision",), None),
    ("insightface.app.FaceAnalysis", "name", (), ("name", "buffalo_l")),
    ("rembg.new_session", "model_name", (), None),
    ("onnxruntime.InferenceSession", "path_or_bytes", (), None),
    ("ctransformers.AutoModelForCausalLM.from_pretrained", "model_path_or_repo_id", ("revision",), None),
    ("lightning.LightningModule.load_from_checkpoint", "checkpoint_path", ("weights_only",), None),
    ("joblib.load", "filename", (), None),
    ("pickle.load", "file", (), None),
    ("pickle.loads", "data", (), None),
    ("dill.load", "file", (), None),
    ("cloudpickle.load", "file", (), None),
    ("shelve.open", "filename", (), None),
    ("pandas.read_pickle", "filepath_or_buffer", (), None),
    ("numpy.load", "file", ("allow_pickle",), ("allow_pickle", False)),
    ("torch.load", "f", ("weights_only",), ("weights_only", None)),
    ("torch.hub.load", "repo_or_dir", ("source", "trust_repo"), ("source", "github")),
    ("torch.hub.load_state_dict_from_url", "url", ("check_hash", "weights_only"), ("check_hash", False)),
    ("torch.hub.download_url_to_file", "url", ("hash_prefix",), None),
    ("torch.jit.load", "f", (), None),
    ("torch.package.PackageImporter", "file_or_buffer", (), None),
    ("skops.io.load", "file", ("trusted",), None),
    ("yaml.load", "stream", ("Loader",), None),
    ("safetensors.torch.load_file", "filename", (), None),
    ("safetensors.torch.load_model", "filename", (), None),
    ("evaluate.load", "path", ("revision",), None),
    ("gliner.GLiNER.from_pretrained", None, ("revision",), None),
    ("lm_eval.simple_evaluate", "model_args", (), None),
    ("outlines.models.transformers", "model_name", (), None),
    ("vllm.LLM", "model", ("revision", "tokenizer_revision", "trust_remote_code"), None),
    ("tiktoken.get_encoding", None, (), None),
)
_BROKEN = (ImportError, RuntimeError, AttributeError, OSError, TypeError, ValueError, KeyError, NameError)
NO_ROW = frozenset(("tiktoken.get_encoding",))  # on purpose: the library compares a hash of its own


def main() -> int:
    wrong = 0
    for dotted, names, present, default in CHECKS:
        verdict = _check(dotted, names, present, default)
        wrong += verdict.startswith("WRONG")
        print(f"{verdict:14.200} {dotted}")
    print(f"{len(CHECKS)} callables, {wrong} wrong")
    return 1 if wrong else 0


def _check(dotted: str, name: str | None, present: tuple[str, ...], default: tuple[str, Any] | None) -> str:
    row = find_row(dotted)
    if row is None:
        return "no row" if dotted in NO_ROW else "WRONG no row"
    found = _callable(dotted)
    if found is None:
        return "not installed"
    try:
        parameters = dict(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        return f"{_version(dotted)} no signature"
    parameters.pop("self", None)
    parameters.pop("cls", None)
    faults = [*_placed(row, name, parameters), *_present(present, default, parameters)]
    return f"WRONG {_version(dotted)}: {'; '.join(faults)}" if faults else f"ok {_version(dotted)}"


def _placed(row: Row, name: str | None, parameters: dict[str, inspect.Parameter]) -> list[str]:
    place, names = row.ref
    if name is None:
        return []
    if name not in parameters:
        return [f"no parameter {name}: {', '.join(list(parameters)[:6])}"]
    faults = [] if name in names or not names else [f"{name} stands not among {names}"]
    positional = [
        key
        for key, parameter in parameters.items()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    at = positional.index(name) if name in positional else None
    if at != place and not (place is None and row.reading in ("hub-object", "default-model", "lm-eval")):
        faults.append(f"{name} stands at {at}, the row says {place}")
    return faults


def _present(
    present: tuple[str, ...], default: tuple[str, Any] | None, parameters: dict[str, inspect.Parameter]
) -> list[str]:
    passes_on = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    faults = [f"no parameter {item}" for item in present if item not in parameters and not passes_on]
    if default is not None and default[0] in parameters:
        value = parameters[default[0]].default
        if value is not inspect.Parameter.empty and value != default[1]:
            faults.append(f"{default[0]} is {value!r} by default, the table assumes {default[1]!r}")
    return faults


def _callable(dotted: str) -> Callable[..., Any] | None:
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except _BROKEN:  # a library that is missing or that does not fit its neighbours
            continue
        for part in parts[cut:]:
            try:
                found = getattr(found, part, None)
            except _BROKEN:  # a lazy module that cannot import what it names
                found = None
            if found is None:
                return None
        return found if callable(found) else None
    return None


def _version(dotted: str) -> str:
    root = dotted.split(".", 1)[0]
    names = {"whisper": "openai-whisper", "open_clip": "open-clip-torch", "yaml": "PyYAML"}
    for name in (names.get(root, root), root.replace("_", "-"), *_parents(dotted)):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return f"Python {sys.version_info.major}.{sys.version_info.minor}"


def _parents(dotted: str) -> tuple[str, ...]:
    return tuple(importlib.metadata.packages_distributions().get(dotted.split(".", 1)[0], ()))


if __name__ == "__main__":
    sys.exit(main())
