"""Names that look like well-known ones: what is said, and of whom nothing is said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.dependencies import looks_like, looks_like_owner, packages, read_manifest
from inspector.dependencies.lookalike import list_date
from inspector.dependencies.lookalike.names import neighbours, ranked, spoken

SQUATS = Path(__file__).with_name("typosquats.txt").read_text(encoding="utf-8")


def pairs(text: str) -> list[tuple[str, str]]:
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return [(name, target) for name, target in rows]


@pytest.mark.parametrize("part", SQUATS.split("# Made for this test"))
def test_most_published_imitations_are_told_with_their_model(part: str) -> None:
    asked = pairs(part.partition("\n")[2])
    told = [name for name, target in asked if any(one["name"] == target for one in looks_like(name))]
    assert len(told) >= 0.8 * len(asked), sorted({name for name, _ in asked} - set(told))


@pytest.mark.parametrize(
    ("name", "target", "why"),
    [
        ("reqeusts", "requests", "two neighbouring letters are swapped ('eu')"),
        ("rrequests", "requests", "one letter is too many ('r')"),
        ("request", "requests", "one letter is missing ('s')"),
        ("tensorfl0w", "tensorflow", "letters or digits that are drawn alike stand in place of its own"),
        ("jeIlyfish", "jellyfish", "letters or digits that are drawn alike stand in place of its own"),
        ("scikitlearn", "scikit-learn", "only the separators differ"),
        ("hub-huggingface", "huggingface-hub", "the same words stand in another order"),
        ("python-requests", "requests", "the two differ by 'python' or 'py' before or behind the name"),
        ("numpy-py", "numpy", "the two differ by 'python' or 'py' before or behind the name"),
        ("transformers-official", "transformers", "it is that name with 'official' added"),
        ("coloramapkgs", "colorama", "it is that name with 'pkgs' added"),
        ("r\u0435quests", "requests", "letters of another script are drawn as its letters"),
        ("opencv", "opencv-python", "it is what people call it"),
        ("tranformerss", "transformers", "two letters differ"),
    ],
)
def test_each_kind_of_likeness_is_told_in_words(name: str, target: str, why: str) -> None:
    first = looks_like(name)[0]
    assert (first["name"], first["why"]) == (target, why)
    assert first["rank"] == ranked("pypi")[target]


def test_known_names_and_known_neighbours_look_like_nothing() -> None:
    for name in (*ranked("pypi"), *neighbours()):
        assert looks_like(name) == ()
    assert looks_like("Torch") == looks_like("scikit_learn") == ()


@pytest.mark.parametrize(
    "name",
    ["our-service", "acme-core", "psycopg2-something", "nvidia-cublas-cu99", "azure-mgmt-abc", "eel", "tqd",
     "llama-index-readers-none", "types-abcde", "", "x" * 5_000, "\u65e5\u672c", "-", "..."],
)  # fmt: skip
def test_other_names_are_left_alone(name: str) -> None:
    assert looks_like(name) == ()


def test_the_answer_is_in_order_of_rank_and_never_long() -> None:
    chance = random.Random(1)
    for name in chance.sample(sorted(ranked("pypi")), 300):
        for at in range(0, len(name), 3):
            found = looks_like(name[:at] + "z" + name[at:])
            assert [one["rank"] for one in found] == sorted(one["rank"] for one in found)
            assert len(found) <= 3


@given(st.text(max_size=40))
def test_no_text_raises_and_no_name_is_said_to_look_like_itself(name: str) -> None:
    for one in (*looks_like(name), *looks_like_owner(name)):
        assert one["name"] != name and one["why"] and one["rank"] >= 1


def test_the_packages_of_a_tree_carry_their_likeness() -> None:
    manifest = read_manifest("requirements.txt", b"reqeusts==1.0\nrequests==2.0\n./local-reqeusts\n")
    assert manifest is not None
    found = {one.name: one.as_json()["looks_like"] for one in packages([manifest])}
    assert [one["name"] for one in found["reqeusts"]] == ["requests"]
    assert found["requests"] == []


def test_a_package_of_conda_is_not_compared_with_names_of_the_index() -> None:
    manifest = read_manifest("environment.yml", b"dependencies:\n  - reqeusts=1.0\n")
    assert manifest is not None and packages([manifest])[0].looks_like == ()


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("meta-lIama", "meta-llama"),
        ("metallama", "meta-llama"),
        ("mistral-ai", "mistralai"),
        ("stabilty-ai", "stabilityai"),
        ("0penai", "openai"),
        ("micros0ft", "microsoft"),
        ("hugging-face", "huggingface"),
        ("huggingface-official", "huggingface"),
        ("deepseek", "deepseek-ai"),
        ("\u0430llenai", "allenai"),
        ("TheBIoke", "TheBloke"),
    ],
)
def test_owners_that_look_like_known_ones_are_told(name: str, target: str) -> None:
    assert looks_like_owner(name)[0]["name"] == target


def test_known_owners_look_like_nothing_in_any_case() -> None:
    for name in ranked("owners"):
        assert looks_like_owner(name) == looks_like_owner(name.upper()) == ()
    assert looks_like_owner("acme-research") == looks_like_owner("jdoe") == ()


def test_the_lists_are_dated_and_their_names_are_in_the_index_s_spelling() -> None:
    for which in ("pypi", "owners"):
        assert list_date(which)
    names = ranked("pypi")
    assert all(name == name.lower() and "_" not in name and "." not in name for name in names)
    assert not set(neighbours()) & set(spoken()) and set(spoken().values()) <= set(names)
    assert not {name for name, _ in pairs(SQUATS)} & (set(names) | set(neighbours()))
