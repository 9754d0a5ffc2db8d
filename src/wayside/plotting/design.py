"""Figures of a design study: the search, the changes one by one, cost against reach."""

import math
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import verbatim

GREY: Final = "#8a8a8a"
"""Colour of designs that are not the answer."""


def search_figure(design: Design) -> Figure:
    """Objective of every design in the order in which they were tried, and the best so far.

    Parameters
    ----------
    design
        From `wayside.designing.run.run_design`.
    """
    with canvas(5.6, 3.8) as figure:
        axes = figure.subplots()
        draw_search(axes, design)
        axes.set_title(_title(design), fontsize=10.5)
    return figure


def draw_search(axes: Axes, design: Design) -> None:
    """Draw what `search_figure` shows into axes that are there.

    Parameters
    ----------
    axes
        The axes.
    design
        From `wayside.designing.run.run_design`.
    """
    numbers = [number for number, trial in enumerate(design.trials, 1) if _drawn(trial)]
    values = [design.trials[number - 1].value for number in numbers]
    best = np.maximum.accumulate(values) if _largest(design) else np.minimum.accumulate(values)
    axes.plot(numbers, values, ".", color=GREY, label="allowed designs")
    axes.step(numbers, best, where="post", color=OURS, label="best so far")
    _start(axes, design)
    if len(design.trials) > design.evaluations:
        label = "from here on single changes"
        axes.axvline(design.evaluations + 0.5, color="black", lw=0.8, ls=":", label=label)
    refused = len(design.trials) - len(numbers)
    axes.set_xlabel(f"design ({refused} of {len(design.trials)} not allowed)")
    _objective_axis(axes, design)
    axes.legend()


def front_figure(design: Design) -> Figure:
    """Objective against cost: all allowed designs, those that none dominates, start and answer.

    Parameters
    ----------
    design
        With cost as second objective.
    """
    with canvas(5.6, 4.2) as figure:
        axes = figure.subplots()
        draw_front(axes, design)
        axes.set_title(_title(design), fontsize=10.5)
    return figure


def draw_front(axes: Axes, design: Design) -> None:
    """Draw what `front_figure` shows into axes that are there; parameters as of `draw_search`."""
    allowed = [trial for trial in design.trials if _drawn(trial)]
    front = sorted(design.front, key=lambda trial: trial.cost)
    unit = 1e6 if max(trial.cost for trial in allowed) > 1e6 else 1.0
    axes.plot(*_points(allowed, unit), ".", color=GREY, label="allowed designs")
    axes.plot(*_points(front, unit), "o-", ms=4, color=OURS, label="none is better and cheaper")
    for trial, marker, label in (
        (design.start, "D", "the scenario's own"),
        (design.best, "*", "recommended: costs no more"),
    ):
        if trial is not None and _drawn(trial):
            size = 12 if marker == "*" else 6
            at = _points([trial], unit)
            axes.plot(*at, marker, ms=size, color=APPROXIMATE, mec="black", label=label)
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    low, high = axes.get_xlim()
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50) if low < tick < high]
    if unit > 1.0:
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(r"cost in $10^6$, at the prices of [cost]" if unit > 1.0 else "cost")
    _objective_axis(axes, design)
    axes.legend(loc="upper right")


def changes_figure(design: Design) -> Figure:
    """What each change gains alone, and loses where it is undone.

    Parameters
    ----------
    design
        From `wayside.designing.run.run_design`.
    """
    with canvas(6.6, 1.4 + 0.45 * len(design.steps)) as figure:
        draw_changes(figure.subplots(), design)
    return figure


def draw_changes(axes: Axes, design: Design) -> None:
    """Draw what `changes_figure` shows into axes that are there; parameters as of `draw_search`."""
    gain = design.plan.objective.gain
    best = design.best
    assert best is not None, "there are steps"
    names = [step.change.name for step in design.steps]
    alone = [gain(step.alone.value, design.start.value) for step in design.steps]
    undone = [gain(best.value, step.undone.value) for step in design.steps]
    rows = np.arange(len(names))
    for values, shift, color, label in (
        (alone, -0.18, GREY, "made alone"),
        (undone, 0.18, OURS, "undone alone: what it was worth"),
    ):
        drawn = [math.log10(value) if value > 0.0 else math.nan for value in values]
        axes.barh(rows + shift, drawn, 0.34, color=color, label=label)
        for row, value in zip(rows, values, strict=True):
            text = f" {value:.3g}" if math.isfinite(value) else " none: not allowed, or nothing"
            place = math.log10(value) if math.isfinite(value) and value > 0.0 else 0.0
            axes.text(max(place, 0.0), row + shift, text, va="center", fontsize=8)
    axes.axvline(0.0, color="black", lw=0.8)
    axes.set_yticks(rows, [verbatim(name) for name in names])
    axes.margins(x=0.25)
    # Without bars, where nothing has a value, there is no range.
    axes.set_ylim(len(names) - 0.5, -0.5)
    if not any(math.isfinite(value) for value in (*alone, *undone)):
        axes.set_xlim(0.0, 1.0)
    axes.set_xlabel("log10 of the gain in the objective")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _drawn(trial: Trial) -> bool:
    return trial.allowed and math.isfinite(trial.value)


def _largest(design: Design) -> bool:
    return design.plan.objective.largest


def _points(trials: list[Trial], unit: float) -> tuple[list[float], list[float]]:
    return [trial.cost / unit for trial in trials], [trial.value for trial in trials]


def _start(axes: Axes, design: Design) -> None:
    if math.isfinite(design.start.value):
        axes.axhline(design.start.value, color=APPROXIMATE, ls="--", label="the scenario's own")


def _objective_axis(axes: Axes, design: Design) -> None:
    objective = design.plan.objective
    unit = "" if objective.unit in ("1", "unit of the coupling") else f" [{objective.unit}]"
    axes.set_ylabel(f"{objective.label}{unit}")
    if not objective.largest:
        axes.set_yscale("log")


def _title(design: Design) -> str:
    return verbatim(design.plan.scenario.name)
