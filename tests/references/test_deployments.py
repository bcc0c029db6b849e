"""Serving and deployment files: Helm, Kubernetes, compose, Terraform, Modelfile, files inside of files."""

import json

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "a" * 64

CASES = [
    (
        "values.yaml",
        "a:\n  repository: vllm/vllm-openai\n  tag: latest\n  modelURL: o/m\n",
        [(2, "image", "vllm/vllm-openai", "movable"), (4, "model", "o/m", "none")],
    ),
    (
        "values.yaml",
        f"image:\n  registry: docker.io\n  repository: x/y\n  tag: '1'\n  digest: {DIGEST}\n",
        [(3, "image", "docker.io/x/y", "digest")],
    ),
    (
        "chart/gpu.tpl",
        "spec:\n  - repository: x/y\n    tag: v1\n    init:\n      image: a:1\n  - repository: z/w\n"
        "    tag: v2\n"
        "containers: []\nname: {{ .Values.name }}\n",
        [(2, "image", "x/y", "movable"), (5, "image", "a", "movable"), (6, "image", "z/w", "movable")],
    ),
    (
        "s.yaml",
        "apiVersion: v1\nkind: CacheServer\nspec:\n  image:\n    registry: docker.io\n    name: x/y:1\n",
        [(6, "image", "docker.io/x/y", "movable")],
    ),
    (
        "isvc.yaml",
        "apiVersion: serving.kserve.io/v1\nkind: InferenceService\nspec:\n  model:\n"
        "    storageUri: hf://o/m\n",
        [(5, "model", "o/m", "none")],
    ),
    (
        "lora.yaml",
        "kind: LoraAdapter\nsource:\n  type: huggingface\n  repository: o/lora\n",
        [(4, "model", "o/lora", "none")],
    ),
    (
        "cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  c.yaml: |\n    x: 1\n    base_model: o/m\n  get.sh: |\n"
        "    hf download o/s\n",
        [(6, "model", "o/m", "none"), (8, "model", "o/s", "none")],
    ),
    (
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: python:3\n    command: [sh, -c]\n"
        "    args:\n"
        "    - |\n      pip install x &&\n      hf download o/m\n",
        [(5, "image", "python", "movable"), (10, "model", "o/m", "none")],
    ),
    (
        "pod.yaml",
        "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - image: a:1\n    command: []\n    args: []\n",
        [(5, "image", "a", "movable")],
    ),
    (
        "compose.yaml",
        "services:\n  a:\n    image: ${REG:-ghcr.io/o}/x:${TAG:-latest}\n  b:\n    image: x/y:${TAG}\n",
        [(3, "image", "ghcr.io/o/x", "movable"), (5, "image", "x/y", "undetermined")],
    ),
    (
        "compose.yaml",
        f"services:\n  a:\n    image: x/y@${{D:-{DIGEST}}}\n",
        [(3, "image", "x/y", "undetermined")],
    ),
    (
        "kustomization.yaml",
        "images:\n- name: a\n  newName: x/y\n  newTag: v1\n",
        [(3, "image", "x/y", "movable")],
    ),
    (
        ".gitlab-ci.yml",
        "t:\n  image:\n    name: x/y:1\n  services:\n    - postgres:15\n  script:\n    - hf download $M\n"
        "    - hf download o/m\n",
        [
            (3, "image", "x/y", "movable"),
            (5, "image", "postgres", "movable"),
            (7, "model", None, "undetermined"),
            (8, "model", "o/m", "none"),
        ],
    ),
    (
        ".github/workflows/a.yml",
        "env:\n  MODEL: o/m\njobs:\n  a:\n    steps:\n      - run: hf download ${{ env.MODEL }}\n"
        "      - run: hf download ${{ matrix.x }}\n",
        [(6, "model", "o/m", "none"), (7, "model", None, "undetermined")],
    ),
    (
        ".devcontainer/devcontainer.json",
        '{\n // the image\n "image": "x/y:1", /* "image": "no/no:1" */\n}\n',
        [(3, "image", "x/y", "movable")],
    ),
    (
        "main.tf",
        'resource "aws_sagemaker_model" "m" {\n  primary_container {\n    image = "x/y:1"\n'
        "    environment = {\n"
        '      HF_MODEL_ID = "o/m"\n    }\n  }\n}\n',
        [(3, "image", "x/y", "movable"), (5, "model", "o/m", "none")],
    ),
    (
        "c.cfg",
        "[model]\n# base_model = o/no\nbase_model = o/m\nrevision = main\n[out]\noutput_dir = o/x\n",
        [(3, "model", "o/m", "movable")],
    ),
    (
        "spacy.cfg",
        '[a]\nvectors = "en_core_web_lg"\n[b]\n@architectures = "spacy-transformers.TransformerModel.v3"\n'
        'name = "roberta-base"\n',
        [(2, "model", "en_core_web_lg", "none"), (5, "model", "roberta-base", "none")],
    ),
    (
        "c.toml",
        'datasets = [\n  "o/a", # "o/no"\n  "o/b",\n]\n[[x.datasets]]\npath = "o/c"\n[[x.datasets]]\n'
        'path = "o/d"\n'
        f'revision = "{SHA}"\n',
        [
            (2, "dataset", "o/a", "none"),
            (3, "dataset", "o/b", "none"),
            (6, "dataset", "o/c", "none"),
            (8, "dataset", "o/d", "commit"),
        ],
    ),
    (
        "conf.yaml",
        "vars:\n  base: o/m\nmodel_name_or_path: ${vars.base}\nmodel: ${oc.env:M,o/n}\n",
        [(3, "model", "o/m", "none"), (4, "model", "o/n", "none")],
    ),
    (
        "project.yml",
        "vars:\n  v: en_core_web_md\ncommands:\n  - script:\n      - python -m spacy download ${vars.v}\n",
        [(5, "model", "en_core_web_md", "none")],
    ),
    (
        "Modelfile",
        '# FROM no\nFROM llama3:8b\nADAPTER ./lora.gguf\nSYSTEM """\nFROM nowhere\n"""\n',
        [(2, "model", "llama3", "movable"), (3, "model", "./lora.gguf", "local")],
    ),
    ("Modelfile", "FROM hf.co/o/m:Q4\n", [(1, "model", "o/m", "none")]),
    (
        ".gitmodules",
        '[submodule "a"]\n  url = https://huggingface.co/o/m\n[submodule "b"]\n'
        "  url = https://github.com/o/r\n",
        [(2, "model", "o/m", "undetermined"), (4, "remote-code", "https://github.com/o/r", "undetermined")],
    ),
    (
        "up.sh",
        "cat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
        "  - image: x/y:1\nEOF\n",
        [(6, "image", "x/y", "movable")],
    ),
    (
        "serve.sh",
        "docker run --gpus all vllm/vllm-openai:v1 o/m --port 1\n",
        [(1, "image", "vllm/vllm-openai", "movable"), (1, "model", "o/m", "none")],
    ),
    (
        "serve.sh",
        "docker run x/vllm:v1 vllm serve o/m --trust-remote-code\n",
        [
            (1, "image", "x/vllm", "movable"),
            (1, "model", "o/m", "none"),
            (1, "remote-code", "o/m", "none"),
        ],
    ),
    (
        "serve.sh",
        "model_id=o/m\ndocker run x:1 --model-id $model_id\n",
        [(2, "image", "x", "movable"), (2, "model", "o/m", "none")],
    ),
    ("eval.sh", "lm_eval --model local-completions --model_args model=o/m,base_url=http://x/v1\n", []),
    ("train.sh", "python train.py --model training/coref\n", []),
]


@pytest.mark.parametrize(("path", "text", "expected"), CASES)
def test_deployment_files(scan, path, text, expected):
    found = sorted(((r.line, r.kind, r.ref, r.pin.value) for r in scan({path: text})), key=str)
    assert found == sorted(expected, key=str)


def test_a_file_that_a_cell_writes_is_read_as_that_file(scan):
    source = ["%%writefile conf/train.yaml\n", "# comment\n", "model_id: o/m\n", "output_dir: o/x\n"]
    text = json.dumps({"cells": [{"cell_type": "code", "source": source}]}, indent=1)
    (found,) = scan({"n.ipynb": text})
    assert (found.ref, found.pin.value) == ("o/m", "none")
    assert "model_id" in text.split("\n")[found.line - 1]


def test_an_alias_repeats_a_text_and_never_a_tree(scan):
    text = "x: &i a/b:1\nservices:\n  a:\n    image: *i\n  b: &b {image: c:1}\n  d: *b\n"
    assert [(r.line, r.ref) for r in scan({"compose.yaml": text})] == [(4, "a/b"), (5, "c")]
