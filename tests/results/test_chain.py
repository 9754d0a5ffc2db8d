"""Events, simulation and reconstruction as a user of the library calls them."""

import json
from pathlib import Path

import numpy as np
import pytest

import wayside
from wayside.errors import InputError, OutputError
from wayside.generator.formats.primaries import read_primaries
from wayside.scenario import Scenario

ONE_PHOTON = {"run.radiation": "one-photon"}
THIN = {
    "stack.blocks": 1,
    "stack.layers": 10,
    "stack.shield": 0,
    "stack.fibres": 0,
    **ONE_PHOTON,
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return wayside.load_scenario("belle2-forward", THIN)


@pytest.fixture(scope="module")
def sample(scenario: Scenario) -> "wayside.EventSample":
    return wayside.events(scenario, 40, seed=3)


@pytest.fixture(scope="module")
def simulated(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> "wayside.Simulation":
    apart = [(0.1, 0.0, 1.0), (-0.1, 0.0, 1.0)]
    pairs = wayside.particle_gun(["mu-", "mu+"], "400 MeV", 6, directions=apart)
    return wayside.simulate(scenario, pairs, tmp_path_factory.mktemp("run"), events_per_chunk=3)


def test_events(sample: "wayside.EventSample", tmp_path: Path) -> None:
    assert repr(sample) == "<40 events of belle2-forward in A, B, seed 3>"
    assert len(sample) == 40
    done = []
    blocks = list(sample.blocks(lambda *numbers: done.append(numbers)))
    assert sum(len(block.event) for block in blocks) == 40
    assert done[-1] == (40, 40)
    again = next(iter(sample.blocks()))
    assert np.array_equal(again.vertex, blocks[0].vertex)
    assert sample.header()["events"] == 40
    assert sample.counts()["kept"] >= 40

    file = sample.save(tmp_path / "new")
    assert file == tmp_path / "new" / "events.parquet"
    assert sample.save(tmp_path / "mine.root", "root") == tmp_path / "mine.root"
    (tmp_path / "x" / "events.hepmc").mkdir(parents=True)
    with pytest.raises(OutputError, match="a folder is in the way"):
        sample.save(tmp_path / "x", "hepmc")


@pytest.mark.parametrize("detector", ["A", "B"])
def test_primaries_are_those_of_the_file(
    sample: "wayside.EventSample", detector: str, tmp_path: Path
) -> None:
    """In memory and by way of a file: the same particles in the detector's frame."""
    file = sample.save(tmp_path)
    rows = sample.primaries(detector)
    assert len(rows)
    assert rows.tobytes() == read_primaries(file, detector).tobytes()


@pytest.mark.nightly
def test_simulation_of_a_sample(tmp_path: Path) -> None:
    """A sample and its file give the same run."""
    values = {"stack.shield": 0, "stack.fibres": 0, **ONE_PHOTON}
    whole = wayside.load_scenario("belle2-forward", values)
    sample = wayside.events(whole, 4, detectors=["A"])
    runs = [
        wayside.simulate(whole, particles, tmp_path / name)
        for name, particles in (("a", sample), ("b", sample.save(tmp_path / "file")))
    ]
    assert runs[0].recorded.film.tobytes() == runs[1].recorded.film.tobytes()
    assert runs[0].plan.events == 4


PARTICLES = {
    "alp-photon": ({"model.mass": 0.5, "model.g_photon": 1e-7}, {11}),
    "hnl": (
        {"model.mass": 0.6, "model.u2_mu": 1e-4, "run.processes": ["tau -> mu nu_tau N"]},
        {13, 211},
    ),
}


@pytest.mark.parametrize("kind", ["alp-photon", pytest.param("hnl", marks=pytest.mark.nightly)])
def test_chain_of_a_single_particle(kind: str, tmp_path: Path) -> None:
    """Photons convert, muons and pions leave tracks, neutrinos do not get in."""
    keys, charged = PARTICLES[kind]
    whole = {"stack.shield": 0, "stack.fibres": 0}
    scenario = wayside.load_scenario("belle2-forward-beams", {"model.kind": kind, **keys, **whole})
    sample = wayside.events(scenario, 3, detectors=["A"])
    assert not np.any(np.isin(np.abs(sample.primaries()["pdg"]), (12, 14, 16)))
    run = wayside.simulate(scenario, sample, tmp_path / "run")
    film = run.recorded.film
    assert charged <= set(np.abs(film["pdg"]).tolist())
    result = wayside.reconstruct(run)
    assert len(result.tracks) > 0
    with pytest.raises(InputError, match="detector B: not one of A"):
        sample.primaries("B")


def test_simulation(simulated: "wayside.Simulation", tmp_path: Path) -> None:
    assert repr(simulated).startswith("<simulation of 6 events in ")
    assert simulated.accidents == []
    summary = simulated.summary()
    assert summary["crossings"]["film"] == len(simulated.recorded.film)
    assert all(path.is_file() for path in simulated.tables)
    written = simulated.save(tmp_path / "more", root=True, display=1)
    assert [path.name for path in written][:3] == [
        "simulation.root", "event-display.png", "event-display.pdf",
    ]  # fmt: skip
    assert all(path.parent == tmp_path / "more" for path in written)


def test_reconstruction(simulated: "wayside.Simulation", tmp_path: Path) -> None:
    result = wayside.reconstruct(simulated)
    assert result.folder == simulated.folder / "reconstruction"
    counts = result.summary()["result"]
    assert repr(result) == (
        f"<reconstruction of 6 events: {counts['tracks']} tracks, {counts['vertices']} vertices>"
    )
    assert (len(result.tracks), len(result.vertices)) == (counts["tracks"], counts["vertices"])
    assert len(result.particles) >= 12
    # Two muons in each of six events, far enough apart to be found.
    assert counts["tracks"] == pytest.approx(12, abs=2)
    names = {path.name for path in result.save(tmp_path, root=True, display=1)}
    assert {"vertices.png", "efficiency.pdf", "reconstruction.root"} < names
    # From the folder alone, with the cuts of a scenario; then what is there is refused.
    other = wayside.reconstruct(simulated.folder, tmp_path / "b", scenario=simulated.scenario)
    assert other.tracks.tobytes() == result.tracks.tobytes()
    with pytest.raises(InputError, match="another job"):
        wayside.reconstruct(simulated, seed=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": ["e"]}, "particle e: unknown"),
        ({"energy": "3 mm"}, "kinetic energy '3 mm': a length"),
        ({"energy": -1.0}, "kinetic energy -1.0"),
        ({"directions": [(0, 0, 1)] * 3}, "3 directions for 2 particles"),
        ({"directions": [(0, 0, 0)]}, "direction: must have a length"),
    ],
)
def test_bad_guns(arguments: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"names": ["e-", "e+"], "energy": 0.1, "events": 2}
    with pytest.raises(InputError, match=message):
        wayside.particle_gun(**(good | arguments))  # type: ignore[arg-type]


def test_bad_runs(scenario: Scenario, tmp_path: Path) -> None:
    muons = wayside.particle_gun(["mu-"], 0.1, 1)
    out = tmp_path / "out"
    with pytest.raises(InputError, match="detector C: not one of A, B"):
        wayside.simulate(scenario, muons, out, detector="C")
    with pytest.raises(InputError, match="no such folder"):
        wayside.reconstruct(out)
    assert not out.exists()


def test_summaries_are_plain(simulated: "wayside.Simulation") -> None:
    assert json.loads(json.dumps(simulated.summary())) == simulated.summary()
