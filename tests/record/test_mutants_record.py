"""Keys, envelopes, trust and manifest at their bounds."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.gate.inspector_gate import FolderPackage, Unreadable, parse_trust
from inspector.provenance import Refused, UnreadableInput
from inspector.record import dsse, keys, manifest, trust
from inspector.record.keys import FileKey, PublicKey, new_key
from inspector.record.manifest import Manifest, ManifestFile, hash_target, refuse_unlisted
from inspector.record.verify import Report, open_package, seconds_of, verify_record
from inspector.record.zipped import ZipPackage
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure

# --- Keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "head"),
    [
        *((0, b"\x04\x00"), (1, b"\x04\x01"), (127, b"\x04\x7f"), (128, b"\x04\x81\x80")),
        *((255, b"\x04\x81\xff"), (256, b"\x04\x82\x01\x00"), (65535, b"\x04\x82\xff\xff")),
    ],
)
def test_a_der_value_states_its_length_in_the_shortest_way(size: int, head: bytes) -> None:
    assert keys._der(4, b"x" * size) == head + b"x" * size


def test_pem_has_lines_of_64_characters(key: FileKey) -> None:
    lines = key.public.pem.decode().split("\n")
    assert (lines[0], lines[-2], lines[-1]) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "")
    assert [len(line) for line in lines[1:-2]] == [64, 60]
    assert base64.b64decode("".join(lines[1:-2])) == key.public.spki
    secret = keys.encrypted_pem(b"\0" * 100, b"word").decode().split("\n")
    assert {len(line) for line in secret[1:-3]} == {64}
    assert len(secret[-3]) <= 64


def test_a_key_file_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"x" * (64 << 10))
    assert len(keys.read_bounded(path)) == 64 << 10
    path.write_bytes(b"x" * ((64 << 10) + 1))
    with pytest.raises(UnreadableInput, match="too large"):
        keys.read_bounded(path)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        keys.read_bounded(tmp_path / "none")


@pytest.mark.parametrize(
    ("raw", "asks"),
    [
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", True),
        (b"-----BEGIN PRIVATE KEY-----", False),
        (b"Proc-Type: 4,ENCRYPTED", True),
        (b"\x30\x81", False),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAAA\n", False),
    ],
)
def test_what_asks_for_a_passphrase(raw: bytes, asks: bool) -> None:
    assert keys.is_encrypted(raw) is asks


@pytest.mark.parametrize(("cipher", "asks"), [(b"none", False), (b"aes256-ctr", True), (b"nonesuch", True)])
def test_an_openssh_key_tells_its_cipher(cipher: bytes, asks: bool) -> None:
    body = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + b"rest"
    text = base64.encodebytes(body).decode()
    raw = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{text}-----END OPENSSH PRIVATE KEY-----\n".encode()
    assert keys.is_encrypted(raw) is asks


def test_a_passphrase_is_asked_for_before_it_is_tried(tmp_path: Path, key: FileKey) -> None:
    keys.save_key(key, tmp_path / "a.pem", b"word")
    with pytest.raises(UnreadableInput, match="needs its passphrase"):
        keys.load_key(tmp_path / "a.pem", None)
    keys.save_key(key, tmp_path / "b.pem", None)
    assert keys.load_key(tmp_path / "b.pem", b"not asked for").public == key.public


def test_half_a_key_pair_is_never_left(tmp_path: Path, key: FileKey, monkeypatch: pytest.MonkeyPatch) -> None:
    write = keys._write_new

    def no_private(path: Path, content: bytes, mode: int) -> None:
        if mode == 0o600:
            raise UnreadableInput("full", "")
        write(path, content, mode)

    monkeypatch.setattr(keys, "_write_new", no_private)
    with pytest.raises(UnreadableInput):
        keys.save_key(key, tmp_path / "a.pem", None)
    assert os.listdir(tmp_path) == []


def test_a_key_never_takes_the_place_of_a_file(tmp_path: Path, key: FileKey) -> None:
    for taken in ("a.pem", "a.pub"):
        (tmp_path / taken).symlink_to("nothing")
        with pytest.raises(UnreadableInput, match="exists already"):
            keys.save_key(key, tmp_path / "a.pem", None)
        (tmp_path / taken).unlink()
    assert os.listdir(tmp_path) == []
    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        keys._put_in_place(fresh, tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"


@pytest.mark.parametrize("taken", [False, True])
def test_where_there_are_no_hard_links_a_free_name_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "fresh").write_bytes(b"new")
    if not taken:
        keys._put_in_place(tmp_path / "fresh", tmp_path / "name")
        assert (tmp_path / "name").read_bytes() == b"new"
        return
    (tmp_path / "name").write_bytes(b"old")
    with pytest.raises(PermissionError):
        keys._put_in_place(tmp_path / "fresh", tmp_path / "name")
    assert (tmp_path / "name").read_bytes() == b"old"


def test_the_passphrase_is_the_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)
    file = tmp_path / "word"
    for text in (b"a b\n", b"a b\r\n", b"a b", b"a b\nmore\n"):
        file.write_bytes(text)
        assert keys.passphrase_from(file) == b"a b"
    for text in (b"", b"\n", b"\r\n", b"\nmore"):
        file.write_bytes(text)
        with pytest.raises(UnreadableInput, match="is empty"):
            keys.passphrase_from(file)
    assert keys.passphrase_from(None) is None


# --- Envelopes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        *((True, True), (None, None), (0, 0), (2**53 - 1, 2**53 - 1), (1 - 2**53, 1 - 2**53)),
        *((2**53, "9007199254740992"), (-(2**53), "-9007199254740992"), (1.5, "1.5"), (float("nan"), "nan")),
        *(((1, 2.0), [1, "2.0"]), ({1: (2.5,)}, {"1": ["2.5"]}), ("\udc80ü", "\\udc80ü")),
        *(({"\udc80": 1}, {"\\udc80": 1}), (Path("x"), "x"), ([{}], [{}])),
    ],
)
def test_what_a_record_can_hold(value: Any, kept: Any) -> None:
    assert dsse.storable(value) == kept
    assert type(dsse.storable(value)) is type(kept)


def test_canonical_bytes_are_sorted_and_without_spaces() -> None:
    assert dsse.canonical_bytes({"b": [1, "ü"], "a": None}) == '{"a":null,"b":[1,"ü"]}'.encode()
    with pytest.raises(ValueError):
        dsse.canonical_bytes(float("nan"))


def test_a_signature_of_another_key_is_not_given_out(key: FileKey, second_key: FileKey) -> None:
    class Other:
        public = key.public

        def sign(self, message: bytes) -> bytes:
            return second_key.sign(message)

    with pytest.raises(UnreadableInput, match="no signature of the key"):
        dsse.sign(b"payload", Other())


def test_the_envelope_and_the_bundle_around_it(key: FileKey) -> None:
    envelope = dsse.sign(b"payload", key)
    one = json.loads(dsse.envelope_bytes(envelope))
    assert one == {
        "payload": base64.b64encode(b"payload").decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [
            {"keyid": key.public.keyid, "sig": base64.b64encode(envelope.signature).decode()},
        ],
    }
    assert dsse.envelope_bytes(envelope).count(b"\n") == 1
    raw = dsse.bundle_bytes(envelope, key.public)
    assert raw.endswith(b"}\n")
    bundle = json.loads(raw)
    assert bundle["dsseEnvelope"] == one
    assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    hint = hashlib.sha256(key.public.pem).hexdigest()
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": hint}, "tlogEntries": []}


# --- Trust ------------------------------------------------------------------------------------------


def _add(path: Path, key: FileKey, name: str = "Ana", **more: Any) -> Any:
    return trust.add(path, key.public, name=name, roles=["reviewer"], **more)


def test_a_store_begins_with_what_its_fields_are(tmp_path: Path, key: FileKey, second_key: FileKey) -> None:
    path = tmp_path / "deep" / "er" / "trust.txt"
    _add(path, key)
    _add(path, second_key, "Ben")
    lines = path.read_text().split("\n")
    assert lines[0].startswith("# principal role")
    assert [line.split()[0] for line in lines[1:-1]] == ["Ana", "Ben"]
    assert lines[-1] == ""


def test_a_store_without_a_last_line_feed_gets_one(tmp_path: Path, key: FileKey, second_key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    _add(path, key)
    path.write_text(path.read_text().rstrip("\n"))
    _add(path, second_key, "Ben")
    assert [one.principal for one in trust.load(path)] == ["Ana", "Ben"]


def test_a_key_is_found_by_eight_digits_in_either_case(tmp_path: Path, key: FileKey) -> None:
    known = _add(tmp_path / "trust.txt", key)
    for text in (known.keyid, known.keyid[:8], known.keyid[:9].upper()):
        assert trust.find([known], text) == known
    for text in (known.keyid[:7], "", known.keyid + "0"):
        with pytest.raises(UnreadableInput, match="No key"):
            trust.find([known], text)
    twin = known._replace(keyid=known.keyid[:8] + "x")
    with pytest.raises(UnreadableInput, match="More than one key"):
        trust.find([known, twin], known.keyid[:8])


def test_a_key_that_is_taken_out_leaves_the_others(tmp_path: Path, key: FileKey, second_key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    _add(path, key)
    _add(path, second_key, "Ben")
    path.write_text("# mine\n" + path.read_text() + "# end\n")
    assert trust.remove(path, key.public.keyid).principal == "Ana"
    assert [one.principal for one in trust.load(path)] == ["Ben"]
    assert path.read_text().startswith("# mine\n")
    assert path.read_text().endswith("# end\n")


@pytest.mark.parametrize(
    ("reason", "at", "moment"),
    [
        *(("superseded", None, 1000), ("superseded", "2026-01-01", 1767225600), ("compromised", None, None)),
        *(("compromised", "2026-01-01", None), ("superseded", "1970-01-01", 0)),
    ],
)
def test_a_key_is_revoked_from_when(
    tmp_path: Path, key: FileKey, reason: str, at: str | None, moment: int | None
) -> None:
    path = tmp_path / "trust.txt"
    _add(path, key)
    trust.revoke(path, key.public.keyid, reason=reason, at=at, now=1000)
    (read,) = trust.load(path)
    assert (read.revoked, read.revoked_at) == (reason, moment)
    told = trust.as_json(read)
    assert (told["revoked"], told["revoked_at"] is None) == (reason, moment is None)


def test_only_a_known_reason_revokes(tmp_path: Path, key: FileKey) -> None:
    _add(tmp_path / "trust.txt", key)
    before = (tmp_path / "trust.txt").read_bytes()
    with pytest.raises(UnreadableInput, match="as compromised or as superseded"):
        trust.revoke(tmp_path / "trust.txt", key.public.keyid, reason="lost", at=None, now=0)
    trust.revoke(tmp_path / "trust.txt", key.public.keyid, reason="compromised", at=None, now=0)
    trust.revoke(tmp_path / "trust.txt", key.public.keyid, reason="compromised", at=None, now=0)
    assert (tmp_path / "trust.txt").read_bytes() == before.rstrip(b"\n") + b" revoked:compromised\n"


@pytest.mark.parametrize("name", ["Ana", "a.b@c", "Ana#", "Änne", "A B", '"', "#x", "a,b", "\\", ",a"])
def test_a_name_is_quoted_where_it_must_be(key: FileKey, name: str) -> None:
    known = trust.TrustedKey(name, ("reviewer",), None, None, key.public.keyid, key.public.spki, line=1)
    line = trust.line_of(known)
    assert parse_trust(line) == [known]
    assert line.isascii()
    assert line.startswith('"') == (name not in ("Ana", "a.b@c", "Ana#", "a,b"))


def test_a_key_for_programs(key: FileKey) -> None:
    known = trust.TrustedKey("Ana", ("a", "b"), 0, 86400, key.public.keyid, key.public.spki)
    assert trust.as_json(known) == {
        "principal": "Ana",
        "roles": ["a", "b"],
        "keyid": key.public.keyid,
        "kind": "P-256",
        "valid_after": "1970-01-01T00:00:00Z",
        "valid_before": "1970-01-02T00:00:00Z",
        "revoked": None,
        "revoked_at": None,
    }
    assert parse_trust(trust.line_of(known))[0][:4] == ("Ana", ("a", "b"), 0, 86400)


@pytest.mark.parametrize(
    ("after", "before"), [("2026-01-02", "2026-01-01"), ("yesterday", None), (None, "x")]
)
def test_times_that_make_no_sense_change_nothing(
    tmp_path: Path, key: FileKey, after: str | None, before: str | None
) -> None:
    with pytest.raises(UnreadableInput):
        _add(tmp_path / "trust.txt", key, valid_after=after, valid_before=before)
    assert not (tmp_path / "trust.txt").exists()


def test_a_store_that_cannot_be_written_is_said_so(tmp_path: Path, key: FileKey) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableInput, match="cannot be written"):
        _add(tmp_path / "file" / "trust.txt", key)


# --- Manifest ------------------------------------------------------------------------------------------


class Stream:
    def __init__(self, content: bytes, *, changed: bool = False, broken: bool = False) -> None:
        self.size, self._content = len(content), content
        self._changed, self._broken = changed, broken
        self.open = True

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset + length <= self.size
        if self._broken:
            raise ReadFailure("It broke off.")
        return self._content[offset : offset + length]

    def changed(self) -> bool:
        return self._changed

    def close(self) -> None:
        self.open = False


class Tree:
    """A source in memory."""

    class target:
        root: str | None = None

    def __init__(self, *items: Entry | LeftOut, **streams: Stream) -> None:
        self._items, self.streams = items, streams

    def entries(self) -> Iterator[Entry | LeftOut]:
        yield from self._items

    def open(self, entry: Entry) -> Stream:
        return self.streams[entry.path]


def entry(path: str, kind: EntryKind = EntryKind.FILE, **more: Any) -> Entry:
    return Entry(path=path, kind=kind, **{"size": None, **more})


def test_large_and_small_files_are_hashed_whole() -> None:
    contents = {"b": b"x" * ((1 << 20) + 1), "a": b"", "c": b"y" * (1 << 20)}
    tree = Tree(
        *(entry(name, size=len(content)) for name, content in contents.items()),
        **{name: Stream(content) for name, content in contents.items()},
    )
    told: list[tuple[int, int]] = []
    found = hash_target(tree, progress=lambda *one: told.append(one))  # type: ignore[arg-type]
    assert found.files == tuple(
        ManifestFile(name, len(contents[name]), hashlib.sha256(contents[name]).hexdigest()) for name in "abc"
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert not any(stream.open for stream in tree.streams.values())
    assert hash_target(tree, ignore=lambda path: path == "b").files == found.files[::2]  # type: ignore[arg-type]


def test_each_thing_without_a_digest_says_why() -> None:
    kinds = EntryKind
    tree = Tree(
        entry("changed", size=1),
        entry("broken", size=1),
        entry("inside", kinds.LINK_INSIDE, detail="-> a"),
        entry("outside", kinds.LINK_OUTSIDE),
        entry("gone", kinds.LINK_BROKEN, detail="-> nothing"),
        entry("pipe", kinds.SPECIAL),
        entry("secret", kinds.DENIED),
        entry("hub", kinds.REMOTE, size=3),
        entry("sizeless", kinds.REMOTE, claimed_sha256="cd" * 32),
        entry("claimed", kinds.REMOTE, size=3, claimed_sha256="ab" * 32),
        entry("../up"),
        changed=Stream(b"1", changed=True),
        broken=Stream(b"1", broken=True),
    )
    found = hash_target(tree)  # type: ignore[arg-type]
    assert found.files == (ManifestFile("claimed", 3, "ab" * 32, claimed=True),)
    assert dict(found.unlisted) == {
        "changed": "it was written to while it was read",
        "broken": "It broke off.",
        "inside": "-> a",
        "outside": "a link that leaves the target",
        "gone": "-> nothing",
        "pipe": "no regular file",
        "secret": "it may not be read",
        "hub": "the hub states no SHA-256 for it",
        "sizeless": "the hub states no SHA-256 for it",
        "../up": manifest.NAMELESS,
    }
    assert found.pointers == (("gone", "-> nothing"), ("inside", "-> a"), ("outside", ""))
    assert not any(stream.open for stream in tree.streams.values())
    with pytest.raises(Refused, match=r"\.\./up has no digest: .*\(9 more\)"):
        refuse_unlisted(found)
    with pytest.raises(Refused) as caught:
        refuse_unlisted(Manifest((), unlisted=(("a", "why"),)))
    assert "more" not in caught.value.sentence


# --- Verifying ------------------------------------------------------------------------------------------


def test_a_package_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "record"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("review-record.dsse.json", "{}")
    package = open_package(path)
    assert isinstance(package, ZipPackage)
    package.close()
    path.write_bytes(b"{}")
    assert isinstance(open_package(path), FolderPackage)
    path.unlink()
    assert isinstance(open_package(path), FolderPackage)
    with pytest.raises(Unreadable):
        open_package(tmp_path)


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"])
def test_each_way_a_zip_begins(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "record.dsse.json"
    path.write_bytes(magic + b"\0" * 40)
    try:
        (check,) = verify_record(path, []).checks
        said = check.code
    except UnreadableInput as error:
        said = "zip" if "is not a zip that can be read" in error.sentence else error.sentence
    assert said == "zip"


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        verify_record(tmp_path / "none", [])
    with pytest.raises(UnreadableInput):
        verify_record(tmp_path, [])


def test_a_public_key_has_an_id_and_a_kind() -> None:
    public = new_key().public
    assert public.keyid == hashlib.sha256(public.spki).hexdigest()
    assert (public.kind, PublicKey(b"x").kind) == ("P-256", "")


def test_a_revoked_key_is_given_back_as_it_stands_now(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    _add(path, key)
    revoked = trust.revoke(path, key.public.keyid, reason="superseded", at=None, now=1000)
    assert [revoked] == trust.load(path)


def test_an_empty_store_gets_its_heading(tmp_path: Path, key: FileKey) -> None:
    path = tmp_path / "trust.txt"
    path.write_bytes(b"")
    _add(path, key)
    assert path.read_text().startswith("# principal role")


@pytest.mark.parametrize("name", ["A\x07", "A\x1b[2J", "A\x7f"])
def test_a_name_with_control_characters_is_quoted(key: FileKey, name: str) -> None:
    line = trust.line_of(trust.TrustedKey(name, ("r",), None, None, key.public.keyid, key.public.spki))
    assert line.startswith('"')
    assert parse_trust(line)[0].principal == name


def test_a_full_disk_leaves_the_store_as_it_was(
    tmp_path: Path, key: FileKey, second_key: FileKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trust.txt"
    _add(path, key)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trust, "replace_file", full)
    with pytest.raises(UnreadableInput, match="cannot be written: No space left on device"):
        _add(path, second_key, "Ben")
    assert path.read_bytes() == before


def test_a_record_that_may_not_be_read_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.dsse.json"
    path.write_bytes(b"{}")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(UnreadableInput, match="cannot be read: Permission denied"):
        verify_record(path, [])


def test_a_zip_is_closed_whatever_comes_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("review-record.dsse.json", "{}")
    closed: list[ZipPackage] = []
    close = ZipPackage.close

    def closing(package: ZipPackage) -> None:
        closed.append(package)
        close(package)

    monkeypatch.setattr(ZipPackage, "close", closing)
    verify_record(path, [])
    assert len(closed) == 1


def test_when_a_good_record_was_signed() -> None:
    report = Report()
    report.predicate = {"signedAt": "1970-01-01T00:01:40Z"}
    assert seconds_of(report) == 100
