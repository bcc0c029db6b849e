"""Rules turn facts of the graph into findings: which, how grave, with what evidence."""

import re
from dataclasses import replace

import pytest

from inspector.dependencies.interface import Advisory, Manifest, Package, Requirement
from inspector.provenance import Audit, Edge, EdgeKind, Loading, Node, NodeKind, Pin, Severity
from inspector.rules import catalogue, judge, rules_digest
from inspector.sources.interface import EntryKind


def only(findings, rule):
    (finding,) = [item for item in findings if item.rule == rule]
    return finding


def rules_of(findings):
    return {finding.rule for finding in findings}


@pytest.mark.parametrize(
    ("loading", "rule", "severity"),
    [
        (Loading.RUNS_CODE, "loading.runs-code", Severity.CRITICAL),
        (Loading.UNKNOWN_IMPORT, "loading.unknown-import", Severity.HIGH),
        (Loading.UNREADABLE, "loading.unreadable", Severity.HIGH),
        (Loading.LIBRARY, "loading.library-pickle", Severity.MEDIUM),
        (Loading.ALLOW_LISTED, "loading.pickle", Severity.INFO),
    ],
)
def test_each_verdict_that_is_not_plain_data_has_its_finding(facts, file, loading, rule, severity):
    finding = only(judge(facts(files=[file("m.pkl", loading)])), rule)
    assert finding.severity is severity
    assert finding.node == "model-file:m.pkl"
    assert finding.evidence[0].path == "m.pkl" and finding.evidence[0].offset == 7


@pytest.mark.parametrize(("name", "is_told"), [("m.safetensors", True), ("n.TXT", True), ("m.bin", False)])
def test_a_pickle_under_another_formats_name_is_told(facts, file, name, is_told):
    findings = judge(facts(files=[file(name, Loading.ALLOW_LISTED)]))
    assert ("loading.disguised-pickle" in rules_of(findings)) is is_told


@pytest.mark.parametrize("loading", [Loading.DATA_ONLY, Loading.NO_LOADER])
def test_plain_data_and_text_are_no_finding(facts, file, loading):
    assert judge(facts(files=[file("m.safetensors", loading, pickle=False)])) == []


def test_unknown_binaries_are_named_in_one_finding(facts, file):
    files = [file(f"{n}.dat", Loading.NOT_UNDERSTOOD, not_analysed="unknown") for n in range(3)]
    finding = only(judge(facts(files=files)), "loading.not-understood")
    assert len(finding.evidence) == 3 and finding.node == "project:p"


def test_weights_that_a_hub_only_lists_are_one_finding_graver_for_pickles(facts, file):
    listed = {
        "kind": EntryKind.REMOTE,
        "not_analysed": "It was not downloaded.",
        "code": "not-downloaded",
    }
    pickles = [file(f"{n}.bin", Loading.UNREADABLE, **listed) for n in range(3)]
    others = [file(f"{n}.safetensors", Loading.UNREADABLE, pickle=False, **listed) for n in range(2)]
    findings = judge(facts(files=[*pickles, *others]))
    grave, other = only(findings, "loading.pickle-not-read"), only(findings, "loading.weights-not-read")
    assert grave.severity is Severity.HIGH and len(grave.evidence) == 3
    assert other.severity is Severity.MEDIUM and [item.path for item in other.evidence] == [
        "0.safetensors",
        "1.safetensors",
    ]
    assert rules_of(findings) == {"loading.pickle-not-read", "loading.weights-not-read"}


def test_a_hub_file_that_was_read_and_is_broken_is_unreadable_and_not_unread(facts, file):
    broken = file(
        "adapter_config.json", Loading.UNREADABLE, kind=EntryKind.REMOTE, pickle=False, reasons=("Broken.",)
    )
    assert rules_of(judge(facts(files=[broken]))) == {"loading.unreadable"}


def test_what_has_a_finding_of_its_own_is_not_an_unknown_binary_too(facts, file):
    pipe = file("p", Loading.NOT_UNDERSTOOD, kind=EntryKind.SPECIAL, not_analysed="A FIFO.", pickle=False)
    assert rules_of(judge(facts(files=[pipe]))) == {"integrity.special-file"}


def test_a_program_is_no_weights_file(facts, file):
    finding = only(judge(facts(files=[file("a.pyc", Loading.RUNS_CODE, code="program")])), "loading.program")
    assert finding.severity is Severity.HIGH


def test_an_unpinned_model_is_one_finding_with_every_place(facts, reference):
    references = [
        reference(line=3),
        reference(line=9, revision="main", pin=Pin.MOVABLE),
        reference("acme/other", pin=Pin.COMMIT, revision="a" * 40),
    ]
    finding = only(judge(facts(references=references)), "provenance.unpinned-model")
    assert finding.node == "model:acme/base"
    assert [item.line for item in finding.evidence] == [3, 9]
    assert "main" in finding.message


@pytest.mark.parametrize("pin", [Pin.COMMIT, Pin.DIGEST, Pin.LOCAL])
def test_a_pinned_model_is_no_finding(facts, reference, pin):
    assert judge(facts(references=[reference(pin=pin)])) == []


def test_what_cannot_be_told_is_said_and_never_called_pinned(facts, reference):
    finding = only(
        judge(facts(references=[reference(None, pin=Pin.UNDETERMINED)])), "provenance.undetermined-reference"
    )
    assert finding.node == "project:p"


def test_what_only_a_run_could_tell_is_one_finding_however_often_it_occurs(facts, reference):
    some = [reference(None, pin=Pin.UNDETERMINED, path=f"f{n}.py", text=f"load({n})") for n in range(90)]
    finding = only(judge(facts(references=some)), "provenance.undetermined-reference")
    assert finding.node == "project:p" and "90 places in 90 files" in finding.message
    less = only(judge(facts(references=some[:-1])), "provenance.undetermined-reference")
    more = only(
        judge(facts(references=[*some[:-1], replace(some[-1], text="other()")])),
        "provenance.undetermined-reference",
    )
    assert len({finding.fingerprint, less.fingerprint, more.fingerprint}) == 3


def test_places_with_and_without_a_revision_are_told_apart(facts, reference):
    some = [
        reference("a/b", revision="main", pin=Pin.MOVABLE),
        reference("a/b", line=9),
        reference("a/b", line=10),
    ]
    message = only(judge(facts(references=some)), "provenance.unpinned-model").message
    assert "3 places: 1 names main" in message and "the rest no revision" in message


def test_what_only_tests_load_is_less_grave_and_says_so(facts, reference):
    def graded(*paths):
        return only(
            judge(facts(references=[reference("a/b", path=path) for path in paths])),
            "provenance.unpinned-model",
        )

    assert graded("tests/models/t.py", "src/test_x.py").severity is Severity.MEDIUM
    assert graded("tests/t.py").message.endswith("Only tests name it.")
    assert graded("tests/t.py", "train.py").severity is Severity.HIGH
    assert graded("contest/latest.py").severity is Severity.HIGH


def test_a_url_is_a_download_finding_and_not_an_unpinned_model(facts, reference):
    findings = judge(facts(references=[reference("https://host.invalid/m.bin", hub="url")]))
    assert rules_of(findings) == {"provenance.unchecked-download"}


def test_load_calls_are_judged_by_whether_they_are_safe(facts, reference):
    call = reference("m.bin", kind="load-call", call="torch.load", pin=Pin.LOCAL)
    unsafe = only(judge(facts(references=[replace(call, safe=False)])), "loading.unsafe-call")
    unsure = only(judge(facts(references=[replace(call, safe=None)])), "loading.unsafe-call")
    assert (unsafe.severity, unsure.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert judge(facts(references=[replace(call, safe=True)])) == []


def test_remote_code_is_graver_where_it_can_change(facts, reference):
    remote = reference(kind="remote-code", safe=False)
    moving = only(judge(facts(references=[remote])), "loading.remote-code")
    fixed = only(judge(facts(references=[replace(remote, pin=Pin.COMMIT)])), "loading.remote-code")
    assert (moving.severity, fixed.severity) == (Severity.HIGH, Severity.MEDIUM)


def test_a_metric_kept_by_the_hub_itself_is_less_grave_than_a_strangers(facts, reference):
    def grade(ref):
        metric = reference(ref, kind="remote-code", call="evaluate.load", safe=False)
        return only(judge(facts(references=[metric])), "loading.remote-code").severity

    assert (grade("accuracy"), grade("someone/accuracy")) == (Severity.MEDIUM, Severity.HIGH)


def requirement(shape: str, **more):
    return Requirement("torch", "requirements", shape, "", 2, f"torch ({shape})", **more)


def test_floating_lines_are_one_finding_a_manifest(facts):
    manifest = Manifest(
        "requirements.txt", "requirements", tuple(map(requirement, ("bare", "range", "exact")))
    )
    finding = only(judge(facts(manifests=[manifest])), "dependencies.unpinned")
    assert finding.message.startswith("2 of 3 ")


def test_a_lock_file_beside_it_answers_for_a_floating_pyproject(facts):
    pyproject = Manifest("a/pyproject.toml", "pyproject.toml", (requirement("range"),))
    lock = Manifest("a/uv.lock", "uv.lock")
    assert "dependencies.unpinned" in rules_of(judge(facts(manifests=[pyproject])))
    assert "dependencies.unpinned" not in rules_of(judge(facts(manifests=[pyproject, lock])))
    elsewhere = replace(lock, path="b/uv.lock")
    assert "dependencies.unpinned" in rules_of(judge(facts(manifests=[pyproject, elsewhere])))


def test_hashed_requirements_are_fine_and_bare_versions_are_low(facts):
    hashed = Manifest("r.txt", "requirements", (requirement("exact", hashed=True),))
    bare = Manifest("r.txt", "requirements", (requirement("exact"),))
    assert judge(facts(manifests=[hashed])) == []
    assert only(judge(facts(manifests=[bare])), "dependencies.no-hashes").severity is Severity.LOW


def test_a_vulnerable_package_takes_the_gravest_advisory(facts):
    advisories = (Advisory("GHSA-1", ("CVE-2024-1",), "low"), Advisory("GHSA-2", (), "critical", ("2.0",)))
    package = Package("torch", "1.0", Pin.VERSION, True, audit=Audit.VULNERABLE, advisories=advisories)
    finding = only(judge(facts(packages=[package])), "dependencies.vulnerable")
    assert finding.severity is Severity.CRITICAL
    assert finding.identifiers["cve"] == ("CVE-2024-1",)
    assert "2.0" in finding.message


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (Audit.NOT_AUDITED, "dependencies.not-audited"),
        (Audit.NOT_IN_DATABASE, "dependencies.not-in-database"),
    ],
)
def test_a_package_nobody_could_speak_of_is_a_finding(facts, answer, rule):
    package = Package("inhouse", None, Pin.NONE, True, audit=answer, why="no version")
    found = only(judge(facts(packages=[package])), rule)
    assert found.message.endswith("No version.") and found.evidence[0].text == "inhouse"
    others = [package, replace(package, name="other", why="another reason")]
    assert "inhouse: no version" in only(judge(facts(packages=others)), rule).evidence[0].text


def test_an_audited_package_without_advisory_is_no_finding(facts):
    assert judge(facts(packages=[Package("a", "1", Pin.DIGEST, True, audit=Audit.NO_ADVISORY)])) == []


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (EntryKind.LINK_OUTSIDE, "integrity.link-outside"),
        (EntryKind.LINK_BROKEN, "integrity.link-broken"),
        (EntryKind.SPECIAL, "integrity.special-file"),
        (EntryKind.DENIED, "integrity.not-readable"),
    ],
)
def test_what_is_no_plain_file_is_named(facts, file, kind, rule):
    findings = judge(facts(files=[file("x", Loading.NO_LOADER, kind=kind, detail="detail here")]))
    assert only(findings, rule).evidence[0].text == "detail here"


def test_hidden_characters_in_names_are_a_finding(facts, file):
    finding = only(judge(facts(files=[file("a\u202eb", Loading.NO_LOADER)])), "integrity.odd-name")
    assert "\u202e" not in finding.message


def test_data_that_is_named_and_missing_is_a_finding(facts):
    missing = Node("dataset-file:d", NodeKind.DATASET_FILE, "d", attributes={"missing": True})
    edge = Edge("project:p", missing.id, EdgeKind.LOADS, ({"path": "t.py", "line": 4, "text": "x"},))
    finding = only(judge(facts(nodes=[missing], edges=[edge])), "data.dead-link")
    assert finding.evidence[0].line == 4


def test_user_influence_is_graver_where_the_path_is_the_same(facts):
    base = {"path": "app.py", "line": 2, "text": "open", "why": "w", "joined_with": "train.py"}
    strong = only(judge(facts(influences=[{**base, "grade": "strong"}])), "data.user-influence")
    weak = only(judge(facts(influences=[{**base, "grade": "weak"}])), "data.user-influence")
    assert (strong.severity, weak.severity) == (Severity.HIGH, Severity.MEDIUM)


@pytest.mark.parametrize("family", ["schedule", "vendor", "annotation"])
def test_a_schedule_or_a_service_is_not_what_users_send(facts, family):
    sign = {"path": "job.py", "line": 2, "text": "x", "why": "w", "joined_with": "", "family": family}
    found = judge(facts(influences=[{**sign, "grade": "strong"}]))
    assert [(one.rule, one.severity) for one in found] == [("data.training-intake", Severity.MEDIUM)]


def test_the_fingerprint_stays_when_a_line_moves_and_changes_with_the_bytes(facts, file, reference):
    def print_of(**parts):
        return judge(facts(**parts))[0].fingerprint

    assert print_of(references=[reference(line=3)]) == print_of(references=[reference(line=30)])
    assert print_of(references=[reference()]) != print_of(references=[reference(text="other")])
    one = print_of(files=[file("m", Loading.RUNS_CODE, sha256="1" * 64)])
    assert one != print_of(files=[file("m", Loading.RUNS_CODE, sha256="2" * 64)])


def test_findings_come_worst_first(facts, file, reference):
    findings = judge(
        facts(files=[file("a", Loading.ALLOW_LISTED), file("b", Loading.RUNS_CODE)], references=[reference()])
    )
    ranks = [finding.severity.rank for finding in findings]
    assert ranks == sorted(ranks, reverse=True) and len(ranks) == 3


def test_every_rule_says_why_and_what_to_do_and_names_known_identifiers():
    shapes = {"cwe": r"CWE-\d+", "owasp_llm": r"LLM\d\d:2025", "atlas": r"AML\.T\d{4}(\.\d{3})?"}
    for rule in catalogue().values():
        assert rule.title and rule.why.endswith(".") and rule.remedy.endswith("."), rule.id
        for key, shape in shapes.items():
            assert all(re.fullmatch(shape, name) for name in rule.identifiers[key]), rule.id
    assert re.fullmatch(r"[0-9a-f]{64}", rules_digest())
