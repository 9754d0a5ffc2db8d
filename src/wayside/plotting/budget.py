"""Sources of background side by side, and what they do to the limit as luminosity grows."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wayside.backgrounds.counts import Count
from wayside.backgrounds.fake_counts import Contribution
from wayside.constants import DAYS_PER_YEAR
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import collected, line
from wayside.scenario.model import is_pair
from wayside.selections.names import SELECTED, counted_as
from wayside.sensitivity.background_report import BackgroundReport
from wayside.typing import FloatArray

_STEPS: Final = (
    ("entering", "particles that enter", "0.75"),
    ("vertex", "fake vertices", "#8da2d8"),
    ("timed", "of these, timed", OURS),
    (SELECTED, "of these, selected", "#b8860b"),
)
_HEIGHT: Final = 0.26
_VEIL: Final = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
_CURVES: Final = {
    # Above the others, with which it agrees where there is little background.
    "zero": {"color": "0.35", "linestyle": (0, (5, 2)), "linewidth": 1.0, "zorder": 3},
    "background": {"color": OURS, "linewidth": 1.8},
    "control": {"color": APPROXIMATE, "linewidth": 1.2},
}


def budget_figure(report: BackgroundReport) -> Figure:
    """Draw the particles of each source that enter the signal detectors, and their vertices.

    Parameters
    ----------
    report
        Report from `wayside.sensitivity.background_report.background_report`.
    """
    sources = report.budget.together(report.scenario.signal)
    with canvas(6.4, 1.5 + 0.62 * max(len(sources), 1)) as figure:
        draw_budget(figure.add_subplot(), report)
        figure.legend(loc="outside lower center", ncols=4, fontsize=8.5, columnspacing=1.2)
        return figure


def draw_budget(axes: Axes, report: BackgroundReport) -> None:
    """Draw into axes that are there, without a legend; parameters as for `budget_figure`."""
    scenario = report.scenario
    sources = report.budget.together(scenario.signal)
    counted = ("entering", *report.selections)
    steps = [step for step in _STEPS if step[0] in counted]
    height = 3 * _HEIGHT / len(steps)
    axes.set_xscale("log")
    low, high = _range(sources, [key for key, *_ in steps])
    axes.set_xlim(low, high)
    for row, source in enumerate(sources):
        for step, (key, _, colour) in enumerate(steps):
            at = row + (step - 0.5 * (len(steps) - 1)) * height
            _bar(axes, at, _count(source, key), colour, low, 0.9 * height)
    total = report.budget.total(scenario.signal, counted_as(scenario.selection))
    if total.value > 0.0:
        axes.axvline(total.value, color=APPROXIMATE, linewidth=1.0)
    for _, label, colour in steps:
        axes.barh([0], [0], color=colour, label=label)
    axes.plot(
        [], [], color=APPROXIMATE, linewidth=1.0, label=f"all {counted_as(scenario.selection)}"
    )
    axes.set_yticks(
        range(len(sources)),
        [_plain(source.title) + ("*" if source.outside else "") for source in sources],
    )
    axes.tick_params(axis="y", which="both", left=False, right=False)
    axes.set_ylim(len(sources) - 0.45, -0.55)
    extrapolated = any(source.outside for source in sources)
    axes.set_xlabel("expected number" + (" (* extrapolated)" if extrapolated else ""))
    days = scenario.site.exposure
    time = f"{days / DAYS_PER_YEAR:.3g} years" if days >= 365.0 else f"{days:.3g} days"
    axes.set_title(
        f"{scenario.name} ({'+'.join(scenario.signal)}),"
        rf" {scenario.run.luminosity_fb:g} fb$^{{-1}}$, {time}",
        fontsize=9.5,
        loc="left",
    )


def luminosity_figure(report: BackgroundReport) -> Figure:
    """Draw the limit in events and in epsilon against luminosity.

    Parameters
    ----------
    report
        As for `budget_figure`.
    """
    scan, scenario = report.scan, report.scenario
    with canvas(5.6, 6.0) as figure:
        top, bottom = figure.subplots(2, 1, sharex=True)
        labels = {"zero": "no background", "background": "expected background"}
        labels["control"] = f"with {scan.control} as control"
        for key, curve in scan.curves.items():
            style = _CURVES[key]
            words = "" if np.any(np.isfinite(curve.n_limit)) else ": not computed"
            top.plot(scan.luminosity_fb, curve.n_limit, label=labels[key] + words, **style)
            words = _excluded_from(scan.luminosity_fb, curve.smallest)
            bottom.plot(scan.luminosity_fb, curve.smallest, label=labels[key] + words, **style)
        top.set_xscale("log")
        top.set_yscale("log")
        bottom.set_yscale("log")
        top.set_xlim(scan.luminosity_fb[0], scan.luminosity_fb[-1])
        top.set_ylim(1.0, None)
        until = report.background.zero_until()
        for axes in (top, bottom):
            axes.axvline(scenario.run.luminosity_fb, color="0.6", linewidth=0.8, linestyle=":")
            if scan.luminosity_fb[0] < until:
                axes.axvspan(scan.luminosity_fb[0], until, color="0.93", zorder=0)
        level = 100.0 * scenario.run.confidence_level
        top.set_ylabel(f"signal events excluded ({level:g}% CL)")
        fixed = rf", $g_D={scenario.pair.g_d:g}$" if is_pair(scenario.model) else ""
        unit = "" if scan.strength.unit == "1" else f" [{scan.strength.unit}]"
        bottom.set_ylabel(f"smallest ${scan.strength.symbol}$ excluded{fixed}{unit}")
        bottom.set_xlabel(r"luminosity [fb$^{-1}$]")
        top.legend(loc="upper left", title=_shaded(until), title_fontsize=8.5)
        if not any(np.any(np.isfinite(curve.smallest)) for curve in scan.curves.values()):
            bottom.set_ylim(scan.strength.values[[0, -1]])  # where it was searched
        bottom.legend(loc="best", fontsize=8.5)
        background = report.background
        if background.value > 0.0:
            per_fb = background.value / scenario.run.luminosity_fb
            above = top.secondary_xaxis(
                "top", functions=(lambda x: x * per_fb, lambda x: x / per_fb)
            )
            above.set_xlabel(f"expected background events, {counted_as(scenario.selection)}")
            top.tick_params(which="both", top=False)
        figure.suptitle(f"{line(scenario, background)} (dotted line)", fontsize=9.5)
        return figure


def _excluded_from(luminosity_fb: FloatArray, epsilon: FloatArray) -> str:
    """Where a curve begins, if that is not at the left; why it is not there."""
    known = np.isfinite(epsilon)
    if not np.any(known):
        return ": nothing excluded"
    if known[0]:
        return ""
    return f": from {collected(float(f'{luminosity_fb[known][0]:.2g}'))}"


def _shaded(until: float) -> str | None:
    return "shaded: zero background holds" if until == until else None


def _count(source: Contribution, key: str) -> Count | None:
    if key == "entering":
        return source.entering
    return None if source.vertices is None else source.vertices[key]


def _range(sources: list[Contribution], keys: list[str]) -> tuple[float, float]:
    counts = [_count(source, key) for source in sources for key in keys]
    known = [count.value for count in counts if count is not None and count.value > 0.0]
    if not known:
        return 0.1, 10.0
    # What is less than a thousandth of an event is nothing.
    return min(0.1, max(0.3 * min(known), 1e-3)), 5.0 * max(known)


def _bar(
    axes: Axes, at: float, count: Count | None, colour: str, low: float, height: float
) -> None:
    """A bar from the frame to a number, with its error, or a word in its place."""
    if count is None or count.value <= 0.0:
        words = "not simulated" if count is None else "0"
        if count is not None and count.error:
            words = rf"0 $\pm$ {count.error:.2g}"
        axes.text(1.15 * low, at, words, va="center", fontsize=7.5, color="0.4", bbox=_VEIL)
        return
    axes.barh(at, count.value - low, left=low, height=height, color=colour)
    least = max(count.value - count.error, low)
    axes.plot([least, count.value + count.error], [at, at], color="black", linewidth=0.9)


def _plain(title: str) -> str:
    """A title with its particle as one writes it."""
    return title.replace("$", r"\$").replace("K_L0", "$K_L^0$")
