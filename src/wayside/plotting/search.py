"""Figures of a search: cut flow, variables, sources, efficiency, limits."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wayside.plotting.pulls import pulls_figure
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import line
from wayside.plotting.tree import tree_figure
from wayside.search.curves import NO_BACKGROUND, UPPER
from wayside.search.kept import SPLITTINGS
from wayside.search.run import SearchResult, upper_limit
from wayside.selections.names import SELECTED
from wayside.selections.variables import variable
from wayside.typing import BoolArray, FloatArray

_COLOURS: Final = ("#c8102e", "#e08214", "#7b3294", "#4d9221", "#8c6d31", "#5ab4ac", "0.5")
_BINS: Final = 24

_LEAST: Final = 1e-4
"""Events below which a background is not drawn."""


def search_figures(result: SearchResult) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Names of figures and functions that draw them.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    yield "cut-flow", partial(flow_figure, result)
    if result.selection.cuts.cuts:
        yield "variables", partial(variables_figure, result)
    yield "number-of-cuts", partial(path_figure, result)
    yield "sources", partial(sources_figure, result)
    yield "kept", partial(kept_figure, result)
    yield "limits", partial(limits_figure, result)
    if result.prediction.methods:
        yield "pulls", partial(pulls_figure, result.prediction, _title(result))
    if result.tree is not None:
        yield "tree", partial(tree_figure, result.tree, result.timed, _title(result))


def _title(result: SearchResult) -> str:
    background = result.backgrounds[SELECTED]
    if background.error > background.value:
        return line(result.scenario, f"background below {upper_limit(background):.2g} (90% CL)")
    return line(result.scenario, background)


def _kinds(result: SearchResult) -> list[str]:
    """Kinds of background with timed candidates, the largest first."""
    first = result.flow[0]
    ordered = sorted(first.background, key=lambda kind: -first.background[kind])
    return [kind for kind in ordered if first.background[kind] > 0.0]


def flow_figure(result: SearchResult) -> Figure:
    """Draw signal and background after each cut, on the untouched half.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    names = [step.what for step in result.flow]
    with canvas(6.4, 3.2 + 0.16 * max(map(len, names)) * 0.5) as figure:
        handles, labels = draw_flow(figure.add_subplot(), result)
        figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8.5)
        return figure


def draw_flow(axes: Axes, result: SearchResult) -> tuple[list[Artist], list[str]]:
    """Draw into axes that are there; parameters as for `flow_figure`. Entries of a legend."""
    steps = np.arange(len(result.flow))
    names = [step.what for step in result.flow]
    axes.set_yscale("log")
    for kind, colour in zip(_kinds(result), _COLOURS, strict=False):
        values = np.array([step.background[kind] for step in result.flow])
        errors = np.array([step.error[kind] for step in result.flow])
        shown = values > 0.0
        axes.errorbar(
            steps[shown],
            values[shown],
            np.minimum(errors, 0.99 * values)[shown],
            color=colour,
            marker="o",
            markersize=3.5,
            linewidth=1.0,
            capsize=2.0,
            label=kind,
        )
    axes.set_ylabel("expected background events")
    axes.set_ylim(bottom=max(axes.get_ylim()[0], _LEAST))
    axes.set_xticks(steps, names, rotation=35, ha="right", fontsize=8.5)
    axes.tick_params(axis="x", which="minor", bottom=False, top=False)
    other = axes.twinx()
    signal = [step.signal / result.timed for step in result.flow]
    other.plot(steps, signal, color=OURS, marker="s", markersize=4.0, label="signal")
    other.set_ylim(0.0, 1.1)
    other.set_ylabel("selected over timed decays", color=OURS)
    axes.set_title(_title(result), fontsize=9.5, loc="left")
    handles = axes.get_legend_handles_labels()
    more = other.get_legend_handles_labels()
    return [*handles[0], *more[0]], [*handles[1], *more[1]]


def variables_figure(result: SearchResult) -> Figure:
    """Draw each variable that is cut on, for candidates that pass all other cuts.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    cuts = result.selection.cuts.cuts
    rows = -(-len(cuts) // 2)
    with canvas(6.8, 0.8 + 2.2 * rows) as figure:
        panels = figure.subplots(rows, 2, squeeze=False).ravel()
        for axes in panels[len(cuts) :]:
            axes.set_axis_off()
        for axes, cut in zip(panels, cuts, strict=False):
            others = tuple(other for other in cuts if other is not cut)
            _distribution(axes, result, cut.variable, result.untouched.passing(others))
            axes.axvline(cut.threshold, color="0.2", linewidth=1.0, linestyle="--")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8.5)
        figure.suptitle(_title(result), fontsize=9.5, x=0.01, ha="left")
        return figure


def _distribution(axes: Axes, result: SearchResult, name: str, passed: list[BoolArray]) -> None:
    """Signal and backgrounds of unit area against one variable, each simulated row counting alike.

    Weighted, one candidate that nothing vetoes would hide all others.
    """
    problem = result.untouched
    signal = problem.signal.values[name]
    finite = signal[np.isfinite(signal)]
    positive = bool(np.all(finite > 0.0)) and finite.max() > 20.0 * finite.min()
    low, high = np.quantile(finite, [0.0, 0.998])
    listed = [
        (kind, part.candidates.values[name][good], np.ones(int(good.sum())))
        for (kind, part), good in zip(problem.backgrounds.items(), passed[1:], strict=True)
    ]
    for _, values, _ in listed:
        drawable = values[np.isfinite(values) & ((values > 0.0) | (not positive))]
        if len(drawable):
            low, high = min(low, drawable.min()), max(high, np.quantile(drawable, 0.98))
    edges = np.geomspace(low, high, _BINS + 1) if positive else np.linspace(low, high, _BINS + 1)
    if positive:
        axes.set_xscale("log")
    colours = dict(zip(_kinds(result), _COLOURS, strict=False))
    for kind, values, weight in listed:
        if kind in colours and len(values):
            _steps(axes, values, weight, edges, color=colours[kind], linewidth=1.0, label=kind)
    good = passed[0]
    _steps(
        axes,
        signal[good],
        np.ones(int(good.sum())),
        edges,
        color=OURS,
        linewidth=1.8,
        label="signal",
    )
    cut = variable(name)
    axes.set_xlabel(cut.text + (f" ({cut.unit})" if cut.unit else ""), fontsize=9.5)
    axes.set_ylabel("fraction of candidates", fontsize=9.5)
    axes.set_ylim(0.0, None)


def _steps(
    axes: Axes, values: FloatArray, weight: FloatArray, edges: FloatArray, **style: object
) -> None:
    inside = np.clip(values, edges[0], edges[-1])
    counts, _ = np.histogram(inside, edges, weights=weight)
    if counts.sum() > 0.0:
        axes.stairs(counts / counts.sum(), edges, **style)  # type: ignore[arg-type]  # as plot's


def path_figure(result: SearchResult) -> Figure:
    """Draw what one cut more gains: on folds that were left out, and on the untouched half.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    held = result.optimum.held_out
    finite = np.isfinite(held)
    number = np.arange(len(held))
    steps = result.optimum.path.steps
    with canvas(5.6, 3.8) as figure:
        axes = figure.add_subplot()
        reference = float(held[finite][0])
        axes.errorbar(
            number[finite],
            np.exp(held[finite] - reference),
            np.exp(held[finite] - reference) * result.optimum.held_out_error[finite],
            color=OURS,
            marker="o",
            capsize=2.0,
            label="folds that were left out",
        )
        limits = result.untouched.limits
        merit = np.array([float(result.untouched.of(cuts).merit(limits)) for cuts in steps])
        good = np.isfinite(merit)
        axes.plot(
            np.arange(len(steps))[good],
            merit[good] / merit[0],
            color=APPROXIMATE,
            marker="s",
            label="untouched half",
        )
        axes.axvline(len(result.selection.cuts.cuts), color="0.4", linestyle="--", linewidth=0.9)
        axes.set_yscale("log")
        axes.set_xlabel("number of cuts (dashed: chosen)")
        axes.set_ylabel("excluded decays over those without cuts")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(axis="x", which="minor", bottom=False, top=False)
        axes.set_title(_title(result), fontsize=9.5, loc="left")
        axes.legend()
        return figure


def sources_figure(result: SearchResult) -> Figure:
    """Draw the background of each source, timed and selected; arrows are upper limits.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    parts = [part for part in result.budget.together(result.scenario.signal) if part.vertices]
    with canvas(6.4, 1.6 + 0.42 * len(parts)) as figure:
        axes = figure.add_subplot()
        axes.set_xscale("log")
        for name, colour, shift in (("timed", "0.55", -0.15), (SELECTED, OURS, 0.15)):
            for row, part in enumerate(parts):
                assert part.vertices is not None
                count = part.vertices[name]
                if count.error > count.value:
                    upper = max(count.value + 1.28 * count.error, 1e-12)
                    axes.plot(
                        [upper],
                        [row + shift],
                        color=colour,
                        linestyle="none",
                        marker="$\\leftarrow$",
                        markersize=8.0,
                    )
                else:
                    axes.errorbar(
                        [count.value],
                        [row + shift],
                        xerr=[[min(count.error, 0.99 * count.value)], [count.error]],
                        color=colour,
                        marker="o",
                        markersize=4.0,
                        capsize=2.0,
                    )
            axes.plot([], [], color=colour, marker="o", linestyle="none", label=name)
        axes.set_yticks(range(len(parts)), [part.title for part in parts], fontsize=9.0)
        axes.tick_params(axis="y", which="both", left=False, right=False)
        axes.set_ylim(len(parts) - 0.5, -0.5)
        axes.set_xlabel("expected events (arrows: upper limits at 90% CL)")
        axes.set_title(_title(result), fontsize=9.5, loc="left")
        figure.legend(loc="outside lower center", ncols=2, fontsize=9.0)
        return figure


def kept_figure(result: SearchResult) -> Figure:
    """Draw the fraction of timed decays that is selected, against the splitting.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    edges = np.asarray(SPLITTINGS)
    middle = np.sqrt(edges[1:] * edges[:-1])
    labels = {"ee": r"$e^+e^-$", "mumu": r"$\mu^+\mu^-$", "pipi": r"$\pi^+\pi^-$"}
    with canvas(5.6, 3.8) as figure:
        axes = figure.add_subplot()
        axes.set_xscale("log")
        for k, (channel, kept) in enumerate(result.kept.items()):
            good = kept.timed > 0
            low, high = kept.errors
            fraction = kept.fraction
            axes.errorbar(
                middle[good] * 1.03 ** (k - 1),
                fraction[good],
                [(fraction - low)[good], (high - fraction)[good]],
                color=(OURS, APPROXIMATE, "#4d9221")[k],
                marker="os^"[k],
                markersize=4.5,
                capsize=2.0,
                linewidth=1.0,
                label=labels[channel],
            )
        axes.axvline(result.selection.splitting, color="0.4", linestyle="--", linewidth=0.9)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(0.0, 1.05)
        axes.set_xlabel(r"$m_1 - m_2$ (GeV), dashed: optimised for")
        axes.set_ylabel("selected over timed decays")
        axes.set_title(
            "decays spread over boosts and places, untouched half", fontsize=9.5, loc="left"
        )
        axes.legend()
        return figure


def limits_figure(result: SearchResult) -> Figure:
    """Draw background and smallest epsilon against luminosity.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    styles = {
        SELECTED: {"color": OURS, "linewidth": 1.8},
        UPPER: {"color": OURS, "linewidth": 1.0, "linestyle": ":"},
        "timed": {"color": APPROXIMATE, "linewidth": 1.2},
        NO_BACKGROUND: {"color": "0.35", "linestyle": (0, (5, 2)), "linewidth": 1.0},
    }
    drawn = result.curves
    with canvas(5.6, 5.6) as figure:
        top, bottom = figure.subplots(2, 1, sharex=True)
        for name, curve in drawn.by_selection.items():
            if np.any(curve.background > 0.0):
                top.plot(drawn.luminosity, curve.background, **styles[name])
            finite = np.any(np.isfinite(curve.epsilon))
            label = name if finite else f"{name}: nothing excluded"
            bottom.plot(drawn.luminosity, curve.epsilon, label=label, **styles[name])
        for axes in (top, bottom):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.axvline(
                result.scenario.run.luminosity_fb, color="0.6", linewidth=0.8, linestyle=":"
            )
        top.set_ylabel("background events")
        bottom.set_ylabel(r"smallest $\epsilon$ excluded")
        bottom.set_xlabel(r"luminosity (fb$^{-1}$), exposure in proportion")
        top.set_title(_title(result), fontsize=9.5, loc="left")
        bottom.legend()
        return figure
