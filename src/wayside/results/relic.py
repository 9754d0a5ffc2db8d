"""The relic density at a point and over a plane, with its figure and files."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wayside.cosmology.relic import GEV2_TO_CM3_PER_S, RelicResult, relic_density
from wayside.errors import InputError
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity.key_plane import NAMED, named_plane
from wayside.sensitivity.planes import Plane, mass_point, plane_of
from wayside.sensitivity.relic import RelicLine, relic_line
from wayside.text import csv_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class FreezeOut(Plotted, Saved):
    """Freeze-out of the ground state at a scenario's own point."""

    scenario: Scenario
    result: RelicResult
    """Density, its uncertainty and the history of the yield."""

    kind: ClassVar = "relic"

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        result = relic_density(
            mass_point(scenario).model,
            scenario.pair.epsilon,
            scenario.pair.g_d,
            hadrons=scenario.cosmology.hadrons,
            dof_name=scenario.cosmology.dof,
        )
        return cls(scenario, result)

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside relic --json`` prints them."""
        result = self.result
        return {
            "scenario": self.scenario.to_dict(),
            "omega_h2": result.omega_h2,
            "x_freeze_out": result.x_freeze_out,
            "uncertainty": result.uncertainty,
            "uncertainty_from": dict(result.contributions),
            "flags": list(result.flags),
            "freeze_out": {
                "x": result.x,
                "temperature_gev": result.temperature,
                "yield": result.yield_,
                "yield_equilibrium": result.yield_equilibrium,
                "sigma_v_cm3_per_s": result.sigma_v * GEV2_TO_CM3_PER_S,
            },
        }

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: the history as a table."""
        result = self.result
        header = {
            "what": "freeze-out of the ground state",
            "hadrons": result.hadrons,
            "dof": result.dof,
            "omega_h2": f"{result.omega_h2:.10g}",
        }
        history = self.summary()["freeze_out"]
        rows = zip(*(values.tolist() for values in history.values()), strict=True)
        return {"freeze-out.csv": csv_text(header, list(history), rows)}

    def drawings(self) -> Iterator[Drawing]:
        """The history, if there is one."""
        if len(self.result.x):
            from wayside.plotting.freeze_out import freeze_out_figure

            yield Drawing("freeze-out", lambda: freeze_out_figure(self.scenario, self.result))

    def __repr__(self) -> str:
        """One line."""
        return f"<relic density of {self.scenario.name}: Omega h^2 = {self.result.omega_h2:.5g}>"

    def draw(self, axes: "Axes") -> None:
        """Draw the yield and its equilibrium into axes that are there, if there are any."""
        if len(self.result.x):
            from wayside.plotting.freeze_out import draw_yield

            draw_yield(axes, self.scenario, self.result)
            axes.set_xlabel("$x=m_2/T$")


@dataclass(frozen=True, repr=False)
class RelicPlane(Plotted, Saved):
    """Where over a scenario's plane the ground state makes up all of dark matter."""

    plane: Plane
    line: RelicLine

    kind: ClassVar = "relic-plane"

    @property
    def scenario(self) -> Scenario:
        """The scenario it was computed for, with its plane by name."""
        return self.plane.scenario

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        plane = plane_of(scenario)
        return cls(plane, relic_line(plane))

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside relic --line --json`` prints them."""
        return {
            "scenario": self.plane.scenario.to_dict(),
            "axes": [self.plane.x.name, "epsilon"],
            **self.line.summary(),
        }

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: one table."""
        plane = self.plane
        header = {
            "what": "every epsilon of Omega h^2 = 0.12, and where there is too much dark matter:"
            " below or above it; without such an epsilon all or none of the column, or unknown",
            "scenario": plane.scenario.name,
            "units": f"{plane.x.name} in {plane.x.unit}, epsilon in 1",
        }
        rows: list[tuple[float, float, str]] = []
        for x, column in zip(self.line.x.tolist(), self.line.columns, strict=True):
            if column is None:
                rows.append((x, math.nan, "unknown"))
            elif not column.roots:
                rows.append((x, math.nan, "all" if column.starts_above else "none"))
            else:
                pairs = zip(column.roots, column.sides(), strict=True)
                rows += [(x, root, side) for root, side in pairs]
        columns = (plane.x.name, "epsilon", "overabundant")
        return {"relic-line.csv": csv_text(header, columns, rows)}

    def drawings(self) -> Iterator[Drawing]:
        """The lines, with regions of too much dark matter hatched."""
        from wayside.plotting.relic_line import relic_line_figure

        yield Drawing("relic-line", lambda: relic_line_figure(self.plane, self.line))

    def draw(self, axes: "Axes") -> None:
        """Draw the lines into axes that are there."""
        from wayside.plotting.relic_line import draw_relic_line

        draw_relic_line(axes, self.plane, self.line)

    def __repr__(self) -> str:
        """One line."""
        count = len(self.line.branches)
        return f"<relic density of {self.plane.scenario.name}: {count} lines of Omega h^2 = 0.12>"


def relic(scenario: Scenario) -> FreezeOut:
    """Compute the relic density of the ground state at a scenario's own point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Returns
    -------
    FreezeOut
        Density, its uncertainty, and the history of the yield.

    Examples
    --------
    >>> import wayside
    >>> report = wayside.relic(wayside.load_scenario("belle2-forward"))
    >>> report.result.omega_h2 > 0.0
    True
    """
    return FreezeOut.compute(scenario)


def relic_plane(scenario: Scenario) -> RelicPlane:
    """Find where over a scenario's plane the relic density is that of dark matter.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; its ``plane`` section gives the axes, by a name or by
        ``plane.x`` and ``plane.y`` that have one.

    Returns
    -------
    RelicPlane
        Lines of Omega h^2 = 0.12.

    Raises
    ------
    InputError
        If the model is a single particle, or its plane one of other keys.
    """
    _ = scenario.pair
    named = named_plane(scenario)
    if named is None:
        pairs = " or ".join(f"({x}, {y})" for x, y in NAMED)
        raise InputError(
            f'plane.x = "{scenario.plane.x}", plane.y = "{scenario.plane.y}": the relic density has'
            f" no line in this plane; take {pairs}, or plane.kind"
        )
    return RelicPlane.compute(named)
