"""A conformance suite for models of an inelastic pair, Wayside's own and those of others.

Each check has a second route: phase space integrated numerically, production against
annihilation, drawn events against the tensor they come from. Together they say that a class which
declares a current, codes and parameters works in everything that Wayside does.

Examples
--------
In a test of one's own package::

    import pytest
    from my_package import MyModel
    from wayside.testing.models import CHECKS

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_model(check):
        check(MyModel(8.0, 4.341, 3.65))

or, all at once:

>>> from wayside import ScalarInelastic
>>> from wayside.testing import check_model
>>> check_model(ScalarInelastic(8.0, 4.341, 3.65))
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.constants import ALPHA, GEV2_TO_FB, LEPTON_MASSES, M_PION
from wayside.errors import InputError
from wayside.models.inelastic import InelasticModel
from wayside.models.protocol import LongLived, Model
from wayside.testing.assertions import close, require
from wayside.typing import FloatArray

__all__ = ["CHECKS", "check_model"]

Check = Callable[[InelasticModel], None]

_COSINES, _COSINE_WEIGHTS = np.polynomial.legendre.leggauss(6)
_DRAWN = 20_000


def declares_what_it_is(model: InelasticModel) -> None:
    """Name, current, codes and parameters are there, and the class can be copied and compared."""
    require(isinstance(model, Model), "must fulfil wayside.models.protocol.Model")
    require(isinstance(model.long_lived, LongLived), "long_lived must be a LongLived")
    require(isinstance(model.kind, str) and model.kind, f"kind = {model.kind!r}: no name")
    require(
        model.kind == getattr(type(model), "kind", None), "kind must be an attribute of the class"
    )
    require(len(set(map(abs, model.codes))) == 3, f"codes = {model.codes}: must differ")
    fields = [field.name for field in dataclasses.fields(model)]
    names = [parameter.name for parameter in model.parameters]
    require(
        fields == ["m_aprime", "m1", "m2", *names],
        f"fields {fields} must be the masses and then the parameters {names}",
    )
    same = model.with_masses(model.m_aprime, model.m1, model.m2)
    require(same == model and hash(same) == hash(model), "with_masses must keep the parameters")
    try:
        model.with_masses(model.m_aprime, model.m2, model.m1)
    except InputError:
        return
    raise AssertionError("masses that are not allowed must be refused with InputError")


def counts_spins_by_statistics(model: InelasticModel) -> None:
    """Fermions have an even number of spin states, bosons an odd one."""
    for spins in model.current.spin_states:
        require(spins > 0, f"{spins} spin states: must be positive")
        require(
            (spins % 2 == 0) == model.current.fermions,
            f"{spins} spin states do not go with fermions = {model.current.fermions}",
        )


def squares_are_positive(model: InelasticModel) -> None:
    """The tensor is positive for every polarisation, for the pair and for the decay."""
    delta = model.m1 - model.m2
    above = np.geomspace(1e-9, 1e3, 60) * (model.m1 + model.m2)
    below = delta * (1.0 - np.geomspace(1e-6, 1.0, 60)[:-1])
    for name, (a, b) in (
        ("pair", model.current.pair(above, model.m1, model.m2)),
        ("decay", model.current.decay(below, model.m1, model.m2)),
    ):
        require(np.isfinite(a).all() and np.isfinite(b).all(), f"{name}: must be finite")
        noise = 1e-12 * (np.abs(a) + np.abs(b))
        require((a >= -noise).all(), f"{name}: a must not be negative, least {a.min():g}")
        least = (a + b + noise).min()
        require(least >= 0, f"{name}: a + b must not be negative, least {least:g}")
        require((3 * a + b).max() > 0, f"{name}: must not vanish everywhere")
    charge, spin = model.current.static_charges(model.m1, model.m2)
    require(charge >= -1e-12 and spin >= -1e-12, "static charges must not be negative")


def scales_with_energy(model: InelasticModel) -> None:
    """With all masses twice as large, the dark width is too: g_D is a pure number."""
    energies = {
        parameter.name: 2.0 * getattr(model, parameter.name)
        for parameter in model.parameters
        if parameter.dimension == "energy"
    }
    masses = {name: 2.0 * getattr(model, name) for name in ("m_aprime", "m1", "m2")}
    energy = model.m1 + model.m2 + 1.0
    a, b = model.pair_tensor(energy**2)
    twice = dataclasses.replace(model, **masses, **energies)
    scaled_a, scaled_b = twice.pair_tensor(4.0 * energy**2)
    close("a", scaled_a, 4.0 * a, 1e-10)
    close("b", scaled_b, 4.0 * b, 1e-10)
    close("dark width", twice.dark_width_hat(), 2.0 * model.dark_width_hat(), 1e-10)


def powers_multiply(model: InelasticModel) -> None:
    """What goes by a virtual A' has the couplings of both its ends."""
    require(
        model.excited_powers == model.visible_powers * model.dark_powers,
        f"excited_powers {model.excited_powers} must be the product of {model.visible_powers}"
        f" and {model.dark_powers}",
    )
    require(model.long_lived.width_powers == model.excited_powers, "long_lived has other powers")


def dark_width_by_phase_space(model: InelasticModel) -> None:
    """The width of A' into the pair is that of two-body phase space; closed, it vanishes."""
    closed = model.with_masses(0.999 * (model.m1 + model.m2), model.m1, model.m2)
    require(closed.dark_width_hat() == 0.0, "dark width must vanish below threshold")
    mass = 1.5 * (model.m1 + model.m2)
    a, b = model.pair_tensor(mass**2)
    momentum = math.sqrt(
        (mass**2 - model.m1**2 - model.m2**2) ** 2 - (2 * model.m1 * model.m2) ** 2
    )
    momentum /= 2 * mass
    total = 0.0
    for cosine, weight in zip(_COSINES, _COSINE_WEIGHTS, strict=True):
        n = np.array([math.sqrt(1 - cosine**2), 0.0, cosine])
        tensor = a * np.eye(3) + b * np.outer(n, n)
        # A' at rest polarised along z, as good as any.
        total += weight / 2 * tensor[2, 2]
    width = total * momentum / (8 * math.pi * mass**2)
    other = model.with_masses(mass, model.m1, model.m2)
    close("dark_width_hat", other.dark_width_hat(), width, 1e-10)


def excited_widths_by_phase_space(model: InelasticModel) -> None:
    """Widths into leptons are those of three-body phase space, integrated with four-vectors."""
    from scipy.integrate import quad

    delta = model.m1 - model.m2
    for channel, width in model.excited_width_hats().items():
        least = 2 * LEPTON_MASSES.get(channel, M_PION)
        require(math.isfinite(width), f"{channel}: width must be finite")
        require((width > 0) == (delta > least), f"{channel}: open from {least:g} GeV, {width=}")
        if channel not in LEPTON_MASSES or delta <= 1.0001 * least:
            continue

        def integrand(angle: float, least: float = least) -> float:
            # Square roots at both ends go away.
            below = (delta - least) * math.cos(angle) ** 2
            jacobian = (delta - least) * math.sin(2 * angle)
            return jacobian * _dgamma_dq(model, below, least / 2)

        expected = quad(integrand, 0.0, math.pi / 2, epsabs=0.0, epsrel=1e-9, limit=400)[0]
        close(f"width into {channel}", width, expected, 1e-6)


def small_splitting_limit(model: InelasticModel) -> None:
    """For m_e << m1 - m2 << m2 << m_aprime the width is that of the static charge and spin."""
    delta, mass, mediator = 0.1, 1e3, 1e4
    heavy = model.with_masses(mediator, mass, mass - delta)
    charge, spin = heavy.current.static_charges(heavy.m1, heavy.m2)
    # 4 alpha alpha_D Delta^5 / (15 pi M^4) for a charge, e.g. Izaguirre et al., Phys. Rev. D 96
    # (2017) 055007, with alpha_D = g_D^2 / 4 pi; three times as much for a spin.
    expected = ALPHA * delta**5 * (charge + 3 * spin) / (15 * math.pi**2 * mediator**4)
    # Left out: m_e^2/Delta^2 = 3e-5 and Delta/m = 1e-4, times numbers of order one.
    close("width into e", heavy.excited_width_hats()["e"], expected, 1e-3)


def _dgamma_dq(model: InelasticModel, below: float, lepton: float) -> float:
    """dGamma/dq into leptons at q = m1 - m2 - below, from explicit momenta."""
    q = (model.m1 - model.m2) - below
    a, b = (float(x) for x in model.current.decay(below, model.m1, model.m2))
    momentum = math.sqrt(max(below * (model.m1 + model.m2 - q) * (model.m1 - model.m2 + q), 0.0))
    momentum *= math.sqrt(model.m1 + model.m2 + q) / (2 * model.m1)
    k = math.sqrt(max((q - 2 * lepton) * (q + 2 * lepton), 0.0)) / 2
    dark = np.diag([a, a, a + b])
    total = 0.0
    for cosine, weight in zip(_COSINES, _COSINE_WEIGHTS, strict=True):
        axis = k * np.array([math.sqrt(1 - cosine**2), 0.0, cosine])
        visible = 4 * (q**2 / 2 * np.eye(3) - 2 * np.outer(axis, axis))
        total += weight / 2 * float(np.sum(dark * visible))
    square = 4 * math.pi * ALPHA * total / (q**2 - model.m_aprime**2) ** 2
    square /= model.current.spin_states[0]
    phase_space = momentum / (4 * math.pi * model.m1) * k / (4 * math.pi * q) * q / math.pi
    return square * phase_space / (2 * model.m1)


def production_balances_annihilation(model: InelasticModel) -> None:
    """e+ e- -> 1 2 and 1 2 -> e+ e- have the same squared amplitude, summed over spins."""
    from wayside.cosmology.annihilation import Strength, cross_section
    from wayside.production.direct import cross_section_hat

    none = np.zeros(0)
    unit_strength = Strength(
        np.array([0.0, 1e4]), np.ones(2), np.zeros(2, dtype=np.bool_), none, none,
        np.zeros((0, 3)), 1e4,
    )  # fmt: skip
    sigma, delta = model.m1 + model.m2, model.m1 - model.m2
    for sqrt_s in (1.01 * sigma, 1.7 * sigma):
        if math.isclose(sqrt_s, model.m_aprime, rel_tol=0.02):
            continue
        epsilon, g_d = 1e-4, 1e-4  # narrow: the width of A' does not show
        couplings = model.excited_powers.value(epsilon=epsilon, g_d=g_d)
        annihilation = cross_section(model, sqrt_s, epsilon, g_d, unit_strength) / couplings
        production = cross_section_hat(model, sqrt_s) / GEV2_TO_FB
        momentum2 = (sqrt_s**2 - sigma**2) * (sqrt_s**2 - delta**2) / (4 * sqrt_s**2)
        states = math.prod(model.current.spin_states)
        close(
            "annihilation from production",
            states * momentum2 * annihilation,
            4 * sqrt_s**2 / 4 * production,
            1e-6,
        )


def relic_density_falls_with_coupling(model: InelasticModel) -> None:
    """The relic density is positive, the same by all routes, and falls with the coupling."""
    from wayside.cosmology.column import density_of
    from wayside.cosmology.relic import omega_h2, relic_density

    masses = (3.0 * (model.m1 + model.m2), model.m1, model.m2)  # far from the pole
    other = model.with_masses(*masses)
    few, many = (float(omega_h2(other, *masses, epsilon, 0.3)) for epsilon in (1e-3, 3e-3))
    require(0 < many < few < math.inf, f"Omega h^2 = {few:g}, and {many:g} with more coupling")
    # Nine times the rate; freeze-out comes later, at a colder and slower time.
    require(few / many < 9.0, f"Omega h^2 falls by {few / many:g} for 9 times the rate")
    close("density of a column", density_of(other, 0.3)(1e-3), few, 1e-9)
    close("density of a point", relic_density(other, 1e-3, 0.3).omega_h2, few, 1e-9)


def decays_are_drawn_from_the_tensor(model: InelasticModel) -> None:
    """Events conserve momentum, and the angle of their leptons follows the tensor."""
    from wayside.generator.decays import DecaySampler

    if model.m1 - model.m2 <= 2 * LEPTON_MASSES["e"]:
        return
    sampler = DecaySampler(model, {"e": 1.0, "mu": 0.0, "tau": 0.0, "hadrons": 0.0})
    decays = sampler.draw(_DRAWN, np.random.default_rng(7))
    momentum = decays.momentum.reshape(-1, 2, 3)
    energy = np.sqrt(LEPTON_MASSES["e"] ** 2 + np.sum(momentum**2, axis=2))
    recoil = np.linalg.norm(decays.partner, axis=1)
    total = energy.sum(axis=1) + np.sqrt(model.m2**2 + recoil**2)
    require(np.allclose(total, model.m1, rtol=1e-9), "energy is not conserved")
    lost = np.abs(momentum.sum(axis=1) + decays.partner).max()
    require(lost < 1e-9 * model.m1, f"{lost:g} GeV of momentum lost")
    q = decays.q
    a, b = model.current.decay((model.m1 - model.m2) - q, model.m1, model.m2)
    beta2 = 1.0 - (2 * LEPTON_MASSES["e"] / q) ** 2
    # c^2 of the lepton in the frame of the pair, from energies in the frame of 1.
    cosine2 = (energy[:, 0] - energy[:, 1]) ** 2 / np.maximum(recoil**2 * beta2, 1e-300)
    constant, quadratic = a * (3.0 - beta2) + b, -b * beta2
    norm = np.maximum(constant + quadratic / 3, 1e-300)
    pull = _pull(cosine2, (constant / 3 + quadratic / 5) / norm, recoil > 1e-4 * model.m1)
    require(abs(pull) < 5, f"mean cos^2 of the leptons is {pull:.1f} standard errors off")


def _pull(values: FloatArray, expected: FloatArray, use: np.ndarray) -> float:
    difference = (values - expected)[use]
    return float(difference.sum() / math.sqrt(np.sum(difference**2)))


def quadrature_agrees_with_widths(model: InelasticModel) -> None:
    """Weights of the decay points add up to one, and each conserves energy."""
    from wayside.models.decay_points import decay_points

    for channel, least in (("e", 2 * LEPTON_MASSES["e"]), ("hadrons", 2 * M_PION)):
        if model.m1 - model.m2 <= 1.01 * least:
            continue
        points = decay_points(model, channel, 4096)
        total = float(points.weight.sum())
        require(abs(total - 1) < 0.01, f"{channel}: weights add up to {total:g}")
        require(bool((points.weight >= 0).all()), f"{channel}: negative weights")
        flight = points.momentum.sum(axis=1)
        ground = np.sqrt(model.m2**2 + np.sum(flight**2, axis=1))
        energy = points.energy.sum(axis=1) + ground
        require(np.allclose(energy, model.m1, rtol=1e-9), f"{channel}: energy is not conserved")


CHECKS: Final[tuple[Check, ...]] = (
    declares_what_it_is,
    counts_spins_by_statistics,
    squares_are_positive,
    scales_with_energy,
    powers_multiply,
    dark_width_by_phase_space,
    excited_widths_by_phase_space,
    small_splitting_limit,
    production_balances_annihilation,
    relic_density_falls_with_coupling,
    decays_are_drawn_from_the_tensor,
    quadrature_agrees_with_widths,
)
"""The checks, each a function of a model that raises AssertionError; for parametrised tests."""


def check_model(model: InelasticModel) -> None:
    """Run a model through all `CHECKS`.

    Parameters
    ----------
    model : InelasticModel
        At masses where the channels that are to be tested are open.

    Raises
    ------
    AssertionError
        At the first check that fails: its name, and what was wrong.
    """
    for check in CHECKS:
        try:
            check(model)
        except AssertionError as error:
            raise AssertionError(f"{model!r}: {check.__name__}: {error}") from None
