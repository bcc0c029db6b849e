"""Rows of frameworks that put models of a hub together: retrieval, agents, trainers, rerankers.

``default-model`` stands where the framework fetches a model of its own choice when none is named.
"""

from __future__ import annotations

from inspector.references.api import Row

_REMOTE = "trust_remote_code=True runs Python files of the repository; .bin weights are pickles"
_REVISIONS = ("revision", "model_kwargs.revision", "huggingface_pipeline_kwargs.revision")


def _hub(pattern: str, *names: str, place: int | None = 0, note: str = "") -> Row:
    """A call that takes the name of a repository, or an object that was loaded before."""
    return Row(pattern, "model", (place, names), "hub-object", revision=_REVISIONS, runs=_REMOTE, note=note)


def _default(pattern: str, *names: str, place: int | None = 0, hub: str = "hf", note: str = "") -> Row:
    """A call that takes a default model where none is named."""
    return Row(
        pattern, "model", (place, names), "default-model", _REVISIONS, hub=hub, runs=_REMOTE, note=note
    )


# Components whose model has to be named, and components with a default; keyword-only where the place is None.
HAYSTACK = (
    *(
        _hub(f"haystack*.{name}", "model", "model_name_or_path")
        for name in (
            "TransformersTextRouter",
            "TransformersZeroShotDocumentClassifier",
            "FARMReader",
            "SentenceTransformersRanker",
            "TransformersImageToText",
            "TransformersDocumentClassifier",
        )
    ),
    *(
        _default(f"haystack*.{name}", "model", "model_name_or_path")
        for name in (
            "HuggingFaceLocalGenerator",
            "HuggingFaceLocalChatGenerator",
            "TransformersChatGenerator",
            "TransformersGenerator",
            "TransformersExtractiveReader",
            "ExtractiveReader",
            "TransformersReader",
            "TransformersSimilarityRanker",
            "TransformersSummarizer",
            "TransformersQueryClassifier",
            "QuestionGenerator",
            "SASEvaluator",
        )
    ),
    *(
        _default(f"haystack*.{name}", "model", place=None)
        for name in (
            "SentenceTransformersSimilarityRanker",
            "SentenceTransformersDiversityRanker",
            "SentenceTransformersSparseTextEmbedder",
            "SentenceTransformersSparseDocumentEmbedder",
            "SentenceTransformersDocumentImageEmbedder",
            "TransformersZeroShotTextRouter",
            "FastembedTextEmbedder",
            "FastembedDocumentEmbedder",
            "FastembedSparseTextEmbedder",
            "FastembedSparseDocumentEmbedder",
            "FastembedRanker",
            "InstructorTextEmbedder",
            "InstructorDocumentEmbedder",
        )
    ),
    _hub("haystack*.NamedEntityExtractor", "model", place=None),
    _hub("haystack*.TransformersNamedEntityExtractor", "model", place=None),
    _hub("haystack*.EmbeddingRetriever", "embedding_model", place=None),
    Row(
        "haystack*.LocalWhisperTranscriber",
        "model",
        (0, ("model", "model_name_or_path")),
        "named",
        (),
        "openai",
    ),
    Row("haystack*.LlamaCppGenerator", "load-call", (0, ("model",)), "load", (), "local"),
    Row("haystack*.LlamaCppChatGenerator", "load-call", (0, ("model",)), "load", (), "local"),
)

# Integrations whose argument is the name of a repository, given by keyword.
_LANGCHAIN_MODELS = {
    "VLLM": "model",
    "CTransformers": "model",
    "SelfHostedHuggingFaceEmbeddings": "model_id",
    "SelfHostedHuggingFaceLLM": "model_id",
}
_LANGCHAIN_DEFAULTS = {
    "FastEmbedEmbeddings": "model_name",
    "ModelScopeEmbeddings": "model_id",
    "SentenceTransformersTokenTextSplitter": "model_name",
    "LLMLinguaCompressor": "model_name",
    "ImageCaptionLoader": "blip_model",
    "OpenVINOEmbeddings": "model_name_or_path",
    "GLiNERLinkExtractor": "model",
}
LANGCHAIN = (
    *(_hub(f"langchain*.{name}", word, place=None) for name, word in _LANGCHAIN_MODELS.items()),
    *(_default(f"langchain*.{name}", word, place=None) for name, word in _LANGCHAIN_DEFAULTS.items()),
    Row("langchain*.LlamaCpp", "load-call", (None, ("model_path",)), "load", (), "local"),
    Row("langchain*.LlamaCppEmbeddings", "load-call", (None, ("model_path",)), "load", (), "local"),
    Row("langchain*.ChatLlamaCpp", "load-call", (None, ("model_path",)), "load", (), "local"),
    Row("langchain*.HuggingFaceDatasetLoader", "dataset", (0, ("path",)), "dataset"),
    Row("langchain*.TensorflowHubEmbeddings", "model", (None, ("model_url",)), "versioned", (), "tfhub"),
    Row("langchain*.SpacyEmbeddings", "model", (None, ("model_name",)), "named", (), "pip"),
    Row(
        "langchain*.load_huggingface_tool",
        "remote-code",
        (0, ("task_or_repo_id",)),
        safe=False,
        runs="a tool is a Python file of the repository",
    ),
)

LLAMA_INDEX = (
    *(
        _default(f"llama_index*.{name}", word)
        for name, word in (
            ("FastEmbedEmbedding", "model_name"),
            ("InstructorEmbedding", "model_name"),
            ("OptimumEmbedding", "folder_name"),
            ("HuggingFaceBgeEmbeddings", "model_name"),
        )
    ),
    *(
        _default(f"llama_index*.{name}", "model", place=None)
        for name in ("SentenceTransformerRerank", "FlagEmbeddingReranker", "ColbertRerank", "Vllm")
    ),
    Row("llama_index*.LlamaCPP", "model", (0, ("model_url",)), "hub-or-url", ()),
    _hub("llama_index*.resolve_embed_model", "embed_model", note="local:ORG/NAME is a repository of the hub"),
    *(
        Row(
            f"llama_index*.{name}",
            "remote-code",
            (0, (word,)),
            "named",
            (),
            "llamahub",
            safe=False,
            runs="Python code that is downloaded and run",
        )
        for name, word in (
            ("download_loader", "loader_class"),
            ("download_llama_pack", "llama_pack_class"),
            ("download_tool", "tool_class"),
        )
    ),
    Row(
        "llama_index*.download_llama_dataset",
        "dataset",
        (0, ("llama_dataset_class",)),
        "named",
        (),
        "llamahub",
    ),
)

AGENTS = (
    *(
        Row(
            pattern,
            "remote-code",
            (0, names),
            safe=False,
            runs="a tool or an agent is a Python file of the repository",
        )
        for pattern, names in (
            ("smolagents*.load_tool", ("repo_id", "task_or_repo_id")),
            ("transformers*.load_tool", ("task_or_repo_id",)),
            ("smolagents*.from_hub", ("repo_id",)),
            ("transformers*.Tool.from_hub", ("repo_id",)),
            ("smolagents*.ToolCollection", ("collection_slug",)),
        )
    ),
    _default("smolagents*.TransformersModel", "model_id"),
    _default("smolagents*.VLLMModel", "model_id"),
    _default("smolagents*.MLXModel", "model_id"),
    _hub("guidance.models.Transformers", "model"),
    Row("guidance.models.LlamaCpp", "load-call", (0, ("model",)), "load", (), "local"),
    _hub("dspy*.HFModel", "model"),
    _hub("txtai*.Embeddings", "path"),
    *(
        _default(f"txtai.pipeline*.{name}", "path")
        for name in ("Summary", "Labels", "Extractor", "RAG", "LLM", "Similarity", "Caption", "Transcription")
    ),
    _default("semantic_router*.HuggingFaceEncoder", "name", place=None),
    _default("semantic_router*.FastEmbedEncoder", "name", place=None),
)

OUTLINES = tuple(
    _hub(f"outlines.models*.{name}", word)
    for name, word in (
        ("transformers", "model_name"),
        ("transformers_vision", "model_name"),
        ("vllm", "model_name"),
        ("llamacpp", "repo_id"),
        ("mlxlm", "model_name"),
        ("exl2", "model_path"),
    )
)

RERANKERS = (
    _hub("rerankers*.Reranker", "model_name"),
    _default("rerankers*.MxBaiV2Ranker", "model_name_or_path"),
    _default("rerankers*.LLMLayerWiseRanker", "model_name_or_path"),
    _default("lancedb*.ColbertReranker", "model_name"),
    _default("lancedb*.CrossEncoderReranker", "model_name"),
    _hub("bertopic*.BERTopic", "embedding_model", place=None),
    _default("bertopic*.ZeroShotClassification", "model", place=1),
    _hub("bertopic*.TextGeneration", "model"),
    _hub("bertopic*.SentenceTransformerBackend", "embedding_model"),
    _default("bertopic*.FastEmbedBackend", "embedding_model"),
    _hub("bertopic*.Model2VecBackend", "embedding_model"),
    _hub("bertopic*.TransformersBackend", "embedding_model"),
)

# The trainers take an object or a name; DPO and KTO a second model to compare with, GKD one that teaches.
TRAINERS = (
    *(
        Row(
            f"trl*.{name}Trainer",
            "model",
            (0, ("model",)),
            "trainer",
            runs=_REMOTE,
            note="only where the model is given as a name",
        )
        for name in (
            *("SFT", "DPO", "GRPO", "Reward", "KTO", "ORPO", "RLOO", "OnlineDPO", "CPO", "GKD"),
            *("NashMD", "XPO", "PRM", "BCO", "MiniLLM", "IterativeSFT"),
        )
    ),
    _hub("optimum*.main_export", "model_name_or_path"),
    Row("autotrain*.AutoTrainParams", "model", (None, ("model",)), "hub-object", runs=_REMOTE),
    *(
        Row(
            f"simpletransformers*.{name}Model",
            "model",
            (1, ("model_name",)),
            "hub-object",
            runs=_REMOTE,
            note="position 0 is the type of the model",
        )
        for name in (
            *(
                "Classification",
                "MultiLabelClassification",
                "NER",
                "QuestionAnswering",
                "T5",
                "LanguageModeling",
            ),
            *("LanguageGeneration", "MultiModalClassification", "ConvAI", "Representation"),
        )
    ),
    Row(
        "simpletransformers*.Seq2SeqModel",
        "model",
        (None, ("encoder_decoder_name", "decoder_name", "encoder_name")),
        "hub-object",
    ),
)

STORES = (
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

ROWS = (*HAYSTACK, *LANGCHAIN, *LLAMA_INDEX, *AGENTS, *OUTLINES, *RERANKERS, *TRAINERS, *STORES)
