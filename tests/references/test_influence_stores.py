"""Tables, collections, buckets and queues between user input and a trainer; who calls whom."""

import pytest

from inspector.references import index_file, influence

TOP = "from fastapi import FastAPI\napp = FastAPI()\n"
HANDLER = TOP + "@app.post('/f')\ndef f(x):\n    {}\n"
FIT = "from trl import SFTTrainer\nSFTTrainer(m).train()\n"


def _found(*texts):
    indexes = [index_file(f"m{n}.py", text.encode()) for n, text in enumerate(texts)]
    return [
        (item["path"], item["line"], item["grade"], item["joined_with"])
        for item in influence([index for index in indexes if index is not None])
    ]


PLACES = [
    # SQL
    ("db.execute('INSERT INTO votes VALUES (1)')", "db.execute('SELECT * FROM votes')", True),
    ("db.execute('INSERT INTO votes VALUES (1)')", "db.execute('SELECT * FROM others')", False),
    ("db.execute('DELETE FROM votes')", "db.execute('SELECT * FROM votes')", False),
    ("db.execute('INSERT INTO ?')", "db.execute('SELECT * FROM votes')", False),
    ("db.execute(text('INSERT INTO votes VALUES (1)'))", "db.execute('SELECT * FROM votes')", True),
    ("db.execute(f'INSERT INTO votes VALUES ({x})')", "db.execute('SELECT * FROM votes')", True),
    ("db.execute(x)", "db.execute('SELECT * FROM votes')", False),
    ("frame.to_sql('votes')", "pandas.read_sql_table('votes')", True),
    # collections
    ("db['votes'].insert_one(x)", "db['votes'].find()", True),
    ("db.votes.insert_one(x)", "db.votes.find()", True),
    ("client.table('votes').insert(x)", "db['votes'].find()", True),
    ("rows.insert_one(x)", "db['votes'].find()", False),
    ("make().insert_one(x)", "db['votes'].find()", False),
    # buckets and queues
    (
        "s3.put_object(Bucket='b', Key='votes.json', Body=x)",
        "s3.get_object(Bucket='b', Key='votes.json')",
        True,
    ),
    ("s3.put_object(Body=x)", "s3.get_object(Bucket='b', Key='votes.json')", False),
    ("queue.produce('votes', x)", "KafkaConsumer('votes')", True),
    ("queue.produce(x)", "KafkaConsumer('votes')", False),
    # files
    ("open()", "open('data/votes.json')", False),
    ("open('file://data/votes.json', 'a')", "open('./data/votes.json')", True),
]


@pytest.mark.parametrize(("written", "read", "joined"), PLACES)
def test_what_a_handler_writes_and_a_trainer_reads(written, read, joined):
    found = _found(HANDLER.format(written), FIT + read + "\n")
    assert [(path, line, other) for path, line, _, other in found] == (
        [("m0.py", 5, "m1.py")] if joined else []
    )


def test_rows_that_a_reviewer_approved_are_a_weaker_sign():
    write = HANDLER.format("db['votes'].insert_one(x)")
    assert [grade for _, _, grade, _ in _found(write, FIT + "db['votes'].find()\n")] == ["strong"]
    assert [grade for _, _, grade, _ in _found(write, FIT + "db['votes'].find({'approved': True})\n")] == [
        "weak"
    ]


CALLS = [
    "class Store:\n  def __init__(self):\n    {}\n@app.post('/f')\ndef f(x):\n  Store()\n",
    "class Store:\n  def save(self, x):\n    {}\n@app.post('/f')\ndef f(x):\n  Store().save(x)\n",
    "class Store:\n  def save(self, x):\n    {}\n  def on_click(self, x):\n    self.save(x)\n"
    "  def build(self):\n    button.click(self.on_click)\n",
    "def save(x):\n  {}\ndef again(x):\n  again(x)\n  save(x)\n@app.post('/f')\ndef f(x):\n  again(x)\n",
    "def save(x):\n  {}\n@app.post('/f')\ndef f(x):\n  save(x)\n  (lambda: 1)()\n",
]


@pytest.mark.parametrize("source", CALLS)
def test_a_handler_reaches_the_writer_through_what_it_calls(source):
    write = "open('data/votes.json', 'a').write(x)"
    found = _found(TOP + source.format(write), FIT + "open('data/votes.json')\n")
    assert [(path, other) for path, _, _, other in found] == [("m0.py", "m1.py")]
