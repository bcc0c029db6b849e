"""What a call of the table names, how firmly, and what is said where its arguments do not tell."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
HUB = "https://huggingface.co"
HF = "from transformers import AutoModel, pipeline\n"
DATA = "from datasets import Dataset, load_dataset, load_from_disk\n"
TV = "import torchvision\n"
KERAS = "from tensorflow.keras.applications import VGG16, imagenet_utils\n"
SMP = "import segmentation_models_pytorch as smp\n"
TRL = "from trl import SFTConfig, SFTTrainer\n"

NAMED = [
    (HF + "pipeline()", []),
    (HF + "def f(**kw):\n  pipeline('chat', **kw)", []),
    (HF + "pipeline('chat', model=None)", [("model", None, "none")]),
    (
        HF + "pipeline('chat', model='o/m', tokenizer='o/t')",
        [("model", "o/m", "none"), ("model", "o/t", "none")],
    ),
    (HF + "pipeline('chat', model='o/m', tokenizer='o/m')", [("model", "o/m", "none")]),
    (HF + "AutoModel.from_pretrained('out/model')", [("model", "out/model", "undetermined")]),
    (HF + f"AutoModel.from_pretrained('out/model', revision='{SHA}')", [("model", "out/model", "commit")]),
    (HF + "AutoModel.from_pretrained(f'./{x}')", [("model", None, "local")]),
    (HF + f"AutoModel.from_pretrained(f'{HUB}/{{x}}')", [("model", None, "undetermined")]),
    (HF + "AutoModel.from_pretrained(f'o/{x}')", [("model", None, "none")]),
    (HF + "AutoModel.from_pretrained(f'{x}/m')", [("model", None, "undetermined")]),
    (HF + r"AutoModel.from_pretrained('C:\\models\\a')", [("model", r"C:\models\a", "local")]),
    (HF + "AutoModel.from_pretrained('././w')", [("model", "././w", "local")]),
    (HF + f"AutoModel.from_pretrained('{HUB}/datasets/o/d')", [("dataset", "o/d", "none")]),
    (
        "from diffusers import DiffusionPipeline\n"
        f"DiffusionPipeline.from_pretrained('o/m', custom_pipeline='o/p', custom_revision='{SHA}')",
        [("model", "o/m", "none"), ("remote-code", "o/p", "commit")],
    ),
    (
        "from diffusers import DiffusionPipeline\n"
        "DiffusionPipeline.from_pretrained('o/m', custom_pipeline='lpw')",
        [("model", "o/m", "none")],
    ),
    (
        "from pyannote.audio import Pipeline\nPipeline.from_pretrained('o/m@2.1')",
        [("model", "o/m", "movable")],
    ),
    ("from pyannote.audio import Pipeline\nPipeline.from_pretrained('o/m')", [("model", "o/m", "none")]),
    (
        "from vllm import LLM\nLLM(model='o/m', tokenizer='o/t')",
        [("model", "o/m", "none"), ("model", "o/t", "none")],
    ),
    (
        HF + "AutoModel.from_pretrained('o/m', trust_remote_code=True, "
        f"revision='{SHA}', model_kwargs={{'code_revision': '{SHA}'}})",
        [("model", "o/m", "commit"), ("remote-code", "o/m", "commit")],
    ),
    (
        "import huggingface_hub as h\nh.snapshot_download('o/s', repo_type='space')\n"
        "h.snapshot_download('o/d', repo_type='dataset')",
        [("dataset", "o/d", "none")],
    ),
]

DATASETS = [
    (
        DATA + "load_dataset('o/d', trust_remote_code=True)",
        [("dataset", "o/d", "none"), ("remote-code", "o/d", "none")],
    ),
    (DATA + "load_dataset('csv', data_files=files)", [("dataset", None, "undetermined")]),
    (DATA + "load_dataset('csv', data_files='a.csv')", [("dataset", "a.csv", "undetermined")]),
    (DATA + "load_dataset('csv', data_files='./a.csv')", [("dataset", "./a.csv", "local")]),
    (DATA + "load_dataset('csv', data_files=['./a.csv', './a.csv'])", [("dataset", "./a.csv", "local")]),
    (
        DATA + "load_dataset('csv', data_files={'train': './a.csv', 'test': ['./b-*.csv']})",
        [("dataset", "./a.csv", "local"), ("dataset", "./b-*.csv", "local")],
    ),
    (
        DATA + f"load_dataset('csv', data_files='{HUB}/datasets/o/d/resolve/{SHA}/a.csv')",
        [("dataset", "o/d", "commit")],
    ),
    (DATA + "Dataset.from_csv('./a.csv')", [("dataset", "./a.csv", "local")]),
    (
        DATA + "load_from_disk('./d')\nload_from_disk(place)",
        [("dataset", "./d", "local"), ("dataset", None, "undetermined")],
    ),
    (
        "import pandas\npandas.read_csv('https://x.org/a.csv')\npandas.read_csv('a.csv')",
        [("dataset", "https://x.org/a.csv", "none")],
    ),
]

WEIGHTS = [
    (TV + "torchvision.models.resnet50(True)", [("model", "resnet50", "none")]),
    (TV + "torchvision.models.resnet50(None)", []),
    (TV + "torchvision.models.resnet50(x)", [("model", "resnet50", "undetermined")]),
    (TV + "def f(x):\n  torchvision.models.resnet50(x)", []),
    (TV + "torchvision.models.resnet50(weights='./w.pth')", [("model", "resnet50", "local")]),
    (TV + "torchvision.models.get_model(name, weights='DEFAULT')", [("model", None, "movable")]),
    (TV + "torchvision.models.resnet50(weights=chosen())", [("model", "resnet50", "undetermined")]),
    (KERAS + "VGG16()", [("model", "VGG16", "movable")]),
    (KERAS + "VGG16(weights='./w.h5')", [("model", "./w.h5", "local")]),
    (KERAS + "VGG16(weights='w.h5')", [("model", "w.h5", "undetermined")]),
    (KERAS + "VGG16(weights=chosen())", [("model", "VGG16", "undetermined")]),
    (KERAS + "def f(**kw):\n  VGG16(**kw)", []),
    (KERAS + "imagenet_utils.preprocess_input(x)", []),
    (SMP + "smp.Unet()", [("model", "resnet34", "movable")]),
    (SMP + "smp.Unet('vgg', encoder_weights=None)", []),
    (SMP + "def f(**kw):\n  smp.Unet('vgg', **kw)", []),
]

TRAINERS = [
    (TRL + "SFTTrainer('o/m', args=make())", [("model", "o/m", "none")]),
    (TRL + "def f(**kw):\n  SFTTrainer('o/m', args=SFTConfig(**kw))", [("model", "o/m", "undetermined")]),
    (TRL + "SFTTrainer('o/m', args=SFTConfig(output_dir='x'))", [("model", "o/m", "none")]),
    (
        TRL + "SFTTrainer('o/m', args=SFTConfig(model_init_kwargs={'trust_remote_code': True}))",
        [("model", "o/m", "none"), ("remote-code", "o/m", "none")],
    ),
]

OTHERS = [
    (
        "from sagemaker.huggingface import HuggingFaceModel\n"
        "HuggingFaceModel(image_uri='x/y:1', env={'HF_MODEL_ID': 'o/m'}, model_data='s3://b/model.tar.gz')",
        [("image", "x/y", "movable"), ("model", "o/m", "none"), ("model", "s3://b/model.tar.gz", "none")],
    ),
    ("from sagemaker.huggingface import HuggingFaceModel\nHuggingFaceModel(model_data='local/m')", []),
    ("import docker\ndocker.from_env().containers.run('x/y:1')", [("image", "x/y", "movable")]),
    (
        "import docker\nclient = docker.from_env()\nclient.images.pull('x/y', tag='1')",
        [("image", "x/y", "none")],
    ),
    ("import docker\ndocker.from_env().containers.run('NOT AN IMAGE')", []),
    ("import dvc.api\ndvc.api.read('data/a.csv')", [("dataset", "data/a.csv", "local")]),
    ("import os\nos.system()\nos.system(42)", []),
    ("import subprocess\nsubprocess.run([])", []),
    (
        "import modal\nimage = modal.Image.debian_slim().run_commands('hf download o/m', 'ls')",
        [("model", "o/m", "none")],
    ),
    ("import ultralytics\nultralytics.YOLO({'a': 1})", []),
]


@pytest.mark.parametrize(("source", "expected"), [*NAMED, *DATASETS, *WEIGHTS, *TRAINERS, *OTHERS])
def test_what_a_call_names(scan, source, expected):
    found = scan({"m.py": source + "\n"})
    assert sorted((r.kind, r.ref or "", r.pin.value) for r in found) == sorted(
        (kind, ref or "", pin) for kind, ref, pin in expected
    )


LOADS = [
    ("import torch\ndef f(p, **kw):\n  torch.load(p, **kw)", [(None, None)]),
    ("import torch\ntorch.load('https://x.org/a.pt', weights_only=False)", [("https://x.org/a.pt", False)]),
    ("import torch\ntorch.load(f'./{x}', weights_only=True)", [(None, True)]),
    ("import numpy as np\nnp.load('a.npy', None, True)", [("a.npy", False)]),
    ("import numpy as np\nnp.load('a.npy', None, False)", []),
    ("import numpy as np\nnp.load('a.npy', None, flag)", [("a.npy", None)]),
    ("import yaml\nyaml.load(f)", [(None, None)]),
    ("import yaml\ndef f(s, **kw):\n  yaml.load(s, **kw)", []),
    ("import yaml\nyaml.load(f, yaml.FullLoader)", [(None, None)]),
    ("import yaml\nyaml.load(f, Loader=yaml.UnsafeLoader)", [(None, False)]),
    ("import yaml\nyaml.load(f, chosen())", [(None, None)]),
    ("import yaml\nclass Own(yaml.SafeLoader): ...\nyaml.load(f, Own)", []),
    ("import yaml\nclass Own(yaml.Loader): ...\nyaml.load(f, Own)", [(None, None)]),
    (
        "from tensorflow import keras\nkeras.models.load_model('m.keras', safe_mode=False)",
        [("m.keras", False)],
    ),
    ("from tensorflow import keras\nkeras.models.load_model('m.keras')", [("m.keras", None)]),
]


@pytest.mark.parametrize(("source", "expected"), LOADS)
def test_whether_a_load_can_run_code(scan, source, expected):
    assert [(r.ref, r.safe) for r in scan({"m.py": source + "\n"}) if r.kind == "load-call"] == expected


def test_a_keras_model_of_the_hub_has_the_pin_of_its_url(scan):
    source = f"import keras\nkeras.saving.load_model('hf://o/m')\nkeras.saving.load_model('{HUB}/o/m/resolve/main/a.keras')"
    assert [(r.ref, r.pin.value) for r in scan({"m.py": source})] == [("o/m", "none"), ("o/m", "movable")]


CHAINS = [
    (
        "from huggingface_hub import hf_hub_download\n"
        + HF
        + f"AutoModel.from_pretrained(hf_hub_download('o/m', 'f', revision='{SHA}'))",
        [(3, "model", "o/m", "commit")],
    ),
    (
        "from huggingface_hub import hf_hub_download\nimport torch\n"
        "torch.load(hf_hub_download('o/s', 'f', repo_type='space'))",
        [(3, "load-call", None, "undetermined")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), CHAINS)
def test_what_is_downloaded_first_and_loaded_then(scan, source, expected):
    found = [(r.line, r.kind, r.ref, r.pin.value) for r in scan({"m.py": source})]
    assert all(item in found for item in expected)
