"""Which cascades of neutrons are followed in full, and with which probability.

An event is followed with a probability p by what its particles could leave, and stands for 1/p of
its kind (Russian roulette). Sums are the same whatever the probabilities and the limits of the
classes are: these decide how large the errors are and how long a run takes.

Particles of an event that is followed are independent of one another: slow neutrons, which make no
track but may veto, follow when the others could make a vertex with a time.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.detector.stack import Stack
from wayside.transport.crossings import is_charged
from wayside.transport.engine import in_order, kinetic_energies, masses
from wayside.transport.neutron_cascade import NEUTRON, Cascades
from wayside.transport.preselection import keepable
from wayside.transport.records import track_keys
from wayside.typing import FloatArray, IntArray, StructuredArray


class Followed(NamedTuple):
    """Probabilities with which an event is followed."""

    timed: float = 1.0
    """Two prongs of an interaction in the blocks go forward and may reach a gas detector."""
    pair: float = 0.25
    """Two of them can make a track each."""
    energetic: float = 0.25
    """Some particle could make such an interaction, or a pair of electrons."""
    rest: float = 0.02
    """Others."""


FORWARD: Final = 0.25
"""Smallest cosine to the axis of a prong; the largest tangent of a track is 2.5."""

PRONG: Final = 30.0
"""Smallest kinetic energy in MeV of a prong heavier than a pion: less ends within three plates."""

LIGHT: Final = 8.0
"""The same of pions, muons and electrons."""

ENERGETIC: Final = 200.0
"""Kinetic energy in MeV from which on a charged particle can make two prongs."""

PHOTON: Final = 50.0
"""Energy in MeV from which on a photon can make a pair whose both electrons leave tracks."""

SLACK: Final = 1.3
"""Factor by which ranges are taken longer than they are: nothing that reaches is called short."""

BESIDE: Final = 10.0
"""How far beside the blocks, in mm, a prong may reach the depth of a gas detector."""


def followed(made: Cascades, how: Followed, stack: Stack) -> FloatArray:
    """Probability with which each event is followed, shape (events,).

    Parameters
    ----------
    made
        From `wayside.transport.neutron_cascade.develop`.
    how
        Probabilities by class.
    stack
        Layers of the detector.
    """
    rows = made.particles
    mass = masses(rows["pdg"])
    kinetic = kinetic_energies(rows)
    momentum = np.sqrt(sum(rows[f"p{axis}"] ** 2 for axis in "xyz"))
    charged = is_charged(rows["pdg"])
    prong = charged & (kinetic > np.where(mass < 200.0, LIGHT, PRONG)) & (made.star >= 0)
    prong &= rows["pz"] > FORWARD * momentum
    far = SLACK * proton_range(kinetic, mass) >= _to_gas(rows, stack)
    other = rows["pdg"] != NEUTRON
    strong = other & (kinetic > np.where(charged, ENERGETIC, PHOTON))
    owner = np.searchsorted(made.event, rows["event"])
    energetic = np.zeros(len(made.event), dtype=np.bool_)
    energetic[owner[strong]] = True
    probability = np.where(energetic, how.energetic, how.rest)
    for chosen, value in ((prong, how.pair), (prong & far, how.timed)):
        number = np.bincount(made.star[chosen], minlength=int(made.star.max(initial=-1)) + 1)
        probability[owner[chosen][number[made.star[chosen]] >= 2]] = value
    return probability


def proton_range(kinetic: FloatArray, mass: FloatArray) -> FloatArray:
    """Range in g/cm^2 of lead of particles of unit charge; in the layers it is a fifth shorter.

    Parameters
    ----------
    kinetic, mass
        Kinetic energies and masses in MeV, shape (n,). A power of the energy through the ranges
        of protons of 50 and 200 MeV in lead (4.0 and 43.6 g/cm^2, PSTAR), by velocity.

    Examples
    --------
    >>> proton_range(np.array([50.0, 200.0]), np.full(2, 938.3)).round().tolist()
    [4.0, 44.0]
    """
    ratio = np.maximum(mass, 0.511) / 938.272
    return np.asarray(ratio * 0.00457 * (kinetic / ratio) ** 1.73)


def _to_gas(rows: StructuredArray, stack: Stack) -> FloatArray:
    """Matter in g/cm^2 before the next gas detector behind; infinite if the way leaves before."""
    fronts, backs = (np.append(edge, np.inf) for edge in stack.gas_gaps.T)
    ahead = np.maximum(fronts[np.searchsorted(backs, rows["z"])] - rows["z"], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = [rows[f"p{axis}"] / rows["pz"] for axis in "xy"]
        beside = [
            np.abs(rows[axis] + ahead * slope) > 0.5 * size + BESIDE
            for axis, slope, size in zip("xy", slopes, stack.size, strict=True)
        ]
        path = 0.1 * ahead * np.sqrt(1.0 + slopes[0] ** 2 + slopes[1] ** 2) * stack.density
    return np.asarray(np.where(beside[0] | beside[1] | ~np.isfinite(path), np.inf, path))


def timeable(crossings: Mapping[str, StructuredArray], stack: Stack) -> IntArray:
    """Numbers of events that can make a vertex of two particles that cross gas detectors.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer.
    stack
        Layers of the detector.
    """
    film, gas = (
        track_keys(crossings[kind]["event"], crossings[kind]["track"]) for kind in ("film", "gas")
    )
    return keepable(crossings["film"][np.isin(film, gas)], stack)


def highest_track(crossings: Mapping[str, StructuredArray]) -> int:
    """Largest number of a track, 0 without any."""
    return max((int(rows["track"].max(initial=0)) for rows in crossings.values()), default=0)


def merged(first: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Crossings of two runs for the same events; tracks of the second get other numbers."""
    joint = {}
    shift = highest_track(first)
    for kind, rows in first.items():
        more = later[kind].copy()
        more["track"] += shift
        more["parent"] += np.where(more["parent"] > 0, shift, 0)
        joint[kind] = in_order([rows, more])
    return joint
