"""What ``--no-audit`` waives: an audit that says nothing is no reason for exit code 3 where nobody asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.scan import ScanOptions, run_scan


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text("requests==2.31.0\n")
    (folder / "package.json").write_text('{"dependencies": {"left-pad": "^1.0.0"}}')
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An imported database that knows PyPI alone."""
    from inspector.dependencies.advisories import import_advisories

    source, made = tmp_path / "export", tmp_path / "db"
    source.mkdir()
    (source / "GHSA-x.json").write_text(
        '{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI",'
        ' "name": "flask"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}'
    )
    import_advisories(source, made)
    return made


def _incomplete(project: Path, **options: object) -> list[str]:
    return list(run_scan(ScanOptions(str(project), jobs=1, use_cache=False, **options))["incomplete"])  # type: ignore[arg-type]


def test_no_audit_waives_with_and_without_a_database(project, database, monkeypatch):
    monkeypatch.setattr("inspector.dependencies.advisories.default_folder", lambda: database)
    assert _incomplete(project, audit=False) == []
    assert _incomplete(project, audit=False, offline=True) == []
    assert any("npm" in why for why in _incomplete(project, offline=True))


def test_a_database_that_is_named_is_asked_in_earnest(project, database):
    assert any("npm" in why for why in _incomplete(project, audit=False, advisories=str(database)))
