"""The sentence of each finding, from facts made by hand: what is counted, what is named, how grave it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inspector.datasets.interface import DatasetFacts
from inspector.dependencies import Package, read_manifest
from inspector.dependencies.interface import Manifest
from inspector.provenance import Edge, EdgeKind, Loading, Node, NodeKind, Pin, node_id
from inspector.rules import judge
from inspector.rules.wording import listed, sentence
from inspector.sources.hub import Claim, HubFacts, RepoFacts
from inspector.sources.interface import Entry, EntryKind

DATASET = node_id(NodeKind.DATASET, "acme/data")
PARENT = node_id(NodeKind.MODEL, "acme/base")


def said(found: Any, rule: str) -> list[tuple[str, str, str]]:
    return [(one.node, one.severity.value, one.message) for one in found if one.rule == rule]


def hub(**more: Any) -> HubFacts:
    settings = {"requested_revision": None, "pin": Pin.COMMIT, **more}
    return HubFacts(kind="model", id="acme/x", host="h", **settings)


# --- The hub ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"pin": Pin.MOVABLE, "requested_revision": "main", "sha": "ab" * 20},
            f"The repository was opened at main, which at that time meant commit {'ab' * 20}.",
        ),
        (
            {"pin": Pin.NONE},
            "The repository was opened without a revision, which at that time meant a commit that the hub "
            "does not name.",
        ),
        ({"pin": Pin.COMMIT, "requested_revision": "ab" * 20}, None),
    ],
)
def test_a_repository_that_was_opened_at_a_moving_name(
    facts: Any, more: dict[str, Any], message: str | None
) -> None:
    found = said(judge(facts(hub=hub(**more))), "provenance.target-not-pinned")
    assert [one[2] for one in found] == ([message] if message else [])


@pytest.mark.parametrize(
    ("attributes", "rule", "message"),
    [
        ({"asked": "old/base"}, "renamed", "old/base is now acme/base. Pin the new name and a commit."),
        ({"disabled": True}, "disabled", "Hugging Face has disabled this repository."),
        (
            {"gated": "auto"},
            "gated",
            "The list of files is public, the bytes are gated (automatic approval).",
        ),
        ({"gated": "manual"}, "gated", "The list of files is public, the bytes are gated (manual approval)."),
    ],
)
def test_what_the_hub_says_of_a_relative(
    facts: Any, attributes: dict[str, Any], rule: str, message: str
) -> None:
    node = Node(PARENT, NodeKind.MODEL, "acme/base", attributes={"resolved": True, **attributes})
    found = said(judge(facts(hub=hub(), nodes=[node])), f"provenance.{rule}")
    assert [(one[0], one[2]) for one in found] == [(PARENT, message)]
    assert said(judge(facts(nodes=[node])), f"provenance.{rule}") == []


def test_what_does_not_fit_together_in_the_hubs_answers_is_told_once(facts: Any) -> None:
    node = Node(PARENT, NodeKind.MODEL, "acme/base", attributes={"resolved": True, "disabled": True})
    notes = ("Its size changed.", "Hugging Face has disabled this repository.", "Its bytes are gated.")
    found = judge(facts(hub=hub(notes=notes), nodes=[node]))
    assert [one[2] for one in said(found, "provenance.hub-answers")] == ["Its size changed."]


def test_parents_and_training_data_that_nobody_can_reach(facts: Any) -> None:
    unknown = {"resolved": False}
    nodes = [
        Node(PARENT, NodeKind.MODEL, "acme/base", attributes={**unknown, "problem": "It is gone."}),
        Node(DATASET, NodeKind.DATASET, "acme/data", attributes=unknown),
        Node("model:acme/there", NodeKind.MODEL, "acme/there", attributes={"resolved": True}),
    ]
    evidence = ({"source": "card", "value": "acme/base", "relation": "finetune"},)
    edges = [
        Edge("project:p", PARENT, EdgeKind.DERIVED_FROM, evidence),
        Edge("project:p", DATASET, EdgeKind.TRAINED_ON, ({"source": "card", "value": "acme/data"},)),
        Edge("project:p", "model:acme/there", EdgeKind.DERIVED_FROM, evidence),
    ]
    found = judge(facts(hub=hub(), nodes=nodes, edges=edges))
    (parent,) = [one for one in found if one.rule == "provenance.parent-unresolved"]
    assert (parent.node, parent.message) == (PARENT, "acme/base is claimed as a parent. It is gone.")
    assert [one.text for one in parent.evidence] == ["card: acme/base (finetune)"]
    (data,) = [one for one in found if one.rule == "data.dead-link"]
    assert data.message == "acme/data is named as training data. It was not looked up."
    assert [one.text for one in data.evidence] == ["card: acme/data"]


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        (["acme/a", "acme/b"], "2 statements name 2 parents: acme/a and acme/b."),
        (["acme/a"], "1 statement about acme/a name different relations."),
    ],
)
def test_sources_that_differ_about_a_parent(facts: Any, parents: list[str], message: str) -> None:
    nodes = [Node(f"model:{name}", NodeKind.MODEL, name) for name in parents]
    edges = [
        Edge("project:p", node.id, EdgeKind.DERIVED_FROM, ({"source": "card", "value": node.name},), False)
        for node in nodes
    ]
    found = said(judge(facts(nodes=nodes, edges=edges)), "provenance.lineage-disagrees")
    assert [(one[0], one[2]) for one in found] == [("project:p", message)]
    agreed = [replace(edge, agree=True) for edge in edges]
    assert said(judge(facts(nodes=nodes, edges=agreed)), "provenance.lineage-disagrees") == []


@pytest.mark.parametrize(
    ("note", "severity"), [("It was made again later.", "high"), ("It is younger.", "medium")]
)
def test_a_parent_that_cannot_be_what_the_model_was_made_from(facts: Any, note: str, severity: str) -> None:
    claim = Claim("acme/base", ({"source": "card", "value": "acme/base"},), notes=(note,))
    relative = RepoFacts(kind="model", id="acme/y", lineage=(claim,))
    (found,) = [
        one
        for one in judge(facts(hub=hub(relatives=(relative,))))
        if one.rule == "provenance.parent-replaced"
    ]
    assert (found.node, found.severity.value, found.message) == (PARENT, severity, note)
    assert [one.text for one in found.evidence] == ["acme/y: card: acme/base"]


def test_a_signature_that_speaks_of_other_files(facts: Any) -> None:
    item = {
        "path": "model.sig",
        "method": "key",
        "signature": "valid",
        "why": "",
        "content": "differs",
        "changed": ["a.bin"],
        "missing": [],
        "unlisted": ["b.bin", "c.bin"],
    }
    matching = {**item, "content": "matches"}
    node = Node(PARENT, NodeKind.MODEL, "acme/base", attributes={"signatures": [item, matching]})
    (found,) = [one for one in judge(facts(nodes=[node])) if one.rule == "integrity.claim-differs"]
    assert found.message == "The files are not those that model.sig was made for: 1 changed, 2 unlisted."
    assert [one.text for one in found.evidence] == [
        "content: 1 changed, 2 unlisted",
        "changed: a.bin",
        "unlisted: b.bin",
        "unlisted: c.bin",
    ]


# --- Bytes ------------------------------------------------------------------------------------------------


def with_attributes(file: Any, path: str, **attributes: Any) -> Any:
    one = file(path, Loading.DATA_ONLY)
    return replace(one, entry=Entry(path, EntryKind.FILE, 10, attributes=attributes))


def lfs(file: Any, path: str, state: str) -> Any:
    told = {"state": state, "sha256": "1" * 64, "why": "Its object says so."}
    return with_attributes(file, path, lfs=told)


def dvc(file: Any, path: str, *states: str) -> Any:
    outputs = [
        {"path": f"data/{n}", "state": state, "md5": "f" * 32 if n else "", "why": "It is so."}
        for n, state in enumerate(states)
    ]
    return with_attributes(file, path, dvc=outputs)


def test_a_file_that_changed_while_it_was_read(facts: Any, file: Any) -> None:
    files = [replace(file(name, Loading.DATA_ONLY), changed=True) for name in ("a", "b")]
    assert said(judge(facts(files=files[:1])), "integrity.changed-while-read")[0][2] == (
        "1 file changed while being read: a."
    )
    assert said(judge(facts(files=files)), "integrity.changed-while-read")[0][2] == (
        "2 files changed while being read: a and others."
    )


def test_weights_and_data_of_which_only_a_pointer_is_here(facts: Any, file: Any) -> None:
    pointer = file("a.bin", Loading.NO_LOADER)
    pointer = replace(pointer, artifact=replace(pointer.artifact, format="lfs-pointer"))
    told = replace(lfs(file, "b.bin", "pointer"), artifact=pointer.artifact)
    card = DatasetFacts("c.jsonl", "git-lfs-pointer", card={"sha256": "2" * 64})
    row = file("c.jsonl", Loading.DATA_ONLY)
    outputs = dvc(file, "d.dvc", "absent", "outside", "matches")
    (found,) = [
        one
        for one in judge(facts(files=[pointer, told, row, outputs], datasets=[card]))
        if one.rule == "integrity.weights-absent"
    ]
    assert found.message == (
        "3 files are only a Git LFS pointer each. 2 outputs that DVC pointers name are not in the target: "
        "data/0 and others."
    )
    assert [one.text for one in found.evidence] == [
        "names no content that can be told",
        f"stands for sha256 {'1' * 64}. Its object says so.",
        f"stands for sha256 {'2' * 64}",
        "data/0: absent; It is so.",
        f"data/1: outside; MD5 {'f' * 32}; It is so.",
    ]
    assert found.remediation.endswith("Fetch the data (`dvc pull`) and scan again.")
    (alone,) = [
        one
        for one in judge(facts(files=[dvc(file, "d.dvc", "absent")]))
        if one.rule == "integrity.weights-absent"
    ]
    assert (alone.severity.value, alone.message) == (
        "medium",
        "1 output that a DVC pointer names is not in the target: data/0.",
    )


def test_bytes_that_are_not_those_of_which_a_pointer_speaks(facts: Any, file: Any) -> None:
    files = [
        dvc(file, "d.dvc", "differs", "differs", "broken"),
        lfs(file, "a.bin", "differs"),
        lfs(file, "b.bin", "not-compared"),
    ]
    (found,) = [one for one in judge(facts(files=files)) if one.rule == "integrity.claim-differs"]
    assert found.message == (
        "2 files are not those that DVC's MD5 names: data/0 and others. 1 claim of DVC could not "
        "be compared. "
        "1 object of Git LFS with other bytes than the pointer names: a.bin. 1 object of Git LFS "
        "could not be "
        "compared."
    )
    soft = [dvc(file, "d.dvc", "not-compared"), files[2]]
    (found,) = [one for one in judge(facts(files=soft)) if one.rule == "integrity.claim-differs"]
    assert (found.severity.value, found.title) == ("low", "What a pointer claims could not be compared")


@pytest.mark.parametrize(
    ("detail", "end"),
    [
        ("a socket", "It is a socket."),
        ("points to /etc/passwd", "It points to /etc/passwd."),
        ("permission denied", "Permission denied."),
        ("", "s."),
    ],
)
def test_the_detail_of_a_single_file_goes_on_as_a_sentence(
    facts: Any, file: Any, detail: str, end: str
) -> None:
    one = file("s", Loading.NO_LOADER, kind=EntryKind.SPECIAL, detail=detail)
    ((_, _, message),) = said(judge(facts(files=[one])), "integrity.special-file")
    assert message.endswith(end)


# --- Data and dependencies --------------------------------------------------------------------------------


def test_data_that_runs_a_script_has_no_authors_or_was_read_in_part(facts: Any) -> None:
    datasets = [
        DatasetFacts("load.py", "script", script=True),
        DatasetFacts("a.jsonl", "jsonl", rows=2, columns=("Prompt", "x")),
        DatasetFacts("b.jsonl", "jsonl", rows=2, columns=("prompt",), contributor_column="user"),
        DatasetFacts("c.csv", "csv", rows=2, columns=("price",), partly="It is too large."),
    ]
    node = Node("dataset-file:a.jsonl", NodeKind.DATASET_FILE, "a.jsonl")
    found = judge(facts(datasets=datasets, nodes=[node]))
    assert [one[::2] for one in said(found, "data.script")] == [
        ("project:p", "load.py is run when the dataset is loaded.")
    ]
    assert [one[::2] for one in said(found, "data.no-contributor")] == [
        ("dataset-file:a.jsonl", "2 rows, and no column names who wrote them.")
    ]
    assert [one[2] for one in said(found, "data.not-read")] == ["1 data file was read only in part."]


def manifest(path: str, text: str) -> Any:
    found = read_manifest(path, text.encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("given", "rule", "messages"),
    [
        (
            ("install.sh", "pip install a b==1\npip install c\n"),
            "unpinned",
            ["2 packages that commands in 1 file install name no exact version."],
        ),
        (
            ("install.sh", "pip install a\n"),
            "unpinned",
            ["1 package that commands in 1 file install names no exact version."],
        ),
        (
            ("requirements.txt", "-r other.txt\na==1 --hash=sha256:" + "0" * 64),
            "missing-include",
            ["1 requirements file that it names is not part of the target."],
        ),
        (
            ("requirements.txt", "-e git+https://github.com/a/b\n"),
            "direct-url",
            ["1 requirement names an address that can change."],
        ),
        (("requirements.txt", f"-e git+https://github.com/a/b@{'ab' * 20}\n"), "direct-url", []),
    ],
)
def test_what_a_manifest_leaves_open(
    facts: Any, given: tuple[str, str], rule: str, messages: list[str]
) -> None:
    found = judge(facts(manifests=[manifest(*given)]))
    assert [one[2] for one in said(found, f"dependencies.{rule}")] == messages


def test_a_manifest_that_cannot_be_read_and_files_that_it_includes_in_a_table(facts: Any) -> None:
    broken = Manifest("pyproject.toml", "pyproject", includes=("a.txt", "b.txt"), error="It is no TOML.")
    found = judge(facts(manifests=[broken]))
    assert [one[2] for one in said(found, "dependencies.unreadable-manifest")] == ["It is no TOML."]
    (absent,) = [one for one in found if one.rule == "dependencies.missing-include"]
    assert absent.message == "2 requirements files that it names are not part of the target."
    assert [one.text for one in absent.evidence] == ["a.txt", "b.txt"]


def test_a_package_that_looks_like_another(facts: Any) -> None:
    near = ({"name": "requests", "rank": 5, "why": "one letter is missing"},)
    one = Package("reqests", "1.0", Pin.VERSION, True, looks_like=near)
    found = said(judge(facts(packages=[one])), "dependencies.look-alike")
    assert [one[2] for one in found] == ["reqests looks like requests (rank 5): One letter is missing."]


# --- Loading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "severity"), [("train.py", "high"), ("tests/test_train.py", "medium")])
def test_a_load_call_in_a_test_weighs_less(facts: Any, reference: Any, path: str, severity: str) -> None:
    call = reference("a.pkl", path=path, kind="load-call", call="pickle.load", safe=False)
    found = said(judge(facts(references=[call])), "loading.unsafe-call")
    assert [one[1] for one in found] == [severity]


@pytest.mark.parametrize(
    ("refs", "begin"),
    [
        ([None], "The repository is named only at run time, and its Python files are imported"),
        (["a/b", None], "Python files of a/b and of a name known only at run time are imported"),
        (["a/b", "a/c"], "Python files of a/b and a/c are imported"),
    ],
)
def test_whose_code_is_run(facts: Any, reference: Any, refs: list[str | None], begin: str) -> None:
    calls = [reference(ref, kind="remote-code", safe=False) for ref in refs]
    ((_, _, message),) = said(judge(facts(references=calls)), "loading.remote-code")
    assert message.startswith(begin)


def test_a_model_that_every_place_names_at_a_branch(facts: Any, reference: Any) -> None:
    calls = [reference(revision=word, pin=Pin.MOVABLE, line=n) for n, word in enumerate(("main", "dev"), 1)]
    messages = [
        one.message for one in judge(facts(references=calls)) if "which its owner can move" in one.message
    ]
    assert messages == ["acme/base is named by dev and main in 2 places, which its owner can move."]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], ""),
        (["b", "a", "a"], "a and b"),
        (list("abcd"), "a, b, c and d"),
        (list("abcdef"), "a, b, c and 3 more"),
    ],
)
def test_names_are_listed_in_order_and_counted_past_four(names: list[str], shown: str) -> None:
    assert listed(names) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("one. ", "one."), ("it is", "It is."), ("a.b is", "a.b is."), ("", ""), ("Is it?", "Is it?")],
)
def test_a_sentence_has_a_capital_and_an_end(text: str, shown: str) -> None:
    assert sentence(text) == shown
