"""Event files: Parquet, ROOT, HepMC3, and LHE, which is written alone.

Laboratory frame, mm, GeV, ns after the collision.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, NamedTuple

from wayside.errors import InputError
from wayside.files import printable, whole_file
from wayside.generator.events import Events


class Format(NamedTuple):
    """A format of event files.

    Attributes
    ----------
    name
        Name in words, as for messages.
    suffix
        Ending of its files, with the dot.
    needs
        Packages.
    write
        Module and function, called with path, header, blocks of events, and what gives the values
        that are known when all are written.
    read
        Module and function, called with a path; None for files that have no checksum and no end
        that could be checked.
    others
        More endings of files that are read.
    """

    name: str
    suffix: str
    needs: tuple[str, ...]
    write: str
    read: str | None
    others: tuple[str, ...] = ()


_HERE: Final = "wayside.generator.formats"

FORMATS: Final[Mapping[str, Format]] = {
    "parquet": Format(
        "Parquet",
        ".parquet",
        ("pyarrow",),
        f"{_HERE}.parquet:write_parquet",
        f"{_HERE}.parquet:read_parquet",
    ),
    "root": Format(
        "ROOT",
        ".root",
        ("awkward", "uproot"),
        f"{_HERE}.root:write_root",
        f"{_HERE}.root:read_root",
    ),
    "hepmc": Format(
        "HepMC3",
        ".hepmc",
        ("pyarrow", "pyhepmc"),
        f"{_HERE}.hepmc:write_hepmc",
        f"{_HERE}.hepmc:read_hepmc",
        (".hepmc3",),
    ),
    "lhe": Format("LHE", ".lhe", (), f"{_HERE}.lhe:write_lhe", None),
}
"""Formats by the name that ``--format`` takes."""

SUFFIXES: Final = {kind: entry.suffix for kind, entry in FORMATS.items()}

READABLE: Final = {kind: SUFFIXES[kind] for kind, entry in FORMATS.items() if entry.read}
"""Endings of those that can be read."""


def require(kind: str) -> None:
    """Refuse a format whose packages are not installed, or that there is not.

    Raises
    ------
    InputError
        One line that names the extra to install.
    """
    if kind not in FORMATS:
        raise InputError(f'format = "{kind}": must be {", ".join(FORMATS)}')
    missing = [name for name in FORMATS[kind].needs if find_spec(name) is None]
    if missing:
        raise InputError(
            f'format = "{kind}": needs {" and ".join(missing)}; install wayside[simulation]'
        )


def format_of(path: Path) -> str:
    """Name of the format of a file that is to be read, by its suffix."""
    kind = suffix_kind(path.suffix)
    if kind in READABLE:
        return kind
    what = "" if kind is None else f"{FORMATS[kind].name} is written, but not read; "
    raise InputError(f"{printable(path)}: {what}must end in {', '.join(READABLE.values())}")


def suffix_kind(suffix: str) -> str | None:
    """Name of the format of files with an ending, None if there is no such format.

    Examples
    --------
    >>> suffix_kind(".hepmc3"), suffix_kind(".csv")
    ('hepmc', None)
    """
    return next(
        (kind for kind, entry in FORMATS.items() if suffix in (entry.suffix, *entry.others)), None
    )


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
        Key of `FORMATS`.
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
    write: Callable[..., None] = resolve_name(FORMATS[kind].write)
    with whole_file(path) as part:
        write(part, header, blocks, closing)
