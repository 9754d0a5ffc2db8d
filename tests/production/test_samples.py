"""Flying particles from files: formats, yields against those of the density, what is refused."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pyhepmc
import pytest

import wayside
from wayside import load_scenario
from wayside.collider.beams import Beams
from wayside.collider.boosts import boost
from wayside.errors import InputError
from wayside.production.samples import read_sample
from wayside.results.point import point_report
from wayside.sensitivity.key_plane import key_plane
from wayside.sensitivity.particle_point import particle_point

BELLE2 = Beams(7.007, 4.0, 0.083)
MASS = 0.5
CODE = 51


def alp_momenta(number, seed=3):
    """Momenta of a from e+ e- -> gamma a in the centre of mass, 1 + cos^2 about the electrons."""
    rng = np.random.default_rng(seed)
    cosine = rng.uniform(-1.0, 1.0, 4 * number)
    cosine = cosine[rng.uniform(0.0, 2.0, len(cosine)) < 1.0 + cosine**2][:number]
    azimuth = rng.uniform(0.0, 2.0 * np.pi, number)
    sine = np.sqrt(1.0 - cosine**2)
    size = (BELLE2.sqrt_s**2 - MASS**2) / (2.0 * BELLE2.sqrt_s)
    return size * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)


def in_laboratory(momenta):
    energy = np.sqrt(MASS**2 + np.sum(momenta**2, axis=1))
    _, moved = boost(energy, momenta @ BELLE2.frame, BELLE2.boost)
    return moved


def energies(momenta):
    return np.sqrt(MASS**2 + np.sum(momenta**2, axis=1))


def write_parquet(path, momenta, **more):
    columns = dict(zip(("px", "py", "pz"), momenta.T, strict=True))
    table = pa.table({**columns, "energy": energies(momenta), **more.pop("columns", {})})
    metadata = {key: str(value) for key, value in more.items()}
    pa.parquet.write_table(table.replace_schema_metadata(metadata), path)


def write_lhe(path, momenta, cross_section_pb):
    lines = ["<LesHouchesEvents version='3.0'>", "<init>"]
    lines += [" 11 -11 7.007 4.0 0 0 0 0 3 1", f" {cross_section_pb} 0.0 1.0 1", "</init>"]
    for momentum, energy in zip(momenta, energies(momenta), strict=True):
        px, py, pz = momentum
        lines += ["<event>", " 2 1 1.0 10.58 0.0073 0.1"]
        lines.append(f" {CODE} 1 1 2 0 0 {px:.17g} {py:.17g} {pz:.17g} {energy:.17g} {MASS} 0. 9.")
        lines += [" 22 1 1 2 0 0 0. 0. 1. 1. 0. 0. 9.", "</event>"]
    text = "\n".join([*lines, "</LesHouchesEvents>", ""])
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def write_hepmc(path, momenta, cross_section_pb):
    with pyhepmc.io.WriterAscii(str(path)) as writer:
        for momentum, energy in zip(momenta, energies(momenta), strict=True):
            event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            vertex = pyhepmc.GenVertex()
            beam = pyhepmc.GenParticle((0.0, 0.0, 1.0, 1.0), 11, 4)
            vertex.add_particle_in(beam)
            vertex.add_particle_out(pyhepmc.GenParticle((*momentum, energy), CODE, 1))
            event.add_vertex(vertex)
            event.weights = [1.0]
            cross = pyhepmc.GenCrossSection()
            cross.set_cross_section(cross_section_pb, 0.0)
            event.cross_section = cross
            writer.write(event)


def scenario_of(path, **values):
    """Scenario with a file; detectors and beams as in belle2-forward-beams."""
    keys = {"kind": "from-file", "file": str(path), "pdg_id": CODE, "ctau_m": 1.0, **values}
    changes = {f"model.{key}": value for key, value in keys.items()}
    return load_scenario("belle2-forward-beams", changes)


def test_formats_hold_the_same(tmp_path):
    momenta = in_laboratory(alp_momenta(30))
    write_parquet(tmp_path / "a.parquet", momenta, cross_section_fb=2000.0)
    write_lhe(tmp_path / "a.lhe", momenta, 2.0)
    write_lhe(tmp_path / "a.lhe.gz", momenta, 2.0)
    write_hepmc(tmp_path / "a.hepmc", momenta, 2.0)
    for name in ("a.parquet", "a.lhe", "a.lhe.gz", "a.hepmc"):
        sample = read_sample(str(tmp_path / name), CODE)
        np.testing.assert_allclose(sample.momentum, momenta, rtol=1e-12, atol=1e-12)
        assert sample.mass == pytest.approx(MASS, rel=1e-6)
        assert sample.cross_section_fb == pytest.approx(2000.0)
        assert sample.total_weight == pytest.approx(30.0)


def test_yields_are_those_of_the_density_within_the_stated_error(tmp_path):
    """A box of 0.1 msr, which a few particles of the sample itself would hit."""
    momenta = alp_momenta(20_000)
    write_parquet(tmp_path / "lab.parquet", in_laboratory(momenta))
    write_parquet(tmp_path / "cm.parquet", momenta)
    alp = {"model.kind": "alp-photon", "model.mass": MASS, "model.g_photon": 1e-6}
    exact = particle_point(load_scenario("belle2-forward-beams", alp)).acceptance(0, "A")
    ctau = np.array([0.01, 0.03, 1.0, 30.0, 1e4])
    expected = exact.probability(ctau)
    for name, frame in (("lab", "lab"), ("cm", "cm")):
        scenario = scenario_of(tmp_path / f"{name}.parquet", frame=frame, cross_section_fb=1.0)
        acceptance = particle_point(scenario).acceptance(0, "A")
        values, errors = acceptance.probability(ctau), acceptance.error(ctau)
        assert np.all(values > 0.0)
        assert np.all(np.abs(values - expected) < 4.0 * errors)
        assert np.all(errors[1:] < 0.2 * expected[1:])
        hits = abs(acceptance.hit_probability - exact.hit_probability)
        assert hits < 4.0 * acceptance.hit_error


def test_report_and_powers(tmp_path):
    path = tmp_path / "a.parquet"
    momenta = in_laboratory(alp_momenta(6000))
    event = np.arange(6000) // 2
    weight = np.where(event % 2, 1.0, 3.0)
    write_parquet(path, momenta, columns={"event": event, "weight": weight}, cross_section_fb=5.0)
    ratios = {"mu mu": 0.25}
    report = point_report(scenario_of(path, branching_ratios=ratios))
    (process,) = report["production"]
    assert (process["cross_section_fb"], process["llps_per_event"]) == (5.0, 2.0)
    assert report["llp"]["ctau_m"] == pytest.approx(1.0)
    assert report["llp"]["branching_ratios"] == pytest.approx({"mu mu": 0.25, "other": 0.75})
    detector = report["detectors"][0]
    assert detector["expected_events_error"] > 0.0
    twice = point_report(scenario_of(path, cross_section_fb=10.0))["detectors"][0]
    assert twice["expected_events"] == pytest.approx(2.0 * detector["expected_events"])


def test_contours_of_a_file_close_where_samples_run_out(tmp_path):
    path = tmp_path / "a.parquet"
    write_parquet(path, in_laboratory(alp_momenta(6000)), cross_section_fb=1.0)
    plane = {
        "plane.x": "model.ctau_m",
        "plane.y": "model.cross_section_fb",
        "plane.x_range": [1e-3, 1e6],
        "plane.y_range": [1e-12, 1e12],
        "plane.points": 40,
    }
    result = wayside.reach(scenario_of(path).with_values(plane))
    (line,) = result.contour
    # One line from end to end of the decay lengths, or to where 1e12 fb are not enough.
    assert line.points[:, 0].max() == pytest.approx(1e6)
    assert line.points[:, 1].max() > 1e11
    slopes = np.diff(np.log(line.points[:, 1])) / np.diff(np.log(line.points[:, 0]))
    assert slopes[line.points[:-1, 0] > 1e4] == pytest.approx(1.0, abs=0.01)
    assert any("known to" in flag for flag in result.flags)


def test_the_plane_of_a_file_is_that_of_its_lifetime_and_rate(tmp_path):
    write_parquet(tmp_path / "a.parquet", in_laboratory(alp_momenta(10)), cross_section_fb=1.0)
    scenario = scenario_of(tmp_path / "a.parquet")
    plane = key_plane(scenario)
    assert (plane.x.name, plane.y.name) == ("model.ctau_m", "model.cross_section_fb")
    assert plane.x.values[[0, -1]] == pytest.approx([1e-2, 1e4])
    assert plane.y.values[[0, -1]] == pytest.approx([1e-3, 1e5])
    other = key_plane(scenario.with_values({"plane.y": "model.ctau_m"}))
    assert other.x.name == "model.cross_section_fb"


def test_what_is_in_a_file_may_come_from_the_z(tmp_path):
    write_parquet(tmp_path / "a.parquet", in_laboratory(alp_momenta(10)), cross_section_fb=1.0)
    scenario = scenario_of(tmp_path / "a.parquet")
    other = {"collider.electron_energy": 45.6, "collider.positron_energy": 45.6}
    assert scenario.with_values(other).processes == ("file",)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.parquet", None, r"none.parquet: No such file"),
        ("a.txt", b"", r"must end in .lhe"),
        ("a.parquet", b"PAR1", r"cannot be read as Parquet"),
        ("a.lhe", b"<LesHouchesEvents>\n", r"damaged: it has no end"),
        ("a.hepmc", b"HepMC::Version 3\n", r"damaged: it has no end"),
    ],
)
def test_files_that_are_refused(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        scenario_of(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_particles_that_are_refused(tmp_path):
    path = tmp_path / "a.parquet"
    momenta = in_laboratory(alp_momenta(10))
    codes = {"pdg_id": np.full(10, 13)}
    write_parquet(path, momenta, columns=codes, cross_section_fb=1.0)
    with pytest.raises(InputError, match=r"no particles with the PDG code 51"):
        scenario_of(path)
    write_parquet(path, momenta, columns={"vx": np.full(10, 0.5)}, cross_section_fb=1.0)
    with pytest.raises(InputError, match=r"a vertex 0.5 m from the interaction point"):
        scenario_of(path)
    write_parquet(path, momenta)
    with pytest.raises(InputError, match=r"model.cross_section_fb: missing"):
        scenario_of(path)
    with pytest.raises(InputError, match=r"model.mass = 2 GeV: that of the file is 0.5 GeV"):
        scenario_of(path, mass=2.0, cross_section_fb=1.0)
    with pytest.raises(InputError, match=r"branching_ratios: their sum is 1.5"):
        scenario_of(path, cross_section_fb=1.0, branching_ratios={"a": 0.75, "b": 0.75})
    light = np.stack([momenta[:, 0], momenta[:, 1], 2.0 * momenta[:, 2]], axis=1)
    columns = dict(zip(("px", "py", "pz"), light.T, strict=True))
    pa.parquet.write_table(pa.table({**columns, "energy": energies(momenta)}), path)
    with pytest.raises(InputError, match=r"no mass|several masses"):
        read_sample(str(path), CODE)
