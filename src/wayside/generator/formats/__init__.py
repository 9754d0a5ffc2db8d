"""Event files: Parquet, ROOT, HepMC3, and LHE, which is written alone.

Laboratory frame, mm, GeV, ns after the collision.
"""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from wayside.errors import InputError
from wayside.files import printable, whole_file
from wayside.generator.events import Events

SUFFIXES: Final = {"parquet": ".parquet", "root": ".root", "hepmc": ".hepmc", "lhe": ".lhe"}

NAMES: Final = {"parquet": "Parquet", "root": "ROOT", "hepmc": "HepMC3", "lhe": "LHE"}

WRITTEN_ALONE: Final = ("lhe",)
"""Formats that cannot be read: they have no checksum and no end that could be checked."""

READABLE: Final = {kind: end for kind, end in SUFFIXES.items() if kind not in WRITTEN_ALONE}
"""Endings of the others."""

_NEEDS: Final = {
    "parquet": ("pyarrow",),
    "root": ("awkward", "uproot"),
    "hepmc": ("pyhepmc",),
    "lhe": (),
}


def require(kind: str) -> None:
    """Refuse a format whose packages are not installed, or that there is not.

    Raises
    ------
    InputError
        One line that names the extra to install.
    """
    if kind not in SUFFIXES:
        raise InputError(f'format = "{kind}": must be {", ".join(SUFFIXES)}')
    missing = [name for name in _NEEDS[kind] if find_spec(name) is None]
    if missing:
        raise InputError(
            f'format = "{kind}": needs {" and ".join(missing)}; install wayside[simulation]'
        )


def format_of(path: Path) -> str:
    """Name of the format of a file that is to be read, by its suffix."""
    kind = suffix_kind(path.suffix)
    if kind not in READABLE:
        raise InputError(f"{printable(path)}: must end in {', '.join(READABLE.values())}")
    return kind


def suffix_kind(suffix: str) -> str | None:
    """Name of the format of files with an ending, None if there is no such format.

    Examples
    --------
    >>> suffix_kind(".hepmc3"), suffix_kind(".csv")
    ('hepmc', None)
    """
    return {**{ending: kind for kind, ending in SUFFIXES.items()}, ".hepmc3": "hepmc"}.get(suffix)


def write_events(
    kind: str,
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    closing: Callable[[], dict[str, Any]] = dict,
) -> None:
    """Write events to a file that is whole or not there.

    Parameters
    ----------
    kind
        ``"parquet"``, ``"root"``, ``"hepmc"`` or ``"lhe"``.
    path
        Target; replaced if it is there.
    header
        From `wayside.generator.events.EventGenerator.header`.
    blocks
        Events in order.
    closing
        Called when all are written; its values are added to the header of Parquet and ROOT files.

    Raises
    ------
    InputError
        If the packages of the format are missing.
    OutputError
        If the file cannot be written.
    """
    require(kind)
    with whole_file(path) as part:
        if kind == "parquet":
            from wayside.generator.formats.parquet import write_parquet

            write_parquet(part, header, blocks, closing)
        elif kind == "root":
            from wayside.generator.formats.root import write_root

            write_root(part, header, blocks, closing)
        elif kind == "lhe":
            from wayside.generator.formats.lhe import write_lhe

            write_lhe(part, header, blocks)
        else:
            from wayside.generator.formats.hepmc import write_hepmc

            write_hepmc(part, header, blocks)
