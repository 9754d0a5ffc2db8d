"""Predictions of the background from data: independent layers close, others do not."""

import numpy as np
import pytest
from selections.toy import background_rows

from wayside.candidates.weights import Vetoes
from wayside.limits.histfactory import workspace
from wayside.plotting.pulls import pulls_figure
from wayside.search import regions as names
from wayside.search.parts import part
from wayside.search.prediction import METHODS, Method, other_detector, plain, predicted, predictions
from wayside.search.regions import Regions, by_event, by_region
from wayside.selections.cuts import Cut, Cuts
from wayside.selections.names import SELECTED

CUTS = Cuts((Cut("mass", 0.01), Cut("grains", 45.0)), Vetoes(1, 0.9, "all", True, True, 0.8))


def toy(seed: int = 1, *, neutrals: float = 0.0) -> Regions:
    """Muons that cross fibres and gas once, and neutrals that cross nothing before."""
    rng = np.random.default_rng(seed)
    rows = background_rows("muon-above", 2000, rng, 0)
    rows["grains_1"] = rng.uniform(30.0, 60.0, 2000)
    rows["fibres_upstream"] = rows["gaps_before"] = np.arange(2000) % 2 > 0
    weight = np.where(np.arange(2000) % 2 > 0, 20.0, neutrals)
    own = part(rows, weight, np.arange(2000))
    counts = by_event(own, by_region(rows, CUTS))
    counts[names.WITHOUT_BEAM] = counts[SELECTED]
    signal = {name: 0.1 if name == SELECTED else 0.02 for name in counts}
    return Regions(counts, signal)


def test_regions_add_up():
    """Layers have a hit or none: the four regions are all that passes the cuts."""
    own = toy(neutrals=3.0)
    four = [own.mean(name) for name in (SELECTED, names.FIBRE, names.GAS, names.BOTH)]
    assert sum(four) == pytest.approx(own.mean(SELECTED) + own.mean(names.TAGGED))
    # One crossing of each: inefficiencies 0.1 and 0.2 of the muons.
    muons = toy()
    passed = muons.mean(SELECTED) + muons.mean(names.TAGGED)
    assert muons.mean(SELECTED) == pytest.approx(0.1 * 0.2 * passed)
    assert muons.mean(names.FIBRE) == pytest.approx(0.9 * 0.2 * passed)
    sideband = muons.mean("low mass") + muons.mean(names.tagged("low mass"))
    assert 0.5 < sideband / passed < 3.0


def test_without_gas_veto_gas_only_probes():
    rows = background_rows("muon-above", 10, np.random.default_rng(1), 0)
    rows["fibres_upstream"] = rows["gaps_before"] = 1
    own = by_region(rows, Cuts((), Vetoes(1, 0.9, "all", True, False, 0.8)))
    assert names.GAS not in own
    assert "low mass" not in own
    assert own[SELECTED] == pytest.approx(0.1)
    assert own[names.FIBRE] == pytest.approx(0.9)
    assert own[names.PROBE_GAS] == pytest.approx(0.1 * 0.8)


@pytest.mark.parametrize("name", METHODS)
def test_independent_layers_close(name):
    """With muons alone layers are independent: exact, and the error is that of experiments."""
    own = predicted(METHODS[name], toy(), np.random.default_rng(5))
    assert own is not None
    assert own.predicted == pytest.approx(own.true, rel=0.03 if "sideband" in name else 1e-9)
    biased = (own.predicted - own.true) / own.error
    # 4000 experiments; a ratio of counts is skewed by some tenths of its error.
    assert own.pulls.mean() == pytest.approx(biased, abs=0.2)
    assert own.pulls.std() == pytest.approx(1.0, abs=0.1)


def test_neutrals_break_the_product_of_vetoes():
    """What no layer sees is in no tagged region; sidebands hold it."""
    methods = predictions(toy(neutrals=20.0), 500.0).methods
    tag, sideband = methods["fibre-tag"], methods["low-mass-sideband"]
    assert tag.predicted < 0.7 * tag.true
    assert tag.pulls.mean() < -3.0
    assert tag.ratio_error > 0.3
    # Seeded. Of 1,000 rows of each kind some 180 pass and 310 are in the sideband: both ratios have
    # errors of 9 per cent, and their quotient of 13.
    assert sideband.predicted == pytest.approx(sideband.true, rel=0.3)


def test_closure_error_against_a_bootstrap():
    own = toy(neutrals=5.0)
    method = METHODS["low-mass-sideband"]
    error = predicted(method, own, np.random.default_rng(1)).closure_error
    rng = np.random.default_rng(2)
    ratios = []
    for _ in range(400):
        drawn = rng.poisson(1.0, 2000)
        mean = {name: float((drawn * values).sum()) for name, values in own.background.items()}
        up = np.prod([mean[name] for name in method.counted])
        ratios.append(up / mean[method.over[0]] / mean[SELECTED])
    # 400 samples know a width to 4 per cent: nearly four errors.
    assert error == pytest.approx(np.std(np.log(ratios)), rel=0.15)


def test_other_detector_has_the_error_of_the_ratio():
    own = toy()
    prediction = predicted(other_detector(4.0, 0.2), own, np.random.default_rng(3))
    b = own.mean(SELECTED)
    assert prediction.predicted == pytest.approx(b)
    assert prediction.error == pytest.approx(b * np.sqrt(1.0 / (4.0 * b) + 0.04))
    assert prediction.pulls.std() == pytest.approx(1.0, abs=0.15)


def test_empty_regions_give_no_prediction():
    own = toy()
    nothing = Regions({**own.background, names.PROBE_GAS: np.zeros(2000)}, own.signal)
    assert predicted(METHODS["fibre-tag"], nothing, np.random.default_rng(1)) is None
    assert predicted(Method(("elsewhere",)), own, np.random.default_rng(1)) is None


def test_the_best_control_enters_the_workspace():
    own = toy()
    b = own.mean(SELECTED) + 1.0
    prediction = predictions(own, b, {"other-detector": other_detector(4.0, 0.2)})
    errors = {name: method.total_error for name, method in prediction.methods.items()}
    usable = [name for name in errors if name not in ("without-beam", "other-detector")]
    assert prediction.chosen == min(usable, key=errors.__getitem__)
    assert prediction.control.signal_ratio == pytest.approx(0.2)
    spec = workspace(b, 0.3 * b, prediction.control)
    control = {own["name"]: own["data"] for own in spec["observations"]}["control"]
    region = METHODS[prediction.chosen].counted[0]
    assert control == pytest.approx([own.mean(region)])
    values = plain(prediction)
    assert [name for name in values if values[name]["enters_likelihood"]] == [prediction.chosen]
    assert plain(predictions(own, b)) == {
        name: values[name] for name in values if name != "other-detector"
    }
    assert predictions(own, 0.0).control is None
    assert len(pulls_figure(prediction, "toy").axes) == 8
