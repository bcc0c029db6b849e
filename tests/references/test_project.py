"""References that only show when several files are read together."""

SHA = "0123456789abcdef0123456789abcdef01234567"


def _short(found):
    return [(r.path, r.line, r.ref, r.pin.value) for r in found if r.ref]


def test_constants_are_followed_across_files(scan):
    found = scan(
        {
            "src/app/settings.py": f"MODEL = 'o/m'\nREVISION = '{SHA}'\n",
            "src/app/main.py": "from transformers import AutoModel\nfrom .settings import MODEL\n"
            "from app import settings\n"
            "AutoModel.from_pretrained(MODEL, revision=settings.REVISION)\n",
        }
    )
    assert _short(found) == [("src/app/main.py", 4, "o/m", "commit")]


def test_a_call_of_a_wrapper_is_a_reference_at_the_call(scan):
    found = scan(
        {
            "lib/load.py": "from transformers import AutoModel\ndef get(name, **kw):\n"
            "    return AutoModel.from_pretrained(name, **kw)\n",
            "run.py": f"from lib.load import get\ndef outer(n):\n"
            f"    return get(n, revision='{SHA}')\nget('o/a')\nouter('o/b')\n",
        }
    )
    assert _short(found) == [("run.py", 4, "o/a", "none"), ("run.py", 5, "o/b", "commit")]


def test_a_wrapper_with_a_default_is_reported_once_inside(scan):
    found = scan(
        {
            "a.py": "from transformers import AutoModel\ndef get(name='o/m'):\n"
            "    return AutoModel.from_pretrained(name)\nget()\n"
        }
    )
    assert _short(found) == [("a.py", 3, "o/m", "none")]


def test_subclasses_are_followed_to_the_library(scan):
    found = scan(
        {
            "m/net.py": "from transformers import PreTrainedModel\nclass Base(PreTrainedModel): ...\n",
            "use.py": "from m.net import Base\nclass Mine(Base): ...\nMine.from_pretrained('o/m')\n",
        }
    )
    assert _short(found) == [("use.py", 3, "o/m", "none")]


def test_a_constructor_argument_is_followed_through_self(scan):
    found = scan(
        {
            "a.py": (
                "from sentence_transformers import SentenceTransformer\n"
                "class E:\n    def __init__(self, name):\n        self.name = name\n"
                "    def load(self):\n        return SentenceTransformer(self.name)\n"
                "E('o/m').load()\n"
            )
        }
    )
    assert ("a.py", 7, "o/m", "none") in _short(found)


def test_a_multi_line_call_has_its_first_and_last_line(scan):
    found = scan(
        {"a.py": "from datasets import load_dataset\nx = load_dataset(\n    'o/d',\n    split='train',\n)\n"}
    )
    assert (found[0].line, found[0].end_line) == (2, 5)
    assert "'o/d'" in found[0].text


def test_the_same_input_gives_the_same_output_in_any_order(scan):
    files = {f"f{n}.py": f"from datasets import load_dataset\nload_dataset('o/d{n}')\n" for n in range(5)}
    assert scan(files) == scan(dict(reversed(files.items())))


def test_circular_imports_and_bases_end(scan):
    found = scan(
        {
            "a.py": "from b import X\nfrom b import K\nclass A(K): ...\nA.from_pretrained('o/m')\n"
            "x = y\ny = x\n",
            "b.py": "from a import X\nfrom a import A\nclass K(A): ...\n"
            "from transformers import AutoModel\nAutoModel.from_pretrained(X)\n",
        }
    )
    assert all(r.path in ("a.py", "b.py") for r in found)


def test_the_default_of_an_output_option_is_not_taken_for_a_hub_name(scan):
    text = (
        "import argparse\nfrom diffusers import DiffusionPipeline\np = argparse.ArgumentParser()\n"
        "p.add_argument('--output_dir', default='my-lora')\np.add_argument('--base', default='o/m')\n"
        "args = p.parse_args()\nDiffusionPipeline.from_pretrained(args.output_dir)\n"
        "DiffusionPipeline.from_pretrained(args.base)\n"
    )
    assert _short(scan({"a.py": text})) == [
        ("a.py", 7, "my-lora", "undetermined"),
        ("a.py", 8, "o/m", "none"),
    ]
