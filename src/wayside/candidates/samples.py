"""Candidates and the decays behind them: where a search takes them from."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

from wayside.candidates.files import Candidates, read_candidates, read_decays
from wayside.errors import InputError
from wayside.files import printable
from wayside.typing import StructuredArray

CANDIDATES: Final = "candidates.parquet"
DECAYS: Final = "decays.parquet"
"""Names of the files in a folder."""

_FOLDER: Final = "candidates"


class Samples(NamedTuple):
    """Candidates and simulated decays.

    Attributes
    ----------
    candidates
        The table of candidates.
    decays
        Rows of `wayside.candidates.schema.DECAY_ROW`.
    """

    candidates: Candidates
    decays: StructuredArray


def read_samples(folder: Path) -> Samples:
    """Read both tables from a folder that ``scripts/make_candidates.py`` wrote.

    Parameters
    ----------
    folder
        Folder with ``candidates.parquet`` and ``decays.parquet``.

    Raises
    ------
    InputError
        If one of them cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{printable(folder)}: no folder with {CANDIDATES} and {DECAYS}")
    return Samples(read_candidates(folder / CANDIDATES), read_decays(folder / DECAYS))


@cache
def shipped_samples() -> Samples:
    """Candidates that come with Wayside; read when they are first asked for.

    Raises
    ------
    InputError
        If this installation has none, or pyarrow is not there to read them.
    """
    with resources.as_file(resources.files("wayside.data") / _FOLDER) as folder:
        if not folder.is_dir():
            raise InputError("no candidates come with this installation: give --candidates FOLDER")
        return read_samples(folder)
