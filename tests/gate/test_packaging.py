"""The examples of packaging/gate do what they say: each is run as its system would run it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from inspector.gate import inspector_gate

HERE = Path(__file__).parents[2] / "packaging" / "gate"
Run = Callable[[dict[str, str]], subprocess.CompletedProcess[str]]


@pytest.fixture
def places(sign: Any, project: Path, trust_file: Path, tmp_path: Path) -> dict[str, str]:
    """Where the examples say things are, and where they are here."""
    gate = tmp_path / "gate"
    gate.mkdir()
    shutil.copyfile(inspector_gate.__file__, gate / "inspector_gate.py")
    (tmp_path / "state").mkdir()
    return {
        "gate": str(gate / "inspector_gate.py"),
        "record": str(sign()),
        "root": str(project),
        "trust": str(trust_file),
        "state": str(tmp_path / "state"),
    }


def in_place(words: list[str], places: dict[str, str], names: dict[str, str]) -> list[str]:
    """``words`` with the paths of an example replaced by ours; each of ``names`` must occur."""
    for old in names:
        assert any(old in word for word in words), old
    return [next((w.replace(old, places[new]) for old, new in names.items() if old in w), w) for w in words]


def by_systemd(places: dict[str, str]) -> subprocess.CompletedProcess[str]:
    text = (HERE / "systemd" / "assistant.service").read_text().replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStartPre=")]
    names = {
        "/opt/gate/inspector_gate.py": "gate",
        "/opt/assistant/review": "record",
        "/opt/assistant/model": "root",
        "/etc/inspector/trust.txt": "trust",
        "%S/assistant-gate": "state",
    }
    words = in_place(shlex.split(line.removeprefix("ExecStartPre=")), places, names)
    return subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, timeout=60)


def by_docker(places: dict[str, str]) -> subprocess.CompletedProcess[str]:
    script = (HERE / "docker" / "entrypoint.sh").read_text()
    assert "/gate/inspector_gate.py" in script
    path = Path(places["state"]) / "entrypoint.sh"
    path.write_text(script.replace("/gate/inspector_gate.py", places["gate"]))
    python = Path(places["state"]) / "python3"
    python.unlink(missing_ok=True)
    python.symlink_to(sys.executable)
    settings = {
        "GATE_RECORD": places["record"],
        "GATE_ROOT": places["root"],
        "GATE_TRUST": places["trust"],
        "GATE_OPTIONS": "--project assistant --require 1",
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = ["sh", str(path), "echo", "the * service", "runs"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=settings)


def by_kubernetes(places: dict[str, str]) -> subprocess.CompletedProcess[str]:
    documents = yaml.safe_load_all((HERE / "kubernetes" / "deployment.yaml").read_text())
    pod = next(one for one in documents if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    names = {
        "/gate/inspector_gate.py": "gate",
        "/gate/review": "record",
        "/model": "root",
        "/etc/inspector/trust.txt": "trust",
        "/state": "state",
    }
    words = in_place(pod["initContainers"][0]["command"], places, names)
    return subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, timeout=60)


def by_github(places: dict[str, str]) -> subprocess.CompletedProcess[str]:
    action = yaml.safe_load((HERE / "github" / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    given = {**places, "project": "assistant", "require": action["inputs"]["require"]["default"]}
    settings = {name: given[text[10:-2].strip().split(".")[1]] for name, text in step["env"].items()}
    assert "${{" not in step["run"]
    environment = {**os.environ, **settings}
    return subprocess.run(
        ["sh", "-e", "-c", step["run"]],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=places["state"],
    )


@pytest.mark.parametrize("run", [by_systemd, by_docker, by_kubernetes, by_github])
def test_it_lets_the_approved_tree_pass_and_no_other(run: Run, places: dict[str, str], project: Path) -> None:
    done = run(places)
    assert done.returncode == 0 and "approved: assistant" in done.stdout, done.stderr
    if run is by_docker:
        assert done.stdout.endswith("the * service runs\n")
    (project / "weights" / "extra.pkl").write_bytes(b"x")
    done = run(places)
    assert done.returncode != 0 and "refused: extra: " in done.stderr
    assert "service runs" not in done.stdout


def test_the_service_mounts_nothing_of_the_model_for_writing() -> None:
    documents = list(yaml.safe_load_all((HERE / "kubernetes" / "deployment.yaml").read_text()))
    pod = next(one for one in documents if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    mounts = [mount for one in (*pod["initContainers"], *pod["containers"]) for mount in one["volumeMounts"]]
    assert all(mount["readOnly"] for mount in mounts if mount["name"] in ("model", "trust"))
    images = [one["image"] for one in (*pod["initContainers"], *pod["containers"])]
    assert all("@sha256:" in image for image in images)
    policy = next(yaml.safe_load_all((HERE / "kubernetes" / "admission.yaml").read_text()))
    assert pod["initContainers"][0]["image"] in policy["spec"]["validations"][0]["expression"].replace(
        " ", ""
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(places: dict[str, str], tmp_path: Path) -> None:
    text = (HERE / "systemd" / "assistant.service").read_text()
    text = text.replace("/usr/bin/python3", sys.executable)
    text = text.replace("/opt/assistant/env/bin/python", sys.executable)
    unit = tmp_path / "assistant.service"
    unit.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
    )
    about = [line for line in (done.stdout + done.stderr).splitlines() if "assistant" in line]
    assert about == []
