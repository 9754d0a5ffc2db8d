"""Selection files."""

import json

import numpy as np
import pytest

from selections.toy import background_rows, candidates, decays_of, signal_rows
from wayside.candidates.weights import Vetoes
from wayside.errors import InputError
from wayside.selections.cuts import Cut, Cuts
from wayside.selections.measure import measured
from wayside.selections.names import columns, counted_as
from wayside.selections.selection import SearchSelection, read_selection


@pytest.fixture(scope="module")
def selection() -> SearchSelection:
    rng = np.random.default_rng(31)
    backgrounds = {"muon-above": background_rows("muon-above", 400, rng, 0)}
    signal = signal_rows(400, rng, 1)
    cuts = Cuts((Cut("mass", 0.05), Cut("passing", 5e-6)), Vetoes(2, 0.95))
    return measured(
        "toy", 0.691, candidates(backgrounds, signal), decays_of(signal), cuts, "untouched", {}
    )


def test_measured_on_the_untouched_half(selection):
    assert selection.about["validation"] == {
        "sample": "untouched",
        "untouched": True,
        "decays": 200,
    }
    assert selection.signal.selected.sum() == pytest.approx(200, abs=2)
    counts = selection.about["background_samples"]["muon-above"]
    assert counts["timed_events"] == 200
    assert counts["passing_events"] < 20
    assert 100 < counts["timed_effective"] <= 200
    assert set(selection.fakes) == {"muon-above"}


def test_round_trip(selection, tmp_path):
    path = tmp_path / "selection.json"
    selection.write(path)
    back = read_selection(path)
    assert back.text() == selection.text()
    assert back.cuts == selection.cuts
    assert back.words() == ["mass >= 0.05 GeV", "passing >= 5e-06 m"]


def test_edited_files_are_refused(selection, tmp_path):
    path = tmp_path / "selection.json"
    values = json.loads(selection.text())
    values["cuts"]["mass"] = 0.03
    path.write_text(json.dumps(values))
    with pytest.raises(InputError, match="damaged or edited"):
        read_selection(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "holds no selection of a search"),
        ('{"wayside-selection": 99}', "a selection of version 99, not 2"),
        ('{"wayside-selection": 1}', "a selection of version 1, not 2"),
        ('{"wayside-selection": 2}', "cannot be read as a selection"),
        ("[1]", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_other_files_are_one_line(tmp_path, text, words):
    path = tmp_path / "selection.json"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        read_selection(path)
    assert "\n" not in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.json: no such file"):
        read_selection(tmp_path / "none.json")


def test_names():
    assert counted_as("vertex") == "vertex"
    assert columns("a.json") == ("vertex", "timed", "selected")
