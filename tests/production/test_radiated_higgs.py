"""A' h': by explicit currents, as the Higgs boson beside a Z, and what is refused."""

import numpy as np
import pytest

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.errors import InputError
from wayside.models.dark_higgs_aprime import DarkHiggsAprime
from wayside.models.z_boson import electron_factor
from wayside.production.particle_processes import processes
from wayside.production.radiated_higgs import RadiatedHiggs

BELLE2 = Beams(7.007, 4.0, 0.083)
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def squared(cosine: float, mass: float, m_aprime: float, sqrt_s: float) -> float:
    """Spin average of |M|^2 over epsilon^2 g_D^2, by traces: vertices e gamma and 2 g_D M g."""
    momentum = np.sqrt(
        (sqrt_s**2 - (mass + m_aprime) ** 2) * (sqrt_s**2 - (mass - m_aprime) ** 2)
    ) / (2 * sqrt_s)
    energy = np.hypot(m_aprime, momentum)
    sine = np.sqrt(1 - cosine**2)
    k = np.array([energy, momentum * sine, 0, momentum * cosine])
    half = 0.5 * sqrt_s
    p, q = np.array([half, 0, 0, half]), np.array([half, 0, 0, -half])
    leptons = np.outer(p, q) + np.outer(q, p) - METRIC * (p @ METRIC @ q)
    lowered = METRIC @ leptons @ METRIC
    spins = -METRIC + np.outer(k, k) / m_aprime**2
    vertices = 4 * np.pi * ALPHA * (2 * m_aprime) ** 2
    return float(vertices * np.sum(lowered * spins) / (sqrt_s**2 - m_aprime**2) ** 2)


@pytest.mark.parametrize(("mass", "m_aprime"), [(0.5, 1.5), (2.0, 8.0), (0.3, 10.0)])
def test_rate_and_angles_by_explicit_currents(mass, m_aprime):
    sqrt_s = BELLE2.sqrt_s
    process = RadiatedHiggs(DarkHiggsAprime(mass, m_aprime), BELLE2)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    values = np.array([squared(c, mass, m_aprime, sqrt_s) for c in nodes])
    shape = process.parts[0].flight.shape
    density = shape.isotropic + shape.polarised * (1 - nodes**2)
    total = float(weights @ values)
    assert 2 * np.pi * density == pytest.approx(values / total, rel=1e-9)
    momentum = shape.momentum * sqrt_s
    # d sigma/d cos = 2 pi/(64 pi^2 s) p/(sqrt(s)/2) |M|^2.
    cross_section = momentum / (16 * np.pi * sqrt_s**3) * total * GEV2_TO_FB
    assert process.cross_section_hat == pytest.approx(cross_section, rel=1e-9)
    assert shape.energy**2 - shape.momentum**2 == pytest.approx((mass / sqrt_s) ** 2, rel=1e-9)


def test_it_is_the_formula_of_the_higgs_boson_beside_a_z():
    """G_F^2 M^4 (v^2 + a^2)/(96 pi s) sqrt(lambda) (lambda + 12 r)/(1 - r)^2.

    With M = g v/2c the couplings are (g/4c)^2 (v^2 + a^2) for e epsilon squared, and g M/c for
    2 g_D M.
    """
    mass, m_aprime, sqrt_s = 2.0, 5.0, 10.58
    process = RadiatedHiggs(DarkHiggsAprime(mass, m_aprime), Beams.symmetric(sqrt_s))
    r = (m_aprime / sqrt_s) ** 2
    square = (1 - r - (mass / sqrt_s) ** 2) ** 2 - 4 * r * (mass / sqrt_s) ** 2
    # g/c = 2 g_D, so that G_F = g^2/(4 sqrt 2 c^2 M^2) at g_D = 1 and v^2 + a^2 = 4 e^2.
    fermi = 4 / (4 * np.sqrt(2) * m_aprime**2)
    vector_axial = 4 * np.pi * ALPHA * 4
    expected = fermi**2 * m_aprime**4 * vector_axial / (96 * np.pi * sqrt_s**2)
    expected *= np.sqrt(square) * (square + 12 * r) / (1 - r) ** 2 * GEV2_TO_FB
    assert process.cross_section_hat == pytest.approx(expected, rel=1e-9)


def test_processes():
    """Beside B mesons on the Y(4S), and with the exchange of a Z at higher energies."""
    light = DarkHiggsAprime(0.5, 1.5)
    names = [process.name for process in processes(light, BELLE2)]
    assert names[0] == "A' h'"
    assert "B+ -> K+ S" in names
    # An A' that is too heavy leaves the mesons, and a collider elsewhere the A'.
    assert "A' h'" not in [one.name for one in processes(DarkHiggsAprime(0.5, 14.0), BELLE2)]
    at_z = processes(light, Beams.symmetric(91.188))
    assert [process.name for process in at_z] == ["A' h'"]
    lower = processes(light, Beams.symmetric(91.188 / 2))[0]
    ratio = at_z[0].cross_section_hat / lower.cross_section_hat
    factors = electron_factor(91.188) / electron_factor(91.188 / 2)
    assert ratio == pytest.approx(factors / 4, rel=0.02)


@pytest.mark.parametrize(
    ("mass", "m_aprime", "sqrt_s", "message"),
    [
        (2.0, 1.5, 10.58, r"mass = 2 GeV: must be below m_aprime = 1.5 GeV"),
        (2.0, 90.0, 10.58, r"m_aprime = 90 GeV: must not be from 61.3 to 113 GeV"),
        (0.5, 3.5, 3.77, r"mass = 4: must be below sqrt_s = 3.77 GeV"),
        (0.5, 1.5, 160.0, r"sqrt_s = 160 GeV: must be at most 95 GeV"),
    ],
)
def test_what_is_refused(mass, m_aprime, sqrt_s, message):
    with pytest.raises(InputError, match=message):
        processes(DarkHiggsAprime(mass, m_aprime), Beams.symmetric(sqrt_s))
