"""An RFC 3161 timestamp over the signature of a record, verified by the ``openssl`` program.

A record's ``signedAt`` is the signer's own claim. A timestamp is somebody else's word that the signature was
there at a moment, and it is worth as much as that authority. Who that is, the certificate file says which the
verifier names; none comes with this program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from inspector.gate.inspector_gate import CLOCK_SKEW, Check, Refusal, Unreadable, envelope_of, shown_time
from inspector.provenance import UnreadableInput, plain
from inspector.record.keys import read_bounded
from inspector.record.verify import Report, open_package, seconds_of

_TIME = re.compile(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? \d{4}) GMT$", re.MULTILINE)


def add_timestamp(report: Report, record: Path, token: Path, authority: Path) -> None:
    """Adds the check ``timestamp`` to a ``report`` that is good so far: passed, or failed by that code.

    ``token`` is a TimeStampResp (``*.tsr``), ``authority`` a PEM file with the certificates that count.
    UnreadableInput where one of the files cannot be read or openssl is not here.
    """
    program = shutil.which("openssl")
    if program is None:
        raise UnreadableInput("A timestamp is verified by the openssl program, which is not here.")
    for one in (token, authority):
        read_bounded(one)
    try:
        package = open_package(record)
        signature = envelope_of(package.record()[1], "the record").signature
        if close := getattr(package, "close", None):
            close()
    except (Refusal, Unreadable) as error:
        raise UnreadableInput(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="inspector-timestamp-") as folder:
        data = Path(folder) / "signature"
        data.write_bytes(signature)
        words = ["ts", "-verify", "-in", str(token), "-data", str(data), "-CAfile", str(authority)]
        done = _run(program, words)
        if done.returncode != 0:
            _fail(report, "No named authority verifies the timestamp over this signature.")
            return
        said = _run(program, ["ts", "-reply", "-in", str(token), "-text"]).stdout
    found = _TIME.search(said)
    if found is None:
        _fail(report, "The timestamp does not say when it was made.")
        return
    text = re.sub(r"\.\d+", "", " ".join(found[1].split()))
    moment = int(datetime.strptime(text, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp())
    claimed = seconds_of(report)
    if moment < claimed - CLOCK_SKEW:
        _fail(
            report,
            f"The signature was there at {shown_time(moment)}, before the time of signing that the record "
            f"states ({shown_time(claimed)}).",
        )
        return
    report.checks[:] = [one for one in report.checks if one.code != "timestamp"]
    words_of = (
        f"the signature was there at {shown_time(moment)}, says an authority of {plain(authority.name)}"
    )
    report.checks.append(Check("timestamp", "passed", words_of))


def _fail(report: Report, sentence: str) -> None:
    report.checks.append(Check("timestamp", "failed", sentence, "timestamp"))


def _run(program: str, words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        env={**os.environ, "LC_ALL": "C"},
    )
