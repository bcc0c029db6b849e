"""What each scanner's exit code means, in the words of one table. The codes are those of its own manual."""

from __future__ import annotations

import signal

# A file is passed as fine, named as a problem, not looked at, or the scanner could not read it and says so.
FINE, FLAGGED, SKIPPED, REFUSED, CRASHED = "fine", "flagged", "skipped", "refused", "crashed"

CODES: dict[str, dict[int, str]] = {
    # README: 0 no malware, 1 malware, 2 scan failed.
    "picklescan": {0: FINE, 1: FLAGGED, 2: REFUSED},
    # README: 0 no issue, 1 issues, 2 scan failed, 3 no supported file, 4 usage.
    "modelscan": {0: FINE, 1: FLAGGED, 2: REFUSED, 3: SKIPPED, 4: REFUSED},
    # --check-safety: 0 likely safe, 1 not, 2 the file cannot be read.
    "fickling": {0: FINE, 1: FLAGGED, 2: REFUSED},
    # scan --help: 0 no issue, 1 issues, 2 errors.
    "modelaudit": {0: FINE, 1: FLAGGED, 2: REFUSED},
}
# Our words. What is not understood is shown as such and counts neither as fine nor as an alarm.
OURS = {
    "data-only": FINE,
    "allow-listed": FINE,
    "library": FINE,
    "no-loader": FINE,
    "unknown-import": FLAGGED,
    "runs-code": FLAGGED,
    "unreadable": REFUSED,
    "not-understood": SKIPPED,
}


def verdict(name: str, code: int) -> str:
    """The word for an exit code; a signal or a traceback is a crash, the alarm too."""
    if code < 0 or code == 70:
        return CRASHED
    return CODES[name].get(code, REFUSED)


def is_timeout(code: int) -> bool:
    return code == -signal.SIGALRM
