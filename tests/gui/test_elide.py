"""How names are shortened: what tells one from the next stays."""

from __future__ import annotations

import pytest

from inspector.gui.elide import elided


@pytest.mark.parametrize(
    ("text", "room", "wanted"),
    [
        ("models/vendor/spam.pkl", 22, "models/vendor/spam.pkl"),
        ("models/vendor/spam.pkl", 16, "models…/spam.pkl"),
        ("models/vendor/spam.pkl", 11, "…/spam.pkl"),
        ("models/vendor/spam.pkl", 10, "…/spam.pkl"),
        ("models/vendor/spam.pkl", 8, "spam.pkl"),
        ("models/vendor/spam.pkl", 7, "spa…pkl"),
        ("quillworks/quill-1b", 16, "quillw…/quill-1b"),
        ("a-single-name-7b-v0.3", 12, "a-sing…-v0.3"),
        ("folder/", 4, "fo…/"),
        ("abc", 0, "a…"),
        ("", 0, ""),
    ],
)
def test_the_last_part_of_a_path_stays_longest(text, room, wanted):
    assert elided(text, len, room) == wanted


def test_a_short_name_is_no_wider_than_its_room():
    name = "folder/" * 20 + "weights-of-a-model-with-a-long-name.safetensors"
    for room in range(3, 200):
        short = elided(name, len, room)
        assert len(short) <= room
        assert short.endswith(name[-1])
