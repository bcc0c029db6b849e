"""How a name or a revision reaches a call: through maps, loops, defaults, wrappers, paths."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
LOAD = "from transformers import AutoModel\n"

CASES = [
    (
        "kw = {}\nkw.setdefault('revision', 'main')\nAutoModel.from_pretrained('o/m', **kw)",
        [("o/m", "movable")],
    ),
    (
        "MAP = {'a': 'o/a', 'b': 'o/b'}\ndef get(k):\n  AutoModel.from_pretrained(MAP[k])",
        [("o/a", "none"), ("o/b", "none")],
    ),
    ("for n in ('o/a', 'o/b'):\n  AutoModel.from_pretrained(n)", [("o/a", "none"), ("o/b", "none")]),
    ("x = [AutoModel.from_pretrained(n) for n in ['o/a']]", [("o/a", "none")]),
    ("AutoModel.from_pretrained('/'.join(['o', 'm']))", [("o/m", "none")]),
    ("AutoModel.from_pretrained('%s/%s' % ('o', 'm'))", [("o/m", "none")]),
    ("AutoModel.from_pretrained('o/{}'.format('m'))", [("o/m", "none")]),
    (
        "from absl import flags\nflags.DEFINE_string('m', 'o/m', '')\nF = flags.FLAGS\n"
        "AutoModel.from_pretrained(F.m)",
        [("o/m", "none")],
    ),
    (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--model', default='o/m')\n"
        "args = p.parse_args().__dict__\nname = args.pop('model')\nAutoModel.from_pretrained(name)",
        [("o/m", "none")],
    ),
    ("from pathlib import Path\nAutoModel.from_pretrained(Path(__file__).parent / 'w')", [("./w", "local")]),
    (
        "import os\nAutoModel.from_pretrained(os.path.join(os.path.dirname(__file__), 'w'))",
        [("./w", "local")],
    ),
    ("import os\nAutoModel.from_pretrained(os.environ.get('M') or 'o/m')", [("o/m", "none")]),
    (
        "from enum import Enum\nclass M(Enum):\n  A = 'o/a'\nAutoModel.from_pretrained(M.A.value)",
        [("o/a", "none")],
    ),
    (
        "from typing import NamedTuple\nclass P(NamedTuple):\n  id: str\n  rev: str\n"
        f"X = P('o/m', '{SHA}')\nAutoModel.from_pretrained(X.id, revision=X.rev)",
        [("o/m", "commit")],
    ),
    (
        "from trl import ModelConfig\nc = ModelConfig(model_name_or_path='o/m')\n"
        "AutoModel.from_pretrained(c.model_name_or_path)",
        [("o/m", "none")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_names_are_followed(scan, source, expected):
    assert sorted((r.ref, r.pin.value) for r in scan({"m.py": LOAD + source})) == expected


@pytest.mark.parametrize(
    ("taken", "bare", "pinned"),
    [
        ("revision = kw.pop('revision', None)", "none", "commit"),
        ("revision = kw.pop('revision', 'main')", "movable", "commit"),
        ("revision = kw.get('revision')", "none", "commit"),
        (f"kw.setdefault('revision', '{SHA}')\n  revision = kw['revision']", "commit", "commit"),
    ],
)
def test_a_revision_taken_out_of_keywords_is_that_of_each_call(scan, taken, bare, pinned):
    source = LOAD + (
        f"def load(name, **kw):\n  {taken}\n  return AutoModel.from_pretrained(name, revision=revision)\n"
        f"load('o/m')\nload('o/n', revision='{SHA}')\n"
    )
    found = {r.ref: r.pin.value for r in scan({"m.py": source}) if r.ref}
    assert found == {"o/m": bare, "o/n": pinned}


def test_what_one_call_passes_never_pins_another(scan):
    files = {
        "lib.py": LOAD + "class L:\n  def __init__(self, name='o/x', revision=None):\n"
        "    self.m = AutoModel.from_pretrained(name, revision=revision)\n",
        "run.py": f"from lib import L\nL('o/m')\nL('o/n', revision='{SHA}')\nL()\n",
    }
    found = [(r.path, r.line, r.ref, r.pin.value) for r in scan(files)]
    assert found == [
        ("lib.py", 4, "o/x", "none"),
        ("run.py", 2, "o/m", "none"),
        ("run.py", 3, "o/n", "commit"),
    ]


def test_a_field_without_a_default_is_not_that_of_another_file(scan):
    field = "from dataclasses import dataclass\n@dataclass\nclass A:\n  dataset_id: str"
    files = {
        "a.py": field + " = 'o/d'\n",
        "b.py": field
        + "\nfrom datasets import load_dataset\ndef go(args: A):\n  load_dataset(args.dataset_id)\n",
    }
    assert [(r.ref, r.pin.value) for r in scan(files)] == [(None, "undetermined")]


def test_a_module_that_only_hands_names_on_is_read(scan):
    files = {
        "a/names.py": "DEFAULT = 'o/m'\n",
        "a/again.py": "from .names import DEFAULT as D\nMINE = D\n",
        "run.py": LOAD + "from a.again import MINE\nAutoModel.from_pretrained(MINE)\n",
    }
    assert [(r.path, r.ref) for r in scan(files)] == [("run.py", "o/m")]


def test_every_name_of_a_large_table_is_told(scan):
    table = ", ".join(f"'k{n}': 'o/m{n}'" for n in range(40))
    source = LOAD + f"MAP = {{{table}}}\ndef get(k):\n  return AutoModel.from_pretrained(MAP[k])\n"
    assert len({r.ref for r in scan({"m.py": source})}) == 40


LIBRARIES = [
    (
        "from torchvision.models import resnet50, ResNet50_Weights as W\nresnet50(weights=W.IMAGENET1K_V2)",
        [("resnet50", "movable")],
    ),
    ("import torchvision\ntorchvision.models.vgg16(pretrained=True)", [("vgg16", "none")]),
    ("import torchvision\ntorchvision.models.vgg16()\ntorchvision.models.vgg16(weights=None)", []),
    (
        "import torchvision\ntorchvision.models.get_model('resnet18', weights='DEFAULT')",
        [("resnet18", "movable")],
    ),
    ("import torchaudio\nb = torchaudio.pipelines.HUBERT_BASE\nb.get_model()", [("HUBERT_BASE", "none")]),
    (
        "from tensorflow.keras.applications import VGG16\nVGG16(weights='imagenet')\nVGG16(weights=None)",
        [("VGG16", "movable")],
    ),
    ("import easyocr\neasyocr.Reader(['en'])", [("easyocr", "none")]),
    ("from insightface.app import FaceAnalysis\nFaceAnalysis(name='buffalo_l')", [("buffalo_l", "none")]),
    (
        "import nemo.collections.asr as a\na.models.ASRModel.from_pretrained(model_name='o/m')",
        [("o/m", "none")],
    ),
    (
        "import dvc.api\ndvc.api.read('d.csv', repo='https://x.org/r', rev='v1')",
        [("https://x.org/r:d.csv", "movable")],
    ),
    (
        f"import dvc.api\ndvc.api.read('d.csv', repo='https://x.org/r', rev='{SHA}')",
        [("https://x.org/r:d.csv", "commit")],
    ),
    ("from flair.models import SequenceTagger\nSequenceTagger.load('ner')", [("ner", "none")]),
    ("from bertopic import BERTopic\nBERTopic(embedding_model='o/m')", [("o/m", "none")]),
    ("from faster_whisper import WhisperModel\nWhisperModel('large-v3')", [("large-v3", "none")]),
    (
        "import faster_whisper\nclass W(faster_whisper.WhisperModel): ...\ndef f(a):\n  return W(a)\n"
        "f('small')",
        [("small", "none")],
    ),
    ("import boto3\nboto3.client('s3').download_file('b', 'm/x.pt', 'x.pt')", [("s3://b/m/x.pt", "none")]),
    ("import boto3\nboto3.client('s3').download_file('b', 'readme.txt', 'x')", []),
    ("import subprocess\nsubprocess.run(['hf', 'download', 'o/m'])", [("o/m", "none")]),
    ("import os\nos.system('git clone https://huggingface.co/o/m')", [("o/m", "none")]),
    ("import subprocess\nsubprocess.run(['ls', 'o/m'])", []),
    ("import evaluate\nevaluate.combine(['f1', 'recall'])", [("f1", "none"), ("recall", "none")]),
    (
        f"from vllm import LLM\nLLM('o/m', tokenizer='o/t', revision='{SHA}', tokenizer_revision='main')",
        [("o/m", "commit"), ("o/t", "movable")],
    ),
    (
        "import lm_eval\nlm_eval.simple_evaluate(model='hf', model_args='pretrained=o/m,revision=main')",
        [("o/m", "movable")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), LIBRARIES)
def test_libraries_that_fetch_by_their_own_rules(scan, source, expected):
    assert sorted((r.ref, r.pin.value) for r in scan({"m.py": source}) if r.ref) == expected


def test_a_mixed_adapter_takes_the_model_first(scan):
    text = "from peft import PeftMixedModel\nPeftMixedModel.from_pretrained(base, 'o/lora')\n"
    assert [r.ref for r in scan({"m.py": text})] == ["o/lora"]


def test_a_vector_store_that_unpickles_is_unsafe(scan):
    text = (
        "from langchain_community.vectorstores import FAISS\n"
        "FAISS.load_local('idx', e, allow_dangerous_deserialization=True)\nFAISS.load_local('idx', e)\n"
    )
    assert [(r.line, r.kind, r.ref, r.safe) for r in scan({"m.py": text})] == [(2, "load-call", "idx", False)]


@pytest.mark.parametrize(("required", "safe"), [("==2.1.0", False), (">=2.6", True), (None, None)])
def test_weights_only_none_is_the_default_of_the_version(brief, required, safe):
    requirements = {"torch": required} if required else {}
    assert brief("import torch\ntorch.load('m.pt', weights_only=None)", requirements)[0][4] is safe
