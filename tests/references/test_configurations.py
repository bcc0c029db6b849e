"""What keys, lists, arrays and inner files of a configuration name, in each of its languages."""

import pytest

from inspector.references import index_file, too_large, wants

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "a" * 64

KEYS = [
    ("c.yaml", "base_model: hf:o/m\n", [("model", "o/m", "none")]),
    ("c.yaml", f"base_model: o/m@{SHA}\n", [("model", "o/m", "commit")]),
    ("c.yaml", "base_model: conf/model.yaml\n", []),
    ("c.yaml", "model_name_or_path: null\n", []),
    ("c.yaml", "model_name_or_path: <your model>\n", []),
    ("c.yaml", "model_name_or_path: ./weights\n", [("model", "./weights", "local")]),
    ("c.yaml", "model_name_or_path: ${MODEL}\n", [("model", None, "undetermined")]),
    ("c.yaml", "base_model: o/m\nrevision: ${REV}\n", [("model", "o/m", "undetermined")]),
    ("c.yaml", "model_name_or_path: saved/model\n", [("model", "saved/model", "undetermined")]),
    ("c.yaml", "model_name_or_path: https://x.org/w.bin\n", [("model", "https://x.org/w.bin", "none")]),
    (
        "c.yaml",
        "base_model: o/m\ntrust_remote_code: true\n",
        [("model", "o/m", "none"), ("remote-code", "o/m", "none")],
    ),
    ("c.yaml", "dataset_name: o/d\n", [("dataset", "o/d", "none")]),
    ("c.yaml", "repo_id: o/d\nrepo_type: dataset\n", [("dataset", "o/d", "none")]),
    ("c.yaml", "model:\n  path: o/m\n", [("model", "o/m", "none")]),
    ("c.yaml", "model_history:\n  - x\nmodel_id_history: o/m\n", []),
    ("results.json", '{"model": "o/m", "model_name_or_path": "gpt2"}', [("model", "gpt2", "none")]),
    ("c.yaml", "weights: https://x.org/a.safetensors\n", [("model", "https://x.org/a.safetensors", "none")]),
    (
        "c.yaml",
        "weights: https://x.org/a.safetensors\nsha256: abc\n",
        [("model", "https://x.org/a.safetensors", "digest")],
    ),
    ("c.yaml", "homepage: https://huggingface.co/o/m/resolve/main/a.bin\n", []),
    (
        "config.json",
        '{"auto_map": {"AutoModel": "o/code--modeling.Net", "AutoConfig": "configuration.C"}}',
        [("remote-code", "o/code", "none")],
    ),
    ("config.json", '{"auto_map": {"AutoModel": "./x--modeling.Net"}}', []),
    ("c.yaml", "a: o/m\nb:\n  model_name: ${a}\n", [("model", "o/m", "none")]),
    ("c.yaml", "vectors: en_core_web_lg\n", [("model", "en_core_web_lg", "none")]),
    (
        "config.cfg",
        '[m]\n@architectures = "T.TransformerModel.v3"\nname = "roberta-base"\n',
        [("model", "roberta-base", "none")],
    ),
    (
        "c.yaml",
        "dataset_mixer:\n  o/d: 0.5\n  o/e:\n    split: a\n    n: 2\n",
        [("dataset", "o/d", "none"), ("dataset", "o/e", "none")],
    ),
]

LINES = [
    ("c.ini", "[m]\nbase_model =\n    o/m\n", [("model", "o/m", "none")]),
    ("c.ini", "[m]\nbase_model = o/m ; the small one\n", [("model", "o/m", "none")]),
    ("c.toml", 'base_model = """o/m"""\n', [("model", "o/m", "none")]),
    ("c.toml", "base_model = \n", []),
    ("c.toml", 'base_model = "o/no\n', []),
    (
        "c.toml",
        "[a]\nscript = '''\nhf download o/m\n'''\nbase_model = 'o/n'\n",
        [("model", "o/m", "none"), ("model", "o/n", "none")],
    ),
    ("c.toml", "script = '''\nhf download o/m\n", [("model", "o/m", "none")]),
    (
        "c.toml",
        'datasets = [\n  { path = "o/d", revision = "main" },\n  { path = "o/e" },\n]\n',
        [("dataset", "o/d", "movable"), ("dataset", "o/e", "none")],
    ),
    ("c.toml", 'model = { path = "o/m" }\n', [("model", "o/m", "none")]),
    ("c.toml", 'models = ["o/m", "o/n"]\n', [("model", "o/m", "none"), ("model", "o/n", "none")]),
    ("c.tf", 'resource "x" "y" {\n  model_id = "o/m"\n  label = var.name\n}\n', [("model", "o/m", "none")]),
    ("c.tf", 'models = ["o/m", "o/n"]\n', [("model", "o/m", "none"), ("model", "o/n", "none")]),
    ("c.tf", 'models = [\n  "o/m",\n  "o/n"\n]\n', [("model", "o/m", "none"), ("model", "o/n", "none")]),
    ("c.tf", 'model_id = "${var.model}"\n', []),
    ("c.tf", '# model_id = 1\nmodel_id = "o/m" // why\n', [("model", "o/m", "none")]),
]

INNER = [
    ("cm.yaml", "kind: ConfigMap\ndata:\n  c.yaml: |\n    base_model: o/m\n", [("model", "o/m", "none")]),
    ("cm.yaml", "data:\n  c.yaml: |\n    d.yaml: |\n      base_model: o/m\n", []),
    ("cm.yaml", "data:\n  run.sh: |\n    hf download o/m\n", [("model", "o/m", "none")]),
    (
        "cm.yaml",
        "data:\n  load.py: |\n    from transformers import AutoModel\n    AutoModel.from_pretrained('o/m')\n",
        [("model", "o/m", "none")],
    ),
    ("c.yaml", "env:\n  - name: MODEL_ID\n    value: o/m\n", [("model", "o/m", "none")]),
    ("c.yaml", "environment:\n  - MODEL_ID=o/m\n  - OTHER\n", [("model", "o/m", "none")]),
    ("c.yaml", "env:\n  M: o/m\nargs: ['--model-id', '${env.M}']\n", [("model", "o/m", "none")]),
    ("c.yaml", "command: [vllm, serve, $(MODEL)]\n", [("model", None, "undetermined")]),
]


@pytest.mark.parametrize(("path", "text", "expected"), [*KEYS, *LINES, *INNER])
def test_what_a_configuration_names(scan, path, text, expected):
    found = scan({path: text})
    assert sorted((r.kind, r.ref or "", r.pin.value) for r in found) == sorted(
        (kind, ref or "", pin) for kind, ref, pin in expected
    )


IMAGES = [
    ("jobs:\n  a:\n    container: x/y:1\n", [("x/y", "movable")]),
    ("jobs:\n  a:\n    container: ${{ matrix.image }}\n", []),
    ("jobs:\n  a:\n    container: NOT AN IMAGE\n", []),
    ("image:\n  repository: x/y\n", [("x/y", "none")]),
    ("image:\n  repository: x/y\n  tag: '1'\n", [("x/y", "movable")]),
    (f"image:\n  repository: x/y\n  digest: {DIGEST}\n", [("x/y", "digest")]),
    ("image:\n  repository: x/y\n  registry: ghcr.io\n  tag: '1'\n", [("ghcr.io/x/y", "movable")]),
    ("chart:\n  repository: https://charts.x.org\n", []),
    ("images:\n  - name: x/y\n    newTag: '2'\n", [("x/y", "movable")]),
    ("images:\n  - name: x/y\n    newName: x/z\n    newTag: '2'\n", [("x/z", "movable")]),
    ("images:\n  - name: x/y\n", []),
    ("docker_image:\n  name: x/y:1\n", [("x/y", "movable")]),
    ("docker_image:\n  name: plain\n", []),
    ("image: ${IMAGE:-x/y:1}\n", [("x/y", "movable")]),
    (f"image: ${{IMAGE:-x/y@{DIGEST}}}\n", [("x/y", "undetermined")]),
    ("image: x/y:${TAG}\n", [("x/y", "undetermined")]),
    ("image: ${IMAGE}\n", [(None, "undetermined")]),
]


@pytest.mark.parametrize(("text", "expected"), IMAGES)
def test_which_images_a_workflow_names(scan, text, expected):
    found = scan({".github/workflows/ci.yml": text})
    assert [(r.ref, r.pin.value) for r in found if r.kind == "image"] == expected


FETCHED_CODE = [
    (
        "azure-pipelines.yml",
        "resources:\n  repositories:\n    - repository: t\n      name: o/t\n      ref: refs/tags/v1\n",
        [("o/t", "movable")],
    ),
    (
        "azure-pipelines.yml",
        "resources:\n  repositories:\n    - repository: t\n      name: o/templates\n",
        [("o/templates", "none")],
    ),
    (
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - uses: ${{ inputs.action }}\n",
        [(None, "undetermined")],
    ),
    (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - uses: not an action\n", []),
    (".github/workflows/ci.yml", f"jobs:\n  a:\n    steps:\n      - uses: o/a@{SHA}\n", [("o/a", "commit")]),
    (".gitlab-ci.yml", "include:\n  - component: $CI_SERVER/o/c\n", []),
    (".circleci/config.yml", "orbs:\n  a: not-an-orb\n", []),
]


@pytest.mark.parametrize(("path", "text", "expected"), FETCHED_CODE)
def test_code_that_a_pipeline_fetches(scan, path, text, expected):
    assert [(r.ref, r.pin.value) for r in scan({path: text}) if r.kind == "remote-code"] == expected


def test_a_file_is_asked_for_by_its_name_and_size():
    assert wants("a/train.py", 10) and wants("Dockerfile", 10) and wants("c.yaml", 64 << 20)
    assert not wants("photo.png", 10) and not wants("c.yaml", (64 << 20) + 1)
    assert too_large("c.yaml", (64 << 20) + 1) == "It is larger than the 64 MB that are read for references."
    assert (
        too_large("c.yaml", 64 << 20) is too_large("a.json", 1 << 40) is too_large("a.png", 1 << 40) is None
    )
    assert index_file("photo.png", b"") is None


def test_a_configuration_past_its_size_is_named_as_unread_but_json_is_searched(scan):
    text = b'{"model_name_or_path": "o/m", "note": "' + b"x" * (4 << 20) + b'"}'
    yaml = index_file("c.yaml", text)
    assert yaml is not None
    assert yaml.partly == "The file is larger than the 4 MB that are read of a configuration."
    assert [(r.kind, r.ref) for r in scan({"c.json": text})] == [("model", "o/m")]


LARGE = [
    ('"model_name_or_path": "gpt2", "model-name-or-path": "gpt2"', [("model", "gpt2")]),
    ('"model": "o/m", "model": "just words"', [("model", "o/m")]),
    ('"dataset_name": "o/d"', [("dataset", "o/d")]),
    ('"base_model": "https://huggingface.co/o/m"', [("model", "o/m")]),
    ('"my_hf_dataset_repo": "o/d"', [("dataset", "o/d")]),
]


@pytest.mark.parametrize(("pairs", "expected"), LARGE)
def test_a_large_json_is_searched_for_the_keys_that_name_something(scan, pairs, expected):
    text = "{" + pairs + ', "note": "' + "x" * (4 << 20) + '"}'
    assert [(r.kind, r.ref) for r in scan({"c.json": text})] == expected


def test_a_large_json_that_names_too_much_says_so():
    names = ",".join(f'"model_name_or_path": "o/m{n}"' for n in range(1_200))
    index = index_file("c.json", ("{" + names + ',"x":"' + "x" * (4 << 20) + '"}').encode())
    assert index is not None and index.partly is not None and index.partly.endswith("the rest was left out.")


BROKEN = [
    ('{"model": "o/m", "a": "b', "a string that is not closed"),
    ('{"model": "o/m"]', "brackets do not match"),
    ('{"model": "o/m", "a": ' + "[" * 300, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN)
def test_broken_json_is_read_up_to_the_break(scan, text, why):
    index = index_file("c.json", text.encode())
    assert index is not None and index.partly is not None and why in index.partly
    assert [r.ref for r in scan({"c.json": text})] == ["o/m"]


def test_keys_and_values_of_json_with_broken_escapes_are_left_as_they_stand(scan):
    assert scan({"c.json": r'{"model": "\uZZ", "mod\x": "o/m"}'}) == []


YAML = [
    ("model_name_or_path: o/m\n" + "a: " + "{" * 300 + "\n", ["o/m"]),
    (
        "a: [1, 2\nmodels:\n  - name: x\n    model_id: o/m\n  - model_id: o/n\nbase_model: o/b\nb: ]}\n",
        ["o/m", "o/n", "o/b"],
    ),
    ("a: [1, 2\nmodels:\n  - o/m\n  - o/n\nb: }\n", ["o/m", "o/n"]),
]


@pytest.mark.parametrize(("text", "refs"), YAML)
def test_yaml_that_no_parser_takes_is_read_line_by_line(scan, text, refs):
    index = index_file("c.yaml", text.encode())
    assert index is not None and index.partly is not None
    assert [r.ref for r in scan({"c.yaml": text})] == refs


def test_yaml_past_two_megabytes_is_read_line_by_line(scan):
    text = "base_model: o/m\n" + "# filling\n" * 220_000
    index = index_file("c.yaml", text.encode())
    assert index is not None and index.partly == "The file is larger than 2 MB; it was read line by line."
    assert [r.ref for r in scan({"c.yaml": text})] == ["o/m"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("c.toml", 'model = "o/m"\n' + "k = 1\n" * 102),
        ("c.tf", 'model = "o/m"\n' + 'k = "1"\n' * 102),
        ("c.yaml", "model: o/m\n" + "k: 1\n" * 102),
        ("c.json", '{"model": "o/m",' + '"k":1,' * 102 + '"z":1}'),
    ],
)
def test_more_values_than_are_read_are_told(scan, monkeypatch, path, text):
    for module in ("config_lines", "config_places"):
        monkeypatch.setattr(f"inspector.references.{module}.MAX_VALUES", 100)
    index = index_file(path, text.encode())
    assert (
        index is not None
        and index.partly == "The file holds more than 100,000 values; the rest was left out."
    )
    assert [r.ref for r in scan({path: text})] == ["o/m"]
