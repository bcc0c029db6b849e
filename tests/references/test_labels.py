"""A table of sources with what is to be found in them, and of look-alikes in which nothing is."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"

POSITIVE = [
    # (source, [(line, kind, ref, pin, safe)])
    (
        "import transformers\ntransformers.AutoModel.from_pretrained('o/m')",
        [(2, "model", "o/m", "none", None)],
    ),
    (
        "from transformers import AutoModel as A\nA.from_pretrained('gpt2', revision='main')",
        [(2, "model", "gpt2", "movable", None)],
    ),
    (
        f"from transformers import AutoModel\nAutoModel.from_pretrained('o/m', revision='{SHA}')",
        [(2, "model", "o/m", "commit", None)],
    ),
    (
        "from transformers import AutoModel\nAutoModel.from_pretrained('o/m', revision='0123456')",
        [(2, "model", "o/m", "movable", None)],
    ),
    (
        "from transformers import AutoModel\nR='main'\nAutoModel.from_pretrained('o/m', revision=R)",
        [(3, "model", "o/m", "movable", None)],
    ),
    (
        "from transformers import AutoModel\nAutoModel.from_pretrained(\n  'o/m',\n  use_safetensors=True)",
        [(2, "model", "o/m", "none", True)],
    ),
    (
        "from transformers import AutoModel\nAutoModel.from_pretrained('./here')",
        [(2, "model", "./here", "local", None)],
    ),
    (
        "from transformers import AutoModel\nAutoModel.from_pretrained('o/m', trust_remote_code=True)",
        [(2, "model", "o/m", "none", False), (2, "remote-code", "o/m", "none", False)],
    ),
    (
        f"from transformers import AutoModel\n"
        f"AutoModel.from_pretrained('o/m', revision='{SHA}', trust_remote_code=True)",
        [(2, "model", "o/m", "commit", False), (2, "remote-code", "o/m", "none", False)],
    ),
    (
        f"from transformers import AutoModel\nS='{SHA}'\n"
        f"AutoModel.from_pretrained('o/m', revision=S, code_revision=S, "
        "trust_remote_code=True)",
        [(3, "model", "o/m", "commit", False), (3, "remote-code", "o/m", "commit", False)],
    ),
    (
        f"import os\nfrom transformers import AutoModel\n"
        f"AutoModel.from_pretrained('o/m', revision=os.getenv('R', '{SHA}'))",
        [(3, "model", "o/m", "undetermined", None)],
    ),
    (
        "import os\nfrom transformers import AutoModel\n"
        "AutoModel.from_pretrained(os.environ.get('M', 'o/m'))",
        [(3, "model", "o/m", "none", None)],
    ),
    (
        "import argparse\nfrom transformers import AutoModel\np=argparse.ArgumentParser()\n"
        "p.add_argument('--model-id', "
        "default='o/m')\nargs=p.parse_args()\nAutoModel.from_pretrained(args.model_id)",
        [(6, "model", "o/m", "none", None)],
    ),
    (
        "from dataclasses import dataclass\nfrom transformers import AutoModel\n@dataclass\n"
        "class C:\n  name: str = 'o/m'\n"
        "def go(c: C):\n  AutoModel.from_pretrained(c.name)",
        [(7, "model", "o/m", "none", None)],
    ),
    (
        "from transformers import AutoModel\nO='o'\nN='m'\nAutoModel.from_pretrained(f'{O}/{N}')",
        [(4, "model", "o/m", "none", None)],
    ),
    (
        f"from transformers import AutoModel\nkw = {{'revision': '{SHA}'}}\n"
        f"AutoModel.from_pretrained('o/m', **kw)",
        [(3, "model", "o/m", "commit", None)],
    ),
    (
        f"from functools import partial\nfrom transformers import AutoModel\n"
        f"load = partial(AutoModel.from_pretrained, "
        f"revision='{SHA}')\nload('o/m')",
        [(4, "model", "o/m", "commit", None)],
    ),
    ("from transformers import *\nAutoModel.from_pretrained('o/m')", [(2, "model", "o/m", "none", None)]),
    ("from transformers import pipeline\npipeline('summarization')", [(2, "model", None, "none", None)]),
    (
        "from transformers import pipeline\npipeline('summarization', model='o/m')",
        [(2, "model", "o/m", "none", None)],
    ),
    (
        "from datasets import load_dataset\nload_dataset('o/d', 'en', split='train')",
        [(2, "dataset", "o/d", "none", None)],
    ),
    (
        "from datasets import load_dataset\nload_dataset('json', data_files='https://x.org/a.jsonl')",
        [(2, "dataset", "https://x.org/a.jsonl", "none", True)],
    ),
    (
        "from huggingface_hub import HfApi\napi = HfApi()\napi.snapshot_download('o/d', repo_type='dataset')",
        [(3, "dataset", "o/d", "none", None)],
    ),
    (
        "from sentence_transformers import SentenceTransformer\nSentenceTransformer('all-MiniLM-L6-v2')",
        [(2, "model", "all-MiniLM-L6-v2", "none", None)],
    ),
    (
        "from peft import PeftModel\nPeftModel.from_pretrained(base, 'o/lora')",
        [(2, "model", "o/lora", "none", None)],
    ),
    (
        "import torch\ntorch.hub.load('pytorch/vision:v0.10', 'resnet18')",
        [(2, "model", "pytorch/vision", "movable", False)],
    ),
    ("import timm\ntimm.create_model('resnet50', pretrained=True)", [(2, "model", "resnet50", "none", None)]),
    ("from ultralytics import YOLO\nYOLO('yolov8n.pt')", [(2, "model", "yolov8n.pt", "none", False)]),
    (
        "import pickle\nwith open('x.pkl', 'rb') as f:\n  pickle.load(f)",
        [(3, "load-call", "x.pkl", "undetermined", False)],
    ),
    ("import joblib\njoblib.load('m.joblib')", [(2, "load-call", "m.joblib", "undetermined", False)]),
    (
        "import numpy as np\nnp.load('x.npy', allow_pickle=True)",
        [(2, "load-call", "x.npy", "undetermined", False)],
    ),
    ("import yaml\nyaml.load(f, Loader=yaml.Loader)", [(2, "load-call", None, "undetermined", False)]),
    ("import torch\ntorch.load('m.pt', weights_only=True)", [(2, "load-call", "m.pt", "undetermined", True)]),
    (
        "import torch\ntorch.load('m.pt', weights_only=False)",
        [(2, "load-call", "m.pt", "undetermined", False)],
    ),
    (
        "import urllib.request\n"
        "urllib.request.urlretrieve('https://huggingface.co/o/m/resolve/main/a.bin', 'a.bin')",
        [(2, "model", "o/m", "movable", None)],
    ),
    (
        "fetch('https://x.org/model.safetensors')",
        [(1, "model", "https://x.org/model.safetensors", "none", None)],
    ),
    ("import whisper\nwhisper.load_model('base')", [(2, "model", "base", "none", None)]),
    ("from vllm import LLM\nLLM(model='o/m')", [(2, "model", "o/m", "none", None)]),
    (
        "from transformers import AutoModel\nfor n in ['o/a', 'o/b']:\n  AutoModel.from_pretrained(n)",
        [(3, "model", "o/a", "none", None), (3, "model", "o/b", "none", None)],
    ),
    (
        "# nosec\nimport pickle  # nosec\npickle.loads(b'')  # nosec B301",
        [(3, "load-call", None, "undetermined", False)],
    ),
    (
        "import pickle\nprint 'old'\npickle.load(open('a.pkl'))",
        [(3, "load-call", "a.pkl", "undetermined", False)],
    ),
    (
        "!pip install x\nfrom datasets import load_dataset\nload_dataset('o/d')",
        [(3, "dataset", "o/d", "none", None)],
    ),
]

DECOYS = [
    "# AutoModel.from_pretrained('o/m')",
    "'''\nAutoModel.from_pretrained('o/m')\nhttps://huggingface.co/o/m/resolve/main/a.bin\n'''",
    "from transformers import AutoModel\ndef f(m: 'AutoModel') -> str: ...",
    "model.push_to_hub('o/out')\nmodel.save_pretrained('o/out')",
    "from transformers import AutoConfig, AutoModel\nAutoModel.from_config(cfg)",
    "import numpy as np\nnp.load('x.npy')",
    "import yaml\nyaml.safe_load(f)\nyaml.load(f, Loader=yaml.SafeLoader)",
    "import json\njson.load(open('x.json'))",
    "class GPT:\n  @classmethod\n  def build(cls, name='o/m'): ...\nGPT.build('o/x')",
    "import requests\nrequests.get('https://api.example.com/v1/models')",
    "from torch.utils.cpp_extension import load\nload(name='x', sources=['a.cpp'])",
    "import timm\ntimm.create_model('resnet50')",
    "import pandas as pd\npd.read_csv('data.csv')",
    "model.load_state_dict(state)",
    "from transformers import pipeline\npipeline('text-generation', model=model, tokenizer=tokenizer)",
    "repo_id = 'o/m'\nprint('microsoft/phi-2')",
    "import torch\ntorch.save(x, 'm.pt')",
]


@pytest.mark.parametrize(("source", "expected"), POSITIVE)
def test_every_reference_of_the_table_is_found_with_its_pin(brief, source, expected):
    assert sorted(brief(source), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("source", DECOYS)
def test_look_alikes_are_not_reported(brief, source):
    assert brief(source) == []


@pytest.mark.parametrize(
    ("required", "safe"),
    [
        ("==2.1.0", False),
        (">=2.6", True),
        ("<2.5", False),
        (">=2.0", None),
        (None, None),
        ("~=2.5.0", False),
        ("==2.1.*", False),
        (">=2.0,<3", None),
        ("==2.7.1+cu118", True),
        ("not a version", None),
    ],
)
def test_torch_load_is_judged_with_the_required_torch(brief, required, safe):
    requirements = {"torch": required} if required else {}
    assert brief("import torch\ntorch.load('m.pt')", requirements)[0][4] is safe


def test_a_path_of_the_target_is_local(brief):
    source = "import torch\ntorch.load('w/m.pt')\n"
    source += "from transformers import AutoModel\nAutoModel.from_pretrained('my/model')"
    found = brief(source, paths=["w/m.pt", "my/model/config.json"])
    assert [item[3] for item in found] == ["local", "local"]
