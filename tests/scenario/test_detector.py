"""Shapes of detectors in a scenario: keys, round trip, one-line errors, what needs a box."""

import math
import tomllib

import pytest

from wayside import load_scenario, mass_point
from wayside.detector.cylinder import CylinderShell
from wayside.detector.polyhedron import Polyhedron
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.sensitivity.point import point_report

CHAMBER = """
shape = "cylinder"
inner_radius = "16 cm"
outer_radius = 1.13
z_min = "-75 cm"
z_max = 1.59
theta_min = "17 deg"
theta_max = "150 deg"
"""


def with_detector(**section):
    base = load_scenario("belle2-forward").to_dict()
    base["detectors"]["A"] = section
    return base


def test_a_chamber_is_built_and_survives_a_round_trip():
    scenario = Scenario.from_dict(with_detector(**tomllib.loads(CHAMBER)))
    volume = scenario.detectors["A"].build()
    assert isinstance(volume, CylinderShell)
    assert volume.radii == (0.16, 1.13)
    assert volume.angles == pytest.approx((math.radians(17), math.radians(150)))
    again = Scenario.from_dict(scenario.to_dict())
    assert again == scenario
    assert again.detectors["A"].build().ends == (-0.75, 1.59)


def test_a_polyhedron_is_built():
    corners = [[0, 0, 3], [1, 0, 3], [0, 1, 3], ["10 cm", 0, 4]]
    scenario = Scenario.from_dict(with_detector(shape="polyhedron", corners=corners))
    volume = scenario.detectors["A"].build()
    assert isinstance(volume, Polyhedron)
    assert volume.corners[3].tolist() == [0.1, 0.0, 4.0]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"shape": "sphere"}, 'detectors.A.shape = \'sphere\': must be "box", "cylinder"'),
        ({"shape": 3}, "detectors.A.shape = 3: must be"),
        ({"radius": 3}, 'detectors.A.radius: unknown key; did you mean "detectors.A.'),
        ({"size": [1, 1, 1]}, "detectors.A.size: unknown key"),
        ({"outer_radius": "3 GeV"}, "detectors.A.outer_radius = '3 GeV': "),
        ({"outer_radius": 0.1}, "detectors.A.inner_radius = 0.16: must be"),
        ({"axis": "up"}, "detectors.A.axis = 'up': must be \"beam\""),
        ({"position": [1, 0, 0]}, "detectors.A.theta_min, theta_max: only for an axis"),
    ],
)
def test_one_line_errors(changes, line):
    with pytest.raises(InputError) as caught:
        Scenario.from_dict(with_detector(**(tomllib.loads(CHAMBER) | changes)))
    assert str(caught.value).startswith(line)


def test_missing_keys_are_named():
    with pytest.raises(InputError, match=r"^detectors\.A\.outer_radius: missing"):
        Scenario.from_dict(with_detector(shape="cylinder", z_min=1, z_max=2))


def test_what_needs_a_box_says_so():
    point = mass_point(Scenario.from_dict(with_detector(**tomllib.loads(CHAMBER))))
    with pytest.raises(InputError, match=r"detectors\.A\.shape: efficiencies only exist for shape"):
        point.detected_fraction("A", 1e-3, 1.0)
    with pytest.raises(InputError, match="only exist for shape"):
        point.decay_probability("A", 1e-3, 1.0, decays="mean-flight")


def test_a_point_in_a_chamber_is_reported():
    """What needs a box is left out, the rest is there."""
    section = tomllib.loads(CHAMBER)
    base = load_scenario("belle2-forward").to_dict()
    base["detectors"] = {"A": section}
    base["run"]["signal"] = ["A"]
    report = point_report(Scenario.from_dict(base))
    (detector,) = report["detectors"]
    assert detector["decay_probability_mean_flight"] is None
    assert 0.0 < detector["decay_probability"] < detector["hit_probability"] < 1.0
    assert detector["face_acceptance"] == pytest.approx(detector["hit_probability"], rel=1e-5)
