"""Production of single particles: rates and angles against amplitudes, and normalisation."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from tests.reference.particles import label, rows
from wayside.acceptance.angular import angular_density
from wayside.acceptance.particle import acceptance
from wayside.collider.beams import Beams
from wayside.collider.boosts import boost
from wayside.constants import ALPHA, FERMI, GEV2_TO_FB, M_TAU, M_Z, WIDTH_Z
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.alp_photon import AlpPhoton
from wayside.models.dark_higgs import DarkHiggs
from wayside.models.dark_photon import DarkPhoton
from wayside.models.hnl import HeavyNeutralLepton
from wayside.models.kinematics import pair_momentum
from wayside.models.registry import particle_class
from wayside.models.weak import charged_spectrum, pair_spectrum, three_body_factor
from wayside.production import b_decays, radiative
from wayside.production.cascade_flight import Parents, cascade_flight
from wayside.production.pair_decays import PairDecay
from wayside.production.particle_process import ParticleProcess, open_processes
from wayside.production.particle_processes import names, processes
from wayside.production.process import Process
from wayside.production.spectrum import MAX_SEGMENTS
from wayside.production.spectrum import spectrum as spectrum_along
from wayside.production.z_decays import breit_wigner, z_cross_section
from wayside.radiation.radiator import radiator, strength

BELLE2 = Beams(7.007, 4.0, 0.083)


@pytest.mark.parametrize("row", rows("cross-section"), ids=label)
def test_reference_values(row):
    process = processes(particle_class(row.model)(row.mass), BELLE2)[0]
    # Without the vector mesons in the photon's propagator.
    value = process.cross_section_hat / getattr(process, "enhancement", 1.0)
    assert value == pytest.approx(row.value, rel=3.0 * row.uncertainty)


def in_centre_of_mass(model, cosine):
    """Density per steradian of the only part of the only process, in the centre of mass."""
    flight = processes(model, Beams.symmetric(BELLE2.sqrt_s))[0].parts[0].flight
    sine = np.sqrt(1.0 - cosine**2)
    return angular_density(flight, np.stack([0.6 * sine, 0.8 * sine, cosine], axis=-1))


def levi_civita():
    tensor = np.zeros((4, 4, 4, 4))
    for first in range(4):
        for second in range(4):
            for third in range(4):
                for fourth in range(4):
                    indices = (first, second, third, fourth)
                    if len(set(indices)) == 4:
                        rows_of_identity = np.eye(4)[list(indices)]
                        tensor[indices] = round(np.linalg.det(rows_of_identity))
    return tensor


def alp_amplitude_squared(mass, sqrt_s, cosine):
    """Sum over spins of |M|^2 over e^2 g^2 of e+ e- -> gamma a, from tensors."""
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    half = 0.5 * sqrt_s
    first, second = np.array([half, 0.0, 0.0, half]), np.array([half, 0.0, 0.0, -half])
    energy = (sqrt_s**2 - mass**2) / (2.0 * sqrt_s)
    sine = math.sqrt(1.0 - cosine**2)
    photon = metric @ (energy * np.array([1.0, sine, 0.0, cosine]))
    total = metric @ (first + second)
    lepton = 4.0 * (
        np.outer(first, second) + np.outer(second, first) - metric * (first @ metric @ second)
    )
    vertex = np.einsum("mnab,a,b->mn", levi_civita(), total, photon)
    lowered = metric @ lepton @ metric
    return -np.einsum("mk,mn,kl,nl->", lowered, vertex, vertex, metric) / sqrt_s**4


def test_alp_rate_and_angles_follow_from_the_amplitude():
    mass, sqrt_s = 3.0, BELLE2.sqrt_s
    nodes, weights = np.polynomial.legendre.leggauss(6)
    squared = np.array([alp_amplitude_squared(mass, sqrt_s, cosine) for cosine in nodes])
    flux = (1.0 - mass**2 / sqrt_s**2) / (64.0 * math.pi**2 * sqrt_s**2)
    per_steradian = 0.25 * 4.0 * math.pi * ALPHA * squared * flux * GEV2_TO_FB
    total = 2.0 * math.pi * float(weights @ per_steradian)
    process = processes(AlpPhoton(mass), BELLE2)[0]
    assert process.cross_section_hat == pytest.approx(process.enhancement * total, rel=1e-12)
    density = in_centre_of_mass(AlpPhoton(mass), nodes)
    np.testing.assert_allclose(density, per_steradian / total, rtol=1e-12)


@pytest.mark.parametrize("mass", [0.3, 5.0])
def test_dark_photons_have_the_angles_of_the_radiated_mediator(mass):
    cosine = np.array([-1.0, -1.0 + 1e-8, -0.9, 0.0, 0.3, 0.999, 1.0 - 1e-7, 1.0])
    sqrt_s = BELLE2.sqrt_s
    expected = radiative.dsigma_dcos_hat(cosine, mass, sqrt_s) / (
        2.0 * math.pi * radiative.cross_section_hat(mass, sqrt_s)
    )
    np.testing.assert_allclose(in_centre_of_mass(DarkPhoton(mass), cosine), expected, rtol=1e-7)


def test_most_dark_photons_are_collinear_with_the_beams():
    # 2 pi alpha^2 eps^2 x/s [(2 + K) 2 atanh(c) - 2 c], K = 4 q/(1 - q)^2, in the massless limit.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    density = in_centre_of_mass(DarkPhoton(1.0), 0.95 * nodes)
    rate = 2.0 * math.pi * 0.95 * float(weights @ density)
    rate *= processes(DarkPhoton(1.0), BELLE2)[0].cross_section_hat
    assert rate == pytest.approx(6414903.51, rel=2e-6)


@pytest.mark.parametrize("row", rows("branching-ratio"), ids=label)
def test_reference_branching_ratios(row):
    made = processes(particle_class(row.model)(row.mass), BELLE2)
    (process,) = (one for one in made if one.name == row.detail)
    assert process.branching_ratio_hat == pytest.approx(row.value, rel=row.uncertainty)


def test_reference_values_of_b_decays():
    (xi,) = rows("xi")
    assert pytest.approx(xi.value, rel=xi.uncertainty) == b_decays.XI
    factors = {"f0": b_decays.f0, "A0": b_decays.a0}
    for row in rows("form-factor"):
        assert factors[row.detail](row.mass**2) == pytest.approx(row.value, rel=row.uncertainty)
    for row in rows("kaon-width"):
        (channel,) = (one for one in b_decays.CHANNELS if one.name == row.detail)
        width = channel.width(channel.meson.mass, channel.recoil, row.mass)
        assert width == pytest.approx(row.value, rel=row.uncertainty)
    (star,), (parent,) = rows("momentum-star"), rows("parent-momentum")
    process = processes(DarkHiggs(star.mass), BELLE2)[0]
    constants = process.parts[0].flight.constants
    sqrt_s = BELLE2.sqrt_s
    momentum = math.sqrt((constants.energy_star * sqrt_s) ** 2 - star.mass**2)
    assert momentum == pytest.approx(star.value, rel=star.uncertainty)
    b_momentum = constants.gamma * constants.beta * 5.27941
    assert b_momentum == pytest.approx(parent.value, rel=3.0 * parent.uncertainty)


def test_three_body_decays_of_the_tau():
    # Both spectra of the leptons' mass have the integral of the width, but not the same mean.
    x = np.linspace(0.06**2, (1.0 - 0.3) ** 2, 4001)
    integrals, means = [], []
    for spectrum in (pair_spectrum, charged_spectrum):
        values = np.array([spectrum(float(value), 0.3, 0.06) for value in x])
        integrals.append(np.trapezoid(values, x))
        means.append(np.trapezoid(values * x, x) / integrals[-1])
    assert integrals == pytest.approx([three_body_factor(0.3, 0.06)] * 2, rel=1e-4)
    model = HeavyNeutralLepton(0.3 * M_TAU)
    made = {process.name: process for process in processes(model, BELLE2)}
    for name, mean in (("tau -> mu nu_mu N", means[0]), ("tau -> mu nu_tau N", means[1])):
        parts = made[name].parts
        assert sum(part.fraction for part in parts) == pytest.approx(1.0, rel=1e-12)
        # Nodes: E* of N and the mass of its recoil are tied, 2 m E* = m^2 + m_N^2 - q^2.
        squared = [
            1.0 + 0.09 - 2.0 * part.flight.constants.energy_star * BELLE2.sqrt_s / M_TAU
            for part in parts
        ]
        average = sum(p.fraction * q for p, q in zip(parts, squared, strict=True))
        assert average == pytest.approx(mean, rel=5e-3)
    assert means[1] > 1.2 * means[0]


def test_a_decay_boosted_by_hand_has_the_density_of_the_flight():
    """Histogram of drawn decays of polarised parents against integrals of the density."""
    rng = np.random.default_rng(20)
    number = 200_000
    beams = Beams.symmetric(10.58)
    flight = cascade_flight(Parents(3.0, 0.5, 1.0), 1.0, 0.8, beams)
    cosines = rng.uniform(-1.0, 1.0, 4 * number)
    weights = 0.5 + (1.0 - cosines**2)
    parents = cosines[rng.uniform(0.0, 1.5, len(cosines)) < weights][:number]
    sine = np.sqrt(1.0 - parents**2)
    azimuth = rng.uniform(0.0, 2.0 * np.pi, len(parents))
    direction = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), parents], axis=1)
    momentum = float(pair_momentum(3.0, 1.0, 0.8))
    star = rng.normal(size=(len(parents), 3))
    star *= momentum / np.linalg.norm(star, axis=1)[:, None]
    gamma = 0.5 * 10.58 / 3.0
    velocity = direction * math.sqrt(1.0 - 1.0 / gamma**2)
    energy, moved = boost(np.full(len(parents), math.hypot(1.0, momentum)), star, velocity)
    length = np.linalg.norm(moved, axis=1)
    cosine = moved[:, 2] / length
    # Means over directions and rapidities, by the same nodes that acceptances use.
    gauss = np.array(np.polynomial.legendre.leggauss(30))
    out = np.empty((3, MAX_SEGMENTS * 30))
    sums = np.zeros(4)
    for c, w in zip(*gauss, strict=True):
        ray = np.array([math.sqrt(1.0 - c * c), 0.0, c])
        count = spectrum_along(flight, ray, gauss, out)
        rapidity, density = out[0, :count], 2.0 * np.pi * w * out[1, :count]
        e = np.cosh(rapidity)
        sums += [density.sum(), density @ e, density.sum() * c * c, density @ e * c * c]
    assert sums[0] == pytest.approx(1.0, rel=1e-9)
    drawn = np.stack([energy, cosine**2, energy * cosine**2])
    error = drawn.std(axis=1) / math.sqrt(len(parents))
    assert np.all(np.abs(drawn.mean(axis=1) - sums[1:]) < 4.0 * error)
    # A flat parent would have a third for the mean of cos^2: many errors away.
    assert abs(sums[2] - 1.0 / 3.0) > 20.0 * error[1]


def test_where_b_mesons_and_taus_cannot_be_made():
    with pytest.raises(InputError, match=r"sqrt_s = 3.78 GeV: must be from 10.56 to 10.6 GeV"):
        processes(DarkHiggs(0.5), Beams.symmetric(3.78))
    with pytest.raises(InputError, match=r"mass = 4.79: must be from .* which B mesons can make"):
        processes(DarkHiggs(4.79), BELLE2)
    with pytest.raises(InputError, match=r"sqrt_s = 3 GeV: must be above two taus"):
        processes(HeavyNeutralLepton(0.5), Beams.symmetric(3.0))
    # Near the largest mass only the lighter kaon is left.
    assert names(DarkHiggs(4.5), BELLE2) == ("B+ -> K+ S", "B0 -> K0 S")


def test_dark_photons_slower_than_the_boost():
    """Both beams' peaks go forward, inside a cone: drawn flights against the quadrature."""
    mass, number = 10.3, 40_000
    rng = np.random.default_rng(8)
    # Even in the rapidity of the angle: the peaks are 12 units from the middle.
    rapidity = np.linspace(-13.0, 13.0, 20_001)
    cosine = np.tanh(rapidity)
    density = radiative.trace(cosine, mass, BELLE2.sqrt_s) / np.cosh(rapidity) ** 2
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    cosine = np.tanh(np.interp(rng.random(number) * below[-1], below, rapidity))
    sine, azimuth = np.sqrt(1.0 - cosine**2), rng.uniform(0.0, 2.0 * np.pi, number)
    momentum = (BELLE2.sqrt_s**2 - mass**2) / (2.0 * BELLE2.sqrt_s)
    star = momentum * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    energy = np.full(number, math.hypot(mass, momentum))
    _, moved = boost(energy, star @ BELLE2.frame, BELLE2.boost)
    rays = moved / np.linalg.norm(moved, axis=1)[:, None]
    parts = processes(DarkPhoton(mass), BELLE2)[0].parts
    for position in ((1.0, 0.0, 7.0), (0.9, 0.1, 7.0)):
        box = Box.place(position, (0.2, 0.3, 1.32))
        crossings = box.crossings(rays)
        drawn = float(np.mean(crossings.far > crossings.near))
        known = acceptance(parts, box)
        error = math.sqrt(drawn * (1.0 - drawn) / number)
        assert known.hit_error < 1e-3 * known.hit_probability
        assert abs(known.hit_probability - drawn) < 4.0 * error


def test_what_is_refused_next_to_the_z():
    with pytest.raises(InputError, match=r"^mass = 70 GeV: must be at most .* A' mixes"):
        DarkPhoton(70.0)
    # What does not mix with the Z is too heavy for the collider, and no more.
    with pytest.raises(InputError, match=r"^mass = 70: must be below sqrt_s"):
        processes(AlpPhoton(70.0), BELLE2)
    at_z = Beams.symmetric(91.2)
    with pytest.raises(InputError, match=r"^sqrt_s = 91.2 GeV: must be at most"):
        processes(AlpPhoton(1.0), at_z)
    with pytest.raises(InputError, match=r"^sqrt_s = 60 GeV: must be at most"):
        processes(HeavyNeutralLepton(0.5), Beams.symmetric(60.0))
    with pytest.raises(InputError, match=r"sqrt_s = 91.2 GeV: .* on the Y\(4S\)"):
        processes(DarkHiggs(0.5), at_z)
    with pytest.raises(InputError, match=r"^mass = 5 GeV: above that of the tau"):
        processes(HeavyNeutralLepton(5.0), BELLE2)


def test_neutral_leptons_come_from_the_z():
    """The rest of the Z's neutrinos, and taus below their mass; the Z as often as at LEP."""
    at_z = Beams.symmetric(91.2)
    names = [process.name for process in processes(HeavyNeutralLepton(5.0), at_z)]
    assert names == ["Z -> nu_e N", "Z -> nu_mu N", "Z -> nu_tau N"]
    light = {process.name: process for process in processes(HeavyNeutralLepton(0.5), at_z)}
    assert {"Z -> nu_mu N", "tau -> pi N"} < set(light)
    from_z, from_tau = light["Z -> nu_mu N"], light["tau -> pi N"]
    # Two final states, nu Nbar and N nubar, of the width G_F m_Z^3/(12 sqrt 2 pi) of a neutrino.
    width = FERMI * M_Z**3 / (12 * math.sqrt(2) * math.pi)
    assert from_z.branching_ratio_hat == pytest.approx(2 * width / WIDTH_Z, rel=0.01)
    # Hadrons at the peak: 30.5 nb (LEP, Phys. Rept. 427 (2006) 257, Fig. 1.2), of 69.91 per cent.
    assert 1e-6 * from_z.cross_section_hat * 0.6991 == pytest.approx(30.5, rel=0.01)
    # The photon adds 0.012 nb to the taus of the Z.
    assert 1e-6 * from_tau.cross_section_hat == pytest.approx(0.033696 * 43.6 + 0.012, rel=0.01)


@pytest.mark.parametrize("sqrt_s", [87.9, 91.2, 94.3])
def test_the_z_with_all_photons(sqrt_s):
    """Against an adaptive integral over the energy that photons take."""
    beta = strength(sqrt_s)

    def integrand(flat):
        x = flat ** (1 / beta)
        weight = float(radiator(np.array([x]), sqrt_s)[0]) * x ** (1 - beta) / beta
        return weight * float(breit_wigner(sqrt_s * np.sqrt(1 - x)))

    peak = max(1e-6, 1 - (M_Z / sqrt_s) ** 2) ** beta
    total, _ = quad(integrand, 1e-12, 0.9**beta, points=[peak], limit=400, epsrel=1e-8)
    assert z_cross_section(sqrt_s) == pytest.approx(total, rel=2e-4)


def test_neutral_leptons_of_the_z_by_the_amplitude():
    """Angles by the traces of both currents, and the width by the integral over them.

    |M|^2 of Z -> nu N is ((p k) g - p k - k p) contracted with that of massless electrons; N and
    its antiparticle together leave the part that is even in the cosine.
    """
    mass, sqrt_s = 40.0, 91.188
    (process,) = (
        one for one in processes(HeavyNeutralLepton(mass), Beams.symmetric(sqrt_s))
        if one.name == "Z -> nu_e N"
    )  # fmt: skip
    shape = process.parts[0].flight.shape
    energy = (sqrt_s**2 + mass**2) / (2 * sqrt_s)
    p = (sqrt_s**2 - mass**2) / (2 * sqrt_s)
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    electron = np.array([0.5 * sqrt_s, 0, 0, 0.5 * sqrt_s])
    positron = np.array([0.5 * sqrt_s, 0, 0, -0.5 * sqrt_s])

    def tensor(a, b):
        return np.outer(a, b) + np.outer(b, a) - metric * (a @ metric @ b)

    values = []
    cosines = np.array([-0.9, -0.2, 0.0, 0.5, 1.0])
    for cosine in cosines:
        sine = np.sqrt(1 - cosine**2)
        heavy = np.array([energy, p * sine, 0, p * cosine])
        light = np.array([p, -p * sine, 0, -p * cosine])
        lower = metric @ tensor(electron, positron) @ metric
        values.append(np.sum(lower * tensor(heavy, light)))
    density = shape.isotropic + shape.polarised * (1 - cosines**2)
    assert density / density[0] == pytest.approx(np.array(values) / values[0], rel=1e-12)
    # The rate: (1 - x)^2 (1 + x/2) is phase space times the mean of the amplitude.
    x = (mass / sqrt_s) ** 2
    nodes, weights = np.polynomial.legendre.leggauss(4)
    mean = float(weights @ (energy + p * nodes**2)) / 2
    massless = 0.5 * sqrt_s * (1 + 1 / 3)
    rate = (p / (0.5 * sqrt_s)) ** 2 * mean / massless
    assert rate == pytest.approx((1 - x) ** 2 * (1 + 0.5 * x), rel=1e-12)


def test_rates_of_all_processes_come_from_one_formula():
    for name in ("branching_ratio", "cross_section", "produced_fb"):
        assert getattr(Process, name) is getattr(ParticleProcess, name)
    made = processes(DarkHiggs(0.5), BELLE2)[0]
    couplings = {"sin_theta": np.array([1e-4, 2e-4])}
    # sigma BR for either B meson of an event; rates go as sin^2 theta.
    expected = 2.0 * 0.514 * 1.1e6 * made.branching_ratio_hat * couplings["sin_theta"] ** 2
    np.testing.assert_allclose(made.produced_fb(couplings), expected, rtol=1e-12)


def test_channels_of_parents_in_pairs_are_named_in_one_way():
    made = (*processes(DarkHiggs(0.5), BELLE2), *processes(HeavyNeutralLepton(0.5), BELLE2))
    for process in made:
        assert isinstance(process, PairDecay)
        assert process.reaction == f"{process.made_by}, {process.name}"
        assert process.flying_per_event == 2.0
    assert {process.made_by for process in made} == {"e+ e- -> Y(4S) -> B B", "e+ e- -> tau tau"}


def test_names_and_what_is_refused():
    assert names(DarkPhoton(1.0), BELLE2) == ("gamma A'",)
    assert names(AlpPhoton(1.0), BELLE2, ("gamma a",)) == ("gamma a",)
    with pytest.raises(InputError, match='no process "gamma b"; there are gamma a'):
        names(AlpPhoton(1.0), BELLE2, ("gamma b",))
    with pytest.raises(InputError, match=r"mass = 11: must be below sqrt_s = 10.57"):
        processes(DarkPhoton(11.0), BELLE2)
    with pytest.raises(InputError, match=r"sqrt_s = 91.2 GeV: must be at most"):
        processes(AlpPhoton(1.0), Beams.symmetric(91.2))


def test_open_processes_say_why_the_first_is_closed():
    def closed(reason):
        def maker():
            raise InputError(reason)

        return maker

    one, two = object(), object()
    assert open_processes(closed("a"), lambda: (one,), lambda: (), lambda: (two,)) == (one, two)
    with pytest.raises(InputError, match=r"^a$"):
        open_processes(closed("a"), closed("b"))
    with pytest.raises(InputError, match=r"^b$"):
        open_processes(lambda: (), closed("b"))
