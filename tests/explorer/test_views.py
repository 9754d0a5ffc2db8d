"""Parts of the page hold what stands in the scenario."""

import base64
import io

import numpy as np
import pytest
from matplotlib.image import imread

from wayside.explorer.details import distributions
from wayside.explorer.superseded import NoLongerWanted
from wayside.explorer.views.hall import hall_view
from wayside.explorer.views.plane import _region
from wayside.plotting.hall import COLOURS
from wayside.scenario import load_scenario
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.planes import mass_point


def test_hall() -> None:
    scenario = load_scenario("belle2-forward")
    view = hall_view(scenario)
    assert view["plan"]["bodies"] is None
    plan, elevation = (view[name]["detectors"][0] for name in ("plan", "elevation"))
    assert plan["handle"] == [7.0, 1.0]
    assert elevation["handle"] == [7.0, 0.0]
    assert plan["keys"] == ["detectors.A.position[2]", "detectors.A.position[0]"]
    size = np.ptp(elevation["outline"], axis=0)
    assert size[1] == pytest.approx(0.3)
    assert [one["signal"] for one in view["plan"]["detectors"]] == [True, False]


def test_bodies_are_where_they_stand() -> None:
    scenario = load_scenario("belle2-forward-beams", {"hall.preset": "belle2"})
    picture = hall_view(scenario)["plan"]["bodies"]
    _, _, text = picture["url"].partition("base64,")
    pixels = imread(io.BytesIO(base64.b64decode(text)))[::-1]
    rows, columns = pixels.shape[:2]
    hall = scenario.hall.build()
    names = list(COLOURS)
    rng = np.random.default_rng(1)
    seen = 0
    for right, up in rng.uniform(0.0, 1.0, (400, 2)):
        row, column = int(up * rows), int(right * columns)
        z = picture["x"] + picture["width"] * (column + 0.5) / columns
        x = picture["y"] + picture["height"] * (row + 0.5) / rows
        inside = [
            body.material.name
            for body in hall.volumes
            if any(piece.contains(np.array([x, 0.0, z])) for piece in body.pieces)
        ]
        drawn = pixels[row, column, 3] > 0.5
        assert drawn == bool(inside)
        seen += drawn
    assert 0 < seen < 400
    assert {"iron", "concrete"} <= set(picture["materials"]) <= set(names)


def test_region_has_holes() -> None:
    axis = Axis("x", "x", "1", np.geomspace(1e-2, 1e2, 60))
    x, y = np.meshgrid(axis.coordinates, axis.coordinates)
    radius = np.hypot(x, y)
    region = _region(axis, axis, np.where(radius < 0.5, -np.inf, 3.0 - radius))
    ((outer, hole),) = region["xs"][0]
    assert np.log(max(outer)) == pytest.approx(3.0, abs=0.02)
    assert np.log(max(hole)) == pytest.approx(0.5, abs=0.2)
    assert _region(axis, axis, -1.0 - radius) == {"xs": [], "ys": []}


def test_distributions() -> None:
    scenario = load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    made = distributions(scenario)
    events = mass_point(scenario).expected_events("A", 1e-4, 1.0, 50_000.0)
    for one in made["histograms"]:
        assert sum(one["events"]) == pytest.approx(events, rel=1e-3)
    ratios = mass_point(scenario).excited_width_hats
    fractions = {channel: value / sum(ratios.values()) for channel, value in ratios.items()}
    # Thousands of decays: five standard deviations of a fraction are below 0.04.
    for channel, fraction in made["channels"].items():
        assert fraction == pytest.approx(fractions[channel], abs=0.04)
    with pytest.raises(NoLongerWanted):
        distributions(scenario, lambda: True)
