"""Libraries with rules of their own: what a call names, and what it leaves to the library."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"

CASES = [
    # haystack: keyword-only models, and defaults
    (
        "from haystack_integrations.components.generators.transformers import TransformersChatGenerator\n"
        "TransformersChatGenerator(model='o/m')",
        [("model", "o/m", "none")],
    ),
    (
        "from haystack_integrations.components.routers.transformers import TransformersZeroShotTextRouter\n"
        "TransformersZeroShotTextRouter(['music', 'cinema'])",
        [("model", None, "none")],
    ),
    ("from haystack.nodes import FARMReader\nFARMReader('o/m')", [("model", "o/m", "none")]),
    # TRL: the models beside the model, and the revision in the configuration
    (
        "from trl import GKDTrainer\nGKDTrainer('o/m', teacher_model='o/t', args=cfg)",
        [("model", "o/m", "none"), ("model", "o/t", "none")],
    ),
    (
        "from trl import SFTConfig, SFTTrainer\n"
        f"SFTTrainer('o/m', args=SFTConfig(model_init_kwargs={{'revision': '{SHA}'}}))",
        [("model", "o/m", "commit")],
    ),
    (
        "from trl import SFTConfig, SFTTrainer\n"
        "SFTTrainer('o/m', args=SFTConfig(model_init_kwargs=dict(revision='main')))",
        [("model", "o/m", "movable")],
    ),
    ("from trl import SFTTrainer\nSFTTrainer(model)", []),
    (
        "from trl import GRPOTrainer\nGRPOTrainer('o/m', reward_funcs=[score, 'o/r'])",
        [("model", "o/m", "none"), ("model", "o/r", "none")],
    ),
    # modelscope: revisions by place, and under names of their own
    (
        f"from modelscope import snapshot_download\nsnapshot_download('o/m', '{SHA}')",
        [("model", "o/m", "commit")],
    ),
    (
        "from modelscope.pipelines import pipeline\npipeline('chat', 'o/m', model_revision='v1.0')",
        [("model", "o/m", "movable")],
    ),
    (
        "from modelscope.msdatasets import MsDataset\nMsDataset.load('o/d', version='v1')",
        [("dataset", "o/d", "movable")],
    ),
    # AutoAWQ trusts remote code unless it is told not to
    (
        "from awq import AutoAWQForCausalLM\nAutoAWQForCausalLM.from_quantized('o/m')",
        [("model", "o/m", "none"), ("remote-code", "o/m", "none")],
    ),
    (
        "from awq import AutoAWQForCausalLM\n"
        "AutoAWQForCausalLM.from_quantized('o/m', trust_remote_code=False)",
        [("model", "o/m", "none")],
    ),
    # weights by a switch or by default
    (
        "import segmentation_models_pytorch as smp\nsmp.Unet('resnet50', encoder_weights='imagenet')",
        [("model", "resnet50", "movable")],
    ),
    ("import segmentation_models_pytorch as smp\nsmp.Unet('resnet50', encoder_weights=None)", []),
    ("from timm.models import resnet50\nresnet50(pretrained=True)", [("model", "resnet50", "none")]),
    ("import timm\ntimm.models.list_models(pretrained=True)", []),
    # data sets of libraries
    ("from torchvision.datasets import MNIST\nMNIST('d', download=True)", [("dataset", "MNIST", "none")]),
    ("from torchvision.datasets import MNIST\nMNIST('d')", []),
    ("from torchvision.datasets import ImageFolder\nImageFolder('train')", []),
    ("from keras.datasets import mnist\nmnist.load_data()", [("dataset", "mnist", "none")]),
    (
        "from sklearn.datasets import fetch_20newsgroups\nfetch_20newsgroups()",
        [("dataset", "fetch_20newsgroups", "none")],
    ),
    ("from sklearn.datasets import load_iris\nload_iris()", []),
    # tools are code
    (
        "from smolagents import load_tool\nload_tool('o/tool', trust_remote_code=True)",
        [("remote-code", "o/tool", "none")],
    ),
    (
        "from llama_index.core.llama_pack import download_llama_pack\ndownload_llama_pack('RagPack', './p')",
        [("remote-code", "RagPack", "none")],
    ),
    # reinforcement learning
    (
        "from huggingface_sb3 import load_from_hub\nfrom stable_baselines3 import PPO\n"
        "PPO.load(load_from_hub('o/m', 'm.zip'))",
        [("load-call", "o/m", "none"), ("model", "o/m", "none")],
    ),
    # asked of a server, not loaded
    ("from huggingface_hub import InferenceClient\nInferenceClient(model='o/m')", []),
    ("from langchain_huggingface import HuggingFaceEndpoint\nHuggingFaceEndpoint(repo_id='o/m')", []),
    # checked by the library itself
    ("import tiktoken\ntiktoken.get_encoding('cl100k_base')", []),
    # names inside packages
    ("import en_core_web_sm\nnlp = en_core_web_sm.load()", [("model", "en_core_web_sm", "none")]),
    (
        "from simpletransformers.ner import NERModel\nNERModel('roberta', 'o/m')",
        [("model", "o/m", "none")],
    ),
    ("import whisperx\nwhisperx.load_align_model('en', 'cuda')", [("model", None, "none")]),
    ("from comet import download_model\ndownload_model('o/m')", [("model", "o/m", "none")]),
    (
        "from vllm.lora.request import LoRARequest\nLoRARequest('a', 1, 'o/lora')",
        [("model", "o/lora", "none")],
    ),
    (
        "from keras.utils import get_file\nget_file('m.h5', 'https://h/m.h5')",
        [("model", "https://h/m.h5", "none")],
    ),
    (
        "from keras.utils import get_file\nget_file('m.h5', 'https://h/m.h5', file_hash='ab')",
        [("model", "https://h/m.h5", "digest")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_libraries_have_rules_of_their_own(scan, source, expected):
    assert sorted((r.kind, r.ref, r.pin.value) for r in scan({"m.py": source})) == sorted(expected)
