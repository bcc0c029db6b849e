"""SPDX 2.2 and 2.3, as JSON and as tag-value text: packages and files with licences, suppliers, digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from inspector.record.imports.interface import Component, Document, licences_of, maps, table, text_of
from inspector.record.imports.spdx import document_of, sha256_of

_NOTHING = ("NOASSERTION", "NONE", "")
MOST_LINE = 100_000  # characters of one tag-value line
MOST_BLOCK = 4 << 20  # characters of one <text> block, which may run over many lines


def read(document: Mapping[str, Any], name: str, digest: str) -> Document:
    """What the document says. ValueError for a version whose meaning is not known here."""
    version = text_of(document.get("spdxVersion"))
    if version not in ("SPDX-2.2", "SPDX-2.3"):
        raise ValueError(
            f"it is {version or 'SPDX without a version'}; SPDX-2.2, SPDX-2.3 and SPDX 3.0 are read"
        )
    creation = table(document.get("creationInfo"))
    creators = creation.get("creators")
    listed = creators if isinstance(creators, list) else []
    tools = [text_of(one).removeprefix("Tool:").strip() for one in listed if text_of(one).startswith("Tool:")]
    components = [_package(one) for one in maps(document.get("packages"))]
    components += [_file(one) for one in maps(document.get("files"))]
    return document_of(
        components,
        name,
        digest,
        version=version.removeprefix("SPDX-"),
        tool=tools[0] if tools else "",
        created=creation.get("created"),
    )


def _package(item: Mapping[str, Any]) -> Component:
    purls = [
        text_of(one.get("referenceLocator"))
        for one in maps(item.get("externalRefs"))
        if one.get("referenceType") == "purl"
    ]
    purpose = text_of(item.get("primaryPackagePurpose"))
    return Component(
        ref=text_of(item.get("SPDXID")),
        name=text_of(item.get("name")),
        kind="file" if purpose == "FILE" else "other",
        version=text_of(item.get("versionInfo")),
        purl=purls[0] if purls else "",
        digests=_digests(item),
        licences=licences_of(text_of(item.get(key)) for key in ("licenseConcluded", "licenseDeclared")),
        supplier=_agent(item.get("supplier")) or _agent(item.get("originator")),
    )


def _file(item: Mapping[str, Any]) -> Component:
    path = text_of(item.get("fileName")).removeprefix("./").lstrip("/")
    return Component(
        ref=text_of(item.get("SPDXID")),
        name=path,
        kind="file",
        digests=_digests(item),
        path=path,
        licences=licences_of([text_of(item.get("licenseConcluded"))]),
    )


def _digests(item: Mapping[str, Any]) -> tuple[str, ...]:
    listed = maps(item.get("checksums"))
    return sha256_of(one.get("checksumValue") for one in listed if one.get("algorithm") == "SHA256")


def _agent(value: Any) -> str:
    """``Organization: Acme (mail)`` or ``Person: …`` as the name alone."""
    text = text_of(value)
    if text in _NOTHING:
        return ""
    return re.sub(r"\s*\([^()]*\)\Z", "", text.partition(":")[2].strip() or text)


# Tag-value (SPDX 2.3, annex on formats): one "Tag: value" a line, long values between <text> and </text>.

_PACKAGE = {
    "PackageVersion": "versionInfo",
    "PackageSupplier": "supplier",
    "PackageOriginator": "originator",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
    "SPDXID": "SPDXID",
}
_FILE = {"LicenseConcluded": "licenseConcluded", "SPDXID": "SPDXID"}


def from_tag_value(text: str) -> dict[str, Any]:
    """The document in the shape of its JSON form, as far as ``read`` looks at it."""
    packages: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    creators: list[str] = []
    document: dict[str, Any] = {"packages": packages, "files": files, "creationInfo": {"creators": creators}}
    item: dict[str, Any] = {}
    names: Mapping[str, str] = {}
    for tag, value in _pairs(text):
        if tag == "SPDXVersion":
            document["spdxVersion"] = value
        elif tag == "Creator":
            creators.append(value)
        elif tag == "Created":
            document["creationInfo"]["created"] = value
        elif tag == "PackageName":
            item, names = {"name": value}, _PACKAGE
            packages.append(item)
        elif tag == "FileName":
            item, names = {"fileName": value}, _FILE
            files.append(item)
        elif tag in ("SnippetSPDXID", "LicenseID", "Relationship", "Annotator"):
            item, names = {}, {}
        elif tag in names:
            item.setdefault(names[tag], value)
        elif tag in ("PackageChecksum", "FileChecksum") and names:
            algorithm, _, digest = value.partition(":")
            row = {"algorithm": algorithm.strip(), "checksumValue": digest.strip()}
            item.setdefault("checksums", []).append(row)
        elif tag == "ExternalRef" and names is _PACKAGE:
            words = value.split()
            if len(words) == 3:
                row = {"referenceType": words[1], "referenceLocator": words[2]}
                item.setdefault("externalRefs", []).append(row)
    return document


def _pairs(text: str) -> list[tuple[str, str]]:
    """Every tag with its value. ValueError where a line is too long or a <text> block does not end."""
    found: list[tuple[str, str]] = []
    lines = iter(text.splitlines())
    for line in lines:
        if len(line) > MOST_LINE:
            raise ValueError("it holds a line that is longer than is read")
        tag, colon, value = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        value = value.strip()
        if value.startswith("<text>"):
            block, size = [value], len(value)
            while "</text>" not in block[-1]:
                more = next(lines, None)
                if more is None or size > MOST_BLOCK:
                    raise ValueError("a <text> in it does not end")
                block.append(more)
                size += len(more) + 1
            value = "\n".join(block).removeprefix("<text>").partition("</text>")[0].strip()
        found.append((tag.strip(), value))
    return found
