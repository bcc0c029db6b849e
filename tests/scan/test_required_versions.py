"""A default that depends on a library's version is safe only where every manifest promises that version."""

import pytest

CODE = "import torch\ntorch.load('weights.bin')\n"
LOCK = """version = 1
[[package]]
name = "torch"
version = "{}"
source = {{ registry = "https://index.invalid" }}
"""
WHEEL = "torch @ https://host.invalid/torch.whl\n"


def safe(scan_of, tmp_path, files):
    (tmp_path / "train.py").write_text(CODE)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (call,) = [item for item in scan_of(tmp_path)["references"] if item["kind"] == "load-call"]
    return call["safe"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": "torch>=2.6\n"}, True),
        ({"requirements.txt": "torch==2.1.0\n"}, False),
        ({"requirements.txt": "torch\n"}, None),
        ({"requirements.txt": "torch>=2.6\n", "old/requirements.txt": "torch==1.13.1\n"}, None),
        ({"requirements.txt": "torch==1.13.1\n", "new/requirements.txt": "torch>=2.6\n"}, None),
        ({"requirements.txt": "torch\n", "demo/uv.lock": LOCK.format("2.7.0")}, None),
        ({"requirements.txt": "torch==1.13.1\n", "demo/uv.lock": LOCK.format("2.7.0")}, None),
        ({"requirements.txt": WHEEL, "x/requirements.txt": "torch>=2.6\n"}, None),
        ({"requirements.txt": "torch\n", "uv.lock": LOCK.format("2.7.0")}, None),
        (
            {
                "pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["torch"]\n',
                "uv.lock": LOCK.format("2.7.0"),
            },
            True,
        ),
    ],
)
def test_torch_load_is_safe_only_where_all_agree(scan_of, tmp_path, files, expected):
    assert safe(scan_of, tmp_path, files) is expected
