"""The trust store is strict, empty by default, and never trusts again by accident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.gate.inspector_gate import TrustedKey, Unreadable, parse_trust, plain, why_not_trusted
from inspector.provenance import UnreadableInput
from inspector.record import trust
from inspector.record.keys import FileKey, new_key

ONE = new_key()


def line(**change: object) -> str:
    key = TrustedKey("ana", ("reviewer",), None, None, ONE.public.keyid, ONE.public.spki)
    return trust.line_of(key._replace(**change))  # type: ignore[arg-type]


def test_a_store_that_is_not_there_trusts_nobody(tmp_path: Path) -> None:
    assert trust.load(tmp_path / "none.txt") == []


def test_what_is_added_is_read_back(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "deep" / "trust.txt"
    trust.add(path, key.public, name="Ana Suárez", roles=["reviewer", "lead"], valid_after="2026-01-01")
    (found,) = trust.load(path)
    assert (found.principal, found.roles, found.keyid) == (
        "Ana Suárez",
        ("reviewer", "lead"),
        key.public.keyid,
    )
    assert found.valid_after == 1_767_225_600
    assert found.valid_before is None


def test_a_key_stands_there_once(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    trust.add(path, key.public, name="Ana", roles=["reviewer"])
    trust.revoke(path, key.public.keyid, reason="compromised", at=None, now=0)
    with pytest.raises(UnreadableInput, match="already"):
        trust.add(path, key.public, name="Ana", roles=["reviewer"])
    assert trust.load(path)[0].revoked == "compromised"


def test_a_compromised_key_stays_compromised(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    trust.add(path, key.public, name="Ana", roles=["reviewer"])
    trust.revoke(path, key.public.keyid[:12], reason="compromised", at=None, now=0)
    with pytest.raises(UnreadableInput, match="stays"):
        trust.revoke(path, key.public.keyid, reason="superseded", at="2026-01-01", now=0)


def test_comments_and_other_keys_survive_a_change(tmp_path: Path, key: FileKey, second_key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    path.write_text(f"# ours\n\n{line()}\n# end\n")
    trust.add(path, key.public, name="Ana", roles=["reviewer"])
    trust.add(path, second_key.public, name="Bo", roles=["lead"])
    trust.remove(path, key.public.keyid)
    trust.revoke(path, second_key.public.keyid, reason="superseded", at="2026-06-01", now=0)
    text = path.read_text()
    assert text.startswith("# ours\n\n") and "# end\n" in text
    assert [one.revoked for one in trust.load(path)] == ["", "superseded"]


@pytest.mark.parametrize("keyid", ["", "0" * 64, "zz", "0"])
def test_a_key_that_is_not_there_is_said_to_be_missing(tmp_path: Path, key: FileKey, keyid: str) -> None:
    path = tmp_path / "trust.txt"
    trust.add(path, key.public, name="Ana", roles=["reviewer"])
    with pytest.raises(UnreadableInput, match="No key"):
        trust.remove(path, keyid)


@pytest.mark.parametrize(
    "bad",
    [
        "ana",
        "ana reviewer",
        line().replace(" - - ", " - "),
        line().replace("reviewer", "re viewer"),
        line().replace("reviewer", "reviewer,"),
        line().replace("reviewer", "<b>"),
        line().replace(" - - ", " 2026-13-01 - "),
        line().replace(" - - ", " 2026-01-02 2026-01-01 "),
        line().replace(" - - ", " 2026-01-01 2026-01-01 "),
        line().replace(" - - ", " now - "),
        line()[:-4],
        line() + "!",
        line() + " revoked",
        line() + " revoked:lost",
        line() + " revoked:superseded",
        line() + " revoked:compromised@2026-01-01",
        line() + " superseded@2026-01-01",
        line() + " revoked:compromised more",
        line().replace(ONE.public.keyid, "0" * 64),
        line().replace(ONE.public.keyid, ONE.public.keyid.upper()),
        '"ana reviewer' + line()[3:],
        '"" ' + line()[4:],
        line() + "\n" + line(),
    ],
)
def test_a_line_that_is_not_exactly_right_is_named(bad: str) -> None:
    with pytest.raises(Unreadable, match=r"^Line \d+ of the trust store is not valid: "):
        parse_trust(f"# first\n{bad}\n")


def test_the_number_of_the_bad_line_is_told() -> None:
    with pytest.raises(Unreadable, match="Line 4 "):
        parse_trust(f"# a\n\n{line()}\nmallory\n")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1).filter(lambda name: name.strip() == name))
def test_any_name_comes_back_as_it_was_and_stays_on_one_line(name: str) -> None:
    text = line(principal=name)
    assert "\n" not in text and text.isascii()
    assert parse_trust(text)[0].principal == name


def test_a_name_that_misleads_is_shown_escaped() -> None:
    assert plain("ana\u202e\x1b[2J\n") == "ana\\u202e\\x1b[2J\\x0a"


@pytest.mark.parametrize(
    ("change", "signed_at", "code"),
    [
        ({}, 100, None),
        ({"valid_after": 100}, 100, None),
        ({"valid_after": 101}, 100, "key-not-yet-valid"),
        ({"valid_before": 101}, 100, None),
        ({"valid_before": 100}, 100, "key-expired"),
        ({"revoked": "superseded", "revoked_at": 101}, 100, None),
        ({"revoked": "superseded", "revoked_at": 100}, 100, "key-revoked"),
        ({"revoked": "compromised"}, 100, "key-revoked"),
    ],
)
def test_a_key_counts_from_when_until_when(
    change: dict[str, object], signed_at: int, code: str | None
) -> None:
    key = TrustedKey("ana", ("reviewer",), None, None, "", b"")._replace(**change)  # type: ignore[arg-type]
    refusal = why_not_trusted(key, signed_at)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize("name", ["", "  "])
def test_a_key_without_a_person_is_not_trusted(tmp_path: Path, key: FileKey, name: str) -> None:
    with pytest.raises(UnreadableInput, match="name"):
        trust.add(tmp_path / "trust.txt", key.public, name=name, roles=["reviewer"])


def test_a_store_with_a_bad_line_is_not_touched(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    path.write_text("mallory\n")
    with pytest.raises(UnreadableInput, match="Line 1"):
        trust.add(path, key.public, name="Ana", roles=["reviewer"])
    assert path.read_text() == "mallory\n"


def test_two_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trust.txt"
    people = {f"person-{number}": new_key() for number in range(12)}

    def add(name: str) -> None:
        trust.add(path, people[name].public, name=name, roles=["reviewer"])

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(add, people))
    assert {key.principal for key in trust.load(path)} == set(people)


@pytest.mark.parametrize("roles", [[], [""], ["two words"], ["ok", ""], ["r\u00f4le"], ["-x"]])
def test_a_role_is_one_plain_word(tmp_path: Path, key: FileKey, roles: list[str]) -> None:
    with pytest.raises(UnreadableInput, match="is no role"):
        trust.add(tmp_path / "trust.txt", key.public, name="Ana", roles=roles)
    assert trust.load(tmp_path / "trust.txt") == []
