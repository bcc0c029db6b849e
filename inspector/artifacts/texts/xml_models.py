"""XML that a model loader reads: PMML (DMG, 4.x) and the intermediate representation of OpenVINO.

The text is only stepped through. A document type or an entity of its own makes readers fetch and expand what
the author wants (CWE-611, CWE-776), and neither format needs one.
"""

from __future__ import annotations

import re
from xml.parsers import expat  # events only; every entity is refused before it is expanded

from inspector.artifacts.bytesource import head
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit, spend_work
from inspector.artifacts.texts.encoding import utf8
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_LOOKED_INTO = 64 * 1024
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
)
_STEP = 256 * 1024
_MAX_SIZE = 256 << 20
_MAX_DEPTH = 500
_ELEMENT_WORK = 700
_PAID_AT_ONCE = 1_000  # elements
_ROOT = re.compile(rb"<(?:\w+:)?(PMML|net|Net)[\s>]")
# Operator sets that OpenVINO brings itself. "extension" marks one of somebody's library.
_OPSETS = re.compile(r"(?:opset\d{1,2}|experimental|ie_internal_opset|gpu_opset|cpu_plugin_opset|util)?\Z")
_WITH_SETS = 10  # the edition of OpenVINO's networks from which on every layer names its operator set
_CLASS_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2,}\Z")


class _Refused(Exception):
    """The document declares a type or an entity, or is nested too deeply. The message is a sentence."""


def looks_like_model(source: ByteSource) -> str | None:
    """ "pmml", "openvino-ir" or None, by the first element."""
    start = _decoded(head(source, _LOOKED_INTO))
    match = _ROOT.search(start)
    if match is None or b"<" not in start[:200]:
        return None
    before = re.sub(rb"<[?!][^>]*>|<!--.*?-->|\[[^\]]*\]>?", b"", start[: match.start()], flags=re.S)
    if b"<" in before and b"<!" not in start[: match.start()]:
        return None
    if match.group(1) == b"PMML":
        return "pmml"
    rest = start[match.start() : match.start() + 2000]
    return "openvino-ir" if b"<layer" in rest or b"version=" in rest else None


def _decoded(start: bytes) -> bytes:
    """The beginning of a text in UTF-8: XML is written in UTF-16 and UTF-32 as well (XML 1.0, appendix F)."""
    wide = next((name for begin, name in _WIDE if start.startswith(begin)), None)
    if wide is not None:
        return start[: len(start) // 4 * 4].decode(wide, "replace").encode("utf-8", "replace")
    return utf8(start)


def read_wide_xml(source: ByteSource, path: str) -> Artifact | None:
    """The verdict on a model in a text of wide letters that no mark tells; None where it is none."""
    word = looks_like_model(source)
    if word is None and path.lower().endswith(".pmml") and _decoded(head(source, 64)).lstrip()[:1] == b"<":
        word = "pmml"
    return read_model_xml(source, word) if word is not None else None


def read_model_xml(source: ByteSource, word: str) -> Artifact:
    """The verdict on a PMML document or an OpenVINO network."""
    judgement = Judgement()
    counts: dict[str, int] = {}
    depth = seen = edition = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, seen, edition
        depth += 1
        seen += 1
        if seen % _PAID_AT_ONCE == 0:
            spend_work(_PAID_AT_ONCE * _ELEMENT_WORK)
        if depth > _MAX_DEPTH:
            raise _Refused("Its elements are nested too deeply.")
        name = name.rsplit(":", 1)[-1]
        if name in counts or len(counts) < 1000:
            counts[name] = counts.get(name, 0) + 1
        if word == "pmml":
            _pmml(name, attributes, judgement)
        else:
            if name == "net":
                edition = max(edition, _number(attributes.get("version", "")))
            _openvino(name, attributes, edition >= _WITH_SETS, judgement)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise _Refused("It declares a document type or an entity, which no model needs.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    try:
        _feed(parser, source)
    except (_Refused, expat.ExpatError, LookupError, ValueError) as broken:
        # The last two are of encodings that the parser does not know.
        why = str(broken) if isinstance(broken, _Refused) else "The text is no well-formed XML."
        judgement.note(Loading.UNREADABLE, "broken-xml", f"The model cannot be read to its end. {why}")
    except OverLimit as over:
        judgement.note(Loading.UNREADABLE, "over-limit", str(over))
    facts = {"layers": counts.get("layer", 0)} if word == "openvino-ir" else {}
    return judgement.artifact(word, Loading.DATA_ONLY, facts)


def _feed(parser: expat.XMLParserType, source: ByteSource) -> None:
    if source.size > _MAX_SIZE:
        raise _Refused("It is longer than 256 MB.")
    at = 0
    while at < source.size:
        part = source.read_at(at, min(_STEP, source.size - at))
        at += len(part)
        parser.Parse(part, at >= source.size)


def _number(told: str) -> int:
    """The edition of a network; one that nobody can read counts as the newest."""
    return int(told) if told.isdecimal() and len(told) < 9 else _WITH_SETS


def _openvino(name: str, attributes: dict[str, str], has_sets: bool, judgement: Judgement) -> None:
    is_layer = name == "layer" and ("id" in attributes or "type" in attributes)
    if is_layer and has_sets and not attributes.get("version"):
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The network has a layer {plain(attributes.get('type', ''), 100)!r} of no operator set: nothing "
            "tells whether it needs a native library from elsewhere.",
        )
    if name == "layer" and not _OPSETS.match(attributes.get("version", "")):
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The network has a layer {plain(attributes.get('type', ''), 100)!r} of the operator set "
            f"{plain(attributes.get('version', ''), 100)!r}: that needs a native library from elsewhere.",
        )
    for key in ("library", "extension_path", "so_path"):
        if key in attributes:
            judgement.note(
                Loading.RUNS_CODE,
                "native-library",
                f"The network names the native library {plain(attributes[key], 200)!r}.",
            )


def _pmml(name: str, attributes: dict[str, str], judgement: Judgement) -> None:
    if name == "Apply" and _CLASS_NAME.match(attributes.get("function", "")):
        judgement.note(
            Loading.UNREADABLE,
            "custom-function",
            f"The model calls {plain(attributes['function'], 200)}, a class of the program that loads it.",
        )
    elif name == "Extension" and re.search(
        r"script|code|class|python|javascript|groovy|expression", attributes.get("name", ""), re.I
    ):
        judgement.note(
            Loading.UNREADABLE,
            "extension",
            f"The model has an extension {plain(attributes['name'], 100)!r}, which may be taken for code.",
        )
    elif name in ("script", "Script"):
        judgement.note(Loading.RUNS_CODE, "script", "The model holds a script.")
