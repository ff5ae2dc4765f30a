"""``desensim serve``: wrong input ends with 2 and words, and nothing is served."""

from __future__ import annotations

import socket

import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.page import server


@pytest.fixture
def started(monkeypatch) -> list[tuple]:
    calls: list[tuple] = []
    monkeypatch.setattr(server, "serve", lambda *words: calls.append(words[:3]))
    return calls


def test_the_words_reach_the_server(started):
    done = CliRunner().invoke(app, ["serve", "--no-open", "--port", "0", "--mesa"])
    assert done.exit_code == 0, done.output
    assert started == [(0, False, True)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--patient", "3"], "name the run's folder too"),
        (["no_such_folder"], "no_such_folder does not exist"),
        (["--port", "70000"], "65535"),
    ],
)
def test_wrong_input_is_told(started, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["serve", *words])
    assert done.exit_code == 2
    assert told in done.output
    assert started == []


def test_a_port_that_is_taken_is_told():
    with socket.socket() as other:
        other.bind((server.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(server.PortTaken, match=f"port {port} is taken"):
            server.bound(port)
    with server.bound(0) as any_free:
        assert any_free.getsockname()[1] > 0


def test_missing_extras_name_the_line_to_type(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(server.ExtrasMissing, match=r"pip install 'desensim\[viz\]'"):
        server.require_extras()
