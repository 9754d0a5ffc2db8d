"""K_L0 and neutrons from the collision point, boosted to any beams and any box.

Tables made with Pythia (`TABLES`) give the spectrum in the centre-of-mass frame. What enters a box
follows by integration over the directions in which the interaction point sees it: no sampling.
Derived in docs/theory/backgrounds_klong.md.
"""

import functools
import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds.faces import directions_into
from wayside.collider.beams import Beams
from wayside.constants import CTAU_KLONG, FB_PER_NB
from wayside.data import read_table
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray

Hadron = Literal["klong", "neutron"]

TABLES: Final[dict[Hadron, tuple[str, ...]]] = {
    "klong": ("klong_production_belle2", "klong_production_besiii"),
    "neutron": ("neutron_production_belle2",),
}
"""Shipped, one an energy; neutrons and antineutrons together."""

WORDS: Final[dict[Hadron, str]] = {"klong": "K_L0", "neutron": "neutron"}
"""Names in messages."""

CTAU: Final[dict[Hadron, float]] = {"klong": CTAU_KLONG, "neutron": math.inf}
"""Proper decay lengths in m; neutrons do not decay on their way."""

CONTINUUM: Final = ("u", "d", "s", "c", "tau")
"""Classes of events that are there off the resonance as well."""

PAIRS: Final = ("bb", "dd")
"""Classes of pairs of mesons from the resonance."""

P_STEP: Final = 0.01
"""GeV: of the integral over momenta in the laboratory, a fifth of the table's bins."""


@dataclass(frozen=True, eq=False)
class Production:
    """K_L0 or neutrons of each class of events in the centre-of-mass frame.

    Attributes
    ----------
    sqrt_s
        Centre-of-mass energy of the table in GeV.
    mass
        Mass of the particle in GeV.
    classes
        Names, of `PAIRS` and `CONTINUUM`.
    sigma
        Cross-sections in fb, shape (k,).
    events
        Simulated, shape (k,).
    with_one
        Fraction of events with at least one, shape (k,).
    p_edges, cos_edges
        Edges of bins in momentum (GeV) and in abs(cos theta).
    counts
        Numbers of particles in the bins, shape (k, n, m).
    """

    sqrt_s: float
    mass: float
    classes: tuple[str, ...]
    sigma: FloatArray
    events: FloatArray
    with_one: FloatArray
    p_edges: FloatArray
    cos_edges: FloatArray
    counts: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Mean number of particles in an event of each class, shape (k,)."""
        return np.asarray(self.counts.sum(axis=(1, 2)) / self.events)

    def select(self, classes: tuple[str, ...]) -> BoolArray:
        """Which classes are among those named, shape (k,)."""
        return np.array([name in classes for name in self.classes])

    def multiplicity(self, classes: tuple[str, ...]) -> tuple[float, float]:
        """Probability of at least one and their mean number, classes weighed by cross-section."""
        weights = np.where(self.select(classes), self.sigma, 0.0)
        weights /= weights.sum()
        return float(weights @ self.with_one), float(weights @ self.mean)

    def density(self, p: ArrayLike, cos_theta: ArrayLike) -> FloatArray:
        """Cross-section d sigma / (dp dcos theta) by class.

        Parameters
        ----------
        p, cos_theta
            In the centre-of-mass frame; momentum in GeV. Shapes that broadcast.

        Returns
        -------
        FloatArray
            In fb/GeV, shape (k, ...), cos theta and -cos theta alike; in each bin in proportion to
            p^2. A constant would be without end in d^3p at p = 0, toward which a boost looks where
            a box stands in its direction.
        """
        p, cosine = np.broadcast_arrays(np.asarray(p, float), np.abs(np.asarray(cos_theta, float)))
        i = np.searchsorted(self.p_edges, p, side="right") - 1
        j = np.minimum(
            np.searchsorted(self.cos_edges, cosine, side="right") - 1, len(self.cos_edges) - 2
        )
        inside = (i >= 0) & (i < len(self.p_edges) - 1)
        volume = 2.0 / 3.0 * np.diff(self.p_edges**3)[:, None] * np.diff(self.cos_edges)
        scale = (self.sigma / self.events)[:, None, None]
        values = self.counts * scale / volume
        return np.asarray(np.where(inside, p**2 * values[:, np.where(inside, i, 0), j], 0.0))


@functools.cache
def production(name: str = TABLES["klong"][0]) -> Production:
    """One of the tables that come with Wayside."""
    table = read_table(name)
    classes = tuple(table.header["classes"].split())

    def numbers(key: str) -> FloatArray:
        return np.array([float(cell) for cell in table.header[key].split()])

    p_step, cos_step = 0.05, 0.1
    rows = np.rint(table["p_low"] / p_step).astype(int)
    columns = np.rint(table["cos_low"] / cos_step).astype(int)
    counts = np.zeros((len(classes), rows.max() + 1, columns.max() + 1))
    for k, name in enumerate(classes):
        counts[k, rows, columns] = table[name]
    return Production(
        sqrt_s=float(table.header["sqrt_s"]),
        mass=float(table.header["mass"]),
        classes=classes,
        sigma=numbers("sigma_nb") * FB_PER_NB,
        events=numbers("events"),
        with_one=numbers("with_one"),
        p_edges=np.arange(counts.shape[1] + 1) * p_step,
        cos_edges=np.arange(counts.shape[2] + 1) * cos_step,
        counts=counts,
    )


TOLERANCE: Final = 0.01
"""Relative, of the centre-of-mass energy: beyond it a table says nothing."""


def production_for(beams: Beams, hadron: Hadron = "klong") -> Production | None:
    """The table for the beams' energy, None where there is none."""
    for name in TABLES[hadron]:
        table = production(name)
        if abs(beams.sqrt_s / table.sqrt_s - 1.0) < TOLERANCE:
            return table
    return None


@dataclass(frozen=True, eq=False)
class Entering:
    """What reaches a box if nothing is in the way and none decays: points of an integral.

    Attributes
    ----------
    mass, c_tau
        Mass in GeV and proper decay length in m of the particle.
    momenta
        In the laboratory, GeV, shape (n,): middles of steps of `P_STEP`.
    directions
        Unit vectors, shape (m, 3).
    near, far
        Distances from the interaction point at which they enter and leave, in m, shape (m,).
    sigma
        Cross-section in fb by class, momentum and direction, shape (k, n, m).
    classes
        Names, shape (k,).
    """

    mass: float
    c_tau: float
    momenta: FloatArray
    directions: FloatArray
    near: FloatArray
    far: FloatArray
    sigma: FloatArray
    classes: tuple[str, ...]

    @property
    def energies(self) -> FloatArray:
        """Total, in GeV, shape (n,)."""
        return np.asarray(np.hypot(self.momenta, self.mass))

    @property
    def kinetic(self) -> FloatArray:
        """Kinetic energies in GeV, shape (n,)."""
        return np.asarray(self.energies - self.mass)

    @property
    def decay_lengths(self) -> FloatArray:
        """Mean, in m, shape (n,)."""
        return np.asarray(self.momenta / self.mass * self.c_tau)

    def arriving(self) -> FloatArray:
        """Probability not to decay on the way, shape (n, m)."""
        return np.asarray(np.exp(-self.near[None, :] / self.decay_lengths[:, None]))

    def decaying(self, lengths: FloatArray | None = None) -> FloatArray:
        """Probability to decay inside once there and if it does not interact, shape (n, m).

        Parameters
        ----------
        lengths
            Mean decay lengths inside in m, shape (n,), where those on the way do not hold.
        """
        lengths = self.decay_lengths if lengths is None else lengths
        return np.asarray(-np.expm1(-(self.far - self.near)[None, :] / lengths[:, None]))

    def spectrum(
        self, edges: FloatArray, classes: tuple[str, ...], decays: bool = False
    ) -> FloatArray:
        """Cross-section in fb into bins of the total energy, shape (len(edges) - 1,).

        Parameters
        ----------
        edges
            Edges of the bins of the total energy in GeV.
        classes
            Names of the classes of events that count.
        decays
            Whether particles that decay on the way are left out.
        """
        chosen = np.array([name in classes for name in self.classes])
        weights = self.arriving() if decays else np.ones(self.sigma.shape[1:])
        strength = np.einsum("knm,nm->n", self.sigma[chosen], weights)
        binned, _ = np.histogram(self.energies, bins=edges, weights=strength)
        return np.asarray(binned, dtype=np.float64)


def entering(beams: Beams, box: Box, order: int = 8, hadron: Hadron = "klong") -> Entering:
    """K_L0 or neutrons from the interaction point toward a box.

    Parameters
    ----------
    beams, box
        Collider and detector.
    order
        Directions along each side of a face.
    hadron
        Particle: ``"klong"`` or ``"neutron"``.

    Raises
    ------
    InputError
        If there is no table for their energy.

    Notes
    -----
    d^3p/E is invariant: dN/(dp dOmega) = (p/p*)^2 (E*/E) f*(p*, cos theta*) / (2 pi).
    """
    table = production_for(beams, hadron)
    if table is None:
        known = " and ".join(f"{production(name).sqrt_s:g}" for name in TABLES[hadron])
        raise InputError(
            f"sqrt_s = {beams.sqrt_s:.4g} GeV: {WORDS[hadron]} production is tabulated"
            f" at {known} GeV only"
        )
    directions, solid = directions_into(box, order)
    velocity = beams.boost
    gamma = 1.0 / math.sqrt(1.0 - float(velocity @ velocity))
    # The fastest that the boost can make of the last bin.
    top = (
        gamma * (1.0 + float(np.linalg.norm(velocity))) * math.hypot(table.p_edges[-1], table.mass)
    )
    momenta = np.asarray((np.arange(math.ceil(top / P_STEP)) + 0.5) * P_STEP, dtype=np.float64)
    energy = np.hypot(momenta, table.mass)[:, None]
    along = momenta[:, None] * (directions @ velocity)
    energy_in_frame = gamma * (energy - along)
    squeeze = gamma / (gamma + 1.0) * along - energy
    in_frame = (
        momenta[:, None, None] * directions[None, :, :] + gamma * squeeze[..., None] * velocity
    )
    p_in_frame = np.linalg.norm(in_frame, axis=-1)
    cosine = np.clip(in_frame @ beams.frame[2] / p_in_frame, -1.0, 1.0)
    jacobian = (momenta[:, None] / p_in_frame) ** 2 * energy_in_frame / energy / (2.0 * math.pi)
    sigma = table.density(p_in_frame, cosine) * (jacobian * solid * P_STEP)
    near, far = (column[:, 0] for column in box.crossings(directions))
    return Entering(table.mass, CTAU[hadron], momenta, directions, near, far, sigma, table.classes)
