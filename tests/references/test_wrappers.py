"""Wrappers of a project: the name is known where they are called, and said there once."""

import pytest

HUB = "from huggingface_hub import hf_hub_download\n"
BODIES = [
    "    p = hf_hub_download(p, 'x')",
    "    p = hf_hub_download(\n        p, 'x'\n    )",
    "    try:\n        p = hf_hub_download(p, 'x')\n    except OSError:\n        pass",
    "    p = hf_hub_download(p, 'x').split('a')[0]",
    "    if p:\n        p = hf_hub_download(p, 'x')\n    else:\n        p = 3",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_parameter_is_what_was_passed_until_something_is_assigned_to_it(scan, body):
    found = scan({"m.py": f"{HUB}def f(p):\n{body}\n    return p\nf('o/m')\n"})
    assert ("o/m", "none") in [(r.ref, r.pin.value) for r in found]


def test_a_reassigned_parameter_is_no_longer_what_was_passed(scan):
    source = f"{HUB}def f(p):\n    p = 'o/b'\n    return hf_hub_download(p, 'x')\nf('o/a')\n"
    assert [r.ref for r in scan({"m.py": source})] == ["o/b"]


def test_an_inherited_loader_that_no_file_defines_is_still_one(scan):
    source = "import torch\nclass M(torch.nn.Module):\n    pass\nM.from_pretrained('o/m')\n"
    assert [(r.ref, r.pin.value) for r in scan({"m.py": source})] == [("o/m", "none")]


def test_a_layer_made_from_a_tensor_is_no_reference(scan):
    assert scan({"m.py": "import torch\nx = torch.nn.Embedding.from_pretrained(table)\n"}) == []


def test_the_default_of_an_option_is_said_where_it_is_used_and_not_at_every_caller(scan):
    files = {
        "lib.py": (
            "from transformers import AutoModel\n"
            "def load(name):\n    return AutoModel.from_pretrained(name)\n"
        ),
        "main.py": (
            "import argparse\nfrom lib import load\n"
            "def check(args):\n    load(args.checkpoint)\n"
            "def main(args):\n    check(args)\n"
            "p = argparse.ArgumentParser()\np.add_argument('--checkpoint', default='o/m')\n"
            "main(p.parse_args())\n"
        ),
        # Another program with an option of that name: what it stands for depends on the file.
        "other.py": "import argparse as a\na.ArgumentParser().add_argument('--checkpoint', default='z/z')\n",
    }
    assert [(r.path, r.line) for r in scan(files) if r.ref == "o/m"] == [("main.py", 4)]


def test_a_name_of_a_hub_is_no_file_that_a_wrapper_opens(scan):
    source = (
        "import torch\nfrom transformers import AutoModel\ndef load(path):\n    if path.endswith('.pt'):\n"
        "        return torch.load(path)\n    return AutoModel.from_pretrained(path)\n"
        "load('o/m')\nload('w.pt')\n"
    )
    found = [(r.line, r.kind, r.ref) for r in scan({"m.py": source}) if r.line > 6]
    assert (7, "model", "o/m") in found
    assert (7, "load-call", "o/m") not in found
    assert (8, "load-call", "w.pt") in found


ARCHIVES = [
    ("https://h/robert/tool.tar.gz", []),
    ("https://h/models/colbertv2.0.tar.gz", ["model"]),
    ("https://h/glove.6B.zip", ["model"]),
    ("https://h/data/lotte.tar.gz", ["dataset"]),
    ("https://github.com/o/data/archive/main.zip", []),
    ("https://h/tool-1.2.tar.gz", []),
]


@pytest.mark.parametrize(("url", "kinds"), ARCHIVES)
def test_an_archive_is_told_by_its_path_where_it_is_downloaded(scan, url, kinds):
    assert [r.kind for r in scan({"get.sh": f"wget {url}\n"})] == kinds
    source = f"import urllib.request\nurllib.request.urlretrieve('{url}', 'x')\n"
    assert [r.kind for r in scan({"get.py": source})] == kinds
