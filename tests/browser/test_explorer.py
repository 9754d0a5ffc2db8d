"""The explorer in a real browser."""

import http.client
import json
import re
from contextlib import suppress

import numpy as np
import pytest
from explorer.serving import Running, running

import wayside
from wayside.explorer.state import State
from wayside.scenario import load_scenario

pytestmark = pytest.mark.browser

PARTICLE = {
    "model.kind": "dark-photon",
    "model.mass": 0.3,
    "model.epsilon": 1e-5,
    "plane.points": 20,
}


def reach(**values: object):
    named = {key.replace("__", "."): value for key, value in values.items()}
    return wayside.reach(load_scenario("belle2-forward", {"plane.points": 20, **named}))


def assert_is_contour(line, result) -> None:
    ours = np.concatenate([each.points for each in result.contour])
    np.testing.assert_allclose(np.array(line), ours, rtol=1e-12)


def test_numbers_are_those_of_the_library(new_tab) -> None:
    tab = new_tab()
    assert_is_contour(tab.line("contour"), reach())
    tab.enter("run.luminosity_fb", "20000")
    assert_is_contour(tab.line("contour"), reach(run__luminosity_fb=20_000.0))
    tab.enter("model.m_aprime", "8200 MeV", "relic")
    result = reach(run__luminosity_fb=20_000.0, model__m_aprime=8.2)
    assert_is_contour(tab.line("contour"), result)
    relic = np.concatenate([branch.line.points for branch in result.relic.branches])
    np.testing.assert_allclose(np.array(tab.line("relic")), relic, rtol=1e-12)
    report = wayside.point_report(result.scenario)
    summary = tab.page.inner_text("#summary")
    assert f"{result.n_limit:.4g} events" in summary

    def events() -> float:
        return float(re.search(r"expected events\s+(\S+)", tab.page.inner_text("#glance"))[1])

    # Of four digits the last may turn: the page has the accuracy of a plane.
    tab.until(lambda: events() == pytest.approx(report["expected_events"], rel=2e-4))
    assert f"{report['relic']['omega_h2']:.4g}" in tab.page.inner_text("#glance")
    command = tab.page.input_value("#command")
    assert "--set run.luminosity_fb=20000" in command
    assert 'm_aprime = "8200 MeV"' in tab.page.input_value("#toml")


def test_quick_moves_never_queue(new_tab) -> None:
    tab = new_tab()
    before, asked = tab.line("contour"), tab.asked.count("change")
    slider, moves = tab.slider("model.m_aprime"), 60
    slider.evaluate(
        """(slider, moves) => {
          for (let i = 1; i <= moves; i++) {
            slider.value = 420 + i;
            slider.dispatchEvent(new Event("input"));
          }
          slider.dispatchEvent(new Event("change"));
        }""",
        moves,
    )
    tab.settle()
    # The first move, and all others together once it is answered.
    assert tab.asked.count("change") - asked <= 2
    mass = float(tab.field("model.m_aprime").input_value())
    assert f"m_aprime={mass:g}" in tab.page.input_value("#command")
    assert_is_contour(tab.line("contour"), reach(model__m_aprime=mass))
    assert tab.line("contour") != before
    tab.page.click("#undo")  # the whole move is one step
    tab.settle()
    assert tab.line("contour") == before
    assert tab.page.is_disabled("#undo")
    tab.page.keyboard.press("Control+Shift+Z")
    tab.until(lambda: float(tab.field("model.m_aprime").input_value()) == mass)
    tab.settle()


def test_wrong_input(new_tab) -> None:
    tab = new_tab()
    before = tab.line("contour")
    for wrong in ("banana", "-1", "", "1e400", "nan", "5 m", "<b>1</b>", "'; --", "x" * 300):
        tab.enter("model.m1", wrong, "serial")
        message = tab.message("model.m1")
        assert message.startswith("model.m1")
        assert "\n" not in message
        assert tab.field("model.m1").get_attribute("aria-invalid") == "true"
        assert tab.field("model.m1").input_value() == wrong
        assert tab.line("contour") == before
    tab.enter("model.m1", "4200 MeV")
    assert tab.message("model.m1") == ""
    assert tab.field("model.m1").get_attribute("aria-invalid") == "false"
    assert tab.line("contour") != before


def test_two_tabs(new_tab) -> None:
    one, two = new_tab(), new_tab()
    one.field("run.luminosity_fb").fill("12000")
    two.field("run.luminosity_fb").fill("20000")
    one.field("run.luminosity_fb").press("Enter")
    two.field("run.luminosity_fb").press("Enter")
    for tab, luminosity in ((one, 12_000.0), (two, 20_000.0)):
        tab.until(lambda tab=tab: "luminosity_fb" in tab.page.url)
        tab.settle()
        assert_is_contour(tab.line("contour"), reach(run__luminosity_fb=luminosity))


DOT = """() => {
      const named = Bokeh.documents.map((d) => d.get_model_by_name("handles-plan"));
      const source = named.find((m) => m);
      const view = Object.values(Bokeh.index.roots ?? [...Bokeh.index])
        .find((v) => v.model.renderers.some((r) => r.data_source === source));
      const box = document.querySelector("#plan").getBoundingClientRect();
      const inner = view.canvas_view?.el?.getBoundingClientRect() ?? box;
      const frame = view.frame;
      const { x, y } = source.data;
      return [inner.x + frame.x_scale.compute(x[0]), inner.y + frame.y_scale.compute(y[0])];
    }"""
"""Where in the window the dot of the first detector is in plan."""


def test_point_hall_and_address(new_tab) -> None:
    tab = new_tab()
    plane = tab.page.locator("#plane").bounding_box()
    x, y = plane["x"] + 0.5 * plane["width"], plane["y"] + 0.5 * plane["height"]
    tab.page.mouse.move(x, y)
    tab.until(lambda: "at the pointer (" in tab.page.inner_text("#glance"))
    tab.page.mouse.click(x, y)
    tab.until(lambda: tab.page.input_value("#command").count("--set") == 3)
    tab.settle()
    point = tab.data("point")
    epsilon, g_d = (float(tab.field(f"model.{key}").input_value()) for key in ("epsilon", "g_d"))
    assert (point["x"], point["y"]) == ([g_d], [epsilon])
    assert 1e-5 < epsilon < 1e-2
    before = tab.line("contour")
    # The dot of detector A is dragged.
    tab.page.locator("#plan").scroll_into_view_if_needed()
    # Where the page is laid out anew under the pointer the dot is missed: as a user would, again.
    for _ in range(3):
        place = tab.page.evaluate(DOT)
        tab.page.mouse.move(*place)
        tab.page.mouse.down()
        tab.page.mouse.move(place[0] + 10, place[1] - 6, steps=4)
        tab.page.mouse.move(place[0] + 20, place[1] - 12, steps=4)
        tab.page.mouse.up()
        with suppress(AssertionError):
            tab.until(lambda: "detectors.A.position" in tab.page.input_value("#command"), 10.0)
            break
    assert "detectors.A.position" in tab.page.input_value("#command")
    tab.settle()
    after = tab.line("contour")
    assert after != before
    state = State.from_query(tab.page.url.partition("?")[2])
    x, y, z = state.scenario().detectors["A"].position
    assert x > 1.0
    assert y == 0.0
    assert z > 7.0
    # The address holds it all.
    again = new_tab("?" + tab.page.url.partition("?")[2])
    assert again.line("contour") == after
    assert again.field("model.epsilon").input_value() == tab.field("model.epsilon").input_value()


def test_fingers(new_tab) -> None:
    tab = new_tab(width=390, height=800, has_touch=True, is_mobile=True)
    tab.page.locator("#plane").scroll_into_view_if_needed()
    plane = tab.page.locator("#plane").bounding_box()
    tab.page.touchscreen.tap(plane["x"] + 0.5 * plane["width"], plane["y"] + 0.5 * plane["height"])
    tab.until(lambda: tab.page.input_value("#command").count("--set") == 3)
    tab.settle()
    before = tab.line("contour")
    tab.page.locator("#plan").scroll_into_view_if_needed()
    session = tab.page.context.new_cdp_session(tab.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        there = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": there})
        tab.page.wait_for_timeout(30)

    # As with the mouse: the dot is missed where the page is laid out anew.
    for _ in range(3):
        x, y = tab.page.evaluate(DOT)
        touch("touchStart", (x, y))
        for step in range(1, 9):
            touch("touchMove", (x + 2.5 * step, y - 1.5 * step))
        touch("touchEnd")
        with suppress(AssertionError):
            tab.until(lambda: "detectors.A.position" in tab.page.input_value("#command"), 10.0)
            break
    assert "detectors.A.position" in tab.page.input_value("#command")
    tab.settle()
    assert tab.line("contour") != before


def test_compare_and_layers(new_tab) -> None:
    tab = new_tab()
    first = tab.line("contour")
    tab.page.click("#keep")
    tab.enter("run.background", "30")
    tab.until(lambda: tab.line("other-0") == first)
    assert tab.line("contour") != first
    assert "with=" in tab.page.url
    assert "with=" in tab.page.get_attribute("#downloads a[data-kind=png]", "href")
    tab.page.check("input[data-layer=events]")
    tab.until(lambda: len(tab.data("events")["xs"]) > 3)
    tab.page.uncheck("input[data-layer=contour]")
    tab.page.get_by_role("button", name="Remove belle2-forward").click()
    assert tab.line("other-0") == []
    tab.page.locator("#details summary").click()
    tab.until(lambda: "simulated decays" in tab.page.inner_text("#details-words"), 60.0)
    tab.page.select_option("#scenario", "gazelle")
    tab.until(lambda: "gazelle" in tab.page.input_value("#command"))


@pytest.mark.parametrize(("width", "height", "scheme"), [(360, 740, "dark"), (3840, 2160, "light")])
def test_every_size(new_tab, width: int, height: int, scheme: str) -> None:
    tab = new_tab(width=width, height=height, color_scheme=scheme)
    assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert tab.page.evaluate("() => document.documentElement.dataset.theme") == scheme
    for section in ("plane", "controls", "summary", "plan", "elevation", "command"):
        box = tab.page.locator(f"#{section}").bounding_box()
        assert box["width"] > 100
        assert box["x"] + box["width"] <= width + 1


def test_keyboard_and_reader(new_tab) -> None:
    tab = new_tab()
    slider = tab.slider("model.epsilon")
    slider.focus()
    before = tab.field("model.epsilon").input_value()
    tab.page.keyboard.press("ArrowRight")
    tab.until(lambda: tab.field("model.epsilon").input_value() != before)
    tab.settle()
    assert slider.get_attribute("aria-valuetext") == tab.field("model.epsilon").input_value()
    nameless = tab.page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")]
          .filter((e) => !e.labels?.length && !e.getAttribute("aria-label"))
          .filter((e) => !e.textContent.trim())
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    assert tab.page.get_by_role("img", name="Contours over the plane").count() == 1
    assert tab.page.locator("#status").get_attribute("aria-live") == "polite"


def test_other_models_live(new_tab) -> None:
    tab = new_tab(f"?{State('gazelle', PARTICLE).query()}")
    tab.settle("relic")
    ours = wayside.reach(load_scenario("gazelle", PARTICLE))
    assert f"{float(ours.total.max()):.4g}" in tab.page.inner_text("#summary")
    assert len(tab.line("contour")) == sum(len(line.points) for line in ours.contour)
    assert "not shown in this plane" in tab.page.inner_text("#summary")


def test_nonsense_in_the_address(browser, server: Running) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{server.address}?scenario=%2Fetc%2Fpasswd")
    page.wait_for_selector("#status.bad", timeout=30_000)
    assert "not one that the explorer was started with" in page.inner_text("#status")
    page.context.close()


def test_stranger(server: Running) -> None:
    for path in ("/", "/wrong/", "/wrong/ask/start"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST" if "ask" in path else "GET", path, body=json.dumps({}))
        assert connection.getresponse().status == 403
        connection.close()


def test_server_that_ends(browser) -> None:
    """The page says so, and goes on when it is asked again."""
    with running("belle2-forward", "--set", "plane.points=20") as server:
        page = browser.new_context().new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(server.address)
        page.wait_for_selector("body[data-exact]", state="attached", timeout=60_000)
        server.end()
        page.locator('[id="c-run.luminosity_fb"]').fill("7")
        page.locator('[id="c-run.luminosity_fb"]').press("Enter")
        page.wait_for_selector("#status.bad", timeout=10_000)
        assert "the explorer has ended" in page.inner_text("#status")
        assert wrong == []
