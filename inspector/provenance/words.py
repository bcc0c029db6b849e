"""The words of the contract. A word here keeps its meaning for good: other programs rely on it."""

from __future__ import annotations

from enum import StrEnum


class Pin(StrEnum):
    """How firmly a reference names what it names."""

    DIGEST = "digest"
    COMMIT = "commit"
    VERSION = "version"
    MOVABLE = "movable"
    NONE = "none"
    LOCAL = "local"
    UNDETERMINED = "undetermined"

    @property
    def is_unpinned(self) -> bool:
        """What the window marks with the open padlock."""
        return self in (Pin.MOVABLE, Pin.NONE)


class Loading(StrEnum):
    """What opening a file in its usual loader can do."""

    DATA_ONLY = "data-only"
    ALLOW_LISTED = "allow-listed"
    LIBRARY = "library"
    UNKNOWN_IMPORT = "unknown-import"
    RUNS_CODE = "runs-code"
    UNREADABLE = "unreadable"
    NOT_UNDERSTOOD = "not-understood"
    NO_LOADER = "no-loader"


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info: larger is worse."""
        return _SEVERITY_RANK[self]


class State(StrEnum):
    """What the reviewer decided of a finding, in the order of the keys 1 to 6."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    FIXED = "fixed"
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false-positive"
    NOT_APPLICABLE = "not-applicable"

    @property
    def needs_reason(self) -> bool:
        return self in (State.ACCEPTED, State.FALSE_POSITIVE, State.NOT_APPLICABLE)

    @property
    def needs_expiry(self) -> bool:
        return self is State.ACCEPTED


class Confidence(StrEnum):
    """How sure the program is of a finding."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class NodeKind(StrEnum):
    PROJECT = "project"
    MODEL = "model"
    MODEL_FILE = "model-file"
    DATASET = "dataset"
    DATASET_FILE = "dataset-file"
    PACKAGE = "package"
    MANIFEST = "manifest"
    CODE = "code"
    CONTAINER_IMAGE = "container-image"
    OWNER = "owner"


class EdgeKind(StrEnum):
    CONTAINS = "contains"
    REFERENCES = "references"
    LOADS = "loads"
    DERIVED_FROM = "derived-from"
    TRAINED_ON = "trained-on"
    DEPENDS_ON = "depends-on"
    DECLARED_IN = "declared-in"
    PUBLISHED_BY = "published-by"


class Audit(StrEnum):
    """What the vulnerability audit could say of one package."""

    VULNERABLE = "vulnerable"
    NO_ADVISORY = "no-advisory"
    NOT_IN_DATABASE = "not-in-database"
    NOT_AUDITED = "not-audited"


_SEVERITY_RANK = {severity: 4 - place for place, severity in enumerate(Severity)}

# Where two statements about one thing disagree, the one that promises less stands.
_LOADING_WORST_FIRST = (
    Loading.RUNS_CODE,
    Loading.UNREADABLE,
    Loading.UNKNOWN_IMPORT,
    Loading.NOT_UNDERSTOOD,
    Loading.LIBRARY,
    Loading.ALLOW_LISTED,
    Loading.DATA_ONLY,
    Loading.NO_LOADER,
)
_PIN_WEAKEST_FIRST = (
    Pin.NONE,
    Pin.MOVABLE,
    Pin.UNDETERMINED,
    Pin.VERSION,
    Pin.COMMIT,
    Pin.DIGEST,
    Pin.LOCAL,
)


def worse_loading(one: Loading | None, other: Loading | None) -> Loading | None:
    """The verdict of the two that promises less; None says nothing."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=_LOADING_WORST_FIRST.index)


def weaker_pin(one: Pin | None, other: Pin | None) -> Pin | None:
    """The pin of the two that holds less; None says nothing."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=_PIN_WEAKEST_FIRST.index)


def worse_severity(one: Severity | None, other: Severity | None) -> Severity | None:
    """The graver of the two; None says nothing."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda severity: severity.rank)
