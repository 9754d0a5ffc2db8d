"""A browser, and pages of the explorer in it that must stay free of errors."""

import os
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from explorer.serving import Running, running

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    found = [path for name in NAMES if (path := shutil.which(os.environ.get("CHROMIUM", name)))]
    if not found:
        pytest.fail("no Chromium: install it, or name it in CHROMIUM")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found[0], args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("belle2-forward", "--set", "plane.points=20") as made:
        yield made


class Tab:
    """A page of the explorer, and everything that went wrong in it."""

    def __init__(self, context, server: Running, query: str = "") -> None:
        self.page = context.new_page()
        self.asked: list[str] = []
        self.strange: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._console)
        self.own = f"http://{server.host}/"
        self.page.goto(server.address + query)
        self.settle()

    def _request(self, request) -> None:
        self.asked.append(request.url.rpartition("/")[2])
        if not request.url.startswith((self.own, "data:", "blob:")):
            self.strange.append(request.url)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)

    def settle(self, what: str = "exact", timeout: float = 60.0) -> None:
        """Wait until what was asked for last is drawn."""
        script = f"() => document.body.dataset.asked === document.body.dataset.{what}"
        self.until(lambda: self.page.evaluate(script), timeout)

    def until(self, condition: Callable[[], bool], timeout: float = 30.0) -> None:
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end, f"not in time: {self.page.inner_text('#status')}"
            self.page.wait_for_timeout(20)

    def field(self, key: str):
        return self.page.locator(f'[id="c-{key}"]')

    def slider(self, key: str):
        return self.page.locator(f'input[type=range][data-key="{key}"]')

    def message(self, key: str) -> str:
        return self.page.locator(f'[id="e-{key}"]').text_content()

    def open(self, group: str) -> None:
        made = self.page.locator(f'#controls details[data-group="{group}"]')
        if made.get_attribute("open") is None:
            made.locator("summary").click()

    def enter(self, key: str, text: str, what: str = "exact") -> None:
        before = self.page.evaluate("() => document.body.dataset.asked")
        self.field(key).fill(text)
        self.field(key).press("Enter")
        self.until(lambda: self.page.evaluate("() => document.body.dataset.asked") != before)
        self.settle(what)

    def data(self, name: str) -> dict:
        """Columns of a source of a figure."""
        return self.page.evaluate(
            """(name) => {
              const found = Bokeh.documents.map((d) => d.get_model_by_name(name)).filter((m) => m);
              return Object.fromEntries(Object.entries(found[0].data).map(([k, v]) => [k, [...v]]));
            }""",
            name,
        )

    def line(self, name: str) -> list[tuple[float, float]]:
        data = self.data(name)
        return [
            point
            for xs, ys in zip(data["xs"], data["ys"], strict=True)
            for point in zip(xs, ys, strict=True)
        ]


@pytest.fixture
def new_tab(browser, server: Running):
    """Makes pages, and looks at the end whether any had an error or asked someone else."""
    tabs: list[Tab] = []
    contexts = []

    def make(query: str = "", width: int = 1280, height: int = 900, **options: object) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        tabs.append(Tab(context, server, query))
        return tabs[-1]

    yield make
    for tab in tabs:
        assert tab.wrong == []
        assert tab.strange == []
    for context in contexts:
        context.close()
