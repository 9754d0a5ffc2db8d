"""What particles of a source hit: size, number of blocks and lead of a detector.

The table of fakes was made with one detector. For others, `factor` says how the number of fakes of
one particle changes and how well that is known. Derived in docs/theory/backgrounds_fakes.md, "Other
detectors".
"""

import math
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np

from wayside.backgrounds import photons
from wayside.backgrounds.klong_shield import LEAD_AS_TUNGSTEN, curves
from wayside.backgrounds.muon_loss import energy_after
from wayside.detector.faces import entering_from_above
from wayside.detector.materials import LEAD
from wayside.detector.stack import Stack
from wayside.typing import FloatArray

Side = Literal["above", "front", "bare", "inside"]
"""Where particles of the table come from."""


class Target(NamedTuple):
    """A detector as the laws need it.

    Attributes
    ----------
    lead
        Thickness of the lead around in m.
    blocks
        Number of blocks, each with its gas detector.
    period
        Depth of a block with its gas detector in m.
    width, height
        First and second dimension in m, the second upward.
    """

    lead: float
    blocks: int
    period: float
    width: float
    height: float

    @property
    def depth(self) -> float:
        """Depth of all blocks in m."""
        return self.blocks * self.period

    @property
    def chord(self) -> float:
        """Mean path in m through the blocks of particles from above, cos^2 of the zenith angle.

        The path length in a volume is the omnidirectional flux, 2 pi / 3 of the vertical
        intensity, times the volume; what enters is pi/2 of the roof, pi/4 of each upright area.
        """
        volume = self.width * self.height * self.depth
        return (
            2.0 * math.pi / 3.0 * volume / entering_from_above(self.width, self.height, self.depth)
        )


_STACK: Final = Stack()

SIMULATED: Final = Target(
    lead=1e-3 * _STACK.shield,
    blocks=_STACK.blocks,
    period=1e-3 * _STACK.period,
    width=1e-3 * _STACK.size[0],
    height=1e-3 * _STACK.size[1],
)
"""Detector that the table was made with."""

LEAD_RANGE: Final = (0.05, 0.2)
"""Lead in m for which its law has the stated error."""

BLOCKS_RANGE: Final = (5, 66)
"""Numbers of blocks for which the law of the depth has the stated error."""

NARROWEST: Final = 0.1
"""Width in m below which more tracks leave sideways than in the simulation."""

LEAD_ERROR: Final = 0.3
"""Relative error of the logarithm of a factor for lead."""

DEPTH_ERROR: Final = 0.25
"""Relative error of the logarithm of a factor for depth."""


class Factor(NamedTuple):
    """Fakes of one particle over those with the detector of the table.

    Attributes
    ----------
    value
        Factors, shape (n,), one for each energy.
    error
        Relative standard errors of them, shape (n,).
    """

    value: FloatArray
    error: FloatArray


def differs(target: Target) -> bool:
    """Whether a law is needed."""
    return not np.allclose(target, SIMULATED, rtol=1e-6)


def outside(kind: str, target: Target) -> tuple[str, ...]:
    """Ways in which a detector is beyond what the laws were checked for; one line each.

    Parameters
    ----------
    kind
        Particle and side, one of ``wayside.backgrounds.fakes.KINDS``.
    target
        The detector.
    """
    words = []
    low, high = LEAD_RANGE
    if not kind.endswith("-bare") and not low - 1e-9 <= target.lead <= high + 1e-9:
        words.append(
            f"{100.0 * target.lead:g} cm of lead: fakes were simulated behind"
            f" {100.0 * SIMULATED.lead:g} cm, the law holds from {100 * low:g} to {100 * high:g} cm"
        )
    least, most = BLOCKS_RANGE
    if not least <= target.blocks <= most:
        words.append(
            f"{target.blocks} blocks: fakes were simulated in {SIMULATED.blocks}, the law holds"
            f" from {least} to {most}"
        )
    if min(target.width, target.height) < NARROWEST - 1e-9:
        words.append(
            f"a side of {100.0 * min(target.width, target.height):g} cm: below"
            f" {100.0 * NARROWEST:g} cm more tracks leave sideways than in the simulation"
        )
    return tuple(words)


def factor(kind: str, energies: FloatArray, target: Target, lead: float = SIMULATED.lead) -> Factor:
    """Fakes of one particle in another detector over those in the detector of the table.

    Parameters
    ----------
    kind
        Particle and side, one of ``wayside.backgrounds.fakes.KINDS``.
    energies
        Kinetic energies outside of the lead in GeV, shape (n,).
    target
        The detector.
    lead
        Thickness in m of the lead that the particles of the table crossed.
    """
    particle, _, side = kind.partition("-")
    if not side or not differs(target._replace(lead=target.lead - lead + SIMULATED.lead)):
        return Factor(np.ones_like(energies), np.zeros_like(energies))
    laws = _LAWS[particle]
    ratios = [(laws.depth(side, energies, target), DEPTH_ERROR)]
    if side != "bare":
        ratios.append((laws.lead(energies, target.lead, lead), LEAD_ERROR))
    value = np.ones_like(energies)
    variance = np.zeros_like(energies)
    for ratio, error in ratios:
        value = value * ratio
        # A factor of nothing is not known worse than one of a millionth.
        variance += (error * np.log(np.maximum(ratio, 1e-6))) ** 2
    return Factor(value, np.sqrt(variance))


ABSORPTION: Final = {"klong": 6.7, "neutron": 6.7, "photon": 7.0, "electron": 7.0}
"""Blocks over which fakes of these particles fall by a factor e: of hadrons an interaction length,
which the depths of simulated fakes confirm; photons and electrons behind lead start showers anew,
in 1.4 radiation lengths a block."""


def _depths(side: str, target: Target) -> tuple[float, float]:
    """Blocks along the path in a detector, and in that of the table."""
    if side == "above":
        return target.chord / target.period, SIMULATED.chord / SIMULATED.period
    return float(target.blocks), float(SIMULATED.blocks)


def _depth_of_muons(side: str, energies: FloatArray, target: Target) -> FloatArray:
    """Muons from above have energy enough for any path; from the front they lose what counts."""
    blocks, simulated = _depths(side, target)
    if side == "above":
        return np.full_like(energies, blocks / simulated)
    return muon_path(energies, blocks) / np.maximum(muon_path(energies, simulated), 1e-30)


def _depth_of_absorbed(particle: str) -> Callable[[str, FloatArray, Target], FloatArray]:
    length = ABSORPTION[particle]

    def ratio(side: str, energies: FloatArray, target: Target) -> FloatArray:
        """Fakes fall exponentially with the blocks that were crossed."""
        blocks, simulated = _depths(side, target)
        return np.full_like(
            energies, math.expm1(-blocks / length) / math.expm1(-simulated / length)
        )

    return ratio


def muon_path(energies: FloatArray, blocks: float, steps: int = 60) -> FloatArray:
    """Integral of the kinetic energy over the path: fakes go with what a muon radiates.

    Parameters
    ----------
    energies
        Kinetic energies in GeV outside of the lead of the detector of the table, shape (n,).
    blocks
        Number of blocks along the path.
    steps
        Midpoints of the integral.

    Returns
    -------
    FloatArray
        Integrals in GeV g/cm^2, 0 for muons that stop in the lead, shape (n,).
    """
    grammage = blocks * _STACK.grammage() / _STACK.blocks
    behind_lead = energy_after(energies, 100.0 * SIMULATED.lead * LEAD.density, "lead")
    depth = (np.arange(steps) + 0.5) / steps * grammage
    along = energy_after(behind_lead[:, None], depth, "iron")
    return np.asarray(along.mean(axis=1) * grammage)


def _lead_of_muons(energies: FloatArray, lead: float, table: float) -> FloatArray:
    """Energy behind the lead decides, and fakes grow with it."""
    behind, simulated = (
        energy_after(energies, 100.0 * thickness * LEAD.density, "lead")
        for thickness in (lead, table)
    )
    # Where the lead of the table stops a muon that comes through here, 0.1 GeV stands in.
    return np.asarray(behind / np.maximum(simulated, 0.1))


def _lead_of_hadrons(energies: FloatArray, lead: float, table: float) -> FloatArray:
    """Attenuation of K_L0 in as many interaction lengths of tungsten; that of neutrons is near."""
    dense = curves("tungsten")
    logs = [
        dense.log_transmission(energies, thickness * LEAD_AS_TUNGSTEN)
        for thickness in (lead, table)
    ]
    return np.asarray(np.exp(logs[0] - logs[1]))


def _lead_of_showers(particle: str) -> Callable[[FloatArray, float, float], FloatArray]:
    def ratio(energies: FloatArray, lead: float, table: float) -> FloatArray:
        """Energy that leaks through the lead: countable photons are too few in the table."""
        numbers = np.array(
            [
                [photons.leaked(particle, float(energy), thickness, "energy")[0]
                 for thickness in (lead, table)]
                for energy in energies
            ]
        ).reshape(-1, 2)  # fmt: skip
        return np.asarray(np.maximum(numbers[:, 0], 1e-9) / np.maximum(numbers[:, 1], 1e-9))

    return ratio


class _Laws(NamedTuple):
    """How fakes of one particle depend on the path in the blocks, and on the lead."""

    depth: Callable[[str, FloatArray, Target], FloatArray]
    lead: Callable[[FloatArray, float, float], FloatArray]


_LAWS: Final = {
    "muon": _Laws(_depth_of_muons, _lead_of_muons),
    "klong": _Laws(_depth_of_absorbed("klong"), _lead_of_hadrons),
    "neutron": _Laws(_depth_of_absorbed("neutron"), _lead_of_hadrons),
    "photon": _Laws(_depth_of_absorbed("photon"), _lead_of_showers("photon")),
    "electron": _Laws(_depth_of_absorbed("electron"), _lead_of_showers("electron")),
}
