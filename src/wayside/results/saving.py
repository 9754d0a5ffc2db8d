"""How results save themselves: tables first, all of them or none, then figures one by one.

The last file is ``provenance.json``, with all that the others follow from.
"""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self

from wayside.errors import FigureWarning, WaysideError
from wayside.files import FIGURE_FORMATS, printable, write_files
from wayside.reading import reading
from wayside.results.codec import packed, unpacked
from wayside.results.conversions import data_frame
from wayside.results.provenance import PROVENANCE, Figures, provenance_text
from wayside.results.root import write_root
from wayside.scenario import Scenario
from wayside.typing import StructuredArray

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Drawing(NamedTuple):
    """A figure that has not been drawn yet."""

    name: str
    """Name of its files, without ending."""
    draw: "Callable[[], Figure]"


RESULT: Final = "result.npz"
"""File from which `wayside.load_result` makes a result again."""

NONE: Final[Mapping[str, Any]] = MappingProxyType({})
"""No options."""

Progress = Callable[[str], object]
"""Called with a line of text before every step."""


class Saved:
    """A result that has tables and figures.

    It is one of `wayside.results.kinds.KINDS`.
    """

    kind: ClassVar[str]
    """Name of this kind of result, in ``provenance.json``."""
    claims_folder: ClassVar = False
    """Whether saving keeps other processes out of the folder by itself."""

    if TYPE_CHECKING:
        # A field of some kinds and computed by others: a property here would hide their fields.
        @property
        def scenario(self) -> Scenario:
            """The scenario that the result was computed for."""

    @abstractmethod
    def texts(self) -> dict[str, bytes | str]:
        """Contents of everything but figures, by file name."""

    def inputs(self) -> dict[str, Any]:
        """All that the result was computed from, as plain values.

        Returns
        -------
        dict
            The scenario; what a kind of result has besides are the options of `compute`.
        """
        return {"scenario": self.scenario.to_dict()}

    @classmethod
    @abstractmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result.

        Parameters
        ----------
        scenario
            From `wayside.load_scenario`.
        options
            The other `inputs`, by name.
        progress
            Called with a line of text before every step, if there are several.
        """

    @classmethod
    def of(cls, values: Any, **more: Any) -> Self:
        """Make a result of values that were computed.

        Parameters
        ----------
        values
            A dataclass whose fields are fields of the result.
        more
            Fields that it has not.
        """
        return cls(**field_values(values), **more)

    def state(self) -> dict[str, Any]:
        """Values from which `from_state` makes an equal result: the fields of a dataclass."""
        return field_values(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make a result of what `state` gave."""
        return cls(**state)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a result that was saved.

        Raises
        ------
        InputError
            If it is not there, or damaged.
        """
        path = folder / RESULT
        # Its flags say what the scenario warned of when it was computed.
        with reading(path, "a saved result"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cls.from_state(unpacked(path.read_bytes()))

    def drawings(self) -> Iterable[Drawing]:
        """Figures of the result."""
        return ()

    def to_pandas(self, table: str | None = None) -> "pd.DataFrame":
        """One of the tables as a data frame, with the header of its file in ``attrs``.

        Parameters
        ----------
        table
            Name of the file, such as ``"contours.csv"``; the first table unless given.

        Raises
        ------
        InputError
            If pandas is not installed, or there is no such table.
        """
        return data_frame(self.texts(), table)

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
            The files: tables, ``result.npz``, figures, and ``provenance.json``.

        Raises
        ------
        OutputError
            If something cannot be written.
        """
        target = Path(folder)
        self.drawings(
            **options
        )  # options that are not known are refused before anything is written
        written = self.write_tables(target)
        return written + self.save_rest(target, written, progress, formats=formats, **options)

    def write_tables(self, folder: Path) -> list[Path]:
        """Write all but figures and ``provenance.json``."""
        return write_files(folder, {**self.texts(), RESULT: packed(self.state())})

    def save_rest(
        self,
        folder: Path,
        written: Sequence[Path],
        progress: Callable[[str], object] | None = None,
        *,
        formats: Sequence[str] = FIGURE_FORMATS[:2],
        **options: Any,
    ) -> list[Path]:
        """Write figures and ``provenance.json`` beside tables that are there.

        Parameters
        ----------
        folder
            Where the result is.
        written
            Its tables there.
        progress, formats, options
            As for `save`.
        """
        figures = save_figures(folder, self.drawings(**options), progress, formats)
        figure_options = Figures(tuple(formats), options)
        return [*figures, self.write_provenance(folder, [*written, *figures], figure_options)]

    def write_provenance(self, folder: Path, written: Iterable[Path], figures: Figures) -> Path:
        """Write ``provenance.json`` beside the other files of the result.

        Parameters
        ----------
        folder
            Where the result is.
        written
            Its files there.
        figures
            How figures were wanted.
        """
        text = provenance_text(self.kind, self.inputs(), figures, folder, written)
        return write_files(folder, {PROVENANCE: text})[0]


def field_values(values: Any) -> dict[str, Any]:
    """Fields of a dataclass by name, as they are: nothing inside is taken apart or copied."""
    return {field.name: getattr(values, field.name) for field in fields(values)}


class Plotted:
    """A result whose main figure can be drawn into axes of the caller."""

    @abstractmethod
    def draw(self, *axes: Any, **options: Any) -> None:
        """Draw the main figure into axes that are there."""

    def plot(self, ax: "Axes | None" = None, **options: Any) -> "Axes":
        """Draw the main figure into axes, with the settings of Matplotlib that hold there.

        Parameters
        ----------
        ax
            Axes of Matplotlib, the current ones unless given.
        options
            As ``draw`` of this kind of result takes them.

        Returns
        -------
        Axes
            The axes.
        """
        if ax is None:
            from matplotlib import pyplot

            ax = pyplot.gca()
        self.draw(ax, **options)
        return ax


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
        self,
        folder: Path | str | None = None,
        *,
        root: bool = False,
        display: int = 0,
        formats: Sequence[str] = FIGURE_FORMATS[:2],
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
        formats
            Formats of figures, as for other results.

        Returns
        -------
        list of Path
            The files.
        """
        target = self.folder if folder is None else Path(folder)
        written = [write_root(target / self.root_name, self.trees())] if root else []
        return written + save_figures(target, self.drawings(display), formats=formats)


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
