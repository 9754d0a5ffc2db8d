"""Vertices of unrelated tracks against the density of muons recorded in a film."""

import numpy as np
from matplotlib.figure import Figure

from wayside.backgrounds.accidentals import SPECTRA, law
from wayside.data import read_table
from wayside.plotting.style import APPROXIMATE, OURS, canvas

_LABELS = {"surface": "muons of the surface", "rock": "muons below 11 m of rock"}


def accidentals_figure() -> Figure:
    """Draw the simulated densities of vertices with 68% intervals, and the law fitted to them."""
    from scipy.stats import chi2

    table = read_table("accidental_vertices")
    with canvas(6.2, 4.2) as figure:
        axes = figure.subplots()
        for number, (spectrum, colour) in enumerate(zip(SPECTRA, (APPROXIMATE, OURS), strict=True)):
            of_spectrum = table["spectrum"] == number
            density, area = table["density"][of_spectrum], table["area"][of_spectrum]
            for column, marker, filled in (("unrelated", "o", True), ("related", "s", False)):
                counts = table[column][of_spectrum]
                some = counts > 0
                if not np.any(some):
                    continue
                counts = counts[some]
                # Central interval of a Poisson mean.
                low, high = (
                    0.5 * chi2.ppf(0.1587, 2.0 * counts),
                    0.5 * chi2.ppf(0.8413, 2.0 * counts + 2),
                )
                axes.errorbar(
                    (density * (1.04 if number else 1.0))[some],
                    counts / area[some],
                    yerr=np.stack([counts - low, high - counts]) / area[some],
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
