"""pyproject.toml and the other manifests: sections under the manifest's own names, nothing silently lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dependencies import Manifest, packages, read_manifest, summary
from inspector.provenance import Pin

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PYPROJECT = f"""
[build-system]
requires = ["hatchling>=1.2", "setuptools==70.0"]

[project]
name = "My.Project"
dependencies = [
  "torch==2.1.*",
  'numpy==1.26.4',
  "flask",          # "not==1.0"
  "fork @ git+https://example.invalid/o/fork@{COMMIT}",
  "moved==1.0",
]

[project.optional-dependencies]
gpu = ["cupy>=12"]
all = ["my-project[gpu]", "flask"]

[dependency-groups]
test = ["pytest", {{ include-group = "lint" }}]
lint = ["ruff==0.9.0"]

[tool.poetry.dependencies]
python = "^3.11"
exactly = "1.2.3"
caret = "^1.2"
any = "*"
star = "1.*"
two = "==1.0"
repo = {{ git = "https://example.invalid/o/repo.git", rev = "{COMMIT}" }}
branch = {{ git = "https://example.invalid/o/branch.git", branch = "main" }}
here = {{ path = "../here" }}
edit = {{ path = "../edit", editable = true }}
detail = {{ version = "2.0", extras = ["x"], markers = "sys_platform == 'linux'" }}
multiple = [{{ version = "1.0", python = "<3.9" }}, {{ version = ">=2", python = ">=3.9" }}]

[tool.poetry.group.docs.dependencies]
sphinx = "*"

[tool.pdm.dev-dependencies]
dev = ["black", "-e file:///x#egg=editable"]

[tool.uv]
dev-dependencies = ["mypy==1.0"]
constraint-dependencies = ["idna<4"]

[tool.uv.sources]
moved = {{ git = "https://example.invalid/o/moved", branch = "main" }}
"""


def read(path: str, text: str | bytes) -> Manifest:
    manifest = read_manifest(path, text if isinstance(text, bytes) else text.encode())
    assert manifest is not None
    return manifest


def test_sections_of_pyproject_carry_their_own_names_and_exact_counts() -> None:
    manifest = read("pyproject.toml", PYPROJECT)
    assert manifest.error is None
    assert manifest.project_name == "my-project"
    assert summary(manifest)["sections"] == {
        "build-system.requires": {"total": 2, "exact": 1, "range": 1},
        "project.dependencies": {"total": 5, "wildcard": 1, "exact": 2, "bare": 1, "vcs40": 1},
        "project.optional-dependencies": {"total": 3, "range": 1, "bare": 2},
        "dependency-groups": {"total": 2, "bare": 1, "exact": 1},
        "tool.poetry.dependencies": {
            "total": 12, "exact": 4, "range": 2, "bare": 1, "wildcard": 1, "vcs40": 1, "url": 1, "local": 1,
            "editable": 1,
        },
        "tool.poetry.group.docs.dependencies": {"total": 1, "bare": 1},
        "tool.pdm.dev-dependencies": {"total": 2, "bare": 1, "editable": 1},
        "tool.uv.dev-dependencies": {"total": 1, "exact": 1},
        "tool.uv.constraint-dependencies": {"total": 1, "range": 1},
    }  # fmt: skip


def test_lines_of_pyproject_are_those_of_the_text() -> None:
    lines = PYPROJECT.split("\n")
    for item in read("pyproject.toml", PYPROJECT).requirements:
        assert item.line is not None and item.name is not None
        assert item.name.split("-")[0] in lines[item.line - 1].lower()


def test_the_project_itself_is_no_package_and_a_source_table_decides_the_pin() -> None:
    found = {one.name: one for one in packages([read("pyproject.toml", PYPROJECT)])}
    assert "my-project" not in found and "python" not in found
    assert (found["moved"].version, found["moved"].pin) == (None, Pin.MOVABLE)
    assert (found["exactly"].version, found["exactly"].pin) == ("1.2.3", Pin.VERSION)
    assert found["repo"].pin is Pin.COMMIT


def test_our_own_pyproject_is_counted_as_tomllib_counts_it() -> None:
    path = Path(__file__).parents[2] / "pyproject.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    sections = summary(read("pyproject.toml", path.read_bytes()))["sections"]
    assert sections["project.dependencies"]["total"] == len(document["project"]["dependencies"])
    extras = document["project"]["optional-dependencies"].values()
    assert sections["project.optional-dependencies"]["total"] == sum(map(len, extras))
    assert sections["build-system.requires"]["total"] == len(document["build-system"]["requires"])


def test_dynamic_dependencies_and_missing_groups_are_said() -> None:
    error = read("pyproject.toml", '[project]\nname="a"\ndynamic=["dependencies"]').error
    assert error is not None and "dynamic" in error
    error = read("pyproject.toml", '[dependency-groups]\na=[{include-group="b"}]').error
    assert error is not None and "'b'" in error


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile"]
)
@pytest.mark.parametrize(
    "data",
    [
        b"[project",
        b"\xff\xfe\x00",
        b"a = " + b"[" * 100_000,
        b"a = " + b"{b = " * 50_000,
        b"a" + b".a" * 200_000 + b" = 1",
        b"[" + b"a." * 200_000 + b"a]",
        b'["x"' + b" . 'y'" * 100_000 + b"]",
        b"{a" + b".a" * 200_000,
        b"a = " + b"9" * 500_000,
        b"a = 2024-99-99",
    ],
)
@pytest.mark.bounded
def test_broken_or_hostile_toml_is_an_error_and_soon(name: str, data: bytes) -> None:
    manifest = read(name, data)
    assert manifest.error and manifest.error.endswith(".")
    assert summary(manifest)["error"] == manifest.error


@pytest.mark.parametrize(
    "text",
    [
        "project = 3",
        "[project]\ndependencies = 'torch'",
        "[project]\ndependencies = [1, [], {}]",
        "[project.optional-dependencies]\nx = 'y'",
        "[tool.poetry.dependencies]\na = 1\nb = []\nc = {git = 3}",
        "tool.uv.sources = [1]",
        "[[package]]\nname = 3",
        "[[package]]\nname = 'a'\nsource = 'x'\ndependencies = 'y'\nwheels = {}",
        "package = [1, 2]\nversion = 1",
    ],
)
def test_values_of_another_type_never_raise(text: str) -> None:
    for name in (
        "pyproject.toml",
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "pylock.toml",
        "Pipfile",
        "Pipfile.lock",
    ):
        manifest = read(name, text)
        summary(manifest)
        packages([manifest])


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["pyproject.toml", "Pipfile.lock", "setup.py", "environment.yml"]),
)
def test_no_content_raises(data: bytes, name: str) -> None:
    manifest = read_manifest(name, data)
    assert manifest is None or summary(manifest)


def test_pipfile_sections_are_its_tables() -> None:
    text = '[packages]\nrequests = "*"\nflask = "==1.0"\n[dev-packages]\npytest = ">=7"\n'
    text += '[requires]\npython_version = "3.11"'
    assert summary(read("Pipfile", text))["sections"] == {
        "packages": {"total": 2, "bare": 1, "exact": 1},
        "dev-packages": {"total": 1, "range": 1},
    }


def test_an_environment_of_mlflow_is_a_list_for_pip() -> None:
    text = b"""python: 3.10.1
build_dependencies:
- pip==23.3
- setuptools
dependencies:
- -r requirements.txt
- numpy==1.26.4
"""
    manifest = read("model/python_env.yaml", text)
    assert manifest is not None and manifest.error is None
    assert manifest.format == "python_env.yaml" and manifest.includes == ("requirements.txt",)
    found = [(one.name, one.section, one.shape, one.line) for one in manifest.requirements]
    assert found == [
        ("pip", "build_dependencies", "exact", 3),
        ("setuptools", "build_dependencies", "bare", 4),
        (None, "dependencies", "option", 6),
        ("numpy", "dependencies", "exact", 7),
    ]
    broken = read("python_env.yaml", b"dependencies: [a b c]")
    assert broken is not None and broken.error == "'a b c' is no requirement that can be read."


def test_conda_environments_are_read_by_condas_rules() -> None:
    text = """
name: x
channels: [conda-forge]
dependencies:
  - python=3.10
  - numpy==1.26.4
  - scipy=1.11.1=py310h
  - conda-forge::pandas>=2
  - tqdm
  - pip
  - pip:
      - torch==2.1.0
      - transformers
      - -r more.txt
"""
    manifest = read("environment.yml", text)
    assert summary(manifest)["sections"] == {
        "dependencies": {"total": 6, "wildcard": 1, "exact": 2, "range": 1, "bare": 2},
        "dependencies.pip": {"total": 2, "exact": 1, "bare": 1, "option": 1},
    }
    found = {one.name: (one.ecosystem, one.version, one.pin) for one in packages([manifest])}
    assert found["numpy"] == ("conda", "1.26.4", Pin.VERSION)
    assert found["scipy"] == ("conda", "1.11.1", Pin.VERSION)
    assert found["python"] == ("conda", None, Pin.MOVABLE)
    assert found["torch"] == ("PyPI", "2.1.0", Pin.VERSION)


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: &a [x]\nb: &b [*a, *a]\n"
        + "".join(f"c{n}: [{', '.join(['*b'] * 9)}]\n" for n in range(30)),
        "dependencies: " + "[" * 20_000,
        "dependencies: !!python/object/apply:os.getcwd []",
        "dependencies: [a\n",
    ],
)
@pytest.mark.bounded
def test_hostile_yaml_is_an_error(text: str) -> None:
    assert read("environment.yml", text).error


def test_setup_files_are_read_and_never_run() -> None:
    code = """
from setuptools import setup
import os
os.abort()
NEEDS = ["numpy==1.0", "flask"]
setup(name="x", install_requires=NEEDS + ["torch>=2"], extras_require={"a": ["b"]},
      tests_require=open("t").read())
"""
    manifest = read("setup.py", code)
    assert summary(manifest)["sections"] == {
        "install_requires": {"total": 3, "exact": 1, "bare": 1, "range": 1},
        "extras_require": {"total": 1, "bare": 1},
    }
    assert manifest.error is not None and "tests_require" in manifest.error
    config = (
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    numpy==1.0\n    flask; python_version<'4'\n"
    )
    config += "[options.extras_require]\ndev =\n    pytest\n"
    assert summary(read("setup.cfg", config))["sections"] == {
        "options.install_requires": {"total": 2, "exact": 1, "bare": 1},
        "options.extras_require": {"total": 1, "bare": 1},
    }
    assert read_manifest("setup.cfg", b"[flake8]\nmax-line-length = 100\n") is None
    assert read_manifest("setup.py", b"print('no')") is None
