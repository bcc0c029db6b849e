"""A worker that answers as the real one does, and hangs, dies or fails where the file's name says so."""

import json
import os
import sys
import time

PARTS = ("artifact", "index", "manifest", "imports", "dataset", "hash")


def say(**message):
    print(json.dumps(message), flush=True)


sys.stdin.readline()
say(ready={})
for line in sys.stdin:
    task = json.loads(line)
    name = task["entry"]["path"]
    for part in task["parts"]:
        if name == f"hang-{part}":
            time.sleep(3600)
        if name == f"crash-{part}":
            os._exit(139)
        if name == f"fail-{part}":
            say(n=task["n"], part=part, failed="It failed.")
        else:
            say(n=task["n"], part=part, value=f"{part} of {name}")
    say(n=task["n"], done=True, changed=name == "changed")
