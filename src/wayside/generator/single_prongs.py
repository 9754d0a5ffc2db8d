"""Single particles for efficiencies of decays of which one prong alone goes forward."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.detector.stack import Stack
from wayside.efficiency.channels import ALONE
from wayside.generator.pairs import (
    DECAY,
    LARGEST_SLOPE,
    STRAIGHT,
    TILT,
    flights,
    log_between,
)
from wayside.generator.records import PRIMARY
from wayside.models.final_states import mass_of
from wayside.typing import FloatArray, StructuredArray

_TRIES: Final = 4096


@dataclass(frozen=True)
class SingleSpread:
    """Where single particles lie.

    Parameters
    ----------
    least, highest
        Range of the kinetic energy in GeV, even in its logarithm.
    steep
        Fraction with directions anywhere up to ``tilt`` from the normal.
    straight, tilt
        As in `wayside.generator.pairs.Spread`.
    least_slope, largest_slope
        Range of the slope, as a tangent.
    thinned
        Energy in GeV from which on particles are kept in inverse proportion to it.
    """

    least: float = 0.012
    highest: float = 12.0
    steep: float = 0.7
    straight: float = STRAIGHT
    tilt: float = TILT
    least_slope: float = 0.0
    largest_slope: float = LARGEST_SLOPE
    thinned: float = 0.7


def draw_single_prongs(
    number: int,
    stack: Stack,
    seed: int,
    spread: SingleSpread | None = None,
    particles: Mapping[str, int] = ALONE,
) -> tuple[StructuredArray, StructuredArray, Mapping[str, FloatArray]]:
    """Draw particles of several kinds in turn, that start inside of the detector.

    Parameters
    ----------
    number
        Number of particles to return.
    stack
        Layers of the detector, in which they are spread evenly.
    seed
        Seed of the random numbers; channel k draws from ``SeedSequence((seed, k))``.
    spread
        Ranges from which energies and directions are drawn.
    particles
        PDG codes by channel; ``channel`` of a row is the index here.

    Returns
    -------
    decays, primaries, kept
        Rows of `wayside.generator.pairs.DECAY`, whose opening is 0 and whose softer prong is the
        only one, and of `wayside.generator.records.PRIMARY`; by channel the numbers of particles
        drawn and kept.

    Examples
    --------
    >>> from wayside.scenario import load_scenario
    >>> stack = load_scenario("belle2-forward").stack.build()
    >>> decays, primaries, _ = draw_single_prongs(4, stack, seed=1)
    >>> decays["channel"].tolist(), abs(primaries["pdg"]).tolist()
    ([0, 1, 0, 1], [22, 15, 22, 15])
    """
    spread = spread or SingleSpread()
    decays, momenta, codes, kept = [], [], [], {}
    for channel, (name, code) in enumerate(particles.items()):
        size = len(range(channel, number, len(particles)))
        rng = np.random.default_rng(np.random.SeedSequence((seed, channel)))
        rows, momentum, tried = _particles(mass_of(code), size, spread, rng)
        rows["channel"] = channel
        rows["event"] = np.arange(channel, number, len(particles))
        for axis, length in zip("xy", stack.size, strict=True):
            rows[axis] = rng.uniform(-0.5 * length, 0.5 * length, size)
        rows["z"] = rng.uniform(0.0, stack.depth, size)
        rows["depth"] = 1e-3 * rows["z"]
        decays.append(rows)
        momenta.append(momentum)
        codes.append(np.full(size, code))
        kept[name] = np.array([tried, size], dtype=np.float64)
    rows, momentum = np.concatenate(decays), np.concatenate(momenta)
    order = np.argsort(rows["event"], kind="stable")
    rows, momentum = rows[order], momentum[order]
    primaries = np.zeros(number, dtype=PRIMARY)
    primaries["weight"] = 1.0
    for name in ("event", "x", "y", "z"):
        primaries[name] = rows[name]
    primaries["pdg"] = np.concatenate(codes)[order]
    for component, name in enumerate(("px", "py", "pz")):
        primaries[name] = 1e3 * momentum[:, component]
    return rows, primaries, kept


def _particles(
    mass: float, size: int, spread: SingleSpread, rng: np.random.Generator
) -> tuple[StructuredArray, FloatArray, int]:
    """Particles of one kind: rows, momenta (n, 3) and the number of tries."""
    parts: list[tuple[StructuredArray, FloatArray]] = []
    have = tried = 0
    while have < size:
        kinetic = log_between((spread.least, spread.highest), rng.random(_TRIES))
        energy = kinetic + mass
        flight, tilt = flights(spread, _TRIES, rng)
        slope = np.tan(tilt)
        good = (slope >= spread.least_slope) & (slope < spread.largest_slope)
        good &= rng.random(_TRIES) * energy < spread.thinned
        chosen = np.flatnonzero(good)[: size - have]
        rows = np.zeros(len(chosen), dtype=DECAY)
        rows["energy"], rows["softer"] = energy[chosen], kinetic[chosen]
        rows["slope"] = rows["other_slope"] = slope[chosen]
        rows["tilt"] = tilt[chosen]
        momentum = np.sqrt(energy**2 - mass**2)[chosen, None] * flight[chosen]
        have += len(chosen)
        tried += _TRIES if have < size else int(chosen[-1]) + 1
        parts.append((rows, momentum))
    rows, momentum = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, momentum, tried
