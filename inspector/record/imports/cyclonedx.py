"""CycloneDX in JSON (ECMA-424, 1.2 to 1.7): components, nested ones too, and what VEX says of advisories."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from inspector.record.imports.interface import (
    MOST_COMPONENTS,
    MOST_JUDGEMENTS,
    Assessed,
    Component,
    Document,
    licences_of,
    maps,
    some,
    table,
    text_of,
    too_many,
)
from inspector.review.proposals import Origin

_VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_KINDS = {"machine-learning-model": "model", "data": "dataset", "file": "file"}
_HEX = re.compile(r"[0-9a-f]{64}\Z")
# The word of an analysis (vulnerabilities[].analysis.state) as the state of a finding. What is resolved and
# found here all the same is not settled; in_triage says nothing.
_STATES = {"exploitable": "confirmed", "false_positive": "false-positive", "not_affected": "not-applicable"}
_LINK = re.compile(r"urn:cdx:([0-9a-f-]{36})/\d+#(.+)\Z", re.DOTALL)  # BOM-Link


def read(bom: Mapping[str, Any], name: str, digest: str) -> Document:
    """What the BOM says. ValueError for a version whose meaning is not known here."""
    version = text_of(bom.get("specVersion"))
    if version not in _VERSIONS:
        raise ValueError(f"it is CycloneDX {version or 'without a version'}; {_VERSIONS[0]} to 1.7 are read")
    metadata = table(bom.get("metadata"))
    made_by = _tool(metadata)
    title = f"CycloneDX {version}" + (f" by {made_by}" if made_by else "")
    notes = []
    if "signature" in bom:
        notes.append("It holds a signature of its own (JSF), which was not checked.")
    if "declarations" in bom:
        notes.append("Its declarations and attestations were not taken.")
    components = _components(bom, metadata)
    return Document(
        origin=Origin("cyclonedx", digest, name, title, text_of(metadata.get("timestamp"))),
        components=tuple(components),
        assessed=tuple(_assessed(bom, components)),
        notes=tuple(notes),
    )


def _tool(metadata: Mapping[str, Any]) -> str:
    tools = metadata.get("tools")
    listed = maps(table(tools).get("components")) if isinstance(tools, dict) else maps(tools)
    return " ".join(text_of(listed[0].get(key)) for key in ("name", "version")).strip() if listed else ""


def _components(bom: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Component]:
    """All components, those inside others too; breadth first, so that depth costs no stack."""
    waiting = deque([*maps([metadata.get("component")]), *maps(bom.get("components"))])
    found: list[Component] = []
    while waiting:
        item = waiting.popleft()
        if len(found) >= MOST_COMPONENTS:
            raise too_many("components", MOST_COMPONENTS)
        waiting.extend(maps(item.get("components")))
        found.append(_component(item))
    return found


def _component(item: Mapping[str, Any]) -> Component:
    group, name = text_of(item.get("group")), text_of(item.get("name"))
    kind = _KINDS.get(text_of(item.get("type")), "other")
    digests = [
        text_of(one.get("content")).lower() for one in maps(item.get("hashes")) if one.get("alg") == "SHA-256"
    ]
    return Component(
        ref=text_of(item.get("bom-ref")),
        name=f"{group}/{name}" if group else name,
        kind=kind,
        version=text_of(item.get("version")),
        purl=text_of(item.get("purl")),
        digests=some(one for one in digests if _HEX.match(one)),
        path=name if kind == "file" else "",
        licences=licences_of(_licences(item.get("licenses"))),
        supplier=_supplier(item),
    )


def _licences(value: Any) -> list[str]:
    found = []
    for one in maps(value):
        licence = table(one.get("license"))
        found.append(
            text_of(one.get("expression")) or text_of(licence.get("id")) or text_of(licence.get("name"))
        )
    return found


def _supplier(item: Mapping[str, Any]) -> str:
    """Who supplied it, else who made or published it (the fields of 1.2 to 1.7, in that order)."""
    for key in ("supplier", "manufacturer"):
        if named := text_of(table(item.get(key)).get("name")):
            return named
    people = [text_of(one.get("name")) for one in maps(item.get("authors"))]
    return next(
        (one for one in (*people, text_of(item.get("publisher")), text_of(item.get("author"))) if one), ""
    )


def _assessed(bom: Mapping[str, Any], components: list[Component]) -> list[Assessed]:
    serial = text_of(bom.get("serialNumber")).removeprefix("urn:uuid:")
    refs = {one.ref for one in components}
    found: list[Assessed] = []
    for item in maps(bom.get("vulnerabilities")):
        analysis = table(item.get("analysis"))
        ids = some(
            [text_of(item.get("id")), *(text_of(one.get("id")) for one in maps(item.get("references")))]
        )
        said = [text_of(analysis.get(key)) for key in ("detail", "justification")]
        because = "; ".join(one for one in said if one)
        for place in maps(item.get("affects")):
            if len(found) >= MOST_JUDGEMENTS:
                raise too_many("assessed advisories", MOST_JUDGEMENTS)
            ref = _ref(text_of(place.get("ref")), serial, refs)
            state = _STATES.get(text_of(analysis.get("state")), "")
            found.append(Assessed(ids, ref, state, because))
    return found


def _ref(text: str, serial: str, refs: set[str]) -> str:
    """The component that is meant, or the package URL that a link into another BOM ends with; else ""."""
    link = _LINK.match(text)
    if link is None:
        return text
    inner = link[2] if link[2] in refs else unquote(link[2])
    if link[1] == serial or inner.startswith("pkg:"):
        return inner
    return ""
