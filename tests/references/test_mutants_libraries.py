"""What each library's own rules make of a call: the name, the pin, whether loading runs code, and the hub."""

from __future__ import annotations

from typing import Any

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
PATHS = ("w/model.pt", "w/model.ckpt")
NOTHING: list[Any] = []

CASES = [
    # torch.hub runs the hubconf.py of whatever it names
    ("import torch", "torch.hub.load('o/r', 'm')", ("o/r", "none", False, "torch-hub")),
    ("import torch", f"torch.hub.load('o/r:{SHA}', 'm')", ("o/r", "commit", False, "torch-hub")),
    ("import torch", "torch.hub.load('o/r:v1', 'm')", ("o/r", "movable", False, "torch-hub")),
    ("import torch", "torch.hub.load('here', 'm', source='local')", ("here", "local", False, "local")),
    ("import torch", "torch.hub.load(name, 'm')", (None, "undetermined", False, "torch-hub")),
    # timm fetches only where pretrained weights are asked for, or where the name is one of the hub
    ("import timm", "timm.create_model('resnet50')", None),
    ("import timm", "timm.create_model('resnet50', False)", None),
    ("import timm", "timm.create_model('resnet50', True)", ("resnet50", "none", None, "timm")),
    ("import timm", "timm.create_model('resnet50', pretrained=True)", ("resnet50", "none", None, "timm")),
    ("import timm", f"timm.create_model('hf-hub:o/m@{SHA}')", ("o/m", "commit", None, "hf")),
    ("import timm", "timm.create_model('hf_hub:o/m')", ("o/m", "none", None, "hf")),
    ("import timm", "timm.create_model('hf-hub:o/m@main')", ("o/m", "movable", None, "hf")),
    ("import timm", "timm.create_model('local-dir:x', True)", ("x", "local", None, "local")),
    ("import timm", "timm.create_model(name, pretrained=True)", (None, "undetermined", None, "timm")),
    ("import timm", "timm.create_model(name)", None),
    # open_clip
    ("import open_clip", "open_clip.create_model('hf-hub:o/m')", ("o/m", "none", None, "hf")),
    ("import open_clip", "open_clip.create_model('ViT', 'laion')", ("ViT", "none", None, "open-clip")),
    (
        "import open_clip",
        "open_clip.create_model('ViT', 'w/model.pt')",
        ("w/model.pt", "local", None, "local"),
    ),
    ("import open_clip", "open_clip.create_model('ViT')", None),
    ("import open_clip", "open_clip.create_model(name, 'laion')", None),
    ("import open_clip", "open_clip.get_tokenizer('ViT', 'laion')", None),
    # handles with versions, which are immutable by promise only
    ("import kagglehub", "kagglehub.model_download('g/m/k/2b')", ("g/m/k/2b", "none", None, "kaggle")),
    ("import kagglehub", "kagglehub.model_download('g/m/k/2b/3')", ("g/m/k/2b/3", "movable", None, "kaggle")),
    ("import kagglehub", "kagglehub.model_download(handle)", (None, "undetermined", None, "kaggle")),
    ("import keras_hub", "keras_hub.models.B.from_preset('hf://o/m')", ("o/m", "none", None, "hf")),
    ("import keras_hub", "keras_hub.models.B.from_preset('w')", ("w", "local", None, "local")),
    ("import wandb", "wandb.use_artifact('a/b/m')", ("a/b/m", "none", None, "wandb")),
    ("import wandb", "wandb.use_artifact('a/b/m:v3')", ("a/b/m:v3", "movable", None, "wandb")),
    ("import ollama", "ollama.pull('llama3')", ("llama3", "none", None, "ollama")),
    ("import ollama", "ollama.pull('llama3:8b')", ("llama3:8b", "movable", None, "ollama")),
    # shared files, held only by a hash that is surely there
    (
        "import gdown",
        "gdown.download('https://d/uc?id=1')",
        ("https://d/uc?id=1", "none", None, "google-drive"),
    ),
    ("import gdown", "gdown.download(id=name)", (None, "undetermined", None, "google-drive")),
    ("import gdown", "gdown.download()", (None, "undetermined", None, "google-drive")),
    (
        "import gdown",
        "gdown.cached_download('https://d', md5='x')",
        ("https://d", "digest", None, "google-drive"),
    ),
    (
        "import gdown",
        "gdown.cached_download('https://d', md5=None)",
        ("https://d", "none", None, "google-drive"),
    ),
    (
        "import gdown",
        "gdown.cached_download('https://d', hash='')",
        ("https://d", "none", None, "google-drive"),
    ),
    (
        "import gdown",
        "gdown.cached_download('https://d', hash=h)",
        ("https://d", "none", None, "google-drive"),
    ),
    # ultralytics: a .pt file is a pickle, wherever it comes from
    ("from ultralytics import YOLO", "YOLO('yolov8n.pt')", ("yolov8n.pt", "none", False, "ultralytics")),
    ("from ultralytics import YOLO", "YOLO('yolov8n.onnx')", ("yolov8n.onnx", "none", None, "ultralytics")),
    ("from ultralytics import YOLO", "YOLO('yolov8n.yaml')", None),
    ("from ultralytics import YOLO", "YOLO('w/model.pt')", ("w/model.pt", "local", False, "local")),
    ("from ultralytics import YOLO", "YOLO('x/model.pt')", ("x/model.pt", "undetermined", False, "local")),
    (
        "from ultralytics import YOLO",
        "YOLO('https://x.org/a.pt')",
        ("https://x.org/a.pt", "none", False, "url"),
    ),
    ("from ultralytics import YOLO", "YOLO(name)", (None, "undetermined", False, "ultralytics")),
    # names of a library's own list
    ("import spacy", "spacy.load('en_core_web_sm')", ("en_core_web_sm", "none", None, "pip")),
    ("import spacy", "spacy.load('w')", ("w", "local", None, "local")),
    ("import spacy", "spacy.load(name)", (None, "undetermined", None, "pip")),
    # single files: the extension tells whether loading one runs code
    (
        "from diffusers import StableDiffusionPipeline as P",
        "P.from_single_file('https://huggingface.co/o/m/blob/main/a.safetensors')",
        ("o/m", "movable", True, "hf"),
    ),
    (
        "from diffusers import StableDiffusionPipeline as P",
        "P.from_single_file('w/model.ckpt')",
        ("w/model.ckpt", "local", False, "local"),
    ),
    (
        "from diffusers import StableDiffusionPipeline as P",
        "P.from_single_file(name)",
        (None, "undetermined", None, "hf"),
    ),
    # downloads by URL
    ("import requests", "requests.get('https://x.org/a.pt')", ("https://x.org/a.pt", "none", None, "url")),
    ("import requests", "requests.get('https://x.org/page')", None),
    (
        "from urllib.request import urlretrieve",
        "urlretrieve('https://huggingface.co/o/m/resolve/main/a.bin', 'a')",
        ("o/m", "movable", None, "hf"),
    ),
    (
        "import pooch",
        "pooch.retrieve('https://x.org/a.pt', known_hash='sha256:aa')",
        ("https://x.org/a.pt", "digest", None, "url"),
    ),
    (
        "import pooch",
        "pooch.retrieve('https://x.org/a.pt', known_hash=None)",
        ("https://x.org/a.pt", "none", None, "url"),
    ),
]


@pytest.mark.parametrize(("imports", "call", "expected"), CASES, ids=[call for _, call, _ in CASES])
def test_what_a_call_names(scan: Any, imports: str, call: str, expected: Any) -> None:
    found = scan({"main.py": f"{imports}\n{call}\n"}, paths=PATHS)
    assert [(r.ref, r.pin.value, r.safe, r.hub) for r in found] == ([expected] if expected else NOTHING)


@pytest.mark.parametrize(
    ("name", "more", "pin"),
    [
        ("a-12345678.pt", "", "none"),
        ("a-12345678.pt", ", check_hash=True", "digest"),
        ("a-12345678.tar.gz", ", check_hash=True", "digest"),
        ("a-12345678.pt?v=1", ", check_hash=True", "digest"),
        ("a-12345678.pt", ", check_hash=False", "none"),
        ("a-12345678.pt", ", check_hash=flag", "none"),
        ("a-12345678.pt", ", check_hash=True, file_name='a.pt'", "none"),
        # torch.hub compares nothing, or next to nothing
        ("a.pt", ", check_hash=True", "none"),
        ("a-1234567.pt", ", check_hash=True", "none"),
        ("a-1.x-12345678.pt", ", check_hash=True", "none"),
        ("-12345678/a.pt", ", check_hash=True", "none"),
    ],
)
def test_a_hash_is_compared_only_where_the_name_holds_one(scan: Any, name: str, more: str, pin: str) -> None:
    url = f"https://x.org/{name}"
    call = f"import torch\ntorch.hub.load_state_dict_from_url('{url}'{more})\n"
    assert [(r.ref, r.pin.value) for r in scan({"main.py": call})] == [(url, pin)]


@pytest.mark.parametrize("more", ["", ", check_hash=True"])
def test_a_url_that_cannot_be_told_is_held_by_nothing(scan: Any, more: str) -> None:
    call = f"import torch\ntorch.hub.load_state_dict_from_url(url{more})\n"
    assert [(r.ref, r.pin.value) for r in scan({"main.py": call})] == [(None, "undetermined")]
