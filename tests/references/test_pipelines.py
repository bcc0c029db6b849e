"""Code, images and data that pipelines and tools fetch: what is named, and whether it can move."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "a" * 64

CASES = [
    (
        ".github/workflows/ci.yml",
        f"jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: o/act/sub@{SHA}  # v5\n"
        f"      - uses: ./local\n      - uses: docker://alpine:3\n      - uses: docker://o/i@{DIGEST}\n"
        "      - uses: o/short@0123456\n",
        [
            (4, "remote-code", "actions/checkout", "movable"),
            (5, "remote-code", "o/act/sub", "commit"),
            (7, "image", "alpine", "movable"),
            (8, "image", "o/i", "digest"),
            (9, "remote-code", "o/short", "movable"),
        ],
    ),
    (
        ".github/workflows/reuse.yml",
        "jobs:\n  a:\n    uses: o/r/.github/workflows/w.yml@main\n",
        [(3, "remote-code", "o/r/.github/workflows/w.yml", "movable")],
    ),
    (
        "action.yml",
        "runs:\n  using: docker\n  image: docker://debian:12\n",
        [(3, "image", "debian", "movable")],
    ),
    ("action.yml", "runs:\n  using: docker\n  image: Dockerfile\n", []),
    (
        ".gitlab-ci.yml",
        "include:\n  - project: g/t\n    ref: main\n    file: /a.yml\n  - project: g/u\n    file: /a.yml\n"
        f"  - project: g/v\n    ref: {SHA}\n  - local: /b.yml\n  - template: Auto-DevOps.gitlab-ci.yml\n"
        "  - component: gitlab.com/g/c@1.0\n  - remote: https://h/x.yml\nservices:\n  - docker:dind\n",
        [
            (2, "remote-code", "g/t", "movable"),
            (5, "remote-code", "g/u", "none"),
            (7, "remote-code", "g/v", "commit"),
            (11, "remote-code", "gitlab.com/g/c", "movable"),
            (12, "remote-code", "https://h/x.yml", "none"),
            (14, "image", "docker", "movable"),
        ],
    ),
    (
        ".pre-commit-config.yaml",
        f"repos:\n  - repo: https://h/a\n    rev: 22.6.0\n  - repo: https://h/b\n    rev: {SHA}\n"
        "  - repo: local\n    hooks: []\n",
        [(2, "remote-code", "https://h/a", "movable"), (4, "remote-code", "https://h/b", "commit")],
    ),
    (
        ".circleci/config.yml",
        "orbs:\n  python: circleci/python@2.1\n",
        [(2, "remote-code", "circleci/python", "movable")],
    ),
    (
        "data.dvc",
        f"deps:\n- path: data/x\n  repo:\n    url: https://h/r\n    rev_lock: {SHA}\n"
        "outs:\n- md5: a\n  path: x\n",
        [(4, "dataset", "https://h/r:data/x", "commit")],
    ),
    (
        "url.dvc",
        "deps:\n- etag: abc\n  path: https://h/d.xml\nouts:\n- md5: aaaa\n  path: d.xml\n",
        [(3, "dataset", "https://h/d.xml", "digest")],
    ),
    ("dvc.yaml", "stages:\n  t:\n    cmd: python t.py\n    deps:\n    - data/x\n", []),
    ("Procfile", "web: vllm serve o/m --port 80\n", [(1, "model", "o/m", "none")]),
    (
        "serve.service",
        f"[Service]\nExecStart=/usr/bin/vllm serve o/m \\\n  --revision {SHA}\nEnvironment=MODEL_ID=o/z\n",
        [(2, "model", "o/m", "commit"), (4, "model", "o/z", "none")],
    ),
    (
        "run.sh",
        f"python t.py model.name_or_path=o/m model.revision={SHA} data.dataset_name=o/d out.dir=o/x\n",
        [(1, "dataset", "o/d", "none"), (1, "model", "o/m", "commit")],
    ),
    (
        "run.sh",
        "python t.py --wav2vec2_hub facebook/w --output_dir facebook/out\n",
        [(1, "model", "facebook/w", "none")],
    ),
    (
        "main.tf",
        'resource "docker_image" "n" {\n  name = "nginx:latest"\n}\n',
        [(2, "image", "nginx", "movable")],
    ),
    (
        "cloudbuild.yaml",
        "steps:\n- name: gcr.io/cloud-builders/docker\n",
        [(2, "image", "gcr.io/cloud-builders/docker", "none")],
    ),
    (
        "sm.py",
        "from sagemaker.huggingface import HuggingFaceModel\nhub = {'HF_MODEL_ID': 'o/m'}\n"
        "HuggingFaceModel(env=hub, image_uri='h.io/x:2', role=r)\n",
        [(3, "image", "h.io/x", "movable"), (3, "model", "o/m", "none")],
    ),
    (
        "app.py",
        "import modal\ni = modal.Image.from_registry('nvidia/cuda:12').run_commands('hf download o/m')\n",
        [(2, "image", "nvidia/cuda", "movable"), (2, "model", "o/m", "none")],
    ),
    # names of a project's own
    (
        "hparams.yaml",
        "wav2vec2_hub: o/w\nvocoder_source: speechbrain/tts-hifigan\n"
        "labse_path: o/LaBSE\nbge_path: BAAI/bge-m3\n",
        [
            (1, "model", "o/w", "none"),
            (2, "model", "speechbrain/tts-hifigan", "none"),
            (3, "model", "o/LaBSE", "none"),
            (4, "model", "BAAI/bge-m3", "none"),
        ],
    ),
    (
        "hparams.yaml",
        "network_scaling: 1/t\nhidden_dir: exp/run\ntz: Asia/Shanghai\nauthor: google/team\n"
        "accept: text/csv\nconfig_path: conf/base.yaml\nsource: lib/utils\nsplit_name: fold/one\n"
        "output_source: facebook/opt-125m\ngit_repo: facebook/opt-125m\nmodel_list: facebook/opt-125m\n",
        [],
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), CASES)
def test_what_pipelines_and_tools_fetch(scan, path, text, expected):
    found = [(r.line, r.kind, r.ref, r.pin.value) for r in scan({path: text})]
    assert sorted(found) == sorted(expected)


def test_code_that_a_pipeline_runs_is_told_from_code_that_a_model_brings(scan):
    text = "jobs:\n  a:\n    steps:\n      - uses: o/a@v1\n"
    (found,) = scan({".github/workflows/ci.yml": text})
    assert (found.hub, found.call, found.revision) == ("github-actions", "uses:", "v1")
