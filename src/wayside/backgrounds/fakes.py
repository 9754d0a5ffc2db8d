"""Fake vertices of single particles, from the full simulation.

`per_particle` averages the table that ``scripts/make_fake_vertices.py`` writes over a spectrum.
Derived in docs/theory/backgrounds_fakes.md.
"""

import math
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from wayside.backgrounds.counts import STAGES, Count, Stage
from wayside.backgrounds.target import SIMULATED, Target, factor, muon_path
from wayside.data import Table, read_table
from wayside.errors import InputError, check_choice
from wayside.selections.fakes import FakeBins
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

LEAST: Final = {
    "muon": 0.2,
    "photon": 0.04,
    "electron": 0.04,
    "klong": 0.0,
    "neutron": 0.1,
    "signal": 0.0,
}
"""Kinetic energy in GeV below which a particle makes no vertex of two tracks of five sheets. A
sheet takes 0.8 MeV of an electron and scatters it: 20 MeV each. Two protons that cross five sheets
have 55 MeV each and come out of a nucleus. Slower muons stop in the lead or in the first block. A
K_L0 has its mass to decay with."""

BEYOND: Final = 10.0
"""Ratio of an energy to the last of the table up to which fakes go on in proportion to it."""

TAIL: Final = 0.01
"""Fraction of a spectrum that may be beyond that, and counts as if it were there."""

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
"""Probability that the fibres at one place miss a particle, as the table has it."""


def simulated(kind: Kind) -> bool:
    """Whether particles of a kind are in the table."""
    return KINDS.index(kind) in _table()["kind"]


def simulated_lead(kind: Kind, lead: float) -> float:
    """Thickness of lead in m, of those that a kind was simulated behind, nearest to another.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    lead
        Thickness in m of the lead of a detector.
    """
    table = _table()
    thicknesses = np.unique(table["shield"][table["kind"] == KINDS.index(kind)])
    return float(thicknesses[np.argmin(np.abs(thicknesses - lead))])


def bins(kind: Kind, lead: float = SIMULATED.lead) -> tuple[FloatArray, IndexArray]:
    """Edges of the energy bins of a kind in GeV, and rows of the table.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    lead
        Thickness in m of the lead of a detector: of several in the table the nearest is taken.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    check_choice("kind", kind, KINDS)
    if not simulated(kind):
        raise InputError(f"kind = {kind!r}: not in the table fake_vertices")
    table = _table()
    behind = np.isclose(table["shield"], simulated_lead(kind, lead))
    rows = np.flatnonzero((table["kind"] == KINDS.index(kind)) & behind)
    return np.append(table["low"][rows], table["high"][rows[-1]]), rows


def table_bins(kind: Kind, stage: Stage, lead: float = SIMULATED.lead) -> FakeBins:
    """Fakes of a kind up to a stage of the selection, as the table has them.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    stage
        Stage of the selection. ``"vertex"`` counts vertices, the others particles with at least
        one.
    lead
        Thickness in m of the lead of a detector: of several in the table the nearest is taken.

    Raises
    ------
    InputError
        If there is no such kind or stage.
    """
    check_choice("stage", stage, STAGES)
    edges, rows = bins(kind, lead)
    table = _table()
    entering = table["entering"][rows]
    variance = (table[f"{stage}_squares"][rows] + _one_more(kind, rows, stage) ** 2) / entering**2
    mean = table[stage][rows] / entering
    return FakeBins(edges, mean, variance, simulated_lead(kind, lead))


class Loads(NamedTuple):
    """How many particles of a spectrum each bin of a table of fakes stands for.

    Attributes
    ----------
    particles
        Particles of each bin for one of the spectrum, laws and extrapolations included; (bins,).
    extrapolated
        How much of that is changed by going on beyond the table.
    law
        Absolute error of it from the laws for other detectors.
    """

    particles: FloatArray
    extrapolated: FloatArray
    law: FloatArray


def loads(
    kind: Kind,
    edges: FloatArray,
    lead: float,
    energies: npt.ArrayLike,
    weights: npt.ArrayLike,
    target: Target = SIMULATED,
) -> Loads:
    """Particles of a spectrum by bins of a table of fakes.

    Linear in the logarithm of the energy between the middles of bins, constant from there to the
    ends of the first and the last bin; none below `LEAST`. Above the last bin the number grows in
    proportion to the energy, up to `BEYOND` times its end, as the length of tracks in a shower
    does at most. Below the first bin fakes of muons fall with their energy along the path
    (`wayside.backgrounds.target.muon_path`), others stay.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    edges
        Edges of the bins of the kinetic energy in GeV.
    lead
        Thickness in m of the lead behind which the fakes of the bins were simulated.
    energies, weights, target
        As in `per_particle`.

    Raises
    ------
    InputError
        If energies or weights are no spectrum, or more than `TAIL` of it is beyond `BEYOND` times
        the table.
    """
    energy = np.atleast_1d(np.asarray(energies, dtype=np.float64))
    weight = np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if energy.shape != weight.shape or not np.all(energy > 0.0):
        raise InputError("energies: must be positive, one for each weight")
    if not (np.all(weight >= 0.0) and weight.sum() > 0.0):
        raise InputError("weights: must not be negative, at least one above 0")
    last = float(edges[-1])
    far = energy > BEYOND * last * (1.0 + 1e-9)
    if weight[far].sum() > TAIL * weight.sum():
        raise InputError(
            f"energy = {energy[far & (weight > 0.0)].max():.4g} GeV: fakes of {kind} were simulated"
            f" up to {last:g} GeV, and are known up to {BEYOND:g} times that"
        )
    energy = np.minimum(energy, BEYOND * last)
    particle = kind.partition("-")[0]
    middle = 0.5 * np.log(edges[1:] * edges[:-1])
    hats = np.array([np.interp(np.log(energy), middle, unit) for unit in np.eye(len(middle))])
    factors = factor(kind, energy, target, lead)
    weight = weight / weight.sum() * (energy >= LEAST[particle]) * factors.value
    growth = np.maximum(energy / last, 1.0) * _below(particle, energy, float(edges[0]))
    return Loads(
        hats @ (weight * growth),
        hats @ (weight * np.abs(growth - 1.0)),
        hats @ (weight * growth * factors.error),
    )


def averaged(kind: Kind, fakes: FakeBins, load: Loads) -> Count:
    """Mean number of fakes for the particles that bins stand for.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    fakes
        Fakes of one particle by energy.
    load
        Particles by bin, from `loads` with the same bins.
    """

    def size(part: FloatArray) -> float:
        """Fakes of a part of the particles, or of one simulated event where there are none."""
        return math.hypot(float(part @ fakes.mean), fakes.sample_error(part, load.particles))

    model = size(load.particles) * MODEL_ERROR[kind.partition("-")[0]]
    # Each is wrong by one factor for all energies: its errors add linearly.
    return Count(
        float(load.particles @ fakes.mean),
        statistical=fakes.sample_error(load.particles),
        systematic=math.hypot(model, size(load.extrapolated), size(load.law)),
    )


def per_particle(
    kind: Kind,
    energies: npt.ArrayLike,
    weights: npt.ArrayLike,
    stage: Stage,
    target: Target = SIMULATED,
) -> Count:
    """Mean number of fakes made by one entering particle of a spectrum.

    Between and beyond the bins of the table as in `loads`. What is extrapolated is an error, too.

    Parameters
    ----------
    kind
        Particle and side from which it comes.
    energies
        Kinetic energies outside of the shield in GeV, shape (n,).
    weights
        Rates or numbers of particles at these energies, or anything proportional to them, shape
        (n,).
    stage
        Stage of the selection, as in `table_bins`.
    target
        The detector; others than that of the table by the laws of `wayside.backgrounds.target`.

    Returns
    -------
    Count
        Mean number of fakes. Its statistical error is that of the simulated samples; where none was
        found it is that of one event, so that it is zero only below the threshold.

    Raises
    ------
    InputError
        As in `table_bins` and `loads`.

    Examples
    --------
    >>> per_particle("neutron-front", [1e-3], [1.0], "vertex").value
    0.0
    """
    fakes = table_bins(kind, stage, target.lead)
    load = loads(kind, fakes.edges, fakes.lead, energies, weights, target)
    return averaged(kind, fakes, load)


def _below(particle: str, energies: FloatArray, first: float) -> FloatArray:
    """Fakes of particles slower than those of the table, over those at the end of the first bin."""
    ratio = np.ones_like(energies)
    slower = energies < first
    if particle == "muon" and np.any(slower):
        blocks = float(SIMULATED.blocks)
        ratio[slower] = muon_path(energies[slower], blocks) / muon_path(np.array([first]), blocks)
    return ratio


def signal_kept(stage: Stage) -> Count:
    """Fraction of timed electron pairs from inside that a later stage keeps.

    Parameters
    ----------
    stage
        Stage from ``"timed"`` on.

    Returns
    -------
    Count
        Fraction, with a binomial error.

    Examples
    --------
    >>> signal_kept("timed").value
    1.0
    """
    _, rows = bins("signal")
    table = _table()
    timed, passed = (float(table[name][rows].sum()) for name in ("timed", stage))
    fraction = passed / timed
    return Count(fraction, math.sqrt(fraction * max(1.0 - fraction, 0.0) / timed))


def _table() -> Table:
    return read_table("fake_vertices")


def _one_more(kind: Kind, rows: IndexArray, stage: Stage) -> float:
    """What one more event would count: the mean over those of the kind and one at its worst."""
    if stage in ("vertex", "gas"):
        return 1.0
    worst = 1.0
    if kind.startswith("muon"):
        # It has crossed the fibres at one place at least, at two in all.
        worst = FIBRES_MISS ** (2 if stage in ("closed", "closed_quiet") else 1)
    table = _table()
    tried = float(table["gas"][rows].sum())
    return (float(table[stage][rows].sum()) + worst) / (tried + 1.0)


def gas_silent(kind: Kind, energies: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Mean probability that no fibres detect a particle that hits a gas detector.

    Parameters as in `per_particle`; averaged over hits.
    """
    edges, rows = bins(kind)
    middle = 0.5 * np.log(edges[1:] * edges[:-1])
    table = _table()
    energy, weight = np.log(energies), np.asarray(weights, dtype=np.float64)
    number = np.interp(energy, middle, table["gas_muons"][rows] / table["entering"][rows])
    silent = np.interp(energy, middle, table["gas_silent"][rows])
    return float((weight * number) @ silent / (weight @ number))
