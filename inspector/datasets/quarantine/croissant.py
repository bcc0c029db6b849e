"""The Croissant 1.1 description of a promoted set (JSON-LD of mlcommons/croissant, with its RAI vocabulary).

A column is described where the first rows agree on what it holds: texts, numbers, true and false, or lists of
one of these. Columns of objects are left out, and so is everything that a store does not know: licence,
citation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from inspector.datasets.quarantine.statement import TRAIN

VERSION = "1.0.0"  # of the set, which never changes; its name tells it from others
_TYPES: dict[type, str] = {str: "sc:Text", bool: "sc:Boolean", int: "sc:Integer", float: "sc:Float"}
_LIST = "[]"
_OTHER = "?"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
# The context of the specification, section "Appendix 1": terms of the Croissant vocabulary under their names.
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def note_columns(columns: dict[str, str], row: Mapping[str, Any]) -> None:
    """Adds to ``columns`` what kind of value the row has in each; one that is null says nothing."""
    for name, value in row.items():
        if value is None:
            continue
        kind = _kind(value)
        known = columns.setdefault(name, kind)
        if known != kind:
            columns[name] = "sc:Float" if {known, kind} == {"sc:Float", "sc:Integer"} else _OTHER


def _kind(value: Any) -> str:
    if type(value) is list:
        kinds = {_TYPES.get(type(one), _OTHER) for one in value}
        return kinds.pop() + _LIST if len(kinds) == 1 and _OTHER not in kinds else _OTHER
    return _TYPES.get(type(value), _OTHER)


def document(rows: int, train_sha256: str, size: int, made: str, columns: Mapping[str, str]) -> bytes:
    """The description of a set of ``rows`` rows whose file has this sha256 and ``size`` in bytes."""
    value = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": f"quarantine-{train_sha256[:12]}",
        "version": VERSION,
        "description": f"{rows} rows that were reviewed before they were promoted; manifest.json says how.",
        "datePublished": made[:10],
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": TRAIN,
                "name": TRAIN,
                "contentUrl": TRAIN,
                "contentSize": f"{size} B",
                "encodingFormat": "application/jsonlines",
                "sha256": train_sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "rows",
                "name": "rows",
                "field": [_field(place, *one) for place, one in enumerate(_described(columns))],
            }
        ],
        "rai:dataCollection": "Rows entered a quarantine store; each addition is an entry of its log.",
        "rai:dataAnnotationProtocol": "Rows were approved by people who had not contributed them.",
        "rai:dataReleaseMaintenancePlan": "The set never changes; a withdrawal is an entry of the log.",
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _described(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind in columns.items() if kind != _OTHER]


def _field(place: int, name: str, kind: str) -> dict[str, Any]:
    lists = {"isArray": True, "arrayShape": "-1"} if kind.endswith(_LIST) else {}
    return {
        "@type": "cr:Field",
        "@id": f"rows/{name}" if _PLAIN_NAME.match(name) else f"rows/.{place}",
        "name": name,
        "dataType": kind.removesuffix(_LIST),
        **lists,
        "source": {"fileObject": {"@id": TRAIN}, "extract": {"column": name}},
    }
