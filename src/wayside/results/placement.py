"""Where a detector sees most, with its figure and files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
        one = self.placements[0]
        return {
            **super().inputs(),
            "detectors": [each.detector for each in self.placements],
            "objective": one.objective_name,
            "counts": list(one.grid.counts),
            "distances": list(one.grid.distances),
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
        found = [
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
        return cls(tuple(found), count)

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside place --json`` prints them."""
        return {"detectors": [one.summary() for one in self.placements]}

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: a table of the map for each detector, and the best places."""
        contents: dict[str, bytes | str] = {"places.json": json_text(self.summary()) + "\n"}
        for one in self.placements:
            contents[f"{self._stem(one)}.csv"] = _table(one)
        return contents

    def drawings(self) -> Iterator[Drawing]:
        """The map of each detector."""
        from wayside.plotting.placement import placement_figure

        for one in self.placements:
            yield Drawing(self._stem(one), lambda one=one: placement_figure(one))  # type: ignore[misc]

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

        of = {one.detector: one for one in self.placements}
        if detector is not None and detector not in of:
            raise InputError(f'no map of detector "{detector}"; there are {", ".join(of)}')
        draw_placement(axes, self.placements[0] if detector is None else of[detector])

    def _stem(self, one: Placement) -> str:
        return "map" if len(self.placements) == 1 else f"map-{one.detector}"

    def __repr__(self) -> str:
        """One line for each detector."""
        return "\n".join(repr(one) for one in self.placements)


def _table(one: Placement) -> str:
    header = {
        "what": f"{one.objective.label} of detector {one.detector} at positions of a grid;"
        " nan where it may not stand, or where nothing is excluded",
        "scenario": one.scenario.name,
        "units": f"theta and phi in rad, distance, x, y and z in m, value in {one.objective.unit}",
        "accuracy": "of the map; places.json has exact values of the best positions",
    }
    columns = ("theta", "phi", "distance", "x", "y", "z", "allowed", "value")
    grid = one.grid
    rows = np.column_stack(
        [grid.coordinates, grid.positions, one.allowed.astype(float), one.values]
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
