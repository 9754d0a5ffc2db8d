"""Figures as files."""

import io

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
    files = {}
    with house_style():
        for kind, options in (
            ("png", {"dpi": dpi}),
            ("pdf", {"metadata": {"CreationDate": None}}),
        ):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, **options)
            files[f"{name}.{kind}"] = buffer.getvalue()
    return files
