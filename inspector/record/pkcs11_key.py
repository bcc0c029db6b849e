"""Keys on a token (smart card, HSM) by PKCS#11, named by a URI of RFC 7512.

    pkcs11:token=LABEL;object=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so

Needs the Python package python-pkcs11, which is imported only here: it is no dependency of this program. The
module is a library of the token's maker and runs in this process; name one that you trust. P-256 keys sign.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote

from inspector.gate.inspector_gate import P256_PREFIX
from inspector.provenance import UnreadableInput, plain
from inspector.record.keys import PublicKey

PREFIX = "pkcs11:"
_PATH = {"token", "serial", "object", "id"}
_QUERY = {"module-path"}


def is_token_key(spec: str) -> bool:
    return spec.startswith(PREFIX)


def parsed(uri: str) -> dict[str, str]:
    """The attributes of ``uri``. UnreadableInput for one we cannot honour: with a part left aside it could
    name another key. ``pin-value`` is not taken: what stands on a command line, every user can read."""
    path, _, query = uri.removeprefix(PREFIX).partition("?")
    found: dict[str, str] = {}
    for part, known in ((path.split(";"), _PATH), (query.split("&"), _QUERY)):
        for item in filter(None, part):
            name, is_pair, value = item.partition("=")
            if name not in known or not is_pair or not value or name in found:
                raise UnreadableInput(
                    f"{plain(name, 40)} in the PKCS#11 URI is not understood.",
                    "Write pkcs11:token=LABEL;object=LABEL?module-path=FILE (also serial= and id=).",
                )
            found[name] = value if name == "id" else unquote(value)
    if "module-path" not in found or not {"object", "id"} & found.keys():
        raise UnreadableInput(
            "The PKCS#11 URI must name the module and the key.",
            "Write pkcs11:token=LABEL;object=LABEL?module-path=FILE.",
        )
    return found


class TokenKey:
    """A P-256 key on a token, as ``Signer``. ``pin`` opens the token; ``close`` ends the session."""

    def __init__(self, uri: str, pin: bytes | None) -> None:
        names = parsed(uri)
        library = _library()
        try:
            token = _token(library, names)
            self._session = token.open(user_pin=None if pin is None else pin.decode())
        except UnicodeDecodeError:
            raise UnreadableInput("The PIN is not text.", "Give the PIN as its digits.") from None
        except library.exceptions.PKCS11Error as error:
            raise _refused(error) from None
        try:
            wanted = {"key_type": library.KeyType.EC}
            if "object" in names:
                wanted["label"] = names["object"]
            if "id" in names:
                wanted["id"] = _bytes(names["id"])
            public = self._session.get_key(object_class=library.ObjectClass.PUBLIC_KEY, **wanted)
            self._private = self._session.get_key(object_class=library.ObjectClass.PRIVATE_KEY, **wanted)
            self.public = _public(bytes(public[library.Attribute.EC_POINT]))
        except library.exceptions.PKCS11Error as error:
            self.close()
            raise _refused(error) from None
        except UnreadableInput:
            self.close()
            raise
        asks = pin is not None and _asks_each_time(library, self._private)
        self._again = {"pin": pin.decode()} if pin is not None and asks else {}
        self._mechanism = library.Mechanism.ECDSA
        self._error = library.exceptions.PKCS11Error

    def sign(self, message: bytes) -> bytes:
        """The DER signature over ``message``; its SHA-256 is computed here, so its size does not matter."""
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        try:
            digest = hashlib.sha256(message).digest()
            raw = bytes(self._private.sign(digest, mechanism=self._mechanism, **self._again))
        except self._error as error:
            raise _refused(error) from None
        if len(raw) != 64:
            raise UnreadableInput("The token gave something that is no signature of a P-256 key.")
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def close(self) -> None:
        self._session.close()


def _asks_each_time(library: Any, private: Any) -> bool:
    """Whether the key wants the PIN before every single use (CKA_ALWAYS_AUTHENTICATE, PKCS#11 v2.40 section
    4.9): the signature slot of a PIV card does. It is then given again by C_Login(CKU_CONTEXT_SPECIFIC)."""
    try:
        return bool(private[library.Attribute.ALWAYS_AUTHENTICATE])
    except (library.exceptions.PKCS11Error, KeyError):  # a module that does not know the attribute
        return False


def _library() -> Any:
    import importlib

    try:
        library: Any = importlib.import_module("pkcs11")
        importlib.import_module("pkcs11.exceptions")
    except ImportError:
        raise UnreadableInput(
            "A key on a token needs the Python package python-pkcs11, which is not installed.",
            "Install it beside this program: pip install python-pkcs11.",
        ) from None
    return library


def _token(library: Any, names: dict[str, str]) -> Any:
    try:
        module = library.lib(names["module-path"])
    except (library.exceptions.PKCS11Error, RuntimeError, OSError) as error:
        raise UnreadableInput(
            f"The PKCS#11 module {plain(names['module-path'])} cannot be loaded: {plain(str(error))}.",
            "Name the library of the token's maker as module-path.",
        ) from None
    wanted: dict[str, Any] = {}
    if "token" in names:
        wanted["token_label"] = names["token"]
    if "serial" in names:
        wanted["token_serial"] = names["serial"].encode()
    return module.get_token(**wanted)


def _public(point: bytes) -> PublicKey:
    """EC_POINT is the uncompressed point in an OCTET STRING (PKCS#11 v2.40, section 2.3.3)."""
    if point[:2] == b"\x04\x41":
        point = point[2:]
    if len(point) != 65 or point[0] != 4:
        raise UnreadableInput("The key on the token is not P-256.", "Make one with the token's own tool.")
    return PublicKey(P256_PREFIX + point[1:])


def _bytes(text: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(text)


# The exceptions of python-pkcs11 say it by their names alone.
_SENTENCES = {
    "PinIncorrect": "The PIN is not the token's.",
    "PinLocked": "The token is locked after too many wrong PINs.",
    "PinLenRange": "The PIN has not the length the token asks for.",
    "UserNotLoggedIn": "The token asks for its PIN.",
    "NoSuchToken": "There is no such token.",
    "MultipleTokensReturned": "More than one token fits: name it by token= or serial=.",
    "NoSuchKey": "The token holds no P-256 key of that name.",
    "MultipleObjectsReturned": "More than one key fits: name it by id=.",
}


def _refused(error: Exception) -> UnreadableInput:
    name = type(error).__name__
    return UnreadableInput(
        _SENTENCES.get(name, f"The token refused: {plain(name)} {plain(str(error))}".rstrip() + "."),
        "The PIN is asked for, or comes from --passphrase-file or INSPECTOR_PASSPHRASE.",
    )
