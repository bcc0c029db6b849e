"""The help inside the program: pages, rules, search, and that nothing is loaded for them."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QUrl

from inspector.gui.actions import ACTIONS
from inspector.gui.help_dialog import HelpDialog, pages, rule_pages
from inspector.provenance import Loading, Pin, State
from inspector.rules import catalogue


def _dialog(window, qtbot, key: str = "") -> HelpDialog:
    made = HelpDialog(window, key)
    qtbot.addWidget(made)
    return made


def test_every_rule_has_a_page_with_its_why_and_remedy():
    found = {page.key: page.text for page in rule_pages()}
    assert set(found) == {f"rule:{rule}" for rule in catalogue()}
    for rule in catalogue().values():
        assert rule.why in found[f"rule:{rule.id}"] and rule.remedy in found[f"rule:{rule.id}"]


def test_the_page_of_words_explains_each_word_of_the_contract():
    (text,) = [page.text for page in pages() if page.key == "03-words"]
    for kind in (Pin, Loading, State):
        for word in kind:
            assert f"- `{word.value}`:" in text


def test_keys_that_the_pages_name_are_keys_of_the_table():
    keys = {key.lower() for action in ACTIONS for key in action.keys}
    named = {key for page in pages() for key in re.findall(r"`(\w|Ctrl\+\w)`", page.text)}
    assert named and {key.lower() for key in named} <= keys


def test_f1_opens_the_first_page_and_h_the_rule_of_the_finding(opened, qtbot):
    opened.run("help")
    (shown,) = opened.findChildren(HelpDialog)
    assert "first review" in shown.text.toPlainText()
    shown.reject()
    qtbot.waitUntil(lambda: not opened.findChildren(HelpDialog))
    item = next(iter(opened.session.facts.findings.values()))
    known = next(iter(catalogue().values()))
    from dataclasses import replace

    opened.session.facts.put(replace(item, finding=replace(item.finding, rule=known.id)))
    opened.selection.select_finding(item.finding.id, item.finding.node)
    opened.run("rule-help")
    (shown,) = opened.findChildren(HelpDialog)
    assert known.title in shown.text.toPlainText()
    shown.reject()


def test_without_a_finding_h_says_what_to_do(opened, qtbot):
    opened.selection.clear()
    opened.run("rule-help")
    assert not opened.findChildren(HelpDialog)
    assert "Select a finding" in opened.strip.said.text()


def test_the_search_finds_words_in_texts_and_says_when_there_are_none(window, qtbot):
    dialog = _dialog(window, qtbot)
    dialog.filter.setText("quarantine store")
    left = [
        dialog.topics.item(n).text()
        for n in range(dialog.topics.count())
        if not dialog.topics.item(n).isHidden()
    ]
    assert left == ["Training data", "The quarantine workplace"]
    assert "Quarantine" in dialog.text.toPlainText()
    dialog.filter.setText("no such words at all xyz")
    assert not dialog.nothing.isHidden()


def test_a_rule_that_is_gone_leads_to_the_first_page(window, qtbot):
    assert "first review" in _dialog(window, qtbot, "rule:gone.rule").text.toPlainText()


@pytest.mark.parametrize("name", ["file:///etc/passwd", "http://host/a.png", "a.png"])
def test_the_pane_loads_nothing(window, qtbot, name):
    pane = _dialog(window, qtbot).text
    assert pane.loadResource(2, QUrl(name)) is None
    assert not pane.openLinks()


def test_every_guide_is_there_in_german_with_the_same_words_and_commands():
    def said(text: str) -> list[str]:
        return sorted(re.findall(r"`([^`]+)`", text))

    english, german = pages(), pages("de")
    assert [page.key for page in english] == [page.key for page in german]
    for one, other in zip(english, german):
        assert one.text != other.text
        assert said(one.text) == said(other.text), one.key
        assert one.text.count("\n## ") == other.text.count("\n## ")
