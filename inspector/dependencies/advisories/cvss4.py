"""The score of a CVSS version 4.0 vector (FIRST, CVSS v4.0 specification, section 8).

Version 4 has no formula. A vector belongs to one of 270 sets of like severity ("MacroVectors"), each with
a score that experts gave; inside its set a vector loses a part of the way to the next lower sets, by how
far it lies from the gravest vectors of the set. Distances are counted in whole steps and scores in exact
fractions, so that the one rounding at the end is the specification's and not the machine's.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

# Section 8.3: the first four digits of a MacroVector (EQ1 to EQ4), then its last two with the score.
_SCORES = """
0000 00=10 01=9.9 10=9.8 11=9.5 20=9.5 21=9.2
0001 00=10 01=9.6 10=9.3 11=8.7 20=9.1 21=8.1
0002 00=9.3 01=9 10=8.9 11=8 20=8.1 21=6.8
0010 00=9.8 01=9.5 10=9.5 11=9.2 20=9 21=8.4
0011 00=9.3 01=9.2 10=8.9 11=8.1 20=8.1 21=6.5
0012 00=8.8 01=8 10=7.8 11=7 20=6.9 21=4.8
0020 01=9.2 11=8.2 21=7.2
0021 01=7.9 11=6.9 21=5
0022 01=6.9 11=5.5 21=2.7
0100 00=9.9 01=9.7 10=9.5 11=9.2 20=9.2 21=8.5
0101 00=9.5 01=9.1 10=9 11=8.3 20=8.4 21=7.1
0102 00=9.2 01=8.1 10=8.2 11=7.1 20=7.2 21=5.3
0110 00=9.5 01=9.3 10=9.2 11=8.5 20=8.5 21=7.3
0111 00=9.2 01=8.2 10=8 11=7.2 20=7 21=5.9
0112 00=8.4 01=7 10=7.1 11=5.2 20=5 21=3
0120 01=8.6 11=7.5 21=5.2
0121 01=7.1 11=5.2 21=2.9
0122 01=6.3 11=2.9 21=1.7
1000 00=9.8 01=9.5 10=9.4 11=8.7 20=9.1 21=8.1
1001 00=9.4 01=8.9 10=8.6 11=7.4 20=7.7 21=6.4
1002 00=8.7 01=7.5 10=7.4 11=6.3 20=6.3 21=4.9
1010 00=9.4 01=8.9 10=8.8 11=7.7 20=7.6 21=6.7
1011 00=8.6 01=7.6 10=7.4 11=5.8 20=5.9 21=5
1012 00=7.2 01=5.7 10=5.7 11=5.2 20=5.2 21=2.5
1020 01=8.3 11=7 21=5.4
1021 01=6.5 11=5.8 21=2.6
1022 01=5.3 11=2.1 21=1.3
1100 00=9.5 01=9 10=8.8 11=7.6 20=7.6 21=7
1101 00=9 01=7.7 10=7.5 11=6.2 20=6.1 21=5.3
1102 00=7.7 01=6.6 10=6.8 11=5.9 20=5.2 21=3
1110 00=8.9 01=7.8 10=7.6 11=6.7 20=6.2 21=5.8
1111 00=7.4 01=5.9 10=5.7 11=5.7 20=4.7 21=2.3
1112 00=6.1 01=5.2 10=5.7 11=2.9 20=2.4 21=1.6
1120 01=7.1 11=5.9 21=3
1121 01=5.8 11=2.6 21=1.5
1122 01=2.3 11=1.3 21=0.6
2000 00=9.3 01=8.7 10=8.6 11=7.2 20=7.5 21=5.8
2001 00=8.6 01=7.4 10=7.4 11=6.1 20=5.6 21=3.4
2002 00=7 01=5.4 10=5.2 11=4 20=4 21=2.2
2010 00=8.5 01=7.5 10=7.4 11=5.5 20=6.2 21=5.1
2011 00=7.2 01=5.7 10=5.5 11=4.1 20=4.6 21=1.9
2012 00=5.3 01=3.6 10=3.4 11=1.9 20=1.9 21=0.8
2020 01=6.4 11=5.1 21=2
2021 01=4.7 11=2.1 21=1.1
2022 01=2.4 11=0.9 21=0.4
2100 00=8.8 01=7.5 10=7.3 11=5.3 20=6 21=5
2101 00=7.3 01=5.5 10=5.9 11=4 20=4.1 21=2
2102 00=5.4 01=4.3 10=4.5 11=2.2 20=2 21=1.1
2110 00=7.5 01=5.5 10=5.8 11=4.5 20=4 21=2.1
2111 00=6.1 01=5.1 10=4.8 11=1.8 20=2 21=0.9
2112 00=4.6 01=1.8 10=1.7 11=0.7 20=0.8 21=0.2
2120 01=5.3 11=2.4 21=1.4
2121 01=2.4 11=1.2 21=0.5
2122 01=1 11=0.3 21=0.1
"""

# The values of each metric from the gravest down (section 8.2). S stands in the modified metrics alone.
_GRAVEST_FIRST = {
    "AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA",
    "VC": "HLN", "VI": "HLN", "VA": "HLN", "SC": "SHLN", "SI": "SHLN", "SA": "SHLN",
    "E": "APU", "CR": "HML", "IR": "HML", "AR": "HML",
}  # fmt: skip
_BASE = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
_REQUIREMENTS = ("E", "CR", "IR", "AR")  # not defined means the gravest
# Supplemental metrics may stand in a vector and do not count.
_SUPPLEMENTAL = {
    "S": ("X", "N", "P"), "AU": ("X", "N", "Y"), "R": ("X", "A", "U", "I"), "V": ("X", "D", "C"),
    "RE": ("X", "L", "M", "H"), "U": ("X", "Clear", "Green", "Amber", "Red"),
}  # fmt: skip

# The gravest vectors of each set (section 8.2, tables 24 to 29), each as values of the group's metrics.
_GROUPS = {
    1: ("AV", "PR", "UI"),
    2: ("AC", "AT"),
    3: ("VC", "VI", "VA", "CR", "IR", "AR"),  # EQ3 and EQ6 are judged together
    4: ("SC", "SI", "SA"),
}
_GRAVEST: dict[int, dict[str, tuple[str, ...]]] = {
    1: {"0": ("NNN",), "1": ("ANN", "NLN", "NNP"), "2": ("PNN", "ALP")},
    2: {"0": ("LN",), "1": ("HN", "LP")},
    3: {
        "00": ("HHHHHH",),
        "01": ("HHLMMH", "HHHMMM"),
        "10": ("LHHHHH", "HLHHHH"),
        "11": ("LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"),
        "21": ("LLLHHH",),
    },
    4: {"0": ("HSS",), "1": ("HHH",), "2": ("LLL",)},
}
# How many steps deep each set is (section 8.2).
_DEPTH: dict[int, dict[str, int]] = {
    1: {"0": 1, "1": 4, "2": 5},
    2: {"0": 1, "1": 2},
    3: {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    4: {"0": 6, "1": 5, "2": 4},
}


def score_of_v4(vector: str) -> float | None:
    """The score, 0.0 to 10.0, of a ``CVSS:4.0/…`` vector with the threat and environmental metrics that it
    gives; None for what is no such vector."""
    metrics = _metrics(vector)
    if metrics is None:
        return None
    if all(metrics[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    scores = _scores()
    own = _macro_vector(metrics)
    score = scores[own]
    losses: list[Fraction] = []
    for group, names in _GROUPS.items():
        lower = _next_lower(group, own)
        if lower is not None:
            key = own[2] + own[5] if group == 3 else own[group - 1]
            distance = _distance(metrics, names, _GRAVEST[group][key])
            losses.append((score - lower) * Fraction(distance, _DEPTH[group][key]))
    if _lower(own, 4) is not None:
        losses.append(Fraction(0))  # EQ5 has one vector in each set: no way to go inside it
    mean = sum(losses, Fraction(0)) / len(losses) if losses else Fraction(0)
    tenths = (score - mean) * 10
    return min(max(int(tenths + Fraction(1, 2)), 0), 100) / 10


@cache
def _scores() -> dict[str, Fraction]:
    found = {}
    for line in _SCORES.split("\n"):
        head, *pairs = line.split() or [""]
        for pair in pairs:
            tail, _, score = pair.partition("=")
            found[head + tail] = Fraction(score)
    return found


def _metrics(vector: str) -> dict[str, str] | None:
    """The metrics that count, with modified values and defaults in place; None where the vector is wrong."""
    head, *parts = vector.strip().split("/")
    given: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition(":")
        if name in given or value not in _allowed(name):
            return None
        given[name] = value
    if head != "CVSS:4.0" or any(name not in given for name in _BASE):
        return None
    found = {}
    for name in _BASE:
        modified = given.get(f"M{name}", "X")
        found[name] = given[name] if modified == "X" else modified
    for name in _REQUIREMENTS:
        value = given.get(name, "X")
        found[name] = _GRAVEST_FIRST[name][0] if value == "X" else value
    return found


def _allowed(name: str) -> tuple[str, ...] | str:
    if name in _SUPPLEMENTAL:
        return _SUPPLEMENTAL[name]
    if name in _REQUIREMENTS:
        return ("X", *_GRAVEST_FIRST[name])
    base = name[1:] if name.startswith("M") else name
    if base not in _BASE:
        return ()
    values = tuple(_GRAVEST_FIRST[base])
    if name == base:
        return tuple(one for one in values if one != "S")
    return ("X", *(one for one in values if not (one == "S" and base == "SC")))


def _macro_vector(m: dict[str, str]) -> str:
    """The six digits of the set (section 8.2, tables 24 to 29)."""
    easy = [m["AV"] == "N", m["PR"] == "N", m["UI"] == "N"]
    eq1 = 0 if all(easy) else 1 if any(easy) and m["AV"] != "P" else 2
    eq2 = 0 if m["AC"] == "L" and m["AT"] == "N" else 1
    high = [m[name] == "H" for name in ("VC", "VI", "VA")]
    eq3 = 0 if high[0] and high[1] else 1 if any(high) else 2
    beyond = [m[name] for name in ("SC", "SI", "SA")]
    eq4 = 0 if "S" in beyond[1:] else 1 if "H" in beyond else 2
    eq5 = "APU".index(m["E"])
    eq6 = 0 if any(m[need] == "H" and is_high for need, is_high in zip(("CR", "IR", "AR"), high)) else 1
    return f"{eq1}{eq2}{eq3}{eq4}{eq5}{eq6}"


def _lower(own: str, *places: int) -> Fraction | None:
    """The score of the set one step lower at ``places``, None where there is none."""
    digits = [str(int(digit) + 1) if place in places else digit for place, digit in enumerate(own)]
    return _scores().get("".join(digits))


def _next_lower(group: int, own: str) -> Fraction | None:
    if group != 3:
        return _lower(own, group - 1)
    pair = own[2] + own[5]
    if pair == "00":  # two ways down: the one that loses less
        ways = [one for one in (_lower(own, 5), _lower(own, 2)) if one is not None]
        return max(ways, default=None)
    return _lower(own, 5) if pair == "10" else _lower(own, 2) if pair in ("01", "11") else None


def _distance(metrics: dict[str, str], names: tuple[str, ...], gravest: tuple[str, ...]) -> int:
    """How many steps ``metrics`` lie below the first of ``gravest`` that is nowhere below them."""
    for vector in gravest:
        steps = [
            _GRAVEST_FIRST[name].index(metrics[name]) - _GRAVEST_FIRST[name].index(value)
            for name, value in zip(names, vector)
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise ValueError("a vector above every vector of its set")
