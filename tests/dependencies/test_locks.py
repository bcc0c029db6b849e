"""Lock files: how many packages and edges, which pin, and never the project itself."""

from __future__ import annotations

import json
import re

import pytest

from inspector.dependencies import Manifest, Package, packages, read_manifest, summary
from inspector.provenance import Pin

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASH = "sha256:" + "a" * 64
UV = f"""
version = 1
requires-python = ">=3.11"

[[package]]
name = "my-project"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [
    {{ name = "uvicorn", extra = ["standard"] }},
    {{ name = "fork" }},
]

[package.optional-dependencies]
dev = [{{ name = "onnxruntime" }}]

[[package]]
name = "uvicorn"
version = "0.30.0"
source = {{ registry = "https://example.invalid/simple" }}
dependencies = [
    {{ name = "click" }},
    {{ name = "h11", marker = "python_full_version < '3.12'" }},
    {{ name = "h11", marker = "python_full_version >= '3.12'" }},
]
sdist = {{ url = "https://example.invalid/u.tar.gz", hash = "{HASH}" }}
wheels = [{{ url = "https://example.invalid/u.whl", hash = "{HASH}" }}]

[package.optional-dependencies]
standard = [{{ name = "click" }}, {{ name = "watchfiles" }}]

[[package]]
name = "click"
version = "8.0"
source = {{ registry = "https://example.invalid/simple" }}
wheels = [{{ url = "https://example.invalid/c.whl" }}]

[[package]]
name = "h11"
version = "0.14"
source = {{ registry = "https://example.invalid/simple" }}

[[package]]
name = "watchfiles"
version = "1.0"
source = {{ registry = "https://example.invalid/simple" }}
dependencies = [{{ name = "my-project" }}]

[[package]]
name = "fork"
version = "1.0"
source = {{ git = "https://example.invalid/o/fork?rev=main#{COMMIT}" }}

[[package]]
name = "onnxruntime"
version = "1.17"
source = {{ registry = "https://example.invalid/simple" }}
wheels = [{{ url = "https://example.invalid/o.whl", hash = "{HASH}" }}]

[[package]]
name = "onnxruntime"
version = "1.20"
source = {{ registry = "https://example.invalid/simple" }}
wheels = [{{ url = "https://example.invalid/p.whl", hash = "{HASH}" }}]

[[package]]
name = "member"
version = "0.1.0"
source = {{ editable = "libs/member" }}
"""


def read(path: str, text: str | bytes) -> Manifest:
    manifest = read_manifest(path, text if isinstance(text, bytes) else text.encode())
    assert manifest is not None and manifest.error is None
    return manifest


def by_name(*manifests: Manifest) -> dict[tuple[str, str | None], Package]:
    return {(one.name, one.version): one for one in packages(manifests)}


def test_uv_lock_is_counted_without_the_project() -> None:
    manifest = read("uv.lock", UV)
    found = summary(manifest)
    assert (found["packages"], found["edges"]) == (8, 3)
    assert len(re.findall(r"^\[\[package\]\]", UV, re.MULTILINE)) == found["packages"] + 1
    assert manifest.project_name == "my-project"


def test_uv_pins_are_digest_commit_version_and_local() -> None:
    found = by_name(read("uv.lock", UV))
    assert {key: one.pin for key, one in found.items()} == {
        ("uvicorn", "0.30.0"): Pin.DIGEST,
        ("click", "8.0"): Pin.VERSION,
        ("h11", "0.14"): Pin.VERSION,
        ("watchfiles", "1.0"): Pin.VERSION,
        ("fork", "1.0"): Pin.COMMIT,
        ("onnxruntime", "1.17"): Pin.DIGEST,
        ("onnxruntime", "1.20"): Pin.DIGEST,
        ("member", "0.1.0"): Pin.LOCAL,
    }
    assert found["click", "8.0"].required_by == ("uvicorn",)
    assert found["uvicorn", "0.30.0"].required_by == () and found["uvicorn", "0.30.0"].direct
    assert found["watchfiles", "1.0"].requires == () and not found["watchfiles", "1.0"].direct
    assert found["fork", "1.0"].origin is not None


def test_the_line_of_a_locked_package_is_that_of_its_table() -> None:
    lines = UV.split("\n")
    for item in read("uv.lock", UV).locked:
        assert item.line is not None
        assert lines[item.line - 1] == "[[package]]" and item.name in lines[item.line]


def test_the_lock_beside_a_manifest_answers_for_its_open_requirements() -> None:
    lock = read("app/uv.lock", UV)
    project = read(
        "app/pyproject.toml",
        '[project]\nname="my-project"\ndependencies=["uvicorn>=0.2","onnxruntime","click==7.0","new"]\n'
        '[build-system]\nrequires=["h11"]',
    )
    found = by_name(lock, project)
    assert ("uvicorn", None) not in found and ("onnxruntime", None) not in found
    places = [place for place, _, _ in found["uvicorn", "0.30.0"].declared_in]
    assert places == ["app/uv.lock", "app/pyproject.toml"]
    assert found["onnxruntime", "1.17"].direct and found["onnxruntime", "1.20"].direct
    assert found["click", "7.0"].pin is Pin.VERSION and found["click", "8.0"].pin is Pin.VERSION
    assert found["new", None].pin is Pin.NONE
    assert found["h11", None].pin is Pin.NONE, "a build requirement is resolved anew, whatever the lock says"


def test_a_lock_elsewhere_answers_for_nothing_but_its_workspace() -> None:
    lock = read("uv.lock", UV)
    other = read("other/requirements.txt", "click")
    member = read("libs/member/pyproject.toml", '[project]\nname="member"\ndependencies=["uvicorn"]')
    found = by_name(lock, other, member)
    assert found["click", None].pin is Pin.NONE and ("click", "8.0") in found
    assert ("uvicorn", None) not in found


def test_an_exact_requirement_in_the_lock_keeps_the_locks_pin() -> None:
    found = by_name(read("uv.lock", UV), read("requirements.txt", "uvicorn==0.30.0"))
    assert found["uvicorn", "0.30.0"].pin is Pin.DIGEST
    found = by_name(read("uv.lock", UV), read("x/requirements.txt", "uvicorn==0.30.0"))
    assert found["uvicorn", "0.30.0"].pin is Pin.VERSION, "the statement elsewhere has no hash"


_POETRY_PACKAGES = f"""
[[package]]
name = "Requests"
version = "2.31.0"
{{}}
[package.dependencies]
certifi = ">=2017"
PySocks = {{{{version = ">=1.5", optional = true}}}}

[[package]]
name = "certifi"
version = "2024.1"
{{}}
[[package]]
name = "pysocks"
version = "1.7"

[[package]]
name = "fork"
version = "0.1"

[package.source]
type = "git"
url = "https://example.invalid/o/fork.git"
reference = "main"
resolved_reference = "{COMMIT}"

[[package]]
name = "here"
version = "0.1"

[package.source]
type = "directory"
url = "../here"

[metadata]
lock-version = "2.0"
"""
_FILES = f'files = [{{file = "a.whl", hash = "{HASH}"}}]\n'


@pytest.mark.parametrize(
    "text",
    [
        _POETRY_PACKAGES.format(_FILES, _FILES),
        _POETRY_PACKAGES.format("", "")
        + f'[metadata.files]\nRequests = [{{file="a", hash="{HASH}"}}]\ncertifi = [{{hash="{HASH}"}}]\n',
        _POETRY_PACKAGES.format("", "")
        + f'[metadata.hashes]\nRequests = ["{"a" * 64}"]\ncertifi = ["{"b" * 64}"]\npysocks = []\n',
    ],
)
def test_poetry_locks_of_every_age_give_the_same(text: str) -> None:
    manifest = read("poetry.lock", text)
    assert (summary(manifest)["packages"], summary(manifest)["edges"]) == (5, 2)
    pins = {one.name: one.pin for one in packages([manifest])}
    assert pins == {
        "requests": Pin.DIGEST,
        "certifi": Pin.DIGEST,
        "pysocks": Pin.VERSION,
        "fork": Pin.COMMIT,
        "here": Pin.LOCAL,
    }


def test_pdm_locks_join_the_entries_of_extras() -> None:
    text = f"""
[metadata]
lock_version = "4.4"
[[package]]
name = "uvicorn"
version = "0.20"
dependencies = ["click>=7.0", "h11; python_version < '3.8'"]
files = [{{file = "u.whl", hash = "{HASH}"}}]
[[package]]
name = "uvicorn"
version = "0.20"
extras = ["standard"]
dependencies = ["uvicorn==0.20", "watchfiles>=0.13"]
files = [{{file = "u.whl", hash = "{HASH}"}}]
[[package]]
name = "tool"
version = "1.0"
git = "https://example.invalid/o/tool"
revision = "{COMMIT}"
"""
    manifest = read("pdm.lock", text)
    assert (summary(manifest)["packages"], summary(manifest)["edges"]) == (2, 3)
    assert by_name(manifest)["tool", "1.0"].pin is Pin.COMMIT


def test_pylock_is_read_as_pep_751_writes_it() -> None:
    text = f"""
lock-version = "1.0"
[[packages]]
name = "attrs"
version = "25.1"
wheels = [{{name = "a.whl", url = "https://example.invalid/a.whl", hashes = {{sha256 = "{"a" * 64}"}}}}]
[[packages]]
name = "cattrs"
version = "24.1"
dependencies = [{{name = "attrs"}}]
[[packages]]
name = "fork"
vcs = {{type = "git", url = "https://example.invalid/f", commit-id = "{COMMIT}"}}
[[packages]]
name = "self"
directory = {{path = "."}}
"""
    manifest = read("pylock.dev.toml", text)
    assert (summary(manifest)["packages"], summary(manifest)["edges"]) == (3, 1)
    found = by_name(manifest)
    assert found["attrs", "25.1"].pin is Pin.DIGEST and found["fork", None].pin is Pin.COMMIT


def test_pipfile_lock_gives_versions_and_no_edges() -> None:
    document = {
        "_meta": {"hash": {}},
        "default": {"flask": {"version": "==1.0", "hashes": [HASH]}, "any": {"version": "*"}},
        "develop": {
            "flask": {"version": "==1.0", "hashes": [HASH]},
            "g": {"git": "https://x/y", "ref": COMMIT},
        },
    }
    manifest = read("Pipfile.lock", json.dumps(document))
    assert (summary(manifest)["packages"], summary(manifest)["edges"]) == (3, 0)
    found = by_name(manifest)
    assert found["flask", "1.0"].pin is Pin.DIGEST
    assert found["any", None].pin is Pin.NONE and found["g", None].pin is Pin.COMMIT


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"])
@pytest.mark.parametrize("text", ["", "{}", "a = 1", "[tool]\nx = 1"])
def test_what_is_no_lock_is_an_error_and_not_an_empty_lock(name: str, text: str) -> None:
    manifest = read_manifest(name, text.encode())
    assert manifest is not None and manifest.error


def test_an_entry_without_a_name_is_counted_as_unread() -> None:
    manifest = read_manifest("uv.lock", b'version = 1\n[[package]]\nversion = "1"\n[[package]]\nname = "a"\n')
    assert manifest is not None and manifest.error is not None and "1 of 2" in manifest.error


@pytest.mark.bounded
def test_a_large_lock_is_read_in_bounded_time() -> None:
    entry = '[[package]]\nname = "p{0}"\nversion = "1.{0}"\ndependencies = [\n{1}]\n\n'
    needs = "".join(f'    {{ name = "p{number}" }},\n' for number in range(100))
    text = "version = 1\n" + "".join(entry.format(number, needs) for number in range(1_000))
    manifest = read("uv.lock", text)
    assert summary(manifest)["edges"] == 100_000
    assert len(packages([manifest])) == 1_000


def test_manifests_survive_the_way_from_the_worker() -> None:
    for manifest in (
        read("uv.lock", UV),
        read("requirements.txt", "a==1 --hash=sha256:00\nb[c]>1; os_name=='x'"),
    ):
        assert Manifest.from_json(json.loads(json.dumps(manifest.as_json()))) == manifest


def test_one_file_without_a_hash_makes_the_entry_a_version() -> None:
    entry = 'version = 1\n[[package]]\nname = "a"\nversion = "1"\n'
    entry += f'wheels = [{{hash = "{HASH}"}}, {{url = "x"}}]\n'
    assert by_name(read("uv.lock", entry))["a", "1"].pin is Pin.VERSION


def test_entries_whose_tables_cannot_be_told_have_no_line() -> None:
    text = 'version = 1\ndescription = """\n[[package]]\n"""\n[[package]]\nname = "a"\nversion = "1"\n'
    assert [item.line for item in read("uv.lock", text).locked] == [None]
