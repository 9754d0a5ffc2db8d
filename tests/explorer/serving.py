"""A server of the explorer in a process of its own."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = (sys.executable, "-c", "from wayside.cli.main import main; main()", "explore")


class Running:
    """A server in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--no-open", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.address = self.line.split()[-1]
        _, _, self.host, self.token, _ = self.address.split("/")
        self.port = int(self.host.partition(":")[2])

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str):
        """Status, headers and text of a request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(None if body is None else body.encode())
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        return response.status, response.headers, text

    def question(self, name: str, **question: object):
        body = json.dumps({"tab": "test", "serial": 1, **question})
        status, _, text = self.ask(f"/{self.token}/ask/{name}", "POST", body)
        assert status == 200
        return json.loads(text)

    def end(self, how: int = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    server = Running(*arguments)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()
