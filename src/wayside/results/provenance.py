"""``provenance.json``: what the files of a result follow from, and what was written."""

import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from wayside.errors import InputError
from wayside.files import printable
from wayside.limits.published import limit_file
from wayside.reading import reading
from wayside.scenario.input_files import file_hash, input_files
from wayside.text import json_text
from wayside.version import __version__

PROVENANCE: Final = "provenance.json"

FOLDER: Final = "_folder"
"""Ending of the names of inputs whose values are folders."""

FILE: Final = "_file"
"""Ending of the names of inputs whose values are files, from the folder of the result on."""

_PACKAGES: Final = ("contourpy", "matplotlib", "numba", "numpy", "scipy")
"""Packages whose versions may change bits of files."""

_DATA: Final = frozenset({".csv", ".json", ".npz", ".parquet", ".toml", ".xz"})
"""Endings of the data tables."""


class Figures(NamedTuple):
    """How the figures of a result were wanted.

    Attributes
    ----------
    formats
        Of `wayside.files.FIGURE_FORMATS`.
    options
        Options of `wayside.results.saving.Saved.save` by name, such as ``look``.
    """

    formats: tuple[str, ...]
    options: Mapping[str, Any]


class Provenance(NamedTuple):
    """What was read from ``provenance.json``.

    Attributes
    ----------
    kind
        Name of the kind of result.
    inputs
        All that it was computed from, as plain values.
    figures
        Formats, and options as plain values.
    input_files
        Path and SHA-256 of files that the inputs name, by what names them.
    environment
        Versions of Wayside, Python and packages.
    tables
        SHA-256 of the data tables of Wayside by name.
    files
        SHA-256 of the files that were written, by name.
    """

    kind: str
    inputs: dict[str, Any]
    figures: Figures
    input_files: dict[str, dict[str, str]]
    environment: dict[str, str]
    tables: dict[str, str]
    files: dict[str, str]


def provenance_text(
    kind: str,
    inputs: Mapping[str, Any],
    figures: Figures,
    folder: Path,
    written: Iterable[Path],
) -> str:
    """Text of ``provenance.json``.

    Parameters
    ----------
    kind
        Name of the kind of result.
    inputs
        All that it was computed from, with a ``scenario``, as plain values.
    figures
        How figures were wanted.
    folder
        Where the result is.
    written
        Its files there.

    Returns
    -------
    str
        JSON; equal texts for equal results, without a time or the name of a machine.
    """
    options = {name: _option(value) for name, value in figures.options.items() if value is not None}
    content = {
        "result": kind,
        "inputs": inputs,
        "figures": {"formats": list(figures.formats), **options},
        "input_files": {
            name: {"path": path, "sha256": file_hash(path)}
            for name, path in _named_files(inputs, figures).items()
        }
        | {
            name: {"path": value, "sha256": file_hash(folder / value)}
            for name, value in inputs.items()
            if name.endswith(FILE)
        },
        "environment": environment(),
        "tables": table_hashes(),
        "files": hashes(folder, written),
    }
    return json_text(content) + "\n"


def read_provenance(folder: Path) -> Provenance:
    """Read ``provenance.json``.

    Parameters
    ----------
    folder
        Folder of a saved result.

    Raises
    ------
    InputError
        If it is not there, damaged, or something else.
    """
    path = folder / PROVENANCE
    if not folder.is_dir():
        raise InputError(f"{printable(folder)}: no such folder")
    if not path.is_file():
        raise InputError(f"{printable(folder)}: no {PROVENANCE} in it; must be a saved result")
    with reading(path, "the provenance of a result"):
        plain = json.loads(path.read_bytes())
        figures = dict(plain["figures"])
        return Provenance(
            str(plain["result"]),
            dict(plain["inputs"]),
            Figures(tuple(figures.pop("formats")), figures),
            dict(plain["input_files"]),
            dict(plain["environment"]),
            dict(plain["tables"]),
            dict(plain["files"]),
        )


def hashes(folder: Path, written: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by their name in a folder."""
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in written}


def environment() -> dict[str, str]:
    """Versions of Wayside, Python and the packages whose versions may change bits of files."""
    versions = {name: version(name) for name in _PACKAGES}
    return {"wayside": __version__, "python": platform.python_version(), **versions}


@cache
def table_hashes() -> dict[str, str]:
    """SHA-256 of every file of numbers that comes with Wayside, by name."""
    with resources.as_file(resources.files("wayside.data")) as folder:
        return {
            str(path.relative_to(folder).as_posix()): file_hash(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in _DATA
        }


def _named_files(inputs: Mapping[str, Any], figures: Figures) -> dict[str, Path]:
    """Files that inputs and options of figures name, by what names them."""
    files = input_files(inputs["scenario"])
    for key, value in inputs.items():
        if key.endswith(FOLDER) and value is not None and Path(value).is_dir():
            files |= {f"{key}/{path.name}": path for path in sorted(Path(value).iterdir())}
    look = figures.options.get("look")
    if look is not None:
        paths = [limit_file(limit)[1] for limit in look.limits]
        files |= {f"look.limits.{number}": path for number, path in enumerate(paths)}
        files |= {} if look.style is None else {"look.style": look.style}
    return files


def _option(value: Any) -> Any:
    """A plain value of an option of figures."""
    return value._asdict() if hasattr(value, "_asdict") else value
