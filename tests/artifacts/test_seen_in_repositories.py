"""Forms that public repositories hold and that were taken for an alarm once, each with what still is one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, NONE = Loading.RUNS_CODE, Loading.NO_LOADER

MACROS = (
    "{% macro one(a) %}{{ a }}{% endmacro %}{% macro two(a) %}{{ a }}{% endmacro %}"
    "{% set todo = [] %}{% if tools %}{% set todo = todo + [one] %}{% endif %}"
    "{% set todo = todo + [two] %}"
)
CALL = "{% for i in range(todo|length) %}{{ todo[i](*messages[i]) }}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "loading"),
    [
        (MACROS + CALL, NONE),
        (MACROS + "{% set todo = todo + [messages[0].f] %}" + CALL, RUNS),
        (MACROS + "{% set todo = messages %}" + CALL, RUNS),
        (MACROS + "{% for todo in messages %}{{ todo[i](1) }}{% endfor %}", RUNS),
        (MACROS + "{% set one = messages[0].f %}" + CALL, RUNS),
        (MACROS + "{% macro three(todo) %}{{ todo[i](1) }}{% endmacro %}", RUNS),
        (MACROS + "{% set todo %}{{ messages }}{% endset %}" + CALL, RUNS),
        (MACROS + "{% for i in messages %}{{ todo['__cla' + 'ss__'](1) }}{% endfor %}", RUNS),
        (CALL, RUNS),
    ],
)
def test_a_template_may_call_macros_of_its_own_out_of_a_list(
    template: str, loading: Loading, judge: Judge
) -> None:
    assert judge(template.encode(), "chat_template.jinja").loading is loading


def test_only_a_chat_template_has_to_stand_alone(judge: Judge) -> None:
    prompt = b"{% include 'risk.j2' %} Look at the messages."
    assert judge(prompt, "prompts/system_prompt.j2").loading is NONE
    assert judge(prompt, "chat_template.jinja").loading is RUNS
    assert judge(prompt + b"{{ messages.__class__ }}", "prompts/system_prompt.j2").loading is RUNS


@pytest.mark.parametrize(
    ("page", "loading"),
    [
        ("playwright.md", NONE),
        ("subprocess.HTML", NONE),
        ("playwright.sync_api.sync_playwright", RUNS),
        ("subprocess.Popen", RUNS),
    ],
)
def test_a_path_that_is_a_file_is_no_name_of_python(page: str, loading: Loading, judge: Judge) -> None:
    pages = f"chat_template: none\npages:\n- page: Browser\n  path: {page}\n".encode()
    assert judge(pages, "navigation.yml").loading is loading


LONG = "# " + "x" * 70_000 + "\n"


@pytest.mark.parametrize(
    ("line", "loading"),
    [
        ("rule: self.a != '/' && !self.root.path.contains('//')", NONE),
        ("rule: 'has(self.a) ? !self.root.path.startsWith(''/'')'", NONE),
        ("  && !self.root.path.contains('/./')", NONE),
        ("# a: !com.acme.Thing {}", NONE),
        ("a: !com.acme.Thing {}", RUNS),
        ("a: {b: x && !self.root.path, c: !com.acme.Thing {}}", RUNS),
        ("- &name !com.acme.Thing {}", RUNS),
        ("!com.acme.Thing {}", RUNS),
        ("--- !com.acme.Thing", RUNS),
        ("? !com.acme.Thing {}", RUNS),
        ("a: [1,!com.acme.Thing {}]", RUNS),
    ],
)
def test_a_tag_stands_where_a_value_begins_in_a_long_text_too(
    line: str, loading: Loading, judge: Judge
) -> None:
    assert judge((LONG + line + "\n").encode(), "crd.yaml").loading is loading


def _tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            one = tarfile.TarInfo(name)
            one.size = len(data)
            archive.addfile(one, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    ("members", "loading"),
    [
        ([("a/results.json", b'{"a": 1}'), ("a/results.json", b'{"a": 2}')], NONE),
        ([("a", b"text"), ("a", b"other"), ("b.pkl", b"N.")], Loading.UNREADABLE),
        ([("a.pkl", b"N."), ("a.pkl", b"(l.")], Loading.UNREADABLE),
        ([("a", b"text"), ("a", b"other"), ("b.pkl", b"cposix\nsystem\n(S'echo'\ntR.")], RUNS),
    ],
)
def test_what_stands_twice_in_a_tar_counts_where_anything_is_loaded(
    members: list[tuple[str, bytes]], loading: Loading, judge: Judge
) -> None:
    artifact = judge(_tar(*members), "results.tar")
    assert artifact.loading is loading
    assert "tar-duplicate" in {reason.code for reason in artifact.reasons}
