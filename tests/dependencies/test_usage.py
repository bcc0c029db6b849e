"""The numbers of the tree, and imports held against what is declared."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from inspector.dependencies import Package
from inspector.dependencies.usage import imported_against_declared, imported_as, imports_of, tree_facts
from inspector.provenance import Pin

Make = Callable[..., Package]


def test_the_tree_is_told_in_numbers_with_what_pulls_what(package: Make) -> None:
    tree = [
        package("app", requires=("lib", "log")),
        package("small", requires=("log",)),
        Package("lib", "1", Pin.DIGEST, False, requires=("deep",)),
        Package("deep", "1", Pin.DIGEST, False, requires=("lib",)),
        Package("log", "1", Pin.VERSION, False),
        Package("stray", "1", Pin.VERSION, False),
        Package("react", "18.2.0", Pin.DIGEST, False, ecosystem="npm"),
    ]
    facts = tree_facts(tree)
    assert (facts["packages"], facts["direct"], facts["transitive"], facts["edges"]) == (7, 2, 5, 5)
    assert (facts["depth"], facts["deepest"]) == (3, ["app", "lib", "deep"])
    assert facts["by_ecosystem"] == {"PyPI": 6, "npm": 1} and facts["by_pin"] == {"digest": 3, "version": 4}
    assert facts["heaviest"] == [
        {"name": "app", "brings": 3, "alone": 3},
        {"name": "small", "brings": 1, "alone": 1},
    ]
    assert facts["reasons"] == {
        "lib": ["app", "lib"],
        "deep": ["app", "lib", "deep"],
        "log": ["app", "log"],
    }
    assert tree_facts([])["depth"] == 0


def test_a_long_chain_and_a_circle_end(package: Make) -> None:
    many = 5_000
    chain = [
        Package(f"p{n}", "1", Pin.VERSION, n == 0, requires=(f"p{(n + 1) % many}",)) for n in range(many)
    ]
    start = time.monotonic()
    facts = tree_facts(chain)
    assert facts["depth"] == many and len(facts["reasons"]["p4999"]) == 8
    assert time.monotonic() - start < 3


def test_imports_are_read_at_their_first_line_and_relative_ones_left_out() -> None:
    source = (
        b"import os, numpy as np\nfrom PIL.Image import open\nfrom . import own\ndef f():\n    import numpy\n"
    )
    assert imports_of(source) == (("numpy", 1), ("os", 1), ("PIL", 2))


def test_a_file_that_does_not_parse_still_tells_its_imports() -> None:
    source = b"!pip install x\nimport torch, cv2 as c\nfrom yaml import load\nprint 'old'\n"
    assert imports_of(source) == (("torch", 2), ("cv2", 2), ("yaml", 3))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"(" * 100_000,
        b"import " + b"a," * 50_000,
        b"x" * 5_000_000,
        b"import a\n" * 400_000 + b"(",
    ],
)
def test_hostile_source_is_bounded(data: bytes) -> None:
    assert len(imports_of(data)) <= 5_000


def test_what_is_imported_is_held_against_what_is_declared(package: Make) -> None:
    tree = [
        package("pillow"),
        package("opencv-python-headless"),
        package("rich"),
        package("ruff"),
        package("google-cloud-storage"),
        Package("urllib3", "2", Pin.DIGEST, False),
        Package("yaml", "1", Pin.DIGEST, True, ecosystem="npm"),
    ]
    imports = {
        "src/app/main.py": (("os", 1), ("PIL", 2), ("cv2", 3), ("urllib3", 4), ("yaml", 5), ("helpers", 6)),
        "src/app/helpers.py": (("yaml", 9), ("google", 10), ("app", 11)),
    }
    said = imported_against_declared(imports, tree)
    assert said["undeclared"] == [
        {"module": "urllib3", "path": "src/app/main.py", "line": 4, "files": 1, "provided_by": ["urllib3"]},
        {"module": "yaml", "path": "src/app/helpers.py", "line": 9, "files": 2, "provided_by": []},
    ]
    assert said["unused"] == [{"name": "rich", "imported_as": ["rich"]}]


def test_names_that_differ_from_the_import_are_known() -> None:
    known = {
        "pillow": "PIL", "scikit-learn": "sklearn", "pyyaml": "yaml", "beautifulsoup4": "bs4",
        "python-dateutil": "dateutil", "faiss-gpu": "faiss", "gitpython": "git", "pyjwt": "jwt",
    }  # fmt: skip
    assert {name: imported_as(name)[0] for name in known} == known
    assert imported_as("sentence-transformers") == ("sentence_transformers",)
