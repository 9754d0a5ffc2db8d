"""The server: on the loopback alone, and only for who knows the token in its address."""

import asyncio
import hmac
import importlib.util
import json
import secrets
import webbrowser
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import quote

from pydantic_core import to_json
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

from wayside.errors import InputError, WaysideError
from wayside.explorer.state import State
from wayside.explorer.tasks import Tasks

HOST: Final = "127.0.0.1"

_LARGEST_QUESTION: Final = 1_000_000
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    " blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""What the browser may load: everything from here, nothing from elsewhere."""

_PAGE: Final = Path(__file__).parent / "page"


def bokeh_files() -> Path:
    """Folder of the JavaScript that comes with Bokeh, which is not imported.

    Raises
    ------
    InputError
        If Bokeh is not installed.
    """
    bokeh = importlib.util.find_spec("bokeh")
    if bokeh is None or not bokeh.submodule_search_locations:
        raise InputError('bokeh is not installed: pip install "wayside[explore]"')
    return Path(bokeh.submodule_search_locations[0]) / "server" / "static" / "js"


class _Guarded(RequestHandler):
    """Answers only requests with the token, made to this address by its own page."""

    def prepare(self) -> None:
        settings = self.application.settings
        given = self.request.path.split("/")[1]
        ours = {f"{host}:{settings['port']}" for host in (HOST, "localhost")}
        origin = self.request.headers.get("Origin")
        if (
            not hmac.compare_digest(given.encode(), settings["token"].encode())
            # Another name for this machine is that of a page of someone else.
            or self.request.host not in ours
            or (origin is not None and origin.removeprefix("http://") not in ours)
        ):
            raise HTTPError(403)

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def write_error(self, status_code: int, **_: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        words = {
            403: "403: open the address that `wayside explore` printed, with its token",
            404: "404: there is no such page",
        }
        self.finish(words.get(status_code, f"{status_code}: not possible") + "\n")


class _Files(_Guarded, StaticFileHandler):
    """Files of the page and of Bokeh."""

    def set_extra_headers(self, path: str) -> None:
        del path
        self.set_header("Cache-Control", "no-store")


class _Nothing(_Guarded):
    """Whatever else is asked for."""

    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


def _json(answer: Any) -> bytes:
    """JSON, some ten times faster than the standard library has it for lists of numbers.

    Raises
    ------
    ValueError
        For numbers that JSON has not.
    """
    text = to_json(answer)
    if b"NaN" in text or b"Infinity" in text:
        return json.dumps(answer, allow_nan=False).encode()
    return text


class _Question(_Guarded):
    """A question of the page: a JSON object in, one out."""

    _gone = False

    def on_connection_close(self) -> None:
        self._gone = True

    async def post(self, name: str) -> None:
        tasks: Tasks = self.application.settings["tasks"]
        try:
            question = json.loads(self.request.body)
            answer = await tasks.answer(name, question, lambda: self._gone)
            text = _json(answer)
        except WaysideError as error:
            text = _json({"error": str(error)})
        except (
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            # Not one of the page's own questions, or a fault: it is said, and the page lives on.
            words = " ".join(f"{type(error).__name__}: {error}".split())
            text = _json({"error": f"cannot be computed: {words}"})
        if self._gone:
            return
        self.set_header("Content-Type", "application/json")
        self.finish(text)


class _Download(_Guarded):
    """A file of a state."""

    async def get(self, kind: str) -> None:
        tasks: Tasks = self.application.settings["tasks"]
        try:
            file = await tasks.download(kind, self.request.query)
        except WaysideError as error:
            self.set_status(400)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{error}\n")
            return
        self.set_header("Content-Type", file.media_type)
        self.set_header("Content-Disposition", f"attachment; filename={quote(file.name)}")
        self.finish(file.content)


def application(tasks: Tasks, token: str, port: int) -> Application:
    """The web application.

    Parameters
    ----------
    tasks
        Answers questions.
    token
        First part of the path of every request.
    port
        Where it listens, which requests must name.
    """
    page = {"path": str(_PAGE), "default_filename": "index.html"}
    return Application(
        [
            (r"/[^/]+/ask/([a-z_]+)", _Question),
            (r"/[^/]+/download/([a-z]+)", _Download),
            (r"/[^/]+/bokeh/([a-z.-]+)", _Files, {"path": str(bokeh_files())}),
            (r"/[^/]+/([a-z.-]*)", _Files, page),
        ],
        default_handler_class=_Nothing,
        log_function=lambda _: None,
        tasks=tasks,
        token=token,
        port=port,
        websocket_ping_interval=0,
    )


async def serve(
    first: State,
    others: tuple[State, ...],
    port: int,
    ready: Callable[[str], object],
) -> None:
    """Listen until cancelled.

    Parameters
    ----------
    first
        State that the page opens with.
    others
        States that it compares it with.
    port
        Port, 0 for any that is free.
    ready
        Called with the address once it is listened to.

    Raises
    ------
    InputError
        If the port is not free.
    """
    try:
        sockets = bind_sockets(port, HOST)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"--port {port}: cannot be listened to: {reason}") from None
    token = secrets.token_urlsafe(18)
    port = sockets[0].getsockname()[1]
    server = HTTPServer(
        application(Tasks(first, others), token, port), max_buffer_size=_LARGEST_QUESTION
    )
    server.add_sockets(sockets)
    ready(f"http://{HOST}:{port}/{token}/")
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()


def run(
    first: State, others: tuple[State, ...], port: int, say: Callable[[str], object], browser: bool
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    first, others, port
        As for `serve`.
    say
        Called with the address.
    browser
        Whether a browser is opened.
    """

    def ready(address: str) -> None:
        say(address)
        if browser:
            # A browser in the terminal would wait for its end.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    asyncio.run(serve(first, others, port, ready))
