"""Requirements files: every line counted once, by what it really says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dependencies import Manifest, packages, read_manifest, summary, wants
from inspector.provenance import Pin

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA256 = "a" * 64


def read(text: str | bytes, path: str = "requirements.txt") -> Manifest:
    manifest = read_manifest(path, text if isinstance(text, bytes) else text.encode())
    assert manifest is not None
    return manifest


def counts(text: str | bytes) -> dict[str, int]:
    found = summary(read(text))["sections"]["requirements"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("torch==2.1.0", "exact"),
        ("torch == 2.1.0", "exact"),
        ("torch[a, b]==2.1.0 ; python_version < '3.12'", "exact"),
        ("torch===2.1.0+weird", "exact"),
        ("torch==2.1.*", "wildcard"),
        ("torch==2.1.*,!=2.1.3", "wildcard"),
        ("torch==2.1.*; sys_platform == 'linux'", "wildcard"),
        ("torch>=2", "range"),
        ("torch~=2.1", "range"),
        ("torch>=2,!=2.1.*", "range"),
        ("torch==2.1,<3", "range"),
        ("torch (>=2)", "range"),
        ("torch==${TORCH}", "range"),
        ("torch", "bare"),
        ("torch[extra]", "bare"),
        ("torch ; python_version >= '3.9' and platform_machine == 'x86_64'", "bare"),
        ("https://example.invalid/torch-2.1.0-py3-none-any.whl", "url"),
        ("torch @ https://example.invalid/torch.zip ; python_version < '4'", "url"),
        ("git+https://example.invalid/o/torch", "url"),
        ("git+https://example.invalid/o/torch@main#egg=torch", "url"),
        (f"git+https://example.invalid/o/torch@{COMMIT[:12]}#egg=torch", "url"),
        (f"git+https://example.invalid/o/torch@{COMMIT}#egg=torch", "vcs40"),
        (f"torch @ git+ssh://git@example.invalid/o/torch@{COMMIT} ; python_version > '3'", "vcs40"),
        (f"git+https://{COMMIT}@example.invalid/o/torch", "url"),
        ("./torch", "local"),
        ("../torch[extra]", "local"),
        ("/opt/torch.whl", "local"),
        ("torch @ file:///opt/torch.whl", "local"),
        ("dist/torch-2.0-py3-none-any.whl", "local"),
        ("torch.whl", "local"),
        ("-e .", "editable"),
        ("--editable=../torch", "editable"),
        (f"-e git+https://example.invalid/o/torch@{COMMIT}#egg=torch", "editable"),
        ("-r other.txt", "option"),
        ("--index-url https://example.invalid/simple", "option"),
        ("--pre", "option"),
    ],
)
def test_each_form_of_a_line_has_one_shape(line: str, shape: str) -> None:
    (item,) = read(line).requirements
    assert item.shape == shape
    assert item.line == 1 and item.text == line
    assert counts(line) == ({"total": 0, "option": 1} if shape == "option" else {"total": 1, shape: 1})


def test_continuations_comments_hashes_and_line_ends_are_read_as_pip_reads_them() -> None:
    text = (
        "\ufeff# a comment with torch==1.0\r\n"
        "a==1.0 \\\r\n"
        f"    --hash=sha256:{SHA256} \\\r\n"
        f"    --hash=sha256:{SHA256}  # why\r\n"
        "b==2.0  # inline\r\n"
        "c @ https://example.invalid/c.zip#sha256=" + SHA256 + "\r\n"
        "d \\\r\n"
        "# ends the continuation\r\n"
        "e\r\n"
        "\r\n"
        "f==1.0 \\"
    )
    manifest = read(text)
    assert [(item.name, item.line) for item in manifest.requirements] == [
        ("a", 2), ("b", 5), ("c", 6), ("d", 7), ("e", 9), ("f", 11),
    ]  # fmt: skip
    assert manifest.error is None
    assert counts(text) == {"total": 6, "exact": 3, "url": 1, "bare": 2, "hashed": 1}
    assert {one.name: one.pin.value for one in packages([manifest])} == {
        "a": "digest", "b": "version", "c": "digest", "d": "none", "e": "none", "f": "version",
    }  # fmt: skip


def test_a_line_hidden_behind_a_unicode_line_separator_is_seen() -> None:
    # pip splits there, an editor shows one comment line.
    manifest = read("# harmless\u2028evil==1.0\ngood==1.0")
    assert [(item.name, item.line) for item in manifest.requirements] == [("evil", 1), ("good", 2)]


def test_other_encodings_are_read() -> None:
    assert counts("café-free==1.0\nb".encode("utf-16")) == {"total": 2, "bare": 1}
    assert counts("# -*- coding: latin-1 -*-\n# caf\xe9\na==1".encode("latin-1")) == {"total": 1, "exact": 1}


def test_includes_are_named_and_not_followed() -> None:
    manifest = read("-r base.txt\n-c ../constraints.txt\n--requirement=more.txt\n-rclose.txt")
    assert manifest.includes == ("base.txt", "../constraints.txt", "more.txt", "close.txt")


def test_a_line_that_is_no_requirement_is_counted_and_named() -> None:
    manifest = read("a==1.0\nthis is prose\n<<<<<<< HEAD\nb==1")
    assert counts("a==1.0\nthis is prose\n<<<<<<< HEAD\nb==1") == {"total": 4, "exact": 2}
    assert manifest.error is not None and "2, 3" in manifest.error


def test_pins_of_requirements() -> None:
    text = f"""
    movable==1.*
    none
    variable==${{V}}
    commit @ git+https://example.invalid/o/commit@{COMMIT}
    branch @ git+https://example.invalid/o/branch@main
    -e git+https://example.invalid/o/edit@{COMMIT}#egg=edit
    local @ file:///x/local
    https://example.invalid/nameless
    """
    assert {one.name: (one.version, one.pin) for one in packages([read(text)])} == {
        "movable": (None, Pin.MOVABLE),
        "none": (None, Pin.NONE),
        "variable": (None, Pin.UNDETERMINED),
        "commit": (None, Pin.COMMIT),
        "branch": (None, Pin.MOVABLE),
        "edit": (None, Pin.COMMIT),
        "local": (None, Pin.LOCAL),
        "https://example.invalid/nameless": (None, Pin.MOVABLE),
    }


def test_names_are_joined_in_their_normal_form() -> None:
    (one,) = packages([read("Foo_Bar==1.0\nfoo.bar==1.0")])
    assert one.name == "foo-bar" and len(one.declared_in) == 2


@pytest.mark.parametrize(
    "path",
    ["requirements.txt", "a/b/requirements-dev.txt", "dev-requirements.txt", "constraints.txt",
     "requirements.in", "REQUIREMENTS_GPU.TXT", "requirements/base.txt", "base.in"],
)  # fmt: skip
def test_names_of_requirements_files_are_known(path: str) -> None:
    assert wants(path, 10)
    assert read("a==1", path).format == "requirements"


def test_other_files_are_left_alone() -> None:
    assert not wants("MANIFEST.in", 10) and not wants("config.h.in", 10) and not wants("readme.txt", 10)
    assert not wants("requirements.txt", 1 << 40)
    assert read_manifest("template.in", b"int main(void) {\n  return 0;\n}\n") is None
    assert read_manifest("requirements/notes.txt", b"Please read this first.\nThen that, too.\n") is None


@pytest.mark.bounded
def test_more_lines_than_are_listed_are_counted_whole_and_quickly() -> None:
    data = (
        b"".join(b"package-%d==1.%d\n" % (number, number % 50) for number in range(299_998))
        + b"one\ntwo>=1\n"
    )
    manifest = read(data)
    assert counts_of(manifest) == {"total": 300_000, "exact": 299_998, "bare": 1, "range": 1}
    assert len(manifest.requirements) < 300_000 and manifest.error is not None
    assert counts_of(Manifest.from_json(manifest.as_json())) == counts_of(manifest)


def counts_of(manifest: Manifest) -> dict[str, int]:
    found = summary(manifest)["sections"]["requirements"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "data",
    [
        b"a\\\n" * 200_000,
        b"a#" * 300_000,
        b"-e" * 300_000,
        b"a==1" + b" " * 500_000 + b"x",
        b"a;" + b"(" * 3_900,
        b"a;" + b"not " * 1_900,
        b"a>=1," * 1_500 + b">1",
        b"a @ https://" + b"@/" * 3_900,
        b"git+https://x/" + b"a-1" * 2_600 + b".zi",
        b"${A}" * 1_900,
        b"\x00" * 100,
        b"\xff\xfe" + b"a" * 99_999,
        b"# coding: zip\na==1",
    ],
)
@pytest.mark.bounded
def test_hostile_lines_are_bounded(data: bytes) -> None:
    manifest = read(data)
    packages([manifest])


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_content_raises(data: bytes) -> None:
    manifest = read(data)
    packages([manifest])
    summary(manifest)
    assert Manifest.from_json(manifest.as_json()) == manifest


_LINES = st.sampled_from(
    ["a==1", "b==1.*", "c>=1", "d", "e===1", "# x", "", "-r x", "-e .", "./p", "g @ https://h/i", "k==2 # l",
     f"m==1 --hash=sha256:{SHA256}", f"n @ git+https://h/i@{COMMIT}", "o==1 \\\n  ; python_version > '3'"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINES, max_size=30))
def test_counts_agree_with_a_simple_counter(lines: list[str]) -> None:
    expected: dict[str, int] = {}
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line.replace("\\\n", "")).strip()
        if not text:
            continue
        if text.startswith("-") and not text.startswith("-e"):
            keys = ["option"]
        else:
            version = re.search(r"==+\s*([^\s;]+)", text.split(" ;")[0])
            if text.startswith("-e"):
                kind = "editable"
            elif "git+" in text:
                kind = "vcs40"
            elif "://" in text:
                kind = "url"
            elif text.startswith("."):
                kind = "local"
            elif version:
                kind = "wildcard" if "*" in version.group(1) else "exact"
            else:
                kind = "range" if re.search("[<>]", text) else "bare"
            keys = ["total", kind, *(["hashed"] if "--hash" in text else [])]
        for key in keys:
            expected[key] = expected.get(key, 0) + 1
    found = summary(read("\n".join(lines)))["sections"].get("requirements", {})
    assert {key: many for key, many in found.items() if many} == expected


def test_a_comment_that_ends_in_a_backslash_hides_nothing() -> None:
    assert [item.name for item in read("# a comment \\\nb==1").requirements] == ["b"]


def test_a_host_of_forty_hex_digits_is_no_commit() -> None:
    (item,) = read(f"git+https://user@{COMMIT}").requirements
    assert item.shape == "url"
