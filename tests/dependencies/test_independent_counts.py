"""The counts of generated manifests, counted a second time by a script that knows nothing of the readers.

The generator writes a line and notes beside it what the line is; the text is then laid out in several ways
(comments, continuations, hashes, quotes). The counts have to be those of the notes.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dependencies import read_manifest, summary

COMMIT = "0123456789abcdef0123456789abcdef01234567"
names = st.from_regex(r"[a-z][a-z0-9]{1,8}(-[a-z0-9]{1,5})?", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){1,3}(rc1|\.post2|\+cu118)?", fullmatch=True)
plain_versions = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){1,2}", fullmatch=True)
extras = st.sampled_from(["", "", "[gpu]", "[gpu,x]"])
markers = st.sampled_from(["", "", " ; python_version < '3.12'", "; sys_platform == 'linux'"])


def entries() -> st.SearchStrategy[tuple[str, str]]:
    """(text, what it is) of one requirement."""
    return st.one_of(
        st.builds(lambda n, e, v, m: (f"{n}{e}=={v}{m}", "exact"), names, extras, versions, markers),
        st.builds(lambda n, v: (f"{n} === {v}", "exact"), names, plain_versions),
        st.builds(lambda n, v, m: (f"{n}=={v}.*{m}", "wildcard"), names, plain_versions, markers),
        st.builds(
            lambda n, e, o, v, m: (f"{n}{e} {o} {v}{m}", "range"),
            names, extras, st.sampled_from([">=", "<=", "~=", "!=", ">", "<"]), plain_versions, markers,
        ),
        st.builds(lambda n, v, w: (f"{n}>={v},<{w}", "range"), names, plain_versions, plain_versions),
        st.builds(lambda n, e, m: (f"{n}{e}{m}", "bare"), names, extras, markers),
        st.builds(lambda n: (f"{n} @ https://h.example/{n}-1.0.zip", "url"), names),
        st.builds(lambda n: (f"{n} @ git+https://h.example/{n}.git@main", "url"), names),
        st.builds(lambda n: (f"{n} @ git+https://h.example/{n}.git@{COMMIT}", "vcs40"), names),
    )  # fmt: skip


def counted(kinds: list[str], hashed: int = 0) -> dict[str, int]:
    found = Counter(kinds)
    options = found.pop("option", 0)
    whole: dict[str, int] = {"total": sum(found.values()), **found}
    if options:
        whole["option"] = options
    if hashed:
        whole["hashed"] = hashed
    return whole


def sections(path: str, text: str) -> dict[str, Any]:
    manifest = read_manifest(path, text.encode())
    assert manifest is not None and manifest.error is None, manifest and manifest.error
    found: dict[str, Any] = summary(manifest)["sections"]
    return found


layouts = st.sampled_from(
    [
        "{}",
        "{}",
        "  {}  ",
        "{}  # a comment",
        "{} \\\n    --hash=sha256:" + "a" * 64,
        "# {}",
        "\n{}\n",
        "{}\r",
    ]
)
options = st.sampled_from(["--index-url https://i.example", "-i https://i.example", "--pre", "-r other.txt"])


@settings(max_examples=150)
@given(st.lists(st.one_of(st.tuples(entries(), layouts), options), max_size=25))
def test_requirements_files(lines: list[Any]) -> None:
    kinds, hashed, text = [], 0, ""
    for line in lines:
        if isinstance(line, str):
            text, kinds = text + line + "\n", [*kinds, "option"]
            continue
        (requirement, kind), layout = line
        text += layout.replace("{}", requirement) + "\n"
        if not layout.startswith("#"):
            kinds.append(kind)
            hashed += "--hash" in layout
    expected = counted(kinds, hashed)
    assert sections("requirements.txt", text).get("requirements", {"total": 0}) == expected


@settings(max_examples=100)
@given(
    st.lists(entries(), max_size=8),
    st.dictionaries(names, st.lists(entries(), max_size=4), max_size=3),
    st.dictionaries(names, st.lists(entries(), max_size=4), max_size=3),
    st.lists(entries(), max_size=4),
)
def test_pyproject_files(
    direct: list[Any], extra: dict[str, Any], groups: dict[str, Any], build: list[Any]
) -> None:
    def listing(items: list[tuple[str, str]]) -> str:
        return "[" + ", ".join(json.dumps(text) for text, _ in items) + "]"

    text = f'[project]\nname = "the-project-itself"\ndependencies = {listing(direct)}\n'
    text += "[project.optional-dependencies]\n" + "".join(f"{k} = {listing(v)}\n" for k, v in extra.items())
    text += "[dependency-groups]\n" + "".join(f"{k} = {listing(v)}\n" for k, v in groups.items())
    text += f"[build-system]\nrequires = {listing(build)}\n"
    expected = {
        "project.dependencies": direct,
        "project.optional-dependencies": [item for items in extra.values() for item in items],
        "dependency-groups": [item for items in groups.values() for item in items],
        "build-system.requires": build,
    }
    assert sections("pyproject.toml", text) == {
        name: counted([kind for _, kind in items]) for name, items in expected.items() if items
    }


graphs = st.dictionaries(names, st.lists(names, max_size=5, unique=True), min_size=1, max_size=12)


def edges(graph: dict[str, list[str]]) -> tuple[int, int]:
    there = {one: {need for need in needs if need in graph and need != one} for one, needs in graph.items()}
    return len(there), sum(map(len, there.values()))


def inside(graph: dict[str, list[str]]) -> dict[str, list[str]]:
    return {one: [need for need in needs if need in graph and need != one] for one, needs in graph.items()}


@settings(max_examples=60)
@given(graphs)
def test_locks_of_every_format(graph: dict[str, list[str]]) -> None:
    kept = inside(graph)
    uv = "version = 1\n" + "".join(
        f'[[package]]\nname = "{one}"\nversion = "1.0"\nsource = {{ registry = "https://i.example" }}\n'
        f"dependencies = [{', '.join(f'{{ name = {json.dumps(need)} }}' for need in needs)}]\n"
        for one, needs in kept.items()
    )
    poetry = "".join(
        f'[[package]]\nname = "{one}"\nversion = "1.0"\nfiles = []\n[package.dependencies]\n'
        + "".join(f'{need} = ">=1"\n' for need in needs)
        for one, needs in kept.items()
    )
    pylock = 'lock-version = "1.0"\n' + "".join(
        f'[[packages]]\nname = "{one}"\nversion = "1.0"\n'
        f"dependencies = [{', '.join(f'{{ name = {json.dumps(need)} }}' for need in needs)}]\n"
        for one, needs in kept.items()
    )
    conda = json.dumps(
        {
            "version": 1,
            "package": [
                {"name": one, "version": "1.0", "manager": "conda", "platform": platform,
                 "dependencies": {**dict.fromkeys(needs, ""), "__glibc": ""}, "url": "u", "hash": {}}
                for one, needs in kept.items()
                for platform in ("linux-64", "osx-64")
            ],
        }
    )  # fmt: skip
    pixi = json.dumps(
        {
            "version": 6,
            "environments": {},
            "packages": [
                {
                    "conda": f"https://c.example/noarch/{one}-1.0-h_0.conda",
                    "depends": [f"{n} >=1" for n in needs],
                }
                for one, needs in kept.items()
            ],
        }
    )
    npm = json.dumps(
        {
            "lockfileVersion": 3,
            "packages": {"": {}}
            | {
                f"node_modules/{one}": {"version": "1.0.0", "dependencies": dict.fromkeys(needs, "*")}
                for one, needs in kept.items()
            },
        }
    )
    compiled = "".join(
        f"{one}==1.0\n" + "".join(f"    # via {user}\n" for user, needs in kept.items() if one in needs)
        for one in kept
    )
    for path, text in (
        ("uv.lock", uv), ("poetry.lock", poetry), ("pylock.toml", pylock), ("conda-lock.yml", conda),
        ("pixi.lock", pixi), ("package-lock.json", npm), ("requirements.txt", compiled),
    ):  # fmt: skip
        manifest = read_manifest(path, text.encode())
        assert manifest is not None and manifest.error is None, (path, manifest and manifest.error)
        said = summary(manifest)
        packages = said["packages"] or said["sections"]["requirements"]["total"]
        assert (packages, said["edges"]) == edges(graph), path
