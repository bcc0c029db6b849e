"""What the vulnerability audit can say of every package: one of four words, with the reason.

``vulnerable`` and ``no-advisory`` need an answer about this very release. ``not-in-database`` needs a
service that answers and does not know the package. Everything else is ``not-audited``. The index's
"not found" is believed only where the same run got an answer about another release; a release that is
known to be there is asked along, so that a private package is told from a service that is not reached.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import Version

from inspector.dependencies import pip_audit
from inspector.dependencies.interface import Advisory, AuditResult, Package
from inspector.dependencies.merging import merged
from inspector.dependencies.releases import label_left_away, release_of
from inspector.provenance import Audit, plain

PER_RUN = 100  # releases; what a run that fails or is stopped can lose at most
MAX_RUNS = 60  # more than 6,000 releases, or as many tries to find the one that breaks a run
# Releases that the index has and keeps: asked along to see that it answers at all.
_KNOWN_RELEASES = (("pip", "24.0"), ("setuptools", "70.0.0"), ("wheel", "0.43.0"))

_Release = tuple[str, Version]


@dataclass(slots=True)
class _Said:
    """The word on one release, while asking."""

    audit: Audit
    why: str
    vulnerabilities: tuple[Advisory, ...] = ()


@dataclass(slots=True)
class _Course:
    """How far the asking has got."""

    osv_url: str | None
    deadline: float
    runs: int = 0
    stopped: str | None = None  # why nothing more is asked
    said: dict[_Release, _Said] = field(default_factory=dict)


def audit(
    packages: Sequence[Package],
    *,
    offline: bool,
    timeout: float = 120.0,
    osv_url: str | None = None,
    advisories: Path | None = None,
) -> AuditResult:
    """Every package with its word and its reason. At most ``timeout`` seconds are spent asking.

    ``osv_url`` asks a service that speaks OSV (its ``/v1/query`` address) in place of the Python Package
    Index. With ``offline`` no service is asked. ``advisories`` is the folder of the offline database: it
    answers first, and what pip-audit says beyond it is added. Never raises for what the service does;
    raises UnreadableInput where ``advisories`` holds no database.
    """
    if advisories is None:
        return _from_service(packages, offline, timeout, osv_url)
    from inspector.dependencies.advisories import open_index, warning

    with open_index(advisories) as index:
        first = index.judged(packages)
        old = warning(index.as_of)
        result = AuditResult(
            f"advisories: {index.source}", index.as_of, _is_complete(first), tuple(first), warning=old
        )
    if offline or not packages:
        return result
    second = _from_service(packages, False, timeout, osv_url)
    both = tuple(_better(one, other) for one, other in zip(first, second.packages))
    source = f"{result.source}; {second.source}" if second.as_of else result.source
    return AuditResult(source, result.as_of, _is_complete(both), both, second.note, old)


def _better(database: Package, service: Package) -> Package:
    """Both words on one package as one: a hit of either stands, then an answer, then the reason."""
    if database.audit is Audit.VULNERABLE and service.audit is Audit.VULNERABLE:
        return replace(database, advisories=merged([*database.advisories, *service.advisories]))
    worth = (Audit.VULNERABLE, Audit.NO_ADVISORY, Audit.NOT_IN_DATABASE, Audit.NOT_AUDITED)
    return min(database, service, key=lambda one: worth.index(one.audit))


def _is_complete(packages: Iterable[Package]) -> bool:
    return all(one.audit is not Audit.NOT_AUDITED for one in packages)


def _from_service(
    packages: Sequence[Package], offline: bool, timeout: float, osv_url: str | None
) -> AuditResult:
    if offline or not packages:
        why = "The scan ran offline: no advisory service was asked."
        left = tuple(replace(one, audit=Audit.NOT_AUDITED, why=why, advisories=()) for one in packages)
        return AuditResult(
            "none", None, not packages, left, why if packages else "There are no packages to audit."
        )
    asked: dict[int, _Release] = {}
    reasons: dict[int, str] = {}
    for place, package in enumerate(packages):
        version = release_of(package)
        if isinstance(version, str):
            reasons[place] = version
        else:
            asked[place] = (package.name, version)
    course = _Course(osv_url, time.monotonic() + timeout)
    for batch in _batches(dict.fromkeys(asked.values())):
        _ask(batch, course)
    if osv_url:
        _ask_for_names(course)
    done = tuple(
        _told(package, course.said.get(asked[place]), course)
        if place in asked
        else replace(package, audit=Audit.NOT_AUDITED, advisories=(), why=reasons[place])
        for place, package in enumerate(packages)
    )
    answered = any(said.audit is not Audit.NOT_AUDITED for said in course.said.values())
    service = plain(osv_url, 200) if osv_url else "PyPI"
    return AuditResult(
        source=f"pip-audit {pip_audit.version_of_engine()} ({service})" if asked else "none",
        as_of=datetime.now(UTC).date().isoformat() if answered else None,
        complete=_is_complete(done),
        packages=done,
        note=course.stopped or "",
    )


def heading(result: AuditResult) -> str:
    """The result as one sentence. It says "no known advisory" for all only where every package was
    asked about and known; otherwise the unknown ones are counted in it."""
    many = len(result.packages)
    if not many:
        return "No packages were found."
    found = {word: sum(one.audit is word for one in result.packages) for word in Audit}
    parts = [
        f"{found[word]:,} {text}"
        for word, text in (
            (Audit.VULNERABLE, "vulnerable"),
            (Audit.NO_ADVISORY, "without a known advisory"),
            (Audit.NOT_IN_DATABASE, "not in the database"),
            (Audit.NOT_AUDITED, "not audited"),
        )
        if found[word]
    ]
    return f"{many:,} {'package' if many == 1 else 'packages'}: {', '.join(parts)}"


def shortfall(result: AuditResult) -> str | None:
    """The sentence that says which packages were not audited and what would help; None where all were."""
    left = [one for one in result.packages if one.audit is Audit.NOT_AUDITED]
    if not left:
        return None
    if result.note:
        return result.note
    many = len(result.packages)
    said = f"{len(left):,} of {many:,} packages {'was' if len(left) == 1 else 'were'} not audited"
    strange = Counter(one.ecosystem for one in left if one.ecosystem != "PyPI")
    if not strange:
        return f"{said}."
    named = " and ".join(f"{number:,} of {ecosystem}" for ecosystem, number in sorted(strange.items()))
    return (
        f"{said}, {named} among them: the advisories that are asked speak of the Python Package Index alone. "
        "Audit those by their own tools; --no-audit waives the audit, --exclude leaves their manifests out."
    )


def _batches(releases: Iterable[_Release]) -> list[dict[str, Version]]:
    """Lists with each name once (pip-audit ends at a second version of a name), of bounded length."""
    rounds: list[dict[str, Version]] = []
    versions_seen: dict[str, int] = {}
    for name, version in releases:
        turn = versions_seen.get(name, 0)
        versions_seen[name] = turn + 1
        if turn == len(rounds):
            rounds.append({})
        rounds[turn][name] = version
    return [
        dict(list(one.items())[start : start + PER_RUN])
        for one in rounds
        for start in range(0, len(one), PER_RUN)
    ]


def _ask(first: dict[str, Version], course: _Course) -> None:
    waiting = [first]
    while waiting:
        batch = waiting.pop()
        left = course.deadline - time.monotonic()
        if course.stopped is None and (left <= 0 or course.runs >= MAX_RUNS):
            course.stopped = "The time for the audit ran out before every package was asked about."
        if course.stopped is not None:
            _leave(batch, course, course.stopped)
            continue
        course.runs += 1
        witness = (
            None if course.osv_url else next((one for one in _KNOWN_RELEASES if one[0] not in batch), None)
        )
        listed = {**batch, witness[0]: Version(witness[1])} if witness else batch
        answer = pip_audit.ask(listed, osv_url=course.osv_url, timeout=left)
        if answer.failed is None:
            _take(batch, answer, course)
        elif answer.unreachable:
            course.stopped = answer.failed
            _leave(batch, course, answer.failed)
        elif len(batch) > 1:
            # One release that the service or pip-audit chokes on must not cost all the others.
            halves = list(batch.items())
            middle = len(halves) // 2
            waiting.extend((dict(halves[middle:]), dict(halves[:middle])))
        else:
            _leave(batch, course, answer.failed)


def _take(batch: Mapping[str, Version], answer: pip_audit.Answer, course: _Course) -> None:
    answers = bool(answer.audited)
    for name, version in batch.items():
        if name in answer.audited:
            found = answer.audited[name]
            word = Audit.VULNERABLE if found else Audit.NO_ADVISORY
            why = (
                f"{len(found)} known: {', '.join(one.id for one in found[:5])}."
                if found
                else (f"The service names no advisory for {name} {version}.")
            )
            course.said[(name, version)] = _Said(word, plain(why), found)
        elif name not in answer.skipped:
            course.said[(name, version)] = _Said(Audit.NOT_AUDITED, "pip-audit's answer leaves it out.")
        elif "not found on PyPI" in answer.skipped[name] and answers:
            why = f"The index answers and has no release {version} of {name}."
            course.said[(name, version)] = _Said(Audit.NOT_IN_DATABASE, why)
        elif "not found on PyPI" in answer.skipped[name]:
            why = (
                "The index answered for no release at all, not even for one it surely has: "
                "it was not reached, or it is a mirror without advisories."
            )
            course.said[(name, version)] = _Said(Audit.NOT_AUDITED, why)
            course.stopped = why
        else:
            course.said[(name, version)] = _Said(
                Audit.NOT_AUDITED, plain(f"pip-audit skipped it: {answer.skipped[name]}", 300)
            )


def _leave(batch: Mapping[str, Version], course: _Course, why: str) -> None:
    for release in batch.items():
        course.said[release] = _Said(Audit.NOT_AUDITED, why)


def _ask_for_names(course: _Course) -> None:
    """OSV answers "nothing" alike for a clean release and for a name it has never heard of. So each name
    without a hit is asked for once more without a version."""
    from inspector.dependencies import osv_names  # brings the HTTP client

    silent = sorted({name for (name, _), said in course.said.items() if said.audit is Audit.NO_ADVISORY})
    known = osv_names.known(silent, course.osv_url or "", deadline=course.deadline)
    for (name, version), said in course.said.items():
        if said.audit is not Audit.NO_ADVISORY or known.get(name) is True:
            continue
        if known.get(name) is False:
            said.audit = Audit.NOT_IN_DATABASE
            said.why = f"The service has no advisory for any version of {name}: it may not know the package."
        else:
            said.audit = Audit.NOT_AUDITED
            said.why = (
                f"The service named nothing for {name} {version} and did not say whether it knows {name}."
            )


def _told(package: Package, said: _Said | None, course: _Course) -> Package:
    if said is None:
        why = course.stopped or "It was not asked about."
        return replace(package, audit=Audit.NOT_AUDITED, advisories=(), why=why)
    word, why = said.audit, said.why
    if word in (Audit.NO_ADVISORY, Audit.NOT_IN_DATABASE) and package.origin is not None:
        word = Audit.NOT_AUDITED
        why = f"It is taken from {plain(package.origin, 120)}, not from the index whose releases are known."
    else:
        why += label_left_away(package)
    return replace(package, audit=word, advisories=merged(said.vulnerabilities), why=why)
