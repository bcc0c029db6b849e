"""What a Dockerfile fetches: base images, files it adds, commands in all of their forms."""

import pytest

DIGEST = "sha256:" + "a" * 64
HUB = "https://huggingface.co"

CASES = [
    ("FROM\n", []),
    ("FROM --platform=linux/amd64 a:1\n", [("image", "a", "movable")]),
    ("ARG V\nFROM a:${V}\n", [("image", None, "undetermined")]),
    ("ARG V=1\nARG V\nFROM a:$V\n", [("image", "a", "movable")]),
    ("FROM a:${V:-1}\n", [("image", "a", "movable")]),
    (f"ARG D={DIGEST}\nFROM a@${{D}}\n", [("image", "a", "undetermined")]),
    ("FROM a:1\nENV MODEL_ID o/m\n", [("image", "a", "movable"), ("model", "o/m", "none")]),
    ("FROM a:1\nENV EMPTY\n", [("image", "a", "movable")]),
    (
        "FROM a:1 AS b\nFROM c:1\nCOPY --from=b /x /y\nCOPY --from=0 /x /y\nCOPY . .\n",
        [("image", "a", "movable"), ("image", "c", "movable")],
    ),
    (
        f"FROM a:1\nADD {HUB}/o/m/resolve/main/a.bin /w\nADD https://x.org/readme /r\n",
        [("image", "a", "movable"), ("model", "o/m", "movable")],
    ),
    (
        f"FROM a:1\nADD --checksum={DIGEST} https://x.org/w.safetensors /w\n",
        [("image", "a", "movable"), ("model", "https://x.org/w.safetensors", "digest")],
    ),
    ('FROM a:1\nCMD ["vllm", "serve", "o/m"]\n', [("image", "a", "movable"), ("model", "o/m", "none")]),
    ('FROM a:1\nCMD ["vllm", "serve", "o/m"\n', [("image", "a", "movable")]),
    ("FROM a:1\nCMD [1, 2]\n", [("image", "a", "movable")]),
    ("FROM a:1\nENTRYPOINT []\n", [("image", "a", "movable")]),
    ("FROM a:1\nRUN <<EOF\nhf download o/m\nEOF\n", [("image", "a", "movable"), ("model", "o/m", "none")]),
    (
        "FROM a:1\nRUN python <<EOF\nfrom transformers import AutoModel\n"
        "AutoModel.from_pretrained('o/m')\nEOF\n",
        [("image", "a", "movable"), ("model", "o/m", "none")],
    ),
    ("FROM a:1\nRUN <<EOF\nhf download o/m\n", [("image", "a", "movable"), ("model", "o/m", "none")]),
    (
        "FROM a:1\nRUN x && \\\n    # why\n    hf download o/m\n",
        [("image", "a", "movable"), ("model", "o/m", "none")],
    ),
    (
        "FROM a:1\nRUN --mount=type=cache,target=/c hf download o/m\n",
        [("image", "a", "movable"), ("model", "o/m", "none")],
    ),
    ("FROM a:1\nLABEL model=o/m\n???\n", [("image", "a", "movable")]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_a_dockerfile_fetches(scan, text, expected):
    found = scan({"Dockerfile": text})
    assert sorted((r.kind, r.ref or "", r.pin.value) for r in found) == sorted(
        (kind, ref or "", pin) for kind, ref, pin in expected
    )
