"""Pickles of recorded web answers, as test suites keep them: library classes, and nothing more."""

import pickle

import pytest
import requests

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading


def verdict(stream: bytes) -> Loading:
    return read(BytesSource(stream), "answer.pkl").loading


@pytest.mark.parametrize("protocol", range(6))
def test_a_recorded_answer_is_a_library_pickle(protocol: int):
    answer = requests.Response()
    answer.status_code, answer.url, answer._content = 200, "https://service.invalid/", b"{}"
    assert verdict(pickle.dumps(answer, protocol)) is Loading.LIBRARY


@pytest.mark.parametrize("name", ["get", "api\nget", "sessions\nSession", "adapters\nHTTPAdapter"])
def test_whatever_opens_a_connection_still_runs_code(name: str):
    module, _, function = f"requests.{name}".rpartition("." if "\n" not in name else "\n")
    stream = f"c{module}\n{function}\n(S'https://service.invalid/'\ntR.".encode()
    assert verdict(stream) is Loading.RUNS_CODE
