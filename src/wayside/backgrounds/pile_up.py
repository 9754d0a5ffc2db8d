"""What beam background does to gas detectors and fibres: random times, and a veto that is dead.

Derived in docs/theory/backgrounds_fakes.md, "Pile-up".
"""

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wayside.backgrounds import photons
from wayside.backgrounds.accidentals import GasHits, random_agreements
from wayside.backgrounds.cosmic_muons import shower_at
from wayside.backgrounds.setup import DetectorSetup
from wayside.constants import SECONDS_PER_DAY
from wayside.detector.stack import Stack

if TYPE_CHECKING:
    from wayside.scenario.site import BeamBackgroundSection

VETO_WINDOW: Final = 20.0
"""ns before and after the time of a vertex within which a hit of the fibres vetoes it."""

MATCHED_RADIUS: Final = 0.1
"""m around where its tracks came through the fibres within which a matched veto looks for hits."""

IN_FIBRES: Final = {"photon": 0.03, "electron": 1.0, "neutron": 0.05}
"""Probability that a particle has a hit in a layer of fibres: photons and neutrons that interact
in 1 cm of polystyrene, within a factor of two."""

IN_GAS: Final = {"photons": 0.01, "electrons": 1.0, "neutrons": 1e-3}
"""Probability that a particle behind the lead has a hit in a gas detector: what is usual for
micro-pattern detectors, within a factor of three."""

NOTABLE: Final = 0.01
"""Fraction of the signal from which its loss is flagged."""


class HitRates(NamedTuple):
    """Hits of all beam background while the beams are on, in Hz/cm^2.

    Attributes
    ----------
    gas
        In one gas detector.
    fibres
        In a layer of fibres.
    duty
        Fraction of the time in which the beams are on.
    """

    gas: float
    fibres: float
    duty: float


class PileUp(NamedTuple):
    """What hits at random do to a vertex in time.

    Attributes
    ----------
    rates
        Hits of the beam background.
    coincidences
        Mean number of pairs of random hits, one on each track of a vertex, that agree in time.
    single_time
        Probability that a vertex with a time keeps exactly one.
    dead
        Probability that a hit in the fibres that veto comes at the time of a vertex.
    dead_matched
        The same if only hits near its tracks veto.
    """

    rates: HitRates
    coincidences: float
    single_time: float
    dead: float
    dead_matched: float

    @property
    def signal_kept(self) -> float:
        """Fraction of the timed signal that is left."""
        return self.single_time * (1.0 - self.dead)

    def summary(self) -> dict[str, Any]:
        """Plain values; rates in Hz/cm^2."""
        return {
            "gas_hz_per_cm2": self.rates.gas,
            "fibres_hz_per_cm2": self.rates.fibres,
            "random_coincidences": self.coincidences,
            "single_time": self.single_time,
            "veto_dead": self.dead,
            "veto_dead_matched": self.dead_matched,
            "signal_kept": self.signal_kept,
            "applied": False,
        }

    def words(self) -> str:
        """One line for people."""
        return (
            f"beam hits in gas {self.rates.gas:.3g}, in fibres {self.rates.fibres:.3g} Hz/cm^2:"
            f" {self.coincidences:.2g} random times a vertex with one gap a track, fibre veto dead"
            f" {100.0 * self.dead:.2g}% (matched in position {100.0 * self.dead_matched:.2g}%);"
            f" {self.signal_kept:.3g} of the timed signal is left, not applied"
        )


def random_coincidences(hits: float, seconds: float) -> float:
    """Mean number of pairs of random hits on two tracks that agree in time, at one gap each.

    Tracks that cross several gaps have as many times more as the product of their gaps.

    Parameters
    ----------
    hits
        Random hits per mm^2 of a gas detector over the time.
    seconds
        Time over which they are spread, in s.

    Examples
    --------
    260 Hz/cm^2 for half a year:

    >>> round(random_coincidences(2.6 * 182.6 * 86400, 182.6 * 86400), 2)
    0.1
    """
    if seconds <= 0.0:
        return 0.0
    return random_agreements(GasHits(0.0, seconds / SECONDS_PER_DAY, hits)).beam


def dead_fraction(rate: float, window: float = VETO_WINDOW) -> float:
    """Probability of a hit within so many ns before or after a time.

    Parameters
    ----------
    rate
        Hits in Hz in all fibres that veto.
    window
        Half of the width of the window in ns.

    Examples
    --------
    75 Hz/cm^2 over the 3.35 m^2 of fibres:

    >>> round(dead_fraction(75 * 33500.0), 2)
    0.1
    """
    return -math.expm1(-2e-9 * window * rate)


def fibre_area(stack: Stack) -> tuple[float, float]:
    """Area of the fibres around a detector in m^2: all of it, and what is upstream of its middle.

    Parameters
    ----------
    stack
        Layers of the detector, of its own size.
    """
    low, high = stack.outer()
    x, y, z = (1e-3 * (b - a) for a, b in zip(low, high, strict=True))
    return 2.0 * (x * y + x * z + y * z), x * y + (x + y) * z


def hit_rates(setup: DetectorSetup) -> HitRates:
    """Hits of the beam background in gas and fibres of a detector.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in. Where a section gives no ``gas_hits`` or
        ``fibre_hits`` they are estimated from its particles, by `IN_GAS` and `IN_FIBRES`.
    """
    gas = fibres = duty = 0.0
    # Sections of less duty count with their mean over the time in which any of them is on.
    front = 1e4 * float(setup.box.size[0] * setup.box.size[1])
    for section in setup.scenario.beam_backgrounds.values():
        if section.detectors is not None and setup.detector not in section.detectors:
            continue
        per_cm2 = 1e-4 * section.flux if section.flux is not None else (section.rate or 0.0) / front
        duty = max(duty, section.duty)
        on = section.duty
        gas += on * _given(section.gas_hits, per_cm2 * _gas_hits(section, setup.target.lead))
        fibres += on * _given(section.fibre_hits, per_cm2 * IN_FIBRES[section.particle])
    return HitRates(gas / duty, fibres / duty, duty) if duty > 0.0 else HitRates(0.0, 0.0, 1.0)


def _given(hits: float | None, estimate: float) -> float:
    """Hits in Hz/cm^2: those given in Hz/m^2, or an estimate."""
    return estimate if hits is None else 1e-4 * hits


def _gas_hits(section: "BeamBackgroundSection", lead: float) -> float:
    """Hits in a gas detector for each particle outside of the lead."""
    weights = section.weights or (1.0,) * len(section.energy)
    leaks: tuple[photons.Leaked, ...] = ("photons", "electrons", "neutrons")
    hits = 0.0
    for energy, weight in zip(section.energy, weights, strict=True):
        for leaked_particle in leaks:
            number, _ = photons.leaked(section.particle, energy, lead, leaked_particle)
            hits += weight / sum(weights) * IN_GAS[leaked_particle] * number
    return hits


def pile_up(setup: DetectorSetup) -> PileUp | None:
    """What beam background does to the times of one detector; None without beam background.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.
    """
    rates = hit_rates(setup)
    if rates.gas + rates.fibres == 0.0:
        return None
    site = setup.scenario.site
    seconds = rates.duty * min(site.film_replacement, site.exposure) * SECONDS_PER_DAY
    coincidences = random_coincidences(1e-2 * rates.gas * seconds, seconds)
    width, height = setup.target.width, setup.target.height
    whole, upstream = fibre_area(setup.scenario.stack.build((width, height)))
    area = whole if setup.scenario.reconstruction.build().all_fibres_veto else upstream
    # Cosmic muons cross the fibres as well.
    flux = 1e4 * rates.fibres + setup.once(shower_at).horizontal
    return PileUp(
        rates,
        coincidences,
        math.exp(-coincidences),
        dead_fraction(flux * area),
        dead_fraction(flux * math.pi * MATCHED_RADIUS**2),
    )
