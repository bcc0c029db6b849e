"""Keys on a token: the URI, the sentences, and (where SoftHSM and python-pkcs11 are) a signature for real."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import UnreadableInput
from inspector.record import dsse, pkcs11_key, trust
from inspector.record.verify import verify_record

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
MODULE = os.environ.get("SOFTHSM2_MODULE") or next((one for one in MODULES if Path(one).exists()), None)
HAS_TOKEN = MODULE and shutil.which("softhsm2-util") and importlib.util.find_spec("pkcs11")


def test_the_uri_names_module_token_and_key() -> None:
    uri = "pkcs11:token=My%20token;object=review%3Bkey;id=%01%02?module-path=/lib/m.so"
    assert pkcs11_key.parsed(uri) == {
        "token": "My token",
        "object": "review;key",
        "id": "%01%02",
        "module-path": "/lib/m.so",
    }


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:object=a",
        "pkcs11:token=a?module-path=/m",
        "pkcs11:object=a?module-path=/m&pin-value=1234",
        "pkcs11:object=a;manufacturer=b?module-path=/m",
        "pkcs11:object=a;object=b?module-path=/m",
        "pkcs11:object=?module-path=/m",
        "pkcs11:object?module-path=/m",
    ],
)
def test_a_uri_that_cannot_be_honoured_whole_is_refused(uri: str) -> None:
    with pytest.raises(UnreadableInput):
        pkcs11_key.parsed(uri)


def test_without_the_package_the_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(UnreadableInput, match="python-pkcs11"):
        pkcs11_key.TokenKey("pkcs11:object=a?module-path=/m", b"1234")


@pytest.fixture
def token_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes a P-256 key on a token of SoftHSM; gives its URI. The PIN is 1234."""
    import pkcs11  # type: ignore[import-not-found]
    from pkcs11.util.ec import encode_named_curve_parameters  # type: ignore[import-not-found]

    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    label = f"review{os.urandom(4).hex()}"  # one library serves the whole process
    make = ["softhsm2-util", "--module", str(MODULE), "--init-token", "--free", "--label", label]
    subprocess.run([*make, "--pin", "1234", "--so-pin", "5678"], check=True, capture_output=True)
    library = pkcs11.lib(MODULE)
    library.reinitialize()

    def made(name: str, **private: Any) -> str:
        with library.get_token(token_label=label).open(rw=True, user_pin="1234") as session:
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
                local=True,
            )
            template = {pkcs11.Attribute[key]: value for key, value in private.items()}
            parameters.generate_keypair(store=True, label=name, private_template=template)
        return f"pkcs11:token={label};object={name}?module-path={MODULE}"

    return made


@pytest.mark.skipif(not HAS_TOKEN, reason="SoftHSM and the package python-pkcs11 are not both here")
@pytest.mark.parametrize("asks_each_time", [False, True])
def test_a_record_signed_on_a_token_verifies(
    sign: Any, project: Path, tmp_path: Path, token_uri: Callable[..., str], asks_each_time: bool
) -> None:
    """Also with a key that wants the PIN before each signature, as the signature slot of a PIV card does."""
    uri = token_uri("signing", **({"ALWAYS_AUTHENTICATE": True} if asks_each_time else {}))
    with pytest.raises(UnreadableInput, match="PIN is not"):
        pkcs11_key.TokenKey(uri, b"9999")
    with pytest.raises(UnreadableInput, match="no P-256 key"):
        pkcs11_key.TokenKey(uri.replace("signing", "other"), b"1234")
    key = pkcs11_key.TokenKey(uri, b"1234")
    store = tmp_path / "store.txt"
    trust.add(store, key.public, name="Ana Suárez", roles=["reviewer"])
    assert verify_record(sign(key=key), trust.load(store), root=project).ok
    assert dsse.sign(b"x" * (1 << 20), key).keyid == key.public.keyid
    key.close()
