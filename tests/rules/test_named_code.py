"""Configurations that name code: graver where nobody declares whose code it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.artifacts.interface import NAMED_CODE
from inspector.dependencies.interface import Manifest, Requirement
from inspector.provenance import Loading, Severity
from inspector.rules import judge


@pytest.fixture
def naming(file):
    def make(path, *names, loading=Loading.NO_LOADER):
        made = file(path, loading, pickle=False, code="names-code", reasons=(f"It names {names}.",))
        return replace(made, artifact=replace(made.artifact, facts={NAMED_CODE: list(names)}))

    return make


def found(findings):
    return [finding for finding in findings if finding.rule == "loading.named-code"]


def test_a_name_of_nobodys_package_is_low(facts, naming):
    (finding,) = judge(facts(files=[naming("conf.yaml", "acme.Net", "acme.Data")]))
    assert (finding.rule, finding.severity) == ("loading.named-code", Severity.LOW)
    assert "acme" in finding.message and [item.path for item in finding.evidence] == ["conf.yaml"]


@pytest.mark.parametrize("path", ["acme.py", "src/acme/net.py", "acme/models/net.py", "lib/acme.pyx"])
def test_the_projects_own_code_is_for_information(facts, file, naming, path):
    own = file(path, Loading.NO_LOADER, pickle=False, reasons=())
    (finding,) = found(judge(facts(files=[naming("conf.yaml", "acme.Net"), own])))
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize("path", ["acme/readme.md", "acme.txt", "acmes/net.py", "net/Acme.yaml"])
def test_a_name_alone_is_no_code_of_the_project(facts, file, naming, path):
    other = file(path, Loading.NO_LOADER, pickle=False, reasons=())
    (finding,) = found(judge(facts(files=[naming("conf.yaml", "acme.Net"), other])))
    assert finding.severity is Severity.LOW


@pytest.mark.parametrize("name", ["acme", "pyyaml"])
def test_a_declared_package_is_for_information(facts, naming, name):
    line = Requirement(name, "requirements", "bare", "", 1, name)
    manifest = Manifest("requirements.txt", "requirements", (line,))
    module = {"acme": "acme", "pyyaml": "yaml"}[name]
    (finding,) = found(judge(facts(files=[naming("c.yaml", f"{module}.X")], manifests=[manifest])))
    assert finding.severity is Severity.INFO


def test_one_stranger_among_ones_own_is_low(facts, file, naming):
    own = file("acme.py", Loading.NO_LOADER, pickle=False, reasons=())
    (finding,) = found(judge(facts(files=[naming("conf.yaml", "acme.Net", "beta:make"), own])))
    assert finding.severity is Severity.LOW and "beta" in finding.message


def test_a_file_whose_verdict_is_a_finding_has_no_second_one(facts, naming):
    findings = judge(facts(files=[naming("conf.yaml", "acme.Net", loading=Loading.RUNS_CODE)]))
    assert [finding.rule for finding in findings] == ["loading.runs-code"]


def test_a_file_without_names_has_none(facts, file):
    assert not judge(facts(files=[file("conf.yaml", Loading.NO_LOADER, pickle=False, reasons=())]))


def test_texts_without_a_node_have_a_finding_each_with_an_id_that_stays(facts, naming):
    files = [naming("a.yaml", "acme.Net"), naming("b.yaml", "acme.Net")]
    both = found(judge(replace(facts(), files=files)))
    assert [finding.node for finding in both] == ["project:p", "project:p"]
    assert {finding.evidence[0].path for finding in both} == {"a.yaml", "b.yaml"}
    (alone,) = found(judge(facts(files=files[:1])))
    assert alone.id in {finding.id for finding in both} and alone.node != "project:p"


@pytest.mark.parametrize("names", [["${tgt}"], ["acme.Net", "acme.${which}"]])
def test_a_name_that_only_loading_tells_is_low_also_where_the_rest_is_the_projects_own(
    facts, file, naming, names
):
    own = file("acme.py", Loading.NO_LOADER, pickle=False, reasons=())
    (finding,) = found(judge(facts(files=[own, naming("conf.yaml", *names)])))
    assert finding.severity is Severity.LOW


@pytest.mark.parametrize(
    ("code", "severity"), [("hidden-pickle", Severity.MEDIUM), ("another", Severity.INFO)]
)
def test_a_pickle_inside_of_a_harmless_one_is_medium(facts, file, code, severity):
    (finding,) = judge(facts(files=[file("a.pkl", Loading.ALLOW_LISTED, code=code)]))
    assert (finding.rule, finding.severity) == ("loading.pickle", severity)


@pytest.mark.parametrize("is_pickle", [True, False])
def test_what_holds_no_pickle_is_not_called_one(facts, file, is_pickle):
    (finding,) = judge(facts(files=[file("a.skops", Loading.ALLOW_LISTED, pickle=is_pickle, reasons=())]))
    assert ("It holds no pickle" in finding.message) is not is_pickle
