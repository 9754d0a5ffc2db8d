"""Vertices of unrelated tracks against how many muons a film has seen."""

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wayside.backgrounds.accidentals import SPECTRA, law
from wayside.data import read_table
from wayside.plotting.style import APPROXIMATE, OURS, STYLE

_LABELS = {"surface": "muons of the surface", "rock": "muons below 11 m of rock"}


def accidentals_figure() -> Figure:
    """Draw the simulated tiles with 68% intervals, and the law through them."""
    from scipy.stats import chi2

    table = read_table("accidental_vertices")
    with rc_context(STYLE):
        figure = Figure(figsize=(6.2, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for number, (spectrum, colour) in enumerate(zip(SPECTRA, (APPROXIMATE, OURS), strict=True)):
            own = table["spectrum"] == number
            density, area = table["density"][own], table["area"][own]
            for column, marker, filled in (("unrelated", "o", True), ("related", "s", False)):
                seen = table[column][own]
                some = seen > 0
                if not np.any(some):
                    continue
                seen = seen[some]
                # Central interval of a Poisson mean.
                low, high = (
                    0.5 * chi2.ppf(0.1587, 2.0 * seen),
                    0.5 * chi2.ppf(0.8413, 2.0 * seen + 2),
                )
                axes.errorbar(
                    (density * (1.04 if number else 1.0))[some],
                    seen / area[some],
                    yerr=np.stack([seen - low, high - seen]) / area[some],
                    fmt=marker,
                    markersize=4.5,
                    color=colour,
                    markerfacecolor=colour if filled else "white",
                    linewidth=0.9,
                    label=_LABELS[spectrum] if filled else "the same, both tracks of one muon",
                )
            fine = np.geomspace(0.3 * density.min(), 3.0 * density.max(), 200)
            axes.plot(fine, [law(n, spectrum).value for n in fine], color=colour, linewidth=1.2)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(r"muons with a scanned slope [cm$^{-2}$]")
        axes.set_ylabel(r"two-track vertices per block [cm$^{-2}$]")
        axes.legend(loc="upper left")
        return figure
