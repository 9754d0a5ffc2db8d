"""Les Houches event files: what is conserved, and that they are the events of HepMC files."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import wayside
from wayside.errors import InputError
from wayside.generator.formats import SUFFIXES, format_of

PAIR = ("belle2-forward-beams", {"run.radiation": "one-photon"})
PARTICLE = ("gazelle", {"model.kind": "dark-photon", "model.mass": 0.05, "model.epsilon": 1e-5})


def particles(event: ElementTree.Element) -> np.ndarray:
    assert event.text is not None
    first, *lines = event.text.strip().splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    assert len(rows) == int(first.split()[0])
    return np.array(rows, dtype=float)


@pytest.mark.parametrize(("name", "values"), [PAIR, PARTICLE])
def test_what_is_in_it(name: str, values: dict[str, object], tmp_path: Path) -> None:
    sample = wayside.events(wayside.load_scenario(name, values), 40, seed=3)
    file = sample.save(tmp_path / "events.lhe", "lhe")
    root = ElementTree.parse(file).getroot()
    events = root.findall("event")
    assert len(events) == 40
    init = root.find("init")
    assert init is not None
    assert init.text is not None
    run, process = (line.split() for line in init.text.strip().splitlines())
    header = sample.header()
    collider = header["scenario"]["collider"]
    assert (float(run[2]), float(run[3])) == (
        collider["electron_energy"], collider["positron_energy"],
    )  # fmt: skip
    assert float(process[0]) == pytest.approx(1e-3 * header["cross_section_fb"], rel=1e-9)
    (block,) = sample.blocks()
    for number, event in enumerate(events):
        rows = particles(event)
        status, momenta = rows[:, 1], rows[:, 6:10]
        beams, final = momenta[status == -1].sum(axis=0), momenta[status == 1].sum(axis=0)
        np.testing.assert_allclose(final, beams, atol=1e-8 * beams[3])
        # Every decay conserves momentum as well.
        for mother in np.flatnonzero(status == 2):
            children = momenta[rows[:, 2] == mother + 1].sum(axis=0)
            np.testing.assert_allclose(children, momenta[mother], atol=1e-8 * beams[3])
        energy2 = rows[:, 10] ** 2 + np.sum(rows[:, 6:9] ** 2, axis=1)
        np.testing.assert_allclose(rows[:, 9] ** 2, energy2, rtol=1e-7, atol=1e-9)
        # Lifetime and momentum of what decays place its vertex.
        (flying,) = np.flatnonzero(rows[:, 11] > 0.0)
        flight = rows[flying, 11] * rows[flying, 6:9] / rows[flying, 10]
        np.testing.assert_allclose(flight, 1e3 * block.vertex[number], rtol=1e-6, atol=1e-6)
        part = slice(block.offsets[number], block.offsets[number + 1])
        np.testing.assert_array_equal(rows[-len(block.pdg[part]) :, 0], block.pdg[part])
        np.testing.assert_allclose(rows[-len(block.pdg[part]) :, 6:9], block.momentum[part])


def test_it_is_written_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"written, but not read; must end in \.parquet"):
        format_of(tmp_path / "events.lhe")
    assert SUFFIXES["lhe"] == ".lhe"
