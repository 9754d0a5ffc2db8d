"""The same experiments in pyhf: where its asymptotic formulae hold, and toys where they do not."""

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import ndtri, xlogy

from wayside.errors import InputError
from wayside.limits import control as two_detectors
from wayside.limits import uncertain
from wayside.limits.control import Control
from wayside.limits.histfactory import confidence, upper_limit, workspace
from wayside.text import json_text

pyhf = pytest.importorskip("pyhf")
# pyhf 0.7.6 asks jsonschema for what that is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")


@pytest.mark.parametrize("control", [None, Control(1.3, 0.1, 0.05), Control(1.3)])
@pytest.mark.parametrize(("b", "error"), [(0.0, 0.0), (0.0, 0.3), (2.0, 0.0), (2.0, 0.8)])
def test_valid_and_as_expected(b, error, control):
    spec = workspace(b, error, control)
    pyhf.schema.validate(spec, "workspace.json")
    model = pyhf.Workspace(spec).model()
    start = np.array(model.config.suggested_init())
    start[model.config.poi_index] = 3.0
    rates = dict(
        zip(
            [name for name in model.config.channels for _ in range(1)],
            model.expected_data(start, include_auxdata=False),
            strict=True,
        )
    )
    assert rates["signal"] == pytest.approx(3.0 + b)
    if control is not None:
        assert rates["control"] == pytest.approx(3.0 * control.signal_ratio + 1.3 * b)


def test_the_constraint_is_the_auxiliary_count():
    model = pyhf.Workspace(workspace(2.0, 0.5)).model()
    assert model.config.auxdata == pytest.approx([16.0])
    spec = workspace(2.0, 0.5, Control(1.3))
    assert spec["observations"][-1] == {"name": "prior", "data": [16.0]}


def test_asymptotic_formulae_fail_without_background():
    """q = 2 s for 0 counts, so CLs = 2 (1 - Phi(sqrt(2 s))): 1.353 where 2.303 is right."""
    wrong = 0.5 * ndtri(0.95) ** 2
    for b, error in ((0.0, 0.0), (1e-4, 1e-5)):
        observed, expected = upper_limit(workspace(b, error, observed={"signal": 0.0}))
        np.testing.assert_allclose([observed, expected], wrong, rtol=2e-3)
    exact = float(uncertain.expected_upper_limit(1e-4, 1e-5))
    np.testing.assert_allclose(exact, np.log(10), rtol=1e-9)


def test_asymptotic_formulae_where_they_hold():
    # The next order is 1/sqrt(b): 4, 3 and 2 per cent.
    for b, error, within in ((50.0, 10.0, 0.05), (400.0, 60.0, 0.03)):
        observed, expected = upper_limit(workspace(b, error))
        ours = float(uncertain.upper_limit(int(b), b, error, method="cls"))
        np.testing.assert_allclose([observed, expected], ours, rtol=within)
    control = Control(1.25, 0.1, 0.05)
    observed, _ = upper_limit(workspace(200.0, 100.0, control))
    ours = two_detectors.upper_limit(200, 250, 200.0, 100.0, control)
    np.testing.assert_allclose(observed, ours, rtol=0.04)


def test_level_is_followed():
    # pyhf.infer.intervals.upper_limits.upper_limit of 0.7.6 gives that at 95 % for any level.
    spec = workspace(400.0, 0.0)
    at_90, at_95 = (upper_limit(spec, cl)[0] for cl in (0.9, 0.95))
    np.testing.assert_allclose(at_95 / at_90, ndtri(0.975) / ndtri(0.95), rtol=0.02)


def profile_q(n: np.ndarray, m: np.ndarray, s: float, rate: float) -> np.ndarray:
    """q-tilde of the counts n ~ s + b and m ~ rate b, profiled in closed form."""

    def best(signal: float) -> np.ndarray:
        # d/db of n log(s + b) - b + m log b - rate b: a quadratic in b.
        both = n + m - (1 + rate) * signal
        return (both + np.sqrt(both**2 + 4 * (1 + rate) * m * signal)) / (2 * (1 + rate))

    def twice(signal: np.ndarray | float, b: np.ndarray) -> np.ndarray:
        return -2 * (xlogy(n, signal + b) - signal - b + xlogy(m, rate * b) - rate * b)

    free = np.maximum(n - m / rate, 0.0)
    inside = twice(free, np.where(free > 0, m / rate, (n + m) / (1 + rate)))
    return np.where(free > s, 0.0, np.maximum(twice(s, best(s)) - inside, 0.0))


def profiled(n: int, b: float, error: float, s: float, toys: int, seed: int) -> tuple[float, float]:
    """CLs of profile-likelihood toys and its error, by closed forms instead of pyhf's fits."""
    rng = np.random.default_rng(seed)
    rate = b / error**2
    m = (b / error) ** 2
    observed = float(profile_q(np.array([float(n)]), np.array([m]), s, rate)[0])
    tails = []
    for signal in (s, 0.0):
        both = n + m - (1 + rate) * signal
        fitted = (both + np.sqrt(both**2 + 4 * (1 + rate) * m * signal)) / (2 * (1 + rate))
        counts = rng.poisson(signal + fitted, toys).astype(float)
        auxiliary = rng.poisson(rate * fitted, toys).astype(float)
        tails.append(np.mean(profile_q(counts, auxiliary, s, rate) >= observed - 1e-9))
    cls = tails[0] / tails[1]
    return cls, cls * np.sqrt((1 / tails[0] - 1 + 1 / tails[1] - 1) / toys)


def test_toys_at_small_counts():
    """pyhf's fits against the closed forms, and both against CLs = exp(-s) without counts."""
    b, error = 0.2, 0.1
    s = np.log(10)
    got = confidence(
        workspace(b, error, observed={"signal": 0.0}), s, calctype="toybased", toys=150
    )
    ours, _ = profiled(0, b, error, s, 200_000, seed=2)
    # Four standard deviations of 0.1 x sqrt(9/150): another seed fails once in 16,000.
    assert abs(got - ours) < 4 * 0.1 * np.sqrt(10 / 150)
    np.testing.assert_allclose(ours, 0.1, atol=0.012)  # toys: 0.0008; b's profile: a tenth


@pytest.mark.parametrize(("n", "b", "error"), [(0, 0.05, 0.02), (1, 1.0, 0.3), (4, 3.0, 1.0)])
def test_averaging_and_profiling_agree(n, b, error):
    """Two treatments of one model: their CLs at our limit."""
    s = float(uncertain.upper_limit(n, b, error, method="cls"))
    cls, noise = profiled(n, b, error, s, 100_000, seed=5)
    # Where counts are few q-tilde breaks ties of the count, and so is stronger, by up to a third.
    assert 0.06 < cls < 0.1 + 4 * noise + 0.01


@pytest.mark.nightly
@pytest.mark.parametrize(("n", "b", "error"), [(0, 0.05, 0.02), (1, 1.0, 0.3), (4, 3.0, 1.0)])
def test_many_toys_of_pyhf(n, b, error):
    s = float(uncertain.upper_limit(n, b, error, method="cls"))
    got = confidence(
        workspace(b, error, observed={"signal": float(n)}), s, calctype="toybased", toys=1000
    )
    ours, noise = profiled(n, b, error, s, 400_000, seed=6)
    # Four standard deviations of 1000 toys of each hypothesis; fits end early now and then.
    assert abs(got - ours) < 4 * np.hypot(noise, 0.1 * np.sqrt(11 / 1000)) + 0.004


def test_without_pyhf(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhf", None)
    spec = workspace(1.0, 0.2)
    for call in (lambda: upper_limit(spec), lambda: confidence(spec, 3.0)):
        with pytest.raises(InputError, match=r'pip install "wayside\[backgrounds\]"'):
            call()


def test_bad_input():
    with pytest.raises(InputError, match="calctype"):
        confidence(workspace(1.0), 3.0, calctype="else")
    with pytest.raises(InputError, match="background"):
        workspace(-1.0)
    with pytest.raises(InputError, match="error"):
        workspace(1.0, -1.0)


def test_own_command_line_of_pyhf_takes_it(tmp_path):
    """What pyhf says of a workspace in a file is what it says of it in memory."""
    spec = workspace(3.0, 1.0)
    path = tmp_path / "workspace.json"
    path.write_text(json_text(spec))
    # The script `pyhf`, without what its packages warn of.
    program = "from pyhf.cli import cli; cli()"

    def output(*words):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, *words, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "signal" in output("inspect")
    found = json.loads(output("cls", "--test-poi", "4.0"))
    assert found["CLs_obs"] == pytest.approx(confidence(spec, 4.0), rel=1e-6)
