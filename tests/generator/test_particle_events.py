"""Events of single particles: chain, rates, files.

Random tests fail by chance once in a million; seeds are fixed.
"""

import json
import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.errors import InputError
from wayside.generator.events import EventGenerator
from wayside.generator.formats import READABLE, write_events
from wayside.generator.formats.primaries import read_events, read_primaries
from wayside.sensitivity.particle_point import particle_point

N = 200
SIGMAS = 5.0
KINDS = {
    "alp-photon": {"model.mass": 0.5, "model.g_photon": 1e-7},
    "dark-photon": {"model.mass": 0.3, "model.epsilon": 1e-8},
    "dark-higgs": {"model.mass": 0.5, "model.sin_theta": 1e-4},
    "hnl": {"model.mass": 0.5, "model.u2_tau": 1e-4, "model.u2_mu": 1e-5},
    "dark-higgs-aprime": {
        "model.mass": 0.5, "model.m_aprime": 2.0, "model.sin_theta": 1e-5,
        "model.epsilon": 1e-2, "model.g_d": 1.0,
    },
}  # fmt: skip
CYLINDER = {
    "shape": "cylinder", "z_min": 4.0, "z_max": 6.0, "outer_radius": 2.0, "inner_radius": 0.5
}  # fmt: skip


def scenario_of(kind, name="belle2-forward-beams", **more):
    return load_scenario(name, {"model.kind": kind, **KINDS[kind], **more})


@pytest.fixture(scope="module", params=KINDS)
def generator(request):
    return EventGenerator(scenario_of(request.param), ["B"])


@pytest.fixture(scope="module")
def events(generator):
    (block,) = generator.blocks(N, 7)
    return block


def test_energy_momentum_and_flight(generator, events):
    mass = generator.model.mass
    owner = np.repeat(np.arange(N), np.diff(events.offsets))
    flying = events.momenta["llp"]
    energy = np.sqrt(events.mass**2 + np.sum(events.momentum**2, axis=1))
    before = np.sqrt(mass**2 + np.sum(flying**2, axis=1))
    assert np.bincount(owner, energy) == pytest.approx(before, rel=1e-12)
    for k in range(3):
        after = np.bincount(owner, events.momentum[:, k])
        assert after == pytest.approx(flying[:, k], rel=1e-9, abs=1e-12)
    length = np.linalg.norm(events.vertex, axis=1)
    size = np.linalg.norm(flying, axis=1)
    assert events.time == pytest.approx(length * before / size / 0.299792458, rel=1e-12)
    assert events.vertex / length[:, None] == pytest.approx(flying / size[:, None], abs=1e-12)
    volume = generator.scenario.detectors["B"].build()
    near, far = (edge[:, 0] for edge in volume.crossings(events.vertex / length[:, None]))
    assert np.all((length > near - 1e-9) & (length < far + 1e-9))


def test_kept_proposals_are_the_yield(generator):
    """What is kept of the proposals times their bound is the probability of the quadrature."""
    sampler = generator._flights
    drawn = sampler.draw(40_000, np.random.default_rng(3))
    point = particle_point(generator.scenario)
    exact = float(point.decay_probability("B", generator.scenario.model.couplings))
    kept = len(drawn.rapidity)
    found = math.exp(sampler.log_total) * kept / drawn.proposed
    fraction = kept / drawn.proposed
    error = math.sqrt((1.0 - fraction) / kept + drawn.repeated / kept**2)
    assert abs(found / exact - 1.0) < SIGMAS * error + 1e-3


def test_detectors_and_processes_in_proportion():
    scenario = scenario_of("dark-higgs", "gazelle")
    generator = EventGenerator(scenario, ["baby", "l-b2"])
    header = generator.header(10, 1)
    rates = np.array([each["expected_events"] for each in header["detectors"]])
    blocks = [generator.block(5, number) for number in range(2)]
    detector = np.concatenate([block.detector for block in blocks])
    process = np.concatenate([block.process for block in blocks])
    n = len(detector)
    for k, rate in enumerate(rates / rates.sum()):
        error = math.sqrt(rate * (1.0 - rate) / n) + 1e-3 * rate
        assert abs(np.mean(detector == k) - rate) < SIGMAS * error
    point = particle_point(scenario)
    couplings = scenario.model.couplings
    by_process = np.array([
        float(one.produced_fb(couplings))
        * sum(
            float(point.acceptance(number, name).probability(np.array(generator.ctau)))
            for name in generator.detectors
        )
        for number, one in enumerate(point.processes)
    ])  # fmt: skip
    assert len(by_process) == 4
    for k, rate in enumerate(by_process / by_process.sum()):
        error = math.sqrt(rate * (1.0 - rate) / n) + 1e-3 * rate
        assert abs(np.mean(process == k) - rate) < SIGMAS * error


def test_invisible_decays_are_not_counted():
    scenario = scenario_of(
        "hnl", "gazelle", **{"model.mass": 0.1, "run.processes": ["tau -> pi N"]}
    )
    generator = EventGenerator(scenario, ["baby"])
    header = generator.header(10, 1)
    point = particle_point(scenario)
    expected = float(point.expected_events("baby", scenario.model.couplings, 5e4))
    assert header["expected_events"] == pytest.approx(expected, rel=1e-12)
    assert header["visible_fraction"] < 0.3
    assert header["branching_ratios"]["nu nu nu"] == pytest.approx(1 - header["visible_fraction"])
    assert header["channels"] == ["nu e e"]
    block = generator.block(1, 0)
    assert set(np.abs(block.pdg)) <= {11, 14, 16}


@pytest.fixture(scope="module")
def files(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    for kind, suffix in READABLE.items():
        header = generator.header(N, 7)
        write_events(kind, folder / f"events{suffix}", header, generator.blocks(N, 7))
    return folder


@pytest.mark.parametrize("kind", READABLE)
def test_read_back(kind, files, generator, events):
    header, columns, particles, offsets = read_events(files / f"events{READABLE[kind]}")
    expected = json.loads(json.dumps(generator.header(N, 7)))
    assert {key: header[key] for key in expected} == expected
    np.testing.assert_array_equal(offsets, events.offsets)
    np.testing.assert_array_equal(particles["pdg"], events.pdg)
    assert columns["t"] == pytest.approx(events.time, rel=1e-14)
    for k, axis in enumerate("xyz"):
        np.testing.assert_array_equal(columns[axis], 1e3 * events.vertex[:, k])
        np.testing.assert_array_equal(particles[f"p{axis}"], events.momentum[:, k])
        if kind != "hepmc":
            np.testing.assert_array_equal(columns[f"llp_p{axis}"], events.momenta["llp"][:, k])
    assert not any(name.startswith(("phi", "aprime")) for name in columns)
    rows = read_primaries(files / f"events{READABLE[kind]}", "B")
    assert not np.any(np.isin(np.abs(rows["pdg"]), (12, 14, 16)))
    assert len(rows) == np.sum(~np.isin(np.abs(events.pdg), (12, 14, 16)))


def test_hepmc_for_others(files, generator, events):
    import pyhepmc

    with pyhepmc.open(str(files / "events.hepmc")) as file:
        read = list(file)
    code = generator.model.pdg_id
    for i in (0, 3, N - 1):
        event = read[i]
        beams = [p for p in event.particles if p.status == 4]
        final = [p for p in event.particles if p.status == 1]
        assert [p.pid for p in beams] == [11, -11]
        for name in ("px", "py", "pz", "e"):
            before = sum(getattr(p.momentum, name) for p in beams)
            assert sum(getattr(p.momentum, name) for p in final) == pytest.approx(before, abs=2e-6)
        (flying,) = [p for p in event.particles if p.pid == code]
        assert flying.status == 2
        assert {p.pid for p in flying.production_vertex.particles_in} == {11, -11}
        place = flying.end_vertex.position
        assert [place.x, place.y, place.z] == pytest.approx((1e3 * events.vertex[i]).tolist())
        (rest,) = [p for p in flying.production_vertex.particles_out if p.pid != code]
        # A photon, a system of particles, or the A' beside a dark Higgs.
        assert rest.pid in (22, 90, 55)
        assert rest.generated_mass == pytest.approx(0.0 if rest.pid == 22 else rest.momentum.m())


def test_other_shapes_and_the_simulation(tmp_path):
    scenario = scenario_of(
        "alp-photon", "gazelle", **{"detectors": {"ring": CYLINDER}, "run.signal": ["ring"]}
    )
    generator = EventGenerator(scenario, ["ring"])
    (block,) = generator.blocks(N, 1)
    r = np.hypot(block.vertex[:, 0], block.vertex[:, 1])
    assert np.all((r > 0.5 - 1e-9) & (r < 2.0 + 1e-9))
    assert np.all(np.abs(block.vertex[:, 2] - 5.0) < 1.0 + 1e-9)
    path = tmp_path / "events.parquet"
    write_events("parquet", path, generator.header(N, 1), [block])
    with pytest.raises(InputError, match=r"ring.*box"):
        read_primaries(path)


def test_refusals():
    with pytest.raises(InputError, match="detector C: not one of A, B"):
        EventGenerator(scenario_of("hnl"), ["C"])
    with pytest.raises(InputError, match="N: it decays to nothing visible"):
        EventGenerator(scenario_of("hnl", **{"model.mass": 1e-3}))
