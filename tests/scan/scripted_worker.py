"""A worker that says of each file what the file's name asks for, and answers every part of the others."""

import json
import sys

ODD = {
    "list": [[1]],
    "no-value": [{"part": "artifact"}],
    "early": [{"part": "artifact", "value": {}}, {"done": True, "changed": False}],
    "hashed-far": [{"hashed": 10}],
    "hashed-back": [{"hashed": 1}, {"hashed": 1}],
    "identity": [{"done": True, "changed": False, "identity": ["x"]}],
    "unsaid": [{"done": True}],
    "twice": [{"part": "artifact", "value": {}}, {"part": "artifact", "value": {}}],
}


def say(message):
    print(json.dumps(message), flush=True)


sys.stdin.readline()
say({"ready": {}})
for line in sys.stdin:
    task = json.loads(line)
    odd = ODD.get(task["entry"]["path"]) if "artifact" in task["parts"] else None
    for message in odd or ():
        say(message if isinstance(message, list) else {"n": task["n"], **message})
    if odd is None:
        if task["entry"]["path"] == "signs":
            say({"n": task["n"], "hashed": 1})
        for part in task["parts"]:
            say({"n": task["n"], "part": part, "value": f"{part} of it"})
        say({"n": task["n"], "done": True, "changed": False})
