"""The server answers its own page, and nobody else; it starts and ends cleanly."""

import http.client
import json
import math
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from explorer.serving import COMMAND, Running, running
from wayside.explorer.server import _json
from wayside.explorer.state import State

PATHS = ("", "explorer.js", "bokeh/bokeh.min.js", "download/toml?scenario=belle2-forward")


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("belle2-forward") as made:
        yield made


def test_first_line(server: Running) -> None:
    assert server.line == f"exploring belle2-forward: {server.address}\n"
    assert server.address.startswith("http://127.0.0.1:")
    assert len(server.token) >= 22


def test_json_as_the_standard_library_has_it() -> None:
    answer = {"a": [1.5, 1e-300, 0.1, None, True], "words": "ε, NaN and Infinity", "n": {"m": 3}}
    assert json.loads(_json(answer)) == answer
    for number in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not JSON compliant"):
            _json({"a": [number]})


def test_loopback_alone(server: Running) -> None:
    name = socket.gethostbyname(socket.gethostname())
    if name.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((name, server.port), timeout=5)


@pytest.mark.parametrize("path", PATHS)
def test_with_token(server: Running, path: str) -> None:
    status, headers, text = server.ask(f"/{server.token}/{path}")
    assert status == 200
    assert text
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "Server" not in headers


@pytest.mark.parametrize("path", ["", "ask/start", *PATHS[1:]])
@pytest.mark.parametrize("token", ["", "wrong", "tökén".encode().hex(), "%2e%2e"])
def test_stranger(server: Running, path: str, token: str) -> None:
    for start in (f"/{token}/", f"/{token}" if token else "/"):
        for method in ("GET", "POST", "HEAD"):
            status, _, text = server.ask(f"{start}{path}", method, "{}")
            assert status == 403
            assert server.token not in text


def test_half_a_token(server: Running) -> None:
    for token in (server.token[:-1], server.token + "x", server.token.swapcase()):
        assert server.ask(f"/{token}/")[0] == 403


@pytest.mark.parametrize("token", ["wrong", None])
def test_web_socket(server: Running, token: str | None) -> None:
    status, _, _ = server.ask(
        f"/{token or server.token}/ask/start" if token else "/ws",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
    )
    assert status == 403


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
def test_page_of_someone_else(server: Running, headers: dict[str, str]) -> None:
    """Even with the token: a name that resolves to this machine, or a foreign page."""
    assert server.ask(f"/{server.token}/", **headers)[0] == 403


def test_no_way_out_of_the_folders(server: Running) -> None:
    for path in ("../state.py", "bokeh/../../../core/types.py", "%2e%2e/state.py", "a/b/c"):
        assert server.ask(f"/{server.token}/{path}")[0] in (403, 404)


def test_questions(server: Running) -> None:
    answer = server.question("start", query="")
    assert answer["page"]["query"] == "scenario=belle2-forward"
    assert answer["plane"]["x"]["name"] == "g_d"
    answer = server.question("change", query=answer["page"]["query"], changes={"model.g_d": "x"})
    assert answer["page"]["errors"]["model.g_d"].startswith("model.g_d = 'x': must be")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("nothing", {}),
        ("change", {"query": "scenario=%2Fetc%2Fpasswd"}),
        ("change", {}),
        ("change", {"query": "scenario=belle2-forward", "changes": [1]}),
        ("change", {"query": "scenario=belle2-forward", "place": ["a"]}),
        ("change", {"query": "scenario=belle2-forward", "changes": {"no.such.key": "1"}}),
        ("change", {"query": "scenario=belle2-forward", "changes": {"detectors.C.size[0]": "1"}}),
        ("glance", {"query": "scenario=belle2-forward", "x": -1, "y": 0}),
        ("glance", {"query": "scenario=belle2-forward", "x": 1e400, "y": None}),
    ],
)
def test_nonsense_is_answered(server: Running, name: str, question: dict[str, object]) -> None:
    answer = server.question(name, **question)
    assert "error" in answer or answer["page"]["errors"]
    assert server.question("start")["page"]["errors"] == {}


def test_body_that_is_no_question(server: Running) -> None:
    for body in ("", "[]", "{", "\x00", "1", '"x"', "{}"):
        status, _, text = server.ask(f"/{server.token}/ask/change", "POST", body)
        assert status == 200
        assert "error" in json.loads(text)


@pytest.mark.parametrize("kind", ["toml", "csv", "svg", "png", "pdf"])
def test_downloads(server: Running, kind: str) -> None:
    query = State("belle2-forward", {"model.g_d": 0.5, "plane.points": 20}).query()
    status, headers, text = server.ask(f"/{server.token}/download/{kind}?{query}")
    assert status == 200
    assert f".{kind}" in headers["Content-Disposition"]
    start = {"toml": "description", "csv": "# what", "svg": "<?xml", "png": "", "pdf": "%PDF"}
    assert text.startswith(start[kind])
    assert len(text) > 500


def test_download_of_states_that_are_compared(server: Running) -> None:
    one = State("belle2-forward", {"plane.points": 20})
    other = one.with_values({"model.g_d": 0.5, "run.luminosity_fb": 1e4})
    query = f"{one.query()}&{urlencode({'with': other.query()})}"
    status, _, text = server.ask(f"/{server.token}/download/csv?{query}")
    assert status == 200
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert rows[0].startswith("label,")
    names = {row.split(",")[0] for row in rows[1:]}
    assert names == {"belle2-forward", "model.g_d=0.5; run.luminosity_fb=10000.0"}


def test_download_that_is_refused(server: Running) -> None:
    for kind, query in (("gif", "scenario=belle2-forward"), ("csv", "scenario=nothing")):
        status, _, text = server.ask(f"/{server.token}/download/{kind}?{query}")
        assert status == 400
        assert "must be" in text or "started with" in text


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ends(how: int, code: int) -> None:
    with running("belle2-forward", "--set", "model.g_d=0.5") as made:
        status, errors = made.end(how)
        assert status == code
        assert "Traceback" not in errors
        assert errors.strip() in ("", "wayside: interrupted")


def test_ends_while_it_computes() -> None:
    with running("belle2-forward", "--set", "plane.kind=epsilon-m2") as made:
        connection = http.client.HTTPConnection("127.0.0.1", made.port)
        body = json.dumps({"tab": "t", "serial": 1, "query": ""})
        connection.request("POST", f"/{made.token}/ask/start", body)
        status, errors = made.end()
        connection.close()
        assert status == 130
        assert "Traceback" not in errors


def test_port_that_is_taken(server: Running) -> None:
    done = subprocess.run(
        [*COMMAND, "--no-open", "--port", str(server.port)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"wayside: error: --port {server.port}: cannot be listened to")
    assert done.stderr.count("\n") == 1


def test_bad_scenario() -> None:
    done = subprocess.run([*COMMAND, "belle3", "--no-open"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no file and no built-in scenario 'belle3'" in done.stderr
    assert done.stderr.count("\n") == 1
