"""A small stand-in for a review, a project tree, keys and a signed package: what the record is built from."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.provenance import (
    Confidence,
    Edge,
    EdgeKind,
    Evidence,
    Finding,
    Loading,
    Node,
    NodeKind,
    Pin,
    Severity,
    State,
    finding_id,
)
from inspector.record import trust
from inspector.record.keys import FileKey, new_key
from inspector.record.signing import sign_review
from inspector.review import Review
from inspector.review.interface import Question, ReviewedFinding
from inspector.sources import open_target
from inspector.sources.interface import Entry

NOW = 1_780_000_000  # 2026-05-28T20:26:40Z
VALID_UNTIL = "2999-12-31"


class StandInReview:
    """The part of ``ReviewFile`` that signing uses, over plain attributes a test may set."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.record_id = "urn:uuid:4b4d6f0e-6a0c-4c52-9d3c-0d9f5a3f7c11"
        self.project = "assistant"
        self.root = root
        self.reviewed: list[ReviewedFinding] = []
        self.asked: list[Question] = []
        self.memory: dict[str, Any] = {}
        self.scan_object: dict[str, Any] | None = None
        self.standing: list[str] = []
        self.taken: list[Any] = []
        self.all_nodes = sample_nodes()
        self.all_edges = [
            Edge("project:assistant", "model:acme/base", EdgeKind.LOADS),
            Edge("model:acme/base", "dataset:acme/data", EdgeKind.TRAINED_ON),
            Edge("project:assistant", "package:requests", EdgeKind.DEPENDS_ON),
        ]
        self.rescan()

    def rescan(self) -> None:
        files = [
            {
                "path": path.relative_to(self.root).as_posix(),
                "size": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.is_symlink() and ".git" not in path.parts
        ]
        with contextlib.closing(open_target(str(self.root), offline=True)) as source:
            files += [
                {
                    "path": entry.path,
                    "size": None,
                    "sha256": None,
                    "format": "link",
                    "reasons": [{"message": f"A link: {entry.detail}."}],
                }
                for entry in source.entries()
                if isinstance(entry, Entry) and entry.kind.value.startswith("link")
            ]
        self.scan_object = {
            "schema": "provenance-inspector/scan/1",
            "tool": {"name": "provenance-inspector", "version": "0.1", "rules_digest": "ab" * 32},
            "target": {"kind": "folder", "name": "assistant", "revision": None},
            "files": files,
            "packages": [
                {
                    "name": "requests",
                    "version": "2.0",
                    "advisories": [
                        {
                            "id": "PYSEC-1",
                            "aliases": ["CVE-2024-0001"],
                            "severity": "high",
                            "fixed_in": ["2.1"],
                        }
                    ],
                }
            ],
            "audit": {"source": "test", "as_of": "2026-05-01", "complete": True},
            "coverage": {"files": len(files), "analysed": len(files), "left_out": [], "not_analysed": []},
            "run": {
                "started": "2026-05-28T20:00:00Z",
                "finished": "2026-05-28T20:01:00Z",
                "root": str(self.root),
            },
        }

    def scan(self) -> dict[str, Any] | None:
        return json.loads(json.dumps(self.scan_object))

    def nodes(self) -> list[Node]:
        return self.all_nodes

    def edges(self) -> list[Edge]:
        return self.all_edges

    def findings(self) -> list[ReviewedFinding]:
        return self.reviewed

    def questions(self) -> list[Question]:
        return self.asked

    def imports(self) -> list[Any]:
        return self.taken

    def blockers(self) -> list[str]:
        return self.standing

    def remember(self, key: str, value: Any) -> None:
        self.memory[key] = json.loads(json.dumps(value))

    def recalled(self, key: str, default: Any = None) -> Any:
        return self.memory.get(key, default)


def sample_nodes() -> list[Node]:
    return [
        Node("project:assistant", NodeKind.PROJECT, "assistant", attributes={"root": True}),
        Node("model:acme/base", NodeKind.MODEL, "acme/base", pin=Pin.MOVABLE, attributes={"license": "mit"}),
        Node("dataset:acme/data", NodeKind.DATASET, "acme/data", pin=Pin.NONE),
        Node("model-file:model.bin", NodeKind.MODEL_FILE, "model.bin", loading=Loading.RUNS_CODE),
        Node(
            "package:requests", NodeKind.PACKAGE, "requests", pin=Pin.VERSION, attributes={"version": "2.0"}
        ),
    ]


def finding(
    severity: Severity,
    state: State = State.OPEN,
    rule: str = "load.pickle",
    node: str = "model-file:model.bin",
) -> ReviewedFinding:
    decided = state is not State.OPEN
    return ReviewedFinding(
        Finding(
            id=finding_id(rule, node),
            rule=rule,
            severity=severity,
            confidence=Confidence.HIGH,
            node=node,
            title=f"<b>{rule}</b> =1+1",
            message="It runs \u202e code.",
            remediation="Use safetensors.",
            evidence=(
                Evidence(path="model.bin", offset=12, text="posix.system"),
                Evidence("a b#c.py", line=3),
            ),
            identifiers={"cwe": ("CWE-502",), "cve": ("CVE-2024-0001",)}
            if node.startswith("package")
            else {},
            fingerprint="f" * 64,
        ),
        state=state,
        because="Only read in a sandbox" if decided else "",
        expires="2999-01-31" if state is State.ACCEPTED else None,
        decided_at="2026-05-28T20:10:00Z" if decided else None,
    )


@pytest.fixture
def make_finding() -> Callable[..., ReviewedFinding]:
    return finding


def question(answer: str | None, *, required: bool = True, name: str = "P1") -> Question:
    return Question(name, "provenance", "Who made it?", required, "high", answer=answer, note="see card")


@pytest.fixture
def make_question() -> Callable[..., Question]:
    return question


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "assistant"
    (root / "weights").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "model.bin").write_bytes(b"\x80\x04N." * 100)
    (root / "weights" / "layer.safetensors").write_bytes(bytes(range(256)) * 20)
    (root / "app.py").write_text("print('hello')\n")
    (root / "uv.lock").write_text("version = 1\n")
    (root / "naïve 模型.json").write_text("{}\n")
    (root / "a\\b\nc").write_text("odd name\n")
    (root / "empty").write_bytes(b"")
    return root


@pytest.fixture
def review(tmp_path: Path, project: Path) -> StandInReview:
    made = StandInReview(tmp_path / "assistant.review", project)
    made.asked = [question("yes")]
    made.reviewed = [finding(Severity.MEDIUM)]
    return made


_KEYS: dict[str, FileKey] = {}


@pytest.fixture
def key() -> FileKey:
    return _KEYS.setdefault("reviewer", new_key())


@pytest.fixture
def second_key() -> FileKey:
    return _KEYS.setdefault("second", new_key())


@pytest.fixture
def trust_file(tmp_path: Path, key: FileKey) -> Path:
    path = tmp_path / "trust.txt"
    trust.add(path, key.public, name="Ana Suárez", roles=["reviewer"])
    return path


@pytest.fixture
def sign(review: StandInReview, key: FileKey, tmp_path: Path) -> Callable[..., Path]:
    """Signs the stand-in review; gives the package folder."""
    count = iter(range(100))

    def run(**options: Any) -> Path:
        out = options.pop("out", tmp_path / f"package{next(count)}")
        settings = {
            "key": key,
            "decision": "approved",
            "reviewer": "Ana Suárez",
            "valid_until": VALID_UNTIL,
            "now": NOW,
            **options,
        }
        sign_review(review, out=out, **settings)  # type: ignore[arg-type]
        return out

    return run


@pytest.fixture
def payload_of() -> Callable[[Path], dict[str, Any]]:
    def read(package: Path) -> dict[str, Any]:
        import base64

        envelope = json.loads((package / "review-record.dsse.json").read_text())
        return json.loads(base64.b64decode(envelope["payload"]))

    return read


@pytest.fixture
def times() -> SimpleNamespace:
    return SimpleNamespace(now=NOW, valid_until=VALID_UNTIL)


@pytest.fixture
def real_review(tmp_path: Path, project: Path, review: Any, make_finding: Any) -> Path:
    """A review file with the scan of the stand-in in it, decided and answered."""
    from inspector.review import Review

    path = tmp_path / "real.review"
    scan = {
        **review.scan(),
        "findings": [make_finding(Severity.HIGH).finding.as_json()],
        "nodes": [node.as_json() for node in review.all_nodes],
        "edges": [],
        "references": [],
        "manifests": [],
    }
    target = {"kind": "folder", "name": "assistant", "revision": None, "root": str(project)}
    made = Review.create(path, target, options={})
    made.take_scan(scan)
    made.decide(
        [item.finding.id for item in made.findings()],
        State.ACCEPTED,
        because="sandboxed",
        expires="2999-01-01",
    )
    for question in made.questions():
        made.answer(question.id, "yes")
    made.close()
    return path


@pytest.fixture
def fresh(tmp_path: Path, project: Path, review: Any, make_finding: Any) -> Callable[..., Review]:
    """A review of the same target that nobody has worked in yet; ``change`` edits its scan first."""

    def make(change: Callable[[dict[str, Any]], Any] = lambda scan: None) -> Review:
        found = make_finding(Severity.HIGH).finding.as_json()
        audited = make_finding(
            Severity.HIGH, rule="dependencies.vulnerable", node="package:requests"
        ).finding.as_json()
        for one in (found, audited):
            one["evidence"] = one["evidence"][:1]
        scan = {
            **review.scan(),
            "findings": [found, audited],
            "nodes": [node.as_json() for node in review.all_nodes],
            "edges": [],
            "references": [],
            "manifests": [],
        }
        change(scan)
        place = tmp_path / f"fresh{len(list(tmp_path.glob('fresh*.review')))}.review"
        target = {"kind": "folder", "name": "assistant", "revision": None, "root": str(project)}
        made = Review.create(place, target, options={})
        made.take_scan(scan)
        return made

    return make


@pytest.fixture
def earlier(fresh: Any, key: Any, tmp_path: Path) -> Callable[..., Path]:
    """A signed record of a review of the same target, decided and answered."""

    def make(**options: Any) -> Path:
        with fresh() as review:
            ids = [item.finding.id for item in review.findings()]
            review.decide(
                ids,
                options.pop("state", State.ACCEPTED),
                because="Only in the sandbox",
                expires=options.pop("expires", "2999-01-01"),
                owner="Ops",
            )
            answers = {one.id: {"answer": "yes", "note": "seen"} for one in review.questions()}
            review.answer_all(answers)
            out = tmp_path / f"earlier{len(list(tmp_path.glob('earlier*')))}"
            settings = {"decision": "approved-with-exceptions", "valid_until": "2999-12-31", **options}
            sign_review(review, key=key, out=out, reviewer="Ana Suárez", now=1_780_000_000, **settings)
        return out

    return make
