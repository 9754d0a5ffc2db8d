"""Figures as files."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from wayside.plotting.style import house_style


def figure_files(figure: Figure, name: str, dpi: int = 300) -> dict[str, bytes]:
    """Render a figure as PNG and PDF.

    Parameters
    ----------
    figure
        The figure, rendered once per format.
    name
        Name of the files, without ending.
    dpi
        Resolution of the PNG in dots per inch.

    Returns
    -------
    dict[str, bytes]
        Contents by file name; equal bytes for equal figures.
    """
    png, pdf = io.BytesIO(), io.BytesIO()
    with house_style(), _laid_out(figure):
        figure.dpi = dpi
        agg: Any = FigureCanvasAgg(figure)  # Matplotlib gives these two no types
        agg.print_png(png)
        vector: Any = FigureCanvasPdf(figure)
        vector.print_pdf(pdf, metadata={"CreationDate": None})
    return {f"{name}.png": png.getvalue(), f"{name}.pdf": pdf.getvalue()}


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
