"""The numbers of the tree, and imports held against what is declared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.dependencies import Import, Package, read_manifest, tree_facts
from inspector.dependencies.usage import imported_against_declared, imported_as, imports_of
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


@pytest.mark.bounded
def test_a_long_chain_and_a_circle_end(package: Make) -> None:
    many = 5_000
    chain = [
        Package(f"p{n}", "1", Pin.VERSION, n == 0, requires=(f"p{(n + 1) % many}",)) for n in range(many)
    ]
    facts = tree_facts(chain)
    assert facts["depth"] == many and len(facts["reasons"]["p4999"]) == 8


def test_imports_are_read_at_their_first_line_and_relative_ones_left_out() -> None:
    source = (
        b"import os, numpy as np\nfrom PIL.Image import open\nfrom . import own\ndef f():\n    import numpy\n"
    )
    assert imports_of(source) == (Import("numpy", 1), Import("os", 1), Import("PIL", 2))


def test_an_import_that_may_fail_or_is_for_types_alone_is_optional() -> None:
    source = (
        b"try:\n    import wandb\nexcept ImportError:\n    wandb = None\nimport a\n"
        b"if TYPE_CHECKING:\n    import types_only\ndef f():\n    with x:\n        import a, deep\n"
        b"try:\n    import deep\nfinally:\n    pass\n"
    )
    assert imports_of(source) == (
        Import("wandb", 2, True), Import("a", 5), Import("types_only", 7, True), Import("deep", 10),
    )  # fmt: skip


def test_a_notebook_tells_the_imports_of_its_cells() -> None:
    source = (
        b'{"cells": [{"source": [\n "import torch, cv2\\n",\n "from yaml import load\\n",\n "important"\n]}]}'
    )
    assert imports_of(source, "a.ipynb") == (Import("torch", 2), Import("cv2", 2), Import("yaml", 3))


def test_a_file_that_does_not_parse_still_tells_its_imports() -> None:
    source = b"!pip install x\nimport torch, cv2 as c\nfrom yaml import load\nprint 'old'\n"
    assert imports_of(source) == (Import("torch", 2), Import("cv2", 2), Import("yaml", 3))


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
        "src/app/main.py": [
            Import("os", 1), Import("PIL", 2), Import("cv2", 3), Import("urllib3", 4), Import("yaml", 5),
            Import("helpers", 6), Import("the_project", 7), Import("vendored", 8), Import("wandb", 9, True),
        ],
        "src/app/helpers.py": [Import("yaml", 9, True), Import("google", 10), Import("app", 11)],
    }  # fmt: skip
    text = b"pillow\nrich\nruff\npsycopg2-binary\npytest-cov\nurllib3 # via requests\n-e .\n"
    manifest = read_manifest("requirements.txt", text)
    aside = read_manifest("requirements-dev.txt", b"colorama\n")
    own = read_manifest("pyproject.toml", b'[project]\nname = "the-project"\n')
    assert manifest and aside and own
    said = imported_against_declared(
        imports, tree, manifests=[manifest, aside, own], folders=["vendored", "src"]
    )
    where = {"path": "src/app/main.py"}
    assert said["undeclared"] == [
        {"module": "urllib3", **where, "line": 4, "files": 1, "provided_by": ["urllib3"], "optional": False},
        {"module": "wandb", **where, "line": 9, "files": 1, "provided_by": [], "optional": True},
        {"module": "yaml", **where, "line": 5, "files": 2, "provided_by": [], "optional": False},
    ]
    assert said["unused"] == [
        {"name": "rich", "imported_as": ["rich"], "path": "requirements.txt", "line": 2}
    ]


def test_npm_packages_and_python_packages_of_one_name_are_two_in_the_tree() -> None:
    tree = [
        Package("app", "1", Pin.VERSION, True, requires=("redis",)),
        Package("redis", "1", Pin.VERSION, False),
        Package("redis", "4", Pin.VERSION, False, requires=("socket",), ecosystem="npm"),
        Package("socket", "1", Pin.VERSION, False, ecosystem="npm"),
        Package("wheel-user", "1", Pin.VERSION, True, requires=("numpy",)),
        Package("numpy", "1", Pin.VERSION, False, ecosystem="conda"),
    ]
    facts = tree_facts(tree)
    assert facts["edges"] == 3 and facts["depth"] == 2
    assert facts["reasons"] == {"redis": ["app", "redis"], "conda:numpy": ["wheel-user", "conda:numpy"]}
    assert facts["unreached"] == {"total": 2, "names": ["npm:redis", "npm:socket"]}


def test_names_that_differ_from_the_import_are_known() -> None:
    known = {
        "pillow": "PIL", "scikit-learn": "sklearn", "pyyaml": "yaml", "beautifulsoup4": "bs4",
        "python-dateutil": "dateutil", "faiss-gpu": "faiss", "gitpython": "git", "pyjwt": "jwt",
    }  # fmt: skip
    assert {name: imported_as(name)[0] for name in known} == known
    assert imported_as("sentence-transformers") == ("sentence_transformers",)
