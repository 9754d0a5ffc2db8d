"""How results save themselves: tables first, all of them or none, then figures one by one."""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wayside.errors import FigureWarning, WaysideError
from wayside.files import FIGURE_FORMATS, printable, write_files
from wayside.results.root import write_root
from wayside.typing import StructuredArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Drawing(NamedTuple):
    """A figure that has not been drawn yet."""

    name: str
    """Name of its files, without ending."""
    draw: "Callable[[], Figure]"


class Saved:
    """A result that has tables and figures."""

    @abstractmethod
    def texts(self) -> dict[str, bytes | str]:
        """Contents of everything but figures, by file name."""

    def drawings(self) -> Iterable[Drawing]:
        """Figures of the result."""
        return ()

    def save(
        self,
        folder: Path | str,
        progress: Callable[[str], object] | None = None,
        *,
        formats: Sequence[str] = FIGURE_FORMATS[:2],
        **options: Any,
    ) -> list[Path]:
        """Write the result into a folder.

        Parameters
        ----------
        folder
            Made if it is not there.
        progress
            Called with a line of text before every figure.
        formats
            Formats of figures, ``"png"``, ``"pdf"`` or ``"svg"``.
        options
            As `drawings` of this kind of result takes them.

        Returns
        -------
        list of Path
            The files: tables, then figures.

        Raises
        ------
        OutputError
            If something cannot be written.
        """
        target = Path(folder)
        drawings = self.drawings(**options)
        return write_files(target, self.texts()) + save_figures(target, drawings, progress, formats)


class SavedRun:
    """A result that lives in a folder, with tables that are there already."""

    folder: Path

    @property
    @abstractmethod
    def root_name(self) -> str:
        """Name of the ROOT file."""

    @abstractmethod
    def trees(self) -> Mapping[str, StructuredArray]:
        """Rows of all tables, by name."""

    @abstractmethod
    def drawings(self, display: int = 0) -> Iterable[Drawing]:
        """Figures of the result.

        Parameters
        ----------
        display
            Number of events that are drawn.
        """

    def save(
        self, folder: Path | str | None = None, *, root: bool = False, display: int = 0
    ) -> list[Path]:
        """Write more than the tables of the run.

        Parameters
        ----------
        folder
            Where to, the folder of the run unless given.
        root
            Whether all tables are written to one ROOT file too.
        display
            Number of events that are drawn.

        Returns
        -------
        list of Path
            The files.
        """
        target = self.folder if folder is None else Path(folder)
        written = [write_root(target / self.root_name, self.trees())] if root else []
        return written + save_figures(target, self.drawings(display))


def save_figures(
    folder: Path,
    drawings: Iterable[Drawing],
    progress: Callable[[str], object] | None = None,
    formats: Sequence[str] = FIGURE_FORMATS[:2],
) -> list[Path]:
    """Draw figures and write them; one that cannot be drawn is a warning.

    Parameters
    ----------
    folder
        Where to.
    drawings
        The figures.
    progress
        Called with a line of text before each.
    formats
        Formats of their files.

    Returns
    -------
    list of Path
        The files of those that could be drawn.
    """
    written: list[Path] = []
    remaining = iter(drawings)
    name = "figures"
    while True:
        try:
            # Without Matplotlib, or drawings that end in an error, there is nothing to go on with.
            from wayside.plotting.files import figure_files

            drawing = next(remaining, None)
        except WaysideError:
            raise
        except Exception as error:
            _warn_of_figure(folder, name, error)
            return written
        if drawing is None:
            return written
        name = drawing.name
        try:
            if progress is not None:
                progress(f"figure {name}")
            files = figure_files(drawing.draw(), name, formats=formats)
        except WaysideError:
            raise
        # Fonts, settings and libraries of the user's own: whatever they do, the tables are there.
        except Exception as error:
            _warn_of_figure(folder, name, error)
            continue
        written += write_files(folder, files)


def _warn_of_figure(folder: Path, name: str, error: Exception) -> None:
    words = " ".join(f"{type(error).__name__}: {error}".split())
    text = f"{printable(folder / name)}: cannot be drawn: {words}"
    warnings.warn(FigureWarning(text), stacklevel=3)
