"""Muons from the collision: e+ e- -> mu+ mu- (Eq. 17 of the study), and from narrow vector states.

Derived in docs/theory/backgrounds.md. Laboratory frame: the boost and the crossing of the beams are
those of `wayside.collider.beams.Beams`, and collinear initial-state photons change the beams'
energies and nothing else.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from wayside.backgrounds import radiator
from wayside.backgrounds.counts import Count
from wayside.backgrounds.faces import seen
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.collider.beams import Beams
from wayside.constants import ALPHA, FB_PER_NB, GEV2_TO_FB, M_MUON
from wayside.data import read_table
from wayside.detector.box import Box
from wayside.typing import FloatArray

RATE_ERROR: Final = 0.12
"""Relative: photons at angles, which take 2 to 10 per cent off rates beside the beams (exact in
first order in the tests), photons off the muons and vacuum polarisation (2). What the main detector
stops is not in it."""

LEAST_ENERGY: Final = 0.25
"""GeV that a muon needs to cross 10 cm of lead."""

NODES: Final = 64
"""Of photon energies: rates into a detector are good to 1 per cent."""

NAMES: Final = {443: "J/psi", 100443: "psi(2S)"}


def angular(cos_theta: FloatArray, sqrt_s: float) -> FloatArray:
    """Distribution of a muon over the sphere, per steradian, in the centre of mass.

    Eq. 17 of the study with the muon's mass; the same for continuum and vector states.
    """
    mass2 = min(1.0, 4.0 * M_MUON**2 / sqrt_s**2)
    shape = 1.0 + cos_theta**2 + mass2 * (1.0 - cos_theta**2)
    return np.asarray(shape * 3.0 / (8.0 * math.pi) / (2.0 + mass2))


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
        here = p[:, None] * directions + gamma * factor[:, None] * velocity
        cos_theta = np.clip(here @ beams.frame[2] / momentum, -1.0, 1.0)
        slope = momentum * gamma * np.abs(p - energy * along)
        there = (under > 0.0) & (p > 0.0) & (slope > 0.0)
        jacobian = np.divide(p**2, slope, out=np.zeros_like(p), where=there)
        solutions.append((energy, angular(cos_theta, beams.sqrt_s) * jacobian))
    return solutions


def entering_probability(
    beams: Beams, box: Box, least_energy: float = 0.0, order: int = 12
) -> float:
    """Probability that one muon of a pair enters a box, and has at least some energy in GeV."""
    directions, solid = seen(box, order)
    return float(solid @ direction_density(beams, directions, least_energy))


def continuum(beams: Beams, box: Box, *, radiation: bool = True, order: int = 12) -> float:
    """Cross-section in fb for muons of both charges, from e+ e- -> mu+ mu-, to enter a box.

    Parameters
    ----------
    beams, box
        Collider and detector.
    radiation
        Photons off the beams and vacuum polarisation; else lowest order.
    order
        Points along each side of a face.
    """
    directions, solid = seen(box, order)
    return float(solid @ per_solid_angle(beams, directions, radiation=radiation))


def per_solid_angle(
    beams: Beams, directions: FloatArray, *, radiation: bool = True, nodes: int = NODES
) -> FloatArray:
    """Muons of both charges from e+ e- -> mu+ mu- over laboratory directions, in fb/sr.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    radiation
        Photons off the beams and vacuum polarisation, and only muons above `LEAST_ENERGY`; else
        lowest order.
    nodes
        Of photon energies, in each of two pieces; pairs of little mass go forward in narrow cones.
    """
    if not radiation:
        return 2.0 * born(beams.sqrt_s) * direction_density(beams, directions)
    total = np.zeros(len(directions))
    for kept, pairs in _after_photons(beams, nodes):
        # Half of the photons come off either beam, and a pair has two muons.
        total += pairs * direction_density(kept, directions, LEAST_ENERGY)
    return total


def energies(beams: Beams, box: Box, order: int = 6) -> tuple[FloatArray, FloatArray]:
    """Kinetic energies in GeV of muons from the continuum that enter a box, and weights in fb.

    Parameters
    ----------
    beams, box
        Collider and detector.
    order
        Points along each side of a face.
    """
    directions, solid = seen(box, order)
    kinetic, weights = [], []
    for kept, pairs in _after_photons(beams, NODES):
        for energy, density in _by_momentum(kept, directions):
            counts = (energy >= LEAST_ENERGY) & (density > 0.0)
            kinetic.append(energy[counts] - M_MUON)
            weights.append((pairs * solid * density)[counts])
    return np.concatenate(kinetic), np.concatenate(weights)


def _after_photons(beams: Beams, nodes: int) -> Iterator[tuple[Beams, float]]:
    """What photons leave of the beams, and the cross-section of pairs there, weighted, in fb.

    The same for a photon off the electron and one off the positron.
    """
    x_max = 1.0 - (2.0 * M_MUON / beams.sqrt_s) ** 2 * (1.0 + 1e-6)
    for x, weight in zip(*radiator.nodes(beams.sqrt_s, x_max, nodes), strict=True):
        energy = beams.sqrt_s * math.sqrt(1.0 - x)
        pairs = float(weight) * born(energy) * float(radiator.vacuum_polarisation(energy))
        for kept in _after_a_photon(beams, float(x)):
            yield kept, pairs


def _after_a_photon(beams: Beams, x: float) -> tuple[Beams, Beams]:
    """What the beams keep if the electron, or the positron, radiates a fraction x of its energy."""
    electron, positron = beams.electron_energy, beams.positron_energy
    return (
        Beams(electron * (1.0 - x), positron, beams.crossing_angle),
        Beams(electron, positron * (1.0 - x), beams.crossing_angle),
    )


def resonant(beams: Beams, box: Box, pdgid: int, spread: float) -> float:
    """Cross-section in fb for muons of both charges, from a narrow state, to enter a box.

    Parameters
    ----------
    beams, box
        Collider and detector.
    pdgid
        443 (J/psi) or 100443 (psi(2S)).
    spread
        Standard deviation of the centre-of-mass energy in GeV.
    """
    made = peak(beams.sqrt_s, pdgid, spread) * FB_PER_NB
    return 2.0 * made * branching(pdgid)[0] * entering_probability(beams, box, LEAST_ENERGY)


def branching(pdgid: int) -> tuple[float, float]:
    """Branching fraction to mu+ mu- of a narrow state, and its error."""
    table = read_table("muon_pairs")
    row = int(np.flatnonzero(table["pdgid"] == pdgid)[0])
    return float(table["mu_mu"][row]), float(table["mu_mu_error"][row])


def peak(sqrt_s: float, pdgid: int, spread: float) -> float:
    """Cross-section to produce a narrow state in nb; see `radiator.peak_cross_section`."""
    mass, width, width_ee, _ = _state(pdgid)
    return radiator.peak_cross_section(sqrt_s, mass, width, width_ee, spread)


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


def continuum_at(setup: DetectorSetup) -> float:
    """Cross-section in fb for muons of both charges from the continuum to enter a detector."""
    return continuum(setup.beams, setup.box)


def energies_at(setup: DetectorSetup) -> tuple[FloatArray, FloatArray]:
    """Kinetic energies in GeV and weights in fb of the continuum's muons that enter a detector."""
    return energies(setup.beams, setup.box)


def sources(setup: DetectorSetup) -> list[Source]:
    """Collider muons into one detector: continuum, and the narrow state the beams sit on."""
    count = setup.once(continuum_at) * setup.luminosity_fb
    spectrum = Spectrum("muon-front", *setup.once(energies_at))
    off_peak = Source(
        "collider-muons",
        "collider muons",
        "luminosity",
        Count(count, systematic=RATE_ERROR * count),
        spectrum,
        notes=(
            "both charges, through every face that looks at the interaction point",
            "collinear photons off the beams to second order, vacuum polarisation;"
            " no photons off the muons",
            "nothing of the main detector stops them",
        ),
    )
    return [off_peak, *_narrow_states(setup, spectrum)]


def _narrow_states(setup: DetectorSetup, spectrum: Spectrum) -> Iterator[Source]:
    beams, box = setup.beams, setup.box
    spread = math.sqrt(0.5) * setup.scenario.collider.energy_spread * beams.sqrt_s
    for pdgid, name in NAMES.items():
        mass, _, width_ee, width_error = _state(pdgid)
        if abs(beams.sqrt_s - mass) > 5.0 * spread:
            continue
        count = resonant(beams, box, pdgid, spread) * setup.luminosity_fb
        value, error = branching(pdgid)
        relative = math.hypot(error / value, width_error / width_ee, RATE_ERROR)
        yield Source(
            f"collider-muons-{name}",
            f"muons from {name}",
            "luminosity",
            Count(count, systematic=relative * count),
            spectrum,
            notes=(
                f"produced with {peak(beams.sqrt_s, pdgid, spread):.4g} nb at a spread of"
                f" {1e3 * spread:.3g} MeV in sqrt(s)",
                "no interference with the continuum",
            ),
        )
