"""Columns from the text of HepMC3 files that this package wrote, without events in between.

Such a file is known by its last line, whose checksum says that every line is as it was written: the
order of lines, units of GeV and mm, and one vertex away from the collision, where the particle
decays. What another tool wrote is read by the library.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wayside.constants import SPEED_OF_LIGHT
from wayside.generator.formats.columns import M_TO_MM, Columns
from wayside.generator.formats.listing import END

_BLOCK: Final = 1 << 24
"""Bytes that are read at once."""

_EVENT: Final = ("line", "event", "vertices", "particles")
_WEIGHT: Final = ("line", "weight")
_PARTICLE: Final = (*("line", "id", "parent", "pdg", "px", "py", "pz", "energy", "mass", "status"),)
_DECAY: Final = ("line", "vertex", "first", "incoming", "at", "x", "y", "z", "ct")
_DETECTOR: Final = b"A 0 detector "
_WORDS: Final = ("line", "incoming", "at")
_INTEGERS: Final = ("event", "id", "parent", "pdg", "vertex")


def read_columns(
    path: Path, names: Sequence[str], beside: int | None
) -> tuple[Columns, Columns, NDArray[np.int64]]:
    """Columns of events and of products of decays, and offsets.

    Parameters
    ----------
    path
        A file whose checksum is right.
    names
        Detectors of its header.
    beside
        Code of a product that is not visible; None if there is none.
    """
    blocks = [_columns(text, names, beside) for text in _texts(path)]
    events, products, counts = (
        {name: np.concatenate([block[part][name] for block in blocks]) for name in blocks[0][part]}
        for part in range(3)
    )
    return events, products, np.concatenate([[0], np.cumsum(counts["products"])])


def _texts(path: Path) -> Iterator[bytes]:
    """Text of whole events, block by block, without head and end."""
    with path.open("rb") as file:
        rest = b""
        while block := file.read(_BLOCK):
            text = rest + block
            begin = 0 if text.startswith(b"E ") else text.find(b"\nE ") + 1
            cut = text.rfind(b"\nE ") + 1  # the last event waits for the next block
            if begin < cut:
                yield text[begin:cut]
            rest = text[cut:]
    yield rest[: rest.rindex(END)]


def _columns(
    text: bytes, names: Sequence[str], beside: int | None
) -> tuple[Columns, Columns, Columns]:
    """Columns of events, of products, and numbers of products."""
    escaped = [_DETECTOR + name.replace("\\", "\\\\").encode() for name in names]
    number = {line: index for index, line in enumerate(escaped)}
    kinds: dict[bytes, list[bytes]] = {b"E": [], b"W": [], b"P": [], b"V": [], b"A": []}
    for line in text.split(b"\n"):
        if line[:1] in kinds:
            kinds[line[:1]].append(line)
    particles = _table(kinds[b"P"], _PARTICLE)
    decays = _table([line for line in kinds[b"V"] if b"@" in line], _DECAY)
    event = np.cumsum(particles["id"] == 1) - 1
    visible = particles["parent"] == decays["vertex"][event]
    if beside is not None:
        visible &= particles["pdg"] != beside
    events = {
        "event": _table(kinds[b"E"], _EVENT)["event"],
        "detector": np.array([number[line] for line in kinds[b"A"] if line.startswith(_DETECTOR)]),
        "weight": _table(kinds[b"W"], _WEIGHT)["weight"],
        "t": decays["ct"] / (SPEED_OF_LIGHT * M_TO_MM),
        **{axis: decays[axis] for axis in "xyz"},
    }
    products = {name: particles[name][visible] for name in ("pdg", "px", "py", "pz", "energy")}
    counts = np.bincount(event[visible], minlength=len(decays["vertex"]))
    return events, products, {"products": counts}


def _table(lines: list[bytes], names: Sequence[str]) -> Columns:
    """Numbers that stand between blanks, by column."""
    import pyarrow as pa
    from pyarrow import csv

    types = {name: pa.int64() if name in _INTEGERS else pa.float64() for name in names}
    table = csv.read_csv(
        io.BytesIO(b"\n".join(lines)),
        csv.ReadOptions(use_threads=False, column_names=list(names)),
        csv.ParseOptions(delimiter=" ", quote_char=False),
        csv.ConvertOptions(
            column_types=types,
            include_columns=[name for name in names if name not in _WORDS],
        ),
    )
    return {name: table[name].to_numpy() for name in table.column_names}
