"""Weights of candidates: of a source, of layers that veto, and how many they are worth.

A background particle of energy E and direction u stands for I(E, u) / s of them, with the intensity
I of its source in the exposure and the sampling density s of its row. Layers that veto do not enter
by drawing whether each has a hit, but with the probability that none has one, so that their number
and quality can be varied without another simulation.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.detector.cuts import FibreVeto, all_veto
from wayside.detector.readout import Readout
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray, StructuredArray

_READOUT = Readout()


def source_weight(rows: StructuredArray, intensity: npt.ArrayLike) -> FloatArray:
    """Expected number of candidates that each row stands for.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    intensity
        Particles of the source in the exposure per GeV, sr and m^2 of area perpendicular to the
        direction, at the energy and direction of each row; per GeV and m^2 of the plane of the
        front for samples that come from a point; shape (n,).

    Raises
    ------
    InputError
        If a row has no sampling density, as spread decays have none.

    Examples
    --------
    >>> from wayside.candidates.schema import ROW
    >>> rows = np.zeros(2, ROW)
    >>> rows["sampling_density"] = 50.0, 200.0
    >>> source_weight(rows, 100.0).tolist()
    [2.0, 0.5]
    """
    density = rows["sampling_density"]
    if not np.all(density > 0.0):
        raise InputError("candidates without a sampling density stand for no number of particles")
    return np.asarray(np.asarray(intensity, dtype=np.float64) / density)


def has_time(rows: StructuredArray, single_track: bool = False) -> BoolArray:
    """Which candidates have a time.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    single_track
        Whether one track alone gives the time of a vertex whose other track has no hit, if it has
        hits in two gaps at least: over months a track gets many unrelated hits in one gap, but two
        of different gaps do not agree to nanoseconds by accident. Vertices of unrelated tracks, of
        which the table has none, get times in this way, too.
    """
    timed = np.asarray(rows["timed"], dtype=np.bool_)
    if not single_track:
        return timed
    gaps = np.stack([rows["gas_gaps_1"], rows["gas_gaps_2"]], axis=1)
    return np.asarray(timed | ((gaps.max(axis=1) >= 2) & (gaps.min(axis=1) == 0)))


class Vetoes(NamedTuple):
    """Layers that veto a candidate at the time of its vertex.

    Attributes
    ----------
    fibre_layers
        Number of layers of fibres on each side, with independent inefficiencies.
    fibre_efficiency
        Probability that one layer has a hit where it is crossed.
    fibre_veto
        Fibres that veto: those ``"upstream"`` of the vertex, or ``"all"``.
    spare_exits
        Whether fibres do not veto at which the two tracks leave.
    gas_veto
        Whether gaps before the vertex veto, too, and the gap in which it lies if it was crossed
        away from its tracks.
    gas_efficiency
        Probability that a gap has a hit where it is crossed.
    single_track
        Whether one track with hits in two gaps gives a vertex its time, as in `has_time`.
    """

    fibre_layers: int = 1
    fibre_efficiency: float = _READOUT.fibre_efficiency
    fibre_veto: FibreVeto = "all"
    spare_exits: bool = True
    gas_veto: bool = True
    gas_efficiency: float = _READOUT.gas_efficiency
    single_track: bool = False

    @property
    def all_fibres_veto(self) -> bool:
        """Whether all fibres veto, and not those upstream of the vertex alone."""
        return all_veto(self.fibre_veto)

    def silent(self, rows: StructuredArray) -> FloatArray:
        """Probability that no layer which vetoes has a hit.

        Parameters
        ----------
        rows
            Rows of `wayside.candidates.schema.ROW`, shape (n,).

        Returns
        -------
        array
            (1 - fibre_efficiency)^(layers x places) (1 - gas_efficiency)^gaps, shape (n,); one for
            rows whose time is not measured, as nothing can be compared with it.

        Raises
        ------
        InputError
            If the number of layers is negative or an efficiency is not a probability.

        Examples
        --------
        A muon that crossed fibres once on its way in; the pair leaves through others:

        >>> from wayside.candidates.schema import ROW
        >>> rows = np.zeros(1, ROW)
        >>> rows["timed"], rows["fibres_upstream"] = True, 1
        >>> rows["fibres_downstream"], rows["exits_downstream"] = 2, 2
        >>> Vetoes(fibre_veto="upstream", fibre_efficiency=0.98).silent(rows).round(4).tolist()
        [0.02]
        >>> Vetoes(fibre_layers=2).silent(rows).round(8).tolist()
        [0.0004]
        """
        if self.fibre_layers < 0:
            raise InputError(f"{self.fibre_layers} layers of fibres: must not be negative")
        for name, value in (("fibre", self.fibre_efficiency), ("gas", self.gas_efficiency)):
            if not 0.0 <= value <= 1.0:
                raise InputError(f"{name} efficiency {value:g}: must be between 0 and 1")
        places = rows["fibres_upstream"].astype(np.float64)
        exits = rows["exits_upstream"].astype(np.float64)
        if self.all_fibres_veto:
            places = places + rows["fibres_downstream"]
            exits = exits + rows["exits_downstream"]
        if self.spare_exits:
            places = places - exits
        weight = (1.0 - self.fibre_efficiency) ** (self.fibre_layers * places)
        if self.gas_veto:
            crossed = rows["gaps_before"] + (rows["gap_birth"] > 0)
            weight = weight * (1.0 - self.gas_efficiency) ** crossed.astype(np.float64)
        return np.asarray(np.where(has_time(rows, self.single_track), weight, 1.0))

    def weights(self, rows: StructuredArray) -> FloatArray:
        """Probability that each row has a time and no layer vetoes it, shape (n,)."""
        return np.asarray(has_time(rows, self.single_track) * self.silent(rows))


def effective_count(weights: npt.ArrayLike, events: npt.ArrayLike | None = None) -> float:
    """Number of equal candidates with the same relative error: (sum w)^2 / sum w^2.

    Parameters
    ----------
    weights
        Weights, shape (n,).
    events
        Numbers of the events; weights of one event are added first, as they are not independent.
        Each row is an event if None.

    Examples
    --------
    >>> effective_count([1.0, 1.0, 1.0, 0.0]), effective_count([1.0, 1.0], events=[5, 5])
    (3.0, 1.0)
    """
    values = np.asarray(weights, dtype=np.float64)
    if events is not None:
        _, owner = np.unique(np.asarray(events), return_inverse=True)
        values = np.asarray(np.bincount(owner.ravel(), values), dtype=np.float64)
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / squares if squares > 0.0 else 0.0
