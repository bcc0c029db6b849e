"""Templates under other keys and endings than the usual ones."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
REACHES = b"{{ self.__init__.__globals__['os'].system('echo x') }}"
PLAIN = b"{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"
GO = b'{{ if .System }}{{ .System }}{{ end }}{{- range $i, $m := .Messages }}{{ $m | printf "%s" }}{{ end }}'


@pytest.mark.parametrize("ending", [".template", ".tmpl", ".tpl"])
def test_a_template_of_any_ending_that_reaches_out_is_told(judge: Judge, ending: str) -> None:
    assert judge(REACHES, f"chat{ending}").loading is Loading.RUNS_CODE
    assert judge(PLAIN, f"chat{ending}").loading is Loading.NO_LOADER


def test_a_template_of_another_language_is_a_text(judge: Judge) -> None:
    assert judge(GO, "prompt.tmpl").loading is Loading.NO_LOADER


@pytest.mark.parametrize("name", ["tokenizer_config.json", "settings.json", "settings.yaml"])
def test_a_second_chat_template_is_judged_as_the_first(judge: Judge, name: str) -> None:
    config = {"chat_template": "{{ a }}", "custom_chat_template": REACHES.decode()}
    assert judge(json.dumps(config).encode(), name).loading is Loading.RUNS_CODE
