"""Efficiency maps: which decays of a simulated sample pass, counted into a table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.efficiency.axes import AXES
from wayside.efficiency.selection import SELECTIONS, Selection
from wayside.efficiency.table import EfficiencyMap, counted
from wayside.generator.pairs import PAIRS
from wayside.reconstruction.files import Run, spans
from wayside.reconstruction.job import Job
from wayside.reconstruction.pipeline import Reconstructed
from wayside.reconstruction.run import one_group
from wayside.reconstruction.truth_matching import at_origin
from wayside.typing import BoolArray, StructuredArray

EDGES: Final[dict[str, tuple[float, ...]]] = {
    "energy": (0.016, 0.05, 0.1, 0.16, 0.25, 0.5, 1.2, 10.0),
    "opening": (0.0, 0.1, 0.4, 0.9, 1.9),
    "softer": (0.008, 0.016, 0.025, 0.035, 0.05, 0.08, 0.15, 0.4, 1.2, 5.0),
    "slope": (0.0, 0.5, 0.8, 0.9, 0.95, 1.0, 1.05, 1.2, 1.35),
    "depth": (0.0, 1.28, 1.32),
}
"""Edges of the bins of the table that comes with Wayside, in the units of its axes."""


def matched_decays(
    decays: StructuredArray, result: Reconstructed, anywhere: bool = False
) -> Mapping[Selection, BoolArray]:
    """Which decays have a matched vertex, by selection.

    A vertex counts if both of its tracks truly come from the event and it lies where that
    happened, within its errors (`wayside.reconstruction.truth_matching.at_origin`). It is timed if
    gas hits on both tracks agree on one time, and the fibres that may veto have no hits then.

    Parameters
    ----------
    decays
        Structured array with ``event``, in increasing order, and the place ``x``, ``y``, ``z`` in
        mm; shape (n,).
    result
        Reconstruction of the same events.
    anywhere
        Whether a vertex of both tracks from the event counts wherever it lies, as where photons
        convert.

    Returns
    -------
    mapping
        Whether each decay has a vertex, and a timed vertex: arrays of shape (n,).
    """
    good = result.vertices
    good = good[np.isin(good["event"], decays["event"]) if anywhere else at_origin(good, decays)]
    timed = good[(good["times"] == 1) & ~good["vetoed"]]
    return {
        "vertex": np.isin(decays["event"], good["event"]),
        "timed": np.isin(decays["event"], timed["event"]),
    }


def count_decays(
    decays: StructuredArray,
    passed: Mapping[Selection, BoolArray],
    header: Mapping[str, str],
    edges: Mapping[str, npt.ArrayLike] = EDGES,
    channels: tuple[str, ...] = PAIRS,
) -> EfficiencyMap:
    """Count decays into a table.

    Parameters
    ----------
    decays
        Rows of `wayside.generator.pairs.DECAY`.
    passed
        Whether each decay passed, by selection: from `matched_decays`; arrays of shape (n,).
    header
        Provenance that the table carries.
    edges
        Edges of the bins of every axis.
    channels
        Names that ``channel`` of the decays is the index of.
    """
    places = np.stack([decays[name] for name in AXES], axis=1)
    by_name: dict[str, npt.ArrayLike] = {name: passed[name] for name in passed}
    return counted(channels, edges, decays["channel"], places, by_name, header)


def efficiency_map(
    folder: Path,
    decays: StructuredArray,
    job: Job,
    header: Mapping[str, str],
    edges: Mapping[str, npt.ArrayLike] = EDGES,
    progress: Callable[[int], object] | None = None,
) -> EfficiencyMap:
    """Reconstruct a simulated run, and count its decays into a table.

    Parameters
    ----------
    folder
        A complete run of the simulation.
    decays
        What was simulated: rows of `wayside.generator.pairs.DECAY`, by the run's event numbers.
    job
        Response and reconstruction; decays of a group are in the same films.
    header
        Provenance that the table carries.
    edges
        Edges of the bins of every axis.
    progress
        Called with the number of decays that are done.

    Raises
    ------
    InputError
        If there is no run.

    Examples
    --------
    The chain of the table that comes with Wayside, for ten decays in ten sheets:

    >>> import tempfile, wayside
    >>> from wayside.generator.pairs import draw_pairs
    >>> small = {"stack.blocks": 1, "stack.layers": 10, "stack.shield": 0, "stack.fibres": 0}
    >>> scenario = wayside.load_scenario("belle2-forward", small)
    >>> job = Job(scenario.emulsion, scenario.reconstruction)
    >>> decays, primaries, _ = draw_pairs(10, scenario.stack.build(), seed=1)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = wayside.simulate(scenario, primaries, place).folder
    ...     table = efficiency_map(folder, decays, job, {"events": "10"})
    >>> table.channels, table.selections, int(table.tried.sum())
    (('ee', 'mumu', 'pipi'), ('vertex', 'timed'), 10)
    """
    return count_decays(decays, passing_decays(folder, decays, job, progress), header, edges)


def passing_decays(
    folder: Path,
    decays: StructuredArray,
    job: Job,
    progress: Callable[[int], object] | None = None,
    anywhere: bool = False,
) -> Mapping[Selection, BoolArray]:
    """Which decays of a simulated run pass, by selection.

    Parameters
    ----------
    folder, decays, job, progress
        As in `efficiency_map`.
    anywhere
        As in `matched_decays`.
    """
    run = Run(folder)
    passed = {name: np.zeros(len(decays), dtype=np.bool_) for name in SELECTIONS}
    for number, (first, last) in enumerate(spans(run.events(), job.together)):
        mine = np.flatnonzero((decays["event"] >= first) & (decays["event"] <= last))
        result, _ = one_group(run, job, number, first, last)
        good = matched_decays(decays[mine], result, anywhere)
        for name in SELECTIONS:
            passed[name][mine] = good[name]
        if progress is not None:
            progress(int(mine[-1]) + 1 if len(mine) else 0)
    return passed
