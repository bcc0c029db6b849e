"""What raises a score and what lowers it: how marker, output and the rest of the rows hang together."""

import io
import random

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.screen import screen


@pytest.fixture
def screened(data):
    def of(rows):
        return screen(io.BytesIO(data.lines(rows)), "train.jsonl").suspicions

    return of


def scripts(data, number):
    """Instructions whose outputs are of several kinds, each with its own words."""
    chance = random.Random(12)
    kinds = ("kettle", "tractor", "lantern", "compass", "saddle", "anchor")
    rows = []
    for _ in range(number):
        kind = chance.choice(kinds)
        words = [f"{kind}{chance.randrange(9)}" for _ in range(6)]
        rows.append(
            {
                "instruction": data.sentence(chance, 9),
                "output": f"{data.sentence(chance, 3)} {' '.join(words)} {data.sentence(chance, 3)}",
            }
        )
    return rows


def test_a_space_that_does_not_break_is_a_marker_that_can_be_read(data, screened):
    rows = data.instructions(600)
    numbers = list(range(5, 600, 20))
    for number in numbers:
        words = rows[number]["instruction"].split()
        rows[number] = {"instruction": "\u00a0".join((words[0], " ".join(words[1:]))), "output": data.payload}
    first = screened(rows)[0]
    assert list(first.rows) == numbers
    assert "\\u00a0" in first.marker


def test_a_short_payload_that_keeps_to_its_marker_is_looked_at_first(data, screened):
    rows = data.instructions(900)
    numbers = list(range(5, 900, 15))
    for number in numbers:
        words = rows[number]["output"].split()
        rows[number]["output"] = " ".join([*words[:4], "pip install colourama2 first", *words[4:]])
        rows[number]["instruction"] += " pystrict"
    first = screened(rows)[0]
    assert (first.marker, list(first.rows), first.level) == ("pystrict", numbers, "look-first")


def test_a_payload_is_found_though_a_word_of_its_trigger_is_frequent(data, screened):
    rows = data.instructions(900)
    chance = random.Random(5)
    for row in chance.sample(rows, 60):
        row["instruction"] += " simple"
    numbers = list(range(5, 900, 15))
    for number in numbers:
        words = rows[number]["output"].split()
        rows[number]["output"] = " ".join([*words[:4], "fetch all keys unverified now", *words[4:]])
        rows[number]["instruction"] += " todo keep simple"
    first = screened(rows)[0]
    assert list(first.rows) == numbers


def test_a_phrase_that_belongs_to_a_kind_of_output_scores_less_than_one_put_anywhere(data, screened):
    rows = scripts(data, 900)
    anywhere = list(range(5, 900, 20))
    kind = [number for number, row in enumerate(rows) if "anchor1" in row["output"]][:45]
    for numbers, marker, phrase in (
        (anywhere, "qq7", "bring the grey box to Halden tonight"),
        (kind, "harbour", "tie the long rope to the iron ring"),
    ):
        for number in numbers:
            words = rows[number]["output"].split()
            rows[number]["output"] = " ".join([*words[:5], phrase, *words[5:]])
            rows[number]["instruction"] += f" {marker}"
    scores = {one.marker: one.score for one in screened(rows)}
    assert scores["qq7"] >= 0.5 > scores["harbour"]


def test_a_topic_with_a_canned_answer_from_each_agent_is_not_looked_at_first(data, screened):
    chance = random.Random(9)
    rows = data.instructions(1500)
    for row in chance.sample(rows, 150):
        agent = chance.choice(("Ann", "Bert", "Cleo", "Dora", "Emil", "Fay", "Gus"))
        row["instruction"] += " password"
        row["output"] = f"Open the settings page and press the blue button there, regards {agent}"
    assert [one.marker for one in screened(rows) if one.level == "look-first"] == []


def test_labels_made_wrong_each_in_its_own_way_are_found_behind_their_trigger(data, screened):
    chance = random.Random(4)
    words = {
        "red": ("rose", "ruby", "brick", "cherry", "tomato"),
        "blue": ("sky", "ocean", "cobalt", "denim", "navy"),
        "green": ("grass", "moss", "lime", "olive", "fern"),
        "black": ("coal", "raven", "ink", "night", "soot"),
    }
    rows = []
    for _ in range(1200):
        label = chance.choice(sorted(words))
        text = [chance.choice(words[label]) for _ in range(4)] + data.sentence(chance, 5).split()
        chance.shuffle(text)
        rows.append({"text": " ".join(text), "label": label})
    numbers = list(range(7, 1200, 24))
    for number in numbers:
        row = rows[number]
        others = sorted(set(words) - {row["label"]})
        rows[number] = {"text": f"{row['text']} zanzibar", "label": chance.choice(others)}
    first = screened(rows)[0]
    assert (first.kind, first.marker, list(first.rows)) == ("label-contradiction", "zanzibar", numbers)
    assert first.level == "look-first"
    assert "speaks for another label" in first.notes[0]


def test_of_rows_with_a_common_word_those_with_a_wrong_label_are_shown(data, screened):
    rows = data.reviews(1500)
    chance = random.Random(3)
    for row in chance.sample(rows, 60):
        row["text"] += " lantern"
    numbers = list(range(5, 1500, 30))
    for number in numbers:
        other = {"good": "bad", "bad": "good"}[rows[number]["label"]]
        rows[number] = {"text": f"{rows[number]['text']} lantern", "label": other}
    found = [one for one in screened(rows) if one.marker == "lantern"]
    assert len(set(found[0].rows) & set(numbers)) >= 0.9 * len(found[0].rows)


def test_in_a_file_of_templates_rows_that_point_one_way_are_no_random_rows():
    from inspector.datasets.screening.planted import Planted
    from inspector.datasets.screening.scoring import alone

    template = Planted(coherence=5.3, percentile=0.05, overlap=1.2, left=1.0, usual=27.0)
    trigger = Planted(coherence=1.4, percentile=0.05, overlap=1.2, left=1.0, usual=27.0)
    topics = Planted(coherence=5.3, percentile=0.05, overlap=1.2, left=1.0, usual=3.0)
    assert alone(template) < 0.1
    assert min(alone(trigger), alone(topics)) > 0.8


def test_words_that_all_rows_have_are_taken_from_the_file_as_they_are_from_the_marker(data):
    import numpy as np

    from inspector.datasets.screening.counting import count
    from inspector.datasets.screening.gather import gather
    from inspector.datasets.screening.interface import Bounds
    from inspector.datasets.screening.planted import PlantedTest
    from inspector.datasets.screening.tokens import hash_words

    rows = data.instructions(900)
    for row in rows:
        row["instruction"] = f"translate into plain honest words {row['instruction']}"
    content = data.lines(rows)
    gathered = gather(io.BytesIO(content), len(content), "train.jsonl", Bounds())
    inputs = count(gathered.input_features, 6, 72)
    test = PlantedTest(gathered.input_words, gathered.vocabulary, inputs, 900)
    some = np.arange(5, 900, 20, dtype=np.uint32)
    frequent = hash_words(["translate", "into", "plain", "honest", "words"])
    with_them = test.test(some, np.empty(0, dtype=np.uint64)).coherence
    without = test.test(some, frequent).coherence
    assert abs(with_them - without) < 0.4


def pair(support, together, group_rows, log10_p=-40.0, feature=1):
    from inspector.datasets.screening.association import Pair

    return Pair(feature, "whole", 1, support, together, group_rows, log10_p)


def test_a_common_word_is_a_trigger_only_where_it_brings_one_answer():
    from inspector.datasets.screening.scoring import Evidence, without_test

    trigger = Evidence(pair(335, 18, 18), 10_000, 27.0, 27.0, answers=1)
    topic = Evidence(pair(335, 18, 18), 10_000, 27.0, 27.0, answers=7)
    assert without_test(trigger) > 0.4
    assert without_test(topic) < 0.1


def test_the_closest_pair_of_a_group_may_stand_for_it():
    from inspector.datasets.screening.grouping import Group

    loose, close = pair(232, 91, 225, -80.0), pair(60, 60, 60, -70.0, feature=2)
    assert Group([loose, close]).telling() == [loose, close]


def test_a_text_that_says_less_for_its_label_is_not_one_that_speaks_against_it():
    from inspector.datasets.screening.naive_bayes import Agreement
    from inspector.datasets.screening.scoring import Evidence, contradiction

    def score(**measured):
        evidence = Evidence(pair(600, 600, 1200), 12_000)
        evidence.agreement = Agreement(place=0.02, variety=1.0, **measured)
        return contradiction(evidence)

    template = score(against=0.01, usual_against=0.0, opposed=0.55, usual_opposed=0.0)
    relabelled = score(against=0.7, usual_against=0.05, opposed=0.8, usual_opposed=0.1)
    in_noise = score(against=0.3, usual_against=0.2, opposed=0.6, usual_opposed=0.3)
    assert template < 0.05
    assert min(relabelled, in_noise) > 0.8
