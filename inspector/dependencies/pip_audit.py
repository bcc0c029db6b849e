"""One run of pip-audit, as a process of its own, and its JSON.

What pip-audit says is taken from its JSON alone. Its exit code is 1 for "vulnerable", for "bad input" and
for a crash, and its closing line "No known vulnerabilities found" also follows a run in which nothing was
asked. It reads a list that this program wrote, in a private folder, with an environment in which no
setting of the reviewed project or of the user's pip has a say.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from inspector.dependencies.interface import Advisory
from inspector.dependencies.shapes import normal_name
from inspector.provenance import plain

MAX_ANSWER = 64 * 1024 * 1024  # bytes of JSON
SOCKET_SECONDS = 15
MAX_SUMMARY = 600
# All that the child gets of this process's environment: the network's settings and the platform's.
_KEPT = (
    "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PATH", "SYSTEMROOT", "SYSTEMDRIVE",
    "COMSPEC",
)  # fmt: skip
_NETWORK_WORDS = (
    "ConnectionError", "Max retries exceeded", "NameResolutionError", "ConnectTimeout", "ReadTimeout",
    "ProxyError", "SSLError", "network may be blocking", "Connection refused", "Connection aborted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said: per normalised name either its vulnerabilities or why it was skipped.

    ``failed`` is a sentence where the run gave no answer that can be used; ``unreachable`` is True where
    the service did not answer, so that asking again in smaller pieces would not help.
    """

    audited: Mapping[str, tuple[Advisory, ...]] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    failed: str | None = None
    unreachable: bool = False


class _Malformed(ValueError):
    pass


def ask(releases: Mapping[str, Version], *, osv_url: str | None, timeout: float) -> Answer:
    """Ask about ``releases`` (normalised name to version) in one run of at most ``timeout`` seconds.

    ``osv_url`` is the query address of a service that speaks OSV; None asks the Python Package Index.
    """
    with tempfile.TemporaryDirectory(prefix="inspector-audit-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        listed = "".join(f"{name}=={version}\n" for name, version in sorted(releases.items()))
        (home / "asked.txt").write_text(listed, encoding="ascii")
        service = ["-s", "osv", "--osv-url", osv_url] if osv_url else ["-s", "pypi"]
        command = [
            sys.executable, "-I", "-m", "pip_audit", "-r", "asked.txt", "--no-deps", "--disable-pip",
            "--format", "json", "--desc", "on", "--aliases", "on", "--progress-spinner", "off",
            "--timeout", str(SOCKET_SECONDS), "--cache-dir", "cache", *service,
        ]  # fmt: skip
        (home / "cache").mkdir()
        ended = _run(command, home, timeout)
        if ended is None:
            return Answer(failed=f"pip-audit was stopped: it had not answered after {timeout:.0f} seconds.")
        output, errors = _tail(home / "stdout"), _tail(home / "stderr")
    if output is None:
        return Answer(failed=f"pip-audit answered more than {MAX_ANSWER:,} bytes; that was not read.")
    try:
        return _parsed(output, releases)
    except _Malformed as malformed:
        if output.strip():
            return Answer(failed=f"pip-audit's answer cannot be read: {malformed}.")
    said = (errors or b"").decode("utf-8", "replace")
    network = next((word for word in _NETWORK_WORDS if word in said), None)
    if network is not None:
        return Answer(failed=f"pip-audit could not reach its service ({network}).", unreachable=True)
    last = next((line for line in reversed(said.splitlines()) if line.strip()), f"exit code {ended}")
    # Addresses in memory differ from run to run; the same input has to give the same words.
    shown = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", last.strip())
    return Answer(failed=plain(f"pip-audit ended without an answer: {shown}", 300))


def version_of_engine() -> str:
    """pip-audit's version as installed, "?" where it is not."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pip-audit")
    except PackageNotFoundError:
        return "?"


def environment(home: Path) -> dict[str, str]:
    """The child's whole environment. A home of its own keeps pip's settings and .netrc out of it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    here = str(home)
    own = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
           "XDG_DATA_HOME", "TMPDIR", "TEMP", "TMP")  # fmt: skip
    return {**kept, **dict.fromkeys(own, here), "PIP_CONFIG_FILE": os.devnull, "LC_ALL": "C.UTF-8"}


def _run(command: Sequence[str], home: Path, timeout: float) -> int | None:
    """The exit code, or None where the time ran out and the whole group was killed."""
    with (home / "stdout").open("wb") as out, (home / "stderr").open("wb") as err:
        try:
            child = subprocess.Popen(
                command, cwd=home, env=environment(home), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=os.name == "posix",
            )  # fmt: skip
        except OSError as refused:
            err.write(f"it could not be started ({refused.strerror})".encode())
            return -1
        try:
            return child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    # The group also after a normal end: nothing that the child started outlives it.
    if os.name == "posix":
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    elif child.poll() is None:
        child.kill()
    child.wait()


def _tail(path: Path) -> bytes | None:
    if path.stat().st_size > MAX_ANSWER:
        return None
    return path.read_bytes()


def _parsed(output: bytes, releases: Mapping[str, Version]) -> Answer:
    try:
        document = json.loads(output)
    except (ValueError, RecursionError):
        raise _Malformed("it is no JSON") from None
    listed = document.get("dependencies") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise _Malformed("it has no list of dependencies")
    audited: dict[str, tuple[Advisory, ...]] = {}
    skipped: dict[str, str] = {}
    for item in listed:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise _Malformed("a dependency has no name")
        name = normal_name(item["name"])
        if name in audited or name in skipped or name not in releases:
            raise _Malformed(f"it names {plain(name, 80)!r}, which was not asked or stands there twice")
        if isinstance(item.get("skip_reason"), str):
            skipped[name] = item["skip_reason"]
        elif _same(item.get("version"), releases[name]) and isinstance(item.get("vulns"), list):
            audited[name] = tuple(_vulnerability(one) for one in item["vulns"])
        else:
            raise _Malformed(f"the entry of {name} is neither audited nor skipped")
    return Answer(audited, skipped)


def _same(text: Any, version: Version) -> bool:
    try:
        return isinstance(text, str) and Version(text) == version
    except InvalidVersion:
        return False


def _vulnerability(value: Any) -> Advisory:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise _Malformed("a vulnerability has no id")
    fixes, aliases = value.get("fix_versions", []), value.get("aliases", [])
    if not isinstance(fixes, list) or not isinstance(aliases, list):
        raise _Malformed(f"the entry {plain(value['id'], 80)!r} has no lists of fixes and aliases")
    names = [value["id"], *(one for one in aliases if isinstance(one, str))]
    return Advisory(
        id=value["id"],
        aliases=tuple(names[1:]),
        # OSV's prefix for malicious packages; pip-audit's JSON has no severity for the others.
        severity="critical" if any(name.startswith("MAL-") for name in names) else None,
        fixed_in=tuple(one for one in fixes if isinstance(one, str)),
        summary=str(value.get("description") or "")[:MAX_SUMMARY],
    )
