"""Packages that configurations name classes of all the time, each with the reason why it is no news.

A configuration that has ``torch.optim.AdamW`` made tells a reviewer nothing; one that has ``acme.Net`` made
says that code of a package runs which stands on no list. Only the first part of a name is looked up here.
What no configuration needs of these packages stands in ``named_code`` and stays an alarm.
"""

from __future__ import annotations

from functools import cache

# Reason: the packages, as they are imported. The lists for pickles name further ones.
_KNOWN: dict[str, str] = {
    "frameworks that tensors are computed with": """
        torch torchvision torchaudio torchtext torchdata torchrl tensordict functorch tensorflow
        tensorflow_addons tensorflow_datasets tensorflow_hub tensorflow_probability tensorflow_text keras
        keras_core keras_cv keras_hub keras_nlp keras_tuner tf_keras tf_agents jax jaxlib flax optax haiku
        chex orbax grain equinox diffrax distrax paddle paddlenlp paddleocr paddleseg paddledet
        mindspore mxnet gluonnlp gluoncv gluonts mlx mlx_lm mlx_vlm tinygrad oneflow megengine chainer
        theano caffe2 cntk
    """,
    "libraries that run a training": """
        lightning lightning_fabric lightning_utilities pytorch_lightning pl_bolts litgpt litdata ignite
        fastai fastcore catalyst skorch accelerate deepspeed fairscale bitsandbytes apex xformers colossalai
        composer llmfoundry streaming horovod bagua determined ray torchtune torchtitan trl peft unsloth
        axolotl llamafactory swift nemo nemo_run nemo_text_processing nemo_automodel nemo_rl nemo_aligner
        nemo_curator megatron transformer_engine modulus physicsnemo modelopt
        torchmetrics torch_optimizer bionemo monai medpy nnunetv2 batchgenerators
        dynamic_network_architectures ludwig torch_ema ema_pytorch lion_pytorch prodigyopt schedulefree
    """,
    "models, layers and data of language, pictures and sound": """
        transformers tokenizers datasets evaluate diffusers timm sentence_transformers setfit optimum
        adapters adapter_transformers safetensors huggingface_hub open_clip clip segment_anything sam2
        detectron2 fvcore iopath mmcv mmengine mmdet mmseg mmcls mmpretrain mmpose mmocr mmaction mmdet3d
        mmrotate mmyolo mmagic mmedit mmtrack mmselfsup mmrazor mmdeploy ultralytics yolox super_gradients
        segmentation_models_pytorch pretrainedmodels efficientnet_pytorch kornia einops rotary_embedding_torch
        vector_quantize_pytorch torch_geometric torch_scatter torch_sparse torch_cluster dgl ogb
        pytorch3d nerfstudio gsplat speechbrain asteroid asteroid_filterbanks espnet espnet2 fairseq
        fairseq2 fairseq_cli hyperpyyaml pyannote julius demucs encodec audiocraft descript_audiotools
        audiomentations torch_audiomentations librosa whisper whisperx faster_whisper torchcrepe vocos
        TTS s3prl k2 lhotse icefall kaldiio allennlp flair stanza spacy spacy_transformers thinc
        spacy_curated_transformers spacy_llm gensim nltk sacrebleu sacremoses rouge_score bert_score
        sentencepiece tiktoken subword_nmt vllm sglang lmdeploy lm_eval opencompass deepeval ragas
        ldm sgm k_diffusion taming nunchaku controlnet_aux onnxruntime onnx tensorrt torch_tensorrt openvino
        neural_compressor
        anomalib lightly solo vissl torchxrayvision torchio deepchem chemprop schnetpack mace e3nn
        esm openfold lerobot robomimic robosuite
    """,
    "tables, numbers and classical learning": """
        numpy scipy pandas polars pyarrow dask cupy cudf cuml sklearn skopt skops imblearn xgboost lightgbm
        catboost statsmodels prophet darts sktime tslearn pyod optuna hyperopt nevergrad ax botorch gpytorch
        pyro pymc numpyro arviz networkx igraph shap lime captum joblib numba sympy h5py zarr tables xarray
        netCDF4 feature_engine category_encoders mlxtend umap hdbscan faiss annoy hnswlib implicit surprise
        recbole pytorch_forecasting pytorch_tabnet pytorch_metric_learning tabpfn autogluon neuralforecast
        statsforecast skimage cv2 albumentations albumentations_pytorch imgaug PIL imageio webdataset
        torchsampler tfrecord decord av
    """,
    "environments and learning by reward": """
        gym gymnasium stable_baselines3 sb3_contrib tianshou rllib dm_control dm_env pettingzoo
        minigrid mujoco ale_py shimmy envpool procgen nle mani_skill
    """,
    "settings, logs and tracking of a run": """
        hydra hydra_plugins hydra_zen hydra_colorlog omegaconf jsonargparse gin ml_collections fiddle
        wandb tensorboard tensorboardX mlflow neptune comet_ml aim clearml dvclive loguru rich tqdm
        codecarbon torchinfo fire absl typer click pydantic attr attrs yaml fsspec s3fs gcsfs smart_open
        boto3 botocore sqlalchemy psycopg2 redis kedro kedro_datasets prefect airflow dagster zenml metaflow
        great_expectations pandera dvc
    """,
    "chains, agents and retrieval": """
        langchain langchain_core langchain_community langchain_classic langchain_openai langchain_anthropic
        langchain_google_genai langchain_huggingface langchain_text_splitters langgraph llama_index haystack
        haystack_integrations haystack_experimental farm guidance dspy smolagents autogen_core
        autogen_agentchat
        autogen_ext crewai openai anthropic cohere mistralai chromadb qdrant_client weaviate pinecone
        rasa semantic_kernel instructor outlines nemoguardrails
    """,
    "servers of models": """
        mlserver mlserver_sklearn mlserver_xgboost mlserver_lightgbm mlserver_mlflow mlserver_huggingface
        mlserver_catboost mlserver_mllib mlserver_onnx mlserver_alibi_detect mlserver_alibi_explain kserve
        bentoml ts tritonclient fastapi starlette uvicorn gunicorn flask django gradio streamlit litserve
    """,
    "names that a server's and a logger's settings are written with": """
        pythonjsonlogger json_log_formatter colorlog structlog concurrent_log_handler sentry_sdk
        ecs_logging google celery kombu
    """,
    "Python's own library": """
        abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath codecs
        collections colorsys concurrent configparser contextlib contextvars copy copyreg csv dataclasses
        datetime decimal difflib email encodings enum errno fnmatch fractions functools gc getpass gettext
        glob graphlib gzip hashlib heapq hmac html inspect io ipaddress itertools json keyword linecache
        locale logging lzma mailbox math mimetypes mmap multiprocessing numbers operator os pathlib
        platform plistlib pprint posixpath queue random re reprlib sched secrets select selectors shlex
        shutil signal sqlite3 ssl stat statistics string struct sys sysconfig syslog tarfile tempfile
        textwrap threading time timeit tokenize tomllib traceback tracemalloc types typing unicodedata
        unittest urllib uuid warnings wave weakref xml zipfile zlib zoneinfo typing_extensions
    """,
}


@cache
def known_packages() -> dict[str, str]:
    """Every well-known package by the name it is imported by, with the reason why it is named."""
    from inspector.artifacts.pickles.allow_library import LIBRARY

    known = {row.module.split(".")[0]: row.reason for row in LIBRARY}
    for reason, names in _KNOWN.items():
        known.update(dict.fromkeys(names.split(), reason))
    return known
