"""Tables as trees of one ROOT file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from wayside.files import whole_file
from wayside.root_files import new_root_file
from wayside.typing import StructuredArray


def write_root(path: Path, trees: Mapping[str, StructuredArray]) -> Path:
    """Write structured arrays as trees, the file whole or not at all.

    Parameters
    ----------
    path
        File to write; replaced if it is there.
    trees
        Rows of each tree, by its name.

    Returns
    -------
    Path
        The file.
    """
    with whole_file(path) as part, new_root_file(part) as file:
        for name, rows in trees.items():
            assert rows.dtype.names is not None
            columns = {column: np.ascontiguousarray(rows[column]) for column in rows.dtype.names}
            tree = file.mktree(name, {column: rows.dtype[column] for column in rows.dtype.names})
            if len(rows):
                tree.extend(columns)
    return path
