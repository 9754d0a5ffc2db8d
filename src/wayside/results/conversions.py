"""Results as data frames of pandas, data sets of xarray and histograms of hist."""

import io
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from wayside.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_ENDING = ".csv"


def optional(name: str) -> Any:
    """Module of a package that is not always installed.

    Raises
    ------
    InputError
        If it is not there.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise InputError(f'{name} is not installed: pip install "wayside[tables]"') from None


def data_frame(texts: Mapping[str, bytes | str], table: str | None) -> "pd.DataFrame":
    """A table of CSV as a data frame; its header of ``# key: value`` lines goes to ``attrs``.

    Parameters
    ----------
    texts
        Contents by file name.
    table
        Name of the file, the first table unless given.

    Raises
    ------
    InputError
        If pandas is not installed, or there is no such table.
    """
    pandas = optional("pandas")
    names = [name for name in texts if name.endswith(_ENDING)]
    if not names or table not in (None, *names):
        raise InputError(f"no table {table or 'here'}; there are: {', '.join(names) or 'none'}")
    text = texts[table or names[0]]
    assert isinstance(text, str)
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    frame: pd.DataFrame = pandas.read_csv(io.StringIO("\n".join(lines[len(head) :])))
    for line in head:
        key, _, value = line.lstrip("# ").partition(":")
        frame.attrs[key] = value.strip()
    return frame


def data_set(
    axes: Mapping[str, ArrayLike],
    variables: Mapping[str, ArrayLike],
    units: Mapping[str, str],
    about: Mapping[str, str],
    dims: Sequence[str] = (),
) -> Any:
    """A data set of xarray on a grid.

    Parameters
    ----------
    axes
        Values along each axis.
    variables
        Arrays over all axes.
    units
        Units by name of axis or variable.
    about
        Attributes of the whole.
    dims
        Order of the axes in the arrays, that of ``axes`` unless given.

    Raises
    ------
    InputError
        If xarray is not installed.
    """
    xarray = optional("xarray")
    order = tuple(dims or axes)
    return xarray.Dataset(
        {
            name: (order, values, {"units": units.get(name, "1")})
            for name, values in variables.items()
        },
        {name: (name, values, {"units": units.get(name, "1")}) for name, values in axes.items()},
        dict(about),
    )
