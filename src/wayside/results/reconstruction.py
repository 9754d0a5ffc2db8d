"""Tracks and vertices of a simulated run: in a folder, with its tables and figures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wayside.errors import InputError
from wayside.files import printable
from wayside.reconstruction.files import Run
from wayside.reconstruction.job import TOGETHER, Job
from wayside.reconstruction.run import (
    CANDIDATES,
    TABLES,
    origins,
    read_result,
    read_selected,
    reconstruct_run,
)
from wayside.results.saving import Drawing, SavedRun
from wayside.results.simulation import Simulation
from wayside.scenario import Scenario, load_scenario
from wayside.scenario.choice import selection_of
from wayside.typing import StructuredArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULT_SCENARIO = "belle2-forward"
"""Scenario whose films and cuts are used where none is named."""


@dataclass(frozen=True, repr=False)
class Reconstruction(SavedRun):
    """Result of reconstruction in its folder.

    Made by `reconstruct`.
    """

    run_folder: Path
    """The simulated run."""
    folder: Path
    """Holds ``tracks``, ``vertices`` and ``particles`` as Parquet files, with a selection
    ``candidates`` as well, and ``reconstruction.json``."""
    report: dict[str, Any]
    """What was done (``about``), efficiencies and purities (``result``)."""

    @cached_property
    def _tables(self) -> tuple[StructuredArray, StructuredArray, StructuredArray]:
        return read_result(self.folder)

    @property
    def tracks(self) -> StructuredArray:
        """Reconstructed tracks, one a row."""
        return self._tables[0]

    @property
    def vertices(self) -> StructuredArray:
        """Reconstructed vertices, one a row."""
        return self._tables[1]

    @property
    def particles(self) -> StructuredArray:
        """True particles, one a row, with the number of the track that each has."""
        return self._tables[2]

    @cached_property
    def candidates(self) -> StructuredArray:
        """Vertices as candidates of a search, one a row.

        Columns of `wayside.candidates.schema`, and the ``probability`` that the selection keeps
        each: 0 where a cut fails, else that none of the layers that veto has a hit.

        Raises
        ------
        InputError
            If the scenario had no selection of a search.
        """
        if not self.has_candidates:
            raise InputError(
                f"{printable(self.folder)}: no candidates; reconstruct it with run.selection"
            )
        return read_selected(self.folder)

    @property
    def has_candidates(self) -> bool:
        """Whether there is a table of candidates: the scenario had a selection of a search."""
        return CANDIDATES in self._names

    @property
    def _names(self) -> list[str]:
        """Names of the tables, from the first on."""
        known = self.report["tables"]
        return [name for name in (*TABLES, CANDIDATES) if name in known]

    @property
    def tables(self) -> list[Path]:
        """Parquet files of the result."""
        return [self.folder / f"{name}.parquet" for name in self._names]

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside reconstruct --json`` prints them."""
        return self.report

    root_name = "reconstruction.root"

    def trees(self) -> dict[str, StructuredArray]:
        """Rows of all tables, by name."""
        trees = dict(zip(TABLES, self._tables, strict=True))
        return trees | ({CANDIDATES: self.candidates} if self.has_candidates else {})

    def drawings(self, display: int = 0) -> Iterator[Drawing]:
        """Residuals of vertices, efficiency of tracks, and the first events with a vertex."""
        from wayside.plotting.efficiency import efficiency_figure
        from wayside.plotting.reconstructed import reconstructed_figure
        from wayside.plotting.vertices import vertex_figure

        run = Run(self.run_folder, check=False)

        def drawn_vertices(about: str) -> "Figure":
            return vertex_figure(self.vertices, origins(run.primaries), about)

        yield Drawing("vertices", partial(drawn_vertices, self._title(run)))
        yield Drawing("efficiency", lambda: efficiency_figure(self.particles))
        with_vertex = np.unique(self.vertices["event"][self.vertices["event"] >= 0])

        def drawn(event: int) -> "Figure":
            return reconstructed_figure(
                self.tracks[self.tracks["event"] == event],
                self.vertices[self.vertices["event"] == event],
                run.crossings("film", event, event),
                f"event {event}",
            )

        for event in with_vertex[:display].tolist():
            yield Drawing(f"event-{event}", partial(drawn, event))

    def _title(self, run: Run) -> str:
        events, response = self.report["result"]["events"], self.report["about"]["response"]
        seed = run.about.get("seed", "unknown")
        return f"{events} simulated events, seed {seed}; films: {response}; no background"

    def __repr__(self) -> str:
        """One line."""
        result = self.report["result"]
        return (
            f"<reconstruction of {result['events']} events: {result['tracks']} tracks,"
            f" {result['vertices']} vertices>"
        )


def reconstruct(
    run: Simulation | Path | str,
    folder: Path | str | None = None,
    *,
    scenario: Scenario | None = None,
    seed: int = 1,
    together: int = TOGETHER,
    grains: bool = False,
    tile: float | None = None,
    workers: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> Reconstruction:
    """Reconstruct tracks and vertices of a simulated run.

    A reconstruction that was stopped goes on where it was, with the same call.

    Parameters
    ----------
    run
        From `wayside.simulate`, or the folder of such a run.
    folder
        Where the result goes, ``reconstruction`` in the folder of the run unless given.
    scenario
        Films and cuts; those of the simulation unless given, or of ``belle2-forward`` where only
        a folder is named. Where it has the selection of a search (``run.selection``), vertices are
        made in four dimensions and become a table of candidates.
    seed
        Of what happens in the films and gas gaps; the result follows from it alone.
    together
        Number of events that share the same films, all of them if 0.
    grains
        Whether every grain of the films is simulated (slow).
    tile
        Side in mm of squares that are linked one by one to bound memory; all at once if None.
    workers
        Number of processes.
    progress
        Called with the number of groups of events done and of all.

    Returns
    -------
    Reconstruction
        Tracks, vertices and true particles.

    Raises
    ------
    InputError
        If there is no run, or the folder holds the result of other settings.

    Examples
    --------
    >>> import tempfile, wayside
    >>> small = {"stack.blocks": 1, "stack.layers": 10, "stack.shield": 0, "stack.fibres": 0}
    >>> scenario = wayside.load_scenario("belle2-forward", small)
    >>> muons = wayside.particle_gun(["mu-"], "1 GeV", 3)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     result = wayside.reconstruct(wayside.simulate(scenario, muons, place))
    ...     tracks = len(result.tracks)
    >>> tracks
    3
    """
    if isinstance(run, Simulation):
        run_folder, cuts = run.folder, scenario or run.scenario
    else:
        run_folder, cuts = Path(run), scenario or load_scenario(DEFAULT_SCENARIO)
    target = run_folder / "reconstruction" if folder is None else Path(folder)
    job = Job(cuts.emulsion, cuts.reconstruction, seed, together, grains, tile)
    chosen = selection_of(cuts)
    if chosen is not None:
        four_dimensional = cuts.reconstruction.model_copy(update={"four_dimensional": True})
        job = replace(job, cuts=four_dimensional, selection=chosen.cuts)
    report = reconstruct_run(run_folder, target, job, workers, progress)
    return Reconstruction(run_folder, target, report)
