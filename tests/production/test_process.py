"""Processes: conformance, sums of several, and one from outside in a single file."""

import ast
import math
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from wayside import (
    Beams,
    MassPoint,
    ScalarInelastic,
    load_scenario,
    mass_point,
    point_report,
    reach,
)
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.generator.events import EventGenerator
from wayside.models.couplings import Powers
from wayside.production import registry
from wayside.production.direct_process import DirectProcess
from wayside.production.flight import NO_CAUSTIC
from wayside.production.frames import Frames, frames_of, rapidity_offset
from wayside.production.process import Companions, Process, Treatment
from wayside.production.radiative_process import RadiativeProcess
from wayside.production.spectrum import register_lines
from wayside.testing.processes import PROCESS_CHECKS

MODEL = ScalarInelastic(8.0, 4.341, 3.65)
BEAMS = {"equal": Beams.symmetric(10.58), "true": Beams(7.007, 4.0, 0.083)}
BOTH = {"run.production": ["on-shell", "off-shell"]}
COUPLINGS = (3e-4, 0.7)


class IsotropicFlight(NamedTuple):
    """One energy and no preferred direction, both head-on beams of equal energy."""

    mass: float
    frames: Frames
    energy: float

    @property
    def symmetric(self):
        return True

    def polar_axis(self, toward):
        return self.frames.axes[2]

    def caustic(self, axis):
        return NO_CAUSTIC

    def edges(self, axis):
        return np.empty((0, 5))


@numba.njit(cache=True, error_model="numpy")
def isotropic_lines(flight, direction, sight, out):
    scale, origin = rapidity_offset(flight.frames.boost, direction)
    rapidity = origin + math.acosh(flight.energy / (scale * flight.mass))
    out[0, 0] = rapidity
    out[1, 0] = 0.25 / math.pi
    out[2, 0] = math.log(math.sinh(rapidity))
    return 1


register_lines(IsotropicFlight, isotropic_lines)


class Isotropic(Process):
    """Two flying particles per event of a process that knows no direction."""

    name = "isotropic"
    reaction = "e+ e- -> 1 1"
    powers = Powers(epsilon=4)
    flying_per_event = 2.0

    @cached_property
    def flight(self):
        return IsotropicFlight(self.model.m1 / self.beams.sqrt_s, frames_of(self.beams), 0.5)

    @cached_property
    def cross_section_hat(self):
        return 1e9

    @cached_property
    def mean_gamma_beta(self):
        return math.sqrt(0.25 / self.flight.mass**2 - 1.0)

    @property
    def mediator_mass(self):
        return self.beams.sqrt_s

    def complete(self, direction, rapidity, rng):
        excited = direction * (self.model.m1 * np.sinh(rapidity))[:, None]
        return Companions(excited, np.zeros_like(excited))

    @classmethod
    def is_automatic(cls, m_aprime, sqrt_s):
        return False

    @classmethod
    def problems(cls, masses, sqrt_s):
        if 2.0 * masses.m1 >= sqrt_s:
            yield "pair", f"isotropic, 2 m1 must be below sqrt_s = {sqrt_s:g} GeV"

    @classmethod
    def parents(cls, masses, beams):
        return ()

    @classmethod
    def heaviest_pair(cls, m_aprime, sqrt_s):
        return sqrt_s

    @classmethod
    def mass_scales(cls, masses, sqrt_s):
        return 0.1, 0.5 * sqrt_s / masses.m1


@pytest.fixture
def isotropic(monkeypatch):
    """The process registered as an entry point would."""

    class Point:
        name, value = "isotropic", "test:Isotropic"

        def load(self):
            return Isotropic

    known = {**registry._known(), "isotropic": Point()}
    monkeypatch.setattr(registry, "_known", lambda: known)


@pytest.mark.parametrize("check", PROCESS_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "process",
    [
        RadiativeProcess(MODEL, BEAMS["equal"]),
        RadiativeProcess(ScalarInelastic(5.0, 2.0, 1.0), BEAMS["equal"]),
        DirectProcess(MODEL, BEAMS["true"]),
        Isotropic(MODEL, BEAMS["equal"]),
    ],
    ids=["radiative", "wide", "direct", "outside"],
)
def test_conformance(check, process) -> None:
    check(process)


def test_two_processes_add_up() -> None:
    both = mass_point(load_scenario("belle2-central", {"model.m_aprime": 8.0, **BOTH, **masses()}))
    single = both.parts
    assert [part.process.name for part in single] == ["on-shell", "off-shell"]
    produced = [float(part.produced_fb(*COUPLINGS)) for part in single]
    assert float(both.produced_fb(*COUPLINGS)) == pytest.approx(sum(produced), rel=1e-12)
    for name in both.volumes:
        events = [float(part.expected_events(name, *COUPLINGS, 5e4)) for part in single]
        assert min(events) > 0.0
        assert float(both.expected_events(name, *COUPLINGS, 5e4)) == pytest.approx(
            sum(events), rel=1e-12
        )
        mean = float(both.decay_probability(name, *COUPLINGS))
        low, high = sorted(float(part.decay_probability(name, *COUPLINGS)) for part in single)
        assert low <= mean <= high
    # Different powers: the fraction made without a photon grows as g_D^2 over the branching ratio.
    strong = both.parts[1].produced_fb(3e-4, 1.4) / both.parts[0].produced_fb(3e-4, 1.4)
    weak = produced[1] / produced[0]
    ratio = both.branching_dark(*COUPLINGS) / both.branching_dark(3e-4, 1.4)
    assert float(strong / weak) == pytest.approx(4.0 * float(ratio), rel=1e-9)
    with pytest.raises(InputError, match="several"):
        _ = both.flight


def masses():
    return {"model.m1": 4.341, "model.m2": 3.65}


@pytest.mark.parametrize("radiation", ["one-photon", "all"])
def test_events_of_two_processes_fall_in_proportion(radiation: str) -> None:
    """With all photons pairs off shell fly as on shell where photons lead close to the pole."""
    couplings = {"model.g_d": 3.0, "model.ctau_m": 20.0, "model.epsilon": 1e-2}
    scenario = load_scenario("belle2-forward", {**BOTH, **couplings, "run.radiation": radiation})
    generator = EventGenerator(scenario, ["B"])
    block = generator.block(7, 0)
    rates = [
        float(part.produced_fb(1e-2, 3.0) * part.decay_probability("B", 1e-2, 3.0))
        for part in mass_point(scenario).parts
    ]
    expected = rates[1] / sum(rates)
    found = np.mean(block.process == 1)
    sigma = math.sqrt(expected * (1.0 - expected) / len(block.process))
    assert 0.0 < expected < 1.0
    assert abs(found - expected) < 5.0 * sigma
    if radiation == "all":
        return
    # Without a photon the mediator has the momentum of the collision, here none.
    still = np.linalg.norm(block.momenta["aprime"], axis=1) < 1e-9
    assert np.array_equal(still, block.process == 1)


def test_report_of_two_processes() -> None:
    report = point_report(load_scenario("belle2-forward", BOTH))
    entries = report["production"]["processes"]
    assert [entry["process"] for entry in entries] == ["on-shell", "off-shell"]
    total = sum(entry["cross_section_fb"] for entry in entries)
    assert report["production"]["cross_section_fb"] == pytest.approx(total, rel=1e-12)
    assert report["detectors"][0]["arrival_ns"] is None


@pytest.mark.usefixtures("isotropic")
def test_a_process_of_ones_own_in_a_scenario() -> None:
    """Solid angle and lifetime are all that counts: both by hand."""
    scenario = load_scenario("belle2-forward", {"run.production": "isotropic", "model.ctau_m": 9.0})
    point = mass_point(scenario)
    assert scenario.mode == "isotropic"
    assert float(point.produced_fb(1e-2, 0.3)) == pytest.approx(2.0 * 1e9 * 1e-8, rel=1e-12)
    box = point.volumes["B"]
    rng = np.random.default_rng(4)
    n = 400_000
    # Uniform points of the volume: dOmega dr = dV / r^2.
    inside = box.position + (rng.random((n, 3)) - [0.5, 0.5, 0.0]) * box.size @ box.axes
    r = np.linalg.norm(inside, axis=1)
    flown = 9.0 * point.mean_gamma_beta
    density = np.exp(-r / flown) / (4.0 * math.pi * r**2 * flown) * box.volume
    error = float(np.std(density)) / math.sqrt(n)
    assert abs(float(point.decay_probability("B", 1e-2, 0.3)) - np.mean(density)) < 5.0 * error
    events = EventGenerator(scenario, ["B"]).block(1, 0)
    assert len(events.event) > 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("on-shel", 'did you mean "on-shell"'),
        (["on-shell", "on-shell"], "each process once"),
        ([], "list of processes"),
        (["on-shell", "x9"], "no process"),
        (3, "list of processes"),
    ],
)
def test_wrong_names_are_refused(value, text) -> None:
    with pytest.raises(InputError, match=text) as caught:
        load_scenario("belle2-forward", {"run.production": value})
    assert "\n" not in str(caught.value)


def test_a_broken_package_is_one_line(monkeypatch) -> None:
    class Broken:
        name, value = "broken", "nothing:Here"

        def load(self):
            raise ModuleNotFoundError("No module named 'nothing'")

    monkeypatch.setattr(registry, "_known", lambda: {"broken": Broken()})
    with pytest.raises(InputError, match=r"broken.*nothing:Here fails"):
        registry.process_class("broken")


def test_the_default_goes_with_the_masses() -> None:
    box = Box.place((0.0, 0.0, 3.0), (0.2, 0.3, 1.0))
    light = MassPoint(MODEL, BEAMS["equal"], {"A": box})
    heavy = MassPoint(ScalarInelastic(14.0, 5.0, 4.85), BEAMS["equal"], {"A": box})
    assert isinstance(light.process, RadiativeProcess)
    assert isinstance(heavy.process, DirectProcess)


def test_contour_of_two_processes_lies_below_that_of_one() -> None:
    values = {"model.m_aprime": 8.0, "plane.points": 20, **masses()}
    one = reach(load_scenario("belle2-central", values))
    both = reach(load_scenario("belle2-central", {**values, **BOTH}))

    def smallest(result):
        return min(float(line.points[:, 1].min()) for line in result.contour)

    assert smallest(both) <= smallest(one)
    assert np.all(both.total >= one.total)
    assert np.any(both.total > 1.01 * one.total)


def test_names_of_processes_stand_in_production_alone():
    """No module decides by the name of a process: strings of the code, docstrings left out."""
    source = Path(registry.__file__).parents[1]
    naming = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in ("on-shell", "off-shell")
    }
    assert naming == {"production"}


def test_no_photons_off_the_beams_where_the_process_has_none() -> None:
    """Off shell ``"none"`` is ``"one-photon"``; on shell there is one, and that is said."""
    values = {"run.production": "off-shell", "run.radiation": "none", "model.m_aprime": 12.0}
    none = mass_point(load_scenario("belle2-forward", values))
    one = mass_point(load_scenario("belle2-forward", values | {"run.radiation": "one-photon"}))
    assert none.produced_fb(1e-3, 1.0) == one.produced_fb(1e-3, 1.0)
    message = r'run.radiation = "none": e\+ e- -> gamma A\', .* has a photon of its own'
    with pytest.raises(InputError, match=message):
        load_scenario("belle2-forward", {"run.radiation": "none"})
    with pytest.raises(InputError, match="a photon of its own"):
        RadiativeProcess(MODEL, BEAMS["equal"], Treatment(radiation="none"))
