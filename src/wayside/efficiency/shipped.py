"""The table of efficiencies that comes with Wayside, and for which detector it holds."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

from wayside.data import table_text
from wayside.detector.cuts import ReconstructionCuts
from wayside.efficiency.csv_file import read_csv
from wayside.efficiency.table import EfficiencyMap
from wayside.reading import reading

NAME: Final = "efficiency_map"
"""Name of the table among the data, without its suffix."""

OTHER_NAME: Final = "efficiency_map_other_pairs"
"""The same of the table of `wayside.efficiency.channels.OTHER_PAIRS`."""

INDIRECT_NAME: Final = "efficiency_map_indirect_pairs"
"""The same of the table of `wayside.efficiency.channels.INDIRECT_PAIRS`."""

ALONE_NAME: Final = "efficiency_map_alone"
"""The same of the table of `wayside.efficiency.channels.ALONE`."""

SETTINGS: Final = ("stack", "geant4", "emulsion", "reconstruction")
"""Sections of a scenario that the table depends on, and that its header holds."""

_FREE: Final = {"stack.blocks", "stack.fibre_planes", "geant4.data", "geant4.margin"}
"""Keys that change no efficiency: fewer blocks, more air, fibres that the signal does not cross."""


@cache
def shipped() -> EfficiencyMap:
    """Table that comes with Wayside; read when it is first asked for."""
    with reading(Path(f"{NAME}.csv"), "CSV"):
        return read_csv(table_text(NAME))


@cache
def charged_pairs() -> EfficiencyMap:
    """The table with that of further pairs, which has the same grid; of both the first's header."""
    with reading(Path(f"{OTHER_NAME}.csv"), "CSV"):
        return shipped().beside(read_csv(table_text(OTHER_NAME)))


@cache
def indirect_pairs() -> EfficiencyMap:
    """Tables of pairs that leave no tracks themselves, and of one of them; of the same grid."""
    tables = []
    for name in (INDIRECT_NAME, ALONE_NAME):
        with reading(Path(f"{name}.csv"), "CSV"):
            tables.append(read_csv(table_text(name)))
    pairs, alone = tables
    return pairs.beside(alone)


@cache
def all_pairs() -> EfficiencyMap:
    """`charged_pairs` with `indirect_pairs`."""
    return charged_pairs().beside(indirect_pairs())


def settings_text(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Sections of a scenario as one line, for the header of a table."""
    return json.dumps({name: sections[name] for name in SETTINGS}, sort_keys=True)


def differences(table: EfficiencyMap, sections: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Keys for which a scenario has other values than the table was made with.

    Parameters
    ----------
    table
        Table whose header has the line of `settings_text` under ``settings``.
    sections
        Sections of the scenario by name, as plain values.

    Returns
    -------
    list of str
        Names such as ``"emulsion.fog"``, empty if the table holds for the scenario.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward", {"emulsion.fog": 10.0})
    >>> differences(shipped(), scenario.to_dict())
    ['emulsion.fog']
    """
    made = json.loads(table.header["settings"])
    # A table older than a key was made with what is now its default.
    made["reconstruction"] = {**asdict(ReconstructionCuts()), **made["reconstruction"]}
    return [
        key
        for name in SETTINGS
        for key in _differing(name, made[name], sections[name])
        if key not in _FREE
    ]


def _differing(name: str, made: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*made, *now}):
        before, after = made.get(key), now.get(key)
        if isinstance(before, float) and isinstance(after, float | int):
            # 200 um and 200 * 1e-6 differ in the last bit.
            if math.isclose(before, after, rel_tol=1e-9):
                continue
        elif before == after:
            continue
        yield f"{name}.{key}"
