"""Notebooks, configurations, images, shell, make, CI."""

import json

import pytest

from inspector.references import index_file

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "a" * 64

CASES = [
    (
        "Dockerfile",
        "ARG B=nvidia/cuda:12.1\nFROM ${B} AS base\nFROM base\nFROM scratch\n",
        [(2, "image", "nvidia/cuda", "movable")],
    ),
    (
        "Dockerfile",
        f"FROM python@sha256:{DIGEST}\nCOPY --from=uv:1 /a /b\n",
        [(1, "image", "python", "digest"), (2, "image", "uv", "movable")],
    ),
    (
        "Dockerfile",
        "FROM python\nRUN a && \\\n    hf download o/m\n",
        [(1, "image", "python", "none"), (3, "model", "o/m", "none")],
    ),
    (
        "Dockerfile",
        "FROM a:1\nRUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('o/m')\"\n",
        [(1, "image", "a", "movable"), (2, "model", "o/m", "none")],
    ),
    (
        "Dockerfile",
        "FROM a:1\nENV MODEL_ID=o/m\n",
        [(1, "image", "a", "movable"), (2, "model", "o/m", "none")],
    ),
    (
        "docker-compose.yml",
        "services:\n  a:\n    image: x/y:1\n    command: --model-id o/m\n  b:\n    build: .\n"
        "    image: own:1\n",
        [(3, "image", "x/y", "movable"), (4, "model", "o/m", "none")],
    ),
    (
        "run.sh",
        f"# hf download o/no\nM=o/m\nhf download $M --revision {SHA}\n",
        [(3, "model", "o/m", "commit")],
    ),
    ("run.sh", "git clone https://huggingface.co/datasets/o/d\n", [(1, "dataset", "o/d", "none")]),
    (
        "run.sh",
        "python train.py --model_name_or_path o/m \\\n  --dataset_name o/d --hub_model_id o/out\n",
        [(1, "dataset", "o/d", "none"), (1, "model", "o/m", "none")],
    ),
    ("run.sh", "wget https://huggingface.co/o/m/resolve/main/a.bin\n", [(1, "model", "o/m", "movable")]),
    ("run.sh", "hf upload o/out .\ncurl https://example.com/index.html\n", []),
    (
        "run.sh",
        "vllm serve o/m --trust-remote-code\n",
        [(1, "model", "o/m", "none"), (1, "remote-code", "o/m", "none")],
    ),
    (
        "run.sh",
        "ollama pull llama3:8b\nllama-server -hf o/g:Q4\n",
        [(1, "model", "llama3", "movable"), (2, "model", "o/g", "none")],
    ),
    ("Makefile", "M := o/m\nget:\n\t@huggingface-cli download $(M)\n", [(3, "model", "o/m", "none")]),
    (
        "c.yaml",
        "base_model: o/m\nrevision_of_model: main\nhub_model_id: o/out\ndatasets:\n  - path: o/d\n"
        "    type: alpaca\n",
        [(1, "model", "o/m", "movable"), (5, "dataset", "o/d", "none")],
    ),
    (
        "c.yaml",
        f"model_name_or_path: gpt2\nmodel_revision: {SHA}\ndataset_mixer:\n  o/d: 1.0\n",
        [(1, "model", "gpt2", "commit"), (4, "dataset", "o/d", "none")],
    ),
    ("c.yaml", "model: openai/gpt-4o\noutput_dir: o/m\nname: a/b\n", []),
    (
        "adapter_config.json",
        '{\n "base_model_name_or_path": "o/m",\n "revision": null\n}',
        [(2, "model", "o/m", "none")],
    ),
    ("conf.toml", '[train]\nbase_model = "o/m"\n', [(2, "model", "o/m", "none")]),
    (
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          hf download o/d --repo-type dataset\n",
        [(5, "dataset", "o/d", "none")],
    ),
    (".env", "MODEL_ID=o/m\n", [(1, "model", "o/m", "none")]),
]


@pytest.mark.parametrize(("path", "text", "expected"), CASES)
def test_references_outside_of_python(scan, path, text, expected):
    assert sorted((r.line, r.kind, r.ref, r.pin.value) for r in scan({path: text})) == sorted(expected)


def _notebook(*cells):
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]}, indent=1)


def test_a_notebook_gives_the_line_of_the_file_and_names_the_cell(scan):
    text = _notebook(
        ("markdown", ["from_pretrained('o/no')"]),
        ("code", ["!pip install x\n", "from datasets import load_dataset\n", "load_dataset(\n", "  'o/d')"]),
    )
    (found,) = scan({"n.ipynb": text})
    lines = text.split("\n")
    assert "load_dataset(" in lines[found.line - 1]
    assert "'o/d'" in lines[found.end_line - 1]
    assert found.text.startswith("cell 2, line 3: load_dataset(")


def test_constants_flow_between_cells_and_shell_lines_are_read(scan):
    text = _notebook(
        ("code", "M = 'o/m'"),
        ("code", "from transformers import AutoModel\nAutoModel.from_pretrained(M)\n!hf download o/x"),
    )
    assert {r.ref for r in scan({"n.ipynb": text})} == {"o/m", "o/x"}


def test_a_broken_cell_costs_only_itself(scan):
    text = _notebook(("code", "def ("), ("code", "import pickle\npickle.load(open('a.pkl','rb'))"))
    assert [r.ref for r in scan({"n.ipynb": text})] == ["a.pkl"]


@pytest.mark.parametrize(
    ("source", "is_whole"),
    [
        ("%matplotlib inline\nimport os\n", True),
        ("!pip install \\\n  torch\nx = 1\n", True),
        ("x = 1\nprint 'two'\n", False),
        ("def broken(:\n", False),
    ],
)
def test_magics_belong_to_a_notebook_and_other_breaks_are_named(source: str, is_whole: bool) -> None:
    index = index_file("n.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode())
    assert index is not None and (index.partly is None) is is_whole


def test_a_script_with_magics_is_named_as_partly_read() -> None:
    index = index_file("export.py", b"import os\n!pip install torch\n")
    assert index is not None and index.partly == "1 line is not Python 3 and was left out."


def test_a_layer_made_from_a_tensor_is_no_reference(scan) -> None:
    text = "import torch\nw = torch.rand(4, 4)\ne = torch.nn.Embedding.from_pretrained(w)\n"
    assert scan({"m.py": text}) == []
