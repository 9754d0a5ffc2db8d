"""The explorer in a browser: from the change of a value to the new drawing, and the first drawing.

``PYTHONPATH=tests python -m benchmarks.explorer``, with Playwright and a Chromium (`make
test-browser` installs them). Medians over changes, one after the other, with nothing else asked;
times are those of the page's own clock, from the event of the slider to the frame after the
drawing. Beside them what the server takes of that, by its own clock.
"""

import json
import os
import shutil
import statistics
import time

from browser.conftest import ARGUMENTS, NAMES
from explorer.serving import Running, running
from playwright.sync_api import Page, sync_playwright

REPEATS = 15
CHANGES = (
    ("coupling g_D", "model.g_d", 400),
    ("luminosity", "run.luminosity_fb", 500),
    ("background", "run.background", 20),
    ("mass of A'", "model.m_aprime", 385),
    ("splitting", "model.splitting", 800),
    ("position of the detector", "detectors.A.position[0]", 530),
    ("size of the detector", "detectors.A.size[0]", 500),
)
"""Name, key, and step of the slider at which it starts."""

MOVE = """
async ([key, step]) => {
  const slider = document.querySelector(`input[type=range][data-key="${key}"]`);
  const asked = Number(document.body.dataset.asked);
  const start = performance.now();
  slider.value = step;
  slider.dispatchEvent(new Event("input"));
  const drawn = () => Number(document.body.dataset.serial) > asked;
  while (!drawn()) await new Promise((next) => requestAnimationFrame(next));
  await new Promise((next) => requestAnimationFrame(next));
  const end = performance.now();
  const entries = performance.getEntriesByType("resource");
  const last = entries.filter((e) => e.name.endsWith("ask/change")).at(-1);
  performance.clearResourceTimings();
  return [end - start, last ? last.responseEnd - last.requestStart : NaN];
}
"""


def settle(page: Page) -> None:
    """Wait until nothing is computed any more."""
    ended = "() => document.body.dataset.relic === document.body.dataset.asked"
    while not page.evaluate(ended):
        page.wait_for_timeout(20)


def measure(page: Page, key: str, step: int) -> tuple[float, float]:
    """Medians in ms: the whole, and the request alone."""
    times = []
    for repeat in range(REPEATS):
        times.append(page.evaluate(MOVE, [key, step + repeat + 1]))
        settle(page)
    whole, request = (statistics.median(column) for column in zip(*times, strict=True))
    return whole, request


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
        print(f"first drawing after the command: {seconds:.2f} s (browser running)")
        for plane in ("epsilon-g_d", "epsilon-m2"):
            with running("belle2-forward", "--set", f'plane.kind="{plane}"', "--set",
                         "plane.points=100") as server:  # fmt: skip
                first_drawing(server, page, start)
                settle(page)
                page.evaluate("() => document.querySelectorAll('details').forEach((d) => { "
                              "if (d.id !== 'details') d.open = true; })")  # fmt: skip
                print(f"plane {plane}, change to drawing [ms], of which the request")
                for name, key, step in CHANGES:
                    whole, request = measure(page, key, step)
                    print(f"  {name:26s} {whole:6.0f} {request:6.0f}")
        browser.close()
    print(json.dumps({"load after": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
