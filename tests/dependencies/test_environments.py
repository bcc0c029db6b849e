"""Locks of conda's world, front ends, what is installed, and what commands install."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inspector.dependencies import Manifest, Package, packages, read_manifest, summary
from inspector.provenance import Pin

SHA = "ab" * 32
COMMIT = "a" * 40


def read(path: str, text: str | bytes | Any) -> Manifest:
    if not isinstance(text, str | bytes):
        text = json.dumps(text)
    manifest = read_manifest(path, text.encode() if isinstance(text, str) else text)
    assert manifest is not None
    assert Manifest.from_json(json.loads(json.dumps(manifest.as_json()))) == manifest
    return manifest


def tree(*manifests: Manifest) -> dict[str, Package]:
    return {one.name: one for one in packages(manifests)}


CONDA_LOCK = f"""
version: 1
metadata: {{platforms: [linux-64, osx-64]}}
package:
- name: numpy
  version: 1.26.4
  manager: conda
  platform: linux-64
  dependencies: {{__glibc: '>=2.17', python: '>=3.11', libblas: '>=3.9'}}
  url: https://conda.example/linux-64/numpy-1.26.4-py311_0.conda
  hash: {{md5: {"1" * 32}, sha256: {SHA}}}
- name: numpy
  version: 1.26.4
  manager: conda
  platform: osx-64
  dependencies: {{python: '>=3.11', llvm: '>=1'}}
  url: https://conda.example/osx-64/numpy-1.26.4-py311_0.conda
  hash: {{md5: {"2" * 32}}}
- name: python
  version: '3.10'
  manager: conda
  platform: linux-64
  dependencies: {{}}
  url: https://conda.example/linux-64/python-3.10-0.conda
  hash: {{}}
- name: Requests
  version: 2.31.0
  manager: pip
  platform: linux-64
  dependencies: {{numpy: ''}}
  url: https://files.example/requests-2.31.0-py3-none-any.whl
  hash: {{sha256: {SHA}}}
"""


def test_a_conda_lock_of_several_platforms_is_one_entry_for_each_version() -> None:
    manifest = read("conda-lock.yml", CONDA_LOCK)
    counted = summary(manifest)
    assert (counted["packages"], counted["edges"]) == (3, 2)
    found = tree(manifest)
    assert found["numpy"].ecosystem == "conda" and found["numpy"].pin is Pin.DIGEST
    assert found["numpy"].requires == ("python",) and found["numpy"].required_by == ("requests",)
    assert found["python"].version == "3.10" and found["python"].pin is Pin.VERSION
    assert found["requests"].ecosystem == "PyPI"
    assert found["requests"].declared_in[0][1] == 26


PIXI_NEW = f"""version: 6
environments:
  default:
    channels: [{{url: https://conda.example/}}]
    packages:
      linux-64:
      - conda: https://conda.example/linux-64/libgcc-14.1.0-h77fa898_1.conda
packages:
- conda: https://conda.example/linux-64/libgcc-14.1.0-h77fa898_1.conda
  sha256: {SHA}
  depends: ['__glibc >=2.17', 'zlib-ng >=1,<2']
- conda: https://conda.example/linux-64/zlib-ng-2.0.6-h_1.tar.bz2
  md5: {"1" * 32}
- pypi: https://files.example/torch-2.3.0-cp311-linux.whl
  name: torch
  version: 2.3.0
  sha256: {SHA}
  requires_dist: ['filelock', 'pytest ; extra == ''test''', 'zlib-ng']
- pypi: git+https://git.example/o/r@{COMMIT}
  name: from-git
  version: 1.0
- pypi: ./
  name: own-project
  version: 0.1.0
  requires_dist: [torch]
"""
PIXI_OLD = f"""version: 5
environments: {{}}
packages:
- kind: conda
  name: libgcc
  version: 14.1.0
  build: h77fa898_1
  subdir: linux-64
  url: https://conda.example/linux-64/libgcc-14.1.0-h77fa898_1.conda
  sha256: {SHA}
  depends: ['zlib-ng']
- kind: conda
  name: zlib-ng
  version: 2.0.6
  url: https://conda.example/linux-64/zlib-ng-2.0.6-h_1.tar.bz2
- kind: pypi
  name: own-project
  version: 0.1.0
  path: .
  requires_dist: [libgcc]
  editable: true
"""


def test_pixi_locks_of_both_forms_give_packages_edges_and_pins() -> None:
    manifest = read("a/pixi.lock", PIXI_NEW)
    assert (summary(manifest)["packages"], summary(manifest)["edges"]) == (4, 2)
    found = tree(manifest)
    assert found["libgcc"].version == "14.1.0" and found["libgcc"].pin is Pin.DIGEST
    assert found["torch"].requires == ("zlib-ng",) and found["torch"].direct
    assert found["from-git"].pin is Pin.COMMIT and "own-project" not in found
    older = read("pixi.lock", PIXI_OLD)
    assert (summary(older)["packages"], summary(older)["edges"]) == (2, 1)
    assert tree(older)["zlib-ng"].pin is Pin.VERSION and tree(older)["libgcc"].declared_in[0][1] == 4


def test_a_pixi_manifest_tells_both_ecosystems_and_its_features_apart() -> None:
    manifest = read(
        "pixi.toml",
        """[workspace]
name = "demo"
[dependencies]
python = "3.11.*"
numpy = "==1.26.4"
cmake = "*"
[pypi-dependencies]
torch = { version = "==2.3.0", extras = ["x"] }
local = { path = ".", editable = true }
[feature.gpu.dependencies]
cuda = { version = ">=12", build = "h_1" }
[target.linux-64.dependencies]
patchelf = { version = "0.17",
   channel = "x", }
""",
    )
    sections = summary(manifest)["sections"]
    assert sections["dependencies"] == {"total": 3, "wildcard": 1, "exact": 1, "bare": 1}
    assert sections["pypi-dependencies"] == {"total": 2, "exact": 1, "editable": 1}
    assert sections["feature.gpu.dependencies"]["range"] == 1
    assert sections["target.linux-64.dependencies"]["total"] == 1
    assert tree(manifest)["numpy"].ecosystem == "conda" and tree(manifest)["torch"].ecosystem == "PyPI"


def test_explicit_and_exported_lists_of_conda_are_read_by_their_content() -> None:
    explicit = read(
        "conda-linux-64.lock",
        f"# platform\n@EXPLICIT\nhttps://c.example/linux-64/numpy-1.26.4-py311_0.conda#{'1' * 32}\n"
        "https://c.example/noarch/tzdata-2024a-h0_0.tar.bz2\n",
    )
    assert [(one.name, one.version, one.pin) for one in explicit.locked] == [
        ("numpy", "1.26.4", Pin.DIGEST),
        ("tzdata", "2024a", Pin.VERSION),
    ]
    exported = read("conda-list.txt", "# platform: linux-64\nnumpy=1.26.4=py311_0\nrequests=2.31.0=pypi_0\n")
    assert [(one.name, one.ecosystem) for one in exported.locked] == [
        ("numpy", "conda"),
        ("requests", "PyPI"),
    ]
    assert read_manifest("specification.txt", b"a text about numpy=1 and more\n") is None


PACKAGE_JSON = {
    "name": "front",
    "dependencies": {"react": "^18.2.0", "left-pad": "1.3.0", "any": "*", "tag": "latest", "some": "1.x",
                     "mine": "file:../mine", "git": f"github:o/r#{COMMIT}", "moving": "o/r#main"},
    "devDependencies": {"vite": "=5.0.0", "strange": 5},
}  # fmt: skip


def test_a_front_end_s_manifest_is_counted_by_npm_s_own_shapes() -> None:
    counted = summary(read("web/package.json", PACKAGE_JSON))["sections"]
    assert counted["dependencies"] == {
        "total": 8, "range": 2, "exact": 1, "bare": 1, "wildcard": 1, "local": 1, "vcs40": 1, "url": 1,
    }  # fmt: skip
    assert counted["devDependencies"] == {"total": 2, "exact": 1}


A = {"@s/a": ("1.0.0", "digest")}
V3: dict[str, Any] = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "front"},
        "node_modules/@s/a": {"version": "1.0.0", "integrity": "sha512-x", "dependencies": {"b": "^2"}},
        "node_modules/b": {"version": "2.1.0", "resolved": "https://r.example/b-2.1.0.tgz"},
        "node_modules/@s/a/node_modules/b": {"version": "2.1.0", "integrity": "sha512-y"},
        "node_modules/c": {"version": "3.0.0", "resolved": f"git+ssh://git@h.example/o/c.git#{COMMIT}"},
        "node_modules/mine": {"link": True, "resolved": "packages/mine"},
        "packages/mine": {"version": "0.0.1"},
    },
}
V1 = {
    "lockfileVersion": 1,
    "dependencies": {
        "@s/a": {"version": "1.0.0", "integrity": "sha1-x", "requires": {"b": "^2"},
                 "dependencies": {"b": {"version": "2.1.0", "integrity": "sha512-y"}}},
        "c": {"version": "3.0.0"},
    },
}  # fmt: skip
PNPM = """lockfileVersion: '9.0'
packages:
  '@s/a@1.0.0': {resolution: {integrity: sha512-x}}
  b@2.1.0: {resolution: {integrity: sha512-y}}
  c@https://codeload.example/c: {resolution: {tarball: 'https://codeload.example/c'}, version: 3.0.0}
snapshots:
  '@s/a@1.0.0(b@2.1.0)': {dependencies: {b: 2.1.0}}
  b@2.1.0: {}
"""
PNPM_OLD = """lockfileVersion: 5.4
packages:
  /@s/a/1.0.0: {resolution: {integrity: x}, dependencies: {b: 2.1.0}}
  /b/2.1.0_x@1.0.0: {resolution: {integrity: y}}
"""
YARN = """# yarn lockfile v1

"@s/a@^1.0.0", "@s/a@^1.0.1":
  version "1.0.0"
  resolved "https://r.example/a-1.0.0.tgz#0123456789012345678901234567890123456789"
  dependencies:
    b "^2"
    "@s/c" "^3"

b@^2:
  version "2.1.0"
  resolved "https://r.example/b-2.1.0.tgz"
  integrity sha512-y
"""
BERRY = """__metadata:
  version: 8
"@s/a@npm:^1.0.0":
  version: 1.0.0
  resolution: "@s/a@npm:1.0.0"
  dependencies:
    b: "npm:^2"
  checksum: 10c0/abc
"front@workspace:.":
  version: 0.0.0
  resolution: "front@workspace:."
b@npm:^2:
  version: 2.1.0
  resolution: "b@npm:2.1.0"
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("package-lock.json", V3, {**A, "b": ("2.1.0", "version"), "c": ("3.0.0", "commit")}),
        ("npm-shrinkwrap.json", V1, {**A, "b": ("2.1.0", "digest"), "c": ("3.0.0", "version")}),
        ("pnpm-lock.yaml", PNPM, {**A, "b": ("2.1.0", "digest")}),
        ("pnpm-lock.yaml", PNPM_OLD, {**A, "b": ("2.1.0", "digest")}),
        ("yarn.lock", YARN, {**A, "b": ("2.1.0", "digest")}),
        ("yarn.lock", BERRY, {**A, "b": ("2.1.0", "version")}),
    ],
)  # fmt: skip
def test_front_end_locks_give_versions_pins_and_edges(
    path: str, text: Any, expected: dict[str, tuple[str | None, str]]
) -> None:
    found = tree(read(path, text))
    for name, (version, pin) in expected.items():
        assert (found[name].version, found[name].pin.value) == (version, pin), name
        assert found[name].ecosystem == "npm" and found[name].looks_like == ()
    assert "b" in found["@s/a"].requires and "@s/a" in found["b"].required_by
    assert not {"front", "mine"} & set(found)


def test_a_package_of_npm_is_never_asked_about_as_one_of_the_index() -> None:
    from inspector.dependencies.releases import release_of

    found = tree(read("package-lock.json", V3))
    assert "npm" in str(release_of(found["b"]))


METADATA = """Metadata-Version: 2.1
Name: {name}
Version: 1.0
{needs}
A description.
Requires-Dist: not-a-header
"""


def test_the_packages_of_an_environment_speak_of_one_another() -> None:
    def metadata(name: str, *needs: str) -> Manifest:
        text = METADATA.format(name=name, needs="".join(f"Requires-Dist: {need}\n" for need in needs))
        return read(f"env/lib/{name}-1.0.dist-info/METADATA", text)

    found = tree(metadata("Flask", "werkzeug>=2", "pytest; extra == 'dev'"), metadata("werkzeug"))
    assert found["flask"].requires == ("werkzeug",) and found["werkzeug"].required_by == ("flask",)
    assert found["flask"].pin is Pin.VERSION and "not-a-header" not in found


def test_what_pip_prints_is_read() -> None:
    listed = read(
        "pip-list.json",
        [
            {"name": "numpy", "version": "1.26.4"},
            {"name": "own", "version": "0.1", "editable_project_location": "/home/x"},
        ],
    )
    assert [(one.name, one.version, one.pin) for one in listed.locked] == [
        ("numpy", "1.26.4", Pin.VERSION),
        ("own", "0.1", Pin.LOCAL),
    ]
    columns = read("pip_list.txt", "Package    Version\n---------- -------\nnumpy      1.26.4\nx 1 /home/x\n")
    assert [one.name for one in columns.locked] == ["numpy", "x"]
    inspected = read(
        "pip-inspect.json",
        {"version": "1", "pip_version": "24.0", "installed": [
            {"metadata": {"name": "flask", "version": "3.0", "requires_dist": ["werkzeug>=2"]}},
            {"metadata": {"name": "werkzeug", "version": "3.0"},
             "direct_url": {"url": "https://git.example/w", "vcs_info": {"commit_id": COMMIT}}}]},
    )  # fmt: skip
    found = tree(inspected)
    assert found["werkzeug"].pin is Pin.COMMIT and found["werkzeug"].required_by == ("flask",)
    report = {
        "version": "1",
        "pip_version": "24.0",
        "install": [
            {
                "is_direct": False,
                "metadata": {"name": "a", "version": "1"},
                "download_info": {
                    "url": "https://f.example/a.whl",
                    "archive_info": {"hashes": {"sha256": SHA}},
                },
            }
        ],
    }
    assert tree(read("pip-report.json", report))["a"].pin is Pin.DIGEST
    assert read_manifest("packages.json", b'[{"name": "no list of pip", "size": 3}]') is None


DOCKERFILE = """FROM python:3.12
ARG V=2.3.0
# RUN pip install commented-out
RUN pip install --no-cache-dir --index-url https://i.example/simple torch==${V} 'numpy>=1.20' \\
    # a comment inside
    flask==3.0.0 && apt-get install -y git
RUN ["pip", "install", "exec-form==1.0"]
RUN echo pip install only-said
RUN python3 -m pip install -U pip -r requirements.txt -e git+https://git.example/o/r@main#egg=r
RUN conda install -y -c conda-forge scipy=1.11 zlib=1.2=h_1
RUN uv add ruff@0.5.0 && poetry add "black==24.1.0"
RUN pip install $EXTRA
"""


def test_a_container_file_s_commands_are_read_and_nothing_else_in_it() -> None:
    manifest = read("docker/Dockerfile.gpu", DOCKERFILE)
    assert manifest.format == "Dockerfile" and manifest.includes == ()
    said = {item.name: (item.section, item.shape, item.line) for item in manifest.requirements if item.name}
    assert said == {
        "torch": ("pip install", "range", 4),
        "numpy": ("pip install", "range", 4),
        "flask": ("pip install", "exact", 4),
        "exec-form": ("pip install", "exact", 7),
        "pip": ("pip install", "bare", 9),
        "r": ("pip install", "editable", 9),
        "scipy": ("conda install", "wildcard", 10),
        "zlib": ("conda install", "exact", 10),
        "ruff": ("uv add", "exact", 11),
        "black": ("poetry add", "exact", 11),
    }
    found = tree(manifest)
    assert found["torch"].pin is Pin.UNDETERMINED and found["torch"].version is None
    assert found["flask"].version == "3.0.0" and found["scipy"].ecosystem == "conda" and "pip" not in found


def test_what_notebooks_and_ci_install_is_counted_and_its_exact_versions_stand_in_the_tree() -> None:
    notebook = {
        "cells": [
            {"cell_type": "code", "source": ["!pip install -q transformers \\\n", "  datasets==2.19.0\n",
                                             "%pip install reqeusts\n", "text = 'pip install nothing'\n"]}
        ]
    }  # fmt: skip
    manifest = read("n.ipynb", json.dumps(notebook, indent=1))
    assert [item.name for item in manifest.requirements] == ["transformers", "datasets", "reqeusts"]
    assert summary(manifest)["sections"] == {"pip install": {"total": 3, "exact": 1, "bare": 2}}
    assert set(tree(manifest)) == {"datasets", "reqeusts"}
    workflow = (
        "jobs:\n  a:\n    steps:\n      - run: |\n          pip install build==1.2.1 && python -m build\n"
    )
    assert [item.name for item in read(".github/workflows/ci.yml", workflow).requirements] == ["build"]
    assert read_manifest(".github/workflows/x.yml", b"on: push\n") is None
    assert read_manifest("run.sh", b"echo 'to install, see pip'\n") is None


SCRIPT = """#!/usr/bin/env python
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests==2.31.0",
#   "rich",
# ]
# ///
print("x")
"""


def test_inline_script_metadata_is_read_from_the_comment_alone() -> None:
    manifest = read("tools/run.py", SCRIPT)
    assert summary(manifest)["sections"] == {"script.dependencies": {"total": 2, "exact": 1, "bare": 1}}
    assert [item.line for item in manifest.requirements] == [5, 6]
    assert read_manifest("tools/other.py", b"# /// other\n# x = 1\n# ///\n") is None
    assert "more than one" in str(read("two.py", SCRIPT + SCRIPT).error)
    assert "not closed" in str(read("open.py", "# /// script\n# dependencies = []\n").error)


COMPILED = """certifi==2024.2.2 \\
    --hash=sha256:00
    # via requests
requests==2.31.0
    # via
    #   -r requirements.in
    #   Other_Package
other-package==1.0  # via demo (pyproject.toml)
idna==3.6  # via requests, other-package

# a comment of its own
alone==1.0
"""


def test_via_comments_tell_who_pulls_a_package_in() -> None:
    manifest = read("requirements.txt", COMPILED)
    assert summary(manifest)["edges"] == 4
    found = tree(manifest)
    assert found["certifi"].required_by == ("requests",) and not found["certifi"].direct
    assert found["requests"].required_by == ("other-package",) and found["requests"].direct
    assert found["other-package"].direct and found["other-package"].requires == ("idna", "requests")
    assert found["idna"].required_by == ("other-package", "requests")
    assert found["alone"].direct and found["alone"].required_by == ()


def test_lists_that_setuptools_flit_and_pixi_keep_elsewhere_are_found() -> None:
    cfg = read("setup.cfg", "[options]\ninstall_requires = file: reqs/a.txt, b.txt\n")
    assert cfg.includes == ("reqs/a.txt", "b.txt")
    tables = (
        '[tool.flit.metadata]\nrequires = ["a==1"]\n[tool.flit.metadata.requires-extra]\nt = ["b"]\n'
        '[tool.pixi.dependencies]\npython = "3.12.*"\n'
    )
    toml = read("pyproject.toml", tables)
    assert set(summary(toml)["sections"]) == {
        "tool.flit.metadata.requires", "tool.flit.metadata.requires-extra", "tool.pixi.dependencies",
    }  # fmt: skip


@pytest.mark.parametrize("path", [
    "conda-lock.yml", "pixi.lock", "pixi.toml", "package.json", "package-lock.json", "pnpm-lock.yaml",
    "yarn.lock",
    "a-1.dist-info/METADATA", "pip-list.json", "conda-explicit.txt", "Dockerfile", "x.py", "x.ipynb",
])  # fmt: skip
@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"[" * 100_000, b"{" * 100_000, b"- " * 100_000, b'{"packages": 5, "version": 1}',
     b"version: 1\npackage: [5, {name: []}, {name: a, version: [1]}]\n",
     b'{"lockfileVersion": 3, "packages": [1]}',
     b"Metadata-Version: 2.1\n",
     b"Metadata-Version: 2.1\nName: a\nVersion: 1\n" + b"Requires-Dist: a b c\n" * 50,
     b"# /// script\n# dependencies = 5\n# ///\n", b"RUN pip install " + b"a " * 50_000,
     b"# /// a\n" * 50_000, b"!pip install '" + b"x" * 100_000],
)  # fmt: skip
@pytest.mark.bounded
def test_hostile_content_ends_as_words_and_soon(path: str, data: bytes) -> None:
    manifest = read_manifest(path, data)
    if manifest is not None:
        assert Manifest.from_json(json.loads(json.dumps(manifest.as_json()))) == manifest
        packages([manifest])


def test_laughing_yaml_and_a_bomb_of_json_are_named() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi")
    )
    for path in ("conda-lock.yml", "pixi.lock", "pnpm-lock.yaml"):
        error = str(read(path, f"version: 1\nlockfileVersion: 9\n{laughs * 3}").error)
        assert "YAML" in error or "list of packages" in error


def test_a_very_long_requirements_file_is_counted_and_not_kept() -> None:
    many = 30_000
    text = "".join(
        f"p{n}=={n}.0\nq{n}>=1,<2 ; python_version > '3.{n % 9}' --hash=sha256:{n % 10}\n"
        for n in range(many // 2)
    )
    manifest = read("requirements.txt", text)
    assert len(manifest.requirements) == 10_000 and "counted but not listed" in str(manifest.error)
    assert summary(manifest)["sections"]["requirements"] == {
        "total": many, "exact": many // 2, "range": many // 2, "hashed": many // 2,
    }  # fmt: skip


@pytest.mark.bounded
def test_what_a_lock_holds_is_joined_in_a_time_that_grows_with_it() -> None:
    lines = "".join(f"https://c.example/noarch/p{n}-1.0-h_0.conda\n" for n in range(30_000))
    manifest = read_manifest("conda-explicit.txt", f"@EXPLICIT\n{lines}".encode())
    assert manifest is not None and len(manifest.locked) == 30_000


@pytest.mark.bounded
def test_a_lock_in_yaml_past_the_bound_is_named_at_once() -> None:
    error = str(read("pixi.lock", "version: 6\npackages:\n" + "- conda: x\n" * 1_200_000).error)
    assert "are read at most" in error
