"""Where a detector sees most, with its figure and files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from wayside.errors import InputError
from wayside.placement.grid import DEFAULT_COUNTS, DEFAULT_DISTANCES, Grid
from wayside.placement.place import BEST, EVENTS, Placement, place
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.text import csv_text, json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class PlacementResult(Plotted, Saved):
    """Maps of one or several detectors of a scenario."""

    placements: tuple[Placement, ...]
    count: int = BEST
    """Number of best places that were asked for."""

    kind: ClassVar = "placement"

    @property
    def scenario(self) -> Scenario:
        """The scenario whose detectors are placed."""
        return self.placements[0].scenario

    def inputs(self) -> dict[str, Any]:
        """The scenario, detectors, objective, grid, and number of places."""
        first = self.placements[0]
        return {
            **super().inputs(),
            "detectors": [placement.detector for placement in self.placements],
            "objective": first.objective_name,
            "counts": list(first.grid.counts),
            "distances": list(first.grid.distances),
            "count": self.count,
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        counts, distances = (
            tuple(options.get(key, usual))
            for key, usual in (("counts", DEFAULT_COUNTS), ("distances", DEFAULT_DISTANCES))
        )
        count = options.get("count", BEST)
        placements = [
            place(
                scenario,
                name,
                objective=options.get("objective", EVENTS),
                grid=Grid(counts, distances),
                count=count,
                progress=progress,
            )
            for name in options.get("detectors", scenario.signal)
        ]
        return cls(tuple(placements), count)

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside place --json`` prints them."""
        return {"detectors": [placement.summary() for placement in self.placements]}

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: a table of the map for each detector, and the best places."""
        contents: dict[str, bytes | str] = {"places.json": json_text(self.summary()) + "\n"}
        for placement in self.placements:
            contents[f"{self._stem(placement)}.csv"] = _table(placement)
        return contents

    def drawings(self) -> Iterator[Drawing]:
        """The map of each detector."""
        from wayside.plotting.placement import placement_figure

        for placement in self.placements:
            yield Drawing(self._stem(placement), partial(placement_figure, placement))

    def draw(self, axes: "Axes", *, detector: str | None = None) -> None:
        """Draw the map of directions into axes that are there.

        Parameters
        ----------
        axes
            The axes; a colour bar takes a part of their room.
        detector
            Whose map; that of the first unless given.

        Raises
        ------
        InputError
            If there is no map of it.
        """
        from wayside.plotting.placement import draw_placement

        by_detector = {placement.detector: placement for placement in self.placements}
        if detector is not None and detector not in by_detector:
            raise InputError(f'no map of detector "{detector}"; there are {", ".join(by_detector)}')
        draw_placement(axes, self.placements[0] if detector is None else by_detector[detector])

    def _stem(self, placement: Placement) -> str:
        return "map" if len(self.placements) == 1 else f"map-{placement.detector}"

    def __repr__(self) -> str:
        """One line for each detector."""
        return "\n".join(repr(placement) for placement in self.placements)


def _table(placement: Placement) -> str:
    header = {
        "what": f"{placement.objective.label} of detector {placement.detector} at positions"
        " of a grid; nan where it may not stand, or where nothing is excluded",
        "scenario": placement.scenario.name,
        "units": f"theta and phi in rad, distance, x, y and z in m,"
        f" value in {placement.objective.unit}",
        "accuracy": "of the map; places.json has exact values of the best positions",
    }
    columns = ("theta", "phi", "distance", "x", "y", "z", "allowed", "value")
    grid = placement.grid
    rows = np.column_stack(
        [grid.coordinates, grid.positions, placement.allowed.astype(float), placement.values]
    )
    return csv_text(header, columns, rows.tolist())


def placement_result(placements: Sequence[Placement], count: int = BEST) -> PlacementResult:
    """Maps with their files.

    Parameters
    ----------
    placements
        From `wayside.placement.place.place`.
    count
        Number of best places that were asked for.
    """
    return PlacementResult(tuple(placements), count)
