"""Decays for an efficiency map: pairs of charged particles that cover all of the signal.

What a detector records of a decay depends on the two prongs alone, so that they may come from any
model that covers the whole range. Here mass points, boosts, flight directions and places are spread
widely, and the excited state decays by its full matrix element.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from wayside.collider.boosts import boost_by
from wayside.constants import LEPTON_MASSES, M_PION
from wayside.detector.stack import Stack
from wayside.efficiency import channels
from wayside.errors import InputError
from wayside.generator.decays import Decays, DecaySampler
from wayside.generator.records import PRIMARY
from wayside.models import hadron_channels
from wayside.models.inelastic import ScalarInelastic
from wayside.typing import BoolArray, FloatArray, StructuredArray

STEEP: Final = 0.3
"""Fraction of flights anywhere up to `TILT` from the normal."""

STRAIGHT: Final = 0.15
"""Largest angle of the other flights to the normal in rad."""

TILT: Final = 1.2
"""Largest angle of flights to the normal in rad."""

LARGEST_SLOPE: Final = 1.05
"""Largest slope of the steeper prong, as a tangent."""

PAIRS: Final = tuple(channels.PAIRS)
"""Channels of a map: what a decay is, by the charged particles in it."""

OTHER: Final = len(PAIRS)
"""Index of everything else: more or fewer than two charged particles, or photons beside them."""

DECAY: Final = np.dtype(
    [
        ("event", np.int64),
        ("channel", np.int8),
        ("energy", np.float64),
        ("opening", np.float64),
        ("splitting", np.float64),
        ("softer", np.float64),
        ("slope", np.float64),
        ("other_slope", np.float64),
        ("boost", np.float64),
        ("tilt", np.float64),
        ("depth", np.float64),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
    ]
)
"""A decay. ``channel`` is the index in `PAIRS`, or `OTHER`; ``energy`` that of the two prongs (the
two fastest charged particles) in GeV, ``opening`` the angle between them in rad, ``splitting``
m1 - m2 in GeV, ``softer`` the smaller kinetic energy in GeV, ``slope`` and ``other_slope`` the
larger and the smaller tangent to the normal of the layers (inf for a prong that goes backward),
``boost`` momentum over mass of the excited state, ``tilt`` the angle of its flight to the normal
in rad, ``depth`` that of the decay in m, and ``x``, ``y``, ``z`` its place in mm."""


@dataclass(frozen=True)
class Spread:
    """Where decays of a sample lie; even in the logarithm where ends are given.

    Parameters
    ----------
    splitting
        Range of the mass splitting in GeV; the lower end is that of electron pairs.
    mass
        Range of the mass of the excited state in GeV.
    boost
        Range of momentum over mass of the excited state.
    steep
        Fraction of flights anywhere up to ``tilt`` from the normal, the others up to ``straight``.
    straight, tilt
        Largest angles to the normal of these two kinds of flights in rad.
    least_slope, largest_slope
        Range of the slope of the steeper prong, as a tangent. With a least slope of infinity one
        prong goes backward, and the other has a slope of at most ``largest_slope``.
    least
        Least kinetic energies in GeV of the softer prong, by channel.
    thinned
        Energies of the pair in GeV by channel from which on decays are kept in inverse proportion
        to it, as long as they take to simulate.
    """

    splitting: tuple[float, float] = (6e-3, 1.6)
    mass: tuple[float, float] = (0.25, 5.2)
    boost: tuple[float, float] = (0.2, 6.0)
    steep: float = STEEP
    straight: float = STRAIGHT
    tilt: float = TILT
    least_slope: float = 0.0
    largest_slope: float = LARGEST_SLOPE
    least: tuple[float, float, float] = (8e-3, 0.015, 0.015)
    thinned: tuple[float, float, float] = (0.4, 1.5, 0.7)


MASSES: Final = (LEPTON_MASSES["e"], LEPTON_MASSES["mu"], M_PION)
"""Masses of the prongs of `PAIRS` in GeV."""

_TRIES: Final = 2048
"""Decays drawn at a time for one mass point."""

_MOST_TRIES: Final = 1000 * _TRIES
"""Decays drawn at one mass point without any to be followed after which there will be none."""

_CHANNELS: Final = ("e", "mu", "hadrons")
_GOLDEN: Final = (0.7548776662466927, 0.5698402909980532)
"""Inverse powers of the plastic number: steps of a sequence that fills a square evenly."""


def draw_pairs(
    number: int, stack: Stack, seed: int, spread: Spread | None = None, block_size: int = 40
) -> tuple[StructuredArray, StructuredArray, Mapping[str, FloatArray]]:
    """Draw decays that may be detected, and count the others.

    Parameters
    ----------
    number
        Number of decays to return, all with two prongs that go toward +z, within the slopes and
        above the energies of ``spread``.
    stack
        Layers of the detector, in which decays are spread evenly.
    seed
        Seed of the random numbers; block k of ``block_size`` decays, of one channel at one mass
        point, draws from ``SeedSequence((seed, k))``.
    spread
        Ranges from which masses, boosts and directions are drawn.
    block_size
        Number of decays of a block.

    Returns
    -------
    decays, primaries, kept
        Rows of `DECAY` and of `wayside.generator.records.PRIMARY`, and by channel the numbers
        of decays drawn and kept.

    Raises
    ------
    InputError
        If hardly any decay at one of the mass points has prongs that are followed.
    """
    spread = spread or Spread()
    decays, primaries = [], []
    drawn = np.zeros((len(PAIRS), 2))
    shift = np.random.default_rng(seed).random(2)
    for block, begin in enumerate(range(0, number, block_size)):
        rng = np.random.default_rng(np.random.SeedSequence((seed, block)))
        size = min(block_size, number - begin)
        rows, particles, tried = _block(block, size, shift, stack, spread, rng)
        rows["event"] += begin
        particles["event"] += begin
        drawn[block % len(PAIRS)] += tried, size
        decays.append(rows)
        primaries.append(particles)
    kept = {name: drawn[k] for k, name in enumerate(PAIRS)}
    return np.concatenate(decays), np.concatenate(primaries), kept


class Directions(Protocol):
    """Ranges of directions around the normal, as in `Spread`."""

    @property
    def steep(self) -> float:
        """Fraction of flights that are spread more widely."""

    @property
    def straight(self) -> float:
        """Largest angle to the normal of the others in rad."""

    @property
    def tilt(self) -> float:
        """Largest angle to the normal in rad."""


def flights(
    spread: Directions, number: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Directions of what decays in the frame of the detector, and their angles to the normal.

    Parameters
    ----------
    spread
        Ranges of the directions.
    number
        How many.
    rng
        Generator of random numbers.

    Returns
    -------
    flight, tilt
        Unit vectors, shape (n, 3), and angles in rad, shape (n,).
    """
    steep = rng.random(number) < spread.steep
    tilt = np.where(steep, spread.tilt, spread.straight) * np.sqrt(rng.random(number))
    azimuth = rng.uniform(0.0, 2.0 * np.pi, number)
    across = np.sin(tilt)
    return np.stack(
        [across * np.cos(azimuth), across * np.sin(azimuth), np.cos(tilt)], axis=1
    ), tilt


def log_between(ends: tuple[float, float], u: npt.ArrayLike) -> FloatArray:
    """Values between two ends, at parts ``u`` of the way in the logarithm."""
    low, high = np.log(ends)
    return np.asarray(np.exp(low + (high - low) * np.asarray(u)))


def _block(
    block: int,
    size: int,
    shift: FloatArray,
    stack: Stack,
    spread: Spread,
    rng: np.random.Generator,
) -> tuple[StructuredArray, StructuredArray, int]:
    channel = block % len(PAIRS)
    # Every channel has the sequence for itself.
    place = shift + (block // len(PAIRS)) * np.array(_GOLDEN)
    u, v = place % 1.0
    least = max(spread.splitting[0], 1.03 * 2.0 * MASSES[channel])
    splitting = float(log_between((least, spread.splitting[1]), u))
    mass = float(log_between((max(spread.mass[0], 1.2 * splitting), spread.mass[1]), v))
    model = ScalarInelastic(2.3 * mass, mass, mass - splitting)
    only = {name: float(name == _CHANNELS[channel]) for name in ("e", "mu", "tau", "hadrons")}
    sampler = DecaySampler(model, only)
    parts, momenta, codes, tried = [], [], [], 0
    have = 0
    while have < size:
        made = sampler.draw(_TRIES, rng)
        rows, pair, pdg = _in_detector(made, channel, splitting, spread, rng)
        kept = rng.random(len(rows)) * rows["energy"] < spread.thinned[channel]
        good = np.flatnonzero(_followed(rows, channel, spread) & kept)
        # What is beyond the last one needed was not tried.
        last = good[size - have - 1] + 1 if len(good) >= size - have else len(rows)
        good = good[good < last]
        tried += last
        if tried >= _MOST_TRIES and not have and not len(good):
            raise InputError(
                f"no decay to {PAIRS[channel]} at a splitting of {splitting:.3g} GeV in {tried}"
                " tries has prongs that are followed: change the spread"
            )
        have += len(good)
        parts.append(rows[good])
        momenta.append(pair[good])
        codes.append(pdg[good])
    rows = np.concatenate(parts)
    rows["event"] = np.arange(size)
    low_x, low_y = -0.5 * stack.size[0], -0.5 * stack.size[1]
    rows["x"] = rng.uniform(low_x, -low_x, size)
    rows["y"] = rng.uniform(low_y, -low_y, size)
    rows["z"] = rng.uniform(0.0, stack.depth, size)
    rows["depth"] = 1e-3 * rows["z"]
    return rows, pair_primaries(rows, np.concatenate(momenta), np.concatenate(codes)), tried


def _in_detector(
    made: Decays, channel: int, splitting: float, spread: Spread, rng: np.random.Generator
) -> tuple[StructuredArray, FloatArray, npt.NDArray[np.int32]]:
    """Two prongs of each decay in the frame of the detector: rows, momenta (n, 2, 3), codes."""
    n = len(made.q)
    two = np.diff(made.offsets) == 2
    if channel == PAIRS.index("pipi"):
        two &= made.hadron_channel == hadron_channels.NAMES.index("pipi")
    rest = np.flatnonzero(two)
    # Slow ones more often: few of them are kept.
    boost = log_between(spread.boost, rng.random(n) ** 2)
    flight, tilt = flights(spread, n, rng)
    owner = np.repeat(np.arange(n), np.diff(made.offsets))
    energy = np.sqrt(made.mass**2 + np.sum(made.momentum**2, axis=1))
    gamma = np.sqrt(1.0 + boost**2)
    _, momentum = boost_by(energy, made.momentum, gamma[owner], (boost[:, None] * flight)[owner])
    first = made.offsets[:-1][rest]
    pair = np.stack([momentum[first], momentum[first + 1]], axis=1)
    mass = np.stack([made.mass[first], made.mass[first + 1]], axis=1)
    rows = prongs(pair, mass)
    rows["channel"] = channel
    rows["splitting"] = splitting
    rows["boost"], rows["tilt"] = boost[rest], tilt[rest]
    return rows, pair, np.stack([made.pdg[first], made.pdg[first + 1]], axis=1)


def prongs(momentum: FloatArray, mass: FloatArray) -> StructuredArray:
    """Kinematics of two prongs: rows of `DECAY` without mass point, flight and place.

    Parameters
    ----------
    momentum
        Momenta in GeV in the detector's frame, shape (n, 2, 3).
    mass
        Masses in GeV, shape (n, 2).

    Returns
    -------
    array of `DECAY`
        Energies, opening angle and slopes, shape (n,); the other columns are 0.
    """
    rows = np.zeros(len(momentum), dtype=DECAY)
    energy = np.sqrt(mass**2 + np.sum(momentum**2, axis=2))
    rows["energy"] = energy.sum(axis=1)
    rows["softer"] = (energy - mass).min(axis=1)
    first, second = momentum[:, 0], momentum[:, 1]
    across = np.linalg.norm(np.cross(first, second), axis=1)
    rows["opening"] = np.arctan2(across, np.sum(first * second, axis=1))
    along = momentum[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.hypot(momentum[..., 0], momentum[..., 1]) / along
    slope = np.where(along > 0.0, slope, np.inf)
    rows["slope"], rows["other_slope"] = slope.max(axis=1), slope.min(axis=1)
    return rows


def _followed(rows: StructuredArray, channel: int, spread: Spread) -> BoolArray:
    limited = "other_slope" if np.isinf(spread.least_slope) else "slope"
    return np.asarray(
        (rows["slope"] >= spread.least_slope)
        & (rows[limited] < spread.largest_slope)
        & (rows["softer"] > spread.least[channel])
    )


def pair_primaries(
    rows: StructuredArray, momentum: FloatArray, pdg: npt.NDArray[np.integer[Any]]
) -> StructuredArray:
    """Rows of `wayside.generator.records.PRIMARY` of pairs.

    Parameters
    ----------
    rows
        Their `DECAY`, shape (n,).
    momentum, pdg
        Momenta in GeV and codes of both prongs, shapes (n, 2, 3) and (n, 2).
    """
    out = np.zeros(2 * len(rows), dtype=PRIMARY)
    out["weight"] = 1.0
    for name in ("event", "x", "y", "z"):
        out[name] = np.repeat(rows[name], 2)
    out["pdg"] = pdg.ravel()
    for axis, name in enumerate(("px", "py", "pz")):
        out[name] = 1e3 * momentum[..., axis].ravel()
    return out
