"""One requirement as text, put into words: which package, how firmly, and from where.

The grammar is that of PEP 508 (names, extras, specifiers, markers) and PEP 440 (versions), plus what pip
accepts beside it: addresses, paths and version control links. ``packaging`` judges what the quick pattern
does not know at once; a million lines would take it half a minute, the pattern takes seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from inspector.dependencies.interface import Requirement
from inspector.provenance import Pin

MAX_TEXT = 500  # characters of a line that are kept as evidence
MAX_LENGTH = 8_000  # characters of one requirement, without its options; the longest in use have 300
MAX_FILE_NAME = 255  # what file systems allow; the pattern for archives is quadratic beyond
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"(?P<name>{_NAME})[ \t]*+(?:\[(?P<extras>[A-Za-z0-9._, \t-]*)\])?[ \t]*+"
    r"(?:(?P<operator>===|==|~=|!=|>=|<=|>|<)[ \t]*+(?P<version>[A-Za-z0-9.*+!_-]+))?[ \t]*+\Z"
)
_CLAUSES = re.compile(
    rf"{_NAME}[ \t]*+(?:\[[A-Za-z0-9._, \t-]*\])?[ \t]*+"
    r"(?P<clauses>(?:(?:===|==|~=|!=|>=|<=|>|<)[ \t]*+[A-Za-z0-9.*+!_-]++[ \t]*+(?:,[ \t]*+|\Z))*+)\Z"
)
_OPERATOR = re.compile(r"(===|==|~=|!=|>=|<=|>|<)[ \t]*+(.*)\Z")
# A version that pip itself would refuse (``==2012c-final``) is still one clause: the shape is told, and
# the audit later says that it cannot ask about it.
_DIRECT = re.compile(
    rf"(?P<name>{_NAME})[ \t]*+(?:\[(?P<extras>[^\]]*)\])?[ \t]*+@[ \t]*+(?P<url>\S.*)\Z", re.DOTALL
)
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|file:|git@", re.IGNORECASE)
_LOCAL = re.compile(r"\.{1,2}(?:[/\\\[]|\Z)|[/\\~]|[A-Za-z]:[\\/]|file:", re.IGNORECASE)
_ARCHIVE = re.compile(
    r"[^\s;]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)(?:[ \t]*+[;\[].*)?\Z", re.IGNORECASE
)
_COMMIT = re.compile(r"[0-9a-fA-F]{40}\Z")
_HASH_FRAGMENT = re.compile(r"(?:\A|&)(?:sha256|sha384|sha512)=[0-9a-fA-F]{64,128}(?:&|\Z)")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")  # the only form that pip expands
_SEPARATORS = re.compile(r"[-_.]+")
# What begins a marker (PEP 508), for one that stands behind an address without white space before it.
_MARKER = re.compile(
    r"[\s(]*(?:python_(?:full_)?version|os_name|sys_platform|platform_\w+|implementation_\w+|extra|'|\")"
)
_NUMBER = re.compile(r"===?\s*v?\d")
_WHEEL_OR_SDIST = re.compile(rf"(?P<name>{_NAME}?)-\d[^/]*\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)\Z")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one requirement says. ``shape`` is a word of ``Requirement.shape``."""

    shape: str
    name: str | None = None
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str | None = None


def normal_name(name: str) -> str:
    """The name as indexes compare it (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def shape_of(text: str) -> Shape:
    """``text`` (one requirement without comment and options) in words; shape ``unread`` where it is none."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        return Shape("unread", None, text[:MAX_TEXT])
    known = _PLAIN.match(text)
    if known and (known.group("operator") or not _ARCHIVE.match(text)):
        operator, version = known.group("operator"), known.group("version")
        return Shape(
            _clause_shape(operator, version),
            normal_name(known.group("name")),
            f"{operator}{version}" if operator else "",
            _extras(known.group("extras")),
        )
    direct = _DIRECT.match(text)
    if direct:
        url, marker = _split_marker(direct.group("url"), url=True)
        extras = _extras(direct.group("extras"))
        return Shape(link_shape(url), normal_name(direct.group("name")), url, extras, marker)
    if is_link(text):
        link, marker = _split_marker(text, url=True)
        return Shape(link_shape(link), name_of_link(link), link, (), marker)
    if _VARIABLE.search(text):
        return _with_variable(text)
    return _by_grammar(text)


def shape_in_passing(text: str) -> str:
    """The shape of ``text`` alone, without a look at its marker: for lines that are counted and not kept,
    where the grammar's full check would take minutes for a million of them."""
    body = text.partition(";")[0].strip()
    clauses = _CLAUSES.match(body) if len(body) <= MAX_LENGTH and not is_link(body) else None
    if clauses is None:
        return shape_of(text).shape
    parts = [part.strip() for part in clauses.group("clauses").split(",") if part.strip()]
    if len(parts) > 1:
        return "wildcard" if any(re.match(r"==(?!=).*\.\*\Z", part) for part in parts) else "range"
    one = _OPERATOR.match(parts[0]) if parts else None
    return _clause_shape(one.group(1), one.group(2)) if one else "bare"


def link_shape(link: str) -> str:
    """local, vcs40 or url, for an address or a path as pip takes it."""
    if _LOCAL.match(link) or not (_URL.match(link) or _VCS.match(link)):
        return "local"
    return "vcs40" if commit_of(link) else "url"


def commit_of(link: str) -> str | None:
    """The full commit that a version control link names after its last ``@``, else None."""
    if not _VCS.match(link):
        return None
    place = link.split("#", 1)[0].split("?", 1)[0]
    revision = place.rpartition("@")[2]
    # Without a path before it, the ``@`` would be the one of ``user@host``.
    return revision.lower() if _COMMIT.match(revision) and place.count("/") > 2 else None


def has_hash(link: str) -> bool:
    """True where the link carries a checked hash in its fragment, as pip compares it."""
    return _HASH_FRAGMENT.search(link.partition("#")[2]) is not None


def is_link(text: str) -> bool:
    """True for what pip would take for an address or a path, not for a name."""
    return bool(_URL.match(text) or _VCS.match(text) or _LOCAL.match(text) or _ARCHIVE.match(text))


def name_of_link(link: str) -> str | None:
    """The package a link names: its ``egg`` fragment, its archive's name, or its repository's. The last
    two are what the sender of the link calls it; the archive itself may say otherwise."""
    place, _, fragment = link.partition("#")
    for part in fragment.split("&"):
        key, _, value = part.partition("=")
        egg = re.match(_NAME, unquote(value)) if key == "egg" else None
        if egg:
            return normal_name(egg.group())
    try:
        path = urlsplit(place).path if _URL.match(place) else place
    except ValueError:
        return None
    last = unquote(path).replace("\\", "/").rstrip("/").rpartition("/")[2]
    archive = _WHEEL_OR_SDIST.match(last) if len(last) <= MAX_FILE_NAME else None
    if archive:
        return normal_name(archive.group("name"))
    if not _VCS.match(place):
        return None
    repository = re.match(_NAME, last.partition("@")[0].removesuffix(".git"))
    return normal_name(repository.group()) if repository else None


def holds_variable(text: str) -> bool:
    """True where pip would put the value of an environment variable into ``text``."""
    return _VARIABLE.search(text) is not None


def requirement(
    text: str,
    section: str,
    line: int | None,
    *,
    shown: str | None = None,
    hashed: bool = False,
    source: str | None = None,
) -> Requirement:
    """The Requirement that ``text`` states in ``section``. ``shown`` is the evidence, where it is longer."""
    found = shape_of(text)
    return Requirement(
        name=found.name,
        section=section,
        shape=found.shape,
        specifier=found.specifier[:MAX_TEXT],
        line=line,
        text=(shown if shown is not None else text)[:MAX_TEXT],
        hashed=hashed,
        marker=found.marker,
        extras=found.extras,
        source=source,
    )


def pin_of(item: Requirement) -> Pin:
    """The contract's word for how firmly one requirement names its package."""
    if item.shape == "editable" or item.source is not None:
        link = item.source if item.source is not None else item.specifier
        if holds_variable(link):
            return Pin.UNDETERMINED
        return _PIN_OF_SHAPE[link_shape(link)] if not has_hash(link) else Pin.DIGEST
    if holds_variable(item.specifier) and item.shape != "vcs40":
        return Pin.UNDETERMINED
    if item.hashed or (item.shape == "url" and has_hash(item.specifier)):
        return Pin.DIGEST
    if item.shape == "exact" and item.ecosystem == "PyPI" and not _names_a_version(item.specifier):
        return Pin.UNDETERMINED
    return _PIN_OF_SHAPE[item.shape]


def exact_version(item: Requirement) -> str | None:
    """The one version the requirement allows, as written, else None."""
    if item.shape != "exact" or item.source is not None or holds_variable(item.specifier):
        return None
    return item.specifier.lstrip("=").strip() or None


def _names_a_version(specifier: str) -> bool:
    # "==latest" is a clause that no installer takes; "===" compares text, whatever it is.
    return bool(_NUMBER.match(specifier) or re.match(r"===\s*\S", specifier))


_PIN_OF_SHAPE = {
    "exact": Pin.VERSION,
    "wildcard": Pin.MOVABLE,
    "range": Pin.MOVABLE,
    "bare": Pin.NONE,
    "url": Pin.MOVABLE,
    "vcs40": Pin.COMMIT,
    "local": Pin.LOCAL,
    "unread": Pin.UNDETERMINED,
}


def _clause_shape(operator: str | None, version: str | None) -> str:
    if operator is None or version is None:
        return "bare"
    if operator == "===":
        return "exact"  # arbitrary equality: a star in it is a star, not a wildcard (PEP 440)
    if operator == "==":
        return "wildcard" if "*" in version else "exact"
    return "range"


def _extras(text: str | None) -> tuple[str, ...]:
    return tuple(sorted({normal_name(part.strip()) for part in (text or "").split(",") if part.strip()}))


def _split_marker(text: str, *, url: bool = False) -> tuple[str, str | None]:
    # In a direct reference the marker has to stand after white space (PEP 508): ";" may be in the URL.
    body, found, marker = text.partition(" ;" if url else ";")
    if url and not found:
        body, found, marker = text.partition("; ")
    if url and not found:
        body, found, marker = text.partition(";")
        if not _MARKER.match(marker):
            return text.strip(), None
    return body.strip(), marker.strip() or None if found else None


def _with_variable(text: str) -> Shape:
    body, marker = _split_marker(text)
    name = re.match(rf"({_NAME})[ \t]*+(?:\[[^\]]*\])?[ \t]*+(?:[=<>!~@]|\Z)", body)
    if name is None:
        return Shape("range", None, body, (), marker)
    return Shape("range", normal_name(name.group(1)), body[name.end(1) :].strip(), (), marker)


def _by_grammar(text: str) -> Shape:
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Grammar

    body, marker = _split_marker(text)
    if marker is None and text.endswith(";"):
        return shape_of(body)  # pip takes a semicolon without a marker
    quick = _PLAIN.match(body) if marker else None
    try:
        read = Grammar(f"{quick.group('name')}; {marker}" if quick else text)
    except (InvalidRequirement, RecursionError):
        return Shape("unread", None, text)
    if quick:
        operator, version = quick.group("operator"), quick.group("version")
        clause = f"{operator}{version}" if operator else ""
        extras = _extras(quick.group("extras"))
        return Shape(_clause_shape(operator, version), normal_name(read.name), clause, extras, marker)
    clauses = list(read.specifier)
    if len(clauses) == 1:
        shape = _clause_shape(clauses[0].operator, clauses[0].version)
    elif any(clause.operator == "==" and clause.version.endswith(".*") for clause in clauses):
        shape = "wildcard"
    else:
        shape = "range" if clauses else "bare"
    extras = tuple(sorted(normal_name(extra) for extra in read.extras))
    return Shape(
        shape, normal_name(read.name), str(read.specifier), extras, str(read.marker) if read.marker else None
    )
