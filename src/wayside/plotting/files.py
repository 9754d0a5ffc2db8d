"""Figures as files."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from wayside.files import FIGURE_FORMATS
from wayside.plotting.style import house_style


def figure_files(
    figure: Figure, name: str, dpi: int = 300, formats: Sequence[str] = FIGURE_FORMATS[:2]
) -> dict[str, bytes]:
    """Render a figure as PNG and PDF, or in other formats.

    Parameters
    ----------
    figure
        The figure, rendered once per format.
    name
        Name of the files, without ending.
    dpi
        Resolution of a PNG in dots per inch.
    formats
        Of `wayside.files.FIGURE_FORMATS`.

    Returns
    -------
    dict[str, bytes]
        Contents by file name; equal bytes for equal figures.
    """
    with house_style(), rc_context({"svg.hashsalt": name}), _laid_out(figure):
        figure.dpi = dpi
        return {f"{name}.{ending}": _rendered(figure, ending) for ending in formats}


def _rendered(figure: Figure, ending: str) -> bytes:
    stream = io.BytesIO()
    canvas: Any  # Matplotlib gives these no types
    if ending == "png":
        canvas = FigureCanvasAgg(figure)
        canvas.print_png(stream)
    elif ending == "pdf":
        canvas = FigureCanvasPdf(figure)
        canvas.print_pdf(stream, metadata={"CreationDate": None})
    else:
        canvas = FigureCanvasSVG(figure)
        canvas.print_svg(stream, metadata={"Date": None})
    return stream.getvalue()


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out once; `savefig` would do it twice for each format, and draw as often.

    Layout, canvas and resolution are those of before in the end.
    """
    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.dpi = dpi
        if engine is not None:
            figure.set_layout_engine(engine)
