"""Files of events that are damaged, cut short, or of other tools."""

import json
from pathlib import Path

import numpy as np
import pyhepmc
import pytest

from wayside import events, load_scenario
from wayside.errors import IncompleteWarning, InputError
from wayside.generator.formats import listing
from wayside.generator.formats.primaries import read_events

EVENTS = 20


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same events in each format."""
    folder = tmp_path_factory.mktemp("events")
    sample = events(
        load_scenario("belle2-forward", {"run.radiation": "one-photon"}), EVENTS, detectors=["A"]
    )
    return {kind: sample.save(folder, kind) for kind in ("parquet", "root", "hepmc")}


@pytest.mark.parametrize(("energy", "length"), [("MEV", "MM"), ("GEV", "CM"), ("MEV", "CM")])
def test_units_of_hepmc(files: dict[str, Path], tmp_path: Path, energy: str, length: str) -> None:
    """Another tool's units are honoured: the same energies and places as in our own file."""
    other = tmp_path / "other.hepmc"
    with pyhepmc.open(str(files["hepmc"])) as source, pyhepmc.open(str(other), "w") as target:
        for event in source:
            event.set_units(getattr(pyhepmc.Units, energy), getattr(pyhepmc.Units, length))
            target.write(event)
    assert f"U {energy} {length}" in other.read_text()
    _, ours, particles, _ = read_events(files["hepmc"])
    _, theirs, same, _ = read_events(other)
    np.testing.assert_allclose(same["energy"], particles["energy"], rtol=1e-12)
    for name in "xyzt":
        np.testing.assert_allclose(theirs[name], ours[name], rtol=1e-12)


def damaged(text: bytes, case: str) -> bytes:
    end = b"HepMC::Asciiv3-END_EVENT_LISTING\n"
    head, _, tail = text.partition(b"\nE 0 ")
    lines = text.splitlines(keepends=True)
    units = lines.index(b"U GEV MM\n")
    return {
        "cut": text[: 2 * len(text) // 5],
        "cut at an event": text[: text.rindex(b"\nE ") + 1],
        "no end": text[: text.index(end)],
        "half of the end": text[: text.index(end) + 10],
        "event lost": head + b"\nE 1 " + tail.partition(b"\nE 1 ")[2],
        "digit": text.replace(b"e+00 1.0", b"e+00 1.1", 1)
        if b"e+00 1.0" in text
        else text.replace(b"1", b"2", 1),
        "trailer": text[:-3] + b"\n",
        "twice": text + text,
        "no units": b"".join(lines[:units] + lines[units + 1 :]).split(b"A wayside_end")[0],
        "strange units": text.replace(b"U GEV MM", b"U TEV KM", 1).split(b"A wayside_end")[0],
        "lhe": b'<LesHouchesEvents version="3.0">\n<init>\n',
        "headerless": text[text.index(b"E 0 ") :],
        "hepmc2": b"HepMC::Version 2.06.09\nHepMC::IO_GenEvent-START_EVENT_LISTING\n",
        "empty": b"",
        "zeros": bytes(len(text)),
    }[case]


CASES = {
    "cut": "truncated: [0-9]+ events, and no end of the listing",
    "cut at an event": "truncated",
    "no end": "truncated",
    "half of the end": "truncated",
    "event lost": "damaged: 19 of 20 events",
    "digit": "damaged: 20 of 20 events, checksum",
    "trailer": "damaged: cannot read what follows",
    "twice": "damaged: cannot read what follows",
    "no units": "1 of 20 events without units",
    "strange units": "1 of 20 events without units",
    "lhe": "a Les Houches file",
    "headerless": "no header of HepMC3 text",
    "hepmc2": "HepMC2; needs HepMC3",
    "empty": "empty",
    "zeros": "no header of HepMC3",
}


@pytest.mark.parametrize("case", CASES)
def test_hepmc_is_refused(files: dict[str, Path], tmp_path: Path, case: str) -> None:
    path = tmp_path / "bad.hepmc"
    path.write_bytes(damaged(files["hepmc"].read_bytes(), case))
    with pytest.raises(InputError, match=CASES[case]) as caught:
        read_events(path)
    assert "\n" not in str(caught.value)


def test_hepmc_of_other_tools(files: dict[str, Path], tmp_path: Path) -> None:
    """Without our trailer a file is read if it is complete and makes sense."""
    text = files["hepmc"].read_bytes().split(b"A wayside_end")[0]
    path = tmp_path / "other.hepmc"
    path.write_bytes(text)
    assert len(read_events(path)[1]["event"]) == EVENTS
    rows = text.split(b"\n")
    last = max(i for i, row in enumerate(rows) if row.startswith(b"P "))
    cells = rows[last].split(b" ")
    cells[7] = b"1.0e-09"  # the energy
    rows[last] = b" ".join(cells)
    path.write_bytes(b"\n".join(rows))
    with pytest.raises(InputError, match="less energy than momentum"):
        read_events(path)


def test_hepmc_with_other_numbers_of_events(files: dict[str, Path], tmp_path: Path) -> None:
    """What another tool rewrote without some events is said, as it may have been truncated."""
    text = files["hepmc"].read_bytes().split(b"A wayside_end")[0]
    end = text.index(b"HepMC::Asciiv3-END")
    path = tmp_path / "fewer.hepmc"
    path.write_bytes(text[: text.index(b"\nE 7 ") + 1] + text[end:])
    with pytest.warns(IncompleteWarning, match=rf"7 events, where its header counts {EVENTS}$"):
        assert len(read_events(path)[1]["event"]) == 7


def test_hepmc_is_silent_for_other_readers(
    files: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    with pyhepmc.open(str(files["hepmc"])) as file:
        assert sum(1 for _ in file) == EVENTS
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["parquet", "root", "hepmc"])
def test_random_damage(files: dict[str, Path], tmp_path: Path, kind: str) -> None:
    """A damaged file is refused with one line, or every number in it is what was written."""
    rng = np.random.default_rng(12)
    text = files[kind].read_bytes()
    true = read_events(files[kind])
    complaints = []
    for number in range(12):
        bad = bytearray(text)
        if number % 3:
            for place in rng.integers(len(bad), size=1 + number):
                bad[place] ^= 1 << int(rng.integers(8))
        else:
            bad = bad[: int(rng.integers(len(bad)))]
        path = tmp_path / f"bad.{kind}"
        path.write_bytes(bad)
        try:
            header, *columns = read_events(path)
        except InputError as error:
            complaints.append(str(error))
            continue
        assert json.dumps(header) == json.dumps(true[0])
        for one, other in zip(columns, true[1:], strict=True):
            np.testing.assert_equal(one, other)
    assert len(complaints) >= 8
    assert all(line.isprintable() for line in complaints)


def test_damaged_header(files: dict[str, Path], tmp_path: Path) -> None:
    """A header that still parses has to be the one that was written."""
    text = files["hepmc"].read_bytes()
    changed = text.replace(b'"m_aprime": 8.0', b'"m_aprime": 9.0', 1).split(b"A wayside_end")[0]
    path = tmp_path / "bad.hepmc"
    path.write_bytes(changed)
    with pytest.raises(InputError, match="damaged or edited: its checksum differs"):
        read_events(path)


def test_the_end_is_found_at_any_place_of_a_block(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are read in blocks; one may end anywhere in the end marker or before it."""
    text = files["hepmc"].read_bytes()
    marker = text.index(b"HepMC::Asciiv3-END_EVENT_LISTING")
    for size in range(marker - 2, marker + 40):
        monkeypatch.setattr(listing, "_BLOCK", size)
        assert listing.check_listing(files["hepmc"]) == (EVENTS, True)
