"""Files of events, read back by their own libraries and by ours."""

import json
from pathlib import Path

import numpy as np
import pytest

from wayside import load_scenario, mass_point
from wayside.errors import InputError, OutputError
from wayside.generator.events import EventGenerator
from wayside.generator.formats import READABLE, hepmc_columns, hepmc_text, write_events
from wayside.generator.formats.primaries import read_events, read_primaries
from wayside.generator.pair_source import PairSource
from wayside.generator.records import PRIMARY

N = 400
ONE = {"run.radiation": "one-photon"}
SCENARIOS = {
    "on shell": ("belle2-forward-beams", ONE),
    "off shell": ("belle2-central", ONE),
    "all photons": ("belle2-forward-beams", {"run.radiation": "all"}),
    "all photons, off shell": ("belle2-central", {"run.radiation": "all"}),
    "hadrons": ("belle2-forward-beams", {"model.kind": "pseudo-dirac", "model.m2": 2.6, **ONE}),
}


@pytest.fixture(scope="module", params=SCENARIOS)
def generator(request):
    name, values = SCENARIOS[request.param]
    return EventGenerator(load_scenario(name, values))


@pytest.fixture(scope="module")
def events(generator):
    (block,) = generator.blocks(N, 7)
    return block


@pytest.fixture(scope="module")
def files(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    for kind, suffix in READABLE.items():
        write_events(
            kind,
            folder / f"events{suffix}",
            generator.header(N, 7),
            generator.blocks(N, 7),
            lambda: {"kept": generator.kept},
        )
    assert sorted(each.name for each in folder.iterdir()) == [
        "events.hepmc",
        "events.parquet",
        "events.root",
    ]
    return folder


def test_energy_and_momentum(generator, events) -> None:
    owner = np.repeat(np.arange(N), np.diff(events.offsets))
    model = generator.model
    energy = np.sqrt(events.mass**2 + np.sum(events.momentum**2, axis=1))
    total = np.bincount(owner, energy) + np.sqrt(
        model.m2**2 + np.sum(events.momenta["phi2"] ** 2, axis=1)
    )
    before = np.sqrt(model.m1**2 + np.sum(events.momenta["phi1"] ** 2, axis=1))
    assert total == pytest.approx(before, rel=1e-12)
    for k in range(3):
        after = np.bincount(owner, events.momentum[:, k]) + events.momenta["phi2"][:, k]
        assert after == pytest.approx(events.momenta["phi1"][:, k], rel=1e-9, abs=1e-12)
    # It flew from the origin at its velocity.
    length = np.linalg.norm(events.vertex, axis=1)
    speed = np.linalg.norm(events.momenta["phi1"], axis=1) / before * 0.299792458
    assert events.time == pytest.approx(length / speed, rel=1e-12)
    along = (
        events.vertex / length[:, None] * np.linalg.norm(events.momenta["phi1"], axis=1)[:, None]
    )
    assert along == pytest.approx(events.momenta["phi1"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", READABLE)
def test_read_back(kind, files, generator, events) -> None:
    header, columns, particles, offsets = read_events(files / f"events{READABLE[kind]}")
    expected = json.loads(json.dumps(generator.header(N, 7)))
    assert {key: header[key] for key in expected} == expected
    if kind != "hepmc":
        assert header["kept"] == generator.kept
    np.testing.assert_array_equal(offsets, events.offsets)
    np.testing.assert_array_equal(particles["pdg"], events.pdg)
    np.testing.assert_array_equal(columns["event"], np.arange(N))
    np.testing.assert_array_equal(columns["detector"], events.detector)
    assert np.all(columns["weight"] == 1)
    # HepMC has c t in mm.
    assert columns["t"] == pytest.approx(events.time, rel=1e-14)
    for k, axis in enumerate("xyz"):
        np.testing.assert_array_equal(columns[axis], 1e3 * events.vertex[:, k])
        np.testing.assert_array_equal(particles[f"p{axis}"], events.momentum[:, k])
    energy = np.sqrt(events.mass**2 + np.sum(events.momentum**2, axis=1))
    np.testing.assert_array_equal(particles["energy"], energy)


def test_parquet_for_others(files, events) -> None:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(files / "events.parquet")
    header = json.loads(file.metadata.metadata[b"wayside"])
    assert header["expected_events"] > 0
    table = file.read()
    assert table.num_rows == N
    assert table["particle_pdg"][3].as_py() == events.pdg[slice(*events.offsets[3:5])].tolist()
    assert table["phi1_pz"][3].as_py() == events.momenta["phi1"][3, 2]
    file.close()


def test_root_for_others(files, events) -> None:
    import uproot

    with uproot.open(files / "events.root") as file:
        assert json.loads(str(file["header"]))["seed"] == 7
        tree = file["events"]
        assert tree.num_entries == N
        assert tree["particle_pdg"].array()[3].tolist() == (
            events.pdg[slice(*events.offsets[3:5])].tolist()
        )
        assert tree["aprime_px"].array()[3] == events.momenta["aprime"][3, 0]


def test_hepmc_for_others(files, generator, events) -> None:
    import pyhepmc

    header = generator.header(N, 7)
    with pyhepmc.open(str(files / "events.hepmc")) as file:
        read = list(file)
    assert len(read) == N
    for i in (0, 3, N - 1):
        event = read[i]
        assert event.event_number == i
        assert event.weights == [1.0]
        assert event.run_info.weight_names == ["unit"]
        assert [(t.name, t.version) for t in event.run_info.tools] == [
            ("wayside", header["wayside"])
        ]
        assert event.cross_section.xsec() == pytest.approx(1e-3 * header["cross_section_fb"])
        beams = [p for p in event.particles if p.status == 4]
        assert [p.pid for p in beams] == [11, -11]
        final = [p for p in event.particles if p.status == 1]
        # Beams have no mass here: parts in 1e8.
        for name in ("px", "py", "pz", "e"):
            before = sum(getattr(p.momentum, name) for p in beams)
            after = sum(getattr(p.momentum, name) for p in final)
            assert after == pytest.approx(before, abs=2e-6)
        for p in event.particles:
            if p.status != 4:
                assert p.momentum.m() == pytest.approx(p.generated_mass, abs=2e-4)
        (mediator,) = [p for p in event.particles if p.pid == 55]
        assert {p.pid for p in mediator.production_vertex.particles_in} == {11, -11}
        on_shell = header["mode"] == "on-shell"
        assert [p.pid for p in final].count(22) >= on_shell
        excited = [p for p in event.particles if p.pid > 4_000_000]
        assert [p.status for p in excited] == [2]
        vertex = excited[0].end_vertex
        assert [vertex.position.x, vertex.position.y, vertex.position.z] == pytest.approx(
            1e3 * events.vertex[i], rel=1e-14
        )
        assert vertex.position.t == pytest.approx(299.792458 * events.time[i], rel=1e-14)
        assert excited[0].production_vertex.position.t == 0
        assert len(vertex.particles_out) == 1 + np.diff(events.offsets)[i]


def test_hepmc_has_every_bit(files, events) -> None:
    """The library reads the numbers that were written, by columns, to their last bit."""
    import pyhepmc

    with pyhepmc.open(str(files / "events.hepmc")) as file:
        for i, event in enumerate(file):
            (flying,) = [p for p in event.particles if p.pid > 4_000_000]
            beside, *visible = flying.end_vertex.particles_out
            part = slice(events.offsets[i], events.offsets[i + 1])
            assert [p.pid for p in visible] == events.pdg[part].tolist()
            for particle, momentum, mass in (
                (flying, events.momenta["phi1"][i], flying.generated_mass),
                (beside, events.momenta["phi2"][i], beside.generated_mass),
                *zip(visible, events.momentum[part], events.mass[part], strict=True),
            ):
                four = particle.momentum
                assert [four.px, four.py, four.pz] == momentum.tolist()
                assert particle.generated_mass == mass
                assert four.e == np.sqrt(mass**2 + np.sum(momentum**2))
            place = flying.end_vertex.position
            assert [place.x, place.y, place.z] == (1e3 * events.vertex[i]).tolist()


def test_hepmc_by_columns_and_by_library(files, tmp_path, monkeypatch) -> None:
    """Without its checksum a file is read by the library, event by event: the same columns."""
    path = files / "events.hepmc"
    other = tmp_path / "other.hepmc"
    other.write_bytes(path.read_bytes().split(b"A wayside_end")[0])
    header, *library = read_events(other)
    for size in (hepmc_columns._BLOCK, 4567, 1000):
        monkeypatch.setattr(hepmc_columns, "_BLOCK", size)
        same, *columns = read_events(path)
        assert same == header
        for one, two in zip(columns[:2], library[:2], strict=True):
            assert list(one) == list(two)
            for name, values in one.items():
                assert values.dtype == two[name].dtype
                np.testing.assert_array_equal(values, two[name])
        np.testing.assert_array_equal(columns[2], library[2])


def test_hepmc_is_the_same_in_other_blocks(files, generator, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(hepmc_text, "_AT_ONCE", 7)
    (block,) = generator.blocks(N, 7)
    blocks = [block.part(0, 33), block.part(33, 34), block.part(34, N)]
    write_events("hepmc", tmp_path / "events.hepmc", generator.header(N, 7), blocks)
    assert (tmp_path / "events.hepmc").read_bytes() == (files / "events.hepmc").read_bytes()


def test_hepmc_of_any_name(generator, events, tmp_path) -> None:
    """Names of detectors with what HepMC3 escapes, in both readers."""
    header = generator.header(N, 7)
    for number, detector in enumerate(header["detectors"]):
        detector["name"] = f'\\| "{number}\\n @ 19E '
    path = tmp_path / "events.hepmc"
    write_events("hepmc", path, header, [events])
    read, columns, _, _ = read_events(path)
    assert read["detectors"] == header["detectors"]
    np.testing.assert_array_equal(columns["detector"], events.detector)
    path.write_bytes(path.read_bytes().split(b"A wayside_end")[0])
    np.testing.assert_array_equal(read_events(path)[1]["detector"], events.detector)


@pytest.mark.parametrize("kind", READABLE)
def test_primaries(kind, files, generator, events) -> None:
    path = files / f"events{READABLE[kind]}"
    boxes = mass_point(generator.scenario).volumes
    several = len(generator.detectors) > 1
    if several:
        with pytest.raises(InputError, match="several detectors"):
            read_primaries(path)
    total = 0
    for index, name in enumerate(generator.detectors):
        box = boxes[name]
        primaries = read_primaries(path, name if several else None)
        assert primaries.dtype == PRIMARY
        total += len(primaries)
        mine = np.flatnonzero(events.detector == index)
        np.testing.assert_array_equal(np.unique(primaries["event"]), mine)
        assert np.all(np.abs(primaries["x"]) <= 500 * box.size[0] * (1 + 1e-9))
        assert np.all(np.abs(primaries["y"]) <= 500 * box.size[1] * (1 + 1e-9))
        assert np.all(
            (primaries["z"] >= -1e-6) & (primaries["z"] <= 1000 * box.size[2] * (1 + 1e-9))
        )
        # Corner by corner: the frame is that of the box, in mm, and MeV for momenta.
        first = primaries[0]
        i = int(first["event"])
        lab = box.position + 1e-3 * np.array([first[a] for a in "xyz"]) @ box.axes
        assert lab == pytest.approx(events.vertex[i], rel=1e-12)
        momentum = 1e-3 * np.array([first[f"p{a}"] for a in "xyz"]) @ box.axes
        assert momentum == pytest.approx(events.momentum[events.offsets[i]], rel=1e-9, abs=1e-12)
        assert first["time"] == pytest.approx(events.time[i], rel=1e-14)
    assert total == len(events.pdg)
    with pytest.raises(InputError, match="not one of"):
        read_primaries(path, "nowhere")


def test_the_seed_and_nothing_else() -> None:
    scenario = load_scenario("belle2-central", ONE)
    one = EventGenerator(scenario)
    (few,) = one.blocks(100, 3)
    many = list(EventGenerator(scenario).blocks(PairSource.block, 3))
    assert len(many) > 1
    assert sum(len(block.event) for block in many) == PairSource.block
    np.testing.assert_array_equal(
        np.concatenate([block.event for block in many]), np.arange(PairSource.block)
    )
    first = many[0].first(100)
    for name, value in few._asdict().items():
        if name != "momenta":
            np.testing.assert_array_equal(value, getattr(first, name))
    assert list(few.momenta) == ["phi1", "phi2", "aprime"]
    for name, momentum in few.momenta.items():
        np.testing.assert_array_equal(momentum, first.momenta[name])
    # Any block by itself.
    np.testing.assert_array_equal(many[1].vertex, one.block(3, 1).vertex[: len(many[1].vertex)])
    (other,) = one.blocks(100, 4)
    assert not np.any(few.vertex == other.vertex)


def test_header_adds_up() -> None:
    scenario = load_scenario("belle2-forward-beams", ONE)
    header = EventGenerator(scenario).header(10, 1)
    point = mass_point(scenario)
    exact = sum(float(point.expected_events(name, 1e-4, 1.0, 5e4)) for name in ("A", "B"))
    assert header["expected_events"] == pytest.approx(exact, rel=1e-12)
    assert header["cross_section_fb"] * header["luminosity_fb"] == pytest.approx(exact, rel=1e-12)
    assert [each["name"] for each in header["detectors"]] == ["A", "B"]
    one = EventGenerator(scenario, ["B"]).header(10, 1)
    assert one["expected_events"] == header["detectors"][1]["expected_events"]


def test_refusals(tmp_path: Path) -> None:
    scenario = load_scenario("belle2-forward")
    with pytest.raises(InputError, match=r"detector C: not one of A, B"):
        EventGenerator(scenario, ["C"])
    with pytest.warns(UserWarning, match="below 2 m_e"):
        stable = scenario.with_values({"model.m1": 3.6505})
    with pytest.raises(InputError, match="never decays"):
        EventGenerator(stable)
    with pytest.raises(InputError, match="no such file"):
        read_primaries(tmp_path / "none.root")
    with pytest.raises(InputError, match="must end in"):
        read_primaries(tmp_path / "none.csv")
    for suffix in READABLE.values():
        bad = tmp_path / f"bad{suffix}"
        bad.write_bytes(b"nothing of the kind" * 100)
        with pytest.raises(InputError, match="bad"):
            read_primaries(bad)
    (tmp_path / "folder.root").mkdir()
    with pytest.raises(OutputError, match="in the way"):
        write_events("root", tmp_path / "folder.root", {}, [])


@pytest.mark.parametrize("kind", READABLE)
def test_nothing_is_left_of_a_broken_run(kind, tmp_path: Path) -> None:
    generator = EventGenerator(load_scenario("belle2-central", ONE))

    def broken():
        yield next(iter(generator.blocks(50, 1)))
        raise KeyboardInterrupt

    path = tmp_path / f"events{READABLE[kind]}"
    with pytest.raises(KeyboardInterrupt):
        write_events(kind, path, generator.header(100, 1), broken())
    assert list(tmp_path.iterdir()) == []


def test_missing_extra(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wayside.generator.formats.find_spec", lambda _: None)
    for kind in READABLE:
        with pytest.raises(InputError, match=r"wayside\[simulation\]"):
            write_events(kind, tmp_path / "x", {}, [])
    with pytest.raises(InputError, match="must be parquet, root, hepmc"):
        write_events("csv", tmp_path / "x", {}, [])
    assert list(tmp_path.iterdir()) == []
