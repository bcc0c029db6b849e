"""The one table of calls that name a model or a dataset, or load a file. Special rows stand first.

``*`` in a pattern stands for anything. ``note`` gives the reason or the source of a row; a row without one
follows the library's public signature. Calls that only write (``push_to_hub``, ``save_pretrained``) and
calls that build from a configuration without a download (``from_config``) are in no row on purpose.
"""

from __future__ import annotations

from inspector.references.api import Row

_NAME = ("pretrained_model_name_or_path", "model_name_or_path", "pretrained_model_or_path", "repo_id", "model_id",
         "model_name", "pretrained_path", "name", "path")  # fmt: skip
_REMOTE = "trust_remote_code=True runs Python files of the repository; .bin weights are pickles"
_PICKLE = "a pickle runs what its stream names, as it is read"
_CODE_PINS = ("revision",)
_LOADER = (0, ("file", "filename", "path", "filepath_or_buffer", "f", "data", "stream", "str"))

_TRANSFORMERS = (
    Row(
        "transformers.pipeline",
        "model",
        (1, ("model",)),
        "pipeline",
        runs=_REMOTE,
        note="position 0 is the task; a task without a model takes the library's default model of the day",
    ),
    Row("transformers.pipelines.pipeline", "model", (1, ("model",)), "pipeline", runs=_REMOTE),
    Row("*optimum*.pipeline", "model", (1, ("model",)), "pipeline", runs=_REMOTE),
    Row("transformers.utils.cached_file", "model", (0, ("path_or_repo_id",))),
    Row("transformers.utils.hub.cached_file", "model", (0, ("path_or_repo_id",))),
    Row(
        "peft.PeftModel*.from_pretrained",
        "model",
        (1, ("model_id",)),
        note="position 0 is the base model as an object",
    ),
    Row(
        "*PeftModel.from_pretrained", "model", (1, ("model_id",)), note="the same class imported another way"
    ),
    Row("modelscope*.from_pretrained", "model", (0, _NAME), hub="modelscope", runs=_REMOTE),
    Row("openmind*.from_pretrained", "model", (0, _NAME), hub="openmind", runs=_REMOTE),
    Row(
        "pyannote*.from_pretrained",
        "model",
        (0, ("checkpoint_path", "checkpoint")),
        "in-ref",
        runs="Lightning checkpoints are pickles",
        note="names may carry the revision as ORG/NAME@REVISION",
    ),
    Row(
        "llama_cpp.Llama.from_pretrained",
        "model",
        (0, ("repo_id",)),
        runs="the chat template of a GGUF file is a Jinja program",
    ),
    Row(
        "*.from_pretrained",
        "model",
        (0, _NAME),
        runs=_REMOTE,
        note="transformers, diffusers, optimum, adapters, ModelHubMixin and what follows their convention",
    ),
    Row("*.from_quantized", "model", (0, _NAME), runs=_REMOTE, note="auto_gptq, awq"),
    Row("*.from_pretrained_keras", "model", (0, ("repo_id",))),
    Row("*.from_pretrained_fastai", "model", (0, ("repo_id",)), safe=False, runs="the learner is a pickle"),
    Row(
        "*.from_single_file",
        "model",
        (0, ("pretrained_model_link_or_path",)),
        "hub-or-url",
        runs=".ckpt and .pt files are pickles",
        note="diffusers; the name is a URL or a path",
    ),
    Row("*.load_lora_weights", "model", (0, ("pretrained_model_name_or_path_or_dict",)), "hub-object"),
    Row("*.load_textual_inversion", "model", (0, ("pretrained_model_name_or_path",)), "hub-object"),
    Row("*.load_ip_adapter", "model", (0, ("pretrained_model_name_or_path_or_dict",)), "hub-object"),
    Row("*.load_attn_procs", "model", (0, ("pretrained_model_name_or_path_or_dict",)), "hub-object"),
    Row("transformers*.load_adapter", "model", (0, ("peft_model_id",)), "hub-object"),
    Row("peft*.load_adapter", "model", (0, ("model_id",)), "hub-object"),
    Row("adapters*.load_adapter", "model", (0, ("adapter_name_or_path",)), "hub-object"),
)

_EMBEDDERS = (
    Row(
        "sentence_transformers*.SentenceTransformer",
        "model",
        (0, ("model_name_or_path",)),
        "hub-object",
        runs="modules.json names the classes to build; trust_remote_code",
    ),
    Row(
        "sentence_transformers*.CrossEncoder",
        "model",
        (0, ("model_name_or_path", "model_name")),
        "hub-object",
        runs=_REMOTE,
    ),
    Row(
        "sentence_transformers*.SparseEncoder",
        "model",
        (0, ("model_name_or_path",)),
        "hub-object",
        runs=_REMOTE,
    ),
    Row(
        "sentence_transformers*.Transformer",
        "model",
        (0, ("model_name_or_path",)),
        "hub-object",
        runs=_REMOTE,
    ),
    Row(
        "chromadb*.SentenceTransformerEmbeddingFunction",
        "model",
        (0, ("model_name",)),
        "default-model",
        runs=_REMOTE,
        note="without an argument the library's default model",
    ),
    Row(
        "langchain*.HuggingFaceEmbeddings",
        "model",
        (None, ("model_name", "model")),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "langchain*.HuggingFaceBgeEmbeddings",
        "model",
        (None, ("model_name",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "langchain*.HuggingFaceInstructEmbeddings",
        "model",
        (None, ("model_name",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "langchain*.SentenceTransformerEmbeddings",
        "model",
        (None, ("model_name", "model")),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "langchain*.HuggingFaceCrossEncoder",
        "model",
        (None, ("model_name",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "langchain*.from_model_id",
        "model",
        (0, ("model_id",)),
        "hub-object",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "llama_index*.HuggingFaceEmbedding",
        "model",
        (0, ("model_name",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "llama_index*.HuggingFaceLLM",
        "model",
        (None, ("model_name",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "haystack*.SentenceTransformersTextEmbedder",
        "model",
        (0, ("model",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row(
        "haystack*.SentenceTransformersDocumentEmbedder",
        "model",
        (0, ("model",)),
        "default-model",
        revision=("revision", "model_kwargs.revision"),
        runs=_REMOTE,
    ),
    Row("FlagEmbedding*.FlagModel", "model", (0, ("model_name_or_path",)), "hub-object", runs=_REMOTE),
    Row("FlagEmbedding*.BGEM3FlagModel", "model", (0, ("model_name_or_path",)), "hub-object", runs=_REMOTE),
    Row("FlagEmbedding*.FlagReranker", "model", (0, ("model_name_or_path",)), "hub-object", runs=_REMOTE),
    Row("keybert*.KeyBERT", "model", (0, ("model",)), "hub-object"),
    Row("fastembed*.TextEmbedding", "model", (0, ("model_name",)), "hub-object"),
    Row("InstructorEmbedding*.INSTRUCTOR", "model", (0, ("model_name_or_path",)), "hub-object"),
)

_HUB = tuple(
    Row(f"huggingface_hub*.{name}", "model", (0, ("repo_id",)), "repo-type")
    for name in (
        "hf_hub_download",
        "snapshot_download",
        "cached_download",
        "hf_hub_url",
        "load_torch_model",
        "list_repo_files",
        "list_repo_tree",
    )  # fmt: skip
) + (
    Row("huggingface_hub*.model_info", "model", (0, ("repo_id",)), note="facts of a named repository"),
    Row("huggingface_hub*.dataset_info", "dataset", (0, ("repo_id",))),
    Row("huggingface_hub.Repository", "model", (None, ("clone_from",)), "hub-or-url"),
    Row("transformers*.hf_hub_download", "model", (0, ("repo_id",)), "repo-type"),
    Row("*.hf_hub_download", "model", (0, ("repo_id",)), "repo-type"),
    Row(
        "kernels.get_kernel",
        "remote-code",
        (0, ("repo_id",)),
        revision=_CODE_PINS,
        safe=False,
        runs="native code from the hub is loaded into the process",
    ),
    Row(
        "evaluate*.load",
        "remote-code",
        (0, ("path",)),
        safe=False,
        revision=_CODE_PINS,
        runs="a metric is a Python script that is downloaded and run",
    ),
    Row(
        "datasets*.load_metric", "remote-code", (0, ("path",)), safe=False, runs="a metric is a Python script"
    ),
    Row("modelscope*.MsDataset.load", "dataset", (0, ("dataset_name",)), "dataset", hub="modelscope"),
    Row("modelscope*.dataset_snapshot_download", "dataset", (0, ("dataset_id",)), hub="modelscope"),
    Row(
        "modelscope*.snapshot_download", "model", (0, ("model_id", "repo_id")), "repo-type", hub="modelscope"
    ),
    Row("modelscope*.model_file_download", "model", (0, ("model_id",)), hub="modelscope"),
    Row("modelscope*.pipeline", "model", (1, ("model",)), "pipeline", hub="modelscope", runs=_REMOTE),
    Row("kagglehub*.model_download", "model", (0, ("handle",)), "versioned", (), "kaggle"),
    Row("kagglehub*.dataset_download", "dataset", (0, ("handle",)), "versioned", (), "kaggle"),
    Row("kagglehub*.dataset_load", "dataset", (1, ("handle",)), "versioned", (), "kaggle"),
    Row("kagglehub*.load_dataset", "dataset", (1, ("handle",)), "versioned", (), "kaggle"),
    Row("*keras_hub*.from_preset", "model", (0, ("preset",)), "versioned", (), "kaggle"),
    Row("*keras_nlp*.from_preset", "model", (0, ("preset",)), "versioned", (), "kaggle"),
    Row("*keras_cv*.from_preset", "model", (0, ("preset",)), "versioned", (), "kaggle"),
    Row(
        "tensorflow_hub.load",
        "model",
        (0, ("handle",)),
        "versioned",
        (),
        "tfhub",
        runs="a SavedModel is a program of graph operations",
    ),
    Row(
        "tensorflow_hub.KerasLayer",
        "model",
        (0, ("handle",)),
        "versioned",
        (),
        "tfhub",
        runs="a SavedModel is a program of graph operations",
    ),
    Row(
        "mlflow*.load_model",
        "model",
        (0, ("model_uri",)),
        "versioned",
        (),
        "mlflow",
        safe=False,
        runs="the python_function flavour unpickles with cloudpickle",
    ),
    Row("mlflow*.download_artifacts", "model", (None, ("artifact_uri", "run_id")), "versioned", (), "mlflow"),
    Row("wandb*.use_artifact", "model", (0, ("artifact_or_name",)), "versioned", (), "wandb"),
    Row("nltk.download", "dataset", (0, ("info_or_id",)), "named", (), "nltk", note="cannot be pinned"),
    Row(
        "gensim.downloader.load",
        "model",
        (0, ("name",)),
        "named",
        (),
        "gensim",
        safe=False,
        runs="a downloaded __init__.py is run",
    ),
    Row("tensorflow_datasets.load", "dataset", (0, ("name",)), "named", (), "tfds"),
)

_DATASETS = (
    Row("datasets*.load_dataset", "dataset", (0, ("path",)), "dataset",
        runs="before datasets 4 a repository's loading script could be run"),
    Row("datasets*.load_dataset_builder", "dataset", (0, ("path",)), "dataset"),
    Row("datasets*.get_dataset_config_names", "dataset", (0, ("path",)), "dataset"),
    Row("datasets*.get_dataset_split_names", "dataset", (0, ("path",)), "dataset"),
    Row("datasets*.get_dataset_infos", "dataset", (0, ("path",)), "dataset"),
    Row("datasets*.load_from_disk", "dataset", (0, ("dataset_path",)), "local-data", ()),
    Row("datasets*.from_json", "dataset", (0, ("path_or_paths",)), "data-file", ()),
    Row("datasets*.from_csv", "dataset", (0, ("path_or_paths",)), "data-file", ()),
    Row("datasets*.from_parquet", "dataset", (0, ("path_or_paths",)), "data-file", ()),
    Row("unsloth*.load_dataset", "dataset", (0, ("path",)), "dataset"),
    *(
        Row(f"{library}.{name}", "dataset", (0, ("path", "filepath_or_buffer", "path_or_buf", "source")),
            "remote-data", (), "url", note="only where the path is a URL: local reads are not references")
        for library in ("pandas", "polars", "dask.dataframe", "pyarrow.parquet")
        for name in ("read_csv", "read_json", "read_parquet", "read_table", "read_ndjson", "scan_parquet",
                     "scan_csv", "scan_ndjson", "read_feather", "read_excel", "read_xml")
    ),
)  # fmt: skip

_RUNTIMES = (
    Row("timm.create_model", "model", (0, ("model_name",)), "timm", (), "timm"),
    Row("timm.models.create_model", "model", (0, ("model_name",)), "timm", (), "timm"),
    Row("open_clip.create_model_and_transforms", "model", (0, ("model_name",)), "open-clip", (), "hf"),
    Row("open_clip.create_model_from_pretrained", "model", (0, ("model_name",)), "open-clip", (), "hf"),
    Row("open_clip.create_model", "model", (0, ("model_name",)), "open-clip", (), "hf"),
    Row("open_clip.get_tokenizer", "model", (0, ("model_name",)), "open-clip", (), "hf"),
    Row("clip.load", "model", (0, ("name",)), "named", (), "openai"),
    Row("vllm*.LLM", "model", (0, ("model",)), "hub-object", ("revision",), runs=_REMOTE),
    Row("vllm*.EngineArgs", "model", (0, ("model",)), "hub-object", ("revision",), runs=_REMOTE),
    Row("vllm*.AsyncEngineArgs", "model", (0, ("model",)), "hub-object", ("revision",), runs=_REMOTE),
    Row("sglang*.Engine", "model", (None, ("model_path",)), "hub-object", runs=_REMOTE),
    Row("lmdeploy.pipeline", "model", (0, ("model_path",)), "hub-object", runs=_REMOTE),
    Row("tensorrt_llm*.LLM", "model", (0, ("model",)), "hub-object", runs=_REMOTE),
    Row("mlx_lm*.load", "model", (0, ("path_or_hf_repo",)), "hub-object"),
    Row("mlx_vlm*.load", "model", (0, ("path_or_hf_repo",)), "hub-object"),
    Row("faster_whisper.WhisperModel", "model", (0, ("model_size_or_path",)), "hub-object",
        note="size names map to repositories of the hub"),
    Row("whisper.load_model", "model", (0, ("name",)), "named", (), "openai",
        note="the library compares a SHA-256 of its own table; the project names no revision"),
    Row("whisperx.load_model", "model", (0, ("whisper_arch",)), "named", (), "hf"),
    Row("ultralytics*.YOLO", "model", (0, ("model",)), "ultralytics", (), "ultralytics",
        runs=".pt files are pickles, loaded with weights_only=False",
        note="a bare name is downloaded from a floating release"),
    *(Row(f"ultralytics*.{name}", "model", (0, ("model",)), "ultralytics", (), "ultralytics",
          runs=".pt files are pickles") for name in ("RTDETR", "SAM", "FastSAM", "NAS", "YOLOWorld", "YOLOE")),
    Row("spacy.load", "model", (0, ("name",)), "named", (), "pip",
        runs="a pipeline package is Python code", note="pinned only through the installed package"),
    Row("spacy.cli.download", "model", (0, ("model",)), "named", (), "github"),
    Row("stanza.Pipeline", "model", (0, ("lang",)), "named", (), "stanza"),
    Row("stanza.download", "model", (0, ("lang",)), "named", (), "stanza"),
    Row("TTS*.TTS", "model", (0, ("model_name",)), "named", (), "coqui"),
    Row("gpt4all.GPT4All", "model", (0, ("model_name",)), "named", (), "gpt4all"),
    Row("speechbrain*.from_hparams", "model", (0, ("source",)), safe=False,
        runs="hyperparams.yaml builds any object and may name a Python file"),
    Row("speechbrain*.foreign_class", "model", (0, ("source",)), safe=False, runs="a Python file of the source is run"),
    Row("torch.hub.load", "model", (0, ("repo_or_dir",)), "torch-hub", (), "torch-hub", safe=False,
        runs="hubconf.py of the repository is run"),
    Row("torch.hub.help", "model", (0, ("github",)), "torch-hub", (), "torch-hub", safe=False),
    Row("torch.hub.list", "model", (0, ("github",)), "torch-hub", (), "torch-hub", safe=False),
    Row("torch.hub.load_state_dict_from_url", "model", (0, ("url",)), "checked-url", ("check_hash",), "url",
        runs="the file is a pickle unless weights_only=True"),
    Row("torch.utils.model_zoo.load_url", "model", (0, ("url",)), "checked-url", ("check_hash",), "url",
        runs="the file is a pickle"),
    Row("*.load_state_dict_from_url", "model", (0, ("url",)), "checked-url", ("check_hash",), "url"),
    Row("torch.hub.download_url_to_file", "model", (0, ("url",)), "fetch", ("hash_prefix",), "url"),
    *(Row(f"trl*.{name}Trainer", "model", (0, ("model",)), "hub-object", runs=_REMOTE,
          note="only where the model is given as a name")
      for name in ("SFT", "DPO", "GRPO", "Reward", "KTO", "ORPO", "RLOO", "OnlineDPO")),
)  # fmt: skip

_FETCHES = tuple(
    Row(pattern, "model", (place, words), "fetch", ("known_hash", "hash", "sha256"), "url",
        note="only where the URL names a model or dataset file")
    for pattern, place, words in (
        ("requests.get", 0, ("url",)), ("requests.request", 1, ("url",)), ("requests.*.get", 0, ("url",)),
        ("httpx.get", 0, ("url",)), ("httpx.stream", 1, ("url",)), ("urllib.request.urlretrieve", 0, ("url",)),
        ("urllib.request.urlopen", 0, ("url",)), ("urllib.request.Request", 0, ("url",)),
        ("urllib.urlretrieve", 0, ("url",)), ("urllib2.urlopen", 0, ("url",)),
        ("wget.download", 0, ("url",)), ("pooch.retrieve", 0, ("url",)), ("fsspec.open", 0, ("urlpath",)),
        ("smart_open.open", 0, ("uri",)), ("tensorflow*.get_file", 1, ("origin",)), ("keras*.get_file", 1, ("origin",)),
        ("tf.*.get_file", 1, ("origin",)), ("torchvision*.download_url", 0, ("url",)),
        ("*.download_and_extract_archive", 0, ("url",)), ("fastai*.untar_data", 0, ("url",)),
    )
) + (
    Row("gdown.download", "model", (0, ("url", "id")), "drive", (), "google-drive"),
    Row("gdown.download_folder", "model", (0, ("url", "id")), "drive", (), "google-drive"),
    Row("gdown.cached_download", "model", (0, ("url",)), "drive", ("hash", "md5", "sha256"), "google-drive"),
)  # fmt: skip

_LOADS = (
    Row("torch.load", "load-call", (0, ("f",)), "torch-load", (), "local",
        runs="a pickle, unless weights_only is true (the default since torch 2.6)"),
    Row("torch.serialization.load", "load-call", (0, ("f",)), "torch-load", (), "local"),
    Row("torch.jit.load", "load-call", (0, ("f",)), "load", (), "local",
        runs="TorchScript is a program in the file; it is run by an interpreter without Python objects"),
    Row("torch.package.PackageImporter", "load-call", (0, ("file_or_buffer",)), "load", (), "local", safe=False,
        runs="a package holds Python source"),
    *(Row(f"{module}.{name}", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE)
      for module in ("pickle", "_pickle", "cPickle", "six.moves.cPickle", "dill", "cloudpickle", "pickle5",
                     "compress_pickle", "compressed_pickle", "joblib.numpy_pickle")
      for name in ("load", "loads", "Unpickler")),
    Row("joblib.load", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("sklearn.externals.joblib.load", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("pandas.read_pickle", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("pandas.io.pickle.read_pickle", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("shelve.open", "load-call", _LOADER, "load", (), "local", safe=False, runs="values are pickles"),
    Row("marshal.load", "load-call", _LOADER, "load", (), "local", safe=False, runs="byte code for exec"),
    Row("marshal.loads", "load-call", _LOADER, "load", (), "local", safe=False, runs="byte code for exec"),
    Row("jsonpickle.decode", "load-call", (0, ("string",)), "load", (), "local", safe=False,
        runs="the text names the classes to build"),
    Row("hickle.load", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("srsly.pickle_loads", "load-call", _LOADER, "load", (), "local", safe=False, runs=_PICKLE),
    Row("skops.io.load", "load-call", _LOADER, "load", (), "local", note="the caller lists the trusted types"),
    Row("numpy.load", "load-call", _LOADER, "numpy", (), "local", runs="allow_pickle=True reads object arrays"),
    Row("numpy.*.load", "load-call", _LOADER, "numpy", (), "local"),
    Row("yaml.load", "load-call", (0, ("stream",)), "yaml", (), "local", runs="!!python tags call anything"),
    Row("yaml.load_all", "load-call", (0, ("stream",)), "yaml", (), "local"),
    Row("yaml.unsafe_load", "load-call", (0, ("stream",)), "load", (), "local", safe=False,
        runs="!!python tags call anything"),
    Row("yaml.unsafe_load_all", "load-call", (0, ("stream",)), "load", (), "local", safe=False),
    Row("yaml.full_load", "load-call", (0, ("stream",)), "load", (), "local",
        runs="FullLoader was escaped from before PyYAML 5.4 (CVE-2020-14343)"),
    *(Row(f"{module}.load_model", "load-call", (0, ("filepath", "model")), "keras", (), "local",
          runs="Lambda layers hold Python byte code; .h5 files ignore safe_mode")
      for module in ("keras*", "tensorflow*", "tf.keras*", "tf_keras*", "tensorflow.python.keras*")),
    Row("tensorflow.saved_model.load", "load-call", (0, ("export_dir",)), "load", (), "local",
        runs="a SavedModel is a program of graph operations"),
    Row("*.load_from_checkpoint", "load-call", (0, ("checkpoint_path",)), "torch-load", (), "local",
        runs="a Lightning checkpoint is a pickle unless weights_only=True"),
    Row("accelerate*.load_checkpoint_and_dispatch", "load-call", (1, ("checkpoint",)), "load", (), "local"),
    Row("gensim*.KeyedVectors.load", "load-call", (0, ("fname",)), "load", (), "local", safe=False, runs=_PICKLE),
    Row("gensim*.Word2Vec.load", "load-call", (0, ("fname",)), "load", (), "local", safe=False, runs=_PICKLE),
    Row("safetensors*.load_file", "load-call", (0, ("filename",)), "load", (), "local", safe=True,
        note="the format carries no code"),
    Row("safetensors*.safe_open", "load-call", (0, ("filename",)), "load", (), "local", safe=True),
    Row("safetensors*.load_model", "load-call", (1, ("filename",)), "load", (), "local", safe=True),
    Row("llama_cpp.Llama", "load-call", (None, ("model_path",)), "load", (), "local",
        runs="the chat template of a GGUF file is a Jinja program"),
    Row("onnxruntime.InferenceSession", "load-call", (0, ("path_or_bytes",)), "load", (), "local"),
    Row("onnx.load", "load-call", (0, ("f",)), "load", (), "local"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *_TRANSFORMERS, *_EMBEDDERS, *_HUB, *_DATASETS, *_RUNTIMES, *_FETCHES,
    # safetensors' load_model takes the model first; the keras rows would match nothing of it.
    *_LOADS,
)  # fmt: skip
