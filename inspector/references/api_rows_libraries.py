"""Rows of libraries that fetch weights of their own: by a name of their list, by a switch, or by default."""

from __future__ import annotations

from inspector.references.api import Row

_REMOTE = "trust_remote_code=True runs Python files of the repository; .bin weights are pickles"
_PICKLE = "a pickle runs what its stream names, as it is read"
_CHECKPOINT = "the checkpoint is a pickle"


def _hub(pattern: str, *names: str, place: int | None = 0, note: str = "") -> Row:
    """A call that takes the name of a repository, or an object that was loaded before."""
    return Row(pattern, "model", (place, names), "hub-object", runs=_REMOTE, note=note)


def _unsafe(pattern: str, *names: str, runs: str = _PICKLE) -> Row:
    return Row(
        pattern, "load-call", (0, (*names, "path", "file")), "load", (), "local", safe=False, runs=runs
    )


VISION = (
    Row(
        "torchvision.models.get_model",
        "model",
        (0, ("name",)),
        "weights",
        (),
        "torchvision",
        note="weights= names an entry of torchvision's table; nothing is fetched without it",
    ),
    Row("torchvision.models.get_model_weights", "model", (None, ()), "nothing", (), "torchvision"),
    Row("torchvision.models.list_models", "model", (None, ()), "nothing", (), "torchvision"),
    Row("torchvision.models.*", "model", (None, ()), "weights", (), "torchvision"),
    Row(
        "*keras.applications.*",
        "model",
        (None, ()),
        "keras-weights",
        (),
        "keras",
        note="weights='imagenet' is the default",
    ),
    Row(
        "easyocr.Reader",
        "model",
        (0, ("lang_list",)),
        "library-default",
        (),
        "easyocr",
        runs=_CHECKPOINT,
        note="the library compares an MD5 of its own table; the project names no revision",
    ),
    Row("paddleocr.PaddleOCR", "model", (None, ()), "library-default", (), "paddle"),
    Row("insightface*.FaceAnalysis", "model", (0, ("name",)), "library-default", (), "insightface"),
    Row("insightface*.get_model", "model", (0, ("name",)), "named", (), "insightface"),
    Row("rembg.new_session", "model", (0, ("model_name",)), "library-default", (), "rembg"),
    Row("doctr*.ocr_predictor", "model", (None, ()), "weights", (), "doctr"),
    Row("detectron2*.get_checkpoint_url", "model", (0, ("config_path",)), "named", (), "detectron2"),
    Row("super_gradients*.get", "model", (0, ("model_name",)), "weights", (), "super-gradients"),
    Row("deepface*.build_model", "model", (0, ("model_name",)), "named", (), "deepface"),
    Row("retinaface*.build_model", "model", (None, ()), "library-default", (), "retinaface"),
    Row("rfdetr*.RFDETRBase", "model", (None, ()), "library-default", (), "rfdetr"),
)

SPEECH = (
    Row("torchaudio.pipelines.*.get_model", "model", (None, ()), "in-call", (), "torchaudio"),
    Row("nemo*.restore_from", "load-call", (0, ("restore_path",)), "load", (), "local", runs=_CHECKPOINT),
    Row("whisper_timestamped.load_model", "model", (0, ("name",)), "hub-object", (), "openai"),
    Row("stable_whisper.load_model", "model", (0, ("name",)), "named", (), "openai"),
    Row("stable_whisper.load_faster_whisper", "model", (0, ("model_size_or_path",)), "hub-object", (), "hf"),
    _hub("faster_whisper*.download_model", "size_or_id"),
    _hub("mlx_whisper.transcribe", "path_or_hf_repo", place=None),
    _hub("mlx_whisper*.load_model", "path_or_hf_repo"),
    Row("audiocraft*.get_pretrained", "model", (0, ("name",)), "hub", (), "hf", runs=_CHECKPOINT),
    Row("demucs.pretrained.get_model", "model", (0, ("name",)), "named", (), "demucs", runs=_CHECKPOINT),
    _hub("pyannote*.Inference", "model"),
    Row("pyannote*.Pipeline", "model", (None, ()), "nothing"),
)

TEXT = (
    Row(
        "flair.embeddings*.TransformerWordEmbeddings",
        "model",
        (0, ("model",)),
        "hub-object",
        runs=_REMOTE,
    ),
    Row(
        "flair.embeddings*.TransformerDocumentEmbeddings",
        "model",
        (0, ("model",)),
        "hub-object",
        runs=_REMOTE,
    ),
    Row("flair.embeddings*.FlairEmbeddings", "model", (0, ("model",)), "named", (), "flair"),
    Row("flair.embeddings*.WordEmbeddings", "model", (0, ("embeddings",)), "named", (), "flair"),
    Row("flair*.load", "model", (0, ("model_path",)), "named", (), "flair", safe=False, runs=_CHECKPOINT),
    Row(
        "bertopic*.BERTopic.load",
        "model",
        (0, ("path",)),
        runs="a saved topic model is a pickle unless it was written as safetensors",
    ),
    _hub("bertopic*.BERTopic", "embedding_model", place=None),
    _hub("sentence_transformers*.MLMTransformer", "model_name_or_path"),
    _hub("sentence_transformers*.CLIPModel", "model_name"),
    Row("sentence_transformers*.from_model2vec", "model", (0, ("model_id_or_path",)), "hub"),
    Row("sentence_transformers*.from_distillation", "model", (0, ("model_name",)), "hub"),
    _hub("outlines.models*.transformers", "model_name"),
    _hub("outlines.models*.vllm", "model_name"),
    _hub("outlines.models*.llamacpp", "repo_id"),
    _hub("outlines.models*.mlxlm", "model_name"),
    _hub("outlines.models*.exl2", "model_path"),
    _hub("fastembed*.SparseTextEmbedding", "model_name"),
    _hub("fastembed*.LateInteractionTextEmbedding", "model_name"),
    _hub("fastembed*.ImageEmbedding", "model_name"),
    _hub("fastembed*.TextCrossEncoder", "model_name"),
    _hub("FlagEmbedding*.FlagLLMReranker", "model_name_or_path"),
    _hub("FlagEmbedding*.LayerWiseFlagLLMReranker", "model_name_or_path"),
    _hub("FlagEmbedding*.FlagICLModel", "model_name_or_path"),
    Row("FlagEmbedding*.from_finetuned", "model", (0, ("model_name_or_path",)), runs=_REMOTE),
    _hub("rerankers.Reranker", "model_name"),
    _hub("colbert*.Indexer", "checkpoint"),
    _hub("colbert*.Checkpoint", "name"),
    Row("mteb*.get_model", "model", (0, ("model_name",)), "hub"),
    Row("lm_eval*.simple_evaluate", "model", (None, ("model_args",)), "lm-eval"),
    _hub("ctranslate2.converters.TransformersConverter", "model_name_or_path"),
    _hub("exllamav2*.ExLlamaV2Config", "model_dir"),
)

# Integrations whose argument is the name of a repository; `default-model` where none is needed.
_LANGCHAIN_MODELS = {
    "VLLM": "model",
    "CTransformers": "model",
    "FastEmbedEmbeddings": "model_name",
    "ModelScopeEmbeddings": "model_id",
    "SelfHostedHuggingFaceEmbeddings": "model_id",
    "SelfHostedHuggingFaceLLM": "model_id",
}
_HAYSTACK_MODELS = (
    "HuggingFaceLocalGenerator",
    "HuggingFaceLocalChatGenerator",
    "TransformersSimilarityRanker",
    "SentenceTransformersSimilarityRanker",
    "SentenceTransformersDiversityRanker",
    "SentenceTransformersSparseTextEmbedder",
    "SentenceTransformersSparseDocumentEmbedder",
    "ExtractiveReader",
    "NamedEntityExtractor",
    "TransformersTextRouter",
    "TransformersZeroShotTextRouter",
    "TransformersZeroShotDocumentClassifier",
)
INTEGRATIONS = (
    *(_hub(f"langchain*.{name}", word, place=None) for name, word in _LANGCHAIN_MODELS.items()),
    *(_hub(f"haystack*.{name}", "model", "model_name_or_path") for name in _HAYSTACK_MODELS),
    _hub("llama_index*.SentenceTransformerRerank", "model", place=None),
    _hub("llama_index*.FlagEmbeddingReranker", "model", place=None),
    _hub("llama_index*.HuggingFaceLLM", "model_name", place=None),
    Row("llama_index*.LlamaCPP", "model", (None, ("model_url",)), "hub-or-url", ()),
    Row(
        "llama_index*.download_loader",
        "remote-code",
        (0, ("loader_class",)),
        "named",
        (),
        "llamahub",
        safe=False,
        runs="the loader is Python code that is downloaded and run",
    ),
    Row(
        "*.load_local",
        "load-call",
        (0, ("folder_path", "path")),
        "store",
        (),
        "local",
        runs="the vector store keeps its documents as a pickle (LangChain, FAISS)",
    ),
    Row("clearml*.Dataset.get", "dataset", (0, ("dataset_id", "dataset_name")), "named", (), "clearml"),
    Row("wandb*.artifact", "model", (0, ("name",)), "versioned", (), "wandb"),
    Row("dvc.api.open", "dataset", (0, ("path",)), "dvc", ("rev",), "dvc"),
    Row("dvc.api.read", "dataset", (0, ("path",)), "dvc", ("rev",), "dvc"),
    Row("dvc.api.get_url", "dataset", (0, ("path",)), "dvc", ("rev",), "dvc"),
    Row("openmind*.snapshot_download", "model", (0, ("repo_id",)), hub="openmind"),
    Row("openmind*.load_dataset", "dataset", (0, ("path",)), "dataset", hub="openmind"),
)

LOADS = (
    _unsafe("fastai*.load_learner", "fname", runs="the learner is a pickle"),
    _unsafe("pycaret*.load_model", "model_name"),
    _unsafe("statsmodels*.load_pickle", "fname"),
    _unsafe("networkx.read_gpickle"),
    _unsafe("paddle.load"),
    _unsafe("ray.cloudpickle.load"),
    _unsafe("ray.cloudpickle.loads", "data"),
    _unsafe("dill.load_session", "filename"),
    _unsafe("dill.load_module", "filename"),
    _unsafe("jsonpickle.loads", "string", runs="the text names the classes to build"),
    _unsafe("pandas.compat.pickle_compat.load"),
    _unsafe("torch.package.PackageImporter.load_pickle", runs="a package holds Python source"),
)

# Programs started from Python: read as a shell would be.
PROGRAMS = tuple(
    Row(pattern, "model", (0, ("args", "command", "cmd")), "program", (), "hf")
    for pattern in (
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "subprocess.getoutput",
        "os.system",
        "os.popen",
        "*.get_ipython.system",
    )
)

# Object stores: only where the key has the form of a model or data file.
STORES = (
    Row("*.download_file", "model", (0, ("Bucket",)), "store-object", (), "url"),
    Row("*.download_fileobj", "model", (0, ("Bucket",)), "store-object", (), "url"),
    Row("*.get_object", "model", (None, ("Bucket",)), "store-object", (), "url"),
    Row("*.fget_object", "model", (0, ("bucket_name",)), "store-object", (), "url"),
)

ROWS = (*VISION, *SPEECH, *TEXT, *INTEGRATIONS, *LOADS, *PROGRAMS, *STORES)
