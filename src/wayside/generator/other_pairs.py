"""Decays for efficiencies of further pairs: with kaons, of two kinds, or of photons or taus.

What a detector records depends on the two prongs alone. Here something of a mass that is spread
widely decays evenly to both, in flight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.decays.phase_space import isotropic, two_body_momentum
from wayside.detector.stack import Stack
from wayside.efficiency.channels import OTHER_PAIRS
from wayside.generator.pairs import (
    LARGEST_SLOPE,
    STEEP,
    STRAIGHT,
    TILT,
    flights,
    log_between,
    pair_primaries,
    prongs,
)
from wayside.models.final_states import charge, mass_of
from wayside.typing import FloatArray, IntArray, StructuredArray

_TRIES: Final = 4096


@dataclass(frozen=True)
class OtherSpread:
    """Where decays lie; even in the logarithm where ends are given.

    Parameters
    ----------
    above
        Least mass of what decays, over the sum of the masses of the prongs.
    lightest
        Least mass in GeV.
    heaviest
        Largest mass in GeV.
    boost
        Range of its momentum over its mass.
    highest
        Largest energy of the pair in GeV.
    steep, straight, tilt
        As in `wayside.generator.pairs.Spread`.
    least_slope, largest_slope
        Range of the slope of the steeper prong, as a tangent.
    least
        Least kinetic energy of the softer prong in GeV.
    thinned
        Energy of the pair in GeV from which on decays are kept in inverse proportion to it.
    """

    above: float = 1.02
    lightest: float = 0.02
    heaviest: float = 1.8
    boost: tuple[float, float] = (0.2, 8.0)
    highest: float = 100.0
    steep: float = STEEP
    straight: float = STRAIGHT
    tilt: float = TILT
    least_slope: float = 0.0
    largest_slope: float = LARGEST_SLOPE
    least: float = 0.012
    thinned: float = 0.7


def draw_other_pairs(
    number: int,
    stack: Stack,
    seed: int,
    spread: OtherSpread | None = None,
    pairs: Mapping[str, tuple[int, int]] = OTHER_PAIRS,
) -> tuple[StructuredArray, StructuredArray, Mapping[str, FloatArray]]:
    """Draw decays to pairs in turn that may be detected, and count the others.

    Parameters
    ----------
    number
        Number of decays to return.
    stack
        Layers of the detector, in which decays are spread evenly.
    seed
        Seed of the random numbers; channel k draws from ``SeedSequence((seed, k))``.
    spread
        Ranges from which masses, boosts and directions are drawn.
    pairs
        PDG codes of the prongs by channel; ``channel`` of a row is the index here.

    Returns
    -------
    decays, primaries, kept
        Rows of `wayside.generator.pairs.DECAY` and of `wayside.generator.records.PRIMARY`, and by
        channel the numbers of decays drawn and kept. Events of all channels alternate.

    Examples
    --------
    >>> from wayside.scenario import load_scenario
    >>> stack = load_scenario("belle2-forward").stack.build()
    >>> decays, primaries, _ = draw_other_pairs(12, stack, seed=1)
    >>> decays["channel"].tolist(), len(primaries)
    ([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], 24)
    """
    spread = spread or OtherSpread()
    decays, primaries, kept = [], [], {}
    for channel, (name, codes_of_pair) in enumerate(pairs.items()):
        size = len(range(channel, number, len(pairs)))
        rng = np.random.default_rng(np.random.SeedSequence((seed, channel)))
        rows, pair, codes, tried = _channel(codes_of_pair, size, spread, rng)
        rows["channel"] = channel
        rows["event"] = np.arange(channel, number, len(pairs))
        low = -0.5 * np.asarray(stack.size)
        for axis, edge in zip("xy", low, strict=True):
            rows[axis] = rng.uniform(edge, -edge, size)
        rows["z"] = rng.uniform(0.0, stack.depth, size)
        rows["depth"] = 1e-3 * rows["z"]
        decays.append(rows)
        primaries.append(pair_primaries(rows, pair, codes))
        kept[name] = np.array([tried, size], dtype=np.float64)
    rows, particles = np.concatenate(decays), np.concatenate(primaries)
    return (
        rows[np.argsort(rows["event"], kind="stable")],
        particles[np.argsort(particles["event"], kind="stable")],
        kept,
    )


def _channel(
    pair_codes: tuple[int, int], size: int, spread: OtherSpread, rng: np.random.Generator
) -> tuple[StructuredArray, FloatArray, IntArray, int]:
    """Decays to one pair: rows, momenta (n, 2, 3), codes (n, 2) and the number of tries."""
    codes = np.array(pair_codes)
    masses = np.array([mass_of(code) for code in codes])
    # Charges add up to 0: leptons have codes of the negative one, mesons of the positive.
    charges = [charge(code) for code in pair_codes]
    signs = np.array([1, 1 if sum(charges) == 0 else -1])
    parts: list[tuple[StructuredArray, FloatArray, IntArray]] = []
    have = tried = 0
    while have < size:
        least = max(spread.above * float(masses.sum()), spread.lightest)
        mass = log_between((least, spread.heaviest), rng.random(_TRIES))
        momentum = two_body_momentum(mass, *masses)[:, None] * isotropic(_TRIES, rng)
        flight, tilt = flights(spread, _TRIES, rng)
        # Slow ones more often: few of them are kept.
        boost = log_between(spread.boost, rng.random(_TRIES) ** 2)
        moved = []
        for sign, prong_mass in zip((1.0, -1.0), masses, strict=True):
            energy = np.sqrt(prong_mass**2 + np.sum(momentum**2, axis=1))
            gamma, four = np.sqrt(1.0 + boost**2), boost[:, None] * flight
            moved.append(boost_by(energy, sign * momentum, gamma, four)[1])
        pair = np.stack(moved, axis=1)
        rows = prongs(pair, np.broadcast_to(masses, (_TRIES, 2)))
        rows["splitting"], rows["boost"] = mass, boost
        rows["tilt"] = tilt
        good = (rows["slope"] >= spread.least_slope) & (rows["slope"] < spread.largest_slope)
        good &= (rows["softer"] > spread.least) & (rows["energy"] < spread.highest)
        good &= rng.random(_TRIES) * rows["energy"] < spread.thinned
        chosen = np.flatnonzero(good)[: size - have]
        flip = np.where(rng.random(len(chosen)) < 0.5, 1, -1 if any(charges) else 1)
        have += len(chosen)
        tried += _TRIES if have < size else int(chosen[-1]) + 1
        parts.append((rows[chosen], pair[chosen], flip[:, None] * signs * codes))
    rows, pair, signed = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, pair, signed, tried
