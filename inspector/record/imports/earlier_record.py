"""An earlier record: what it decided and answered, and whether somebody who is trusted signed it.

A record that is expired, rejected or superseded may still be a starting point; the one question here is who
signed it. The checks that decide whether something may be deployed are those of ``inspector verify``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import (
    ANSWERS,
    MAX_PAYLOAD_ITEMS,
    REVIEW_TYPE,
    STATEMENT_TYPE,
    STATES,
    Envelope,
    Refusal,
    TrustedKey,
    Unreadable,
    envelope_of,
    seconds,
    signature_holds,
    strict_json,
    why_not_trusted,
)
from inspector.provenance import UnreadableInput, plain
from inspector.record.imports.interface import (
    MOST_COMPONENTS,
    MOST_JUDGEMENTS,
    Answered,
    Component,
    Document,
    Judged,
    maps,
    some,
    table,
    text_of,
    too_many,
)
from inspector.record.verify import open_package
from inspector.review.proposals import Origin

_KINDS = {"model": "model", "dataset": "dataset", "model-file": "file", "dataset-file": "file"}
_UNVERIFIED = (
    "No trusted key verifies it. It was signed with a key that is not trusted here, or edited after it was "
    "signed; the two cannot be told apart."
)
_NEXT = "`inspector verify` says what is the matter with it; nothing was changed."


def read(path: Path, trust: Sequence[TrustedKey]) -> Document:
    """What the record at ``path`` (folder, zip, envelope or Sigstore bundle) says. UnreadableInput where it
    is no review record; one of which the signature does not hold is read all the same and says so."""
    shown = plain(str(path))
    try:
        package = open_package(path)
        try:
            name, raw = package.record()
            envelope = envelope_of(raw, plain(name))
        finally:
            if close := getattr(package, "close", None):
                close()
        statement = strict_json(envelope.payload, "the record", items=MAX_PAYLOAD_ITEMS)
    except (Refusal, Unreadable) as error:
        raise UnreadableInput(f"{shown} cannot be read: {error}", _NEXT) from None
    except ValueError:
        raise UnreadableInput(f"{shown} holds a record that is no JSON.", _NEXT) from None
    if (
        not isinstance(statement, dict)
        or statement.get("_type") != STATEMENT_TYPE
        or statement.get("predicateType") != REVIEW_TYPE
        or not isinstance(statement.get("predicate"), dict)
    ):
        raise UnreadableInput(f"{shown} is signed, and is no record of a review.", _NEXT)
    predicate = statement["predicate"]
    return Document(
        origin=_origin(path, predicate, envelope, trust),
        components=tuple(_components(predicate)),
        judged=tuple(_judged(predicate)),
        answered=tuple(_answered(predicate)),
    )


def _origin(
    path: Path, predicate: Mapping[str, Any], envelope: Envelope, trust: Sequence[TrustedKey]
) -> Origin:
    project = text_of(table(predicate.get("project")).get("id"))
    signed_at = text_of(predicate.get("signedAt"))
    claimed = [text_of(one.get("name")) for one in maps(predicate.get("reviewers"))]
    title = f"{text_of(predicate.get('recordId'))} of {project}, {text_of(predicate.get('decision'))}"
    key = next((one for one in trust if signature_holds(one.spki, envelope)), None)
    signature, why = "unverified", _UNVERIFIED
    if key is not None:
        refusal = _refusal(key, signed_at)
        signature = "verified" if refusal is None else "not-trusted"
        why = "" if refusal is None else refusal
    return Origin(
        kind="record",
        sha256=hashlib.sha256(envelope.payload).hexdigest(),
        file=path.name,
        title=title,
        made=signed_at,
        signature=signature,
        signer=key.principal if key is not None else text_of(claimed[0] if claimed else ""),
        keyid=key.keyid if key is not None else "",
        why=why,
    )


def _refusal(key: TrustedKey, signed_at: str) -> str | None:
    try:
        refusal = why_not_trusted(key, seconds(signed_at))
    except ValueError:
        return "It does not say when it was signed."
    return None if refusal is None else refusal.sentence


def _components(predicate: Mapping[str, Any]) -> list[Component]:
    """What the record lists as models, datasets and packages, with the licence that was seen then."""
    listed = maps(predicate.get("components"))
    if len(listed) > MOST_COMPONENTS:
        raise too_many("components", MOST_COMPONENTS)
    digests = _digests(predicate)
    found = []
    for one in listed:
        name = text_of(one.get("name"))
        found.append(
            Component(
                ref=text_of(one.get("bomRef")),
                name=name,
                kind=_KINDS.get(text_of(one.get("kind")), "other"),
                version=text_of(one.get("version")) or text_of(one.get("revision")),
                digests=some([digests.get(name, "")]),
                path=name if name in digests else "",
                licences=some([text_of(one.get("licence"))]),
            )
        )
    return found


def _digests(predicate: Mapping[str, Any]) -> dict[str, str]:
    """The files of the record by their path."""
    listed = maps(table(predicate.get("manifest")).get("files"))
    return {text_of(one.get("name")): text_of(one.get("sha256")) for one in listed}


def _judged(predicate: Mapping[str, Any]) -> list[Judged]:
    digests = _digests(predicate)
    components = {text_of(one.get("bomRef")): one for one in maps(predicate.get("components"))}
    exceptions: dict[str, Mapping[str, Any]] = {}
    for one in maps(predicate.get("exceptions")):
        covered = one.get("findings")
        exceptions.update((text_of(key), one) for key in (covered if isinstance(covered, list) else []))
    listed = maps(predicate.get("findings"))
    if len(listed) > MOST_JUDGEMENTS:
        raise too_many("findings", MOST_JUDGEMENTS)
    found = []
    for one in listed:
        key, state = text_of(one.get("id")), text_of(one.get("state"))
        if not key or state not in STATES:
            continue
        exception = exceptions.get(key, {}) if state == "accepted" else {}
        node = text_of(one.get("component"))
        paths = some((text_of(item.get("path")) for item in maps(one.get("evidence"))), 1000)
        component = components.get(node)
        found.append(
            Judged(
                finding=key,
                state=state,
                fingerprint=text_of(one.get("fingerprint")),
                because=text_of(exception.get("rationale")) or text_of(one.get("because")),
                expires=text_of(exception.get("expires"))[:10] or None,
                owner=text_of(exception.get("owner")),
                node=node,
                files=tuple((path, digests.get(path, "")) for path in paths),
                version=text_of(component.get("version")) if component else None,
                revision=text_of(component.get("revision")) if component else None,
                is_component=component is not None,
            )
        )
    return found


def _answered(predicate: Mapping[str, Any]) -> list[Answered]:
    return [
        Answered(
            question=text_of(one.get("id")),
            text=text_of(one.get("question")),
            answer=text_of(one.get("answer")),
            note=text_of(one.get("note")),
            evidence=some(text_of(item.get("name")) for item in maps(one.get("evidence"))),
        )
        for one in maps(table(predicate.get("checklist")).get("items"))
        if one.get("answer") in ANSWERS
    ]
