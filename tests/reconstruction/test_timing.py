"""Times of vertices: hits of both tracks that agree, fibres and gaps that veto."""

import numpy as np
import pytest

from reconstruction.conftest import SHEETS
from wayside.emulsion.signals import BASETRACK, HIT
from wayside.errors import InputError
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.timing import Timing, match_times
from wayside.scenario import load_scenario

SLOPES = (0.1, -0.2)


def two_tracks():
    """Both from (0, 0) at the front of sheet 30 to the end of block 0."""
    sheets = np.arange(30, 40)
    rows = np.zeros(20, BASETRACK)
    rows["sheet"] = np.tile(sheets, 2)
    rows["tx"] = np.repeat(SLOPES, 10)
    rows["x"] = rows["tx"] * (SHEETS.middle(rows["sheet"]) - SHEETS.plate_front(30))
    vertex = np.zeros(1, VERTEX)
    vertex["track_1"], vertex["track_2"], vertex["time"] = 0, 1, np.nan
    vertex["sheet"], vertex["z"] = 30, SHEETS.plate_front(30)
    return vertex, rows, Chains(np.arange(20), np.array([0, 10, 20]))


def hit(slope, time, off=0.0, gap=0):
    """Where a track of that slope crosses the middle of a gap."""
    row = np.zeros(1, HIT)
    row["layer"], row["time"], row["z"] = gap, time, SHEETS.gas_middle(gap)
    row["x"] = slope * (row["z"] - SHEETS.plate_front(30)) + off
    return row


def timed(hits, fibre_times=(), fibre_z=0.0, **options):
    hits = np.concatenate(hits) if hits else np.zeros(0, HIT)
    fibres = np.zeros(len(fibre_times), HIT)
    fibres["time"], fibres["z"] = fibre_times, fibre_z
    return match_times(*two_tracks(), hits, fibres, SHEETS, Timing(**options))[0]


def test_one_time():
    row = timed([hit(SLOPES[0], 100.0), hit(SLOPES[1], 104.0)])
    assert row["times"] == 1
    assert row["time"] == pytest.approx(102.0)
    assert not row["vetoed"]


def test_hits_of_other_times_do_not_disturb():
    """Each track has its share of strangers; only one time is on both."""
    strangers = [hit(SLOPES[0], t, 0.05) for t in (-5e4, 3e3)] + [hit(SLOPES[1], 9e3)]
    row = timed([hit(SLOPES[0], 100.0), hit(SLOPES[1], 104.0), *strangers])
    assert row["times"] == 1
    assert row["time"] == pytest.approx(102.0)


def test_two_times_are_told_and_not_chosen_from():
    both = [hit(slope, time) for slope in SLOPES for time in (100.0, 5000.0)]
    row = timed(both, fibre_times=[100.0])
    assert row["times"] == 2
    assert np.isnan(row["time"])
    assert not row["vetoed"]


@pytest.mark.parametrize(
    ("off", "vetoed"), [(0.0, True), (19.9, True), (-19.9, True), (20.1, False)]
)
def test_fibres_veto(off, vetoed):
    hits = [hit(SLOPES[0], 100.0), hit(SLOPES[1], 100.0)]
    assert timed(hits, [-3e3, 100.0 + off, 4e3])["vetoed"] == vetoed
    assert timed(hits, [100.0 + off], fibre_window=25.0)["vetoed"]


def test_fibres_behind_the_vertex_may_be_its_own():
    hits = [hit(SLOPES[0], 100.0), hit(SLOPES[1], 100.0)]
    assert not timed(hits, [100.0], fibre_z=1000.0)["vetoed"]
    assert timed(hits, [100.0], fibre_z=1000.0, fibre_veto="all")["vetoed"]


def test_nothing():
    for hits in ([], [hit(SLOPES[0], 100.0)], [hit(SLOPES[0], 100.0), hit(SLOPES[1], 200.0)]):
        row = timed(hits, [100.0])
        assert row["times"] == 0
        assert np.isnan(row["time"])
        assert not row["vetoed"]


def test_a_hit_beside_the_track_is_not_its_own():
    # From the last sheet to the gap 3.8 mm: 2 mrad make 8 um, the hit 50 um; four of both.
    near = timed([hit(SLOPES[0], 100.0, 0.15), hit(SLOPES[1], 100.0)])
    assert near["times"] == 1
    far = timed([hit(SLOPES[0], 100.0, 0.25), hit(SLOPES[1], 100.0)])
    assert far["times"] == 0


def test_a_track_that_stops_before_the_gap_has_no_hit():
    vertex, rows, tracks = two_tracks()
    rows = rows[np.r_[0:5, 10:20]]
    tracks = Chains(np.arange(15), np.array([0, 5, 15]))
    hits = np.concatenate([hit(SLOPES[0], 100.0), hit(SLOPES[1], 100.0)])
    row = match_times(vertex, rows, tracks, hits, np.zeros(0, HIT), SHEETS)
    assert row["times"][0] == 0


def test_the_input_is_left_as_it_was():
    vertex, rows, tracks = two_tracks()
    hits = np.concatenate([hit(slope, 100.0) for slope in SLOPES])
    match_times(vertex, rows, tracks, hits, np.zeros(0, HIT), SHEETS)
    assert np.isnan(vertex["time"][0])


def vertex_at(time: float, others: list[tuple[int, float]], gas_veto: bool) -> bool:
    """Whether a vertex in block 1, whose tracks are 10 mm apart at gap 1, is vetoed."""
    rows = np.zeros(20, BASETRACK)
    rows["sheet"] = np.tile(np.arange(70, 80), 2)
    rows["x"][10:] = 10.0
    tracks = Chains(np.arange(20), np.array([0, 10, 20]))
    vertex = np.zeros(1, VERTEX)
    vertex["track_2"], vertex["sheet"] = 1, 70
    vertex["z"] = SHEETS.plate_front(70)
    vertex["time"] = np.nan
    places = [(1, 0.0, time), (1, 10.0, time), *((gap, 50.0, t) for gap, t in others)]
    hits = np.zeros(len(places), HIT)
    for k, (gap, x, t) in enumerate(places):
        hits[k]["layer"], hits[k]["x"], hits[k]["time"] = gap, x, t
        hits[k]["z"] = SHEETS.gas_middle(gap)
    result = match_times(vertex, rows, tracks, hits, hits[:0], SHEETS, Timing(gas_veto=gas_veto))
    assert result["time"][0] == pytest.approx(time)
    return bool(result["vetoed"][0])


def test_only_a_gap_before_it_at_its_time_counts() -> None:
    assert not vertex_at(1e3, [], gas_veto=True)
    assert vertex_at(1e3, [(0, 1e3 + 20.0)], gas_veto=True)
    assert not vertex_at(1e3, [(0, 1e3 + 20.0)], gas_veto=False)
    # Four standard deviations of the difference of two times of 5 ns are 28 ns.
    assert not vertex_at(1e3, [(0, 1e3 + 40.0), (0, 0.0)], gas_veto=True)
    assert not vertex_at(1e3, [(1, 1e3), (2, 1e3)], gas_veto=True)


GAP_BACK = float(SHEETS.plate_front(40))


def in_gap(hits, *, depth=5.0, sigma=0.2, **options):
    """A vertex ``depth`` mm before the end of gap 0; its tracks cross block 1 and gap 1."""
    rows = np.zeros(80, BASETRACK)
    rows["sheet"] = np.tile(np.arange(40, 80), 2)
    rows["tx"] = np.repeat(SLOPES, 40)
    z = GAP_BACK - depth
    rows["x"] = rows["tx"] * (SHEETS.middle(rows["sheet"]) - z)
    vertex = np.zeros(1, VERTEX)
    vertex["track_2"], vertex["sheet"], vertex["z"], vertex["sigma_z"] = 1, 40, z, sigma
    vertex["time"] = np.nan
    places = np.zeros(len(hits), HIT)
    for k, (gap, x, time) in enumerate(hits):
        places[k]["layer"], places[k]["x"], places[k]["time"] = gap, x, time
        places[k]["z"] = SHEETS.gas_middle(gap)
    chains = Chains(np.arange(80), np.array([0, 40, 80]))
    return match_times(vertex, rows, chains, places, places[:0], SHEETS, Timing(**options))[0]


def behind(slope, time, depth=5.0):
    """Hit of a track from the gap in the gap behind its block."""
    return (1, slope * (SHEETS.gas_middle(1) - GAP_BACK + depth), time)


OWN = [(0, slope * 2.5, 100.0) for slope in SLOPES]
BEHIND = [behind(slope, 100.0) for slope in SLOPES]


def test_hits_of_its_own_tracks_in_the_gap_of_its_birth_do_not_veto() -> None:
    assert not in_gap(OWN + BEHIND, gas_veto=True)["vetoed"]
    # What is off its tracks does, and so does a gap farther up: here the vertex is behind the gap.
    assert in_gap([*OWN, (0, 3.0, 100.0), *BEHIND], gas_veto=True)["vetoed"]
    plate = [(0, 0.0, 100.0)] + [behind(slope, 100.0, -0.4) for slope in SLOPES]
    assert in_gap(plate, depth=-0.4, sigma=0.05, gas_veto=True)["vetoed"]
    # Half of the gap is crossed: hits lie anywhere on the rest of the tracks.
    for fraction in (0.05, 0.95):
        hits = [(0, slope * 5.0 * fraction, 100.0) for slope in SLOPES]
        assert not in_gap(hits + BEHIND, gas_veto=True)["vetoed"]


def test_the_gap_of_its_birth_may_give_the_time() -> None:
    assert in_gap(OWN)["times"] == 0
    born = in_gap(OWN, birth_gap=True)
    assert born["times"] == 1
    assert born["time"] == pytest.approx(100.0)
    assert in_gap(OWN + BEHIND, birth_gap=True)["times"] == 1
    assert in_gap([(0, 3.0, 100.0), (0, -3.0, 100.0)], birth_gap=True)["times"] == 0


def test_one_hit_for_both_tracks_is_not_enough_if_they_must_be_distinct() -> None:
    vertex, rows, tracks = two_tracks()
    rows["tx"][10:], rows["x"][10:] = rows["tx"][:10] + 1e-3, rows["x"][:10]
    shared = hit(SLOPES[0], 100.0)
    for hits, times in (
        (shared, (1, 0)),
        (np.concatenate([shared, hit(SLOPES[0], 103.0)]), (1, 1)),
    ):
        for distinct, number in zip((False, True), times, strict=True):
            how = Timing(distinct_hits=distinct)
            row = match_times(vertex, rows, tracks, hits, hits[:0], SHEETS, how)
            assert row["times"][0] == number


def test_key() -> None:
    assert load_scenario("belle2-forward").reconstruction.gas_veto is False
    changed = load_scenario("belle2-forward", {"reconstruction.gas_veto": True})
    assert changed.reconstruction.gas_veto is True
    with pytest.raises(InputError, match=r"reconstruction\.gas_veto.*true or false"):
        load_scenario("belle2-forward", {"reconstruction.gas_veto": 3})
