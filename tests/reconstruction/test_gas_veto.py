"""Gas detectors before a vertex that see something at its time."""

import numpy as np
import pytest

from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import BASETRACK, HIT
from wayside.errors import InputError
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.timing import Timing, match_times
from wayside.scenario import load_scenario

SHEETS = Sheets()


def vertex_at(time: float, others: list[tuple[int, float]], gas_veto: bool) -> bool:
    """Whether a vertex in block 1, whose tracks are 10 mm apart at gap 1, is vetoed."""
    rows = np.zeros(20, BASETRACK)
    rows["sheet"] = np.tile(np.arange(70, 80), 2)
    rows["x"][10:] = 10.0
    tracks = Chains(np.arange(20), np.array([0, 10, 20]))
    found = np.zeros(1, VERTEX)
    found["track_2"], found["sheet"] = 1, 70
    found["z"] = SHEETS.plate_front(70)
    found["time"] = np.nan
    places = [(1, 0.0, time), (1, 10.0, time), *((gap, 50.0, t) for gap, t in others)]
    hits = np.zeros(len(places), HIT)
    for k, (gap, x, t) in enumerate(places):
        hits[k]["layer"], hits[k]["x"], hits[k]["time"] = gap, x, t
        hits[k]["z"] = SHEETS.gas_middle(gap)
    result = match_times(found, rows, tracks, hits, hits[:0], SHEETS, Timing(gas_veto=gas_veto))
    assert result["time"][0] == pytest.approx(time)
    return bool(result["vetoed"][0])


def test_only_a_gap_before_it_at_its_time_counts() -> None:
    assert not vertex_at(1e3, [], gas_veto=True)
    assert vertex_at(1e3, [(0, 1e3 + 20.0)], gas_veto=True)
    assert not vertex_at(1e3, [(0, 1e3 + 20.0)], gas_veto=False)
    # Four standard deviations of the difference of two times of 5 ns are 28 ns.
    assert not vertex_at(1e3, [(0, 1e3 + 40.0), (0, 0.0)], gas_veto=True)
    assert not vertex_at(1e3, [(1, 1e3), (2, 1e3)], gas_veto=True)


def test_key() -> None:
    assert load_scenario("belle2-forward").reconstruction.gas_veto is False
    changed = load_scenario("belle2-forward", {"reconstruction.gas_veto": True})
    assert changed.reconstruction.gas_veto is True
    with pytest.raises(InputError, match=r"reconstruction\.gas_veto.*true or false"):
        load_scenario("belle2-forward", {"reconstruction.gas_veto": 3})
