"""Which cascades are followed: classes at their limits, and ranges by the Bethe formula."""

import numpy as np
import pytest

from transport.conftest import BARE
from transport.test_engine_physics import csda_range
from transport.test_neutron_cascade import STACK, toy
from wayside.candidates.samples import shipped_samples
from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.transport.engine import masses
from wayside.transport.followed_cascades import (
    FORWARD,
    LIGHT,
    PRONG,
    Followed,
    followed,
    merged,
    proton_range,
)
from wayside.transport.neutron_cascade import FAST, Cascades
from wayside.transport.preselection import Preselection
from wayside.transport.records import CROSSING

PROTON, PION, PHOTON = 2212, 211, 22
HOW = Followed(timed=0.9, pair=0.7, energetic=0.5, rest=0.1)
GRAMMAGE = sum(layer.material.density * layer.thickness for layer in BARE.emulsion_layer) / 10.0
"""Matter of a plate and its film in g/cm^2."""


def class_of(*particles: tuple[int, float], star=0, **places) -> str:
    """Class of an event with particles of a number and a kinetic energy in MeV.

    They go along z from the first gap of the second layer of a block; ``places`` are other columns.
    """
    rows = np.zeros(len(particles), PRIMARY)
    rows["pdg"], kinetic = np.transpose(particles)
    mass = masses(rows["pdg"])
    rows["pz"], rows["z"] = np.sqrt(kinetic * (kinetic + 2.0 * mass)), STACK.pitch
    for name, values in places.items():
        rows[name] = values
    one = np.zeros(1, dtype=np.int64)
    made = Cascades(one, one, one + 1, rows, np.broadcast_to(star, len(rows)).copy())
    value = float(followed(made, HOW, STACK)[0])
    return HOW._fields[HOW.index(value)]


def test_classes_of_events():
    """A pair of the blocks that reaches a gas detector, other pairs, energetic ones, the rest."""
    made = toy(400, 2, 13)
    how = Followed(timed=0.9, pair=0.7, energetic=0.5, rest=0.1)
    probability = followed(made, how, STACK)
    rows = made.particles
    for event, value in zip(made.event, probability, strict=True):
        own = rows["event"] == event
        energetic = own & (rows["pz"] > 700.0)
        pairs = np.unique(made.star[energetic & (made.star >= 0)], return_counts=True)[1]
        # 400 MeV protons cross 40 mm of a block easily.
        expected = 0.9 if np.any(pairs > 1) else 0.5 if np.any(energetic) else 0.1
        assert value == expected
    # The same without gas detectors behind: none can have a time.
    bare = followed(made, how, Stack(mpgd=0.0))
    assert set(bare) == {0.7, 0.5, 0.1}


def test_weak_prongs_end_within_three_plates():
    """A vertex takes four sheets, with three plates between: crossed at twice the limits only."""
    three = (Preselection().sheets - 1) * BARE.pitch
    for limit, mass in ((PRONG, 938.272), (LIGHT, 139.57), (LIGHT, 105.66)):
        assert csda_range(BARE, mass, limit) < three < csda_range(BARE, mass, 2.0 * limit)


@pytest.mark.parametrize("pdg", [PROTON, PION])
def test_ranges_are_not_short(pdg):
    """By the Bethe formula through the layers: those of lead are longer, by 40 per cent at most."""
    for limit in (1.0, 3.0, 10.0):
        kinetic = limit * (PRONG if pdg == PROTON else LIGHT)
        mass = masses(np.array([pdg]))
        own = csda_range(BARE, float(mass[0]), kinetic) * GRAMMAGE / BARE.pitch
        assert own < float(proton_range(np.array([kinetic]), mass)[0]) < 1.4 * own


def test_prongs_are_two_and_of_one_interaction():
    assert class_of((PROTON, 35.0), (PION, 9.0)) == "pair"
    assert class_of((PROTON, 25.0), (PION, 9.0)) == "rest"
    assert class_of((PROTON, 35.0), (PION, 7.0)) == "rest"
    assert class_of((PROTON, 35.0), (PION, 9.0), star=[0, 1]) == "rest"
    assert class_of((PROTON, 35.0), (PION, 9.0), star=-1) == "rest"
    assert class_of((PROTON, 35.0), (2112, 90.0)) == "rest"


def test_slopes():
    """A limit below the smallest cosine of a track, by less than a factor of two."""
    least = 1.0 / np.hypot(1.0, Preselection().slope)
    assert FORWARD < least < 2.0 * FORWARD
    for cosine, expected in ((1.01 * least, "pair"), (0.9 * FORWARD, "rest")):
        side = np.sqrt(35.0 * (35.0 + 2.0 * 938.272) * (1.0 - cosine**2))
        forward = side * cosine / np.sqrt(1.0 - cosine**2)
        assert class_of((PROTON, 35.0), (PROTON, 35.0), px=side, pz=forward) == expected


def test_energetic_particles_could_make_another_interaction():
    """From the energies of two prongs and what binds them, and of photons of two electrons."""
    assert class_of((PROTON, 300.0)) == "energetic"
    assert class_of((PROTON, 150.0)) == "rest"
    assert class_of((PHOTON, 75.0)) == "energetic"
    assert class_of((PHOTON, 40.0)) == "rest"
    # Fast neutrons have been followed already.
    assert class_of((2112, 300.0)) == "rest"


def matter_to_gas() -> float:
    """g/cm^2 along z from the place of `class_of`, layer by layer."""
    behind = [
        layer.material.density * layer.thickness / 10.0
        for z, layer in STACK.block()
        if STACK.pitch - 1e-9 <= z < STACK.gas_gaps[0, 0] - 1e-9
    ]
    return sum(behind)


@pytest.mark.parametrize(("part", "expected"), [(0.6, "pair"), (0.9, "timed")])
def test_pairs_that_reach_the_gas_detector(part, expected):
    """Ranges of 60 and 90 per cent of the matter before it, times 1.3: below and above."""
    goal = part * matter_to_gas()
    energies = np.geomspace(20.0, 400.0, 2000)
    ranges = proton_range(energies, np.full(2000, 938.272))
    kinetic = float(energies[np.searchsorted(ranges, goal)])
    assert class_of((PROTON, kinetic), (PROTON, kinetic)) == expected


@pytest.mark.parametrize(("beside", "expected"), [(-5.0, "timed"), (5.0, "timed"), (15.0, "pair")])
def test_pairs_that_leave_sideways(beside, expected):
    """Scattering may bring back what would pass up to 10 mm beside the blocks."""
    half = 0.5 * STACK.size[0]
    x = half - 5.0
    ahead = STACK.gas_gaps[0, 0] - STACK.pitch
    slope = (half + beside - x) / ahead
    kinetic = 400.0
    momentum = np.sqrt(kinetic * (kinetic + 2.0 * 938.272))
    forward = momentum / np.hypot(1.0, slope)
    places = {"x": x, "px": slope * forward, "pz": forward}
    assert class_of((PROTON, kinetic), (PROTON, kinetic), **places) == expected


def test_slow_neutrons_make_no_vertices():
    """None of 40,000 from 0.1 to 0.6 GeV that were followed in full, up to twice the limit."""
    pytest.importorskip("pyarrow")
    rows = shipped_samples().candidates.of("neutron-rock-slow")
    assert len(rows)
    assert rows["kinetic_energy"].min() > 2e-3 * FAST


def test_particles_of_two_runs_keep_their_numbers():
    rows = np.zeros(3, CROSSING)
    rows["event"], rows["track"], rows["parent"] = 7, [1, 2, 5], [0, 0, 1]
    empty = np.zeros(0, CROSSING)
    both = merged({"film": rows, "gas": empty}, {"film": rows[1:], "gas": rows[:1]})
    assert both["film"]["track"].tolist() == [1, 2, 5, 7, 10]
    assert both["film"]["parent"].tolist() == [0, 0, 1, 0, 6]
    assert both["gas"]["track"].tolist() == [6]
