"""How figures look: fonts, colours, and an empty figure with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

STYLE: Final[dict[Any, Any]] = {
    # By name: a family would be looked up anew when the figure is saved, whatever is set then.
    "font.family": ["STIXGeneral", "DejaVu Serif"],
    "mathtext.fontset": "stix",
    "font.size": 11.0,
    "axes.linewidth": 0.8,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    # A veil, not a frame: hatches run behind the words.
    "legend.frameon": True,
    "legend.framealpha": 0.8,
    "legend.facecolor": "white",
    "legend.edgecolor": "none",
    "legend.fancybox": False,
    "legend.fontsize": 9.5,
    "pdf.fonttype": 42,
}

OURS: Final = "#1f3f94"
APPROXIMATE: Final = "#c8102e"
"""Colours of exact results and of approximations."""

RELIC: Final = "#6b3e12"
"""Colour of the line of the observed relic density."""


@contextmanager
def house_style() -> Iterator[None]:
    """Inside of the context ``STYLE`` holds, and nothing of the user's own settings.

    Those may ask for what is not installed (``text.usetex``), or for other figures than ours.
    """
    with rc_context():
        rcdefaults()
        rcParams.update(STYLE)
        yield


@contextmanager
def canvas(width: float = 5.6, height: float = 4.2) -> Iterator[Figure]:
    """Hand out an empty figure; inside of the context, text and lines follow ``STYLE``.

    Parameters
    ----------
    width, height
        Size of the figure in inches.
    """
    with house_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
