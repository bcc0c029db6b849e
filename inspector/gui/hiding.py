"""What a projector must not show: folders of people's homes, tokens and keys. Everything else stays."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "…"
# Each row: a pattern, and why what it finds is taken for private.
_PRIVATE: tuple[tuple[str, str], ...] = (
    (r"(?<![\w.:-])(?:/home|/Users)/[^/\s\"'<>|:;,)]+", "the home of a person on Linux or macOS"),
    (r"(?<![\w.:-])/root(?=[/\s\"':;,)]|\Z)", "the home of the administrator"),
    (r"\b(?i:[a-z]):[\\/]{1,2}Users[\\/]{1,2}[^\\/\s\"'<>|:;,)]+", "the home of a person on Windows"),
    (r"\bhf_[A-Za-z0-9]{8,}", "a token of the Hugging Face hub"),
    (r"\bsk-[A-Za-z0-9_-]{8,}", "a key of a model service"),
    (r"\b(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})", "a token of a code host"),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", "the id of an access key of AWS"),
    (r"\bAIza[\w-]{30,}", "a key of Google"),
    (r"\bxox[abprs]-[\w-]{10,}", "a token of Slack"),
    (r"\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?", "a JSON web token"),
    (r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)", "a name and a password in an address"),
    # Mixed case and digits without a break: a secret. Digests are in lower case and stay readable.
    (r"(?<![\w/+])(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[A-Za-z0-9]{32,}={0,2}", "a long secret"),
)
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _why in _PRIVATE))


def hidden(text: str, folders: Iterable[str] = ()) -> str:
    """``text`` with ``folders`` (the target's own place) and everything private as "…"."""
    for folder in sorted((one for one in folders if len(one) > 1), key=len, reverse=True):
        text = text.replace(folder, HIDDEN)
    return _ANY.sub(HIDDEN, text)
