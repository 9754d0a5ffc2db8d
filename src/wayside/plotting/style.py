"""How figures look: fonts, colours, and an empty figure with them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from matplotlib import RcParams, rc_context, rc_params_from_file, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wayside.errors import InputError
from wayside.files import printable
from wayside.reading import reading

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
    # A hatched region often fills half of a figure.
    "hatch.linewidth": 0.5,
}

STANDARD_WIDTH: Final = 5.6
"""Width in inches at which texts have the sizes of ``STYLE``."""

_SMALLEST: Final = 0.7
"""Least factor by which texts shrink with a figure: below, they cannot be read in print."""

_SIZES: Final = ("font.size", "legend.fontsize")

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
def canvas(
    width: float = STANDARD_WIDTH, height: float = 4.2, style: Path | None = None
) -> Iterator[Figure]:
    """Hand out an empty figure; inside of the context, text and lines follow ``STYLE``.

    Parameters
    ----------
    width, height
        Size of the figure in inches. Texts of narrow figures are smaller.
    style
        A style file of Matplotlib, which has the last word.

    Raises
    ------
    InputError
        If the style file cannot be read.
    """
    with house_style():
        scale = min(1.0, max(_SMALLEST, width / STANDARD_WIDTH))
        rcParams.update({name: scale * STYLE[name] for name in _SIZES})
        if style is not None:
            rcParams.update(_read_style(style))
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def _read_style(path: Path) -> RcParams:
    """Settings of a style file; what it does not set is left alone."""
    complaints = _Complaints()
    logger = logging.getLogger("matplotlib")
    logger.addHandler(complaints)
    propagate, logger.propagate = logger.propagate, False
    try:
        with reading(path, "a style file of Matplotlib"):
            read = rc_params_from_file(path, fail_on_error=True, use_default_template=False)
    finally:
        logger.removeHandler(complaints)
        logger.propagate = propagate
    if complaints.words:
        raise InputError(f"{printable(path)}: {complaints.words[0]}")
    return read


class _Complaints(logging.Handler):
    """Keeps what Matplotlib has to say of a style file, of which it leaves out what it dislikes."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first line."""
        self.words.append(record.getMessage().strip().split("\n")[0])
