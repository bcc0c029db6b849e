"""SPDX 3.0 as JSON-LD: packages, AI packages, datasets and files, with what relationships say of licences.

The document is read as the flat ``@graph`` that SPDX's own context describes; no context is fetched and no
other one is understood, because a context can give every key another meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from inspector.record.imports.interface import Component, Document, licences_of, maps, table, text_of
from inspector.record.imports.spdx import document_of, sha256_of

_CONTEXT = re.compile(r"https://spdx\.(?:org|github\.io)/.*3\.0(?:\.\d+)?/spdx-context\.jsonld\Z")
_KINDS = {
    "software_Package": "other",
    "ai_AIPackage": "model",
    "dataset_DatasetPackage": "dataset",
    "software_File": "file",
}
_LICENSING = ("hasConcludedLicense", "hasDeclaredLicense")


def read(document: Mapping[str, Any], name: str, digest: str) -> Document:
    """What the document says. ValueError for a context other than SPDX's own."""
    if not _CONTEXT.match(text_of(document.get("@context"))):
        raise ValueError("its @context is not that of SPDX 3.0")
    elements = maps(document.get("@graph"))
    known = {text_of(one.get("spdxId")): one for one in elements if one.get("spdxId")}
    licences = _licences(elements, known)
    components = [_component(one, known, licences) for one in elements if text_of(one.get("type")) in _KINDS]
    creation = next((one for one in elements if one.get("type") == "CreationInfo"), {})
    return document_of(
        components,
        name,
        digest,
        version=text_of(creation.get("specVersion")) or "3.0",
        tool=_named(creation.get("createdUsing"), known),
        created=creation.get("created"),
    )


def _licences(elements: list[dict[str, Any]], known: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in elements:
        if one.get("relationshipType") not in _LICENSING:
            continue
        targets = one.get("to")
        for target in targets if isinstance(targets, list) else [targets]:
            licence = known.get(text_of(target), {})
            word = text_of(licence.get("simplelicensing_licenseExpression")) or text_of(licence.get("name"))
            found.setdefault(text_of(one.get("from")), []).append(word)
    return found


def _component(
    item: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], licences: Mapping[str, list[str]]
) -> Component:
    ref, kind = text_of(item.get("spdxId")), _KINDS[text_of(item.get("type"))]
    name = text_of(item.get("name"))
    return Component(
        ref=ref,
        name=name,
        kind=kind,
        version=text_of(item.get("software_packageVersion")),
        purl=_purl(item),
        digests=sha256_of(
            one.get("hashValue")
            for one in maps(item.get("verifiedUsing"))
            if one.get("algorithm") == "sha256"
        ),
        path=name.removeprefix("./").lstrip("/") if kind == "file" else "",
        licences=licences_of(licences.get(ref, [])),
        supplier=_named(item.get("suppliedBy"), known) or _named(item.get("originatedBy"), known),
    )


def _purl(item: Mapping[str, Any]) -> str:
    if purl := text_of(item.get("software_packageUrl")):
        return purl
    wanted = (
        one
        for one in maps(item.get("externalIdentifier"))
        if one.get("externalIdentifierType") == "packageUrl"
    )
    return next((text_of(one.get("identifier")) for one in wanted), "")


def _named(value: Any, known: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of the first element that ``value`` points at, or holds."""
    first = (value or [None])[0] if isinstance(value, list) else value
    if isinstance(first, dict):
        return text_of(first.get("name"))
    return text_of(table(known.get(text_of(first))).get("name"))
