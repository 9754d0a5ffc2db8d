"""Muons from the collision: e+ e- -> mu+ mu- (Eq. 17 of the study), and from narrow vector states.

Derived in docs/theory/backgrounds.md. Laboratory frame: the boost and the crossing of the beams are
those of `wayside.collider.beams.Beams`, and photons off the beams those of
`wayside.backgrounds.radiated_muons`.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from wayside.backgrounds import muon_shield, narrow_peaks
from wayside.backgrounds.collinear_photons import angular
from wayside.backgrounds.counts import Count
from wayside.backgrounds.faces import directions_into
from wayside.backgrounds.klong import shield_of
from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.radiated_muons import radiated_muons
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.collider.beams import Beams
from wayside.constants import ALPHA, FB_PER_NB, GEV2_TO_FB, M_MUON
from wayside.data import read_table
from wayside.detector.box import Box
from wayside.typing import FloatArray

RATE_ERROR: Final = 0.03
"""Relative: photons beside a hard one, which count on average alone (2 per cent), photons off the
muons (1) and vacuum polarisation (2). That of the shielding comes on top."""

LEAST_ENERGY: Final = 0.25
"""GeV of a muon that counts where no shield is given; 10 cm of lead stop those below 0.27."""

NAMES: Final = {443: "J/psi", 100443: "psi(2S)"}


def born(sqrt_s: float) -> float:
    """Cross-section of e+ e- -> mu+ mu- by one photon in fb, lowest order; 0 below threshold."""
    mass2 = 4.0 * M_MUON**2 / sqrt_s**2
    if mass2 >= 1.0:
        return 0.0
    point = 4.0 * math.pi * ALPHA**2 / (3.0 * sqrt_s**2) * GEV2_TO_FB
    return point * math.sqrt(1.0 - mass2) * (1.0 + 0.5 * mass2)


def direction_density(
    beams: Beams, directions: FloatArray, least_energy: float = 0.0
) -> FloatArray:
    """Distribution of one muon of a pair over laboratory directions, per steradian.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    least_energy
        Smallest energy of muons that count, in GeV.

    Returns
    -------
    FloatArray
        Shape (n,); over the sphere it integrates to one, or to what has the energy.
    """
    parts = _by_momentum(beams, directions)
    return np.asarray(sum(np.where(e >= least_energy, d, 0.0) for e, d in parts))


def _by_momentum(beams: Beams, directions: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Energies in GeV and densities per steradian of a muon with one momentum or the other.

    Notes
    -----
    d^3p/E is invariant and the energy in the centre of mass is fixed, so that
    dOmega*/dOmega = p^2 / |p* gamma (p - E beta.n)|. A boost faster than the muon sends two momenta
    into one direction.
    """
    star = 0.5 * beams.sqrt_s
    momentum = math.sqrt(max(0.0, star**2 - M_MUON**2))
    velocity = beams.boost
    gamma = 1.0 / math.sqrt(1.0 - float(velocity @ velocity))
    along = directions @ velocity
    # gamma (E - p along) = E*, squared into a quadratic for p.
    ratio = star / gamma
    under = ratio**2 - M_MUON**2 * (1.0 - along**2)
    root = np.sqrt(np.maximum(under, 0.0))
    solutions = []
    for sign in (1.0, -1.0):
        p = (ratio * along + sign * root) / (1.0 - along**2)
        energy = np.hypot(p, M_MUON)
        factor = gamma / (gamma + 1.0) * (p * along) - energy
        in_frame = p[:, None] * directions + gamma * factor[:, None] * velocity
        cos_theta = np.clip(in_frame @ beams.frame[2] / momentum, -1.0, 1.0)
        slope = momentum * gamma * np.abs(p - energy * along)
        is_physical = (under > 0.0) & (p > 0.0) & (slope > 0.0)
        jacobian = np.divide(p**2, slope, out=np.zeros_like(p), where=is_physical)
        solutions.append((energy, angular(cos_theta, beams.sqrt_s) * jacobian))
    return solutions


def entering_probability(
    beams: Beams, box: Box, least_energy: float = 0.0, order: int = 12
) -> float:
    """Probability that one muon of a pair enters a box, and has at least some energy in GeV."""
    directions, solid = directions_into(box, order)
    return float(solid @ direction_density(beams, directions, least_energy))


def continuum(
    beams: Beams,
    box: Box,
    *,
    radiation: bool = True,
    order: int = 12,
    least_energy: float = LEAST_ENERGY,
) -> float:
    """Cross-section in fb for muons of both charges, from e+ e- -> mu+ mu-, to enter a box.

    Parameters
    ----------
    beams, box
        Collider and detector.
    radiation
        Whether there are photons off the beams and vacuum polarisation; else lowest order.
    order
        Points along each side of a face.
    least_energy
        Smallest energy in GeV of muons that count.
    """
    directions, solid = directions_into(box, order)
    density = per_solid_angle(beams, directions, radiation=radiation, least_energy=least_energy)
    return float(solid @ density)


def per_solid_angle(
    beams: Beams,
    directions: FloatArray,
    *,
    radiation: bool = True,
    least_energy: float = LEAST_ENERGY,
) -> FloatArray:
    """Muons of both charges from e+ e- -> mu+ mu- over laboratory directions, in fb/sr.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    radiation
        Whether there are photons off the beams and vacuum polarisation; else lowest order.
    least_energy
        Smallest energy in GeV of muons that count.
    """
    if not radiation:
        return 2.0 * born(beams.sqrt_s) * direction_density(beams, directions, least_energy)
    return np.asarray(radiated_muons(beams, directions, least_energy).weights.sum(axis=1))


def energies(
    beams: Beams, box: Box, order: int = 6, least_energy: float = LEAST_ENERGY
) -> tuple[FloatArray, FloatArray]:
    """Kinetic energies in GeV of muons from the continuum that head for a box, and weights in fb.

    Parameters
    ----------
    beams, box
        Collider and detector.
    order
        Points along each side of a face.
    least_energy
        Smallest energy in GeV of muons that count.

    Returns
    -------
    kinetic, weights
        Shape (n,) each: nodes of a quadrature, at the collision point.
    """
    directions, solid = directions_into(box, order)
    muons = radiated_muons(beams, directions, least_energy)
    weights = muons.weights * solid[:, None]
    positive = weights > 0.0
    return muons.kinetic[positive], weights[positive]


def resonant(
    beams: Beams, box: Box, pdgid: int, spread: float, least_energy: float = LEAST_ENERGY
) -> float:
    """Cross-section in fb for muons of both charges, from a narrow state, to enter a box.

    Parameters
    ----------
    beams, box
        Collider and detector.
    pdgid
        443 (J/psi) or 100443 (psi(2S)).
    spread
        Standard deviation of the centre-of-mass energy in GeV.
    least_energy
        Smallest energy in GeV of muons that count.
    """
    cross_section = peak(beams.sqrt_s, pdgid, spread) * FB_PER_NB
    return (
        2.0 * cross_section * branching(pdgid)[0] * entering_probability(beams, box, least_energy)
    )


def resonant_energies(
    beams: Beams, box: Box, order: int = 6, least_energy: float = LEAST_ENERGY
) -> tuple[FloatArray, FloatArray]:
    """Kinetic energies in GeV of muons without photons that head for a box, and their fractions.

    Parameters
    ----------
    beams, box, order, least_energy
        As for `energies`.

    Returns
    -------
    kinetic, weights
        Shape (n,) each; weights add up to `entering_probability`.
    """
    directions, solid = directions_into(box, order)
    parts = _by_momentum(beams, directions)
    energy = np.concatenate([part[0] for part in parts])
    weights = np.concatenate([solid * part[1] for part in parts])
    positive = (energy >= least_energy) & (weights > 0.0)
    return energy[positive] - M_MUON, weights[positive]


def branching(pdgid: int) -> tuple[float, float]:
    """Branching fraction to mu+ mu- of a narrow state, and its error."""
    table = read_table("muon_pairs")
    row = int(np.flatnonzero(table["pdgid"] == pdgid)[0])
    return float(table["mu_mu"][row]), float(table["mu_mu_error"][row])


def peak(sqrt_s: float, pdgid: int, spread: float) -> float:
    """Cross-section to produce a narrow state in nb; see `narrow_peaks.peak_cross_section`."""
    mass, width, width_ee, _ = _state(pdgid)
    return narrow_peaks.peak_cross_section(sqrt_s, mass, width, width_ee, spread)


def _state(pdgid: int) -> tuple[float, float, float, float]:
    table = read_table("narrow_vector_states")
    row = int(np.flatnonzero(table["pdgid"] == pdgid)[0])
    columns = ("mass", "width", "width_ee", "width_ee_error")
    mass, width, width_ee, error = (float(table[name][row]) for name in columns)
    return mass, width, width_ee, error


def study_density(cross_section: float, luminosity_fb: float, distance: float = 6.0) -> float:
    """Muons per cm^2 as the study counts them: one of the two, on the beam axis, equal beams.

    Parameters
    ----------
    cross_section
        Cross-section of muon pairs in fb.
    luminosity_fb
        Integrated luminosity in fb^-1.
    distance
        Along the axis, in m.
    """
    on_axis = 3.0 / (8.0 * math.pi)
    return cross_section * luminosity_fb * on_axis / (100.0 * distance) ** 2


def least_energy_at(setup: DetectorSetup, scale: float = 1.0) -> float:
    """Energy in GeV that a muon needs to cross the shielding and the lead of a detector.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.
    scale
        Factor of the energy loss, for its error.
    """
    metal = shield_of(setup)
    whole = Shield(metal.iron, metal.tungsten, setup.scenario.stack.shield)
    return M_MUON + max(muon_shield.threshold(whole, scale), _SLOWEST)


_SLOWEST: Final = 0.01
"""Smallest kinetic energy in GeV that counts where nothing stops a muon."""


def continuum_at(setup: DetectorSetup, scale: float = 1.0) -> float:
    """Cross-section in fb for muons of both charges from the continuum to enter a detector.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in; its shielding and its lead stop muons.
    scale
        Factor of the energy loss, for its error.
    """
    return continuum(setup.beams, setup.box, least_energy=least_energy_at(setup, scale))


def energies_at(setup: DetectorSetup) -> tuple[FloatArray, FloatArray]:
    """Muons of the continuum at the outside of the lead of a detector, behind the shielding.

    Returns
    -------
    kinetic, weights
        Kinetic energies there in GeV and cross-sections in fb, shape (n,) each, of those that will
        cross the lead.
    """
    kinetic, weights = energies(setup.beams, setup.box, least_energy=least_energy_at(setup))
    return muon_shield.energy_behind(kinetic, shield_of(setup)), weights


def sources(setup: DetectorSetup) -> list[Source]:
    """Collider muons into one detector: continuum, and the narrow state the beams sit on."""
    count = setup.once(continuum_at) * setup.luminosity_fb
    more_loss = setup.once(continuum_at, 1.0 + muon_shield.LOSS_ERROR) * setup.luminosity_fb
    kinetic, weights = setup.once(energies_at)
    off_peak = Source(
        "collider-muons",
        "collider muons",
        "luminosity",
        Count(count, systematic=math.hypot(RATE_ERROR * count, count - more_loss)),
        Spectrum("muon-front", kinetic, weights, target=setup.target),
        notes=(
            "both charges, through every face that looks at the interaction point",
            "photons off the beams, hard ones at their angles, and vacuum polarisation;"
            " no photons off the muons",
            _shielding_words(setup, kinetic, weights),
        ),
    )
    return [off_peak, *_narrow_states(setup)]


def _shielding_words(setup: DetectorSetup, kinetic: FloatArray, weights: FloatArray) -> str:
    metal = shield_of(setup)
    if metal.iron + metal.tungsten == 0.0:
        return "no metal in front of the detector (shielding) but its lead"
    shielding = f"{100 * metal.iron:g} cm of iron and {100 * metal.tungsten:g} cm of tungsten"
    if not weights.sum() > 0.0:
        return f"{shielding} (shielding) stop all"
    bare = continuum(setup.beams, setup.box)
    angle = muon_shield.scattering_angle(muon_shield.energy_before_shield(kinetic, metal), metal)
    mean = math.sqrt(float(np.average(angle**2, weights=weights)))
    return (
        f"{shielding} (shielding) stop muons below {muon_shield.threshold(metal):.3g} GeV and let"
        f" {100 * weights.sum() / bare:.0f} per cent through, with {kinetic.max():.3g} GeV at"
        f" most, scattered by {1e3 * mean:.0f} mrad; as many into a wide beam as out of it"
    )


def _narrow_states(setup: DetectorSetup) -> Iterator[Source]:
    beams, box = setup.beams, setup.box
    spread = math.sqrt(0.5) * setup.scenario.collider.energy_spread * beams.sqrt_s
    least = least_energy_at(setup)
    for pdgid, name in NAMES.items():
        mass, _, width_ee, width_error = _state(pdgid)
        if abs(beams.sqrt_s - mass) > 5.0 * spread:
            continue
        count = resonant(beams, box, pdgid, spread, least) * setup.luminosity_fb
        value, error = branching(pdgid)
        relative = math.hypot(error / value, width_error / width_ee, RATE_ERROR)
        kinetic, weights = resonant_energies(beams, box, least_energy=least)
        behind = muon_shield.energy_behind(kinetic, shield_of(setup))
        yield Source(
            f"collider-muons-{name}",
            f"muons from {name}",
            "luminosity",
            Count(count, systematic=relative * count),
            Spectrum("muon-front", behind, weights, target=setup.target),
            notes=(
                f"produced with {peak(beams.sqrt_s, pdgid, spread):.4g} nb at a spread of"
                f" {1e3 * spread:.3g} MeV in sqrt(s)",
                "no interference with the continuum",
            ),
        )
