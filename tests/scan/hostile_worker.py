"""The real worker with a reader that has been taken over: what it does is what the file's name says."""

import ctypes
import os
import sys

from inspector import artifacts
from inspector.scan import worker

_read = artifacts.read


def _flood(text):
    while True:
        os.write(1, text)


def read(source, path):
    if path == "segfault":
        ctypes.string_at(0)
    elif path == "exit":
        os._exit(0)
    elif path == "loop":
        while True:
            pass
    elif path == "bomb":
        held = []
        while True:
            held.append(bytes(64 << 20))
    elif path == "flood":
        _flood(b"x" * 65536)
    elif path == "chatter":
        _flood(b'{"n":1,"hashed":0}\n' * 1000)
    elif path == "garbage":
        os.write(1, b"\xff\x00 no JSON at all\n")
    elif path == "nested":
        os.write(1, b"[" * 60000 + b"\n")
    elif path == "stranger":
        os.write(1, b'{"n":999,"part":"artifact","value":{}}\n')
    elif path == "forged":
        os.write(1, b'{"n":%d,"part":"artifact","value":{"loading":"fine"}}\n' % source_number())
    elif path == "asks":
        os.write(1, b'{"n":%d,"want":[0,100]}\n' % source_number())
    elif path == "prints":
        print("a library's chatter")
        sys.__stderr__.write("more of it")
    return _read(source, path)


def source_number():
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "_number"):
        frame = frame.f_back
    return frame.f_locals["self"]._number


artifacts.read = read
sys.exit(worker.main())
