"""The site is whole: every page is made, links lead somewhere, commands exist, nothing of it runs."""

from __future__ import annotations

import argparse
import html.parser
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from inspector.cli import COMMANDS
from inspector.provenance import Loading, Pin, State
from inspector.rules import catalogue

from .pages import calls_of_inspector  # isort: skip

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "resources/**/*.md", "packaging/**/*.md")
    for path in ROOT.glob(pattern)
    # The contract shows the grammar of commands, the sample is somebody else's project.
    if path.name != "contract.md" and "sample" not in path.parts
)


class Tags(html.parser.HTMLParser):
    """The tags of a page with their attributes, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def site(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build.build(out)
    return out


def test_every_page_of_the_documentation_is_on_the_site(build: ModuleType) -> None:
    made = {source.file for source in build.sources()}
    wanted = {page for page in PAGES if page.startswith(("docs/", "resources/help/0", "resources/help/1"))}
    assert wanted <= made


def test_nothing_on_the_site_runs_or_is_fetched(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        tags = Tags(page.read_text(encoding="utf-8")).tags
        assert {name for name, _ in tags}.isdisjoint({"script", "iframe", "object", "embed", "form", "base"})
        for name, values in tags:
            assert not any(key.startswith("on") or key == "style" for key in values), name
            if name in ("img", "link"):
                assert not (values.get("src") or values.get("href") or "").startswith(("http", "//"))
            assert not (values.get("href") or "").lower().startswith(("javascript:", "data:"))


def test_every_link_and_picture_is_there(site: Path) -> None:
    for page in site.rglob("*.html"):
        for _, values in Tags(page.read_text(encoding="utf-8")).tags:
            for address in (values.get("href"), values.get("src")):
                if address and not address.startswith(("https://", "#")):
                    assert (page.parent / address.partition("#")[0]).is_file(), f"{page.name}: {address}"


@pytest.mark.parametrize("page", ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_the_front_pages_link_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)#\s]+)|(?:src|srcset)=\"([^\"]+)\"", text)
    for address in (first or second for first, second in named):
        assert address.startswith("https://") or (ROOT / address).exists(), address


def test_every_picture_is_one_that_the_script_makes(script: Callable[[str], ModuleType]) -> None:
    images = script("docs/make_images.py")
    made = {f"{name}-{theme}.png" for name in images.VIEWS for theme in images.THEMES}
    assert made == {path.name for path in images.PICTURES.iterdir()}


def test_the_same_sources_give_the_same_bytes(build: ModuleType, site: Path, tmp_path: Path) -> None:
    build.build(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_folder_that_holds_something_is_left_alone(build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="not empty"):
        build.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_link_that_leads_nowhere_ends_the_build(build: ModuleType) -> None:
    source = build.Source("docs/howto/x.md", "howto/x.html", "", "How to")
    assert build._address("../../resources/contract.md", source, {"resources/contract.md": source}, set())
    for href in ("missing.md", "../../../etc/passwd", "javascript:alert(1)", "http://host/", "/etc/passwd"):
        with pytest.raises(build.BrokenLink):
            build._address(href, source, {}, set())


def test_a_link_to_a_file_that_is_no_page_keeps_its_words_alone(build: ModuleType) -> None:
    source = build.Source("docs/howto/x.md", "howto/x.html", "", "How to")
    found = build.render(
        "# A\n\nsee [`run`](../../run.py)", lambda href: build._address(href, source, {}, set())
    )
    assert "<span><code>run</code></span>" in found.body and "href" not in found.body


def test_tags_and_markdown_of_a_text_are_shown_and_not_obeyed(build: ModuleType) -> None:
    found = build.render("# A <b>title</b>\n\n<script>x</script> [a](b)\n", lambda href: href)
    assert "<script>" not in found.body and "&lt;script&gt;" in found.body
    from_code = build.reference.table(("a",), [(build.reference.cell("[x](y) *z* | <i> `k`"),)])
    assert "<a" not in build.render(from_code, lambda href: href).body
    assert build.render(from_code, lambda href: href).body.count("<td>") == 1


def test_the_reference_names_all_that_there_is(site: Path) -> None:
    rules = (site / "reference-rules.html").read_text(encoding="utf-8")
    assert all(f"<code>{rule}</code>" in rules for rule in catalogue())
    commands = (site / "reference-commands.html").read_text(encoding="utf-8")
    assert all(f">inspector {name}</h2>" in commands for name in COMMANDS)
    words = (site / "help" / "03-words.html").read_text(encoding="utf-8")
    assert all(f"<code>{word.value}</code>" in words for kind in (Pin, Loading, State) for word in kind)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="inspector", allow_abbrev=False)
    importlib.import_module(f"inspector.cli.{COMMANDS[name][0]}").register(
        parser.add_subparsers(dest="command", required=True)
    )
    return parser


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_shows_is_one(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in calls_of_inspector((ROOT / page).read_text(encoding="utf-8")):
        if words[0] not in COMMANDS or _only_named(words):
            assert words[0] in COMMANDS or words[0] in _NO_COMMANDS or len(words) == 1, " ".join(words)
            continue
        try:
            _parser(words[0]).parse_args([_value(word) for word in words])
        except SystemExit as ended:
            assert ended.code == 0, f"{' '.join(words)}\n{capsys.readouterr().err}"


OF_OTHER_PROGRAMS = {
    *("--require-hashes", "--no-deps", "--no-index", "--find-links"),  # pip
    *("--pin-policy", "--touch-policy", "--pin", "--module"),  # yubico-piv-tool, pkcs11-tool
    *("--strict", "--quiet", "--revision"),  # sha256sum, hf
}


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.startswith(("docs/howto", "docs/tut", "resources/help"))]
)
def test_every_option_that_a_page_names_is_one(page: str, options: set[str]) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= options | OF_OTHER_PROGRAMS


@pytest.fixture(scope="module")
def options() -> set[str]:
    """The options of every command, of the gate and of what trains on a set."""
    from inspector.cli.completion import Verb, commands

    def of(verb: Verb) -> set[str]:
        own = {name for option in verb.options for name in option.names}
        return own.union(*(of(action) for action in verb.actions))

    alone = ("inspector/gate/inspector_gate.py", "resources/training/verify_set.py")
    texts = "".join((ROOT / file).read_text(encoding="utf-8") for file in alone)
    return set(re.findall(r'"(--[a-z-]+)"', texts)).union(*(of(verb) for verb in commands()))


_NO_COMMANDS = {"test", "lock", "COMMAND"}  # of run.py, and of a sentence about any command
_GRAMMAR = re.compile(r"[\[\]…]")


def _only_named(words: list[str]) -> bool:
    """A command that is spoken of without its arguments, or whose grammar is shown."""
    bare = all(re.fullmatch(r"[a-z-]+", word) for word in words) and len(words) <= 3
    return bare or any(_GRAMMAR.search(word) for word in words) or "|" in "".join(words)


def _value(word: str) -> str:
    """A placeholder such as DATE in the form that the option takes."""
    return {"DATE": "2030-01-31", "STATE": "accepted", "N": "1"}.get(word, word)
