"""Which decays count as seen, and tables of them: a toy of known efficiency, and real Geant4."""

from pathlib import Path

import numpy as np
import pytest
from reference.toy_transport import beam, transport

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.emulsion.signals import BASETRACK
from wayside.generator.pairs import DECAY, PAIRS, Spread, draw_pairs, prongs
from wayside.generator.records import PRIMARY
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.decay_efficiency import (
    EDGES,
    efficiency_map,
    matched_decays,
    passing_decays,
)
from wayside.reconstruction.job import Job
from wayside.reconstruction.pipeline import Reconstructed
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.tables import write_table
from wayside.transport.datasets import find
from wayside.transport.plan import Plan
from wayside.transport.records import CROSSING
from wayside.transport.run import simulate

JOB = Job(EmulsionSection(), ReconstructionSection())


def vertex(**values):
    row = np.zeros(1, dtype=VERTEX)
    row["sigma_x"] = row["sigma_y"] = row["sigma_z"] = 0.01
    row["event"], row["times"], row["time"] = 7, 1, 20.0
    for name, value in values.items():
        row[name] = value
    return row


@pytest.mark.parametrize(
    ("values", "as_vertex", "as_timed"),
    [
        ({}, True, True),
        ({"x": 0.055}, True, True),
        ({"x": 0.065}, False, False),  # five errors and 10 um
        ({"event": -1}, False, False),
        ({"event": 8}, False, False),
        ({"vetoed": True}, True, False),
        ({"times": 0}, True, False),
        ({"times": 2}, True, False),
    ],
)
def test_what_counts(values, as_vertex, as_timed):
    decays = np.zeros(1, dtype=DECAY)
    decays["event"] = 7
    nothing = np.zeros(0, dtype=np.int64)
    result = Reconstructed(
        np.zeros(0, dtype=BASETRACK),
        Chains(nothing, nothing),
        np.zeros(0, dtype=TRACK),
        vertex(**values),
    )
    passed = matched_decays(decays, result)
    assert passed["vertex"].tolist() == [as_vertex]
    assert passed["timed"].tolist() == [as_timed]


def toy_run(folder: Path, n: int, fibre_z: float = -100.0) -> np.ndarray:
    """A run of pairs of 1 GeV muons of which one in four leaves nothing, two of four no gas hits.

    One in four has a hit of the fibres as well, by default upstream.
    """
    rng = np.random.default_rng(4)
    side = int(np.ceil(np.sqrt(n)))
    x = -70.0 + 140.0 * (np.arange(n) % side) / side
    y = -100.0 + 200.0 * (np.arange(n) // side) / side
    z = 8.0 + rng.uniform(0.05, 0.45, n)  # in a plate
    momentum = np.zeros((n, 2, 3))
    momentum[..., 2] = 1.0
    momentum[:, :, 0] = 0.1 * np.array([1.0, -1.0])
    rows = prongs(momentum, np.full((n, 2), 0.10566))
    rows["event"], rows["channel"], rows["splitting"] = np.arange(n), 1, 0.5
    rows["x"], rows["y"], rows["z"], rows["depth"] = x, y, z, 1e-3 * z
    both = [np.tile(v, 2) for v in (x, y, z)]
    sign = np.repeat([1.0, -1.0], n)
    event, track = np.tile(np.arange(n), 2), np.repeat([1, 2], n)
    size = float(np.linalg.norm(momentum[0, 0])) * 1e3
    particles = beam(*both, 0.1 * sign, 0.0, size, event=event, track=track)
    film = transport(particles, 40, rng, scatter=False, lose=False)
    film = film[film["event"] % 4 != 0]
    gas = np.zeros(2 * n, dtype=CROSSING)
    gas["event"], gas["track"], gas["pdg"] = event, track, 13
    gas["x_in"] = gas["x_out"] = both[0] + 0.1 * sign * (36.0 - both[2])
    gas["y_in"] = gas["y_out"] = both[1]
    gas["z_in"], gas["z_out"], gas["deposit"] = 33.0, 39.0, 1.0
    gas = gas[gas["event"] % 4 >= 2]
    fibre = gas[(gas["event"] % 4 == 3) & (gas["track"] == 1)].copy()
    fibre["z_in"] = fibre["z_out"] = fibre_z
    primaries = np.zeros(2 * n, dtype=PRIMARY)
    primaries["event"] = np.repeat(np.arange(n), 2)
    folder.mkdir()
    for name, table in (("film", film), ("gas", gas), ("fibre", fibre), ("primaries", primaries)):
        write_table(folder / f"{name}.parquet", np.sort(table, order="event"), {})
    return rows


def test_a_toy_of_known_efficiency(tmp_path: Path):
    n = 400
    decays = toy_run(tmp_path / "run", n)
    told: list[int] = []
    job = Job(EmulsionSection(gas_efficiency=1.0), ReconstructionSection(), together=150)
    table = efficiency_map(tmp_path / "run", decays, job, {"origin": "toy"}, progress=told.append)
    assert told == [150, 300, 400]
    assert table.channels == PAIRS
    assert table.tried.sum() == n
    # All in one cell, at 2.1 GeV, 0.2 rad, 0.9 GeV, slope 0.1, 8 mm.
    assert np.argwhere(table.tried).tolist() == [[1, 6, 1, 7, 0, 0]]
    # Three of four leave tracks; of straight ones of 1 GeV the cuts of the vertex lose 4 per cent
    # (three errors of counting below that).
    assert 0.92 * 300 <= table.passed["vertex"].sum() <= 300
    # Of these a third has gas hits and silent fibres (98 per cent of the others are caught).
    assert 0.89 * 100 <= table.passed["timed"].sum() <= 100 + 8
    job = Job(EmulsionSection(gas_efficiency=1.0, fibre_efficiency=1.0), JOB.cuts, together=150)
    passed = passing_decays(tmp_path / "run", decays, job)
    assert not passed["timed"][decays["event"] % 4 != 2].any()


@pytest.mark.parametrize(("veto", "caught"), [("upstream", False), ("all", True)])
def test_what_leaves_vetoes_only_if_all_fibres_are_asked(tmp_path: Path, veto, caught):
    decays = toy_run(tmp_path / "run", 160, fibre_z=1430.0)
    emulsion = EmulsionSection(gas_efficiency=1.0, fibre_efficiency=1.0)
    job = Job(emulsion, ReconstructionSection(fibre_veto=veto))
    timed = passing_decays(tmp_path / "run", decays, job)["timed"]
    # Of the 40 with such a hit, and of the 40 without: 96 per cent, less four errors.
    assert np.count_nonzero(timed[decays["event"] % 4 == 2]) >= 33
    found_of_others = np.count_nonzero(timed[decays["event"] % 4 == 3])
    assert found_of_others == 0 if caught else found_of_others >= 33


def test_pairs_are_what_was_asked_for():
    stack = Stack()
    decays, primaries, kept = draw_pairs(240, stack, 3)
    again, _, _ = draw_pairs(240, stack, 3)
    assert decays.tobytes() == again.tobytes()
    # The first of many are those of few.
    assert draw_pairs(80, stack, 3)[0].tobytes() == decays[:80].tobytes()
    assert np.array_equal(np.bincount(decays["channel"]), [80, 80, 80])
    assert {name: numbers[1] for name, numbers in kept.items()} == dict.fromkeys(PAIRS, 80)
    assert all(numbers[0] >= 80 for numbers in kept.values())
    spread = Spread()
    assert (decays["slope"] < spread.largest_slope).all()
    assert (decays["softer"] > np.array(spread.least)[decays["channel"]]).all()
    assert (np.abs(decays["x"]) <= 100.0).all()
    assert (np.abs(decays["y"]) <= 150.0).all()
    assert ((decays["depth"] >= 0.0) & (decays["depth"] <= 1.32)).all()
    # Two particles an event, of one flavour and opposite charge, from one place.
    assert np.array_equal(primaries["event"], np.repeat(decays["event"], 2))
    assert (primaries["pdg"][::2] == -primaries["pdg"][1::2]).all()
    codes = np.array([11, 13, 211])[decays["channel"]]
    assert np.array_equal(np.abs(primaries["pdg"][::2]), codes)
    momentum = np.stack([primaries[c] for c in ("px", "py", "pz")], axis=1).reshape(-1, 2, 3)
    mass = np.array([0.51099895e-3, 0.1056583755, 0.13957039])[decays["channel"]]
    rows = prongs(1e-3 * momentum, np.repeat(mass[:, None], 2, axis=1))
    for name in ("energy", "opening", "softer", "slope", "other_slope"):
        assert rows[name] == pytest.approx(decays[name], rel=1e-6)
    # The pair is lighter than the splitting.
    q2 = decays["energy"] ** 2 - np.sum((1e-3 * momentum.sum(axis=1)) ** 2, axis=1)
    assert (q2 <= decays["splitting"] ** 2 * (1 + 1e-6)).all()


def test_real_geant4_through_to_a_table(tmp_path: Path):
    stack = Stack(blocks=3, shield=0.0, fibres=2.0)
    spread = Spread(splitting=(0.05, 0.6), boost=(1.0, 3.0), largest_slope=0.7, steep=0.0)
    decays, primaries, _ = draw_pairs(60, stack, 11, spread, block_size=10)
    plan = Plan(primaries, stack, Physics(), find("auto"), 11, 30)
    assert simulate(plan, tmp_path / "run", workers=1) == []
    table = efficiency_map(tmp_path / "run", decays, JOB, {"origin": "test"})
    inside = np.ones(len(decays), dtype=bool)
    for name in ("energy", "opening", "softer", "slope", "depth"):
        inside &= (decays[name] >= EDGES[name][0]) & (decays[name] < EDGES[name][-1])
    assert table.tried.sum() == np.count_nonzero(inside)
    passed = passing_decays(tmp_path / "run", decays, JOB)
    assert table.passed["vertex"].sum() == np.count_nonzero(passed["vertex"] & inside)
    # What is timed is a vertex.
    assert not (passed["timed"] & ~passed["vertex"]).any()
    # Muons above 100 MeV with two blocks ahead: 90 per cent in the shipped table, here some 15.
    clean = (decays["channel"] == 1) & (decays["softer"] > 0.1) & (decays["depth"] < 0.08)
    assert np.count_nonzero(clean) >= 6
    assert passed["vertex"][clean].mean() > 0.5
    assert 0 < passed["timed"].sum() < passed["vertex"].sum() < len(decays)
