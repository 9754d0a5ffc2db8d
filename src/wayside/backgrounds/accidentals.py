"""Vertices of unrelated tracks in films that many muons have crossed.

A law fitted to ``scripts/make_accidental_vertices.py``, and how few of the vertices get one time at
which the fibres are silent. Derived in docs/theory/backgrounds_fakes.md.
"""

import math
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import roots_legendre

from wayside.backgrounds.counts import Count
from wayside.constants import SECONDS_PER_DAY
from wayside.data import read_table
from wayside.detector.readout import Readout
from wayside.efficiency.selection import Selection
from wayside.errors import InputError, check_choice
from wayside.typing import FloatArray

Spectrum = Literal["surface", "rock"]
"""Spectrum of cosmic muons: at the surface, or below 11 m of rock (`ROCK`)."""

SPECTRA: Final[tuple[Spectrum, ...]] = get_args(Spectrum)

ROCK: Final = 27.5
"""Depth in m of water equivalent of the muons with the spectrum ``"rock"``."""

LAW_ERROR: Final = 0.3
"""Relative: a spectrum of muons for another, an ideal alignment of sheets, no electrons but those
that muons make."""

GAS_PER_SCANNED: Final = 4.0
"""Muons of any slope through a film over those with a slope below 1, for cos^2 of the zenith angle
and films that stand upright: (pi / 4) / (pi / 16)."""

GAS_WINDOW: Final = 4.0 * math.sqrt(2.0) * Readout().gas_time
"""ns within which two gas hits agree: four standard deviations of their difference."""

GAS_RADIUS: Final = 4.0 * math.hypot(Readout().gas_error, 8e-3)
"""mm around a track within which gas hits are its own, next to the last sheet before the gap."""

NEAR: Final = 4.0
"""mm between two tracks at the next gap up to which the table counts them as near. Below, distances
are taken as spread evenly; there are fewer of the smallest, so this is on the safe side."""


def law(scanned: float, spectrum: Spectrum) -> Count:
    """Accidental two-track vertices per cm^2 and block: a n^2 / (1 + n / n0)^g.

    Parameters
    ----------
    scanned
        Muons per cm^2 of a film whose slope is scanned (below 1), over all its time: n.
    spectrum
        Spectrum of the muons.

    Raises
    ------
    InputError
        If n is negative or there is no such spectrum.
    """
    if not scanned >= 0.0:
        raise InputError(f"scanned = {scanned!r}: must not be negative (muons per cm^2)")
    check_choice("spectrum", spectrum, SPECTRA)
    a, n0, power, error = _parameters(spectrum)
    value = a * scanned**2 / (1.0 + scanned / n0) ** power
    return Count(value, statistical=error * value, systematic=LAW_ERROR * value)


def _parameters(spectrum: Spectrum) -> tuple[float, float, float, float]:
    words = read_table("accidental_vertices").header[f"law_{spectrum}"].split()
    a, n0, power, error = (float(word) for word in words)
    return a, n0, power, error


class GasHits(NamedTuple):
    """Hits in a gas detector while one set of films is in place."""

    cosmic: float
    """Hits of cosmic muons per mm^2, spread over the time."""
    exposure: float
    """The time in days."""
    beam: float = 0.0
    """Hits of beam background per mm^2; no fibres detect what makes them."""
    duty: float = 1.0
    """Fraction of the time over which these are spread: that in which the beams are on."""


def accidentals(
    scanned: float,
    area: float,
    blocks: int,
    hits: GasHits,
    spectrum: Spectrum,
    silent: float,
    replacements: float = 1.0,
    *,
    distinct_hits: bool = False,
) -> dict[Selection, Count]:
    """Vertices of unrelated tracks in all films of a detector.

    Parameters
    ----------
    scanned
        Muons per cm^2 of a film with a scanned slope, over the whole exposure.
    area
        Area of a film in cm^2.
    blocks
        Number of blocks of films.
    hits
        Hits in the gas detectors while one set of films is in place.
    spectrum
        Spectrum of the muons.
    silent
        Probability that no fibres detect a muon that hits a gas detector; see
        `wayside.backgrounds.fakes.gas_silent`.
    replacements
        Number of sets of films that share the exposure.
    distinct_hits
        Whether both tracks need a hit of their own.

    Returns
    -------
    dict
        Mean numbers over the exposure, by selection.
    """
    density = law(scanned / replacements, spectrum)
    vertices = density.times(area * blocks * replacements)
    fraction = timed_probability(hits, silent, distinct_hits=distinct_hits)
    return {"vertex": vertices, "timed": vertices.product(fraction).times(1.0, LAW_ERROR)}


def timed_probability(hits: GasHits, silent: float = 1.0, *, distinct_hits: bool = False) -> Count:
    """Probability that an accidental vertex gets exactly one time, at which no fibres have a hit.

    Either both circles around its tracks have one hit in common, or two hits agree at random, and
    no others do. How near the two tracks are at the next gap is taken from all tiles.

    Parameters
    ----------
    hits
        Hits in the gas detectors while one set of films is in place.
    silent
        Probability that no fibres detect a muon that hits a gas detector.
    distinct_hits
        Whether a hit in common gives no time.
    """
    table = read_table("accidental_vertices")
    number, near, reach = (float(table[name].sum()) for name in ("unrelated", "near", "reach"))
    agreeing = random_agreements(hits)
    alone = math.exp(-agreeing.muon - agreeing.beam)
    common = 0.0
    total = hits.cosmic + hits.beam
    if total > 0.0 and not distinct_hits:
        unseen = (silent * hits.cosmic + hits.beam) / total
        common = near / number / NEAR * one_common_hit(total) * unseen * alone
    value = common + reach / number * alone * (silent * agreeing.muon + agreeing.beam)
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


class Agreements(NamedTuple):
    """Mean numbers of pairs of hits in two circles without a common one that agree in time."""

    muon: float
    """Pairs with a hit of a muon."""
    beam: float
    """Pairs of hits of beam background."""


def random_agreements(hits: GasHits, radius: float = GAS_RADIUS) -> Agreements:
    """Pairs of random hits, one on each of two tracks at one gap, that agree within `GAS_WINDOW`.

    Parameters
    ----------
    hits
        Hits in the gas detectors. Each circle has its own track's hit and others.
    radius
        Radius of the circles in mm.
    """
    window = 2.0 * GAS_WINDOW / (hits.exposure * 1e9 * SECONDS_PER_DAY)
    area = math.pi * radius**2
    muon, beam = 1.0 + hits.cosmic * area, hits.beam * area
    both = beam**2 / hits.duty if beam > 0.0 else 0.0
    return Agreements(window * (muon**2 + 2.0 * muon * beam), window * both)
