"""Stages of the chain with single particles: what works, what says in one line that it does not."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from wayside.cli.main import cli

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

KEYS = {
    "alp-photon": ["model.mass=0.5", "model.g_photon=1e-7"],
    "dark-photon": ["model.mass=0.3", "model.epsilon=1e-8"],
    "dark-higgs": ["model.mass=0.5", "model.sin_theta=1e-4"],
    "hnl": ["model.mass=0.3", "model.u2_mu=1e-5"],
}
NO_STAGE = "a single particle; this needs an excited and a ground state"


def call(command, scenario, kind, *more):
    values = [word for key in (f"model.kind={kind}", *KEYS[kind]) for word in ("--set", key)]
    return CliRunner().invoke(cli, [command, scenario, *values, *map(str, more)])


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("command", ["relic", "search"])
def test_stages_without_a_meaning(command, kind, tmp_path):
    result = call(command, "belle2-forward-beams", kind, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f'model.kind = "{kind}": {NO_STAGE}' in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("kind", "decays"), [("alp-photon", "decays: gamma gamma 1"), ("hnl", "mu pi 0.")]
)
def test_events(kind, decays, tmp_path):
    path = tmp_path / "mine.hepmc"
    args = ("-n", 30, "--detector", "B", "--out", path)
    result = call("events", "belle2-forward-beams", kind, *args)
    assert result.exit_code == 0, result.stderr
    assert "30 events, seed 1; expected in" in result.stdout
    assert decays in " ".join(result.stdout.split())
    assert path.read_text().count("\nE ") == 30


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (("--detector", "C"), "detector C: not one of A, B"),
        (("--set", 'run.processes=["x"]'), 'no process "x"'),
        (
            ("--set", "model.mass=2.0", "--set", "model.u2_mu=1e-4"),
            "mass = 2 GeV: above that of the tau N are made by the Z",
        ),
        (("--set", "model.mass=0.9 MeV"), "N: it decays to nothing visible, so no events"),
        (("--set", "model.u2_mu=0"), "all 0; nothing is produced"),
        (("--set", "collider.electron_energy=0.5"), "must be above two taus"),
    ],
)
def test_what_is_refused(more, line, tmp_path):
    out = tmp_path / "out"
    result = call("events", "belle2-forward-beams", "hnl", *more, "--out", out)
    assert result.exit_code == 2
    assert line in result.stderr
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_simulation_needs_a_box(tmp_path):
    ring = '{ring = {shape = "cylinder", z_min = 4, z_max = 6, outer_radius = 2}}'
    more = ("--set", f"detectors={ring}", "--set", 'run.signal=["ring"]')
    path = tmp_path / "events.parquet"
    made = call("events", "belle2-forward-beams", "alp-photon", *more, "-n", 20, "--out", path)
    assert made.exit_code == 0, made.stderr
    out = tmp_path / "out"
    done = call(
        "simulate", "belle2-forward-beams", "alp-photon", *more, "--events", path, "--out", out
    )
    assert done.exit_code == 2
    assert "ring" in done.stderr
    assert "box" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()


@pytest.fixture
def sample(tmp_path):
    """Particles of 0.5 GeV around the direction of the detectors, and others."""
    rng = np.random.default_rng(2)
    p = rng.normal([0.3, 0.0, 3.0], 0.5, (400, 3))
    path = tmp_path / "sample.parquet"
    columns = dict(zip(("px", "py", "pz"), p.T, strict=True))
    energy = np.sqrt(0.25 + np.sum(p**2, axis=1))
    pq.write_table(pa.table({**columns, "energy": energy}), path)
    return path


def of_file(sample, ratios, *more):
    keys = ["kind=from-file", f"file={sample}", "pdg_id=4900111", "ctau_m=3", "cross_section_fb=2"]
    keys.append(f"branching_ratios={ratios}")
    values = [word for key in keys for word in ("--set", f"model.{key}")]
    return CliRunner().invoke(cli, ["events", "belle2-forward-beams", *values, *map(str, more)])


def test_events_of_a_file(sample, tmp_path):
    path = tmp_path / "events.parquet"
    ratios = '{"mu mu" = 0.7, "pi pi pi0" = 0.3}'
    result = of_file(sample, ratios, "-n", 2000, "--json", "--out", path)
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["pdg_codes"] == {"llp": 4900111}
    table = pq.read_table(path)
    expected = [each["expected_events"] for each in report["detectors"]]
    share = expected[0] / sum(expected)
    found = np.mean(table["detector"].to_numpy() == 0)
    assert abs(found - share) < 5.0 * np.sqrt(share * (1.0 - share) / 2000)  # 1 in a million
    three = np.mean([len(each) == 3 for each in table["particle_pdg"].to_pylist()])
    assert abs(three - 0.3) < 5.0 * np.sqrt(0.21 / 2000)
    # Its point lies on its momentum.
    place = np.stack([table[axis].to_numpy() for axis in "xyz"], axis=1)
    p = np.stack([table[f"llp_p{axis}"].to_numpy() for axis in "xyz"], axis=1)
    cosine = np.sum(place * p, axis=1) / np.linalg.norm(place, axis=1) / np.linalg.norm(p, axis=1)
    assert cosine == pytest.approx(np.ones(2000))


@pytest.mark.parametrize(
    ("ratios", "line"),
    [
        ('{"mu mu" = 0.7}', 'channel "other": its products are not known: "other" is none of e'),
        ('{"jet jet" = 1}', 'channel "jet jet": its products are not known: "jet"'),
        ('{"mu gamma" = 1}', 'channel "mu gamma": an odd number of charged products'),
        ('{"tau tau" = 1}', 'channel "tau tau" has no final states that a mass of 0.5 GeV'),
    ],
)
def test_channels_that_say_too_little(sample, ratios, line, tmp_path):
    result = of_file(sample, ratios, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert line in result.stderr
    assert result.stderr.count("\n") == 1
