"""The Z: couplings by diagonalising, its decays, where it is left out, and what is refused."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import eigh

from wayside import MassPoint, PseudoDirac, load_scenario
from wayside.collider.beams import Beams
from wayside.constants import (
    ALPHA,
    FERMI,
    GEV2_TO_FB,
    M_ELECTRON,
    M_TAU,
    M_Z,
    SINE_SQUARED,
    WIDTH_Z,
)
from wayside.errors import InputError
from wayside.models import z_boson
from wayside.models.dark_photon import DarkPhoton
from wayside.models.mediator import dark_width_hats, visible_width_hats
from wayside.models.r_ratio import r_ratio
from wayside.production import direct, registry
from wayside.production.direct_process import DirectProcess
from wayside.production.process import Treatment
from wayside.radiation.radiator import radiator, strength
from wayside.radiation.vacuum import vacuum_polarisation

# Hypercharge (Q = T3 + Y), colours times families: neutrinos and leptons, quarks without the top.
LEFT = ((-0.5, 3), (-0.5, 3), (1 / 6, 6), (1 / 6, 9))
RIGHT = ((0.0, 3), (-1.0, 3), (2 / 3, 6), (-1 / 3, 9))


def test_far_above_the_z_it_is_the_hypercharge():
    squares = sum(n * y**2 for y, n in (*LEFT, *RIGHT)) / 2 / (1 - SINE_SQUARED) ** 2
    photon = 3 + 6 * 4 / 9 + 9 / 9
    assert z_boson.relative_change(1e6) == pytest.approx(squares / photon - 1, rel=1e-6)


def test_by_vector_and_axial_couplings():
    # (T3/2 - Q sin^2)/cos^2 and T3/2/cos^2, of the Z; Q of the photon.
    q = np.array([3.0, 10.58, 30.0])
    r = q**2 / (q**2 - M_Z**2)
    total, photon = np.zeros(3), 0.0
    for charge, isospin, n in ((0, 0.5, 3), (-1, -0.5, 3), (2 / 3, 0.5, 6), (-1 / 3, -0.5, 9)):
        vector = (isospin / 2 - charge * SINE_SQUARED) / (1 - SINE_SQUARED)
        axial = isospin / 2 / (1 - SINE_SQUARED)
        total += n * ((charge - r * vector) ** 2 + (r * axial) ** 2)
        photon += n * charge**2
    assert z_boson.relative_change(q) == pytest.approx(total / photon - 1, rel=1e-10)
    assert z_boson.relative_change(10.58) < 0.006


def test_limits():
    assert z_boson.relative_change(z_boson.HIGHEST) == pytest.approx(z_boson.NEGLECTED)
    below = np.linspace(0.1, z_boson.HIGHEST, 50)
    assert np.all(np.abs(z_boson.relative_change(below)) <= z_boson.NEGLECTED * (1 + 1e-12))
    low, high = z_boson.MIXED
    assert low == z_boson.HEAVIEST < M_Z < high


@pytest.mark.parametrize("mass", [5.0, 30.0, 60.0, 150.0])
@pytest.mark.parametrize(
    "kind", [z_boson.NEUTRINO, z_boson.LEPTON, z_boson.UP, z_boson.DOWN], ids=str
)
def test_couplings_are_those_of_the_mass_eigenstate(mass, kind, monkeypatch):
    """Kinetic and mass matrix of B, W3 and A' diagonalised; corrections are of order epsilon^2.

    At tree level: no width, and one coupling for all.
    """
    monkeypatch.setattr(z_boson, "WIDTH_Z", 0.0)
    monkeypatch.setattr(z_boson, "NORMALISATION", 1.0)
    epsilon, sine = 1e-3, np.sqrt(SINE_SQUARED)
    cosine = np.sqrt(1 - SINE_SQUARED)
    kinetic = np.eye(3)
    kinetic[0, 2] = kinetic[2, 0] = -epsilon / cosine
    massive = np.diag([0.0, 0.0, mass**2])
    massive[:2, :2] = M_Z**2 * np.outer([sine, -cosine], [sine, -cosine])
    values, vectors = eigh(massive, kinetic)
    k = np.argmin(np.abs(values - mass**2))
    field_b, field_w = vectors[:2, k] * np.sign(vectors[2, k])
    left = (kind.charge - kind.isospin) * field_b / cosine + kind.isospin * field_w / sine
    right = kind.charge * field_b / cosine
    squares = z_boson.strength(kind, np.sqrt(values[k]))
    assert squares.vector == pytest.approx((0.5 * (left + right) / epsilon) ** 2, rel=3e-5)
    assert squares.axial == pytest.approx((0.5 * (left - right) / epsilon) ** 2, rel=3e-5)


def test_steps_where_the_z_sets_in():
    start = z_boson.INCLUDED_FROM
    assert abs(z_boson.electron_factor(start) - 1.0) < 1e-3
    assert z_boson.electron_factor(np.nextafter(start, 0.0)) == 1.0
    below, above = (
        sum(float(width) for width in visible_width_hats(mass).values())
        for mass in (np.nextafter(start, 0.0), start)
    )
    assert 0.0 < above / below - 1.0 < 0.008


def test_widths_with_the_z(monkeypatch):
    """Leptons and neutrinos by the textbook, hadrons by the sum over quarks; axial ones as beta^3.

    The sum over all channels, of massless fermions, is that of `relative_change`.
    """
    monkeypatch.setattr(z_boson, "NORMALISATION", 1.0)
    mass = np.array([8.0, 20.0, 50.0, 61.0])
    widths = visible_width_hats(mass)
    for channel, own in (("e", M_ELECTRON), ("tau", M_TAU)):
        squares = z_boson.strength(z_boson.LEPTON, mass)
        x = (own / mass) ** 2
        factor = squares.vector * (1 + 2 * x) + squares.axial * (1 - 4 * x)
        expected = ALPHA * mass / 3 * factor * np.sqrt(1 - 4 * x)
        assert widths[channel][1:] == pytest.approx(expected[1:], rel=1e-12)
    assert widths["neutrinos"][0] == 0.0
    qcd = r_ratio(mass) / (11 / 3)
    total = 3 * widths["e"] + widths["neutrinos"] + widths["hadrons"] / qcd
    photon = ALPHA * mass / 3 * (3 + 11 / 3)
    changed = 1 + z_boson.relative_change(mass)
    assert (total / photon)[1:] == pytest.approx(changed[1:], rel=3e-4)
    assert (total / photon)[0] == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("m_aprime", [20.0, 300.0])
def test_pairs_on_the_z_are_its_decays(m_aprime):
    """At the peak the photon's part and the Breit-Wigner formula of the Z add up.

    The Z couples to the dark current like epsilon g_D tan m_Z^2/(m_Z^2 - m_A'^2), and to electrons
    by G_F.
    """
    model, at_z = PseudoDirac(m_aprime, 9.5, 9.0), Beams.symmetric(M_Z)
    tangent = np.sqrt(SINE_SQUARED / (1 - SINE_SQUARED))
    mixing = tangent * M_Z**2 / (M_Z**2 - m_aprime**2)
    dark = mixing**2 * float(dark_width_hats(model, M_Z, 9.5, 9.0))
    vector, axial = -0.5 + 2 * SINE_SQUARED, -0.5
    electrons = FERMI * M_Z**3 / (6 * np.sqrt(2) * np.pi) * (vector**2 + axial**2)
    # 83.91 MeV are measured (PDG 2024); the rest is the effective angle and rho.
    assert electrons == pytest.approx(0.08391, rel=0.01)
    resonance = 12 * np.pi * electrons * dark / (M_Z * WIDTH_Z) ** 2 * GEV2_TO_FB
    photon = direct.cross_section_hat(model, M_Z)
    total = DirectProcess(model, at_z).cross_section_hat
    assert total == pytest.approx(photon + resonance, rel=1e-9)
    # Vacuum polarisation is in the photon alone.
    running = DirectProcess(model, at_z, Treatment(vacuum_polarisation=True)).cross_section_hat
    factor = float(vacuum_polarisation(M_Z))
    assert running == pytest.approx(factor * photon + resonance, rel=1e-9)


@pytest.mark.parametrize("sqrt_s", [40.0, 81.3, 91.2])
def test_where_the_z_sets_in_is_no_place_of_a_cross_section(sqrt_s):
    """Off shell beside a pole at 12 GeV: smooth in the mass of the A', to its third differences."""
    beams, all_photons = Beams.symmetric(sqrt_s), Treatment(radiation="all")
    values, losses = [], []
    for mass in (11.98, 11.99, 11.999, 12.0, 12.001, 12.01, 12.02):
        process = DirectProcess(PseudoDirac(mass, 3.2, 3.0), beams, all_photons)
        values.append(process.cross_section_hat)
        losses.append(process.largest_loss / (1 - (mass / sqrt_s) ** 2))
    assert values == pytest.approx([values[3]] * 7, rel=5e-3)
    assert losses == pytest.approx([losses[3]] * 7, rel=2e-3)


@pytest.mark.parametrize("sqrt_s", [88.0, M_Z, 94.3])
def test_photons_lead_to_the_z(sqrt_s):
    """Cross-section with all photons against an adaptive integral over their energy."""
    model = PseudoDirac(300.0, 9.5, 9.0)
    process = DirectProcess(model, Beams.symmetric(sqrt_s), Treatment(radiation="all"))
    beta = strength(sqrt_s)

    def integrand(flat):
        x = flat ** (1 / beta)
        value = process.cross_section_at(sqrt_s * np.sqrt(1 - x))
        return float(radiator(np.array([x]), sqrt_s)[0]) * value * x ** (1 - beta) / beta

    end = process.largest_loss**beta
    peak = max(1e-6, 1 - (M_Z / sqrt_s) ** 2) ** beta
    total, _ = quad(integrand, 1e-12, end * (1 - 1e-9), points=[peak], limit=400, epsrel=1e-7)
    assert process.cross_section_hat == pytest.approx(total, rel=5e-4)


def test_library_refuses():
    model = PseudoDirac(30.0, 6.0, 5.0)
    assert MassPoint(model, Beams.symmetric(91.19), {}).require_produced() is None
    heavy = model.with_masses(200.0, 6.0, 5.0)
    with pytest.raises(InputError, match=r"sqrt_s = 160 GeV: must be at most 95 GeV off shell"):
        MassPoint(heavy, Beams.symmetric(160.0), {}).require_produced()
    with pytest.raises(InputError, match=r"m_aprime = 90 GeV: must not be from 61.3 to 113 GeV"):
        MassPoint(model.with_masses(90.0, 5.0, 4.0), Beams.symmetric(10.58), {}).require_produced()
    with pytest.raises(InputError, match=r"m_aprime = 62 GeV: its visible width is known up to"):
        visible_width_hats([8.0, 62.0])
    with pytest.raises(InputError, match=r"m1 - m2 = 39 GeV: must be at most 38.1 GeV"):
        model.with_masses(60.0, 49.0, 10.0).excited_width_hats()
    with pytest.raises(InputError, match=r"mass = 62 GeV: must be at most 61.3 GeV"):
        DarkPhoton(62.0)


def test_processes_next_to_the_z():
    """Pairs come from an A' with a photon, and from the Z; at other energies not from the Z."""
    assert registry.automatic(30.0, 91.19) == ("on-shell", "off-shell")
    assert registry.automatic(30.0, 160.0) == ("on-shell",)
    assert registry.automatic(30.0, 60.0) == ("on-shell",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {
                "collider.electron_energy": 80.0,
                "collider.positron_energy": 80.0,
                "model.m_aprime": 200.0,
            },
            r"collider: sqrt_s = 160: must be at most 95 GeV off shell; beyond, photons lead",
        ),
        (
            {"model.m_aprime": 60.0, "model.m1": 44.0},
            r"model: m1 - m2 = 39.15 GeV: must be at most 38.1 GeV; beyond, the Z",
        ),
        ({"model.m_aprime": 91.0}, r"model.m_aprime = 91: must not be from 61.3 to 113 GeV"),
    ],
)
def test_scenarios_refuse(values, message):
    values = {"collider.electron_energy": 45.6, "collider.positron_energy": 45.6} | values
    with pytest.raises(InputError, match=message):
        load_scenario("belle2-central", values)
    assert load_scenario("belle2-central", {"model.m_aprime": 30.0})


def test_the_library_says_what_is_left_out_above_the_z():
    point = MassPoint(PseudoDirac(20.0, 6.0, 5.0), Beams.symmetric(100.0), {})
    (flag,) = point.process.flags({"epsilon": 1e-3, "g_d": 1.0})
    assert flag.startswith("the Z: photons lead back to it")
    below = MassPoint(PseudoDirac(20.0, 6.0, 5.0), Beams.symmetric(60.0), {})
    assert below.process.flags({"epsilon": 1e-3, "g_d": 1.0}) == []
