"""Manifests as nasty as their formats allow, held to what their installers make of them.

The expectations on requirements files were taken from pip's own parser, those on setup.cfg and setup.py
from setuptools.
"""

from __future__ import annotations

from inspector.dependencies import Manifest, packages, pin_of, read_manifest, summary

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA = "a" * 64


def manifest(path: str, text: str) -> Manifest:
    found = read_manifest(path, text.encode())
    assert found is not None
    return found


def shapes(path: str, text: str) -> list[tuple[str, str | None, str]]:
    return [
        (one.shape, one.name, "-" if one.shape == "option" else pin_of(one).value)
        for one in manifest(path, text).requirements
    ]


def test_a_hash_that_pip_refuses_is_no_hash() -> None:
    text = f"a==1.0 --hash=md5:{'b' * 32}\nb==1.0 --hash=sha512:{'c' * 128}\nc==1.0 --hash sha256:{SHA}\n"
    assert [pin for _, _, pin in shapes("requirements.txt", text)] == ["version", "digest", "digest"]
    assert summary(manifest("requirements.txt", text))["sections"]["requirements"]["hashed"] == 2


def test_a_marker_right_behind_an_address_is_no_part_of_it() -> None:
    text = f"a @ git+https://h.example/a@{COMMIT};python_version<'3'\nb @ https://h.example/b.zip;v=1\n"
    assert shapes("requirements.txt", text) == [("vcs40", "a", "commit"), ("url", "b", "movable")]


def test_a_semicolon_without_a_marker_is_taken_as_pip_takes_it() -> None:
    assert shapes("requirements.txt", "a == 1.0;\n") == [("exact", "a", "version")]


def test_a_word_in_place_of_a_version_pins_nothing() -> None:
    text = "a==latest\nb==v1.0\nc===anything\nd==2012c\n"
    assert [pin for _, _, pin in shapes("requirements.txt", text)] == [
        "undetermined", "version", "version", "version",
    ]  # fmt: skip


def test_the_folder_itself_with_extras_is_local() -> None:
    assert shapes("requirements.txt", ".[dev]\n..[x]\n") == [("local", None, "local")] * 2
    assert ("local", None, "local") in shapes("Dockerfile", "RUN pip install .[dev] a==1\n")


def test_the_pip_list_of_a_conda_environment_includes_files() -> None:
    text = "dependencies:\n  - pip:\n    - -r reqs/base.txt\n    - --constraint=c.txt\n    - a==1\n"
    found = manifest("environment.yml", text)
    assert found.includes == ("reqs/base.txt", "c.txt")
    assert [one.line for one in found.requirements] == [3, 4, 5]


def test_a_script_takes_its_packages_from_where_its_uv_table_says() -> None:
    text = (
        '# /// script\n# dependencies = ["rich==1.0", "a==1.0"]\n# [tool.uv.sources]\n'
        '# rich = { git = "https://h.example/r" }\n# ///\n'
    )
    assert [pin for _, _, pin in shapes("run.py", text)] == ["movable", "version"]


def test_a_command_may_ask_poetry_for_a_range() -> None:
    assert shapes("Dockerfile", "RUN poetry add a@^1.0 b@2.0\n") == [
        ("range", "a", "movable"), ("exact", "b", "version"),
    ]  # fmt: skip


def test_one_line_of_setup_cfg_is_divided_by_semicolons() -> None:
    text = (
        "[options]\ninstall_requires = a==1 ; b\nsetup_requires = c; python_version<'3.8'\n"
        "tests_require =\n  d==1  # why\n  # e\n"
    )
    assert shapes("setup.cfg", text) == [
        ("exact", "a", "version"), ("bare", "b", "none"), ("bare", "c", "none"), ("exact", "d", "version"),
    ]  # fmt: skip


def test_setup_py_is_followed_through_what_its_module_puts_together() -> None:
    text = """
from setuptools import setup
base = ["a"]
base += ["b==1"]
base.append("c>1")
extras = {}
extras["x"] = ["d==2"]
extras["all"] = extras["x"] + ["e"]
pins = {"f": "f==3"}
setup(install_requires=base + [pins["f"]], extras_require=extras, tests_require='''
g # why
# h
''')
"""
    found = manifest("setup.py", text)
    assert found.error is None
    assert summary(found)["sections"] == {
        "install_requires": {"total": 4, "bare": 1, "exact": 2, "range": 1},
        "extras_require": {"total": 3, "exact": 2, "bare": 1},
        "tests_require": {"total": 1, "bare": 1},
    }


def test_setup_py_says_what_it_changes_on_conditions_and_what_it_picks() -> None:
    changed = 'x = ["a"]\nif True:\n    x.append("b")\nsetup(install_requires=x)\n'
    assert "install_requires" in (manifest("setup.py", changed).error or "")
    inserted = 'x = ["a"]\nx.insert(0, "b")\nsetup(install_requires=x)\n'
    assert "install_requires" in (manifest("setup.py", inserted).error or "")
    picked = '_deps = ["a==1", "b>=2", "python>=3.9", "c"]\nsetup(install_requires=pick("a"))\n'
    found = manifest("setup.py", picked)
    assert "install_requires" in (found.error or "")
    assert [(one.section, one.name) for one in found.requirements] == [
        ("_deps", "a"), ("_deps", "b"), ("_deps", "c"),
    ]  # fmt: skip
    words = 'NAMES = ["alpha", "beta"]\nsetup(install_requires=pick("a"))\n'
    assert manifest("setup.py", words).requirements == ()


def test_packages_of_one_name_in_two_ecosystems_stay_two() -> None:
    found = packages(
        [
            manifest("package.json", '{"dependencies": {"redis": "4.0.0"}}'),
            manifest("requirements.txt", "redis==4.0.0\n"),
            manifest("environment.yml", "dependencies:\n  - redis==4.0.0\n"),
        ]
    )
    assert [(one.ecosystem, one.name, one.version) for one in found] == [
        ("PyPI", "redis", "4.0.0"), ("conda", "redis", "4.0.0"), ("npm", "redis", "4.0.0"),
    ]  # fmt: skip


def test_hatch_hooks_hold_dynamic_dependencies_as_templates() -> None:
    text = (
        '[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n'
        "[tool.hatch.metadata.hooks.uv-dynamic-versioning]\n"
        'dependencies = ["p-slim[a,b]=={{ version }}", "rich>=1"]\n'
        '[tool.hatch.metadata.hooks.uv-dynamic-versioning.optional-dependencies]\nx = ["y==1"]\n'
    )
    found = manifest("pyproject.toml", text)
    assert found.error is None
    assert [(one.name, pin_of(one).value) for one in found.requirements] == [
        ("p-slim", "undetermined"), ("rich", "movable"), ("y", "version"),
    ]  # fmt: skip
    assert "computed" in (manifest("pyproject.toml", '[project]\ndynamic = ["dependencies"]\n').error or "")


def test_a_variable_of_a_ci_file_names_no_package() -> None:
    text = "jobs:\n  - run: pip install ${{ matrix.requirements }} a==1 b==${{ matrix.b }}\n"
    assert [one.name for one in manifest(".github/workflows/a.yml", text).requirements] == ["a", "b"]


def test_names_of_conda_are_written_as_its_channels_write_them() -> None:
    text = "dependencies:\n  - _libgcc_mutex=0.1=main\n  - ruamel.yaml\n"
    assert [one.name for one in manifest("environment.yml", text).requirements] == [
        "_libgcc_mutex", "ruamel.yaml",
    ]  # fmt: skip
    lock = (
        "version: 1\npackage:\n"
        "- {name: ruamel.yaml, version: '1', manager: conda, dependencies: {ruamel_yaml_clib: '', _x: ''}}\n"
        "- {name: ruamel.yaml.clib, version: '1', manager: conda}\n"
        "- {name: _x, version: '1', manager: conda}\n"
    )
    locked = {one.name: one.requires for one in manifest("conda-lock.yml", lock).locked}
    assert locked == {"ruamel.yaml": ("_x", "ruamel.yaml.clib"), "ruamel.yaml.clib": (), "_x": ()}
