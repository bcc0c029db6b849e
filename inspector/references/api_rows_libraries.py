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
    *(
        Row(
            f"segmentation_models_pytorch*.{name}",
            "model",
            (0, ("encoder_name",)),
            "encoder",
            (),
            "segmentation-models",
            note="encoder_weights='imagenet' is the default",
        )
        for name in (
            *(
                "Unet",
                "UnetPlusPlus",
                "MAnet",
                "Linknet",
                "FPN",
                "PSPNet",
                "PAN",
                "DeepLabV3",
                "DeepLabV3Plus",
            ),
            *("UPerNet", "Segformer", "DPT"),
        )
    ),
    Row("timm.models*.list_models", "model", (None, ()), "nothing", (), "timm"),
    Row("timm.models.*", "model", (None, ()), "weights", (), "timm"),
    Row("pretrainedmodels.*", "model", (None, ()), "weights", (), "pretrainedmodels"),
    Row("clip_interrogator*.Config", "model", (None, ("clip_model_name",)), "library-default", (), "hf"),
    Row("mmpretrain*.get_model", "model", (0, ("model",)), "weights", (), "openmmlab"),
    Row("ultralytics*.attempt_download_asset", "model", (0, ("file",)), "named", (), "ultralytics"),
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
    _hub("pyannote*.PretrainedSpeakerEmbedding", "embedding"),
    Row("whisperx*.load_align_model", "model", (2, ("model_name",)), "default-model"),
    Row("whisperx*.DiarizationPipeline", "model", (0, ("model_name",)), "default-model"),
    Row("torchaudio*.download_pretrained_files", "model", (0, ("model",)), "named", (), "torchaudio"),
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
    _hub("sentence_transformers*.MLMTransformer", "model_name_or_path"),
    _hub("sentence_transformers*.CLIPModel", "model_name"),
    Row("sentence_transformers*.from_model2vec", "model", (0, ("model_id_or_path",)), "hub"),
    Row("sentence_transformers*.from_distillation", "model", (0, ("model_name",)), "hub"),
    _hub("fastembed*.SparseTextEmbedding", "model_name"),
    _hub("fastembed*.LateInteractionTextEmbedding", "model_name"),
    _hub("fastembed*.ImageEmbedding", "model_name"),
    _hub("fastembed*.TextCrossEncoder", "model_name"),
    _hub("FlagEmbedding*.FlagLLMReranker", "model_name_or_path"),
    _hub("FlagEmbedding*.LayerWiseFlagLLMReranker", "model_name_or_path"),
    _hub("FlagEmbedding*.FlagICLModel", "model_name_or_path"),
    Row("FlagEmbedding*.from_finetuned", "model", (0, ("model_name_or_path",)), runs=_REMOTE),
    _hub("colbert*.Indexer", "checkpoint"),
    _hub("colbert*.Checkpoint", "name"),
    Row("mteb*.get_model", "model", (0, ("model_name",)), "hub"),
    Row("lm_eval*.simple_evaluate", "model", (None, ("model_args",)), "lm-eval"),
    _hub("ctranslate2.converters.TransformersConverter", "model_name_or_path"),
    _hub("exllamav2*.ExLlamaV2Config", "model_dir"),
    _hub("fastembed*.LateInteractionMultimodalEmbedding", "model_name"),
    Row(
        "comet*.download_model",
        "model",
        (0, ("model",)),
        runs="the checkpoint of a metric is a Lightning pickle",
    ),
    _hub("nnsight*.LanguageModel", "model"),
    _hub("litgpt*.LLM.load", "model"),
    _hub("sglang*.Runtime", "model_path", place=None),
    _hub("mlx_lm*.convert", "hf_path"),
    _hub("inseq.load_model", "model"),
    _hub("bert_score*.score", "model_type", place=None),
    _hub("bert_score*.BERTScorer", "model_type", place=None),
    Row("detoxify.Detoxify", "model", (0, ("model_type",)), "named", (), "detoxify", runs=_CHECKPOINT),
    _hub("vllm*.LoRARequest", "lora_path", "lora_local_path", place=2),
    _hub("vllm*.get_tokenizer", "tokenizer_name"),
    _hub("peft*.load_peft_weights", "model_id"),
    _hub("diffusers*.load_lora_adapter", "pretrained_model_name_or_path_or_dict"),
    Row("diffusers*.DiffusionPipeline.download", "model", (0, ("pretrained_model_name",)), runs=_REMOTE),
    Row("unsloth*.SyntheticDataKit", "model", (0, ("model_name",)), "default-model"),
    Row(
        "huggingface_sb3.load_from_hub",
        "model",
        (0, ("repo_id",)),
        "repo-type",
        runs="the archive holds pickles",
    ),
    Row("huggingface_hub*.get_safetensors_metadata", "model", (0, ("repo_id",))),
    Row("paddlenlp.Taskflow", "model", (1, ("model",)), "library-default", (), "paddle"),
    Row("paddlenlp.datasets.load_dataset", "dataset", (0, ("path_or_read_func",)), "named", (), "paddle"),
    Row(
        "paddle.hub.load",
        "model",
        (0, ("repo_dir",)),
        "torch-hub",
        (),
        "paddle-hub",
        safe=False,
        runs="hubconf.py of the repository is run",
    ),
    Row("paddlehub.Module", "model", (None, ("name",)), "named", (), "paddle-hub", safe=False),
    Row("onnx.hub.load", "model", (0, ("model",)), "named", (), "onnx"),
    Row("ollama*.pull", "model", (0, ("model",)), "versioned", (), "ollama"),
    Row("spacy.util.load_model", "model", (0, ("name",)), "named", (), "pip"),
    *(
        Row(
            f"{package}*.load", "model", (None, ()), "package", (), "pip", runs="a pipeline package is Python"
        )
        for package in (
            "en_core_",
            "xx_",
            "de_core_",
            "fr_core_",
            "es_core_",
            "zh_core_",
            "ja_core_",
            "en_core_sci_",
        )
    ),
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
    *(
        _unsafe(
            f"{library}*.load", "path", "load_path", runs="the archive holds cloudpickle and torch pickles"
        )
        for library in ("stable_baselines3", "sb3_contrib")
    ),
    Row(
        "huggingface_hub*.load_torch_model",
        "load-call",
        (1, ("checkpoint_path",)),
        "torch-load",
        (),
        "local",
        note="weights_only is True by default",
        safe=True,
    ),
    Row(
        "huggingface_hub*.load_state_dict_from_file",
        "load-call",
        (0, ("checkpoint_file",)),
        "torch-load",
        (),
        "local",
        note="weights_only is True by default",
        safe=True,
    ),
    *(
        Row(pattern, "load-call", (1, ("filename", "checkpoint")), "load", (), "local", runs=_CHECKPOINT)
        for pattern in ("mmengine*.load_checkpoint", "mmcv*.load_checkpoint", "mmdet*.init_detector")
    ),
    Row(
        "fairseq*.load_model_ensemble_and_task",
        "load-call",
        (0, ("filenames",)),
        "load",
        (),
        "local",
        runs=_CHECKPOINT,
    ),
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
        "*.run_commands",
    )
)

# Containers that Python code starts or describes.
IMAGES = (
    *(
        Row(pattern, "image", (place, (name,)), "image", (), "registry")
        for pattern, place, name in (
            ("modal*.from_registry", 0, "tag"),
            ("kfp*.component", None, "base_image"),
            ("kfp*.ContainerOp", None, "image"),
            ("kfp*.ContainerSpec", None, "image"),
            ("flytekit*.ImageSpec", None, "base_image"),
            ("*.KubernetesPodOperator", None, "image"),
            ("*.DockerOperator", None, "image"),
            ("testcontainers*.DockerContainer", 0, "image"),
            # Of docker's client, whatever it came from: docker.from_env() is no class that could be told.
            ("*.containers.run", 0, "image"),
            ("*.images.pull", 0, "repository"),
        )
    ),
    *(
        Row(f"sagemaker*.{name}", "image", (None, ("image_uri",)), "hosted", (), "registry")
        for name in (
            *("HuggingFaceModel", "Model", "PyTorchModel", "TensorFlowModel", "SKLearnModel", "XGBoostModel"),
            *("HuggingFace", "Estimator", "PyTorch", "ScriptProcessor", "Processor"),
        )
    ),
)

# Object stores: only where the key has the form of a model or data file.
STORES = (
    Row("*.download_file", "model", (0, ("Bucket",)), "store-object", (), "url"),
    Row("*.download_fileobj", "model", (0, ("Bucket",)), "store-object", (), "url"),
    Row("*.get_object", "model", (None, ("Bucket",)), "store-object", (), "url"),
    Row("*.fget_object", "model", (0, ("bucket_name",)), "store-object", (), "url"),
)

# Data sets that a library fetches by a table of its own; some only where a switch says so.
DATA = (
    *(
        Row(f"{library}.datasets.*", "dataset", (None, ()), "switched", (), library)
        for library in ("torchvision", "torchaudio")
    ),
    Row("*keras.datasets.*.load_data", "dataset", (None, ()), "in-call", (), "keras"),
    *(
        Row(f"sklearn.datasets.fetch_{name}", "dataset", (None, ()), "callee", (), "sklearn")
        for name in (
            "20newsgroups",
            "california_housing",
            "covtype",
            "kddcup99",
            "lfw_people",
            "olivetti_faces",
        )
    ),
    Row("sklearn.datasets.fetch_openml", "dataset", (0, ("name", "data_id")), "named", (), "openml"),
    Row("seaborn.load_dataset", "dataset", (0, ("name",)), "named", (), "seaborn"),
    Row("kagglehub*.competition_download", "dataset", (0, ("handle",)), "versioned", (), "kaggle"),
    Row("kagglehub*.notebook_output_download", "dataset", (0, ("handle",)), "versioned", (), "kaggle"),
    Row("sentence_transformers*.http_get", "model", (0, ("url",)), "fetch", (), "url"),
)

ROWS = (*VISION, *SPEECH, *TEXT, *LOADS, *DATA, *PROGRAMS, *IMAGES, *STORES)
