"""Fakes in detectors of other sizes and lead: laws against integrals, sampling and simulation."""

import itertools
import math

import numpy as np
import pytest

from wayside.backgrounds import cosmic_muons, fakes, photons
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source
from wayside.backgrounds.target import (
    BLOCKS_RANGE,
    DEPTH_ERROR,
    SIMULATED,
    Target,
    factor,
    outside,
)
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.reconstruction.incoming import cosmic_lines
from wayside.scenario import load_scenario
from wayside.sensitivity.background import simulated_background

ENERGIES = np.array([0.5, 2.0, 5.0])


def other(**values: float) -> Target:
    return SIMULATED._replace(**values)


def test_the_detector_of_the_table_needs_no_law() -> None:
    for kind in fakes.KINDS:
        law = factor(kind, ENERGIES, SIMULATED)
        assert np.all(law.value == 1.0)
        assert np.all(law.error == 0.0)
        assert outside(kind, SIMULATED) == ()
    assert DetectorSetup(load_scenario("belle2-forward"), "A").target == pytest.approx(SIMULATED)


@pytest.mark.parametrize("blocks", [10, 33])
def test_mean_chord_against_sampled_lines(blocks: int) -> None:
    stack = Stack(blocks=blocks)
    target = other(blocks=blocks)
    points, u = cosmic_lines(stack, 40_000, np.random.default_rng(3))
    half = np.array([0.5 * stack.size[0], 0.5 * stack.size[1], 0.5 * stack.depth])
    from_middle = points - np.array([0.0, 0.0, half[2]])
    with np.errstate(divide="ignore"):
        leave = np.where(u > 0.0, (half - from_middle) / u, (-half - from_middle) / u)
    chords = 1e-3 * leave.min(axis=1)
    error = chords.std() / math.sqrt(len(chords))
    assert target.chord == pytest.approx(chords.mean(), abs=4.5 * error)


def test_fakes_of_cosmic_muons_grow_with_the_volume() -> None:
    """Rate times fakes of one: 20 of 33 blocks have 20/33 of them, whatever enters."""
    counts = []
    for depth in (1.32, 0.8):
        scenario = load_scenario("belle2-forward", {"detectors.A.size": [0.2, 0.3, depth]})
        (cosmic,) = cosmic_muons.sources(DetectorSetup(scenario, "A"))
        counts.append(cosmic.fakes("vertex"))
    assert counts[1].value / counts[0].value == pytest.approx(20.0 / 33.0, rel=0.02)
    assert counts[1].systematic / counts[1].value > counts[0].systematic / counts[0].value


def test_collider_fakes_follow_the_depth() -> None:
    """Hard muons lose little: in proportion; soft ones stop, and hadrons are absorbed."""
    half = other(blocks=16)
    hard = factor("muon-front", np.array([200.0]), half).value[0]
    assert hard == pytest.approx(16.0 / 33.0, rel=0.05)
    soft = factor("muon-front", np.array([1.0]), half).value[0]
    assert hard < soft < 1.0
    kaons = factor("klong-front", ENERGIES, half)
    assert np.all((kaons.value > 16.0 / 33.0) & (kaons.value < 1.0))
    assert np.all(kaons.error == pytest.approx(DEPTH_ERROR * -math.log(kaons.value[0])))
    deep = factor("klong-front", ENERGIES, other(blocks=500)).value
    assert np.all((deep > 1.0) & (deep < 1.1))


@pytest.mark.parametrize(
    "kind", [kind for kind in fakes.KINDS if kind not in ("signal", "photon-bare")]
)
def test_more_lead_leaves_fewer_fakes(kind: fakes.Kind) -> None:
    energies = np.array([2.0, 4.0])
    values = [factor(kind, energies, other(lead=lead)).value for lead in (0.05, 0.1, 0.2, 0.5)]
    assert np.all(values[1] == 1.0)
    for thin, thick in itertools.pairwise(values):
        assert np.all(thick <= thin)
    assert np.all(values[2] < values[0])


def test_lead_of_photons_is_what_leaks() -> None:
    energies = np.array([1.0, 3.0])
    law = factor("photon-front", energies, other(lead=0.2))
    for energy, value in zip(energies, law.value, strict=True):
        numbers = [photons.leaked("photon", energy, lead, "energy")[0] for lead in (0.2, 0.1)]
        assert value == pytest.approx(numbers[0] / numbers[1])


def test_bare_photons_have_no_lead() -> None:
    assert np.all(factor("photon-bare", ENERGIES, other(lead=0.0)).value == 1.0)
    assert outside("photon-bare", other(lead=0.0)) == ()
    assert len(outside("photon-front", other(lead=0.0))) == 1


def test_what_is_beyond_the_laws_is_in_the_result() -> None:
    scenario = load_scenario("besiii-forward", {"stack.shield": 0.5})
    background = simulated_background(scenario)
    (flag,) = (flag for flag in background.flags if flag.startswith("extrapolated"))
    assert "50 cm of lead: fakes were simulated behind 10 cm" in flag
    assert "cosmic muons" in flag
    thick = load_scenario("besiii-forward", {"stack.shield": 0.15})
    assert not any("extrapolated" in flag for flag in simulated_background(thick).flags)
    assert (
        simulated_background(thick).value
        < simulated_background(load_scenario("besiii-forward")).value
    )
    words = outside("muon-front", other(blocks=BLOCKS_RANGE[1] + 1, width=0.05))
    assert len(words) == 2


def test_blocks_are_those_that_fit() -> None:
    scenario = load_scenario("belle2-forward", {"detectors.A.size": [0.2, 0.3, 1.0]})
    setup = DetectorSetup(scenario, "A")
    assert setup.blocks == 25
    assert setup.remarks == ("A: 25 of 33 blocks fit into 1 m",)
    assert setup.box.size[2] == pytest.approx(1.0)
    deep = DetectorSetup(
        load_scenario("belle2-forward", {"detectors.A.size": [0.2, 0.3, 2.0]}), "A"
    )
    assert deep.blocks == 33
    assert deep.box.size[2] == pytest.approx(1.32)
    assert "33 blocks fill 1.32 m of 2 m" in deep.remarks[0]
    flat = DetectorSetup(
        load_scenario("belle2-forward", {"detectors.A.size": [0.2, 0.3, 0.03]}), "A"
    )
    with pytest.raises(InputError, match=r"detectors.A: a block takes 0.04 m"):
        _ = flat.blocks
    assert DetectorSetup(load_scenario("belle2-forward"), "A").remarks == ()


def test_sources_of_a_scenario_have_its_detector() -> None:
    setup = DetectorSetup(load_scenario("belle2-forward", {"stack.blocks": 20}), "A")
    for source in sources(setup):
        if isinstance(source, Source) and source.spectrum is not None:
            assert source.spectrum.target == setup.target


@pytest.mark.nightly
def test_a_shorter_stack_in_the_simulation() -> None:
    """K_L0 of 2 to 4 GeV into 8 blocks instead of 33."""
    pytest.importorskip("calzone")
    from wayside.detector.physics import Physics
    from wayside.emulsion.sheets import Sheets
    from wayside.reconstruction.fake_vertices import fake_vertices
    from wayside.reconstruction.incoming import incoming_primaries, log_uniform
    from wayside.reconstruction.job import Job, of_crossings
    from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
    from wayside.transport import datasets
    from wayside.transport.engine import Engine

    number, blocks = 150, 8
    stack, sheets = Stack(blocks=blocks), Sheets(blocks=blocks)
    rng = np.random.default_rng(21)
    kinetic = log_uniform((2e3, 4e3), number, rng)
    primaries = incoming_primaries(stack, "front", (130,), kinetic, rng)
    crossings = Engine(stack, Physics(), datasets.find()).run(primaries, 21)
    silent = crossings | {"fibre": crossings["fibre"][:0]}
    job = Job(EmulsionSection(), ReconstructionSection())
    rows = fake_vertices(of_crossings(silent, job, sheets, rng), crossings, primaries, job, sheets)
    table = fakes.per_particle("klong-front", [2.83], [1.0], "vertex")
    law = float(factor("klong-front", np.array([2.83]), other(blocks=blocks)).value[0])
    expected = law * table.value * number
    # Vertices of one particle come together: 1.6 in an event that has some.
    statistical = math.hypot(
        math.sqrt(1.6 * 2.0 * expected), expected * table.statistical / table.value
    )
    allowed = 3.0 * math.hypot(statistical, DEPTH_ERROR * abs(math.log(law)) * expected)
    assert abs(len(rows) - expected) < allowed
