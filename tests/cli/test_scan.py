"""``inspector scan``: formats, exit codes, output files."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli.scan import exit_code


def scan(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "inspector", "scan", *map(str, words)],
        capture_output=True,
        timeout=120,
        **options,
    )


def test_jsonl_adds_up_to_the_same_result_as_json(sample: Path):
    from inspector.scan import Collected

    collected = Collected()
    for line in scan(sample, "--no-audit", "--format", "jsonl").stdout.splitlines():
        collected.add(json.loads(line))
    whole = json.loads(scan(sample, "--no-audit", "--format", "json").stdout)
    told = collected.result()
    for result in (whole, told):
        result.pop("run")
    assert told == whole


def test_the_text_names_findings_pickles_and_what_is_not_known(sample: Path):
    text = scan(sample, "--no-audit").stdout.decode()
    assert "CRITICAL" in text and "spam_filter.pkl" in text and "not-audited" in text


@pytest.mark.parametrize(("limit", "code"), [("none", 0), ("critical", 1), ("low", 1)])
def test_fail_on_decides_the_exit_code(sample: Path, limit, code):
    assert scan(sample, "--no-audit", "--fail-on", limit).returncode == code


def test_a_clean_folder_passes_the_strictest_policy(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("nothing to load\n")
    assert scan(tmp_path, "--no-audit", "--fail-on", "info").returncode == 0


def test_a_file_that_was_not_analysed_makes_fail_on_undecidable(tmp_path: Path):
    (tmp_path / "odd.dat").write_bytes(bytes(range(256)) * 8)
    done = scan(tmp_path, "--no-audit", "--fail-on", "high")
    assert done.returncode == 3 and b"not analysed" in done.stderr
    assert scan(tmp_path, "--no-audit").returncode == 0


def test_packages_without_a_database_make_fail_on_undecidable(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text("requests==2.32.3 --hash=sha256:" + "0" * 64 + "\n")
    assert scan(tmp_path, "--offline", "--fail-on", "critical").returncode == 3


def test_an_empty_folder_says_so(tmp_path: Path):
    done = scan(tmp_path, "--format", "json")
    assert done.returncode == 0 and b"no files" in done.stderr
    assert json.loads(done.stdout)["files"] == []
    assert scan(tmp_path, "--fail-on", "high").returncode == 3


def test_a_bad_finding_decides_before_what_is_missing():
    result = {"findings": [{"severity": "critical"}], "incomplete": ["x"]}
    assert exit_code(result, "high") == 1
    assert exit_code({"findings": [], "incomplete": ["x"]}, "high") == 3
    assert exit_code({"findings": [{"severity": "low"}], "incomplete": []}, "high") == 0


def test_the_result_file_is_whole_or_the_old_one(sample: Path, tmp_path: Path):
    out = tmp_path / "scan.json"
    assert scan(sample, "--no-audit", "--format", "json", "-o", out).returncode == 0
    before = out.read_bytes()
    assert json.loads(before)["schema"] == "provenance-inspector/scan/1"
    assert stat.S_IMODE(out.stat().st_mode) & 0o111 == 0
    assert scan(tmp_path / "gone", "--format", "json", "-o", out).returncode == 2
    assert out.read_bytes() == before
    done = scan(sample, "--no-audit", "-o", tmp_path / "no" / "folder.txt")
    assert done.returncode == 2 and b"cannot be written" in done.stderr


HOSTILE_NAMES = ["line\nbreak.py", "rtl\u202egpj.pkl", "<img src=x>.bin", "esc\x1b[2J.txt", "=1+1.csv"]


def test_hostile_names_are_listed_and_never_reach_the_terminal_raw(tmp_path: Path):
    for name in HOSTILE_NAMES:
        (tmp_path / name).write_bytes(b"\x80\x04N.")
    broken = os.fsencode(tmp_path) + b"/broken\xff.pkl"
    with open(broken, "wb") as file:
        file.write(b"\x80\x04N.")
    listed = json.loads(scan(tmp_path, "--format", "json").stdout)["files"]
    assert len(listed) == len(HOSTILE_NAMES) + 1
    assert all(file["sha256"] for file in listed), "every one of them was opened and hashed"
    text = scan(tmp_path).stdout.decode()
    assert "\x1b" not in text and "\u202e" not in text


def test_devices_pipes_and_loops_do_not_stop_the_scan(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.pkl")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "null").symlink_to("/dev/null")
    (tmp_path / "a.txt").write_text("text")
    result = json.loads(scan(tmp_path, "--format", "json").stdout)
    assert {file["path"] for file in result["files"]} == {"pipe.pkl", "loop", "up", "null", "a.txt"}
    unknown = {item["path"] for item in result["coverage"]["not_analysed"]}
    assert {"pipe.pkl", "null", "up"} <= unknown
    assert "integrity.link-outside" in {finding["rule"] for finding in result["findings"]}


def test_a_reader_that_goes_away_is_no_error(sample: Path):
    command = f"{sys.executable} -m inspector scan {sample} --no-audit --format jsonl | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    assert b"Traceback" not in done.stderr and b'"progress"' in done.stdout
