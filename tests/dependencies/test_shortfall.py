"""Why an audit could not speak of every package, in words that help."""

from __future__ import annotations

from inspector.dependencies import AuditResult, Package, shortfall
from inspector.provenance import Audit, Pin


def package(name: str, audit: Audit, ecosystem: str = "PyPI") -> Package:
    return Package(name, "1.0", Pin.VERSION, True, audit=audit, ecosystem=ecosystem)


def test_packages_of_other_indexes_are_named_with_what_helps() -> None:
    done = (
        package("a", Audit.NO_ADVISORY),
        package("b", Audit.NOT_AUDITED),
        package("react", Audit.NOT_AUDITED, "npm"),
        package("vue", Audit.NOT_AUDITED, "npm"),
        package("gdal", Audit.NOT_AUDITED, "conda"),
    )
    said = shortfall(AuditResult("db", None, False, done)) or ""
    assert said.startswith("4 of 5 packages were not audited, 1 of conda and 2 of npm among them:")
    assert "--no-audit" in said and "--exclude" in said


def test_a_reason_for_all_stands_alone_and_a_whole_audit_needs_none() -> None:
    left = (package("b", Audit.NOT_AUDITED),)
    assert shortfall(AuditResult("none", None, False, left, "It was offline.")) == "It was offline."
    assert shortfall(AuditResult("db", None, False, left)) == "1 of 1 packages was not audited."
    assert shortfall(AuditResult("db", None, True, (package("a", Audit.NO_ADVISORY),))) is None
