"""What is left out is named: long lists of names, large JSON."""

import json

import pytest

from inspector.references import index_file

LOOP = "from transformers import AutoModel\nfor n in NAMES:\n    AutoModel.from_pretrained(n)\n"
HUB = "from transformers import AutoModel\n"


def names(count):
    return [f"o/m{number}" for number in range(count)]


@pytest.mark.parametrize("count", [65, 200, 500])
def test_every_name_of_a_long_list_is_reported(scan, count):
    found = scan({"m.py": f"NAMES = {names(count)!r}\n{LOOP}"})
    assert sorted(r.ref for r in found) == sorted(names(count))


def test_every_name_of_a_long_map_is_reported(scan):
    table = {f"k{number}": name for number, name in enumerate(names(200))}
    found = scan({"m.py": f"{HUB}T = {table!r}\ndef get(k):\n    return AutoModel.from_pretrained(T[k])\n"})
    assert sorted(r.ref for r in found) == sorted(names(200))


SHORT = [
    f"NAMES = {names(600)!r}\n{LOOP}",
    f"{HUB}T = {dict.fromkeys(names(600), 1)!r}\nfor n in T:\n    AutoModel.from_pretrained(n)\n",
    f"{HUB}T = {dict(enumerate(names(600)))!r}\nfor n in T.values():\n    AutoModel.from_pretrained(n)\n",
    f"{HUB}T = {dict(enumerate(names(600)))!r}\ndef get(k):\n    AutoModel.from_pretrained(T[k])\n",
]


@pytest.mark.parametrize("source", SHORT)
def test_names_beyond_the_limit_are_said_to_be_left_out(scan, source):
    found = scan({"m.py": source})
    assert len([r for r in found if r.ref]) >= 490
    (left,) = [r for r in found if r.ref is None]
    assert left.pin.value == "undetermined"
    assert "left out" in left.why
    index = index_file("m.py", source.encode())
    assert index.partly is not None
    assert "500" in index.partly


def test_names_of_another_module_beyond_the_limit_are_said_to_be_left_out(scan):
    found = scan({"names.py": f"NAMES = {names(600)!r}\n", "m.py": f"from names import NAMES\n{LOOP}"})
    assert [r.path for r in found if r.ref is None and "left out" in r.why] == ["m.py"]


def test_a_long_list_of_words_that_names_nothing_is_no_matter(scan):
    source = f"WORDS = {[f'w{n}' for n in range(3000)]!r}\nfor w in WORDS:\n    print(w)\n"
    assert index_file("m.py", source.encode()).partly is None
    assert scan({"m.py": source}) == []


def test_a_large_json_configuration_is_searched_and_named():
    row = b'  {"text": "' + b"x" * 900 + b'", "id": 1},\n'
    named = b'{}],\n"model_name_or_path": "o/m",\n"dataset": "o/d"}'
    data = b'{"rows": [\n' + row * 22_000 + named
    assert len(data) > 20_000_000
    index = index_file("run.json", data)
    found = [(item["kind"], item["ref"], item["pin"]) for item in index.facts["found"]]
    assert found == [("model", "o/m", "none"), ("dataset", "o/d", "none")]
    assert index.facts["found"][0]["line"] == data[: data.index(b"model_name")].count(b"\n") + 1
    assert "not read whole" in index.partly


def test_a_large_json_list_is_data():
    data = json.dumps([{"model": "o/m", "text": "x" * 900}] * 6_000).encode()
    assert index_file("chats.json", data) is None


def test_a_large_json_object_that_names_nothing_is_no_matter():
    data = b'{"images": [' + b'{"file_name": "a.jpg", "id": 7},' * 200_000 + b"{}]}"
    assert len(data) > 5_000_000
    assert index_file("instances.json", data) is None
