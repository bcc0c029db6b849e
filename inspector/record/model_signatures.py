"""OpenSSF model signatures (``model.sig``): one for every folder with weights, made with the reviewer's key.

The format is that of sigstore/model-transparency, predicate ``https://model_signing/signature/v1.0``: a
Sigstore bundle v0.3 around a DSSE envelope around an in-toto statement whose one subject is the folder, with
the SHA-256 over the digests of its files in the order of the list. ``model_signing verify key`` accepts it.

It speaks of one folder only, says nothing of decision, scope or expiry, and has no place for them: the review
record stays what a gate looks at. The digests are those of the record's own manifest; nothing is read again.
An ECDSA signature is random, so the record cannot hold the digest of these files and still be the same bytes
for the same input. They need no such digest: each carries its own signature.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping

from inspector.gate.inspector_gate import STATEMENT_TYPE
from inspector.provenance import plain
from inspector.record import dsse
from inspector.record.interface import Attachment
from inspector.record.keys import Signer
from inspector.record.manifest import Manifest

FOLDER = "model-signatures"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"

# What model-signing never looks at unless it is told to (model_signing.hashing.Config): a signature that
# lists one of these is refused by a verifier with the usual settings. They are in the record all the same.
GIT_NAMES = (".git", ".gitattributes", ".github", ".gitignore")
_MAX_HOPS = 40  # links that point at links; as many as Linux follows
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


def weight_folders(weights: Iterable[str]) -> list[str]:
    """The folders that hold one of the files ``weights`` directly, "" for the root itself."""
    return sorted({posixpath.dirname(name) for name in weights})


def model_signatures(
    manifest: Manifest, weights: Iterable[str], *, name: str, key: Signer, is_cache: bool = False
) -> tuple[list[Attachment], dict[str, str], list[str]]:
    """Signs every folder of ``manifest`` that holds one of ``weights``; ``name`` is what the root is called.
    ``is_cache``: the files are links to blobs where they lie.

    Gives the files for the package, the folder that each of them is about, and a sentence for every folder
    that was not signed.
    """
    made: list[Attachment] = []
    about: dict[str, str] = {}
    left: list[str] = []
    if key.public.kind != "P-256":
        return [], {}, [f"Model signatures are made with P-256 keys, and this key is {key.public.kind}."]
    folders = weight_folders(weights)
    if not folders:
        return [], {}, ["The target holds no folder with weights, so there is no model to sign."]
    for folder in folders:
        try:
            statement = _statement(manifest, folder, posixpath.basename(folder) or name, is_cache)
        except ValueError as error:
            left.append(f"{plain(folder or '.')} has no model signature: {error}.")
            continue
        envelope = dsse.sign(dsse.canonical_bytes(statement), key)
        path = f"{FOLDER}/{_file_name(folder or name, about)}.sig"
        made.append(Attachment(path, MEDIA_TYPE, dsse.bundle_bytes(envelope, key.public)))
        about[path] = folder
    return made, about, left


def signature_notes(
    about: Mapping[str, str], manifest: Manifest, keyid: str, *, is_cache: bool = False
) -> Attachment:
    """README.md beside the signatures: which is about which folder, and the command that verifies it."""
    linked = {path for path, folder in about.items() if is_cache or _links_below(manifest, folder)}
    rows = [
        f"    model_signing verify key --public_key keys/{keyid[:8]}.pub"
        + (" --allow_symlinks" if path in linked else "")
        + f" --signature {shlex.quote(path)} {shlex.quote(f'PROJECT/{folder}'.rstrip('/'))}"
        for path, folder in sorted(about.items())
    ]
    text = (
        "# Model signatures\n\n"
        "Each file here is an OpenSSF model signature (https://github.com/sigstore/model-transparency) of "
        "one folder. It covers the bytes of that folder and nothing else: decision, scope, exceptions and "
        "expiry stand in the review record.\n\nIn the folder above this one, with `pip install "
        "model-signing`:\n\n"
    )
    return Attachment(f"{FOLDER}/README.md", "text/markdown", (text + _rows(rows)).encode())


def _rows(rows: Iterable[str]) -> str:
    """One line for each of ``rows``, with what could mislead a reader escaped."""
    return "".join(f"{plain(row, 8192)}\n" for row in rows)


def _links_below(manifest: Manifest, folder: str) -> bool:
    start = f"{folder}/" if folder else ""
    return any(name.startswith(start) for name, _ in manifest.links)


def _file_name(folder: str, taken: Mapping[str, str]) -> str:
    """A name every file system takes; the folder itself stands in the list in README.md."""
    base = _SAFE.sub("-", folder.replace("/", "--")).strip("-.")[:80] or "model"
    names = {path.casefold() for path in taken}
    name, number = base, 1
    while f"{FOLDER}/{name}.sig".casefold() in names:
        number += 1
        name = f"{base}-{number}"
    return name


def _statement(manifest: Manifest, folder: str, name: str, is_cache: bool) -> dict[str, object]:
    """The statement about ``folder``; ValueError where model-signing could not verify one."""
    start = f"{folder}/" if folder else ""
    digests = {one.name: one.sha256 for one in manifest.files}
    if any(one.claimed for one in manifest.files):
        raise ValueError("its digests are a hub's word and were not computed here")
    links = dict(manifest.links)
    inside = {item: digest for item, digest in digests.items() if item.startswith(start)}
    pointed = [item for item in links if item.startswith(start)]
    for item in pointed:
        inside[item] = _behind(item, links, digests)
    resources = [
        {"algorithm": "sha256", "digest": digest, "name": item[len(start) :]}
        for item, digest in sorted(inside.items())
        if item[len(start) :].split("/")[0] not in GIT_NAMES
    ]
    left_out = [item.path[len(start) :] for item in manifest.left_out if item.path.startswith(start)]
    ignored = sorted({*GIT_NAMES, *(path for path in left_out if path.split("/")[0] not in GIT_NAMES)})
    root = hashlib.sha256(b"".join(bytes.fromhex(one["digest"]) for one in resources)).hexdigest()
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": is_cache or bool(pointed),
                "ignore_paths": ignored,
            },
            "resources": resources,
        },
    }


def _behind(item: str, links: Mapping[str, str], digests: Mapping[str, str]) -> str:
    """The digest of the file that the link ``item`` leads to; model-signing lists a link by its bytes."""
    place = item
    for _ in range(_MAX_HOPS):
        if place not in links:
            break
        place = posixpath.normpath(posixpath.join(posixpath.dirname(place), links[place]))
    if place not in digests:
        raise ValueError(f"{plain(item)} is a link to a folder, which model-signing does not list")
    return digests[place]
