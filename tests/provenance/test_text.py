"""Names of others are shown as plain text, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from inspector.provenance.text import elide_middle, plain, utf8_text


def test_bidi_overrides_and_escapes_are_shown_not_obeyed():
    assert plain("safe\u202egnp.exe") == "safe\\u202egnp.exe"
    assert plain("\x1b[31mred") == "\\x1b[31mred"
    assert plain("zero\u200bwidth") == "zero\\u200bwidth"
    assert plain("tag\U000e0041") == "tag\\U000e0041"


def test_a_newline_never_breaks_a_row_unless_asked_for():
    assert plain("a\nb") == "a\\x0ab"
    assert plain("a\nb\tc", keep_newlines=True) == "a\nb\tc"


def test_ordinary_text_in_any_script_stays_as_it_is():
    for text in ("plain", "größe", "模型", "نموذج", "x — y"):
        assert plain(text) == text


def test_a_limit_cuts_and_says_so():
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"


def test_names_are_shortened_in_the_middle():
    assert elide_middle("pytorch_model-00001-of-00002.bin", 16) == "pytorch_…002.bin"
    assert elide_middle("short", 16) == "short"


def test_broken_utf8_becomes_writable_text():
    assert utf8_text(b"caf\xe9.bin") == "caf\\xe9.bin"


@given(st.text())
def test_whatever_comes_in_can_be_written_and_holds_no_control(text: str):
    shown = plain(text)
    shown.encode("utf-8")
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert "\u202e" not in shown
