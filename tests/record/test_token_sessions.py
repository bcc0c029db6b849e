"""What a key on a token is asked for, how it signs, and what is said of each refusal: over a stand-in of
python-pkcs11, with its names and shapes."""

from __future__ import annotations

import enum
import hashlib
import sys
import types
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from inspector.gate.inspector_gate import signature_holds
from inspector.provenance import UnreadableInput
from inspector.record import dsse
from inspector.record.pkcs11_key import TokenKey

URI = "pkcs11:token=My%20token;serial=42;object=review;id=%01%ff?module-path=/lib/m.so"


class _Token:
    """A token that holds one P-256 key, with the module, the session and the objects in one."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.private = ec.generate_private_key(ec.SECP256R1())
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.attributes = {library.Attribute.EC_POINT: b"\x04\x41" + point}
        self.asked: list[Any] = []
        self.fails: dict[str, Exception] = {}
        self.closed = 0

    def _step(self, name: str, **given: Any) -> Any:
        self.asked.append((name, given))
        if name in self.fails:
            raise self.fails[name]
        return self

    def lib(self, path: str) -> Any:
        return self._step("lib", path=path)

    def get_token(self, **wanted: Any) -> Any:
        return self._step("token", **wanted)

    def open(self, user_pin: str | None) -> Any:
        return self._step("open", user_pin=user_pin)

    def get_key(self, **wanted: Any) -> Any:
        return self._step("key", **wanted)

    def __getitem__(self, attribute: Any) -> Any:
        if "attribute" in self.fails and attribute is self.library.Attribute.ALWAYS_AUTHENTICATE:
            raise self.fails["attribute"]
        return self.attributes[attribute]

    def sign(self, digest: bytes, **given: Any) -> bytes:
        self._step("sign", **given)
        made = self.private.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        r, s = decode_dss_signature(made)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> _Token:
    library: Any = types.ModuleType("pkcs11")
    library.exceptions = types.ModuleType("pkcs11.exceptions")
    library.exceptions.PKCS11Error = type("PKCS11Error", (Exception,), {})
    library.KeyType = enum.Enum("KeyType", ["EC"])
    library.ObjectClass = enum.Enum("ObjectClass", ["PUBLIC_KEY", "PRIVATE_KEY"])
    library.Attribute = enum.Enum("Attribute", ["EC_POINT", "ALWAYS_AUTHENTICATE"])
    library.Mechanism = enum.Enum("Mechanism", ["ECDSA"])
    made = _Token(library)
    library.lib = made.lib
    monkeypatch.setitem(sys.modules, "pkcs11", library)
    monkeypatch.setitem(sys.modules, "pkcs11.exceptions", library.exceptions)
    return made


def _error(token: _Token, name: str, words: str = "") -> Exception:
    return type(name, (token.library.exceptions.PKCS11Error,), {})(words)


def test_a_token_key_signs_what_the_packaged_key_verifies(token: _Token) -> None:
    key = TokenKey(URI, b"1234")
    assert signature_holds(key.public.spki, dsse.sign(b'{"a":1}', key))
    token.private.public_key().verify(key.sign(b"message"), b"message", ec.ECDSA(hashes.SHA256()))


def test_the_module_the_token_and_the_key_are_asked_for_by_all_that_the_uri_says(token: _Token) -> None:
    TokenKey(URI, b"1234").close()
    library = token.library
    key = {"key_type": library.KeyType.EC, "label": "review", "id": b"\x01\xff"}
    assert token.asked == [
        ("lib", {"path": "/lib/m.so"}),
        ("token", {"token_label": "My token", "token_serial": b"42"}),
        ("open", {"user_pin": "1234"}),
        ("key", {"object_class": library.ObjectClass.PUBLIC_KEY, **key}),
        ("key", {"object_class": library.ObjectClass.PRIVATE_KEY, **key}),
    ]
    assert token.closed == 1


def test_what_the_uri_does_not_say_is_not_asked_for(token: _Token) -> None:
    TokenKey("pkcs11:object=review?module-path=/lib/m.so", None)
    assert token.asked[1:3] == [("token", {}), ("open", {"user_pin": None})]
    assert "id" not in token.asked[3][1]


@pytest.mark.parametrize(
    ("attribute", "pin", "again"),
    [(True, b"1234", {"pin": "1234"}), (False, b"1234", {}), (True, None, {}), (None, b"1234", {})],
)
def test_the_pin_is_given_again_where_the_key_asks_each_time(
    token: _Token, attribute: bool | None, pin: bytes | None, again: dict[str, str]
) -> None:
    if attribute is None:
        token.fails["attribute"] = _error(token, "AttributeTypeInvalid")
    token.attributes[token.library.Attribute.ALWAYS_AUTHENTICATE] = attribute
    TokenKey(URI, pin).sign(b"message")
    assert token.asked[-1] == ("sign", {"mechanism": token.library.Mechanism.ECDSA, **again})


@pytest.mark.parametrize(
    ("step", "name", "sentence", "closed"),
    [
        ("token", "NoSuchToken", "There is no such token.", 0),
        ("token", "MultipleTokensReturned", "More than one token fits: name it by token= or serial=.", 0),
        ("open", "PinIncorrect", "The PIN is not the token's.", 0),
        ("open", "PinLocked", "The token is locked after too many wrong PINs.", 0),
        ("key", "NoSuchKey", "The token holds no P-256 key of that name.", 1),
        ("key", "UserNotLoggedIn", "The token asks for its PIN.", 1),
        ("key", "DeviceRemoved", "The token refused: DeviceRemoved gone.", 1),
    ],
)
def test_each_refusal_has_its_sentence_and_leaves_no_session(
    token: _Token, step: str, name: str, sentence: str, closed: int
) -> None:
    token.fails[step] = _error(token, name, "gone")
    with pytest.raises(UnreadableInput) as caught:
        TokenKey(URI, b"1234")
    assert str(caught.value).startswith(sentence)
    assert token.closed == closed


@pytest.mark.parametrize("error", [OSError("no such file"), RuntimeError("no such file")])
def test_a_module_that_cannot_be_loaded_is_named(token: _Token, error: Exception) -> None:
    token.fails["lib"] = error
    with pytest.raises(UnreadableInput, match=r"/lib/m\.so cannot be loaded: no such file"):
        TokenKey(URI, b"1234")


def test_a_pin_that_is_no_text_is_refused(token: _Token) -> None:
    with pytest.raises(UnreadableInput, match="The PIN is not text"):
        TokenKey(URI, b"\xff\xfe")


@pytest.mark.parametrize("point", [b"\x04" + b"x" * 96, b"\x02" + b"x" * 32, b"", b"\x05" + b"x" * 64])
def test_a_key_of_another_curve_or_form_is_refused(token: _Token, point: bytes) -> None:
    token.attributes[token.library.Attribute.EC_POINT] = point
    with pytest.raises(UnreadableInput, match="not P-256"):
        TokenKey(URI, b"1234")
    assert token.closed == 1


def test_a_refusal_to_sign_and_a_signature_of_another_length_are_told(token: _Token) -> None:
    key = TokenKey(URI, b"1234")
    token.fails["sign"] = _error(token, "PinLocked")
    with pytest.raises(UnreadableInput, match="locked"):
        key.sign(b"message")
    token.fails.clear()
    token.sign = lambda digest, **given: hashlib.sha512(digest).digest()[:63]  # type: ignore[method-assign]
    with pytest.raises(UnreadableInput, match="no signature of a P-256 key"):
        key.sign(b"message")
