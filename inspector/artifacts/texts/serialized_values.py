"""Values of Stable-Baselines3 that JSON cannot hold: pickles in base64, under the key ``:serialized:``.

The member ``data`` of a saved model is such a JSON text, and ``json_to_data`` unpickles every one of them
with cloudpickle, which is the ordinary unpickler (stable_baselines3/common/save_util.py, 2.x).
"""

from __future__ import annotations

import base64
import binascii

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.file import read_pickle
from inspector.provenance import Loading

SERIALIZED = ":serialized:"
_LETTER_WORK = 2


def judge_serialized(text: str, judgement: Judgement) -> None:
    """States what unpickling one value does. Letters that are none of base64 are passed over, as there."""
    spend_work(len(text) * _LETTER_WORK)
    judgement.is_pickle = True
    try:
        content = base64.b64decode(text.encode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        judgement.note(
            Loading.UNREADABLE,
            "nested-pickle",
            "A value to be unpickled is not written in base64 to its end.",
        )
        return
    inner = read_pickle(BytesSource(content), 1)
    judgement.merge(inner, "a serialized value" if inner.reasons else None)
