"""Figure of a boosted tree beside cuts: background against signal kept."""

import numpy as np
from matplotlib.figure import Figure

from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.search.tree import Comparison


def tree_figure(comparison: Comparison, timed: float, title: str) -> Figure:
    """Draw background against signal on the untouched half, for the tree and the steps of cuts.

    As in the merit, what one more simulated event would count is added: samples end.

    Parameters
    ----------
    comparison
        From `wayside.search.tree.compared`.
    timed
        Fraction of the decays in the signal detectors that is timed.
    title
        Title of the figure.
    """
    curve = comparison.curve.worth
    with canvas(5.6, 3.9) as figure:
        axes = figure.add_subplot()
        axes.set_yscale("log")
        error = np.hypot(curve.statistical, curve.systematic)
        level = curve.background + curve.one_more
        reached = level > 0.0
        x = curve.signal / timed
        axes.plot(x[reached], level[reached], color=OURS, label="boosted tree")
        low = np.maximum(level - error, 1e-2 * level)
        axes.fill_between(
            x[reached],
            low[reached],
            (level + error)[reached],
            color=OURS,
            alpha=0.2,
            linewidth=0,
        )
        steps = [step for step in comparison.steps if step.background + step.one_more > 0.0]
        values = np.array([float(step.background + step.one_more) for step in steps])
        errors = np.array([float(np.hypot(step.statistical, step.systematic)) for step in steps])
        axes.errorbar(
            [float(step.signal) / timed for step in steps],
            values,
            np.minimum(errors, 0.99 * values),
            color=APPROXIMATE,
            marker="s",
            linewidth=1.0,
            capsize=2.0,
            label="cuts, one more at each step",
        )
        for worth, marker, label in (
            (comparison.cuts, "*", "cuts, chosen"),
            (comparison.chosen.worth, "o", "tree, chosen"),
        ):
            if worth.background + worth.one_more > 0.0:
                axes.plot(
                    [float(worth.signal) / timed],
                    [float(worth.background + worth.one_more)],
                    color="0.15",
                    marker=marker,
                    markersize=9.0,
                    markerfacecolor="none",
                    linestyle="none",
                    label=label,
                )
        axes.set_xlabel("selected over timed decays")
        axes.set_ylabel("background events, with one more simulated")
        axes.set_title(title, fontsize=9.5, loc="left")
        axes.legend(loc="upper left")
        return figure
