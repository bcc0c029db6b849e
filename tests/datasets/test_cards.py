"""Cards: the owner's claims with their links, and front matter made to hurt."""

import json

CARD = """---
license: cc-by-4.0
source_datasets:
- original
annotations_creators: [crowdsourced]
task_categories: [text-generation]
unknown_key: 1
date: 2024-01-01
---
# Title
See [the data](https://example.com/data.zip) and [a file](data/x.jsonl).
"""


def test_the_claims_of_a_card_are_kept_as_they_stand(facts):
    found = facts("README.md", CARD)
    assert found.card == {
        "license": "cc-by-4.0",
        "source_datasets": ["original"],
        "annotations_creators": ["crowdsourced"],
        "task_categories": ["text-generation"],
    }


def test_links_have_the_line_of_the_file(facts):
    found = facts("README.md", CARD)
    assert found.links == (("https://example.com/data.zip", 11), ("data/x.jsonl", 11))


def test_windows_line_ends_change_nothing(facts):
    assert facts("README.md", CARD.replace("\n", "\r\n")) == facts("README.md", CARD)


def test_a_readme_without_front_matter_is_no_card(facts):
    assert facts("README.md", "# A project\n") is None


def test_a_billion_laughs_are_not_read(facts):
    bomb = "---\na: &a [x,x]\nb: &b [*a,*a]\nlicense: [*b,*b]\n---\n"
    found = facts("README.md", bomb)
    assert (found.card, "aliases" in found.partly) == ({}, True)


def test_deep_nesting_and_tags_are_not_read(facts):
    deep = "---\nlicense: " + "[" * 500 + "]" * 500 + "\n---\n"
    assert "nested" in facts("README.md", deep).partly
    assert facts("README.md", "---\nlicense: !!python/object/apply:print [x]\n---\n").card == {}


def test_checksums_of_dataset_infos(facts):
    text = json.dumps(
        {
            "default": {
                "license": "mit",
                "features": {"text": {}},
                "splits": {"train": {"num_examples": 7}},
                "download_checksums": {"https://x.org/a": {"checksum": "ab"}},
            }
        }
    )
    found = facts("dataset_infos.json", text)
    assert (found.rows, found.columns) == (7, ("text",))
    assert found.card["configs"]["default"]["checksums"] == {"https://x.org/a": "ab"}


def test_croissant_says_whether_the_data_is_live(facts):
    text = json.dumps(
        {
            "@type": "Dataset",
            "isLiveDataset": True,
            "rai:dataCollection": "users",
            "distribution": [{"name": "a", "contentUrl": "https://x.org/a", "sha256": "ab"}],
        }
    )
    found = facts("croissant.json", text)
    assert (found.card["isLiveDataset"], found.card["rai:dataCollection"]) == (True, "users")
    assert found.card["distribution"][0]["sha256"] == "ab"
