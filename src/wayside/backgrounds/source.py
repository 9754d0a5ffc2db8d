"""What a source of background is: the particles that enter a detector, and the vertices they fake.

A source lives in a module of its own; `wayside.backgrounds.registry` lists them. A guide with an
example: docs/howto_source.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds import fakes
from wayside.backgrounds.counts import Count, Stage
from wayside.backgrounds.fakes import Loads
from wayside.backgrounds.target import SIMULATED, Target, outside
from wayside.selections.fakes import FakeBins
from wayside.typing import FloatArray

Scaling = Literal["luminosity", "time"]
"""What the number of particles of a source is proportional to."""


@runtime_checkable
class BackgroundSource(Protocol):
    """A source of background at one detector, over the luminosity and exposure of a scenario."""

    @property
    def key(self) -> str:
        """Name in output for programs, such as ``"cosmic-muons"``; one source has one key."""
        ...

    @property
    def title(self) -> str:
        """Name in tables and figures."""
        ...

    @property
    def scaling(self) -> Scaling:
        """Whether it grows with luminosity or with time."""
        ...

    @property
    def entering(self) -> Count:
        """Mean number of particles that enter the detector."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What is approximated, and where the numbers come from: one sentence each."""
        ...

    @property
    def outside(self) -> tuple[str, ...]:
        """Ways in which the number of fakes is extrapolated beyond the simulation."""
        ...

    def fakes(self, stage: Stage) -> Count | None:
        """Mean number of fake vertices of all entering particles; None where it is not known.

        Parameters
        ----------
        stage
            Stage of the selection up to which they survive.
        """
        ...


@runtime_checkable
class SelectableSource(BackgroundSource, Protocol):
    """A source whose fakes are known after the selection of a search, too."""

    def selected(self, tables: Mapping[str, FakeBins]) -> Count | None:
        """Mean number of fakes after a selection; None where it is not known.

        Parameters
        ----------
        tables
            Fakes of one particle that the selection keeps, by kind.
        """
        ...


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Particles of a source as the tables of fakes need them, outside of the detector's lead.

    Attributes
    ----------
    kind
        Particle and side from which it comes, one of ``wayside.backgrounds.fakes.KINDS``.
    energies
        Kinetic energies in GeV, shape (n,).
    weights
        Numbers of particles at these energies, or anything proportional to them, shape (n,).
    per_entering
        Ratio of the particles that head for the blocks to those that the source counts as entering.
    tagged
        Fraction of the particles that comes with a muon through the fibres, which vetoes.
    target
        The detector that they hit, `wayside.backgrounds.setup.DetectorSetup.target`; that of the
        table unless given.
    relative_error
        Relative error of taking the fakes of this kind for those of the particles.
    """

    kind: fakes.Kind
    energies: ArrayLike
    weights: ArrayLike
    per_entering: float = 1.0
    tagged: float = 0.0
    target: Target = SIMULATED
    relative_error: float = 0.0

    @property
    def outside(self) -> tuple[str, ...]:
        """Ways in which the detector is beyond what the laws of fakes were checked for."""
        return outside(self.kind, self.target)

    def fakes(self, stage: Stage) -> Count | None:
        """Mean number of fakes for each entering particle; None where the kind was not simulated.

        Parameters
        ----------
        stage
            Stage of the selection; only those that ask the fibres have a veto by muons.
        """
        if not fakes.simulated(self.kind):
            return None
        if not np.any(np.asarray(self.weights) > 0.0):
            return Count(0.0)
        vetoed = 0.0 if stage in ("vertex", "gas") else self.tagged
        fakes_each = fakes.per_particle(self.kind, self.energies, self.weights, stage, self.target)
        return fakes_each.times(self.per_entering * (1.0 - vetoed), self.relative_error)

    def selected(self, tables: Mapping[str, FakeBins]) -> Count | None:
        """Mean number of fakes a selection keeps for each entering particle; None if not known.

        Parameters
        ----------
        tables
            Fakes of one particle that the selection keeps, by kind.
        """
        if self.kind not in tables:
            return None
        load = self.loads(tables[self.kind])
        if load is None:
            return Count(0.0)
        fakes_each = fakes.averaged(self.kind, tables[self.kind], load)
        return fakes_each.times(self.untagged, self.relative_error)

    @property
    def untagged(self) -> float:
        """Particles that head for the blocks without a muon, for each entering one."""
        return self.per_entering * (1.0 - self.tagged)

    def loads(self, table: FakeBins) -> Loads | None:
        """Particles of the spectrum by bins of a table; None for a spectrum of nothing."""
        if not np.any(np.asarray(self.weights) > 0.0):
            return None
        return fakes.loads(
            self.kind, table.edges, table.lead, self.energies, self.weights, self.target
        )


@dataclass(frozen=True, eq=False)
class Source:
    """A source whose fakes follow from its spectrum and the tables of fakes.

    Attributes
    ----------
    key, title, scaling, entering, notes
        As for `BackgroundSource`.
    spectrum
        Its particles outside of the lead; None where their fakes were not simulated.

    Examples
    --------
    >>> spectrum = Spectrum("muon-front", energies=[2.0], weights=[1.0])
    >>> source = Source("test-beam", "muons of a test beam", "time", Count(1e4), spectrum)
    >>> source.fakes("timed").value < source.fakes("vertex").value
    True
    """

    key: str
    title: str
    scaling: Scaling
    entering: Count
    spectrum: Spectrum | None = None
    notes: tuple[str, ...] = ()

    @property
    def outside(self) -> tuple[str, ...]:
        """Ways in which the number of fakes is extrapolated; none without a spectrum."""
        return () if self.spectrum is None else self.spectrum.outside

    def fakes(self, stage: Stage) -> Count | None:
        """Mean number of fake vertices at a stage of the selection; None without a spectrum."""
        fakes_each = None if self.spectrum is None else self.spectrum.fakes(stage)
        return None if fakes_each is None else self.entering.product(fakes_each)

    def selected(self, tables: Mapping[str, FakeBins]) -> Count | None:
        """Mean number of fakes after a selection; None where it is not known.

        Parameters
        ----------
        tables
            Fakes of one particle that the selection keeps, by kind.
        """
        fakes_each = None if self.spectrum is None else self.spectrum.selected(tables)
        return None if fakes_each is None else self.entering.product(fakes_each)

    def particles(self, table: FakeBins) -> FloatArray:
        """Numbers of particles by energy bin, laws for other detectors included, shape (bins,).

        Parameters
        ----------
        table
            Bins of the kind of the spectrum; without a spectrum there are no such particles.
        """
        load = None if self.spectrum is None else self.spectrum.loads(table)
        if self.spectrum is None or load is None:
            return np.zeros(len(table.mean))
        return np.asarray(self.entering.value * self.spectrum.untagged * load.particles)

    @property
    def relative_error(self) -> float:
        """Relative error of the number of particles, and of taking them for those of the kind."""
        flux = self.entering.error / self.entering.value if self.entering.value else 0.0
        return hypot(flux, 0.0 if self.spectrum is None else self.spectrum.relative_error)
