"""What a Lambda layer of Keras holds: the byte code in a model's configuration, taken apart and not run."""

from __future__ import annotations

import base64
import binascii
import re

from inspector.artifacts.pickles.byte_code import BadByteCode, described, read_code
from inspector.provenance import plain
from inspector.sources.interface import ByteSource, ReadFailure

MAX_READ = 64 << 20
MAX_LAYERS = 20
# A marshalled code object begins with "c", with or without the flag of a reference, and a small number.
_CODE = re.compile(rb'"((?:4[w-z]|Y[w-z])[A-Za-z0-9+/=]{30,}(?:\\n[A-Za-z0-9+/=]*)*)"')


def lambda_listing(parts: list[tuple[str | None, ByteSource]]) -> list[str]:
    """One text for each Lambda layer in the configurations ``parts``."""
    texts: list[str] = []
    for place, source in parts:
        try:
            raw = source.read_at(0, min(source.size, MAX_READ))
        except ReadFailure:
            continue
        for match in _CODE.finditer(raw):
            if len(texts) >= MAX_LAYERS:
                return texts
            text = _listing(match.group(1).replace(b"\\n", b""))
            where = f" in {plain(place, 200)}" if place else ""
            texts.append(f"# A Lambda layer at byte {match.start()}{where}\n{text}")
    return texts


def _listing(encoded: bytes) -> str:
    try:
        form, code = read_code(base64.b64decode(encoded))
    except (BadByteCode, binascii.Error, ValueError):
        return "# Its code is not written as any known Python writes it, so it is not taken apart."
    head = (
        f"# Byte code of {form}, taken apart and not run. Its instructions are shown as numbers, for their\n"
        "# names differ between versions of Python and the file does not say which one wrote them."
    )
    return head + "\n" + plain("\n".join(described(code)), 20_000, keep_newlines=True)
