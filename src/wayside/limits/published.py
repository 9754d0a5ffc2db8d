"""Published limits of a user's own, from CSV files, to be drawn beside a result."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.files import printable
from wayside.reading import reading
from wayside.typing import FloatArray


class PublishedLimit(NamedTuple):
    """A line, or the border of a region, in the values of the axes of a plane.

    Attributes
    ----------
    label
        Name in the legend.
    points
        Points in order, shape (n, 2): x, y.
    """

    label: str
    points: FloatArray

    @property
    def closed(self) -> bool:
        """Whether it encloses a region: the last point is the first one."""
        return len(self.points) > 3 and bool(np.array_equal(self.points[0], self.points[-1]))


def limit_file(wanted: str) -> tuple[str, Path]:
    """Label and path of ``LABEL=FILE``, or of a file that is its own label.

    Examples
    --------
    >>> limit_file("NA64 (2023)=na64.csv")
    ('NA64 (2023)', PosixPath('na64.csv'))
    >>> limit_file("limits/na64.csv")
    ('na64', PosixPath('limits/na64.csv'))
    """
    label, is_named, path = wanted.rpartition("=")
    return (label.strip() if is_named else Path(path).stem), Path(path)


def read_limit(wanted: str) -> PublishedLimit:
    """Read a published limit.

    Parameters
    ----------
    wanted
        ``LABEL=FILE``, or a file that is its own label. A CSV file of two columns, x and y in the
        values of the axes (GeV for masses); lines that begin with ``#`` and one line of names are
        skipped. If the last point is the first one, it is the border of an excluded region.

    Raises
    ------
    InputError
        If it cannot be read, has other columns, or numbers that are not positive: axes are
        logarithmic.
    """
    label, path = limit_file(wanted)
    name = printable(path)
    with reading(path, "CSV"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    rows = [line.split(",") for line in lines if line and not line.startswith("#")]
    if rows and not _is_number(rows[0][0]):
        rows = rows[1:]
    if len(rows) < 2:
        raise InputError(f"{name}: must have two points or more, one a line")
    for number, row in enumerate(rows, start=1):
        if len(row) != 2 or not all(map(_is_number, row)):
            raise InputError(f'{name}: point {number} is "{",".join(row)}"; must be two numbers')
    points = np.array(rows, dtype=np.float64)
    if not np.all(np.isfinite(points) & (points > 0.0)):
        raise InputError(f"{name}: all numbers must be finite and above 0")
    return PublishedLimit(label, points)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
