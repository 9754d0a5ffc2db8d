"""Tracks and vertices of a simulated run: in a folder, with its tables and figures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from wayside.files import write_files
from wayside.reconstruction.files import Run
from wayside.reconstruction.run import TABLES, Job, origins, read_result, reconstruct_run
from wayside.results.root import write_root
from wayside.results.simulation import Simulation
from wayside.scenario import Scenario, load_scenario
from wayside.typing import StructuredArray

DEFAULT_SCENARIO = "belle2-forward"
"""Scenario whose films and cuts are used where none is named."""


@dataclass(frozen=True, repr=False)
class Reconstruction:
    """Result of reconstruction in its folder.

    Made by `reconstruct`.
    """

    run_folder: Path
    """The simulated run."""
    folder: Path
    """Holds ``tracks``, ``vertices`` and ``particles`` as Parquet files, and
    ``reconstruction.json``."""
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

    @property
    def tables(self) -> list[Path]:
        """Parquet files of the result."""
        return [self.folder / f"{name}.parquet" for name in TABLES]

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside reconstruct --json`` prints them."""
        return self.report

    def save(
        self, folder: Path | str | None = None, *, root: bool = False, display: int = 0
    ) -> list[Path]:
        """Write figures and, if asked for, a ROOT file.

        Parameters
        ----------
        folder
            Where to, the folder of the result unless given.
        root
            Whether all tables are written to one ROOT file, ``reconstruction.root``.
        display
            Number of events with a vertex that are drawn, a figure each.

        Returns
        -------
        list of Path
            The files.
        """
        target = self.folder if folder is None else Path(folder)
        written = []
        if root:
            trees = dict(zip(TABLES, self._tables, strict=True))
            written.append(write_root(target / "reconstruction.root", trees))
        return written + write_files(target, self.figures(display))

    def figures(self, display: int = 0) -> dict[str, bytes | str]:
        """Draw vertices, efficiencies and the first events: contents by file name."""
        from wayside.plotting.efficiency import efficiency_figure
        from wayside.plotting.files import figure_files
        from wayside.plotting.reconstructed import reconstructed_figure
        from wayside.plotting.vertices import vertex_figure

        run = Run(self.run_folder)
        contents: dict[str, bytes | str] = {
            **figure_files(vertex_figure(self.vertices, origins(run.primaries)), "vertices"),
            **figure_files(efficiency_figure(self.particles), "efficiency"),
        }
        with_vertex = np.unique(self.vertices["event"][self.vertices["event"] >= 0])
        for event in with_vertex[:display].tolist():
            figure = reconstructed_figure(
                self.tracks[self.tracks["event"] == event],
                self.vertices[self.vertices["event"] == event],
                run.crossings("film", event, event),
                f"event {event}",
            )
            contents |= figure_files(figure, f"event-{event}")
        return contents

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
    together: int = 1000,
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
        a folder is named.
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
    report = reconstruct_run(run_folder, target, job, workers, progress)
    return Reconstruction(run_folder, target, report)
