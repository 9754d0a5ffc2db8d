"""Several scenarios in one figure, with its tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wayside.errors import InputError
from wayside.results.key_reach import KeyReach
from wayside.results.reach import Reach, reach
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity.plane_axes import Axis
from wayside.text import csv_text, json_text
from wayside.version import __version__

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wayside.plotting.compare_figure import Curve
    from wayside.plotting.look import Look

Contoured = Reach | KeyReach
"""What can be compared."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Plotted, Saved):
    """Contours of several results over planes of the same axes.

    Made by `compare`.
    """

    results: tuple[Contoured, ...]
    labels: tuple[str, ...]

    kind: ClassVar = "comparison"

    @property
    def scenario(self) -> Scenario:
        """The first scenario."""
        return self.results[0].scenario

    @property
    def backdrop(self) -> Reach | None:
        """The first result, if its existing limits and relic density are those of all."""
        first = self.results[0]
        if not isinstance(first, Reach):
            return None
        same = all(
            _limits_by(result.scenario) == _limits_by(self.scenario) for result in self.results
        )
        return first if same else None

    @property
    def flags(self) -> list[str]:
        """Notes, each once."""
        flags = [flag for result in self.results for flag in result.flags]
        if self.backdrop is None:
            flags.append("existing limits are not drawn: they are not the same for all")
        return list(dict.fromkeys(flags))

    def inputs(self) -> dict[str, Any]:
        """All scenarios with their labels."""
        return {
            **super().inputs(),
            "scenarios": [result.scenario.to_dict() for result in self.results],
            "labels": list(self.labels),
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        given = options.get("scenarios")
        scenarios = [scenario] if given is None else list(map(Scenario.from_dict, given))
        labels = options.get("labels", [compared.name for compared in scenarios])
        results = []
        for compared, label in zip(scenarios, labels, strict=True):
            if progress is not None:
                progress(label)
            results.append(reach(compared))
        _require_same_axes(results)
        return cls(tuple(results), tuple(labels))

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside compare --json`` prints them."""
        x, y = axes_of(self.results[0])
        return {
            "wayside": __version__,
            "axes": [x.name, y.name],
            "results": [
                {
                    "label": label,
                    "scenario": result.scenario.to_dict(),
                    "background": result.background.summary(),
                    "n_limit": result.n_limit,
                    "most_events": float(result.total.max()),
                    "contour": [
                        {"closed": line.closed, "points": line.points.tolist()}
                        for line in result.contour
                    ],
                }
                for label, result in zip(self.labels, self.results, strict=True)
            ],
            "existing_limits_drawn": self.backdrop is not None,
            "flags": self.flags,
        }

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: one table of all contours, and JSON."""
        x, y = axes_of(self.results[0])
        header = {
            "what": "exclusion contours, points in order",
            "wayside": __version__,
            "units": f"{x.name} in {x.unit}, {y.name} in {y.unit}",
        }
        rows = [
            (label.replace(",", ";"), str(number), "closed" if line.closed else "open", *point)
            for label, result in zip(self.labels, self.results, strict=True)
            for number, line in enumerate(result.contour)
            for point in line.points.tolist()
        ]
        columns = ("label", "line", "shape", x.name, y.name)
        return {
            "contours.csv": csv_text(header, columns, rows),
            "compare.json": json_text(self.summary()) + "\n",
        }

    def figure(self, look: "Look | None" = None) -> "Figure":
        """Draw all contours; ``look`` as for `wayside.results.reach.Reach.figure`."""
        from wayside.plotting.compare_figure import compare_figure

        return compare_figure(self._curves(), self._title(), self.backdrop, look)

    def draw(self, axes: "Axes", *, look: "Look | None" = None) -> None:
        """Draw all contours into axes that are there; ``look`` as for `figure`."""
        from wayside.plotting.compare_figure import draw_comparison
        from wayside.plotting.look import Look

        settings = look or Look()
        settings.check()
        handles = draw_comparison(axes, self._curves(), self._title(), self.backdrop, settings)
        axes.legend(handles=handles, loc="best", fontsize="small").set_zorder(5)

    def _curves(self) -> "list[Curve]":
        from wayside.plotting.compare_figure import Curve

        pairs = zip(self.labels, self.results, strict=True)
        return [Curve(label, *axes_of(result), result.contour) for label, result in pairs]

    def drawings(self, look: "Look | None" = None) -> Iterator[Drawing]:
        """The figure."""
        yield Drawing("compare", partial(self.figure, look))

    def _title(self) -> str:
        """What is drawn; luminosity and background where they are the same of all."""
        from wayside.plotting.titles import assumed, collected

        levels = dict.fromkeys(result.scenario.run.confidence_level for result in self.results)
        names = {result.scenario.name for result in self.results}
        whose = f"{names.pop()}: " if len(names) == 1 else ""
        first = f"{whose}exclusion at {' and '.join(f'{100.0 * x:g}%' for x in levels)} CL"
        amounts = {collected(result.scenario.run.luminosity_fb) for result in self.results}
        assumptions = {assumed(result.background) for result in self.results}
        return ", ".join(
            [
                first,
                amounts.pop() if len(amounts) == 1 else "luminosity of each",
                assumptions.pop() if len(assumptions) == 1 else "background of each",
            ]
        )

    def __repr__(self) -> str:
        """One line."""
        return f"<comparison of {', '.join(self.labels)}>"


def axes_of(result: Contoured) -> tuple[Axis, Axis]:
    """Axes of the plane of a result: horizontal and vertical."""
    return result.plane.x, result.plane.epsilon if isinstance(result, Reach) else result.plane.y


def compare(
    scenarios: Sequence[Scenario],
    labels: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
) -> Comparison:
    """Compute several scenarios over planes of the same axes.

    Parameters
    ----------
    scenarios
        From `wayside.load_scenario`; ranges of the axes may differ.
    labels
        Name of each in the legend, those of the scenarios unless given.
    progress
        Called with a line of text before every scenario.

    Returns
    -------
    Comparison
        With figure and files; existing limits are drawn where they are the same for all.

    Raises
    ------
    InputError
        If a plane cannot be made, their axes differ, or two have the same label.

    Examples
    --------
    >>> import wayside
    >>> values = {"plane.points": 20}
    >>> scenarios = [wayside.load_scenario("belle2-central", {**values, **more})
    ...              for more in ({}, {"run.luminosity_fb": 500.0})]
    >>> wayside.compare(scenarios, ["50/ab", "500/fb"])
    <comparison of 50/ab, 500/fb>
    """
    named = [scenario.name for scenario in scenarios] if labels is None else list(labels)
    if not scenarios:
        raise InputError("nothing to compare: give one scenario or more")
    if len(named) != len(scenarios):
        raise InputError(f"{len(named)} labels for {len(scenarios)} scenarios; give one for each")
    twice = [label for label in named if named.count(label) > 1]
    if twice:
        raise InputError(f'two are called "{twice[0]}": give a label to each')
    plain = [scenario.to_dict() for scenario in scenarios]
    return Comparison.compute(scenarios[0], {"scenarios": plain, "labels": named}, progress)


def _require_same_axes(results: Sequence[Contoured]) -> None:
    first, *others = ([axis.name for axis in axes_of(result)] for result in results)
    for names in others:
        if names != first:
            raise InputError(
                f"planes of {', '.join(first)} and of {', '.join(names)} cannot be drawn in one"
                " figure; --plane, or plane.x and plane.y, set the axes"
            )


def _limits_by(scenario: Scenario) -> dict[str, Any]:
    """All that existing limits and the relic density depend on, in a plane of couplings."""
    plain = scenario.to_dict()
    couplings = {"epsilon"} | (set() if scenario.plane.varies_masses else {"g_d"})
    model = {key: value for key, value in plain["model"].items() if key not in couplings}
    run = {key: plain["run"][key] for key in ("recast", "confidence_level")}
    plane = {key: plain["plane"].get(key) for key in ("kind", "hold")}
    return {"model": model, "run": run, "plane": plane, "cosmology": plain["cosmology"]}
