"""A PAdES signature in the printed report, by the reviewer's own key (ETSI EN 319 142-1, level B-B).

Needs the Python package pyHanko, which is imported only here: it is no dependency of this program. A PDF can
be signed with a certificate alone, so one is made that says the key's own name for itself and nothing more.
Readers show such a signature as valid and its signer as unknown, which is the truth: whom a key speaks for
is said by a trust store. What counts is the record; this says that the pages were not changed since.
"""

from __future__ import annotations

import hashlib
import importlib
import io
from datetime import UTC, datetime
from typing import Any

from inspector.gate.inspector_gate import seconds
from inspector.provenance import UnreadableInput, plain
from inspector.record.keys import Signer

FIELD = "Reviewer"  # of the signature in the document's form
_LONGEST = 72  # bytes of an ECDSA signature with P-256 (SEC 1, appendix C.8)


def require_library() -> None:
    """UnreadableInput where pyHanko is not installed: said before anything is signed."""
    _library("pyhanko.sign.signers")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UnreadableInput(
            "A signature in the PDF needs the Python package pyHanko, which is not installed.",
            "Install it beside this program (the extra `pades`), or sign without --pades.",
        ) from None


def certificate(key: Signer, name: str, valid_from: str, valid_until: str) -> bytes:
    """A self-signed certificate of ``key`` in DER (RFC 5280): the name is what the signer calls themselves.

    Times are RFC 3339 in UTC. The key may lie in an agent or on a token, so the certificate is put together
    here and only its bytes are given to sign. Its serial comes from the key and the name.
    """
    if key.public.kind != "P-256":
        raise UnreadableInput(
            "A signature in the PDF needs a P-256 key; readers of PDF do not verify Ed25519 alike.",
            "Sign without --pades, or with a P-256 key.",
        )
    x509, keys = _library("asn1crypto.x509"), _library("asn1crypto.keys")
    algorithm = {"algorithm": "sha256_ecdsa"}
    shown = x509.Name.build({"common_name": plain(name, 60)})
    serial = hashlib.sha256(key.public.spki + name.encode("utf-8", "backslashreplace")).digest()[:16]
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(b"\x01" + serial, "big"),
            "signature": algorithm,
            "issuer": shown,
            "validity": {
                "not_before": _time(x509, valid_from),
                "not_after": _time(x509, valid_until),
            },
            "subject": shown,
            "subject_public_key_info": keys.PublicKeyInfo.load(key.public.spki),
            "extensions": [
                {
                    "extn_id": "key_usage",
                    "critical": True,
                    "extn_value": {"digital_signature", "non_repudiation"},
                },
                {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
            ],
        }
    )
    made = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": algorithm,
            "signature_value": _checked(key, body.dump()),
        }
    )
    return bytes(made.dump())


def _time(x509: Any, text: str) -> Any:
    """Until 2049 a certificate must write its years with two digits, from then on with four (RFC 5280,
    section 4.1.2.5)."""
    moment = datetime.fromtimestamp(seconds(text), UTC)
    return x509.Time({"utc_time" if moment.year < 2050 else "general_time": moment})


def _checked(key: Signer, message: bytes) -> bytes:
    """The signature of ``message``, verified: an agent or a token could have signed with another key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    made = key.sign(message)
    public = serialization.load_der_public_key(key.public.spki)
    try:
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise InvalidSignature
        public.verify(made, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise UnreadableInput(
            f"What came back is no signature of the key {key.public.keyid[:8]}.", "Nothing was written."
        ) from None
    return made


def signed_pdf(pdf: bytes, key: Signer, der: bytes, *, reason: str) -> bytes:
    """``pdf`` with an invisible signature of ``key`` over the whole of it, as an incremental update.

    ``der`` is the key's certificate. Nothing may be added later: the signature certifies the document.
    """
    signers, fields = _library("pyhanko.sign.signers"), _library("pyhanko.sign.fields")
    writer = _library("pyhanko.pdf_utils.incremental_writer")
    store = _library("pyhanko_certvalidator.registry")
    algos, x509 = _library("asn1crypto.algos"), _library("asn1crypto.x509")

    base: Any = signers.Signer

    class RecordSigner(base):  # type: ignore[misc]
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(_LONGEST) if dry_run else _checked(key, data)

    signer = RecordSigner(
        signing_cert=x509.Certificate.load(der),
        cert_registry=store.SimpleCertificateStore(),
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=plain(reason, 200),
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    document = writer.IncrementalPdfFileWriter(io.BytesIO(pdf))
    signers.PdfSigner(metadata, signer=signer).sign_pdf(document, output=out)
    return out.getvalue()
