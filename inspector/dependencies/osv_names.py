"""Asks an OSV service whether it has ever heard of a package, by name alone.

Only the address that the reviewer named is asked. Source: OSV's API, POST /v1/query with a package and no
version, which lists every advisory of the package.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

SECONDS = 10.0  # for one answer
READ = 64 * 1024  # bytes: the beginning tells whether the list is empty
_SOME = re.compile(rb'\s*\{\s*"vulns"\s*:\s*\[\s*\{')
_NONE = re.compile(rb'\s*\{\s*(?:"vulns"\s*:\s*\[\s*\]\s*)?\}\s*\Z')


def known(names: Sequence[str], url: str, *, deadline: float) -> Mapping[str, bool]:
    """True or False by name; a name without an answer (also when ``deadline``, a monotonic time, has
    passed) is left out."""
    found: dict[str, bool] = {}
    if urlsplit(url).scheme not in ("http", "https"):
        return found
    for name in names:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        body = json.dumps({"package": {"name": name, "ecosystem": "PyPI"}}).encode()
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=min(SECONDS, left)) as answer:
                start = answer.read(READ)
        except urllib.error.HTTPError as refused:
            refused.close()
            continue
        except (OSError, ValueError):
            break  # not reached: the next name would wait as long for nothing
        if _SOME.match(start):
            found[name] = True
        elif _NONE.match(start):
            found[name] = False
    return found
