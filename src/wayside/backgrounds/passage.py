"""What stands in a hall between the collision point and a detector, and how much it stops.

Lengths of straight lines in each body; from them nuclear interaction lengths, radiation lengths,
the energy that a muon needs, and the iron that would stop as much. Derived in
docs/theory/placement.md, "What stands in between".
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds.muon_loss import Medium, energy_before, range_of
from wayside.detector.hall import Hall
from wayside.detector.materials import BY_NAME, ELEMENTS, IRON, LEAD, TUNGSTEN, Material
from wayside.detector.volume import Volume
from wayside.typing import FloatArray

RAYS: Final = 128
"""Straight lines to a detector: their spread is known to a tenth of itself."""

SEED: Final = 7
"""Of the points in a detector that they go to: the same at every call."""

_LEAST: Final = 1e-3
"""Kinetic energy in GeV below which a muon has no range worth the name."""

ROUND: Final = 3
"""Digits of a thickness in m: the bodies are not known to a millimetre."""


class _Metal(NamedTuple):
    """A medium of the table of energy losses."""

    medium: Medium
    atomic_number: float
    electrons_per_nucleon: float


_METALS: Final[dict[Medium, Material]] = {"iron": IRON, "tungsten": TUNGSTEN, "lead": LEAD}
_MEDIA: Final = (
    _Metal("rock", 11.0, 0.5),
    *(
        _Metal(medium, ELEMENTS[next(iter(metal.fractions))][0], metal.electrons_per_nucleon)
        for medium, metal in _METALS.items()
    ),
)
_NAMES: Final = {material.name: name for name, material in BY_NAME.items()}
"""Names that scenarios use, by those of Geant4."""


def stands_for(material: Material) -> tuple[Medium, float]:
    """Medium with a table of muon losses that stands for a material, and factor of its grammage.

    The medium is that of the nearest mean atomic number; ionisation goes with the electrons per
    nucleon, whose ratio is the factor.
    """
    mean = sum(weight * ELEMENTS[symbol][0] for symbol, weight in material.fractions.items())
    metal = min(_MEDIA, key=lambda candidate: abs(math.log(mean / candidate.atomic_number)))
    return metal.medium, material.electrons_per_nucleon / metal.electrons_per_nucleon


class Passage(NamedTuple):
    """What straight lines from the collision point to a detector cross, line by line."""

    hall: Hall
    lengths: FloatArray
    """In each body, in m, shape (n, bodies)."""

    def _sum(self, per_metre: ArrayLike) -> FloatArray:
        return np.asarray(self.lengths @ np.asarray(per_metre, dtype=np.float64))

    @property
    def interaction_lengths(self) -> FloatArray:
        """Nuclear interaction lengths, shape (n,)."""
        return self._sum(
            [_per_metre(material, material.interaction_length) for material in self._materials]
        )

    @property
    def radiation_lengths(self) -> FloatArray:
        """Radiation lengths, shape (n,)."""
        return self._sum(
            [_per_metre(material, material.radiation_length) for material in self._materials]
        )

    @property
    def muon_thresholds(self) -> FloatArray:
        """Kinetic energies in GeV that muons need to come through, on average, shape (n,)."""
        energy = np.zeros(len(self.lengths))
        grammages = np.stack([self._grammage(metal.medium) for metal in _MEDIA])
        for metal, grammage in zip(_MEDIA, grammages, strict=True):
            energy = energy_before(energy, grammage, metal.medium)
        return energy

    @property
    def iron(self) -> FloatArray:
        """Iron in m that stops as many hadrons, or takes as much from muons if less does, (n,)."""
        hadrons = self.interaction_lengths / _per_metre(IRON, IRON.interaction_length)
        energy = self.muon_thresholds
        ranges = np.where(energy > 0.0, range_of(np.maximum(energy, _LEAST), "iron"), 0.0)
        return np.minimum(hadrons, ranges / (100.0 * IRON.density))

    def effective_iron(self) -> float:
        """One thickness of iron in m for a whole detector.

        That which lets through as many hadrons as the lines do on average: a gap in front of a part
        of it counts for what comes through it.
        """
        per_metre = _per_metre(IRON, IRON.interaction_length)
        passed = float(np.mean(np.exp(-per_metre * self.iron)))
        return round(max(0.0, -math.log(passed) / per_metre), ROUND)

    @property
    def _materials(self) -> list[Material]:
        return [body.material for body in self.hall.volumes]

    def _grammage(self, medium: Medium) -> FloatArray:
        factors = []
        for material in self._materials:
            stand_in, factor = stands_for(material)
            factors.append(100.0 * material.density * factor if stand_in == medium else 0.0)
        return self._sum(factors)

    def summary(self) -> dict[str, Any]:
        """Plain values: mean, least and most over the lines, bodies that none crosses left out."""
        crossed = np.flatnonzero(self.lengths.max(axis=0) > 0.0)
        return {
            "lines": len(self.lengths),
            "volumes": [
                {
                    "name": self.hall.volumes[number].name,
                    "material": _NAMES[self.hall.volumes[number].material.name],
                    "length_m": _spread(self.lengths[:, number]),
                }
                for number in crossed
            ],
            "interaction_lengths": _spread(self.interaction_lengths),
            "radiation_lengths": _spread(self.radiation_lengths),
            "muon_threshold_gev": _spread(self.muon_thresholds),
            "iron_m": self.effective_iron(),
        }


def _per_metre(material: Material, length: float) -> float:
    """Lengths per metre of one given in g/cm^2."""
    return 100.0 * material.density / length


def _spread(values: FloatArray) -> dict[str, float]:
    return {
        "mean": float(values.mean()),
        "least": float(values.min()),
        "most": float(values.max()),
    }


def passage(hall: Hall, volume: Volume, rays: int = RAYS) -> Passage:
    """What straight lines from the collision point cross before they enter a detector.

    Parameters
    ----------
    hall
        The bodies.
    volume
        The detector.
    rays
        Number of lines, to points that are spread evenly over the volume.

    Examples
    --------
    >>> from wayside.scenario import load_scenario
    >>> scenario = load_scenario("belle2-forward", {"hall.preset": "belle2"})
    >>> between = passage(scenario.hall.build(), scenario.detectors["A"].build())
    >>> 0.5 < between.effective_iron() < 0.8
    True
    """
    points = volume.sample(rays, np.random.default_rng(SEED))
    directions = points / np.linalg.norm(points, axis=1)[:, None]
    crossings = volume.crossings(directions)
    inside = crossings.far > crossings.near
    near = np.where(inside, crossings.near, np.inf).min(axis=1)
    # A point on the very edge may be missed by its own line.
    met = np.isfinite(near)
    return Passage(hall, hall.lengths(directions[met], near[met]))
