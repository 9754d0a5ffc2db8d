"""Tables as trees of one ROOT file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wayside.files import whole_file


def write_root(path: Path, trees: Mapping[str, npt.NDArray[Any]]) -> Path:
    """Write structured arrays as trees, the file whole or not at all.

    Parameters
    ----------
    path
        Of the file.
    trees
        Rows by the name of their tree.
    """
    import uproot

    with whole_file(path) as part, uproot.recreate(part) as file:
        for name, rows in trees.items():
            assert rows.dtype.names is not None
            columns = {column: np.ascontiguousarray(rows[column]) for column in rows.dtype.names}
            tree = file.mktree(name, {column: rows.dtype[column] for column in rows.dtype.names})
            if len(rows):
                tree.extend(columns)
    return path
