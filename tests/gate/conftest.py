"""The project, keys and package of the record's tests, and a gate that stands alone as its one file."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.record import dsse, trust
from inspector.record.companions import package_statement
from inspector.record.interface import Attachment
from inspector.record.keys import FileKey, new_key
from inspector.record.verify import verify_record


def _load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


by_hand = _load(Path(__file__).with_name("by_hand.py"), "gate_by_hand")
_shared = _load(Path(__file__).parent.parent / "record" / "conftest.py", "record_conftest_for_gate")
for _name in (
    *("make_finding", "make_question", "project", "review", "key", "second_key", "trust_file", "sign"),
    *("payload_of", "times"),
):
    globals()[_name] = getattr(_shared, _name)


@pytest.fixture
def record() -> Any:
    """A record by hand that is approved as it stands."""
    return by_hand.Record()


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The gate as it is on a production machine: one copied file."""
    copy = tmp_path_factory.mktemp("production") / "inspector_gate.py"
    shutil.copyfile(inspector_gate.__file__, copy)
    return _load(copy, "copied_inspector_gate")


class Scene:
    """A signed package with its project and trust store, for a test to spoil, and both verifiers to judge."""

    def __init__(
        self,
        package: Path,
        root: Path,
        trust_file: Path,
        key: FileKey,
        gate: ModuleType,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.package = package
        self.record: Path = package
        self.root = root
        self.trust = trust_file
        self.key = key
        self.stranger = new_key()
        self.options: dict[str, Any] = {}
        self._gate = gate
        self._capsys = capsys

    @property
    def envelope_path(self) -> Path:
        return self.package / "review-record.dsse.json"

    def envelope(self) -> dict[str, Any]:
        return json.loads(self.envelope_path.read_text())

    def put_envelope(self, value: Any) -> None:
        self.envelope_path.write_text(value if isinstance(value, str) else json.dumps(value))

    def payload(self) -> dict[str, Any]:
        return json.loads(base64.b64decode(self.envelope()["payload"]))

    def put_payload(self, value: Any, *, key: FileKey | None = None) -> None:
        """Signs ``value`` (a statement, or raw bytes) anew, as one who holds a key could."""
        raw = value if isinstance(value, bytes) else dsse.canonical_bytes(value)
        used = key or self.key
        envelope = dsse.sign(raw, used)
        self.envelope_path.write_bytes(dsse.envelope_bytes(envelope))
        (self.package / "review-record.sigstore.json").write_bytes(dsse.bundle_bytes(envelope, used.public))
        (self.package / "review.intoto.jsonl").write_bytes(dsse.envelope_bytes(envelope))
        files = [
            Attachment(name, "", (self.package / name).read_bytes())
            for name in (f"keys/{self.key.public.keyid[:8]}.pub", "review-report.pdf")
            if (self.package / name).exists()
        ]
        about = dsse.canonical_bytes(package_statement(raw, files, "2026-05-28T20:26:40Z"))
        (self.package / "package-files.dsse.json").write_bytes(dsse.envelope_bytes(dsse.sign(about, used)))

    def change(self, edit: Callable[[dict[str, Any]], None], *, key: FileKey | None = None) -> None:
        """Edits the predicate and signs it anew."""
        statement = self.payload()
        edit(statement["predicate"])
        self.put_payload(statement, key=key)

    def relist(self, edit: Callable[[dict[str, Any]], None], *, key: FileKey | None = None) -> None:
        """Edits the manifest, makes its digests agree again and signs it anew."""
        statement = self.payload()
        manifest = statement["predicate"]["manifest"]
        edit(manifest)
        lines = b"".join(
            inspector_gate.sums_line(item["sha256"], item["name"])
            for item in sorted(
                manifest["files"], key=lambda item: item["name"].encode("utf-8", "surrogatepass")
            )
        )
        digest = hashlib.sha256(lines).hexdigest()
        both = {"sha256": digest, "dirHash1": digest}
        manifest["digest"] = both
        statement["subject"] = [{"name": "SHA256SUMS", "digest": both}]
        (self.package / "SHA256SUMS").write_bytes(lines)
        self.put_payload(statement, key=key)

    def state(self) -> str:
        """A digest of everything an attack could have changed."""
        digest = hashlib.sha256(repr((str(self.record), sorted(self.options.items()))).encode())
        for top in (self.package, self.root, self.trust):
            for path in [top, *sorted(top.rglob("*"), key=str)]:
                status = path.lstat()
                kind = f"{os.fspath(path)}\0{status.st_mode:o} {path.is_file() and status.st_nlink}\0"
                digest.update(kind.encode("utf-8", "surrogateescape"))
                if path.is_symlink():
                    digest.update(str(path.readlink()).encode())
                elif path.is_file() and status.st_size < 1 << 24 and os.access(path, os.R_OK):
                    digest.update(path.read_bytes())
                elif path.is_file():
                    digest.update(str(status.st_size).encode())
        return digest.hexdigest()

    def by_verify(self) -> tuple[int, list[str], list[str]]:
        """Exit code, codes of refusals, codes of warnings, as ``inspector verify`` has them."""
        from inspector.provenance import InspectorError

        settings = dict(self.options)
        settings.setdefault("root", self.root)
        try:
            keys = trust.load(self.trust)
            report = verify_record(self.record, keys, **settings)
        except InspectorError as error:
            return error.exit_code, [], []
        warned = [check.code for check in report.warnings]
        return (0 if report.ok else 1), [check.code for check in report.refusals], warned

    def by_gate(self) -> tuple[int, list[str], list[str]]:
        """The same of the copied gate, read from its standard error."""
        settings = dict(self.options)
        arguments = [str(self.record), "--trust", str(self.trust)]
        arguments += ["--root", str(settings.pop("root", self.root))]
        for role in settings.pop("roles", ()):
            arguments += ["--require-role", role]
        for name, value in settings.items():
            arguments += [f"--{name}", str(value)]
        self._capsys.readouterr()
        code = self._gate.main(arguments)
        said = self._capsys.readouterr()
        refused = [line.split(": ")[1] for line in said.err.splitlines() if line.startswith("refused: ")]
        warned = [line.split(": ")[1] for line in said.err.splitlines() if line.startswith("warning: ")]
        assert (code == 0) == bool(said.out)
        return code, refused, warned


@pytest.fixture(scope="session")
def signed_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where the first scene of a run puts a copy of its package and trust store for the others."""
    return {"place": tmp_path_factory.mktemp("signed")}


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    signed_once: dict[str, Path],
    project: Path,
    tmp_path: Path,
    key: FileKey,
    gate: ModuleType,
    capsys: pytest.CaptureFixture[str],
) -> Scene:
    """A scene of its own for every test. The package is signed once and copied: the trees are the same."""
    package, store = tmp_path / "package0", tmp_path / "trust.txt"
    kept = signed_once["place"]
    if not (kept / "package").exists():
        shutil.copytree(request.getfixturevalue("sign")(), kept / "package")
        shutil.copyfile(request.getfixturevalue("trust_file"), kept / "trust.txt")
    if not package.exists():
        shutil.copytree(kept / "package", package)
        shutil.copyfile(kept / "trust.txt", store)
    return Scene(package, project, store, key, gate, capsys)
