"""The score of a CVSS vector as a word (FIRST, CVSS v3.1 specification, sections 7.1 and 5; v4.0, 6)."""

from __future__ import annotations

import math

from inspector.dependencies.advisories.cvss4 import score_of_v4

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def score(vector: str) -> float | None:
    """The score of a vector of version 3.0, 3.1 or 4.0; None for any other text."""
    return score_of_v4(vector) if vector.lstrip().startswith("CVSS:4.0/") else base_score(vector)


def base_score(vector: str) -> float | None:
    """The base score, 0.0 to 10.0, of a v3 vector; None for any other text."""
    head, *parts = vector.strip().split("/")
    if head not in ("CVSS:3.0", "CVSS:3.1"):
        return None
    metrics = dict(part.partition(":")[::2] for part in parts)
    try:
        weight = {name: table[metrics[name]] for name, table in _WEIGHTS.items()}
        changed = {"U": False, "C": True}[metrics["S"]]
        privileges = _PRIVILEGES[metrics["S"]][metrics["PR"]]
    except KeyError:
        return None
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    total = 1.08 * (impact + exploitability) if changed else impact + exploitability
    return _round_up(min(total, 10.0))


def severity_of_score(score: float) -> str:
    """The contract's word for a score; 0.0 is info."""
    for least, name in ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low")):
        if score >= least:
            return name
    return "info"


def _round_up(value: float) -> float:
    # Appendix A of the specification: in whole numbers, because 8.6 may be 8.600000000000001.
    scaled = round(value * 100_000)
    return scaled / 100_000 if scaled % 10_000 == 0 else (math.floor(scaled / 10_000) + 1) / 10
