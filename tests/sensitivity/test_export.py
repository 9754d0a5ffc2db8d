"""The result of the main job, and its tables as text."""

import json
import math

import numpy as np
import pytest
from scipy.stats import poisson

import wayside
from wayside.plotting.html import reach_html
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity import mean_flight
from wayside.sensitivity.background import ASSUMED_NONE
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.export import tables
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import Reach, percent, reach
from wayside.text import csv_text, json_text

ONE = {"run.radiation": "one-photon"}
"""Which photons count is nothing to what is tested here, and one of them takes less time."""


def small(**changes: object) -> Reach:
    return reach(load_scenario("belle2-forward", {"plane.points": 40, **ONE, **changes}))


@pytest.fixture(scope="module")
def result() -> Reach:
    return small()


def test_events_are_the_expected_events(result: Reach) -> None:
    point = mass_point(result.scenario)
    x, epsilon = np.meshgrid(result.plane.x.values, result.plane.epsilon.values)
    assert result.events.keys() == {"A", "B"}
    for name, events in result.events.items():
        expected = point.expected_events(name, epsilon, x, 50_000.0)
        np.testing.assert_allclose(events, expected, rtol=1e-12)
    np.testing.assert_array_equal(result.total, result.events["A"])
    both = small(**{"run.signal": ["B", "A"]})
    np.testing.assert_allclose(both.total, result.events["A"] + result.events["B"], rtol=1e-12)
    # More signal excludes more.
    assert both.contour[0].points[:, 1].min() < result.contour[0].points[:, 1].min()


def test_summary_survives_json(result: Reach) -> None:
    summary = result.summary()
    again = json.loads(json_text(summary))
    assert again == json.loads(json.dumps(summary)), "plain values, all finite"
    assert Scenario.from_dict(again["scenario"]) == result.scenario
    assert again["wayside"] == wayside.__version__
    assert again["packages"]["numpy"] == np.__version__
    assert again["packages"].keys() >= {"scipy", "numba"}
    assert again["production"] == "on-shell"
    assert again["scenario"]["run"]["recast"] == "exact"
    assert again["columns_added"] == 0
    assert again["n_limit"] == pytest.approx(math.log(10))
    assert again["axes"] == ["g_d", "epsilon"]
    for key, lines in (
        ("contour", result.contour),
        ("discovery", result.discovery),
        ("mean_flight", result.approximate),
    ):
        assert len(again[key]) == len(lines) == 1
        np.testing.assert_array_equal(again[key][0]["points"], lines[0].points)
        assert again[key][0]["closed"] is True
    assert list(again["existing"]) == [search.key for search in SEARCHES]
    used = {table["name"]: table for table in again["tables"]}
    assert used.keys() >= {
        "r_ratio",
        "narrow_vector_states",
        "babar_visible",
        "babar_invisible",
        "babar_invisible_likelihood",
        "lep_model_independent",
    }
    for table in used.values():
        assert all(table[key] for key in ("origin", "version", "date", "licence"))
    assert 0 < again["relative_error"] < 1e-4
    assert again["flags"] == [ASSUMED_NONE]


def read(text: str):
    """Header lines, names of columns and rows of text, as a stranger would read them."""
    lines = text.splitlines()
    header = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    names, *rows = (line.split(",") for line in lines if not line.startswith("#"))
    return header, names, rows


def test_yields(result: Reach) -> None:
    text = tables(result)["yields.csv"]
    header, names, rows = read(text)
    assert names == ["g_d", "epsilon", "events_A", "events_B", "events_signal"]
    assert header["units"] == "g_d in 1, epsilon in 1, events in 1"
    assert header["luminosity"] == "50000 fb^-1"
    assert header["signal"] == "A"
    assert header["decays"] == "exact"
    assert header["wayside"] == wayside.__version__
    assert header["n_limit"] == "2.30259 (90% CL, background 0)"
    assert len(rows) == 40 * 40
    # numpy takes it as it is.
    columns = np.genfromtxt(text.splitlines(), delimiter=",", names=True, skip_header=len(header))
    point = mass_point(result.scenario)
    for name in "AB":
        expected = point.expected_events(name, columns["epsilon"], columns["g_d"], 50_000.0)
        # Ten digits, of couplings too: the steepest yields fall like the 400th power of them. Below
        # 1e-300 a double has fewer.
        np.testing.assert_allclose(columns[f"events_{name}"], expected, rtol=1e-6, atol=1e-300)
    np.testing.assert_array_equal(columns["events_signal"], columns["events_A"])


def test_contours(result: Reach) -> None:
    header, names, rows = read(tables(result)["contours.csv"])
    assert names == ["contour", "line", "shape", "g_d", "epsilon"]
    assert header["what"] == "level lines, points in order"
    kinds = {row[0] for row in rows}
    assert kinds >= {"exclusion", "discovery", "mean-flight", "lep", "babar-visible"}
    ours = np.array([row[3:] for row in rows if row[0] == "exclusion"], dtype=float)
    assert {row[2] for row in rows if row[0] == "exclusion"} == {"closed"}
    assert {row[2] for row in rows if row[0] == "lep"} == {"open"}
    np.testing.assert_allclose(ours, result.contour[0].points, rtol=1e-9)
    # What is printed still solves the equation.
    found = mass_point(result.scenario).expected_events("A", ours[:, 1], ours[:, 0], 50_000.0)
    np.testing.assert_allclose(found, math.log(10), rtol=1e-3)


def test_units_of_a_mass_plane() -> None:
    result = small(**{"plane.kind": "epsilon-m2", "plane.m2": [3.6, 3.9], "plane.points": 20})
    header, names, _ = read(tables(result)["yields.csv"])
    assert names[0] == "m2"
    assert header["units"].startswith("m2 in GeV, ")


def test_csv_text() -> None:
    text = csv_text({"a": "b: c"}, ("x", "y"), [("s", 1 / 3), ("t", 1e-30)])
    assert text == "# a: b: c\nx,y\ns,0.3333333333\nt,1e-30\n"


def test_no_contour() -> None:
    nothing = small(**{"run.luminosity_fb": 1e-6})
    assert nothing.contour == nothing.discovery == nothing.approximate == []
    assert repr(nothing) == "<Reach of belle2-forward: no contour in the plane, N = 2.303>"
    assert json.loads(json_text(nothing.summary()))["contour"] == []
    _, _, rows = read(tables(nothing)["contours.csv"])
    assert {row[0] for row in rows} == {"lep", "babar-visible", "displaced", "relic"}


@pytest.mark.filterwarnings("ignore:m1 - m2")
def test_a_stable_state_excludes_nothing() -> None:
    stable = small(**{"model.m1": 3.9955, "model.m2": 3.995})
    assert np.all(stable.total == 0)
    assert stable.contour == stable.approximate == []
    assert np.all(np.isneginf(stable.margins["displaced"]))


def test_limits_follow_background_and_level() -> None:
    """Poisson sums by scipy: the median count without signal, and the CLs limit it would set."""
    for background, level in ((0.0, 0.9), (0.0, 0.95), (3.7, 0.9), (20.0, 0.95), (0.6, 0.1)):
        result = small(
            **{"run.background": background, "run.confidence_level": level, "plane.points": 20}
        )
        n = int(poisson.median(background)) if background else 0
        total = result.n_limit + background
        without = poisson.cdf(n, background)
        assert poisson.cdf(n, total) == pytest.approx((1 - level) * without, rel=1e-9)
        found = mass_point(result.scenario).expected_events(
            "A", result.contour[0].points[:, 1], result.contour[0].points[:, 0], 50_000.0
        )
        np.testing.assert_allclose(found, result.n_limit, rtol=1e-3)
        critical = next(k for k in range(3, 200) if poisson.sf(k - 1, background) < 2.8665e-7)
        assert poisson.sf(critical - 1, result.n_discovery + background) == pytest.approx(0.5)


def test_decays_as_in_the_study(result: Reach) -> None:
    approximate = small(**{"run.decays": "mean-flight"})
    point = mass_point(result.scenario)
    x, epsilon = np.meshgrid(result.plane.x.values, result.plane.epsilon.values)
    for name in "AB":
        np.testing.assert_allclose(
            approximate.events[name], mean_flight.expected_events(point, name, epsilon, x, 50_000.0)
        )
    np.testing.assert_allclose(approximate.contour[0].points, result.approximate[0].points)
    assert read(tables(approximate)["yields.csv"])[0]["decays"] == "mean-flight"
    # It is another answer: at both ends of the band by more than any numerical error.
    assert (
        abs(
            np.log(approximate.contour[0].points.max(axis=0) / result.contour[0].points.max(axis=0))
        ).max()
        > 0.02
    )


def test_recast_as_printed(result: Reach) -> None:
    other = reach(result.scenario.with_values({"run.recast": "printed"}))
    assert other.summary()["scenario"]["run"]["recast"] == "printed"
    assert read(tables(other)["contours.csv"])[0]["recast"] == "printed"
    np.testing.assert_array_equal(other.total, result.total)
    # Eq. 22 as printed is weaker by the leptons' share of an A' without dark decays, everywhere.
    difference = result.margins["babar-visible"] - other.margins["babar-visible"]
    widths = mass_point(result.scenario).visible_width_hats
    share = (widths["e"] + widths["mu"]) / sum(widths.values())
    np.testing.assert_allclose(difference, -0.5 * math.log(share), rtol=1e-9)


def test_progress() -> None:
    said: list[str] = []
    reach(load_scenario("belle2-central", {"plane.points": 20}), progress=said.append)
    assert said == [
        "yields over 20 x 20 points",
        "contours",
        "existing limits",
        "relic density",
    ]


def test_repr(result: Reach) -> None:
    low, high = result.contour[0].points[:, 1].min(), result.contour[0].points[:, 1].max()
    assert repr(result) == (
        f"<Reach of belle2-forward: epsilon from {low:.3g} to {high:.3g}, N = 2.303>"
    )
    page = reach_html(result)
    assert page.startswith(
        "<div><img alt='reach of belle2-forward' src='data:image/png;base64,iVBOR"
    )
    assert "<td style='text-align:left'>2.303 events at 90% CL</td>" in page


def test_names_are_escaped_for_a_page() -> None:
    page = reach_html(small(**{"name": "<b> & $x$ _^", "plane.points": 20}))
    assert "&lt;b&gt; &amp; $x$ _^" in page
    assert "<b>" not in page


LIGHTER = {"model.m_aprime": 7.0, "model.m1": 3.6, "model.m2": 3.3, "plane.points": 20}


def test_limits_at_their_own_confidence_level() -> None:
    """BaBar's invisible search moves with the scenario; what cannot says at what level it is."""
    ninety, other = (small(**LIGHTER, **{"run.confidence_level": level}) for level in (0.9, 0.95))
    assert ninety.flags == [ASSUMED_NONE]
    assert other.confidence_levels == {
        "displaced": (),
        "babar-invisible": (0.95,),
        "babar-visible": (0.9,),
        "lep": (),
    }
    assert other.flags == [
        ASSUMED_NONE,
        "existing limits at other confidence levels: babar-visible 90%",
    ]
    assert other.summary()["existing_confidence_levels"]["babar-invisible"] == [0.95]
    header, _, _ = read(tables(other)["contours.csv"])
    assert header["confidence_levels"] == ("babar-invisible 95%, babar-visible 90%, lep not stated")
    before, after = (each.margins["babar-invisible"] for each in (ninety, other))
    some = np.isfinite(before) & np.isfinite(after)
    shift = before[some] - after[some]
    # Half the logarithm of the ratio of two bounds on epsilon^2, the same everywhere.
    assert 0.02 < shift[0] < 0.5
    np.testing.assert_allclose(shift, shift[0], atol=1e-9)
    np.testing.assert_array_equal(ninety.margins["babar-visible"], other.margins["babar-visible"])


def test_two_levels_in_one_plane() -> None:
    """The likelihood ends at 7.975 GeV, the published limit at 8: both stand in the plane."""
    result = small(
        **{
            "plane.kind": "epsilon-m2",
            "plane.hold": "ratios",
            "plane.m2": [3.0, 3.649],
            "plane.points": 20,
            "run.confidence_level": 0.95,
        }
    )
    assert result.confidence_levels["babar-invisible"] == (0.9, 0.95)
    assert percent((0.9, 0.95)) == "90% and 95%"


def test_flags_of_the_scenario() -> None:
    with pytest.warns(UserWarning, match="overlap"):
        scenario = load_scenario(
            "belle2-forward",
            {
                "detectors.B.position": [1.1, 0.0, 7.0],
                "run.signal": ["A", "B"],
                "plane.points": 20,
                "plane.m2": [3.0, 3.9],
            },
        )
    flags = reach(scenario).flags
    assert flags == [
        "run.signal: detectors A and B overlap; decays in both count twice in the total",
        'not used in the plane "epsilon-g_d": plane.m2',
        ASSUMED_NONE,
    ]


def test_columns_of_a_plane_of_masses() -> None:
    result = small(**{"plane.kind": "epsilon-m2", "plane.points": 20})
    columns = result.plane.x.values
    assert result.summary()["columns_added"] == len(columns) - 20 > 0
    assert result.total.shape == (20, len(columns))
    header, _, rows = read(tables(result)["yields.csv"])
    assert len(rows) == 20 * len(columns)
    assert header["columns"] == f"20 of the grid and {len(columns) - 20} where they are needed"
