"""The kinds of results that can be saved, loaded and computed anew, by name."""

import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wayside.errors import InputError
from wayside.results.provenance import read_provenance
from wayside.results.saving import Saved

KINDS: Final[Mapping[str, str]] = {
    "reach": "wayside.results.reach:Reach",
    "key-reach": "wayside.results.key_reach:KeyReach",
    "point": "wayside.results.point:PointReport",
    "relic": "wayside.results.relic:FreezeOut",
    "relic-plane": "wayside.results.relic:RelicPlane",
    "background": "wayside.results.background:BackgroundReport",
    "search": "wayside.results.search:SearchResult",
    "placement": "wayside.results.placement:PlacementResult",
    "comparison": "wayside.results.comparison:Comparison",
    "design": "wayside.results.design:DesignResult",
    "scan": "wayside.results.scan:KeyScan",
    "events": "wayside.results.event_files:EventFiles",
    "simulation": "wayside.results.simulation_files:SimulationFiles",
    "reconstruction": "wayside.results.reconstruction_files:ReconstructionFiles",
}
"""Where the class of each kind is; imported when it is asked for."""


def result_class(kind: str) -> type[Saved]:
    """Class of the results of a kind.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise InputError(f'no kind of result "{kind}"; there are {", ".join(KINDS)}')
    resolved = pkgutil.resolve_name(KINDS[kind])
    assert isinstance(resolved, type)
    assert issubclass(resolved, Saved)
    return resolved


def load_result(folder: Path | str) -> Saved:
    """Load a result that was saved, with all that it had: nothing is computed again.

    Parameters
    ----------
    folder
        Where it was saved, by ``result.save(folder)`` or ``--out``.

    Returns
    -------
    Saved
        What was saved, such as a reach, a report of backgrounds or a scan.

    Raises
    ------
    InputError
        If there is no result in the folder, or it is damaged.

    Examples
    --------
    >>> import tempfile, wayside
    >>> report = wayside.point_report(wayside.load_scenario("belle2-forward"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = report.save(folder, formats=())
    ...     wayside.load_result(folder) == report
    True
    """
    place = Path(folder)
    return result_class(read_provenance(place).kind).load(place)
