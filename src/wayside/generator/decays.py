r"""Decay of the excited state, 1 -> 2 f fbar or 1 -> 2 hadrons, event by event.

Channel by the widths, invariant mass q of the visible system by dGamma/dq, then directions by the
squared matrix element: in the rest frame of the visible system the dark current squared is
``a delta_ij + b z_i z_j`` with z along states 1 and 2 and (a, b) the model's
(`wayside.models.currents.Current.decay`), and the visible one
``delta_ij - beta^2 n_i n_j`` for leptons along n, ``n_i n_j`` for two pseudoscalars. Derived in
docs/theory, section "Events".
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.collider.boosts import boost_by
from wayside.constants import LEPTON_MASSES
from wayside.decays import hadrons
from wayside.decays.phase_space import around, isotropic, turned
from wayside.decays.staircase import Staircase
from wayside.errors import InputError
from wayside.models.excited import narrow_width_hats, rate_below_top
from wayside.models.final_states import CHARGED_LEPTONS, mass_of
from wayside.models.protocol import Model
from wayside.models.r_ratio import continuum, knots, narrow_states
from wayside.typing import FloatArray, IntArray

CHANNELS = ("e", "mu", "tau", "hadrons")
"""Channels of ``Decays.channel``, by index."""

_STEPS = 1024
"""Steps of the staircases, per half of a lepton spectrum; as many more for hadrons as R bends."""


class Decays(NamedTuple):
    """Decays in the rest frame of the excited state; momenta in GeV."""

    channel: NDArray[np.int32]
    """Index in `CHANNELS`, shape (n,)."""
    hadron_channel: NDArray[np.int32]
    """Index in ``wayside.models.hadron_channels.NAMES``, -1 for leptons, shape (n,)."""
    q: FloatArray
    """Invariant mass of what is visible in GeV, shape (n,)."""
    partner: FloatArray
    """Momentum of state 2, shape (n, 3)."""
    offsets: IntArray
    """Visible particles of event i are ``offsets[i]:offsets[i + 1]``."""
    pdg: NDArray[np.int32]
    mass: FloatArray
    momentum: FloatArray
    """Of the visible particles, shapes (m,), (m,) and (m, 3)."""


class DecaySampler:
    """Draws decays of the excited state of one mass point.

    Parameters
    ----------
    model
        Masses and current of the pair.
    widths
        Widths by channel in any unit; computed from the model if None.

    Raises
    ------
    InputError
        If all widths vanish.
    """

    def __init__(self, model: Model, widths: Mapping[str, float] | None = None) -> None:
        self._model = model
        self._delta = model.m1 - model.m2
        values = np.array([(widths or model.excited_width_hats())[name] for name in CHANNELS])
        if not np.sum(values) > 0.0:
            raise InputError(
                f"model.m1 - model.m2 = {self._delta:.6g} GeV: below two electron masses, the"
                " excited state never decays, so no events"
            )
        self.branching = values / np.sum(values)
        """Branching fractions by `CHANNELS`."""
        self._leptons = {
            name: _LeptonMass(model, LEPTON_MASSES[name])
            for k, name in enumerate(CHARGED_LEPTONS)
            if values[k] > 0.0
        }
        self._hadrons = _HadronMass(model) if values[3] > 0.0 else None

    def draw(self, n: int, rng: np.random.Generator) -> Decays:
        """Draw ``n`` decays."""
        reached = np.cumsum(self.branching)
        channel = np.searchsorted(reached, rng.random(n) * reached[-1], side="right")
        channel = channel.astype(np.int32)
        q, below, above = np.empty(n), np.empty(n), np.empty(n)
        for name in self._leptons:
            rows = np.flatnonzero(channel == CHANNELS.index(name))
            q[rows], below[rows], above[rows] = self._leptons[name].draw(len(rows), rng)
        kind = np.full(n, -1, dtype=np.int32)
        groups: list[hadrons.Group] = []
        rows = np.flatnonzero(channel == 3)
        if rows.size:
            assert self._hadrons is not None
            q[rows], below[rows] = self._hadrons.draw(len(rows), rng)
            kind[rows], drawn = hadrons.draw_hadrons(q[rows], rng)
            groups = [group._replace(rows=rows[group.rows]) for group in drawn]
        toward = isotropic(n, rng)
        counts = np.full(n, 2, dtype=np.int64)
        for group in groups:
            counts[group.rows] = len(group.pdg)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        pdg = np.empty(offsets[-1], dtype=np.int32)
        mass = np.empty(offsets[-1])
        momentum = np.empty((offsets[-1], 3))
        dark = self._model.current.decay(below, self._model.m1, self._model.m2)
        for name in self._leptons:
            rows = np.flatnonzero(channel == CHANNELS.index(name))
            lepton = LEPTON_MASSES[name]
            beta2 = above[rows] * (q[rows] + 2.0 * lepton) / q[rows] ** 2
            a, b = dark[0][rows], dark[1][rows]
            axis = around(toward[rows], _cosine(a * (3.0 - beta2) + b, -b * beta2, rng), rng)
            axis *= (0.5 * q[rows] * np.sqrt(beta2))[:, None]
            for side, sign in enumerate((1, -1)):
                at = offsets[rows] + side
                pdg[at] = sign * CHARGED_LEPTONS[name]
                mass[at] = lepton
                momentum[at] = sign * axis
        for group in groups:
            turned = _turned(
                group, toward[group.rows], dark[0][group.rows], dark[1][group.rows], rng
            )
            for side, code in enumerate(group.pdg):
                at = offsets[group.rows] + side
                pdg[at] = code
                mass[at] = mass_of(code)
                momentum[at] = turned[:, side]
        size = self._recoil(q, below)
        owner = np.repeat(np.arange(n), counts)
        velocity = (size / q)[:, None] * toward
        gamma = np.sqrt(1.0 + (size / q) ** 2)
        energy = np.sqrt(mass**2 + np.sum(momentum**2, axis=1))
        _, momentum = boost_by(energy, momentum, gamma[owner], velocity[owner])
        return Decays(channel, kind, q, -size[:, None] * toward, offsets, pdg, mass, momentum)

    def _recoil(self, q: FloatArray, below: FloatArray) -> FloatArray:
        """Momentum of state 2 in the rest frame of state 1."""
        total = self._model.m1 + self._model.m2
        product = below * (self._delta + q) * (total - q) * (total + q)
        return np.asarray(np.sqrt(product) / (2.0 * self._model.m1))


class _LeptonMass:
    """Invariant mass of a lepton pair.

    In the lower half of its range q = 2 m cosh(y), in the other the upper end minus c sinh(t)^2;
    both as parts of one coordinate from 0 to 2.
    """

    def __init__(self, model: Model, lepton: float) -> None:
        self._model = model
        self._lepton = lepton
        self._delta = model.m1 - model.m2
        self._half = 0.5 * (self._delta - 2.0 * lepton)
        self._scale = _top_scale(model)
        self._y_end = 2.0 * np.arcsinh(np.sqrt(self._half / (4.0 * lepton)))
        self._t_end = np.arcsinh(np.sqrt(self._half / self._scale))
        self._stairs = Staircase(self._density, np.linspace(0.0, 2.0, 2 * _STEPS + 1))

    def _place(self, z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Distances to both ends, and dq/dz."""
        low = z < 1.0
        y = np.where(low, z, 0.0) * self._y_end
        t = np.where(low, 0.0, 2.0 - z) * self._t_end
        above = 4.0 * self._lepton * np.sinh(0.5 * y) ** 2
        below = self._scale * np.sinh(t) ** 2
        slope = np.where(
            low,
            2.0 * self._lepton * np.sinh(y) * self._y_end,
            2.0 * self._scale * np.sinh(t) * np.cosh(t) * self._t_end,
        )
        width = 2.0 * self._half
        return np.where(low, above, width - below), np.where(low, width - above, below), slope

    def _density(self, z: FloatArray) -> FloatArray:
        above, below, slope = self._place(z)
        m, q = self._lepton, 2.0 * self._lepton + above
        threshold = np.sqrt(above * (q + 2.0 * m)) / q * (1.0 + 2.0 * (m / q) ** 2)
        return threshold * _rate(self._model, below) * slope

    def draw(self, n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
        above, below, _ = self._place(self._stairs.draw(n, rng))
        return 2.0 * self._lepton + above, below, above


class _HadronMass:
    """Invariant mass of hadrons.

    The continuum of R, c sinh(t)^2 below its end, and narrow states, each at its mass.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._delta = model.m1 - model.m2
        self._scale = _top_scale(model)
        bends = knots().sqrt_s
        free = self._delta - bends[bends < self._delta]
        ends = np.arcsinh(np.sqrt(np.concatenate([[0.0], free[::-1]]) / self._scale))
        parts = np.maximum(1, np.ceil(np.diff(ends) / ends[-1] * _STEPS)).astype(int)
        parts = np.maximum(parts, 4)
        edges = np.concatenate(
            [
                np.linspace(a, b, k + 1)[:-1]
                for a, b, k in zip(ends[:-1], ends[1:], parts, strict=True)
            ]
            + [ends[-1:]]
        )
        self._stairs = Staircase(self._density, edges)
        narrow = narrow_width_hats(model, model.m_aprime, model.m1, model.m2)
        self._masses = np.array([state.mass for state in narrow_states()])
        self._reached = np.cumsum(np.concatenate([[self._stairs.integral], narrow]))

    def _density(self, t: FloatArray) -> FloatArray:
        below = self._scale * np.sinh(t) ** 2
        slope = 2.0 * self._scale * np.sinh(t) * np.cosh(t)
        q = np.maximum(self._delta - below, 0.0)
        return slope * continuum(q) * _rate(self._model, below)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        below = self._scale * np.sinh(self._stairs.draw(n, rng)) ** 2
        which = np.searchsorted(self._reached, rng.random(n) * self._reached[-1], side="right")
        narrow = which > 0
        below[narrow] = self._delta - self._masses[which[narrow] - 1]
        return self._delta - below, below


def _rate(model: Model, below: FloatArray) -> FloatArray:
    return rate_below_top(model, below, model.m_aprime, model.m1, model.m2)


def _top_scale(model: Model) -> float:
    """Distance from the upper end to the nearest singularity beyond it."""
    return min((model.m_aprime - model.m1) + model.m2, 2.0 * model.m2)


def _cosine(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw c on [-1, 1] from a + b c^2, which must not be negative."""
    # b > 0: an even part and c^2; b < 0: an even part and 1 - c^2, the middle one of three.
    even = np.where(b > 0.0, a, a + b)
    rest = np.where(b > 0.0, b / 3.0, -2.0 * b / 3.0)
    three = rng.uniform(-1.0, 1.0, (len(a), 3))
    flat = rng.random(len(a)) * (even + rest) < even
    bent = np.where(b > 0.0, np.cbrt(three[:, 0]), np.median(three, axis=1))
    return np.where(flat, three[:, 0], bent)


def _turned(
    group: hadrons.Group, toward: FloatArray, a: FloatArray, b: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Momenta with the axis of the group where the dark current wants it."""
    if group.current == hadrons.ALONG:
        cosine = _cosine(a, b, rng)
    elif group.current == hadrons.ACROSS:
        cosine = _cosine(2.0 * a + b, -b, rng)
    else:
        cosine = rng.uniform(-1.0, 1.0, len(toward))
    return turned(group.momentum, around(toward, cosine, rng), rng)
