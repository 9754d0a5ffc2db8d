"""The explorer in a browser: from the change of a value to the new drawing, and the first drawing.

``PYTHONPATH=tests python -m benchmarks.explorer``, with Playwright and a Chromium (`make
test-browser` installs them). Medians over changes, one after the other, with nothing else asked;
times are those of the page's own clock, from the event of the control until the frame that has the
drawing is painted: a message that is posted when that frame begins comes after it. Beside them the
time of the request alone, and the processor time of the server and of the page (its main thread)
until the drawing, which other work on the machine lengthens less.
"""

import json
import os
import shutil
import statistics
import time

from browser.conftest import ARGUMENTS, NAMES
from explorer.serving import Running, running
from playwright.sync_api import CDPSession, Page, sync_playwright

REPEATS = 9
CHANGES: tuple[tuple[str, str, int], ...] = (
    ("coupling g_D", "model.g_d", 400),
    ("luminosity", "run.luminosity_fb", 500),
    ("background", "run.background", 20),
    ("mass of A'", "model.m_aprime", 385),
    ("splitting", "model.splitting", 800),
    ("position of the detector", "detectors.A.position[0]", 530),
    ("size of the detector", "detectors.A.size[0]", 500),
)
"""Name, key, and step of the slider at which it starts."""

SELECTED = (("selection", "run.selection", 0), ("luminosity", "run.luminosity_fb", 500))
"""The same with simulated efficiencies: a list has no steps, its values take turns."""

MOVE = """
async ([key, step]) => {
  const slider = document.querySelector(`input[type=range][data-key="${key}"]`);
  const list = document.querySelector(`select[data-key="${key}"]`);
  const asked = Number(document.body.dataset.asked);
  const channel = new MessageChannel();
  const start = performance.now();
  if (list) {
    list.selectedIndex = step % list.options.length;
    list.dispatchEvent(new Event("change"));
  } else {
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
  }
  const drawn = () => Number(document.body.dataset.serial) > asked;
  while (!drawn()) await new Promise((next) => requestAnimationFrame(next));
  await new Promise((next) => { channel.port1.onmessage = next; channel.port2.postMessage(0); });
  const end = performance.now();
  const entries = performance.getEntriesByType("resource");
  const last = entries.filter((e) => e.name.endsWith("ask/change")).at(-1);
  performance.clearResourceTimings();
  return [end - start, last ? last.responseEnd - last.requestStart : NaN];
}
"""


class Questions:
    """Questions of a page that have no answer yet.

    Parameters
    ----------
    page
        The page.
    exact
        Whether those for exact lines are answered. Over a plane of masses they take minutes of
        processor time: a preview of the next change is asked for while they are computed, and not
        after them.
    """

    def __init__(self, page: Page, exact: bool) -> None:
        self._page = page
        self._open = 0
        if not exact:
            page.route("**/ask/exact", lambda route: route.fulfill(json={"superseded": True}))
        page.on("request", lambda _: self._count(1))
        page.on("requestfinished", lambda _: self._count(-1))
        page.on("requestfailed", lambda _: self._count(-1))

    def _count(self, step: int) -> None:
        self._open += step

    def settle(self) -> None:
        """Wait until nothing has been asked for 300 ms."""
        quiet = 0
        while quiet < 15:
            self._page.wait_for_timeout(20)
            quiet = 0 if self._open else quiet + 1


def processor_seconds(pid: int) -> float:
    """Processor time of all threads of another process: its clock has this number in Linux."""
    return time.clock_gettime((~pid << 3) | 2)


def page_seconds(session: CDPSession) -> float:
    """Processor time of the main thread of a page."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def measure(server: Running, page: Page, questions: Questions, key: str, step: int) -> list[float]:
    """Times in ms: medians of the whole, of the request, and of the processor times of the server
    and of the page; and the largest whole.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    times = []
    for repeat in range(REPEATS):
        before = processor_seconds(server.process.pid), page_seconds(session)
        whole, request = page.evaluate(MOVE, [key, step + repeat + 1])
        after = processor_seconds(server.process.pid), page_seconds(session)
        of_server, of_page = (1e3 * (b - a) for a, b in zip(before, after, strict=True))
        times.append((whole, request, of_server, of_page))
        questions.settle()
    session.detach()
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    return [*medians, max(whole for whole, *_ in times)]


def first_drawing(server: Running, page: Page, start: float) -> float:
    """Seconds from the start of the command."""
    page.goto(server.address)
    page.wait_for_selector("body[data-serial]", state="attached", timeout=120_000)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    found = next(p for name in NAMES if (p := shutil.which(os.environ.get("CHROMIUM", name))))
    print(f"processes that want a core: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        for _ in range(2):  # the first one fills caches
            page = browser.new_context().new_page()
            start = time.perf_counter()
            with running("belle2-forward") as server:
                seconds = first_drawing(server, page, start)
                used = processor_seconds(server.process.pid)
        print(
            f"first drawing after the command: {seconds:.2f} s (browser running), of the server"
            f" {used:.2f} s of processor time"
        )
        states = (
            ('plane.kind="epsilon-g_d"', CHANGES, False),
            # With exact lines, after which the other selections are prepared.
            ('run.efficiency="simulated"', SELECTED, True),
            ('plane.kind="epsilon-m2"', CHANGES, False),
        )
        for state, changes, exact in states:
            with running("belle2-forward", "--set", state, "--set", "plane.points=100") as server:
                page = browser.new_context().new_page()
                questions = Questions(page, exact)
                first_drawing(server, page, start)
                questions.settle()
                page.evaluate("() => document.querySelectorAll('details').forEach((d) => { "
                              "if (d.id !== 'details') d.open = true; })")  # fmt: skip
                print(
                    f"{state}, change to drawing [ms], of which the request; processor time of the"
                    " server, of the page; the longest change"
                )
                for name, key, step in changes:
                    medians = measure(server, page, questions, key, step)
                    print(f"  {name:26s}" + "".join(f"{value:7.0f}" for value in medians))
        browser.close()
    print(json.dumps({"load after": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
