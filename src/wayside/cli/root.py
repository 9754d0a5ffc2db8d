"""Tables as trees of one ROOT file."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


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

    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with uproot.recreate(aside) as file:
            for name, rows in trees.items():
                assert rows.dtype.names is not None
                columns = {each: np.ascontiguousarray(rows[each]) for each in rows.dtype.names}
                tree = file.mktree(name, {each: rows.dtype[each] for each in rows.dtype.names})
                if len(rows):
                    tree.extend(columns)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path
