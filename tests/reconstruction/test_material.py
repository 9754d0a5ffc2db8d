"""Energy loss, scattering and layers against published values and the stack."""

import numpy as np
import pytest

from wayside.detector.materials import Material
from wayside.detector.stack import Stack
from wayside.reconstruction.material import Layer, after, bethe, highland, iron_equivalent
from wayside.reconstruction.tracks import M_MUON


def test_bethe_at_published_points():
    # PDG, Atomic and nuclear properties, muons in iron: minimum 1.451 MeV cm^2/g at 0.30 GeV;
    # 100 MeV/c: 2.274 (p = 0.1 GeV), within 1 per cent; ionisation only at 10 GeV: 2.0 within 3.
    grid = np.geomspace(50, 5000, 200)
    losses = [bethe(p, M_MUON) for p in grid]
    assert min(losses) == pytest.approx(1.451, rel=0.005)
    assert 330 < grid[int(np.argmin(losses))] < 390


@pytest.mark.parametrize(("mass", "path", "sheets"), [(M_MUON, 73.0, 88.3), (139.57, None, 65.0)])
def test_a_muon_stops_where_geant4_says(mass, path, sheets):
    """100 MeV muons go 73.0+-0.1 mm and cross 88.3+-0.1 sheets: the path is longer by detours.

    Steps of a twentieth of a layer; the mean cosine to the first direction falls by theta^2, the
    variance of one projection, on the way. The range to 1 per cent (Bethe's formula at the end of
    the range), the depth to 2 (Highland's angle there).
    """
    layer, parts = Layer(), 20
    p = np.sqrt((100 + mass) ** 2 - mass**2)
    way = depth = 0.0
    cosine = 1.0
    while True:
        left = after(p, mass, layer.mass / parts, layer.radiation_lengths / parts, False)
        if left <= 0:
            break
        mean = 0.5 * (p + left)
        theta = highland(layer.radiation_lengths, mean, mean / np.hypot(mean, mass))
        way += 0.8 / parts
        depth += 0.8 / parts * cosine
        cosine *= np.exp(-(theta**2) / parts)
        p = left
    # From the middle of a plate; the last sheet is half crossed on average.
    crossed = (depth + 0.25) / 0.8 - 0.5
    if path is not None:
        assert way == pytest.approx(path, rel=0.01)
        assert crossed == pytest.approx(sheets, rel=0.02)
    else:
        # Pions' mean is cut by reactions; unhindered they go farther than that.
        assert 1.1 * sheets < crossed < 1.3 * sheets


def test_layer_is_that_of_the_stack():
    stack = Stack()
    got = Layer.from_stack(stack)
    for name in Layer.__dataclass_fields__:
        assert getattr(got, name) == pytest.approx(getattr(Layer(), name), rel=1e-3)
    # Radiation lengths of everything, by the stack's own sum.
    total = stack.blocks * (stack.layers * got.radiation_lengths + got.gap_radiation_lengths)
    assert total == pytest.approx(stack.radiation_lengths, rel=1e-9)
    # The spread by throwing places of scattering, each in proportion to its radiation lengths.
    plate, film, base, _ = stack.emulsion_layer
    slabs = [base, film, plate, film, base]
    thick = np.array([0.5 * base.thickness, *(s.thickness for s in slabs[1:4]), 0.1])
    weight = thick * [s.material.density / s.material.radiation_length for s in slabs]
    rng = np.random.default_rng(5)
    which = rng.choice(5, 200_000, p=weight / weight.sum())
    z = (np.cumsum(thick) - thick)[which] + rng.random(200_000) * thick[which]
    assert z.std() == pytest.approx(got.spread, rel=0.01)
    bare = Layer.from_stack(Stack(mpgd=0.0))
    assert bare.gap_radiation_lengths == bare.gap_mass == 0.0
    double = Layer.from_stack(Stack(plate=1.0))
    assert double.radiation_lengths == pytest.approx(got.radiation_lengths + 0.0302, abs=2e-4)


@pytest.mark.parametrize(
    ("stack", "loss", "tolerance"),
    [
        # PDG, Atomic and nuclear properties: smallest losses in MeV cm^2/g; iron has 1.451.
        ({"Fe": 1.0}, 1.451, 0.005),
        ({"Cu": 1.0}, 1.403, 0.01),
        ({"Al": 1.0}, 1.615, 0.02),
        ({"W": 1.0}, 1.145, 0.03),
        ({"H": 0.077418, "C": 0.922582}, 1.936, 0.03),
    ],
)
def test_iron_that_takes_as_much(stack, loss, tolerance):
    assert 1.451 * iron_equivalent(Material("M", 1.0, stack)) == pytest.approx(loss, rel=tolerance)


def test_highland_is_the_formula():
    # 13.6 MeV / 100 MeV sqrt(0.03) (1 + 0.038 ln 0.03) by hand.
    assert highland(0.03, 100.0, 1.0) == pytest.approx(0.0235558 * (1 - 0.1332513), rel=1e-5)
