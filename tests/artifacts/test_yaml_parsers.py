"""YAML that its parsers read in different ways: what either of them would run is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading

HOSTILE = {
    "libyaml stops at a comma in a tag": (
        "%TAG !p! tag:yaml.org,2002:\n---\na: !foo,bar x\nb: !p!python/object/apply:os.system [echo]\n"
    ),
    "a later document is broken": (
        "%TAG !p! tag:yaml.org,2002:\n---\na: !p!python/object/apply:os.system [x]\n---\na: !q!x y\n"
    ),
    "a short prefix": "%TAG !p! tag:\n---\na: !p!yaml.org,2002:python/object/apply:os.system [x]\n",
    "the primary handle": "%TAG ! tag:yaml.org,2002:\n---\n!python/object/apply:os.system [x]\n",
    "an escaped prefix": "%TAG !p! tag:yaml%2Eorg,2002:\n---\na: !p!python/object/apply:os.system [x]\n",
    "an escaped name": "%TAG !p! tag:yaml.org,2002:\n---\na: !p!pyt%68on/object/apply:os.system [x]\n",
    "a comment that ends at a next-line": "# a\x85b: !!python/object/apply:os.system [x]\n@\n",
    "a comment that ends at a return": "# a\rb: !!python/object/apply:os.system [x]\n@\n",
    "a comment that ends at a separator": "# a\u2028b: !!python/object/apply:os.system [x]\n@\n",
    "a class that is made": "!!python/object/new:type\nargs: [z, !!python/tuple [], {}]\n",
}


def judged(text: str) -> tuple[Loading, list[str]]:
    artifact = read(BytesSource(text.encode()), "settings.yaml")
    return artifact.loading, [reason.message for reason in artifact.reasons]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_one_parser_would_run_is_said(text: str) -> None:
    loading, said = judged(text)
    assert loading is Loading.RUNS_CODE
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    "text",
    [
        "%TAG !e! tag:example.org,2000:\n---\na: !e!thing {}\n# see python/object\n",
        "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1\n",
        "# !!python/object/apply:os.system\na: 1\n",
        "a: !foo,bar x\nb: 2\n",
        "name: {{ template }}\nrun: python/train.py\n",
    ],
)
def test_what_no_parser_runs_is_not(text: str) -> None:
    assert judged(text) == (Loading.NO_LOADER, [])


@pytest.mark.parametrize(
    "make",
    [
        lambda: "a: python\n" * 6_000 + "b: !f,g x\n",
        lambda: "[" * 60_000 + "python",
        lambda: "[" * 60_000 + "class_name",
    ],
)
@pytest.mark.bounded
def test_the_second_parser_is_bounded(make: Callable[[], str]) -> None:
    judged(make())
