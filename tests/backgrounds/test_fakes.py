"""Fakes of single particles: the table, averages over spectra, a small run of the real thing."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from wayside.backgrounds import fakes
from wayside.backgrounds.counts import STAGES
from wayside.backgrounds.muon_loss import energy_after
from wayside.backgrounds.target import SIMULATED
from wayside.data import Table, read_table
from wayside.detector.materials import LEAD
from wayside.detector.stack import Stack
from wayside.efficiency.selection import SELECTIONS
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.reconstruction.incoming import (
    cosmic_lines,
    front_lines,
    incoming_primaries,
    log_uniform,
)
from wayside.reconstruction.job import Job
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection


def table_of(vertex: list[int], entering: list[int]) -> Table:
    """A table of one kind, photons from the front, in bins of a factor e."""
    n = len(vertex)
    zero = [0.0] * n
    rows = {
        "kind": [float(fakes.KINDS.index("photon-front"))] * n,
        "low": [math.exp(k) for k in range(n)],
        "high": [math.exp(k + 1) for k in range(n)],
        "shield": [0.1] * n,
        "entering": entering,
        **dict.fromkeys(STAGES, zero),
        **{f"{stage}_squares": zero for stage in STAGES},
        "vertex": vertex,
        "vertex_squares": vertex,
    }
    columns = {name: np.array(values, dtype=np.float64) for name, values in rows.items()}
    return Table("fake_vertices", {}, columns)


def use(monkeypatch: pytest.MonkeyPatch, table: Table) -> None:
    monkeypatch.setattr(fakes, "read_table", lambda _: table)


def test_interpolation(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, table_of([10, 40, 0], [100, 200, 50]))
    at = [math.exp(k + 0.5) for k in range(3)]

    def mean(energy: float) -> float:
        return fakes.per_particle("photon-front", [energy], [1.0], "vertex").value

    assert [mean(e) for e in at] == pytest.approx([0.1, 0.2, 0.0])
    assert mean(math.exp(1.0)) == pytest.approx(0.15)
    assert mean(math.exp(1.25)) == pytest.approx(0.175)
    # Below the first middle as in its bin, below the threshold nothing.
    assert (mean(0.05), mean(0.039), mean(1e-3)) == (pytest.approx(0.1), 0.0, 0.0)
    energies, weights = np.array([1.2, 2.0, 5.0, 30.0]), np.array([3.0, 1.0, 0.5, 2.0])
    whole = fakes.per_particle("photon-front", energies, weights, "vertex")
    assert whole.value == pytest.approx(
        sum(w * mean(e) for e, w in zip(energies, weights, strict=True)) / 6.5
    )
    # The model's error counts for what the samples may have missed, too.
    # At 30 GeV one of 50, and half as much again beyond the table, which is an error.
    beyond = (30.0 / math.exp(3.0) - 1.0) * 2.0 / 6.5 / 50.0
    model = 0.1 * math.hypot(whole.value, whole.statistical)
    assert whole.systematic == pytest.approx(math.hypot(model, beyond))
    # Nothing seen of 50 is no certainty: one of 50.
    last = fakes.per_particle("photon-front", [at[2]], [1.0], "vertex")
    assert last.statistical == pytest.approx(1.0 / 50.0)
    assert last.systematic == pytest.approx(0.1 / 50.0)


def test_lead_that_was_simulated_needs_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two thicknesses the nearer one is taken, and the law goes from there."""
    one, other = table_of([10, 40, 30], [100, 200, 50]), table_of([2, 8, 6], [100, 200, 50])
    columns = {name: np.concatenate([one[name], other[name]]) for name in one}
    columns["shield"] = np.array([0.1] * 3 + [0.2] * 3)
    use(monkeypatch, Table("fake_vertices", {}, columns))

    def mean(lead: float) -> tuple[float, float]:
        target = SIMULATED._replace(lead=lead)
        count = fakes.per_particle("photon-front", [math.exp(1.5)], [1.0], "vertex", target)
        return count.value, count.systematic / count.value

    # 40 of 200 and 8 of 200, and one more.
    assert mean(0.1) == pytest.approx((0.2, 0.1 * math.hypot(1.0, math.sqrt(41) / 40)))
    assert mean(0.2) == pytest.approx((0.04, 0.1 * math.hypot(1.0, math.sqrt(9) / 8)))
    value, error = mean(0.18)
    assert value > 0.04
    assert error > 0.1


def test_beyond_the_table_fakes_grow_with_the_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, table_of([10, 40, 30], [100, 200, 50]))
    last = math.exp(3.0)
    inside = fakes.per_particle("photon-front", [last], [1.0], "vertex")
    twice = fakes.per_particle("photon-front", [2.0 * last], [1.0], "vertex")
    assert inside.value == pytest.approx(0.6)
    assert twice.value == pytest.approx(1.2)
    # What the law adds is an error as well.
    size = math.hypot(0.6, inside.statistical)
    assert twice.systematic == pytest.approx(math.hypot(0.2 * size, size))
    with pytest.raises(
        InputError, match=r"energy = 401.7 GeV: fakes of photon-front were simulated"
    ):
        fakes.per_particle("photon-front", [20.0 * last], [1.0], "vertex")
    # A tail of a spectrum that does not matter is not refused.
    tail = fakes.per_particle("photon-front", [last, 20.0 * last], [999.0, 1.0], "vertex")
    assert tail.value == pytest.approx(0.6 * 0.999 + 6.0 * 0.001)


def test_slow_muons_make_fewer_fakes_than_those_of_the_table() -> None:
    """Those that stop in the blocks go with the square of the energy behind the lead: range times
    half of the energy, at a nearly constant loss."""
    behind = [float(energy_after(e, 10.0 * LEAD.density, "lead")) for e in (0.3, 0.5, 0.8, 1.0)]
    edge = fakes.per_particle("muon-front", [1.0], [1.0], "vertex")
    for energy, left in zip((0.3, 0.5, 0.8), behind, strict=False):
        slow = fakes.per_particle("muon-front", [energy], [1.0], "vertex")
        # The loss of slow muons is up to a quarter above that of 1 GeV.
        assert slow.value / edge.value == pytest.approx((left / behind[-1]) ** 2, rel=0.2)
        # A constant number is not excluded.
        assert slow.systematic > edge.value - slow.value
    assert fakes.per_particle("muon-front", [1.2], [1.0], "vertex") == edge
    stopped = fakes.per_particle("muon-front", [0.201], [1.0], "timed")
    assert stopped.value < 0.01 * fakes.per_particle("muon-front", [1.0], [1.0], "timed").value
    assert stopped.error > 0.0


@pytest.mark.parametrize(
    ("kind", "energy"),
    [("neutron-front", 1e-3), ("neutron-above", 0.05), ("photon-bare", 0.02), ("muon-above", 0.1)],
)
def test_nothing_below_the_threshold(kind: fakes.Kind, energy: float) -> None:
    """1 MeV neutrons at 1 kHz/cm^2 for ten years are not 2e11 vertices."""
    for stage in STAGES:
        none = fakes.per_particle(kind, [energy], [1.0], stage)
        assert (none.value, none.error) == (0.0, 0.0)


def test_statistical_error_is_that_of_repeated_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    truth, tried = np.array([0.1, 0.3, 0.2]), np.array([400, 300, 500])
    energies, weights = np.geomspace(1.0, 20.0, 40), np.linspace(1.0, 3.0, 40)
    values, errors = [], []
    for _ in range(400):
        use(monkeypatch, table_of(list(rng.poisson(truth * tried)), list(tried)))
        found = fakes.per_particle("photon-front", energies, weights, "vertex")
        values.append(found.value)
        errors.append(found.statistical)
    # A spread of 400 numbers is known to 1 / sqrt(800) = 3.5 per cent; the "one more" of the error
    # adds 1 / (2 * 40) at most. Four standard deviations.
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.16)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="kind = 'axion'"):
        fakes.per_particle("axion", [1.0], [1.0], "vertex")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="stage = 'none'"):
        fakes.per_particle("photon-front", [1.0], [1.0], "none")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="energies"):
        fakes.per_particle("photon-front", [1.0, 2.0], [1.0], "vertex")
    with pytest.raises(InputError, match="energies"):
        fakes.per_particle("photon-front", [0.0], [1.0], "vertex")
    with pytest.raises(InputError, match="weights"):
        fakes.per_particle("photon-front", [1.0, 2.0], [0.0, 0.0], "vertex")


@pytest.mark.parametrize("kind", fakes.KINDS)
def test_shipped_table(kind: fakes.Kind) -> None:
    table = read_table("fake_vertices")
    edges, rows = fakes.bins(kind)
    assert np.all(np.diff(edges) > 0.0)
    assert np.all(table["low"][rows][1:] == table["high"][rows][:-1])
    assert np.all(table["entering"][rows] >= 250)
    # Every stage asks for more than the one before; a particle counts once from "gas" on.
    chain = ("vertex", "gas", "timed", "quiet", "isolated")
    sums = [table[stage][rows] for stage in chain]
    assert np.all(table["closed"][rows] <= table["timed"][rows])
    assert np.all(table["closed_quiet"][rows] <= table["closed"][rows])
    assert np.all(table["closed_quiet"][rows] <= table["quiet"][rows])
    for before, after in itertools.pairwise(sums):
        assert np.all(after <= before)
    assert np.all(table["gas"][rows] <= table["entering"][rows])
    for stage in STAGES[1:]:
        assert np.all(table[f"{stage}_squares"][rows] <= table[stage][rows])
    assert np.all(table["vertex_squares"][rows] >= table["vertex"][rows])
    middles = np.sqrt(edges[1:] * edges[:-1])
    counts = {
        name: fakes.per_particle(kind, middles, np.ones(len(rows)), name) for name in SELECTIONS
    }
    assert counts["timed"].value <= counts["vertex"].value
    assert all(count.statistical > 0.0 for count in counts.values())


def test_fibres_see_cosmic_muons() -> None:
    # A muon that crosses a gap comes in on one side of it and goes out on the other, whichever way
    # it flies: one place upstream, 98 per cent. What it knocks out lights others now and then; one
    # that flies to the front and stops lights none upstream.
    silent = fakes.gas_silent("muon-above", [20.0], [1.0])
    assert 0.018 < silent < 0.0205
    assert fakes.gas_silent("muon-above", [0.3], [1.0]) > 0.1


def test_cosmic_lines_share_out_the_faces() -> None:
    stack = Stack(blocks=8)
    points, u = cosmic_lines(stack, 40_000, np.random.default_rng(3))
    assert np.linalg.norm(u, axis=1) == pytest.approx(1.0)
    assert np.all(u[:, 1] < 0.0)
    x, y = stack.size
    top = points[:, 1] == 0.5 * y
    side = np.abs(points[:, 0]) == 0.5 * x
    end = (points[:, 2] == 0.0) | (points[:, 2] == stack.depth)
    assert np.all(top ^ side ^ end)
    # Through a horizontal area pi/2 of the vertical intensity, through an upright one pi/8 a side.
    areas = np.array([x * stack.depth, 0.5 * y * stack.depth, 0.5 * x * y])
    share = areas / areas.sum()
    seen = np.array([np.mean(face) for face in (top, side, end)])
    assert np.all(np.abs(seen - share) < 4.5 * np.sqrt(share * (1.0 - share) / len(u)))
    # Of those through an upright end a quarter have a slope below 1: (pi/16) / (pi/4).
    flat = np.hypot(u[end, 0], u[end, 1]) < np.abs(u[end, 2])
    assert abs(np.mean(flat) - 0.25) < 4.5 * math.sqrt(0.25 * 0.75 / np.count_nonzero(end))
    # Lines go into the volume.
    middle = np.array([0.0, 0.0, 0.5 * stack.depth])
    half = 0.5 * np.array([x, y, stack.depth])
    assert np.all(np.abs(points + 1e-6 * u - middle) <= half)


@pytest.mark.parametrize("how", ["cosmic", "front"])
def test_particles_start_outside_and_head_for_the_blocks(how: str) -> None:
    pytest.importorskip("particle")
    stack = Stack()
    rng = np.random.default_rng(4)
    kinetic = log_uniform((1e3, 1e4), 500, rng)
    rows = incoming_primaries(stack, how, (13, -13), kinetic, rng)  # type: ignore[arg-type]
    low, high = (np.array(corner) for corner in stack.outer())
    place = np.stack([rows[c] for c in "xyz"], axis=1)
    u = np.stack([rows[f"p{c}"] for c in "xyz"], axis=1)
    u /= np.linalg.norm(u, axis=1)[:, None]
    outside = np.any((place < low) | (place > high), axis=1)
    assert np.all(outside)
    assert np.all((place > low - 1.001) & (place < high + 1.001))
    assert set(rows["pdg"]) == {13, -13}
    # Somewhere on the way each is inside of the blocks.
    x, y = stack.size
    steps = np.linspace(0.0, 3000.0, 6001)
    way = place[:, None, :] + steps[None, :, None] * u[:, None, :]
    inside = (np.abs(way[..., 0]) < 0.5 * x) & (np.abs(way[..., 1]) < 0.5 * y)
    inside &= (way[..., 2] > 0.0) & (way[..., 2] < stack.depth)
    # Half a millimetre of step may miss a corner that is cut.
    assert np.mean(inside.any(axis=1)) > 0.99


def test_front_lines_come_from_afar() -> None:
    points, u = front_lines(Stack(), 1000, np.random.default_rng(5))
    assert np.all(points[:, 2] == 0.0)
    back = points - u * (7000.0 / u[:, 2])[:, None]
    assert np.abs(back[:, :2]).max() < 1e-9


@pytest.mark.nightly
def test_a_small_run_reproduces_the_table(tmp_path: Path) -> None:
    pytest.importorskip("calzone")
    from wayside.detector.physics import Physics
    from wayside.reconstruction.fake_vertices import fake_vertices as look
    from wayside.reconstruction.job import of_crossings
    from wayside.transport import datasets
    from wayside.transport.plan import Plan, read_run
    from wayside.transport.run import simulate

    number = 60
    stack = Stack(shield=0.0)
    rng = np.random.default_rng(11)
    primaries = incoming_primaries(
        stack, "front", (22,), log_uniform((200.0, 1000.0), number, rng), rng
    )
    simulate(Plan(primaries, stack, Physics(), datasets.find(), 11, number), tmp_path)
    run = read_run(tmp_path)
    crossings = {kind: getattr(run, kind) for kind in ("film", "gas", "fibre")}
    silent = crossings | {"fibre": crossings["fibre"][:0]}
    job = Job(EmulsionSection(), ReconstructionSection())
    rows = look(of_crossings(silent, job, Sheets(), rng), crossings, primaries, job, Sheets())
    _, rows_of = fakes.bins("photon-bare")
    table = read_table("fake_vertices")
    row = rows_of[1]
    assert (table["low"][row], table["high"][row]) == (0.2, 1.0)
    for stage, seen in (
        ("vertex", len(rows)),
        ("gas", len(np.unique(rows["event"][rows["timed"]]))),
    ):
        mean = table[stage][row] / table["entering"][row]
        squares = table[f"{stage}_squares"][row] / table["entering"][row]
        error = math.sqrt(number * squares * (1.0 + number / table["entering"][row]))
        # 4.5 standard deviations, and one vertex where few are expected.
        assert abs(seen - number * mean) < 4.5 * error + 1.0
    assert np.all(rows["before"] <= rows["passing"])
    assert np.all(rows["fibres"][~rows["timed"]] == 0)
    assert not rows["primary"].any(), "a photon leaves no track"
