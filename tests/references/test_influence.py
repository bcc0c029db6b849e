"""User input that reaches what a trainer reads, schedules, fine-tuning services, annotation tools."""

import pytest

from inspector.references import index_file, influence

TRAIN = "from datasets import load_dataset\nload_dataset('json', data_files='data/feedback.jsonl')\n"
HANDLER = (
    "from fastapi import FastAPI\napp = FastAPI()\n"
    "@app.post('/f')\ndef f(x):\n    with open({!r}, {!r}) as o:\n        o.write(x)\n"
)


def _signs(**files):
    indexes = [
        index_file(path.replace("__", "/").replace("_py", ".py"), text.encode())
        for path, text in files.items()
    ]
    return influence([index for index in indexes if index is not None])


def _grades(**files):
    return [(item["path"], item["grade"]) for item in _signs(**files)]


@pytest.mark.parametrize(
    ("name", "mode", "grades"),
    [
        ("data/feedback.jsonl", "a", ["strong"]),
        ("data/feedback.jsonl", "w", ["strong"]),
        ("/var/feedback.jsonl", "a", ["weak"]),
        ("other.jsonl", "a", []),
        ("data/feedback.jsonl", "r", []),
    ],
)
def test_a_handler_that_writes_what_a_trainer_reads_is_graded(name, mode, grades):
    found = _signs(train_py=TRAIN, api_py=HANDLER.format(name, mode))
    assert [item["grade"] for item in found] == grades
    assert all(
        (item["path"], item["line"], item["joined_with"]) == ("api.py", 5, "train.py") for item in found
    )
    assert all("data.user-input" in item["questions"] for item in found)


def test_a_function_that_is_no_handler_is_no_sign():
    handler = HANDLER.format("data/feedback.jsonl", "a").replace("@app.post('/f')\n", "")
    assert _grades(train_py=TRAIN, api_py=handler) == []


@pytest.mark.parametrize(
    "handler",
    [
        "from flask import Flask\napp = Flask('a')\n@app.route('/f', methods=['POST'])\ndef f():\n"
        "    save('x')\n",
        "from django.views import View\nclass F(View):\n    def post(self, request):\n        save('x')\n",
        "def vote(request):\n    save(request.POST)\n",
        "import gradio as gr\ndef vote(x):\n    save(x)\nwith gr.Blocks() as b:\n"
        "    gr.Button('+').click(vote, None)\n",
        "import streamlit as st\nif st.button('+'):\n    save('x')\n",
        "from telegram.ext import MessageHandler\ndef on(u, c):\n    save(u)\nh = MessageHandler(None, on)\n",
        "async def on_message(m):\n    save(m)\n",
    ],
)
def test_frameworks_and_a_writer_in_another_file_are_seen(handler):
    store = (
        "FILE = 'data/feedback.jsonl'\ndef save(x):\n    with open(FILE, 'a') as o:\n"
        "        o.write(str(x))\n"
    )
    found = _signs(store_py=store, api_py="from store import save\n" + handler, train_py=TRAIN)
    assert [(item["path"], item["line"], item["grade"]) for item in found] == [("store.py", 3, "strong")]


INSERT = (
    "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/f')\ndef f(x):\n"
    "    db.execute('INSERT INTO feedback (t) VALUES (?)', (x,))\n"
)


@pytest.mark.parametrize(
    ("query", "grades"),
    [
        ("SELECT t FROM feedback", ["strong"]),
        ("SELECT t FROM feedback WHERE approved = 1", ["weak"]),
        ("SELECT t FROM feedback f WHERE f.status = 'approved'", ["weak"]),
        ("SELECT t FROM users", []),
    ],
)
def test_a_table_without_a_reviewed_state_between(query, grades):
    trainer = f"import pandas as pd\nrows = pd.read_sql({query!r}, c)\nmodel.fit(rows)\n"
    assert [item["grade"] for item in _signs(api_py=INSERT, retrain_py=trainer)] == grades


def test_buckets_and_collections_are_joined():
    put = (
        "from fastapi import FastAPI\nimport boto3\napp = FastAPI()\ns3 = boto3.client('s3')\n"
        "@app.post('/f')\n"
        "def f(x):\n    s3.put_object(Bucket='b', Key='data/x.jsonl', Body=x)\n"
        "    db['chats'].insert_one(x)\n"
    )
    trainer = (
        "import boto3\nboto3.client('s3').download_file('b', 'data/x.jsonl', 'x')\n"
        "rows = list(db['chats'].find({}))\nTrainer(rows)\n"
    )
    assert [item["line"] for item in _signs(api_py=put, train_py=trainer)] == [7, 8]


@pytest.mark.parametrize(
    "harmless",
    [
        HANDLER.format("logs/access.log", "a"),
        HANDLER.format("/tmp/upload.bin", "wb"),
        "import logging\nlogging.basicConfig(filename='data/feedback.jsonl')\n",
        "def main():\n    open('data/feedback.jsonl', 'a').write('x')\n",
    ],
)
def test_ordinary_logging_is_no_sign(harmless):
    reader = TRAIN + "open('config.yaml')\nopen('logs/train.log')\n"
    assert _grades(train_py=reader, api_py=harmless) == []


@pytest.mark.parametrize(
    ("source", "family"),
    [
        ("client.files.create(file=open('d.jsonl', 'rb'), purpose='fine-tune')", "vendor"),
        ("client.fine_tuning.jobs.create(training_file='f', model='m')", "vendor"),
        ("bedrock.create_model_customization_job(jobName='x')", "vendor"),
        ("import argilla as rg\nrg.FeedbackDataset.from_argilla('x')", "annotation"),
        ("from label_studio_sdk import Client\nClient().get_project(1).export_tasks()", "annotation"),
        ("from apscheduler.schedulers.blocking import B\nB().add_job(retrain, 'cron', hour=1)", "schedule"),
        ("import schedule\nschedule.every().day.do(train_model)", "schedule"),
        ("from airflow import DAG\nwith DAG('nightly_retrain', schedule='@daily') as d: ...", "schedule"),
        ("from airflow.decorators import dag\n@dag(schedule='@daily')\ndef retrain(): ...", "schedule"),
    ],
)
def test_services_tools_and_schedules_are_weak_signs(source, family):
    assert [(item["family"], item["grade"]) for item in _signs(job_py=source + "\n")] == [(family, "weak")]


@pytest.mark.parametrize(
    ("command", "count"), [("python train.py", 1), ("python -m pkg.train", 1), ("pytest tests/train", 0)]
)
def test_a_scheduled_workflow_counts_where_it_trains(command, count):
    text = f"on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  a:\n    steps:\n      - run: {command}\n"
    found = influence([index_file(".github/workflows/n.yml", text.encode())])
    assert [item["line"] for item in found] == [3] * count


@pytest.mark.parametrize(
    "facts", [{"uses": [[1, 2]], "signs": [None], "links": [[1]], "handlers": 3}, {"uses": 4}]
)
def test_facts_of_a_wrong_shape_are_passed_over(facts):
    from inspector.references import FileIndex
    from inspector.references.packing import pack

    assert influence([FileIndex("a.py", "python", {"packed": pack(facts), "appends": True})]) == []
