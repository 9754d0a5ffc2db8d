"""How many vertices the particles that enter fake: tables of the full simulation, and two laws.

`per_particle` averages what `scripts/make_fake_vertices.py` counted over a spectrum. `accidentals`
counts vertices of unrelated tracks in films that many muons have crossed
(`scripts/make_accidental_vertices.py`), and how few of them get one time at which the fibres are
silent. Derived in docs/theory/backgrounds_fakes.md.
"""

import math
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import roots_legendre

from wayside.backgrounds.source import SELECTIONS, Count, Selection
from wayside.constants import SECONDS_PER_DAY
from wayside.data import Table, read_table
from wayside.errors import InputError
from wayside.typing import FloatArray, IndexArray

Kind = Literal[
    "muon-above",
    "muon-front",
    "klong-front",
    "neutron-front",
    "photon-front",
    "photon-bare",
    "klong-above",
    "neutron-above",
    "electron-front",
    "signal",
]
"""Particle, and from where: above as cosmic ones, through the front face from the collision, or
bare of the lead shield. ``"signal"`` are electron pairs from inside: what a stage costs."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Stage = Literal["vertex", "gas", "timed", "closed", "quiet", "isolated"]
"""A `Selection`, or what leads to ``"timed"`` and what could follow it: ``"gas"`` has a time and
does not ask the fibres, ``"closed"`` wants all fibres silent and not those upstream alone,
``"quiet"`` is timed and has no hit at that time in a gap before the vertex, ``"isolated"`` has no
companions besides."""

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

MODEL_ERROR: Final = {
    "muon": 0.1,
    "photon": 0.1,
    "electron": 0.1,
    "signal": 0.1,
    "klong": 0.3,
    "neutron": 0.5,
}
"""Relative error of the simulation: showers to 10 per cent; hadronic models differ from each other
by 20 to 30, and neutrons below 2 GeV have stand-in cross-sections."""

FIBRES_MISS: Final = 0.02
"""Chance that a place of fibres misses a particle, as the tables have it."""


def bins(kind: Kind) -> tuple[FloatArray, IndexArray]:
    """Edges of the energy bins of a kind in GeV, and rows of the table.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise InputError(f"kind = {kind!r}: must be one of {', '.join(KINDS)}")
    table = _table()
    rows = np.flatnonzero(table["kind"] == KINDS.index(kind))
    if len(rows) == 0:
        raise InputError(f"kind = {kind!r}: not in the table fake_vertices")
    return np.append(table["low"][rows], table["high"][rows[-1]]), rows


def per_particle(
    kind: Kind, energies: npt.ArrayLike, weights: npt.ArrayLike, stage: Stage
) -> Count:
    """Mean number of fakes that one entering particle of a spectrum makes.

    Linear in the logarithm of the energy between the middles of bins, constant beyond the first
    and the last.

    Parameters
    ----------
    kind
        Which particle, and from where.
    energies
        Kinetic energies outside of the shield in GeV, shape (n,).
    weights
        Of the energies, shape (n,): rates, numbers, or anything in proportion.
    stage
        ``"vertex"`` counts vertices, the others particles with at least one.

    Returns
    -------
    Count
        The statistical error is that of the simulated samples; where none was seen it is one
        event's, so it is never zero.

    Raises
    ------
    InputError
        If there is no such kind or stage, or energies or weights are no spectrum.
    """
    if stage not in STAGES:
        raise InputError(f"stage = {stage!r}: must be one of {', '.join(STAGES)}")
    edges, rows = bins(kind)
    energy = np.atleast_1d(np.asarray(energies, dtype=np.float64))
    weight = np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if energy.shape != weight.shape or not np.all(energy > 0.0):
        raise InputError("energies: must be positive, one for each weight")
    if not (np.all(weight >= 0.0) and weight.sum() > 0.0):
        raise InputError("weights: must not be negative, at least one above 0")
    middle = 0.5 * np.log(edges[1:] * edges[:-1])
    each = np.eye(len(middle))
    hats = np.array([np.interp(np.log(energy), middle, one) for one in each])
    share = hats @ weight / weight.sum()
    table = _table()
    entering = table["entering"][rows]
    mean = table[stage][rows] / entering
    variance = (table[f"{stage}_squares"][rows] + _one(kind, rows, stage) ** 2) / entering**2
    value = float(share @ mean)
    return Count(
        value,
        statistical=math.sqrt(float(share**2 @ variance)),
        systematic=value * MODEL_ERROR[kind.partition("-")[0]],
    )


def vertices_per_entering(kind: Kind, energy: float, selection: Selection) -> Count:
    """Fakes of one particle of one energy in GeV; see `per_particle`."""
    return per_particle(kind, [energy], [1.0], selection)


def of_spectrum(
    kind: Kind, energies: npt.ArrayLike, weights: npt.ArrayLike
) -> dict[Selection, Count]:
    """Fakes of one entering particle by selection: what `source.with_fakes` multiplies."""
    return {each: per_particle(kind, energies, weights, each) for each in SELECTIONS}


def _table() -> Table:
    return read_table("fake_vertices")


def _one(kind: Kind, rows: IndexArray, stage: Stage) -> float:
    """What one more event would count: the mean over those of the kind and one at its worst."""
    if stage in ("vertex", "gas"):
        return 1.0
    worst = 1.0
    if kind.startswith("muon"):
        # It has crossed the fibres at one place at least, at two in all.
        worst = FIBRES_MISS ** (2 if stage == "closed" else 1)
    table = _table()
    tried = float(table["gas"][rows].sum())
    return (float(table[stage][rows].sum()) + worst) / (tried + 1.0)


Spectrum = Literal["surface", "rock"]
"""Of cosmic muons, at the surface or below 11 m of rock."""

SPECTRA: Final[tuple[Spectrum, ...]] = get_args(Spectrum)

LAW_ERROR: Final = 0.3
"""Relative: a spectrum of muons for another, an ideal alignment of sheets, no electrons but those
that muons make."""

GAS_PER_SCANNED: Final = 4.0
"""Muons of any slope through a film over those with a slope below 1, for cos^2 of the zenith angle
and films that stand upright: (pi / 4) / (pi / 16)."""

GAS_WINDOW: Final = 4.0 * math.sqrt(2.0) * 5.0
"""ns within which two gas hits agree: four standard deviations of their difference."""

GAS_RADIUS: Final = 4.0 * math.hypot(0.05, 8e-3)
"""mm around a track within which gas hits are its own, next to the last sheet before the gap."""

NEAR: Final = 4.0
"""mm between two tracks at the next gap up to which the table counts them as near. Below, distances
are taken as spread evenly; there are fewer of the smallest, so this is on the safe side."""


def law(scanned: float, spectrum: Spectrum) -> Count:
    """Accidental two-track vertices per cm^2 and block: a n^2 / (1 + n / n0)^g.

    Parameters
    ----------
    scanned
        n: muons per cm^2 of a film whose slope is scanned (below 1), over all its time.
    spectrum
        Of the muons.

    Raises
    ------
    InputError
        If n is negative or there is no such spectrum.
    """
    if not scanned >= 0.0:
        raise InputError(f"scanned = {scanned!r}: must not be negative (muons per cm^2)")
    if spectrum not in SPECTRA:
        raise InputError(f"spectrum = {spectrum!r}: must be one of {', '.join(SPECTRA)}")
    a, n0, power, error = _parameters(spectrum)
    value = a * scanned**2 / (1.0 + scanned / n0) ** power
    return Count(value, statistical=error * value, systematic=LAW_ERROR * value)


def _parameters(spectrum: Spectrum) -> tuple[float, float, float, float]:
    words = read_table("accidental_vertices").header[f"law_{spectrum}"].split()
    a, n0, power, error = (float(word) for word in words)
    return a, n0, power, error


def accidentals(
    scanned: float,
    area: float,
    blocks: int,
    exposure: float,
    spectrum: Spectrum,
    silent: float,
    replacements: float = 1.0,
) -> dict[Selection, Count]:
    """Vertices of unrelated tracks in all films of a detector.

    Parameters
    ----------
    scanned
        Muons per cm^2 of a film with a scanned slope, over the whole exposure.
    area
        Of a film in cm^2.
    blocks
        Of films.
    exposure
        In days.
    spectrum
        Of the muons.
    silent
        Chance that the fibres see nothing of a muon that hits a gas detector; see `gas_silent`.
    replacements
        Sets of films that share the exposure.

    Returns
    -------
    dict
        By selection, over the exposure.
    """
    each = law(scanned / replacements, spectrum)
    vertices = each.times(area * blocks * replacements)
    chance = timed_chance(scanned / replacements, exposure / replacements)
    timed = vertices.product(chance).times(silent, LAW_ERROR)
    return {"vertex": vertices, "timed": timed}


def timed_chance(scanned: float, exposure: float) -> Count:
    """Chance that an accidental vertex gets exactly one time from gas hits.

    Either both circles around its tracks have one hit in common, or two hits of different muons
    agree by chance. How near the two tracks are at the next gap is taken from all tiles.

    Parameters
    ----------
    scanned
        Muons per cm^2 of a film with a scanned slope.
    exposure
        In days.
    """
    hits = GAS_PER_SCANNED * scanned / 100.0
    table = read_table("accidental_vertices")
    number, near, reach = (float(table[name].sum()) for name in ("unrelated", "near", "reach"))
    common = near / number / NEAR * one_common_hit(hits)
    value = common + reach / number * random_agreement(hits, exposure)
    return Count(value, statistical=common / math.sqrt(max(near, 1.0)))


def one_common_hit(hits: float, radius: float = GAS_RADIUS) -> float:
    """Distances of two tracks at which just one hit is common to them, in mm.

    The integral over the distance d of mu exp(-mu), mu = hits times the area that two circles of
    ``radius`` (mm) have in common; ``hits`` per mm^2.
    """
    nodes, weights = roots_legendre(400)
    # Dense near 2 radii, where a common area becomes small: d = 2 R (1 - u^2).
    u = 0.5 * (nodes + 1.0)
    mu = hits * common_area(2.0 * radius * (1.0 - u**2), radius)
    return float(0.5 * weights @ (mu * np.exp(-mu) * 4.0 * radius * u))


def common_area(distance: npt.ArrayLike, radius: float) -> FloatArray:
    """Area common to two circles of one radius."""
    half = np.minimum(np.asarray(distance, dtype=np.float64) / (2.0 * radius), 1.0)
    return np.asarray(2.0 * radius**2 * (np.arccos(half) - half * np.sqrt(1.0 - half**2)))


def random_agreement(hits: float, exposure: float, radius: float = GAS_RADIUS) -> float:
    """Chance that hits in two circles without a common one agree within `GAS_WINDOW`.

    Each circle has its own track's hit and others; all are spread evenly over the exposure (days).
    """
    number = 1.0 + hits * math.pi * radius**2
    return 2.0 * GAS_WINDOW * number**2 / (exposure * 1e9 * SECONDS_PER_DAY)


def gas_silent(kind: Kind, energies: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Mean chance that fibres see nothing of a particle that hits a gas detector.

    Parameters as in `per_particle`; averaged over hits.
    """
    edges, rows = bins(kind)
    middle = 0.5 * np.log(edges[1:] * edges[:-1])
    table = _table()
    energy, weight = np.log(energies), np.asarray(weights, dtype=np.float64)
    number = np.interp(energy, middle, table["gas_muons"][rows] / table["entering"][rows])
    silent = np.interp(energy, middle, table["gas_silent"][rows])
    return float((weight * number) @ silent / (weight @ number))
